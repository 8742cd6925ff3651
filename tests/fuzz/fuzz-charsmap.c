/* fuzz-charsmap.c - a SentencePiece model's map of characters; one that is read must answer for any text
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <string.h>

#include "charsmap.h"
#include "utf8.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *base64 = g_base64_encode (data, size);
  g_autoptr (GError) error = NULL;
  ArraCharsmap map = { 0 };
  gboolean ok = arra_charsmap_load (&map, base64, "FILE", &error);

  g_assert_true (ok == (error == NULL));
  if (error != NULL)
    g_assert_true (error->code == ARRA_ERROR_NO_MEMORY || g_str_has_prefix (error->message, "FILE"));
  for (gsize at = 0; ok && at < size; at++)
    {
      gsize length = 0;
      const char *found = arra_charsmap_find (&map, (const char *) data + at, size - at, &length);

      g_assert_true (found == NULL || (strlen (found) == length && arra_utf8_valid (found, length, NULL)));
    }
  arra_charsmap_clear (&map);
  return 0;
}
