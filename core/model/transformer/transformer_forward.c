/* transformer_forward.c - the next tokens of one or several sequences through the transformer, block by block
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "transformer_run.h"

#include <string.h>

#include "fail.h"

static guint32
position_of (const ArraTransformerInput *input, guint index)
{
  if (input->positions != NULL)
    return input->positions[index];
  return arra_kv_cache_length (input->cache) + input->left_out + index;
}

static gboolean
check_row (const ArraTransformerRun *run, const ArraTransformerInput *input, guint index, GError **error)
{
  const ArraTransformerShape *shape = &run->transformer->shape;

  if (input->rows == NULL && input->ids[index] >= shape->n_ids)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "Token id %u is outside the vocabulary of %u", input->ids[index],
                      shape->n_ids);
  if (position_of (input, index) >= ARRA_ROPE_POSITIONS)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "Position %u is beyond the last possible one, %d",
                      position_of (input, index), ARRA_ROPE_POSITIONS - 1);
  return TRUE;
}

static gboolean
check_input (const ArraTransformerRun *run, const ArraTransformerInput *input, GError **error)
{
  const ArraKvShape shape = arra_transformer_kv_shape (&run->transformer->shape);
  guint room = MIN (arra_kv_cache_capacity (input->cache), run->max_context);
  guint length = arra_kv_cache_length (input->cache);

  if (input->n_ids == 0)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "There are no tokens to read");
  if (!arra_kv_cache_fits (input->cache, &shape))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "The KV cache was made for another model");
  if (length > room || input->n_ids > room - length)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "The context is full: %u tokens after %u do not fit into %u",
                      input->n_ids, length, room);
  for (guint i = 0; i < input->n_ids; i++)
    if (!check_row (run, input, i, error))
      return FALSE;
  return TRUE;
}

static gboolean
check_inputs (const ArraTransformerRun *run, GError **error)
{
  for (guint i = 0; i < run->n_inputs; i++)
    {
      if (!check_input (run, &run->inputs[i], error))
        return FALSE;
      for (guint other = 0; other < i; other++)
        if (run->inputs[other].cache == run->inputs[i].cache)
          return arra_fail (error, ARRA_ERROR_ARGUMENT, "Two inputs share a KV cache");
    }
  return TRUE;
}

static void
fill_row (const ArraTransformerRun *run, guint index, guint offset, ArraTransformerRow *row)
{
  const ArraTransformerInput *input = &run->inputs[index];
  const ArraTransformerShape *shape = &run->transformer->shape;
  gboolean asked = input->logits != NULL && (input->all_logits || offset + 1 == input->n_ids);

  *row = (ArraTransformerRow) { .input = index,
                                .cache_position = arra_kv_cache_length (input->cache) + offset,
                                .position = position_of (input, offset) };
  if (input->rows != NULL)
    row->ready = input->rows + (gsize) offset * shape->hidden_size;
  else
    row->id = input->ids[offset];
  if (asked)
    row->logits = input->logits + (input->all_logits ? (gsize) offset * shape->n_logits : 0);
}

/* Fills rows with the next tokens, from token *@offset of input *@input on, and moves both on. */
static void
fill_rows (ArraTransformerRun *run, guint *input, guint *offset)
{
  run->n_rows = 0;
  while (run->n_rows < run->max_rows && *input < run->n_inputs)
    {
      gboolean last = *offset + 1 == run->inputs[*input].n_ids;

      fill_row (run, *input, *offset, &run->rows[run->n_rows++]);
      *offset = last ? 0 : *offset + 1;
      *input += last;
    }
}

/* The rows' embeddings: those that are ready, and for ids that follow one another a call of the family. */
static void
embed_rows (ArraTransformerRun *run)
{
  const ArraTransformer *transformer = run->transformer;
  gsize width = transformer->shape.hidden_size;

  for (guint begin = 0, end; begin < run->n_rows; begin = end)
    {
      end = begin;
      while (end < run->n_rows && run->rows[end].ready == NULL)
        run->ids[end - begin] = run->rows[end].id, end++;
      if (end > begin)
        transformer->klass->embed (run, run->ids, end - begin, run->x + begin * width);
      else
        memcpy (run->x + end++ * width, run->rows[begin].ready, width * sizeof (float));
    }
}

/* One past the furthest position of the input's new tokens. */
static guint
furthest (const ArraTransformerInput *input)
{
  guint length = 0;

  for (guint i = 0; i < input->n_ids; i++)
    length = MAX (length, position_of (input, i) + 1);
  return length;
}

static void
prepare_rope (ArraTransformerRun *run)
{
  const ArraTransformer *transformer = run->transformer;
  guint half = transformer->shape.head_dim / 2;

  for (guint i = 0; i < run->n_rows; i++)
    {
      const ArraTransformerRow *row = &run->rows[i];
      const ArraTransformerInput *input = &run->inputs[row->input];

      if (i == 0 || row->input != run->rows[i - 1].input)
        transformer->klass->frequencies (transformer, furthest (input), run->frequencies);
      transformer->klass->angles (transformer, input, run->frequencies, row->position, run->cosine + (gsize) i * half,
                                  run->sine + (gsize) i * half);
    }
  arra_transformer_run_show (run, "rope_cos", -1, run->cosine, half);
  arra_transformer_run_show (run, "rope_sin", -1, run->sine, half);
}

static gboolean
run_block (ArraTransformerRun *run, GError **error)
{
  embed_rows (run);
  arra_transformer_run_show (run, "embedding", -1, run->x, run->transformer->shape.hidden_size);
  prepare_rope (run);
  if (!arra_transformer_run_layers (run, error))
    return FALSE;
  arra_transformer_run_head (run);
  return TRUE;
}

gboolean
arra_transformer_forward (ArraTransformerRun *run,
                          ArraTransformerInput *inputs,
                          guint n_inputs,
                          ArraTransformerWatch watch,
                          gpointer user,
                          GCancellable *cancellable,
                          GError **error)
{
  guint input = 0, offset = 0;

  run->inputs = inputs;
  run->n_inputs = n_inputs;
  run->watch = watch;
  run->user = user;
  run->cancellable = cancellable;
  if (!check_inputs (run, error))
    return FALSE;
  while (input < n_inputs)
    {
      fill_rows (run, &input, &offset);
      if (!run_block (run, error))
        return FALSE;
    }
  for (guint i = 0; i < n_inputs; i++)
    arra_kv_cache_grow (inputs[i].cache, inputs[i].n_ids);
  return TRUE;
}

gboolean
arra_transformer_run_is_steady (ArraTransformerRun *run, guint from, guint to)
{
  const ArraTransformer *transformer = run->transformer;
  const gsize size = transformer->shape.head_dim / 2 * sizeof (float);

  memset (run->frequencies, 0, size);
  memset (run->cosine, 0, size);
  transformer->klass->frequencies (transformer, from, run->frequencies);
  transformer->klass->frequencies (transformer, to, run->cosine);
  return memcmp (run->frequencies, run->cosine, size) == 0;
}
