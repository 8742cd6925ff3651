/* tokenizer_added.c - added tokens: found whole in the raw text before anything else happens to it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tokenizer_added.h"

#include "utf8.h"

/* (nullable): the longest token that @text begins with */
static const ArraIndexedToken *
longest_at (const ArraTokenIndex *set, const char *text, gsize length)
{
  ArraPrefixWalk walk = arra_token_index_walk (set, text, length);
  const ArraIndexedToken *longest = NULL, *token;

  while ((token = arra_prefix_walk_next (&walk)) != NULL)
    longest = token;
  return longest;
}

/* Offset of the character that ends at @end */
static gsize
previous (const char *text, gsize end)
{
  do
    end--;
  while (((guint8) text[end] & 0xc0) == 0x80);
  return end;
}

static gunichar
char_at (const char *text, gsize length, gsize at)
{
  gunichar c = 0;

  arra_utf8_decode (text + at, length - at, &c);
  return c;
}

static gboolean
stands_alone (const char *text, gsize length, gsize start, gsize end)
{
  return (start == 0 || !arra_char_is_word (char_at (text, length, previous (text, start))))
         && (end == length || !arra_char_is_word (char_at (text, length, end)));
}

static void
strip (const ArraIndexedToken *token, const char *text, gsize length, gsize floor, ArraAddedMatch *match)
{
  gunichar c;

  if (token->flags & ARRA_ADDED_LSTRIP)
    while (match->start > floor && arra_char_is_space (char_at (text, length, previous (text, match->start))))
      match->start = previous (text, match->start);
  if (token->flags & ARRA_ADDED_RSTRIP)
    while (match->end < length && arra_char_is_space (c = char_at (text, length, match->end)))
      match->end += (gsize) g_unichar_to_utf8 (c, NULL);
}

gboolean
arra_added_next (const ArraTokenIndex *set,
                 const char *text,
                 gsize length,
                 gsize from,
                 gsize floor,
                 ArraAddedMatch *match)
{
  gsize at = from;

  while (at < length)
    {
      const ArraIndexedToken *token = longest_at (set, text + at, length - at);

      if (token == NULL)
        at++;
      else if ((token->flags & ARRA_ADDED_SINGLE_WORD) && !stands_alone (text, length, at, at + token->length))
        at += token->length;
      else
        {
          *match = (ArraAddedMatch) { at, at + token->length, at + token->length, token->id };
          strip (token, text, length, floor, match);
          return TRUE;
        }
    }
  return FALSE;
}
