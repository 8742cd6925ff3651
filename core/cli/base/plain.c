/* plain.c - text from anywhere, made harmless for a terminal
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "plain.h"

#include <string.h>

#define ZERO_WIDTH_NON_JOINER 0x200c /* these two belong to the writing of some languages */
#define ZERO_WIDTH_JOINER 0x200d

static gboolean
must_be_spelled (gunichar letter, const char *keep)
{
  if (letter < 0x80 && strchr (keep, (int) letter) != NULL)
    return FALSE;
  switch (g_unichar_type (letter))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
      return TRUE;
    case G_UNICODE_FORMAT:
      return letter != ZERO_WIDTH_NON_JOINER && letter != ZERO_WIDTH_JOINER;
    default:
      return FALSE;
    }
}

static void
spell (GString *plain, gunichar letter)
{
  if (letter > 0xffff)
    g_string_append_printf (plain, "\\u%04x\\u%04x", 0xd800 + ((letter - 0x10000) >> 10), 0xdc00 + (letter & 0x3ff));
  else
    g_string_append_printf (plain, "\\u%04x", letter);
}

char *
cli_plain (const char *text, const char *keep)
{
  GString *plain = g_string_sized_new (strlen (text) + 1);

  while (*text != '\0')
    {
      const gunichar letter = g_utf8_get_char_validated (text, -1);

      if (letter == (gunichar) -1 || letter == (gunichar) -2)
        {
          g_string_append_printf (plain, "\\x%02x", (guchar) *text++);
          continue;
        }
      if (must_be_spelled (letter, keep))
        spell (plain, letter);
      else
        g_string_append_unichar (plain, letter);
      text = g_utf8_next_char (text);
    }
  return g_string_free (plain, FALSE);
}
