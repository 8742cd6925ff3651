/* fuzz-json.c - JSON texts; what the scan takes, json-glib must take too
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <string.h>

#include "jsonguard.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *object = NULL;
  gboolean sound;

  if (size == 0)
    return 0;
  sound = arra_json_scan ((const char *) data, size, "FILE", NULL);
  parser = arra_json_parse ((const char *) data, size, "FILE", &object, &error);
  g_assert_true ((parser != NULL) == (error == NULL));
  g_assert_true (sound || parser == NULL);
  if (sound && parser == NULL)
    g_assert_true (strstr (error->message, "twice") != NULL || strstr (error->message, "not an object") != NULL);
  return 0;
}
