/* jsontext.c - strings as JSON writes them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "jsontext.h"

void
arra_json_append_string (GString *json, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  g_string_append_c (json, '"');
  for (const char *c = valid; *c != '\0'; c++)
    switch (*c)
      {
      case '"':
      case '\\':
        g_string_append_c (json, '\\');
        g_string_append_c (json, *c);
        break;
      case '\n':
        g_string_append (json, "\\n");
        break;
      case '\t':
        g_string_append (json, "\\t");
        break;
      default:
        if ((guchar) *c < 0x20 || *c == 0x7f)
          g_string_append_printf (json, "\\u%04x", (guint) (guchar) *c);
        else
          g_string_append_c (json, *c);
      }
  g_string_append_c (json, '"');
}
