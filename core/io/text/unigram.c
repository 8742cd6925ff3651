/* unigram.c - a Unigram language model's best way to cut a word into tokens
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unigram.h"

#include "mem.h"
#include "utf8.h"

#define NOWHERE G_MAXUINT32

void
arra_unigram_clear (ArraUnigram *unigram)
{
  arra_token_index_clear (&unigram->index);
  arra_mem_clear (&unigram->scores);
}

void
arra_unigram_work_clear (ArraUnigramWork *work)
{
  arra_mem_clear (&work->ends);
  work->room = 0;
}

static gboolean
prepare (ArraUnigramWork *work, gsize length, GError **error)
{
  gsize room = MAX (length + 1, 64);
  ArraUnigramEnd *grown;

  if (length >= work->room)
    {
      grown = arra_mem_resize (work->ends, room, sizeof *grown, "ways through a word", error);
      if (grown == NULL)
        return FALSE;
      work->ends = grown;
      work->room = room;
    }
  for (gsize i = 0; i <= length; i++)
    work->ends[i] = (ArraUnigramEnd) { 0, NOWHERE, 0 };
  return TRUE;
}

/* The way to @start goes on by a token to @end, when that is better than what leads there already. */
static void
go_on (ArraUnigramEnd *ends, gsize start, gsize end, double score, guint32 id)
{
  double total = ends[start].score + score;

  if (ends[end].start == NOWHERE || total > ends[end].score)
    ends[end] = (ArraUnigramEnd) { total, (guint32) start, id };
}

gboolean
arra_unigram_cut (const ArraUnigram *unigram,
                  guint32 unknown,
                  const char *word,
                  gsize length,
                  ArraUnigramWork *work,
                  GError **error)
{
  gunichar c;

  if (!prepare (work, length, error))
    return FALSE;
  for (gsize start = 0, next; start < length; start = next)
    {
      ArraPrefixWalk walk = arra_token_index_walk (&unigram->index, word + start, length - start);
      const ArraIndexedToken *token;
      gboolean is_token = FALSE;

      next = start + (gsize) arra_utf8_decode (word + start, length - start, &c);
      while ((token = arra_prefix_walk_next (&walk)) != NULL)
        {
          go_on (work->ends, start, start + token->length, unigram->scores[token->flags], token->id);
          is_token = is_token || start + token->length == next;
        }
      if (!is_token)
        go_on (work->ends, start, next, unigram->unknown_score, unknown);
    }
  return TRUE;
}
