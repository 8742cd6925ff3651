/* janus.c - what Janus adds to the transformer: a way in and a way out for codes
 *
 * Reference: Janus janus/models/modeling_vlm.py, vision_head and prepare_gen_img_embeds; projector.py,
 * MlpProjector.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "janus_private.h"

#include <string.h>

#include "gelu.h"
#include "transformer_run.h"

static const ArraJanus *
model_of (const ArraTransformer *transformer)
{
  return transformer->family;
}

/* aligner_2 (gelu (aligner_1 (vector of the code))) */
static void
embed_codes (ArraTransformerRun *run, const ArraJanus *model, const guint32 *ids, guint n, float *x)
{
  const ArraJanusConfig *config = &model->config;
  float *vectors = run->workspace, *hidden = vectors + (gsize) n * config->code_size;

  for (guint i = 0; i < n; i++)
    {
      guint32 code = ids[i] - config->n_text;

      arra_transformer_run_look_up (run, &model->codes, &code, 1, vectors + (gsize) i * config->code_size);
    }
  arra_transformer_run_linear (run, &model->aligner_1, &model->aligner_1_bias, vectors, n, hidden);
  arra_gelu (&run->exec, hidden, (gsize) n * config->hidden_size, hidden);
  arra_transformer_run_linear (run, &model->aligner_2, &model->aligner_2_bias, hidden, n, x);
}

static void
embed (ArraTransformerRun *run, const guint32 *ids, guint n, float *x)
{
  const ArraJanus *model = model_of (run->transformer);
  const guint n_text = model->config.n_text;

  for (guint begin = 0, end; begin < n; begin = end)
    {
      gboolean text = ids[begin] < n_text;
      float *rows = x + (gsize) begin * model->config.hidden_size;

      end = begin + 1;
      while (end < n && (ids[end] < n_text) == text)
        end++;
      if (text)
        arra_transformer_run_look_up (run, &model->embedding, ids + begin, end - begin, rows);
      else
        embed_codes (run, model, ids + begin, end - begin, rows);
    }
}

static void
frequencies (const ArraTransformer *transformer, guint length, float *out)
{
  const ArraJanusConfig *config = &model_of (transformer)->config;

  arra_rope_frequencies (config->rope_theta, config->head_dim, out);
}

static void
angles (const ArraTransformer *transformer,
        const ArraTransformerInput *input,
        const float *turns,
        guint position,
        float *cosine,
        float *sine)
{
  arra_rope_angles (turns, model_of (transformer)->config.head_dim / 2, (float) position, cosine, sine);
}

/* head_2 (gelu (head_1 (hidden state))) */
static void
head (ArraTransformerRun *run, float *rows, guint n, float *const *logits)
{
  const ArraJanus *model = model_of (run->transformer);
  float *hidden = run->workspace;

  arra_transformer_run_linear (run, &model->head_1, &model->head_1_bias, rows, n, hidden);
  arra_gelu (&run->exec, hidden, (gsize) n * model->config.head_size, hidden);
  arra_transformer_run_logits (run, &model->head_2, &model->head_2_bias, hidden, n, logits);
}

const ArraTransformerClass arra_janus_class
    = { .embed = embed, .frequencies = frequencies, .angles = angles, .head = head };

ArraTransformerShape
arra_janus_shape (const ArraJanusConfig *config)
{
  return (ArraTransformerShape) { .hidden_size = config->hidden_size,
                                  .intermediate_size = config->intermediate_size,
                                  .n_layers = config->n_layers,
                                  .n_heads = config->n_heads,
                                  .n_kv_heads = config->n_kv_heads,
                                  .head_dim = config->head_dim,
                                  .n_ids = config->n_text + config->n_codes,
                                  .n_logits = config->n_codes,
                                  .norm_eps = config->norm_eps,
                                  .pairing = ARRA_ROPE_HALVES,
                                  .workspace = MAX (config->code_size + config->hidden_size, config->head_size),
                                  .widest = MAX (config->code_size, config->head_size) };
}

void
arra_janus_unconditional (const guint32 *ids, guint n, guint32 pad, guint32 *out)
{
  for (guint i = 0; i < n; i++)
    out[i] = i == 0 || i + 1 == n ? ids[i] : pad;
}
