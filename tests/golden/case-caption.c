/* case-caption.c - captions, cleaned
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "clean_caption.h"
#include "jsonguard.h"

gboolean
check_caption (Check *check)
{
  JsonObject *object;
  g_autoptr (JsonParser) parser = check_json (check, "llamagen_clean_caption.json", &object);
  GError *error = NULL;
  JsonArray *cases
      = parser == NULL ? NULL : arra_json_get_array (object, "llamagen_clean_caption.json", "cases", &error);

  check_error (check, error);
  for (guint i = 0; cases != NULL && i < json_array_get_length (cases); i++)
    {
      JsonObject *item = json_array_get_object_element (cases, i);
      const char *text = json_object_get_string_member (item, "text");
      GError *fault = NULL;
      g_autofree char *cleaned = arra_clean_caption (text, &fault);

      if (!check_error (check, fault))
        check_same_text (check, text, json_object_get_string_member (item, "cleaned"), cleaned);
    }
  return TRUE;
}
