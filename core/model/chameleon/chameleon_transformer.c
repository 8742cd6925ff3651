/* chameleon_transformer.c - what Chameleon adds to the transformer: its shape, embeddings, angles and logits
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "chameleon_private.h"

#include "transformer_run.h"

static const ArraChameleon *
model_of (const ArraTransformer *transformer)
{
  return transformer->family;
}

static void
embed (ArraTransformerRun *run, const guint32 *ids, guint n, float *x)
{
  arra_transformer_run_look_up (run, &model_of (run->transformer)->embedding, ids, n, x);
}

static void
frequencies (const ArraTransformer *transformer, guint length, float *out)
{
  arra_chameleon_rope_frequencies (&model_of (transformer)->config, length, out);
}

static void
angles (const ArraTransformer *transformer,
        const ArraTransformerInput *input,
        const float *turns,
        guint position,
        float *cosine,
        float *sine)
{
  arra_chameleon_rope_angles (&model_of (transformer)->config, turns, position, cosine, sine);
}

static void
head (ArraTransformerRun *run, float *rows, guint n, float *const *logits)
{
  const ArraChameleon *model = model_of (run->transformer);

  arra_transformer_run_logits (run, &model->head, NULL, rows, n, logits);
  for (guint row = 0; row < n; row++)
    for (gsize i = 0; i < model->n_masked; i++)
      logits[row][model->masked_ids[i]] = ARRA_CHAMELEON_MASKED;
}

const ArraTransformerClass arra_chameleon_class
    = { .embed = embed, .frequencies = frequencies, .angles = angles, .head = head };

ArraTransformerShape
arra_chameleon_shape (const ArraChameleonConfig *config)
{
  return (ArraTransformerShape) { .hidden_size = config->hidden_size,
                                  .intermediate_size = config->intermediate_size,
                                  .n_layers = config->n_layers,
                                  .n_heads = config->n_heads,
                                  .n_kv_heads = config->n_kv_heads,
                                  .head_dim = config->head_dim,
                                  .n_ids = config->vocab_size,
                                  .n_logits = config->vocab_size,
                                  .norm_eps = config->norm_eps,
                                  .pairing = ARRA_ROPE_HALVES,
                                  .swin_norm = config->swin_norm };
}

const ArraTransformer *
arra_chameleon_transformer (const ArraChameleon *model)
{
  return &model->transformer;
}

guint64
arra_chameleon_run_bytes (const ArraChameleonConfig *config, guint max_rows, guint max_context, guint threads)
{
  const ArraTransformerShape shape = arra_chameleon_shape (config);

  return arra_transformer_run_bytes (&shape, max_rows, max_context, threads);
}

ArraKvCache *
arra_chameleon_kv_cache_new (const ArraChameleonConfig *config, guint capacity, GError **error)
{
  const ArraKvShape shape = { config->n_layers, config->n_kv_heads, config->head_dim, ARRA_F32 };

  return arra_kv_cache_new (&shape, capacity, error);
}

guint64
arra_chameleon_kv_cache_bytes (const ArraChameleonConfig *config, guint capacity)
{
  const ArraKvShape shape = { config->n_layers, config->n_kv_heads, config->head_dim, ARRA_F32 };

  return arra_kv_cache_bytes (&shape, capacity);
}
