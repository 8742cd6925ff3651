/* tokenizer_added.c - added tokens: found whole in the raw text before anything else happens to it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tokenizer_added.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "utf8.h"

static int
compare_texts (const void *a, const void *b)
{
  const ArraAddedToken *x = a, *y = b;
  int order = memcmp (x->text, y->text, MIN (x->length, y->length));

  return order != 0 ? order : (x->length > y->length) - (x->length < y->length);
}

void
arra_added_set_init (ArraAddedSet *set, ArraAddedToken *tokens, gsize n)
{
  gsize at = 0;

  qsort (tokens, n, sizeof *tokens, compare_texts);
  set->tokens = tokens;
  set->n = n;
  for (guint byte = 0; byte < 257; byte++)
    {
      while (at < n && (guint8) tokens[at].text[0] < byte)
        at++;
      set->first[byte] = (guint32) at;
    }
}

void
arra_added_set_clear (ArraAddedSet *set)
{
  arra_mem_clear (&set->tokens);
  set->n = 0;
}

/* First token in lo .. hi - 1, which agree in their first @depth bytes, whose byte there is at least @byte (shorter ones come first). */
static gsize
lower_bound (const ArraAddedToken *tokens, gsize lo, gsize hi, gsize depth, guint byte)
{
  while (lo < hi)
    {
      gsize mid = lo + (hi - lo) / 2;

      if (tokens[mid].length <= depth || (guint8) tokens[mid].text[depth] < byte)
        lo = mid + 1;
      else
        hi = mid;
    }
  return lo;
}

/* (nullable): the longest token that @text begins with */
static const ArraAddedToken *
longest_at (const ArraAddedSet *set, const char *text, gsize length)
{
  guint8 byte = (guint8) text[0];
  gsize lo = set->first[byte], hi = set->first[byte + 1];
  const ArraAddedToken *longest = NULL;

  for (gsize depth = 1; lo < hi; depth++)
    {
      if (set->tokens[lo].length == depth)
        longest = &set->tokens[lo++];
      if (depth == length)
        break;
      byte = (guint8) text[depth];
      lo = lower_bound (set->tokens, lo, hi, depth, byte);
      hi = lower_bound (set->tokens, lo, hi, depth, byte + 1u);
    }
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
strip (const ArraAddedToken *token, const char *text, gsize length, gsize floor, ArraAddedMatch *match)
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
arra_added_next (const ArraAddedSet *set, const char *text, gsize length, gsize from, gsize floor,
                 ArraAddedMatch *match)
{
  gsize at = from;

  while (at < length)
    {
      const ArraAddedToken *token = longest_at (set, text + at, length - at);

      if (token == NULL)
        at++;
      else if ((token->flags & ARRA_ADDED_SINGLE_WORD)
               && !stands_alone (text, length, at, at + token->length))
        at += token->length;
      else
        {
          *match = (ArraAddedMatch){ at, at + token->length, at + token->length, token->id };
          strip (token, text, length, floor, match);
          return TRUE;
        }
    }
  return FALSE;
}
