/* bench_attention.c - times attention over keys and values in a cache, a read of as much memory before each pass
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"

#include <math.h>

#include "attention.h"
#include "kv_cache.h"
#include "mem.h"

static const ArraDType types[] = { ARRA_F32, ARRA_F16, ARRA_Q8_0 };
static const guint lengths[] = { 600, 1100, 4096 };

G_STATIC_ASSERT (G_N_ELEMENTS (types) * G_N_ELEMENTS (lengths) == BENCH_ATTENTIONS);

typedef struct
{
  const ArraExec *exec;
  const ArraTransformerShape *shape;
  ArraKvCache *cache;
  guint n_layers, length; /* of the cache */
  gsize bytes;            /* that a row reads */
  float *q, *out, *scores;
  gsize score_stride;
} Bench;

static ArraKvShape
kv_shape (const ArraTransformerShape *shape, ArraDType dtype, guint length)
{
  ArraKvShape kv = arra_transformer_kv_shape (shape);

  kv.dtype = dtype;
  kv.n_layers = 1;
  kv.n_layers = (guint) CLAMP (BENCH_PROBE / arra_kv_cache_bytes (&kv, length), 1, shape->n_layers);
  return kv;
}

static gsize
n_queries (const ArraTransformerShape *shape)
{
  return (gsize) BENCH_PROMPT * shape->n_heads * shape->head_dim;
}

static gsize
score_stride (guint length)
{
  return ((gsize) length + 15) / 16 * 16;
}

void
bench_fill_cache (ArraKvCache *cache, const ArraKvShape *shape, guint length)
{
  const gsize n = (gsize) shape->n_kv_heads * shape->head_dim;
  g_autofree float *x = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    x[i] = (float) (i * 2654435761u % 1000) * 1e-3f - 0.5f;
  for (guint layer = 0; layer < shape->n_layers; layer++)
    for (guint position = 0; position < length; position++)
      arra_kv_cache_put (cache, layer, position, x, x);
}

static gboolean
make (Bench *bench, ArraDType dtype, GError **error)
{
  const ArraKvShape shape = kv_shape (bench->shape, dtype, bench->length);
  const guint threads = arra_pool_threads (bench->exec->pool);
  const char *what = "the measurement of attention";

  bench->n_layers = shape.n_layers;
  bench->score_stride = score_stride (bench->length);
  bench->cache = arra_kv_cache_new (&shape, bench->length, error);
  if (bench->cache == NULL)
    return FALSE;
  bench->bytes = (gsize) (arra_kv_cache_bytes (&shape, bench->length) - arra_kv_cache_bytes (&shape, 0));
  bench->q = arra_mem_new (n_queries (bench->shape), sizeof (float), what, error);
  bench->out = bench->q != NULL ? arra_mem_new (n_queries (bench->shape), sizeof (float), what, error) : NULL;
  bench->scores = bench->out != NULL
                      ? arra_mem_new (threads * ARRA_ATTEND_QUERIES * bench->score_stride, sizeof (float), what, error)
                      : NULL;
  if (bench->scores == NULL)
    return FALSE;
  bench_fill_cache (bench->cache, &shape, bench->length);
  for (gsize i = 0; i < n_queries (bench->shape); i++)
    bench->q[i] = (float) (i % 97) * 1e-2f - 0.5f;
  return TRUE;
}

static void
clear (Bench *bench)
{
  arra_kv_cache_free (bench->cache);
  arra_mem_free (bench->q);
  arra_mem_free (bench->out);
  arra_mem_free (bench->scores);
}

/* @n rows of one layer, of which the last one sees all positions. Returns how many all of them see. */
static guint64
attend (const Bench *bench, guint layer, guint n)
{
  const ArraTransformerShape *shape = bench->shape;
  ArraAttentionRow rows[BENCH_PROMPT];
  guint64 seen = 0;

  for (guint i = 0; i < n; i++)
    {
      rows[i] = arra_kv_cache_row (bench->cache, layer, bench->length - n + 1 + i);
      seen += rows[i].n_positions;
    }
  arra_attention (bench->exec, bench->q, rows, n, shape->n_heads, shape->n_kv_heads, shape->head_dim,
                  1.0f / sqrtf ((float) shape->head_dim), bench->scores, bench->score_stride, bench->out);
  return seen;
}

