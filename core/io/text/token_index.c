/* token_index.c - tokens by the bytes they begin with
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "token_index.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

static int
compare_texts (const void *a, const void *b)
{
  const ArraIndexedToken *x = a, *y = b;
  int order = memcmp (x->text, y->text, MIN (x->length, y->length));

  return order != 0 ? order : (x->length > y->length) - (x->length < y->length);
}

void
arra_token_index_init (ArraTokenIndex *index, ArraIndexedToken *tokens, gsize n)
{
  gsize at = 0;

  qsort (tokens, n, sizeof *tokens, compare_texts);
  index->tokens = tokens;
  index->n = n;
  for (guint byte = 0; byte < 257; byte++)
    {
      while (at < n && (guint8) tokens[at].text[0] < byte)
        at++;
      index->first[byte] = (guint32) at;
    }
}

void
arra_token_index_clear (ArraTokenIndex *index)
{
  arra_mem_clear (&index->tokens);
  index->n = 0;
}

/* First token in lo .. hi - 1, which agree in their first @depth bytes, whose byte there is at least @byte
 * (shorter ones come first). */
static gsize
lower_bound (const ArraIndexedToken *tokens, gsize lo, gsize hi, gsize depth, guint byte)
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

ArraPrefixWalk
arra_token_index_walk (const ArraTokenIndex *index, const char *text, gsize length)
{
  guint8 byte = (guint8) text[0];

  return (ArraPrefixWalk) { index, text, length, index->first[byte], index->first[byte + 1], 1 };
}

const ArraIndexedToken *
arra_prefix_walk_next (ArraPrefixWalk *walk)
{
  const ArraIndexedToken *tokens = walk->index->tokens, *found = NULL;

  while (found == NULL && walk->lo < walk->hi)
    {
      if (tokens[walk->lo].length == walk->depth)
        found = &tokens[walk->lo++];
      if (walk->depth == walk->length)
        walk->hi = walk->lo;
      else
        {
          guint8 byte = (guint8) walk->text[walk->depth];

          walk->lo = lower_bound (tokens, walk->lo, walk->hi, walk->depth, byte);
          walk->hi = lower_bound (tokens, walk->lo, walk->hi, walk->depth, byte + 1u);
          walk->depth++;
        }
    }
  return found;
}
