/* frame.c - Chameleon's layout: start, height, width, rows that end with a new line, end
 *
 * With t tokens since height and width: a new line where (t + 1) is a multiple of 2w + 1, else the end where
 * t is (2w + 1) 2h, else an image token. Source: ARRA arra/inference_solver.py, MultiModalLogitsProcessor.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "frame.h"

#include "fail.h"
#include "mem.h"
#include "vocabulary.h"

#define HEAD 3 /* start, height, width */

static guint64
tokens (const ArraLayout *layout, guint rows, guint columns)
{
  return HEAD + (guint64) rows * (columns + 1) + 1;
}

static guint
head (const ArraLayout *layout, guint rows, guint columns, guint32 *ids)
{
  const ArraVocabulary *vocabulary = arra_vocabulary_of (layout);

  ids[0] = vocabulary->image_start;
  ids[1] = vocabulary->id_of_size[rows / layout->grid];
  ids[2] = vocabulary->id_of_size[columns / layout->grid];
  return HEAD;
}

static guint64
place (const ArraLayout *layout, guint columns, guint64 index)
{
  return HEAD + index + index / columns;
}

static guint32
between (const ArraLayout *layout, guint rows, guint columns, guint64 at)
{
  const ArraVocabulary *vocabulary = arra_vocabulary_of (layout);
  guint32 ids[HEAD];

  if (at >= HEAD)
    return at + 1 < tokens (layout, rows, columns) ? vocabulary->new_line : vocabulary->image_end;
  head (layout, rows, columns, ids);
  return ids[at];
}

static void
expect_in_picture (ArraGrammar *grammar)
{
  const ArraVocabulary *vocabulary = arra_vocabulary_of (grammar->layout);
  const guint64 row = (guint64) grammar->columns + 1, t = grammar->place - HEAD;

  grammar->uncond_begins = t == 0;
  grammar->expect = ARRA_EXPECT_FORCED;
  if ((t + 1) % row == 0)
    grammar->forced = vocabulary->new_line;
  else if (t == row * grammar->rows)
    grammar->forced = vocabulary->image_end;
  else
    grammar->expect = ARRA_EXPECT_CODE;
}

static gboolean
push_size (ArraGrammar *grammar, guint32 id, GError **error)
{
  const guint grids = arra_vocabulary_grids (arra_vocabulary_of (grammar->layout), id);

  if (grids == 0)
    return arra_fail (error, ARRA_ERROR_FAILED, "token %u stands where a picture's size must be given", id);
  *(grammar->rows == 0 ? &grammar->rows : &grammar->columns) = grids * grammar->layout->grid;
  grammar->place++;
  if (grammar->columns > 0)
    expect_in_picture (grammar);
  return TRUE;
}

static gboolean
push_forced (ArraGrammar *grammar, guint32 id, GError **error)
{
  if (id != grammar->forced)
    return arra_fail (error, ARRA_ERROR_FAILED,
                      "token %u stands where only token %u (the end of a row or a picture) can", id, grammar->forced);
  if (id == arra_vocabulary_of (grammar->layout)->image_end)
    {
      grammar->expect = ARRA_EXPECT_TEXT;
      grammar->uncond_begins = FALSE;
      return TRUE;
    }
  grammar->place++;
  expect_in_picture (grammar);
  return TRUE;
}

static gboolean
push_code (ArraGrammar *grammar, guint32 id, GError **error)
{
  if (arra_layout_code (grammar->layout, id) < 0)
    return arra_fail (error, ARRA_ERROR_FAILED, "token %u stands where an image token must", id);
  grammar->place++;
  expect_in_picture (grammar);
  return TRUE;
}

static gboolean
push (ArraGrammar *grammar, guint32 id, GError **error)
{
  switch (grammar->expect)
    {
    case ARRA_EXPECT_SIZE:
      return push_size (grammar, id, error);
    case ARRA_EXPECT_FORCED:
      return push_forced (grammar, id, error);
    case ARRA_EXPECT_CODE:
      return push_code (grammar, id, error);
    case ARRA_EXPECT_TEXT:
    default:
      if (id == arra_vocabulary_of (grammar->layout)->image_start)
        {
          grammar->expect = ARRA_EXPECT_SIZE;
          grammar->rows = grammar->columns = 0;
          grammar->place = 1;
          grammar->n_pictures++;
        }
      return TRUE;
    }
}

static gboolean
find (const ArraLayout *layout, const guint32 *ids, guint n, guint from, ArraPictureSpan *span)
{
  const ArraVocabulary *vocabulary = arra_vocabulary_of (layout);
  guint have;

  while (from < n && ids[from] != vocabulary->image_start)
    from++;
  if (from >= n)
    return FALSE;
  *span = (ArraPictureSpan) { .begin = from, .end = from + 1 };
  while (span->end < n && ids[span->end - 1] != vocabulary->image_end)
    span->end++;
  have = span->end - span->begin;
  if (have < HEAD)
    return TRUE;
  span->rows = layout->grid * arra_vocabulary_grids (vocabulary, ids[from + 1]);
  span->columns = layout->grid * arra_vocabulary_grids (vocabulary, ids[from + 2]);
  span->rows_finished = MIN (span->rows, (have - HEAD + 1) / (span->columns + 1));
  return TRUE;
}

static void
tell (const ArraLayout *layout, ArraTokenFunc func, gpointer data)
{
  const ArraVocabulary *vocabulary = arra_vocabulary_of (layout);

  func ("bos", vocabulary->bos, data);
  func ("image_start", vocabulary->image_start, data);
  func ("image_end", vocabulary->image_end, data);
  func ("new_line", vocabulary->new_line, data);
  func ("stop", vocabulary->stop, data);
}

static ArraTurn
turn (const ArraLayout *layout)
{
  const ArraVocabulary *vocabulary = arra_vocabulary_of (layout);

  return (ArraTurn) { vocabulary->bos, vocabulary->stop };
}

static gboolean
ends (const ArraLayout *layout, guint32 id)
{
  return id == arra_vocabulary_of (layout)->stop;
}

static void
free_vocabulary (ArraLayout *layout)
{
  arra_vocabulary_clear ((ArraVocabulary *) layout);
  arra_mem_free (layout);
}

const ArraLayoutClass arra_chameleon_frame = {
  .tokens = tokens,
  .head = head,
  .place = place,
  .between = between,
  .push = push,
  .find = find,
  .tell = tell,
  .turn = turn,
  .ends = ends,
  .free = free_vocabulary,
};
