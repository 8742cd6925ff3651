/* answer.c - the tokens of one answer and the pictures in them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "answer.h"

#define FRAME 3 /* start, height, width */

guint64
arra_picture_tokens (guint rows, guint columns)
{
  return FRAME + (guint64) rows * (columns + 1) + 1;
}

gboolean
arra_answer_find_picture (const ArraAnswer *answer,
                          const ArraVocabulary *vocabulary,
                          guint from,
                          ArraPictureSpan *span)
{
  guint have;

  while (from < answer->n_tokens && answer->tokens[from] != vocabulary->image_start)
    from++;
  if (from >= answer->n_tokens)
    return FALSE;
  *span = (ArraPictureSpan){ .begin = from, .end = from + 1 };
  while (span->end < answer->n_tokens && answer->tokens[span->end - 1] != vocabulary->image_end)
    span->end++;
  have = span->end - span->begin;
  if (have < FRAME)
    return TRUE;
  span->rows = 2 * arra_vocabulary_grids (vocabulary, answer->tokens[from + 1]);
  span->columns = 2 * arra_vocabulary_grids (vocabulary, answer->tokens[from + 2]);
  span->rows_finished = MIN (span->rows, (have - FRAME + 1) / (span->columns + 1));
  return TRUE;
}

guint
arra_answer_n_pictures (const ArraAnswer *answer, const ArraVocabulary *vocabulary)
{
  ArraPictureSpan span = { 0 };
  guint n = 0;

  while (arra_answer_find_picture (answer, vocabulary, span.end, &span))
    n++;
  return n;
}

gboolean
arra_answer_picture (const ArraAnswer *answer,
                     const ArraVocabulary *vocabulary,
                     guint index,
                     ArraPictureSpan *span)
{
  *span = (ArraPictureSpan){ 0 };
  for (guint i = 0; i <= index; i++)
    if (!arra_answer_find_picture (answer, vocabulary, span->end, span))
      return FALSE;
  return TRUE;
}

void
arra_answer_codes (const ArraAnswer *answer,
                   const ArraVocabulary *vocabulary,
                   const ArraPictureSpan *span,
                   guint32 *codes)
{
  for (guint row = 0; row < span->rows_finished; row++)
    for (guint column = 0; column < span->columns; column++)
      {
        const guint32 id = answer->tokens[span->begin + FRAME + row * (span->columns + 1) + column];

        codes[row * span->columns + column] = (guint32) vocabulary->code_of_id[id];
      }
}
