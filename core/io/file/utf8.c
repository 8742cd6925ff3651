/* utf8.c - UTF-8 from strangers: decoding, validation, character classes, quoting in messages
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "utf8.h"

#include <string.h>

#define QUOTE_CHARS 48

typedef struct
{
  guint extra;      /* continuation bytes; 0: not a lead byte */
  guint8 low, high; /* range of the first of them */
  guint8 bits;      /* of the lead byte that count */
} Utf8Lead;

/* Table 3-7 of the Unicode standard, "Well-formed UTF-8 byte sequences" */
static Utf8Lead
utf8_lead (guint8 byte)
{
  if (byte >= 0xc2 && byte <= 0xdf)
    return (Utf8Lead) { 1, 0x80, 0xbf, 0x1f };
  if (byte >= 0xe0 && byte <= 0xef)
    return (Utf8Lead) { 2, byte == 0xe0 ? 0xa0 : 0x80, byte == 0xed ? 0x9f : 0xbf, 0x0f };
  if (byte >= 0xf0 && byte <= 0xf4)
    return (Utf8Lead) { 3, byte == 0xf0 ? 0x90 : 0x80, byte == 0xf4 ? 0x8f : 0xbf, 0x07 };
  return (Utf8Lead) { 0, 0, 0, 0 };
}

gint
arra_utf8_decode (const char *text, gsize length, gunichar *c)
{
  const guint8 *bytes = (const guint8 *) text;
  Utf8Lead lead;
  gunichar value;

  if (bytes[0] < 0x80)
    {
      *c = bytes[0];
      return 1;
    }
  lead = utf8_lead (bytes[0]);
  if (lead.extra == 0)
    return -1;
  value = bytes[0] & lead.bits;
  for (guint i = 1; i <= lead.extra; i++)
    {
      guint8 low = i == 1 ? lead.low : 0x80, high = i == 1 ? lead.high : 0xbf;

      if (i >= length || bytes[i] < low || bytes[i] > high)
        return -(gint) i;
      value = value << 6 | (bytes[i] & 0x3f);
    }
  *c = value;
  return (gint) lead.extra + 1;
}

gboolean
arra_utf8_valid (const char *text, gsize length, gsize *bad)
{
  for (gsize at = 0; at < length;)
    {
      gunichar c;
      gint step = arra_utf8_decode (text + at, length - at, &c);

      if (step < 0)
        {
          if (bad != NULL)
            *bad = at;
          return FALSE;
        }
      at += (gsize) step;
    }
  return TRUE;
}

gsize
arra_utf8_make_valid (const char *text, gsize length, char *out)
{
  gsize n = 0;

  for (gsize at = 0; at < length;)
    {
      gunichar c;
      gint step = arra_utf8_decode (text + at, length - at, &c);

      if (step > 0)
        {
          memcpy (out + n, text + at, (gsize) step);
          n += (gsize) step;
          at += (gsize) step;
        }
      else
        {
          memcpy (out + n, "\xef\xbf\xbd", 3);
          n += 3;
          at += (gsize) -step;
        }
    }
  return n;
}

gboolean
arra_char_is_letter (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_UPPERCASE_LETTER:
    case G_UNICODE_LOWERCASE_LETTER:
    case G_UNICODE_TITLECASE_LETTER:
    case G_UNICODE_MODIFIER_LETTER:
    case G_UNICODE_OTHER_LETTER:
      return TRUE;
    default:
      return FALSE;
    }
}

gboolean
arra_char_is_number (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_DECIMAL_NUMBER:
    case G_UNICODE_LETTER_NUMBER:
    case G_UNICODE_OTHER_NUMBER:
      return TRUE;
    default:
      return FALSE;
    }
}

gboolean
arra_char_is_space (gunichar c)
{
  return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a)
         || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

gboolean
arra_char_is_punctuation (gunichar c)
{
  if (c < 0x80)
    return g_ascii_ispunct ((gchar) c);
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONNECT_PUNCTUATION:
    case G_UNICODE_DASH_PUNCTUATION:
    case G_UNICODE_OPEN_PUNCTUATION:
    case G_UNICODE_CLOSE_PUNCTUATION:
    case G_UNICODE_INITIAL_PUNCTUATION:
    case G_UNICODE_FINAL_PUNCTUATION:
    case G_UNICODE_OTHER_PUNCTUATION:
      return TRUE;
    default:
      return FALSE;
    }
}

gboolean
arra_char_is_word (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_DECIMAL_NUMBER:
    case G_UNICODE_LETTER_NUMBER:
    case G_UNICODE_CONNECT_PUNCTUATION:
    case G_UNICODE_SPACING_MARK:
    case G_UNICODE_ENCLOSING_MARK:
    case G_UNICODE_NON_SPACING_MARK:
      return TRUE;
    case G_UNICODE_OTHER_SYMBOL: /* the circled and squared letters are Alphabetic */
      return (c >= 0x24b6 && c <= 0x24e9) || (c >= 0x1f130 && c <= 0x1f149) || (c >= 0x1f150 && c <= 0x1f169)
             || (c >= 0x1f170 && c <= 0x1f189);
    default:
      return c == 0x200c || c == 0x200d || arra_char_is_letter (c);
    }
}

char *
arra_quote (const char *text, gsize length)
{
  GString *out = g_string_new ("\"");
  gsize at = 0;

  for (guint n = 0; n < QUOTE_CHARS && at < length; n++)
    {
      gunichar c;
      gint step = arra_utf8_decode (text + at, length - at, &c);

      if (step > 0 && g_unichar_isprint (c))
        g_string_append_len (out, text + at, step);
      else
        g_string_append_c (out, '?');
      at += (gsize) (step > 0 ? step : -step);
    }
  g_string_append (out, at < length ? "…\"" : "\"");
  return g_string_free (out, FALSE);
}