static double
now (void)
{
  return (double) g_get_monotonic_time () * 1e-6;
}

static double
time_layers (const Bench *bench)
{
  const double start = now ();

  for (guint layer = 0; layer < bench->n_layers; layer++)
    attend (bench, layer, 1);
  return MAX (now () - start, 1e-6);
}

/* Returns operations a second: a product and a sum for each number of each key and value that a row sees. */
static double
time_rows (const Bench *bench, double *seconds)
{
  const double start = now ();
  const guint64 seen = attend (bench, 0, BENCH_PROMPT);

  *seconds = MAX (now () - start, 1e-6);
  return 4.0 * (double) (seen * bench->shape->n_heads * bench->shape->head_dim) / *seconds;
}

static gboolean
measure (Bench *bench,
         const ArraReadProbe *probe,
         guint steps,
         BenchAttention *out,
         GCancellable *cancellable,
         GError **error)
{
  g_autofree double *seconds = g_new (double, steps), *rates = g_new (double, steps), *shares = g_new (double, steps),
                    *prefills = g_new (double, steps), *products = g_new (double, steps);

  time_layers (bench); /* memory is met for the first time */
  for (guint i = 0; i < steps; i++)
    {
      const double read = arra_read_probe_read (probe, bench->bytes, bench->exec->pool), taken = time_layers (bench);

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      seconds[i] = taken / bench->n_layers;
      rates[i] = (double) bench->bytes / read;
      shares[i] = read / taken;
      products[i] = time_rows (bench, &prefills[i]);
    }
  out->bytes = bench->bytes / bench->n_layers;
  out->row = (BenchPass) { .done = TRUE,
                           .seconds = bench_median (seconds, steps),
                           .read = bench_median (rates, steps),
                           .share = bench_median (shares, steps) };
  out->prefill = bench_median (prefills, steps);
  out->operations = bench_median (products, steps);
  return TRUE;
}

static gboolean
measure_one (const ArraTransformerShape *shape,
             const ArraExec *exec,
             guint steps,
             BenchAttention *out,
             GCancellable *cancellable,
             GError **error)
{
  Bench bench = { .exec = exec, .shape = shape, .length = out->positions };
  ArraReadProbe probe = { 0 };
  gboolean ok = make (&bench, out->dtype, error)
                && arra_read_probe_init (&probe, MIN (bench.bytes, BENCH_PROBE), exec->pool, error)
                && measure (&bench, &probe, steps, out, cancellable, error);

  arra_read_probe_clear (&probe);
  clear (&bench);
  return ok;
}

guint64
bench_attention_bytes (const ArraTransformerShape *shape, guint threads)
{
  const guint longest = lengths[G_N_ELEMENTS (lengths) - 1];
  const ArraKvShape kv = kv_shape (shape, ARRA_F32, longest);
  const guint64 cache = arra_kv_cache_bytes (&kv, longest);

  return cache + MIN (cache, BENCH_PROBE)
         + sizeof (float)
               * (2 * (guint64) n_queries (shape) + (guint64) threads * ARRA_ATTEND_QUERIES * score_stride (longest));
}

gboolean
bench_attention (const ArraTransformerShape *shape,
                 const ArraExec *exec,
                 guint steps,
                 BenchAttention results[BENCH_ATTENTIONS],
                 guint *n,
                 GCancellable *cancellable,
                 GError **error)
{
  *n = 0;
  for (gsize t = 0; t < G_N_ELEMENTS (types); t++)
    for (gsize l = 0; l < G_N_ELEMENTS (lengths) && shape->head_dim % arra_dtype_traits (types[t])->block == 0; l++)
      {
        results[*n] = (BenchAttention) { .dtype = types[t], .positions = lengths[l] };
        if (!measure_one (shape, exec, steps, &results[(*n)++], cancellable, error))
          return FALSE;
      }
  return TRUE;
}
