/* chameleon_layer.c - the transformer's layers and its head, for the rows of one block
 *
 * Reference: ARRA arra/model/chameleon/modeling_chameleon.py, ChameleonDecoderLayer and
 * ChameleonSwinDecoderLayer.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "chameleon_run.h"

#include <math.h>

#include "add.h"
#include "head_norm.h"
#include "linear.h"
#include "linear_rows.h"
#include "rms_norm.h"
#include "rope.h"
#include "silu_mul.h"

static void
norm (ArraChameleonRun *run, const ArraWeight *weight, const float *x, float *y)
{
  const ArraChameleonConfig *config = &run->model->config;

  arra_rms_norm (&run->exec, x, arra_weight_floats (weight), run->n_rows, config->hidden_size,
                 config->norm_eps, y);
}

/* The queries or keys of the block: layer norm for each head, then the rotation. */
static void
norm_heads (ArraChameleonRun *run, float *x, guint heads, const ArraWeight *weight, const ArraWeight *bias)
{
  arra_head_norm (&run->exec, x, arra_weight_floats (weight), arra_weight_floats (bias),
                  (gsize) weight->view.shape[0], run->n_rows, heads, run->model->config.head_dim,
                  ARRA_CHAMELEON_HEAD_NORM_EPS);
}

/* The block's keys and values go into the caches; then each row sees its cache up to itself. */
static void
cache_rows (ArraChameleonRun *run, guint layer)
{
  const ArraChameleonConfig *config = &run->model->config;
  gsize width = (gsize) config->n_kv_heads * config->head_dim;

  for (guint i = 0; i < run->n_rows; i++)
    {
      const ArraChameleonRow *row = &run->rows[i];
      ArraKvCache *cache = run->inputs[row->input].cache;

      arra_kv_cache_put (cache, layer, row->cache_position, run->k + i * width, run->v + i * width);
      run->seen[i] = (ArraAttentionRow){
        .keys = arra_kv_cache_keys (cache, layer),
        .values = arra_kv_cache_values (cache, layer),
        .head_stride = config->head_dim,
        .position_stride = width,
        .n_positions = (gsize) row->cache_position + 1,
      };
    }
}

/* x [rows][hidden] -> h */
static void
attention (ArraChameleonRun *run, guint index, const float *x)
{
  const ArraChameleonConfig *config = &run->model->config;
  const ArraChameleonLayer *layer = &run->model->layers[index];
  const ArraLinear projections[]
      = { { &layer->q.view, run->q }, { &layer->k.view, run->k }, { &layer->v.view, run->v } };
  const ArraLinear output = { &layer->o.view, run->h };
  guint kv = config->n_kv_heads * config->head_dim;

  arra_linear (&run->exec, x, run->n_rows, config->hidden_size, run->blocks, projections,
               G_N_ELEMENTS (projections));
  arra_chameleon_run_show (run, "q_proj", (int) index, run->q, config->hidden_size);
  norm_heads (run, run->q, config->n_heads, &layer->q_norm, &layer->q_norm_bias);
  norm_heads (run, run->k, config->n_kv_heads, &layer->k_norm, &layer->k_norm_bias);
  arra_chameleon_run_show (run, "q_normed", (int) index, run->q, config->hidden_size);
  arra_chameleon_run_show (run, "k_normed", (int) index, run->k, kv);
  arra_rope (&run->exec, run->q, run->cosine, run->sine, run->n_rows, config->n_heads, config->head_dim);
  arra_rope (&run->exec, run->k, run->cosine, run->sine, run->n_rows, config->n_kv_heads, config->head_dim);
  arra_chameleon_run_show (run, "q_rope", (int) index, run->q, config->hidden_size);
  arra_chameleon_run_show (run, "k_rope", (int) index, run->k, kv);
  cache_rows (run, index);
  arra_attention (&run->exec, run->q, run->seen, run->n_rows, config->n_heads, config->n_kv_heads,
                  config->head_dim, 1.0f / sqrtf ((float) config->head_dim), run->scores, run->score_stride,
                  run->attended);
  arra_linear (&run->exec, run->attended, run->n_rows, config->hidden_size, run->blocks, &output, 1);
  arra_chameleon_run_show (run, "attn_out", (int) index, run->h, config->hidden_size);
}

