/* grammar.c - which token may come next: rows, new lines and ends of pictures
 *
 * With t tokens since height and width: a new line where (t + 1) is a multiple of 2w + 1, else the end where
 * t is (2w + 1) 2h, else an image token. Source: ARRA arra/inference_solver.py, MultiModalLogitsProcessor.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "grammar.h"

#include "fail.h"

void
arra_grammar_init (ArraGrammar *grammar, const ArraVocabulary *vocabulary)
{
  *grammar = (ArraGrammar){ .vocabulary = vocabulary, .expect = ARRA_EXPECT_TEXT };
}

static void
expect_in_picture (ArraGrammar *grammar)
{
  const gsize row = 2 * (gsize) grammar->w + 1;

  grammar->uncond_begins = grammar->image_tokens == 0;
  grammar->expect = ARRA_EXPECT_FORCED;
  if ((grammar->image_tokens + 1) % row == 0)
    grammar->forced = grammar->vocabulary->new_line;
  else if (grammar->image_tokens == row * 2 * grammar->h)
    grammar->forced = grammar->vocabulary->image_end;
  else
    grammar->expect = ARRA_EXPECT_CODE;
}

static gboolean
push_size (ArraGrammar *grammar, guint32 id, GError **error)
{
  const gboolean height = grammar->expect == ARRA_EXPECT_HEIGHT;
  const guint grids = arra_vocabulary_grids (grammar->vocabulary, id);

  if (grids == 0)
    return arra_fail (error, ARRA_ERROR_FAILED, "token %u stands where a picture's size must be given", id);
  grammar->size_ids[height ? 0 : 1] = id;
  if (height)
    {
      grammar->h = grids;
      grammar->expect = ARRA_EXPECT_WIDTH;
      return TRUE;
    }
  grammar->w = grids;
  grammar->image_tokens = 0;
  expect_in_picture (grammar);
  return TRUE;
}

static gboolean
push_forced (ArraGrammar *grammar, guint32 id, GError **error)
{
  if (id != grammar->forced)
    return arra_fail (error, ARRA_ERROR_FAILED,
                      "token %u stands where only token %u (the end of a row or a picture) can", id,
                      grammar->forced);
  if (id == grammar->vocabulary->image_end)
    {
      grammar->expect = ARRA_EXPECT_TEXT;
      grammar->uncond_begins = FALSE;
      return TRUE;
    }
  grammar->image_tokens++;
  expect_in_picture (grammar);
  return TRUE;
}

gboolean
arra_grammar_push (ArraGrammar *grammar, guint32 id, GError **error)
{
  if (id >= grammar->vocabulary->n_tokens)
    return arra_fail (error, ARRA_ERROR_FAILED, "token %u is outside the vocabulary of %u", id,
                      grammar->vocabulary->n_tokens);
  switch (grammar->expect)
    {
    case ARRA_EXPECT_HEIGHT:
    case ARRA_EXPECT_WIDTH:
      return push_size (grammar, id, error);
    case ARRA_EXPECT_FORCED:
      return push_forced (grammar, id, error);
    case ARRA_EXPECT_CODE:
      if (grammar->vocabulary->code_of_id[id] < 0)
        return arra_fail (error, ARRA_ERROR_FAILED, "token %u stands where an image token must", id);
      grammar->image_tokens++;
      expect_in_picture (grammar);
      return TRUE;
    case ARRA_EXPECT_TEXT:
    default:
      if (id == grammar->vocabulary->image_start)
        {
          grammar->expect = ARRA_EXPECT_HEIGHT;
          grammar->n_pictures++;
        }
      return TRUE;
    }
}
