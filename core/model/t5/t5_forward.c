/* t5_forward.c - the encoder's layers
 *
 * Reference: transformers' modeling_t5.py, T5Attention and T5DenseGatedActDense: scores are not scaled, the
 * bias of the relative positions is the first layer's everywhere.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "t5_private.h"

#include "add.h"
#include "attention_relative.h"
#include "detmath.h"
#include "embedding.h"
#include "fail.h"
#include "gelu.h"
#include "linear.h"
#include "mem.h"
#include "rms_norm.h"

typedef struct
{
  const ArraT5 *model;
  const ArraExec *exec;
  guint length, n_seen;
  float *memory;
  float *h, *q, *k, *v, *attended, *gate, *up, *bias, *scratch; /* parts of it */
  ArraBlockQ8A *blocks;
} Run;

/* ----------------------------------------------------------------- the bias */

/* Half of the buckets are for keys behind the query. Of each half, the first are for one distance each, the
 * others for ranges that grow. */
static guint
bucket_of (const ArraT5Config *config, gint64 distance)
{
  guint half = config->n_buckets / 2, exact = half / 2, base = distance > 0 ? half : 0, further;
  guint64 away = (guint64) ABS (distance);
  float share;

  if (away < exact)
    return base + (guint) away;
  share = arra_logf ((float) away / (float) exact) / (float) arra_log ((double) config->max_distance / (double) exact);
  further = exact + (guint) (share * (float) (half - exact));
  return base + MIN (further, half - 1);
}

void
arra_t5_bias (const ArraT5 *model, guint length, float *bias)
{
  const ArraT5Config *config = &model->config;
  const float *table = arra_weight_floats (&model->bias);
  gsize n = 2 * (gsize) length - 1;

  for (gsize i = 0; i < n; i++)
    {
      guint bucket = bucket_of (config, (gint64) i - (gint64) (length - 1));

      for (guint head = 0; head < config->n_heads; head++)
        bias[head * n + i] = table[(gsize) bucket * config->n_heads + head];
    }
}

/* ------------------------------------------------------------------- memory */

static guint
widest (const ArraT5Config *config)
{
  return MAX (MAX (config->hidden_size, config->intermediate_size), config->n_heads * config->head_dim);
}

/* Floats of a run; each part may take all of what is before it. */
static guint64
count_floats (const ArraT5Config *config, guint length, guint threads)
{
  guint64 inner = (guint64) config->n_heads * config->head_dim;

  return length * (config->hidden_size + 4 * inner + 2 * (guint64) config->intermediate_size)
         + (guint64) config->n_heads * (2 * (guint64) length - 1)
         + arra_attention_relative_scratch (length, config->head_dim, threads);
}

static guint64
count_blocks (const ArraT5Config *config, guint length)
{
  return (guint64) length * (widest (config) / ARRA_QK + 1);
}

guint64
arra_t5_run_bytes (const ArraT5Config *config, guint length, guint threads)
{
  return count_floats (config, length, threads) * sizeof (float)
         + count_blocks (config, length) * sizeof (ArraBlockQ8A);
}

static gboolean
prepare (Run *run, GError **error)
{
  const ArraT5Config *config = &run->model->config;
  gsize inner = (gsize) config->n_heads * config->head_dim, length = run->length;
  guint threads = arra_pool_threads (run->exec->pool);

  run->memory = arra_mem_new_within (count_floats (config, run->length, threads), sizeof (float),
                                     "the text encoder's work", error);
  if (run->memory == NULL)
    return FALSE;
  run->blocks
      = arra_mem_new (count_blocks (config, run->length), sizeof *run->blocks, "the text encoder's work", error);
  if (run->blocks == NULL)
    return FALSE;
  run->h = run->memory;
  run->q = run->h + length * config->hidden_size;
  run->k = run->q + length * inner;
  run->v = run->k + length * inner;
  run->attended = run->v + length * inner;
  run->gate = run->attended + length * inner;
  run->up = run->gate + length * config->intermediate_size;
  run->bias = run->up + length * config->intermediate_size;
  run->scratch = run->bias + config->n_heads * (2 * length - 1);
  arra_t5_bias (run->model, run->length, run->bias);
  return TRUE;
}

