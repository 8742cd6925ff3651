/* chameleon_forward.c - the next tokens of one or several sequences through the transformer, block by block
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "chameleon_run.h"

#include "embedding.h"
#include "fail.h"
#include "rope.h"

static guint32
rope_position (const ArraChameleonInput *input, guint index)
{
  return input->positions != NULL ? input->positions[index] : input->cache->length + index;
}

static gboolean
check_input (const ArraChameleonRun *run, const ArraChameleonInput *input, GError **error)
{
  const ArraChameleonConfig *config = &run->model->config;
  guint room = MIN (input->cache->capacity, run->max_context);

  if (input->n_ids == 0)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "There are no tokens to read");
  if (!arra_kv_cache_fits (input->cache, config))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "The KV cache was made for another model");
  if (input->cache->length > room || input->n_ids > room - input->cache->length)
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "The context is full: %u tokens after %u do not fit into %u", input->n_ids,
                      input->cache->length, room);
  for (guint i = 0; i < input->n_ids; i++)
    {
      if (input->ids[i] >= config->vocab_size)
        return arra_fail (error, ARRA_ERROR_ARGUMENT, "Token id %u is outside the vocabulary of %u",
                          input->ids[i], config->vocab_size);
      if (rope_position (input, i) >= ARRA_ROPE_POSITIONS)
        return arra_fail (error, ARRA_ERROR_ARGUMENT, "Position %u is beyond the last possible one, %d",
                          rope_position (input, i), ARRA_ROPE_POSITIONS - 1);
    }
  return TRUE;
}

static gboolean
check_inputs (const ArraChameleonRun *run, GError **error)
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

/* Fills rows with the next tokens, from token *@offset of input *@input on, and moves both on. */
static void
fill_rows (ArraChameleonRun *run, guint *input, guint *offset)
{
  run->n_rows = 0;
  while (run->n_rows < run->max_rows && *input < run->n_inputs)
    {
      const ArraChameleonInput *from = &run->inputs[*input];
      ArraChameleonRow *row = &run->rows[run->n_rows++];
      gboolean last = *offset + 1 == from->n_ids;

      row->input = *input;
      row->cache_position = from->cache->length + *offset;
      row->rope_position = rope_position (from, *offset);
      row->id = from->ids[*offset];
      row->logits = NULL;
      if (from->logits != NULL && (from->all_logits || last))
        row->logits = from->logits + (from->all_logits ? (gsize) *offset * run->model->config.vocab_size : 0);
      *offset = last ? 0 : *offset + 1;
      *input += last;
    }
}

/* One past the furthest position of the input's new tokens. */
static guint
rope_length (const ArraChameleonInput *input)
{
  guint length = 0;

  for (guint i = 0; i < input->n_ids; i++)
    length = MAX (length, rope_position (input, i) + 1);
  return length;
}

static void
prepare_rope (ArraChameleonRun *run)
{
  const ArraChameleonConfig *config = &run->model->config;
  gsize half = config->head_dim / 2;

  for (guint i = 0; i < run->n_rows; i++)
    {
      const ArraChameleonRow *row = &run->rows[i];

      if (i == 0 || row->input != run->rows[i - 1].input)
        arra_chameleon_rope_frequencies (config, rope_length (&run->inputs[row->input]), run->frequencies);
      arra_chameleon_rope_angles (config, run->frequencies, row->rope_position, run->cosine + i * half,
                                  run->sine + i * half);
    }
  arra_chameleon_run_show (run, "rope_cos", -1, run->cosine, config->head_dim / 2);
  arra_chameleon_run_show (run, "rope_sin", -1, run->sine, config->head_dim / 2);
}

static gboolean
run_block (ArraChameleonRun *run, GError **error)
{
  const ArraChameleon *model = run->model;

  for (guint i = 0; i < run->n_rows; i++)
    arra_embedding (&run->exec, &model->embedding.view, run->rows[i].id,
                    run->x + (gsize) i * model->config.hidden_size);
  arra_chameleon_run_show (run, "embedding", -1, run->x, model->config.hidden_size);
  prepare_rope (run);
  if (!arra_chameleon_run_layers (run, error))
    return FALSE;
  arra_chameleon_run_head (run);
  return TRUE;
}

gboolean
arra_chameleon_forward (ArraChameleonRun *run, ArraChameleonInput *inputs, guint n_inputs,
                        ArraChameleonWatch watch, gpointer user, GCancellable *cancellable, GError **error)
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
    inputs[i].cache->length += inputs[i].n_ids;
  return TRUE;
}
