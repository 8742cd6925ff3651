/* bench_made.c - a checkpoint of random weights, from which pictures are made as from any other
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"

#include "raster.h"

#define CODES 8192 /* most that its pictures are made of: those of the VQGAN */

ArraQuant
bench_quant (ArraDType dtype)
{
  ArraQuant quant;

  if (!arra_quant_parse (arra_dtype_name (dtype), &quant))
    g_assert_not_reached ();
  return quant;
}

/* A prompt that stands in front of the picture, and what guidance has there without one. */
static gboolean
condition_on (const ArraDecoder *decoder,
              const ArraPromptReader *reader,
              const char *prompt,
              ArraCondition *condition,
              GError **error)
{
  ArraPrefix *front = condition->front;

  if (!arra_prefix_init (&front[ARRA_CONDITIONAL], BENCH_PROMPT, error)
      || !arra_prefix_init (&front[ARRA_UNCONDITIONAL], 1, error))
    return FALSE;
  for (guint i = 0; i < BENCH_PROMPT; i++)
    front[ARRA_CONDITIONAL].ids[i] = i * 7919u % decoder->shape.n_ids;
  front[ARRA_UNCONDITIONAL].ids[0] = 0;
  return TRUE;
}

static const ArraConditioner made_up = { .condition = condition_on };

/* The VQGAN is made first: meanwhile its weights are there twice. */
static gboolean
measure (ArraCheckpoint *checkpoint, const ArraExec *exec, GError **error)
{
  gsize model, vqgan;

  if (!bench_random_bytes (&checkpoint->decoder, exec, arra_checkpoint_dtype (checkpoint), &model, error)
      || !bench_random_vqgan_bytes (&checkpoint->vqgan_config, exec, &vqgan, error))
    return FALSE;
  checkpoint->weights_private = (guint64) vqgan + MAX (model, vqgan);
  return TRUE;
}

ArraCheckpoint *
bench_made_new (const ArraModelPlan *plan,
                guint codes,
                ArraDType dtype,
                ArraQuant kv,
                const ArraExec *exec,
                GError **error)
{
  const char *name = "Random weights";
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  g_auto (ArraDecoder) decoder = { 0 };
  ArraLayout *layout;
  ArraVqganConfig vqgan;

  if (!bench_vq_published (&vqgan, error) || !arra_decoder_make (&decoder, arra_family_usual (), plan, name, error))
    return NULL;
  decoder.conditioner = &made_up;
  decoder.least_prompt = BENCH_PROMPT;
  layout = arra_raster_new (MIN (plan->shape.n_ids, CODES), codes, error);
  if (layout == NULL)
    return NULL;
  checkpoint = arra_checkpoint_make (name, &decoder, layout, &vqgan, bench_quant (dtype), kv);
  return measure (checkpoint, exec, error) ? g_steal_pointer (&checkpoint) : NULL;
}

gboolean
bench_made_fill (ArraCheckpoint *checkpoint, const ArraExec *exec, GCancellable *cancellable, GError **error)
{
  const ArraDType dtype = arra_checkpoint_dtype (checkpoint);

  checkpoint->vqgan = bench_random_vqgan (&checkpoint->vqgan_config, exec, cancellable, error);
  if (checkpoint->vqgan == NULL)
    return FALSE;
  checkpoint->source = bench_random_source (&checkpoint->decoder, exec, dtype, error);
  if (checkpoint->source == NULL)
    return FALSE;
  checkpoint->decoder.weights.source = checkpoint->source;
  checkpoint->model
      = arra_decoder_bind (&checkpoint->decoder, checkpoint->layout, dtype, exec->pool, cancellable, error);
  return checkpoint->model != NULL;
}