/* x [rows][hidden] -> h: down (silu (gate x) * up x) */
static void
feed_forward (ArraChameleonRun *run, guint index, const float *x)
{
  const ArraChameleonConfig *config = &run->model->config;
  const ArraChameleonLayer *layer = &run->model->layers[index];
  const ArraLinear inputs[] = { { &layer->gate.view, run->gate }, { &layer->up.view, run->up } };
  const ArraLinear output = { &layer->down.view, run->h };

  arra_linear (&run->exec, x, run->n_rows, config->hidden_size, run->blocks, inputs, G_N_ELEMENTS (inputs));
  arra_silu_mul (&run->exec, run->gate, run->up, (gsize) run->n_rows * config->intermediate_size, run->gate);
  arra_linear (&run->exec, run->gate, run->n_rows, config->intermediate_size, run->blocks, &output, 1);
  arra_chameleon_run_show (run, "mlp_out", (int) index, run->h, config->hidden_size);
}

/* x += sublayer (norm (x)), or with swin norms x += norm (sublayer (x)) */
static void
residual (ArraChameleonRun *run, guint index, const ArraWeight *weight,
          void (*sublayer) (ArraChameleonRun *, guint, const float *))
{
  const ArraChameleonConfig *config = &run->model->config;

  if (config->swin_norm)
    {
      sublayer (run, index, run->x);
      norm (run, weight, run->h, run->h);
    }
  else
    {
      norm (run, weight, run->x, run->h);
      sublayer (run, index, run->h);
    }
  arra_add (&run->exec, run->h, (gsize) run->n_rows * config->hidden_size, run->x);
}

gboolean
arra_chameleon_run_layers (ArraChameleonRun *run, GError **error)
{
  const ArraChameleon *model = run->model;

  for (guint i = 0; i < model->config.n_layers; i++)
    {
      if (g_cancellable_set_error_if_cancelled (run->cancellable, error))
        return FALSE;
      residual (run, i, &model->layers[i].input_norm, attention);
      if (g_cancellable_set_error_if_cancelled (run->cancellable, error))
        return FALSE;
      residual (run, i, &model->layers[i].post_attention_norm, feed_forward);
      arra_chameleon_run_show (run, "layer", (int) i, run->x, model->config.hidden_size);
    }
  return TRUE;
}

static void
mask (const ArraChameleon *model, float *logits)
{
  for (gsize i = 0; i < model->n_masked; i++)
    logits[model->masked_ids[i]] = ARRA_CHAMELEON_MASKED;
}

void
arra_chameleon_run_head (ArraChameleonRun *run)
{
  const ArraChameleon *model = run->model;
  const ArraChameleonConfig *config = &model->config;
  const float *weight = arra_weight_floats (&model->norm);
  gsize width = config->hidden_size;
  guint n = 0;

  if (run->watch != NULL)
    {
      norm (run, &model->norm, run->x, run->h);
      arra_chameleon_run_show (run, "final_norm", -1, run->h, config->hidden_size);
    }
  for (guint i = 0; i < run->n_rows; i++)
    if (run->rows[i].logits != NULL)
      {
        run->exec.kernels->rms_norm (run->x + i * width, weight, width, config->norm_eps, run->h + n * width);
        run->outputs[n++] = run->rows[i].logits;
      }
  if (n == 0)
    return;
  arra_linear_rows (&run->exec, run->h, n, run->blocks, &model->head.view, run->pieces, run->outputs);
  for (guint i = 0; i < n; i++)
    mask (model, run->outputs[i]);
}
