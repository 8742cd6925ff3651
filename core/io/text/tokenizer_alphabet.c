/* tokenizer_alphabet.c - GPT-2's alphabet: every byte is one printable character
 *
 * Bytes that print in Latin-1 stand for themselves; the others are U+0100 and on, in order. Source: bytes_to_unicode of
 * OpenAI's GPT-2.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tokenizer_private.h"

static gboolean
prints (gunichar c)
{
  return (c >= '!' && c <= '~') || (c >= 0xa1 && c <= 0xac) || (c >= 0xae && c <= 0xff);
}

gunichar
arra_byte_to_char (guint8 byte)
{
  if (prints (byte))
    return byte;
  if (byte <= ' ')
    return 0x100u + byte;
  return byte == 0xad ? 0x143 : 0x121u + byte - 0x7f; /* 0x7f .. 0xa0 */
}

gint
arra_char_to_byte (gunichar c)
{
  if (prints (c))
    return (gint) c;
  if (c >= 0x100 && c <= 0x120)
    return (gint) c - 0x100;
  if (c >= 0x121 && c <= 0x142)
    return (gint) c - 0x121 + 0x7f;
  return c == 0x143 ? 0xad : -1;
}

gsize
arra_bytes_to_chars (const char *bytes, gsize n, char *out)
{
  gsize length = 0;

  for (gsize i = 0; i < n; i++)
    length += (gsize) g_unichar_to_utf8 (arra_byte_to_char ((guint8) bytes[i]), out + length);
  return length;
}
