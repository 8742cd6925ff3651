/* transformer_layer.c - the transformer's layers and its head, for the rows of one block
 *
 * Reference: transformers' modeling_llama.py, LlamaDecoderLayer; for norms of heads and norms after the
 * sublayers ARRA arra/model/chameleon/modeling_chameleon.py, ChameleonDecoderLayer and
 * ChameleonSwinDecoderLayer.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "transformer_run.h"

#include <math.h>
#include <string.h>

#include "add.h"
#include "embedding.h"
#include "head_norm.h"
#include "linear.h"
#include "linear_rows.h"
#include "rms_norm.h"
#include "rope.h"
#include "silu_mul.h"

static void
norm (ArraTransformerRun *run, const ArraWeight *weight, const float *x, float *y)
{
  const ArraTransformerShape *shape = &run->transformer->shape;

  arra_rms_norm (&run->exec, x, arra_weight_floats (weight), run->n_rows, shape->hidden_size, shape->norm_eps, y);
}

/* The queries or keys of the block: layer norm for each head, where the model has one. */
static void
norm_heads (ArraTransformerRun *run, float *x, guint heads, const ArraWeight *weight, const ArraWeight *bias)
{
  if (weight->view.data == NULL)
    return;
  arra_head_norm (&run->exec, x, arra_weight_floats (weight), arra_weight_floats (bias), (gsize) weight->view.shape[0],
                  run->n_rows, heads, run->transformer->shape.head_dim, ARRA_HEAD_NORM_EPS);
}

/* The block's keys and values go into the caches; then each row sees its cache up to itself. */
static void
cache_rows (ArraTransformerRun *run, guint layer)
{
  const ArraTransformerShape *shape = &run->transformer->shape;
  gsize width = (gsize) shape->n_kv_heads * shape->head_dim;

  for (guint i = 0; i < run->n_rows; i++)
    {
      const ArraTransformerRow *row = &run->rows[i];
      ArraKvCache *cache = run->inputs[row->input].cache;

      arra_kv_cache_put (cache, layer, row->cache_position, run->k + i * width, run->v + i * width);
      run->seen[i] = arra_kv_cache_row (cache, layer, row->cache_position + 1);
    }
}

/* Behind the last keys and values nothing is computed of rows without logits. */
static void
keep_asked_rows (ArraTransformerRun *run)
{
  const ArraTransformerShape *shape = &run->transformer->shape;
  gsize hidden = shape->hidden_size, all = (gsize) shape->n_heads * shape->head_dim;
  guint n = 0;

  for (guint i = 0; i < run->n_rows; i++)
    {
      if (run->rows[i].logits == NULL)
        continue;
      memmove (run->x + n * hidden, run->x + i * hidden, hidden * sizeof *run->x);
      memmove (run->q + n * all, run->q + i * all, all * sizeof *run->q);
      run->seen[n] = run->seen[i];
      run->rows[n++] = run->rows[i];
    }
  run->n_rows = n;
}

/* x [rows][hidden] -> h; in the last layer of the rows with logits alone */
static void
attention (ArraTransformerRun *run, guint index, const float *x)
{
  const ArraTransformerShape *shape = &run->transformer->shape;
  const ArraTransformerLayer *layer = &run->transformer->layers[index];
  const ArraLinear projections[]
      = { { &layer->q.view, run->q }, { &layer->k.view, run->k }, { &layer->v.view, run->v } };
  const ArraLinear output = { &layer->o.view, run->h };
  guint all = shape->n_heads * shape->head_dim, kv = shape->n_kv_heads * shape->head_dim;

  arra_linear (&run->exec, x, run->n_rows, shape->hidden_size, run->blocks, projections, G_N_ELEMENTS (projections));
  arra_transformer_run_show (run, "q_proj", (int) index, run->q, all);
  norm_heads (run, run->q, shape->n_heads, &layer->q_norm, &layer->q_norm_bias);
  norm_heads (run, run->k, shape->n_kv_heads, &layer->k_norm, &layer->k_norm_bias);
  arra_transformer_run_show (run, "q_normed", (int) index, run->q, all);
  arra_transformer_run_show (run, "k_normed", (int) index, run->k, kv);
  arra_rope (&run->exec, shape->pairing, run->q, run->cosine, run->sine, run->n_rows, shape->n_heads, shape->head_dim);
  arra_rope (&run->exec, shape->pairing, run->k, run->cosine, run->sine, run->n_rows, shape->n_kv_heads,
             shape->head_dim);
  arra_transformer_run_show (run, "q_rope", (int) index, run->q, all);
  arra_transformer_run_show (run, "k_rope", (int) index, run->k, kv);
  cache_rows (run, index);
  if (index + 1 == shape->n_layers && run->watch == NULL)
    keep_asked_rows (run);
  if (run->n_rows == 0)
    return;
  arra_attention (&run->exec, run->q, run->seen, run->n_rows, shape->n_heads, shape->n_kv_heads, shape->head_dim,
                  1.0f / sqrtf ((float) shape->head_dim), run->scores, run->score_stride, run->attended);
  arra_linear (&run->exec, run->attended, run->n_rows, all, run->blocks, &output, 1);
  arra_transformer_run_show (run, "attn_out", (int) index, run->h, shape->hidden_size);
}

