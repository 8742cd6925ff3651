/* random_model.c - transformers with random weights in memory, for tests
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "random_model.h"

#include <math.h>
#include <string.h>

#include "mem.h"
#include "noise.h"

#define GRAIN 65536 /* even */

typedef struct
{
  guint64 seed;
  float centre, spread;
  float *out;
} Normal;

typedef struct
{
  ArraSource *source;
  const ArraChameleonConfig *config;
  const RandomFaults *faults;
  ArraPool *pool;
  float spread, norm_spread;
  guint file;
  guint64 n;
} Maker;

void
random_model_config (ArraChameleonConfig *config)
{
  *config = (ArraChameleonConfig) {
    .vocab_size = 96,
    .hidden_size = 64,
    .intermediate_size = 96,
    .n_layers = 2,
    .n_heads = 4,
    .n_kv_heads = 2,
    .head_dim = 16,
    .context = 512,
    .model_parallel = 2,
    .norm_eps = 1e-5f,
    .rope_theta = 10000.0,
    .rope_factor = 1.0,
  };
}

/* Box and Muller: two normal numbers from two uniform ones. */
static void
draw (gsize begin, gsize end, guint worker, gpointer data)
{
  const Normal *job = data;

  for (gsize i = begin; i < end; i += 2)
    {
      guint32 high = (guint32) (i >> 32), low = (guint32) i;
      double u = ((double) arra_noise_bits (job->seed, high, 0, low) + 0.5) * 0x1p-32;
      double v = (double) arra_noise_bits (job->seed, high, 0, low + 1) * (2 * G_PI * 0x1p-32);
      double radius = sqrt (-2 * log (u)) * (double) job->spread;

      job->out[i] = job->centre + (float) (radius * cos (v));
      if (i + 1 < end)
        job->out[i + 1] = job->centre + (float) (radius * sin (v));
    }
}

void
random_normal (ArraPool *pool, guint64 seed, float centre, float spread, float *out, gsize n)
{
  Normal job = { seed, centre, spread, out };

  arra_pool_run (pool, n, GRAIN, draw, &job);
}

guint32 *
random_ids (guint n, guint vocab, guint64 seed)
{
  guint32 *ids = g_new (guint32, n);

  for (guint i = 0; i < n; i++)
    ids[i] = arra_noise_bits (seed, 0, i, 0) % vocab;
  return ids;
}

static gboolean
is (const char *fault, const char *name)
{
  return fault != NULL && strcmp (fault, name) == 0;
}

static void add (Maker *maker, float centre, float spread, gint64 rows, gint64 columns, const char *format, ...)
    G_GNUC_PRINTF (6, 7);

/* @columns 0: a vector */
static void
add (Maker *maker, float centre, float spread, gint64 rows, gint64 columns, const char *format, ...)
{
  static const RandomFaults none;
  const RandomFaults *faults = maker->faults != NULL ? maker->faults : &none;
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;
  ArraTensor tensor = { .dtype = ARRA_F32, .n_dims = columns > 0 ? 2 : 1 };
  gsize count;
  float *data;
  va_list arguments;

  va_start (arguments, format);
  name = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (is (faults->missing, name))
    return;
  tensor.shape[0] = rows + is (faults->misshapen, name);
  tensor.shape[1] = columns;
  count = arra_tensor_count (&tensor);
  tensor.data = data = arra_mem_new (count, sizeof *data, name, &error);
  tensor.n_bytes = count * sizeof *data;
  g_assert_no_error (error);
  random_normal (maker->pool, ++maker->n, centre, spread, data, count);
  if (is (faults->poisoned, name))
    data[count - 1] = NAN;
  if (is (faults->integer, name))
    tensor.dtype = ARRA_I32;
  arra_source_add_memory (maker->source, data);
  arra_source_add (maker->source, maker->file, name, &tensor, &error);
  g_assert_no_error (error);
}

static void
add_layer (Maker *maker, guint layer, gint64 q_rows, gint64 k_rows)
{
  const ArraChameleonConfig *config = maker->config;
  gint64 hidden = config->hidden_size, inter = config->intermediate_size, dim = config->head_dim;
  gint64 kv = config->n_kv_heads * dim;
  float norms = maker->norm_spread, spread = maker->spread;

  add (maker, 1, norms, hidden, 0, "model.layers.%u.input_layernorm.weight", layer);
  add (maker, 0, spread, hidden, hidden, "model.layers.%u.self_attn.q_proj.weight", layer);
  add (maker, 0, spread, kv, hidden, "model.layers.%u.self_attn.k_proj.weight", layer);
  add (maker, 0, spread, kv, hidden, "model.layers.%u.self_attn.v_proj.weight", layer);
  add (maker, 0, spread, hidden, hidden, "model.layers.%u.self_attn.o_proj.weight", layer);
  add (maker, 1, norms, q_rows, dim, "model.layers.%u.self_attn.q_norm.weight", layer);
  add (maker, 0, norms, q_rows, dim, "model.layers.%u.self_attn.q_norm.bias", layer);
  add (maker, 1, norms, k_rows, dim, "model.layers.%u.self_attn.k_norm.weight", layer);
  add (maker, 0, norms, k_rows, dim, "model.layers.%u.self_attn.k_norm.bias", layer);
  add (maker, 1, norms, hidden, 0, "model.layers.%u.post_attention_layernorm.weight", layer);
  add (maker, 0, spread, inter, hidden, "model.layers.%u.mlp.gate_proj.weight", layer);
  add (maker, 0, spread, inter, hidden, "model.layers.%u.mlp.up_proj.weight", layer);
  add (maker, 0, spread, hidden, inter, "model.layers.%u.mlp.down_proj.weight", layer);
}

ArraSource *
random_model_source (const ArraChameleonConfig *config,
                     float spread,
                     float norm_spread,
                     gboolean per_head,
                     const RandomFaults *faults,
                     ArraPool *pool)
{
  static const guint64 bytes;
  g_autoptr (ArraMapping) mapping = arra_mapping_new_for_bytes ("memory", &bytes, sizeof bytes);
  Maker maker = { .source = arra_source_new (),
                  .config = config,
                  .faults = faults,
                  .pool = pool,
                  .spread = spread,
                  .norm_spread = norm_spread };
  gboolean added = arra_source_add_file (maker.source, mapping, &maker.file, NULL);

  g_assert_true (added);
  add (&maker, 0, spread, config->vocab_size, config->hidden_size, "model.embed_tokens.weight");
  for (guint layer = 0; layer < config->n_layers; layer++)
    add_layer (&maker, layer, per_head ? config->n_heads : config->model_parallel,
               per_head ? config->n_kv_heads : config->model_parallel);
  add (&maker, 1, norm_spread, config->hidden_size, 0, "model.norm.weight");
  add (&maker, 0, spread, config->vocab_size, config->hidden_size, "lm_head.weight");
  return maker.source;
}
