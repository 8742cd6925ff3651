/* llamagen.c - what LlamaGen adds to the transformer: embeddings of codes, classes and captions, places in
 * two dimensions
 *
 * Reference: LlamaGen autoregressive/models/gpt.py, Transformer, LabelEmbedder, CaptionEmbedder,
 * precompute_freqs_cis_2d.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "llamagen_private.h"

#include <string.h>

#include "gelu.h"
#include "transformer_run.h"

static const ArraLlamagen *
model_of (const ArraTransformer *transformer)
{
  return transformer->family;
}

/* fc2 (gelu (fc1 (feature))) */
void
arra_llamagen_project (ArraTransformerRun *run, const float *features, guint n, float *rows)
{
  const ArraLlamagen *model = model_of (run->transformer);
  float *hidden = run->workspace;

  g_return_if_fail (n <= run->max_rows && model->config.kind == ARRA_LLAMAGEN_TEXT);
  arra_transformer_run_linear (run, &model->caption_1, NULL, features, n, hidden);
  arra_gelu_tanh (&run->exec, hidden, (gsize) n * model->config.hidden_size, hidden);
  arra_transformer_run_linear (run, &model->caption_2, NULL, hidden, n, rows);
}

/* One row of the prefix: @index counts behind the codes. */
static void
embed_prefix (ArraTransformerRun *run, const ArraLlamagen *model, guint32 index, float *x)
{
  if (model->config.kind == ARRA_LLAMAGEN_CLASSES)
    arra_transformer_run_look_up (run, &model->classes, &index, 1, x);
  else
    arra_llamagen_project (run, arra_weight_floats (&model->no_text) + (gsize) index * model->config.caption_size, 1,
                           x);
}

static void
embed (ArraTransformerRun *run, const guint32 *ids, guint n, float *x)
{
  const ArraLlamagen *model = model_of (run->transformer);
  const ArraLlamagenConfig *config = &model->config;

  for (guint i = 0; i < n; i++)
    {
      float *row = x + (gsize) i * config->hidden_size;

      if (ids[i] < config->n_codes)
        arra_transformer_run_look_up (run, &model->embedding, &ids[i], 1, row);
      else
        embed_prefix (run, model, ids[i] - config->n_codes, row);
    }
}

void
arra_llamagen_frequencies (const ArraLlamagenConfig *config, float *frequencies)
{
  arra_rope_frequencies (config->rope_base, config->head_dim / 2, frequencies);
}

void
arra_llamagen_angles (const ArraLlamagenConfig *config,
                      const float *frequencies,
                      guint position,
                      guint columns,
                      float *cosine,
                      float *sine)
{
  gsize size = config->head_dim / 2 * sizeof (float);
  guint place = position - config->n_prefix, across = MAX (columns, 1);

  if (position < config->n_prefix)
    {
      memset (cosine, 0, size);
      memset (sine, 0, size);
    }
  else
    arra_rope_angles_2d (frequencies, config->head_dim, (float) (place / across), (float) (place % across), cosine,
                         sine);
}

static void
frequencies (const ArraTransformer *transformer, guint length, float *out)
{
  arra_llamagen_frequencies (&model_of (transformer)->config, out);
}

static void
angles (const ArraTransformer *transformer,
        const ArraTransformerInput *input,
        const float *turns,
        guint position,
        float *cosine,
        float *sine)
{
  arra_llamagen_angles (&model_of (transformer)->config, turns, position, input->columns, cosine, sine);
}

static void
head (ArraTransformerRun *run, float *rows, guint n, float *const *logits)
{
  arra_transformer_run_logits (run, &model_of (run->transformer)->output, NULL, rows, n, logits);
}

const ArraTransformerClass arra_llamagen_class
    = { .embed = embed, .frequencies = frequencies, .angles = angles, .head = head };

ArraTransformerShape
arra_llamagen_shape (const ArraLlamagenConfig *config)
{
  gboolean text = config->kind == ARRA_LLAMAGEN_TEXT;

  return (ArraTransformerShape) { .hidden_size = config->hidden_size,
                                  .intermediate_size = config->intermediate_size,
                                  .n_layers = config->n_layers,
                                  .n_heads = config->n_heads,
                                  .n_kv_heads = config->n_kv_heads,
                                  .head_dim = config->head_dim,
                                  .n_ids = config->n_codes + (text ? config->n_prefix : config->n_classes + 1),
                                  .n_logits = config->n_codes,
                                  .norm_eps = config->norm_eps,
                                  .pairing = ARRA_ROPE_PAIRS,
                                  .workspace = text ? config->hidden_size : 0,
                                  .widest = text ? config->caption_size : 0 };
}
