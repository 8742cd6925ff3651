/* pretokenize_gpt2.c - GPT-2's words
 *
 * Source: the expression of OpenAI's GPT-2 encoder, which every ByteLevel pre-tokenizer uses; written out, one branch
 * after another.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "pretokenize.h"

#include "utf8.h"

typedef enum
{
  CLASS_END,
  CLASS_LETTER,
  CLASS_NUMBER,
  CLASS_SPACE,
  CLASS_OTHER,
} CharClass;

/* The class of the character at @at, and where the next one begins. */
static CharClass
class_at (const char *text, gsize end, gsize at, gsize *next)
{
  gunichar c;

  *next = at;
  if (at >= end)
    return CLASS_END;
  *next = at + (gsize) arra_utf8_decode (text + at, end - at, &c);
  if (c < 0x80)
    return g_ascii_isalpha ((gchar) c)   ? CLASS_LETTER
           : g_ascii_isdigit ((gchar) c) ? CLASS_NUMBER
           : arra_char_is_space (c)      ? CLASS_SPACE
                                         : CLASS_OTHER;
  if (arra_char_is_letter (c))
    return CLASS_LETTER;
  if (arra_char_is_number (c))
    return CLASS_NUMBER;
  return arra_char_is_space (c) ? CLASS_SPACE : CLASS_OTHER;
}

/* Length of 's 't 're 've 'm 'll 'd at @at, or 0 */
static gsize
contraction (const char *text, gsize end, gsize at)
{
  char a = at + 1 < end ? text[at + 1] : '\0', b = at + 2 < end ? text[at + 2] : '\0';

  if (text[at] != '\'')
    return 0;
  if (a == 's' || a == 't' || a == 'm' || a == 'd')
    return 2;
  if ((b == 'e' && (a == 'r' || a == 'v')) || (a == 'l' && b == 'l'))
    return 3;
  return 0;
}

/* \s+(?!\S)|\s+ : the run without its last character when something follows and more than one is there */
static gsize
space_end (const char *text, gsize end, gsize at)
{
  gsize last = at, here = at, next;

  while (class_at (text, end, here, &next) == CLASS_SPACE)
    {
      last = here;
      here = next;
    }
  return here == end || last == at ? here : last;
}

gsize
arra_gpt2_word_end (const char *text, gsize end, gsize at)
{
  gsize short_form = contraction (text, end, at), first = at + (text[at] == ' ' ? 1 : 0), here, next;
  CharClass class;

  if (short_form > 0)
    return at + short_form;
  class = class_at (text, end, first, &here);
  if (class == CLASS_SPACE || class == CLASS_END)
    return space_end (text, end, at);
  while (class_at (text, end, here, &next) == class)
    here = next;
  return here;
}
