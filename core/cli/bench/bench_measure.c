/* bench_measure.c - times passes over a model, a read of as much memory before each of them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"

#include <stdlib.h>

#include "checkpoint.h"
#include "mem.h"

#define PREFILLS 5

typedef struct
{
  ArraTransformerRun *run;
  ArraKvCache *caches[2];
  float *logits[2];
  guint32 *ids; /* for the caches and the prefill */
  guint n_ids;
} Bench;

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

double
bench_median (double *values, guint n)
{
  qsort (values, n, sizeof *values, compare);
  return n == 0 ? 0 : n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

gboolean
bench_plan_has_passes (const BenchPlan *plan)
{
  return plan->decode || plan->pair || plan->prefill;
}

static double
now (void)
{
  return (double) g_get_monotonic_time () * 1e-6;
}

static guint
context_of (const BenchPlan *plan)
{
  guint deepest = BENCH_PROMPT;

  for (guint i = 0; i < plan->n_depths; i++)
    deepest = MAX (deepest, plan->depths[i]);
  return deepest + 1;
}

void
bench_measure_bytes (const ArraDecoder *decoder, const BenchPlan *plan, guint threads, guint64 *caches, guint64 *work)
{
  *caches = 2 * arra_decoder_kv_cache_bytes (decoder, context_of (plan), arra_quant_dtype (plan->kv));
  *work = arra_transformer_run_bytes (&decoder->shape, BENCH_PROMPT, context_of (plan), threads)
          + 2 * sizeof (float) * (guint64) decoder->shape.n_logits + sizeof (guint32) * (guint64) context_of (plan);
}

static gboolean
bench_init (Bench *bench, const ArraTransformer *model, const ArraExec *exec, const BenchPlan *plan, GError **error)
{
  ArraKvShape kv_shape = arra_transformer_kv_shape (&model->shape);
  const guint context = context_of (plan);

  kv_shape.dtype = arra_quant_dtype (plan->kv);
  bench->n_ids = context - 1;
  bench->run = arra_transformer_run_new (model, exec, BENCH_PROMPT, context, error);
  bench->ids = arra_mem_new (bench->n_ids, sizeof *bench->ids, "token ids", error);
  if (bench->run == NULL || bench->ids == NULL)
    return FALSE;
  for (guint i = 0; i < bench->n_ids; i++)
    bench->ids[i] = (i * 7919u) % model->shape.n_ids;
  for (guint i = 0; i < G_N_ELEMENTS (bench->caches); i++)
    {
      bench->caches[i] = arra_kv_cache_new (&kv_shape, context, error);
      if (bench->caches[i] == NULL)
        return FALSE;
      bench_fill_cache (bench->caches[i], &kv_shape, context);
      bench->logits[i] = arra_mem_new (model->shape.n_logits, sizeof (float), "logits", error);
      if (bench->logits[i] == NULL)
        return FALSE;
    }
  return TRUE;
}

static void
bench_clear (Bench *bench)
{
  arra_transformer_run_free (bench->run);
  for (guint i = 0; i < G_N_ELEMENTS (bench->caches); i++)
    {
      arra_kv_cache_free (bench->caches[i]);
      arra_mem_free (bench->logits[i]);
    }
  arra_mem_free (bench->ids);
}

/* One pass: @n_ids new tokens in each of @n sequences. */
static gboolean
pass (Bench *bench, guint n, guint n_ids, GCancellable *cancellable, GError **error)
{
  ArraTransformerInput inputs[2] = { 0 };

  for (guint i = 0; i < n; i++)
    inputs[i] = (ArraTransformerInput) {
      .cache = bench->caches[i], .ids = bench->ids, .n_ids = n_ids, .logits = bench->logits[i]
    };
  return arra_transformer_forward (bench->run, inputs, n, NULL, NULL, cancellable, error);
}

static void
set_depth (Bench *bench, guint n, guint depth)
{
  for (guint i = 0; i < n; i++)
    {
      arra_kv_cache_truncate (bench->caches[i], 0);
      arra_kv_cache_grow (bench->caches[i], depth);
    }
}

static gboolean
measure_pass (Bench *bench,
              guint n,
              guint depth,
              const ArraExec *exec,
              const ArraReadProbe *probe,
              const BenchPlan *plan,
              guint64 bytes,
              BenchPass *out,
              GCancellable *cancellable,
              GError **error)
{
  g_autofree double *seconds = g_new (double, plan->steps);
  g_autofree double *rates = g_new (double, plan->steps);
  g_autofree double *shares = g_new (double, plan->steps);

  for (guint step = 0; step <= plan->steps; step++) /* the first one only warms up */
    {
      double read = arra_read_probe_read (probe, bytes, exec->pool);
      double start, taken;

      set_depth (bench, n, depth);
      start = now ();
      if (!pass (bench, n, 1, cancellable, error))
        return FALSE;
      taken = MAX (now () - start, 1e-6);
      if (step == 0)
        continue;
      seconds[step - 1] = taken;
      rates[step - 1] = (double) bytes / read;
      shares[step - 1] = read / taken;
    }
  out->done = TRUE;
  out->seconds = bench_median (seconds, plan->steps);
  out->read = bench_median (rates, plan->steps);
  out->share = bench_median (shares, plan->steps);
  return TRUE;
}

static gboolean
measure_prefill (Bench *bench, BenchResult *result, GCancellable *cancellable, GError **error)
{
  double seconds[PREFILLS];

  for (guint i = 0; i < PREFILLS; i++)
    {
      double start;
      arra_kv_cache_truncate (bench->caches[0], 0);
      start = now ();
      if (!pass (bench, 1, BENCH_PROMPT, cancellable, error))
        return FALSE;
      seconds[i] = now () - start;
    }
  result->prefill = bench_median (seconds, PREFILLS);
  return TRUE;
}

static gboolean
measure_all (Bench *bench,
             const ArraExec *exec,
             const ArraReadProbe *probe,
             const BenchPlan *plan,
             BenchResult *result,
             GCancellable *cancellable,
             GError **error)
{
  if (plan->prefill && !measure_prefill (bench, result, cancellable, error))
    return FALSE;
  for (guint i = 0; i < plan->n_depths; i++)
    if ((plan->decode
         && !measure_pass (bench, 1, plan->depths[i], exec, probe, plan, result->bytes, &result->single[i], cancellable,
                           error))
        || (plan->pair
            && !measure_pass (bench, 2, plan->depths[i], exec, probe, plan, result->bytes, &result->pair[i],
                              cancellable, error)))
      return FALSE;
  return TRUE;
}

gboolean
bench_measure (const ArraTransformer *model,
               const ArraExec *exec,
               const ArraReadProbe *probe,
               const BenchPlan *plan,
               BenchResult *result,
               GCancellable *cancellable,
               GError **error)
{
  Bench bench = { 0 };
  gboolean ok = bench_init (&bench, model, exec, plan, error)
                && measure_all (&bench, exec, probe, plan, result, cancellable, error);

  bench_clear (&bench);
  return ok;
}