/* ------------------------------------------------------------------- layers */

/* x += o (attention (norm (x))) */
static void
attention (const Run *run, const ArraT5Layer *layer, float *x)
{
  const ArraT5Config *config = &run->model->config;
  gsize inner = (gsize) config->n_heads * config->head_dim;
  const ArraLinear projections[]
      = { { &layer->q.view, run->q }, { &layer->k.view, run->k }, { &layer->v.view, run->v } };
  const ArraLinear output = { &layer->o.view, run->h };
  const ArraRelativeShape shape = { run->length, config->n_heads, config->head_dim, run->n_seen, 1.0f, run->bias };

  arra_rms_norm (run->exec, x, arra_weight_floats (&layer->attention_norm), run->length, config->hidden_size,
                 config->norm_eps, run->h);
  arra_linear (run->exec, run->h, run->length, config->hidden_size, run->blocks, projections,
               G_N_ELEMENTS (projections));
  arra_attention_relative (run->exec, &shape, run->q, run->k, run->v, run->scratch, run->attended);
  arra_linear (run->exec, run->attended, run->length, inner, run->blocks, &output, 1);
  arra_add (run->exec, run->h, (gsize) run->length * config->hidden_size, x);
}

/* x += down (gelu (gate (norm (x))) * up (norm (x))) */
static void
feed_forward (const Run *run, const ArraT5Layer *layer, float *x)
{
  const ArraT5Config *config = &run->model->config;
  gsize n = (gsize) run->length * config->intermediate_size;
  const ArraLinear inputs[] = { { &layer->gate.view, run->gate }, { &layer->up.view, run->up } };
  const ArraLinear output = { &layer->down.view, run->h };

  arra_rms_norm (run->exec, x, arra_weight_floats (&layer->feed_norm), run->length, config->hidden_size,
                 config->norm_eps, run->h);
  arra_linear (run->exec, run->h, run->length, config->hidden_size, run->blocks, inputs, G_N_ELEMENTS (inputs));
  arra_gelu_tanh (run->exec, run->gate, n, run->gate);
  for (gsize i = 0; i < n; i++)
    run->gate[i] *= run->up[i];
  arra_linear (run->exec, run->gate, run->length, config->intermediate_size, run->blocks, &output, 1);
  arra_add (run->exec, run->h, (gsize) run->length * config->hidden_size, x);
}

static gboolean
run_layers (const Run *run, float *x, GCancellable *cancellable, GError **error)
{
  const ArraT5Config *config = &run->model->config;

  for (guint i = 0; i < config->n_layers; i++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      attention (run, &run->model->layers[i], x);
      feed_forward (run, &run->model->layers[i], x);
    }
  arra_rms_norm (run->exec, x, arra_weight_floats (&run->model->norm), run->length, config->hidden_size,
                 config->norm_eps, x);
  return TRUE;
}

gboolean
arra_t5_forward (const ArraT5 *model,
                 const ArraExec *exec,
                 const guint32 *ids,
                 guint length,
                 guint n_seen,
                 float *features,
                 GCancellable *cancellable,
                 GError **error)
{
  Run run = { .model = model, .exec = exec, .length = length, .n_seen = n_seen };
  gboolean ok;

  g_return_val_if_fail (n_seen >= 1 && n_seen <= length, FALSE);
  for (guint i = 0; i < length; i++)
    {
      g_return_val_if_fail (ids[i] < model->config.vocab_size, FALSE);
      arra_embedding (exec, &model->embedding.view, ids[i], features + (gsize) i * model->config.hidden_size);
    }
  ok = prepare (&run, error) && run_layers (&run, features, cancellable, error);
  arra_mem_free (run.memory);
  arra_mem_free (run.blocks);
  return ok;
}