/* x [rows][hidden] -> h: down (silu (gate x) * up x) */
static void
feed_forward (ArraTransformerRun *run, guint index, const float *x)
{
  const ArraTransformerShape *shape = &run->transformer->shape;
  const ArraTransformerLayer *layer = &run->transformer->layers[index];
  const ArraLinear inputs[] = { { &layer->gate.view, run->gate }, { &layer->up.view, run->up } };
  const ArraLinear output = { &layer->down.view, run->h };

  arra_linear (&run->exec, x, run->n_rows, shape->hidden_size, run->blocks, inputs, G_N_ELEMENTS (inputs));
  arra_silu_mul (&run->exec, run->gate, run->up, (gsize) run->n_rows * shape->intermediate_size, run->gate);
  arra_linear (&run->exec, run->gate, run->n_rows, shape->intermediate_size, run->blocks, &output, 1);
  arra_transformer_run_show (run, "mlp_out", (int) index, run->h, shape->hidden_size);
}

/* x += sublayer (norm (x)), or with swin norms x += norm (sublayer (x)) */
static void
residual (ArraTransformerRun *run,
          guint index,
          const ArraWeight *weight,
          void (*sublayer) (ArraTransformerRun *, guint, const float *))
{
  const ArraTransformerShape *shape = &run->transformer->shape;

  if (shape->swin_norm)
    {
      sublayer (run, index, run->x);
      norm (run, weight, run->h, run->h);
    }
  else
    {
      norm (run, weight, run->x, run->h);
      sublayer (run, index, run->h);
    }
  arra_add (&run->exec, run->h, (gsize) run->n_rows * shape->hidden_size, run->x);
}

gboolean
arra_transformer_run_layers (ArraTransformerRun *run, GError **error)
{
  const ArraTransformer *transformer = run->transformer;

  for (guint i = 0; i < transformer->shape.n_layers; i++)
    {
      if (g_cancellable_set_error_if_cancelled (run->cancellable, error))
        return FALSE;
      residual (run, i, &transformer->layers[i].input_norm, attention);
      if (run->n_rows == 0)
        return TRUE;
      if (g_cancellable_set_error_if_cancelled (run->cancellable, error))
        return FALSE;
      residual (run, i, &transformer->layers[i].post_attention_norm, feed_forward);
      arra_transformer_run_show (run, "layer", (int) i, run->x, transformer->shape.hidden_size);
    }
  return TRUE;
}

void
arra_transformer_run_head (ArraTransformerRun *run)
{
  const ArraTransformer *transformer = run->transformer;
  const ArraTransformerShape *shape = &transformer->shape;
  const float *weight = arra_weight_floats (&transformer->norm);
  gsize width = shape->hidden_size;
  guint n = 0;

  if (run->watch != NULL)
    {
      norm (run, &transformer->norm, run->x, run->h);
      arra_transformer_run_show (run, "final_norm", -1, run->h, shape->hidden_size);
    }
  for (guint i = 0; i < run->n_rows; i++)
    if (run->rows[i].logits != NULL)
      {
        run->exec.kernels->rms_norm (run->x + i * width, weight, width, shape->norm_eps, run->h + n * width);
        run->outputs[n++] = run->rows[i].logits;
      }
  if (n > 0)
    transformer->klass->head (run, run->h, n, run->outputs);
}

void
arra_transformer_run_look_up (ArraTransformerRun *run, const ArraWeight *table, const guint32 *ids, guint n, float *x)
{
  gsize width = (gsize) table->view.shape[1];

  for (guint i = 0; i < n; i++)
    arra_embedding (&run->exec, &table->view, ids[i], x + i * width);
}

static void
add_bias (ArraTransformerRun *run, const ArraWeight *bias, gsize width, float *y)
{
  if (bias != NULL && bias->view.data != NULL)
    run->exec.kernels->add (arra_weight_floats (bias), width, y);
}

void
arra_transformer_run_linear (ArraTransformerRun *run,
                             const ArraWeight *weight,
                             const ArraWeight *bias,
                             const float *x,
                             guint n,
                             float *y)
{
  const ArraLinear part = { &weight->view, y };
  gsize outputs = (gsize) weight->view.shape[0];

  arra_linear (&run->exec, x, n, (gsize) weight->view.shape[1], run->blocks, &part, 1);
  for (guint i = 0; i < n; i++)
    add_bias (run, bias, outputs, y + i * outputs);
}

void
arra_transformer_run_logits (ArraTransformerRun *run,
                             const ArraWeight *weight,
                             const ArraWeight *bias,
                             const float *x,
                             guint n,
                             float *const *outputs)
{
  arra_linear_rows (&run->exec, x, n, run->blocks, &weight->view, run->pieces, outputs);
  for (guint i = 0; i < n; i++)
    add_bias (run, bias, (gsize) weight->view.shape[0], outputs[i]);
}
