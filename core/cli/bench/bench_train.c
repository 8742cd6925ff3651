/* bench_train.c - how fast a transformer learns, as a share of what matrix products reach here
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"

#include "adamw.h"
#include "gemm.h"
#include "mem.h"
#include "objective.h"

#define SIDE 2048 /* of the square matrices */
#define CLIP 4

/* A model, an optimiser and a batch that is learnt again and again; all tokens but the first of each sequence
 * are learnt. */
typedef struct
{
  const ArraExec *exec;
  ArraParameters *parameters;
  ArraObjectiveRun *run;
  ArraAdamW *adamw;
  guint32 *ids, *lengths;
  gint32 *labels;
  float *square[3]; /* of SIDE x SIDE */
} Bench;

static void
clear (Bench *bench)
{
  arra_objective_run_free (bench->run);
  arra_adamw_free (bench->adamw);
  arra_parameters_free (bench->parameters);
  arra_mem_free (bench->ids);
  arra_mem_free (bench->labels);
  arra_mem_free (bench->lengths);
  for (guint i = 0; i < G_N_ELEMENTS (bench->square); i++)
    arra_mem_free (bench->square[i]);
}

static gboolean
make_model (Bench *bench, const ArraDecoder *decoder, GError **error)
{
  static const ArraAdamWSettings settings = ARRA_ADAMW_REFERENCE;
  static const ArraObjective objective = { .z_weight = 1e-5 };

  bench->parameters = arra_parameters_new (error);
  if (bench->parameters == NULL
      || !arra_weights_describe (&decoder->weights, arra_parameters_add_shape, bench->parameters, error)
      || !arra_parameters_allocate (bench->parameters, TRUE, error))
    return FALSE;
  arra_parameters_start (bench->parameters, 1, 0.02f);
  bench->adamw = arra_adamw_new (&settings, bench->parameters, error);
  if (bench->adamw != NULL)
    bench->run = arra_objective_run_new (&objective, decoder->family->trainable (decoder), bench->parameters,
                                         bench->exec, error);
  return bench->run != NULL;
}

static gboolean
make_batch (Bench *bench, const ArraDecoder *decoder, GError **error)
{
  gsize n = (gsize) BENCH_BATCH * BENCH_LENGTH;

  bench->ids = arra_mem_new (n, sizeof *bench->ids, "token ids", error);
  bench->labels = bench->ids != NULL ? arra_mem_new (n, sizeof *bench->labels, "labels", error) : NULL;
  bench->lengths = bench->labels != NULL ? arra_mem_new (BENCH_BATCH, sizeof *bench->lengths, "lengths", error) : NULL;
  if (bench->lengths == NULL)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      bench->ids[i] = (guint32) (i * 7919u % decoder->shape.n_ids);
      bench->labels[i] = (gint32) bench->ids[i];
    }
  for (guint i = 0; i < BENCH_BATCH; i++)
    bench->lengths[i] = BENCH_LENGTH;
  return TRUE;
}

static gboolean
make_squares (Bench *bench, GError **error)
{
  for (guint k = 0; k < G_N_ELEMENTS (bench->square); k++)
    {
      bench->square[k] = arra_mem_new ((gsize) SIDE * SIDE, sizeof (float), "square matrices", error);
      if (bench->square[k] == NULL)
        return FALSE;
      for (gsize i = 0; i < (gsize) SIDE * SIDE; i++)
        bench->square[k][i] = (float) (i * 2654435761u % 1000) * 1e-3f;
    }
  return TRUE;
}

static double
now (void)
{
  return (double) g_get_monotonic_time () * 1e-6;
}

/* FLOP a second of a product of square matrices. */
static double
product_rate (Bench *bench)
{
  double start = now ();

  arra_sgemm_pool (bench->exec->pool, FALSE, FALSE, SIDE, SIDE, SIDE, 1, bench->square[0], SIDE, bench->square[1], SIDE,
                   0, bench->square[2], SIDE);
  return 2.0 * SIDE * SIDE * SIDE / (now () - start);
}

static gboolean
make_step (Bench *bench, double *seconds, GError **error)
{
  ArraBatch batch = {
    .n = BENCH_BATCH, .length = BENCH_LENGTH, .ids = bench->ids, .labels = bench->labels, .lengths = bench->lengths
  };
  ArraLosses losses;
  double start = now ();

  arra_parameters_zero_grad (bench->parameters);
  if (!arra_objective_evaluate (bench->run, &batch, TRUE, &losses, error))
    return FALSE;
  arra_clip_gradients (bench->exec, bench->parameters, CLIP);
  arra_adamw_step (bench->adamw, bench->exec, 1e-4, bench->parameters);
  *seconds = now () - start;
  return TRUE;
}

/* Six for each weight and token (a product forward, two backward), and the attention's scores and sums over
 * whole squares. */
static double
flop_of_step (const ArraTransformerShape *shape)
{
  double dim = shape->hidden_size, kv = dim / shape->n_heads * shape->n_kv_heads;
  double layer = 2 * dim * (dim + kv) + 3 * dim * shape->intermediate_size;
  double tokens = BENCH_BATCH * BENCH_LENGTH;

  return 6 * tokens * (shape->n_layers * layer + dim * shape->n_logits)
         + 12.0 * tokens * BENCH_LENGTH * dim * shape->n_layers;
}

static gboolean
measure (Bench *bench, guint steps, BenchTraining *training, GCancellable *cancellable, GError **error)
{
  g_autofree double *seconds = g_new (double, steps), *rates = g_new (double, steps), *shares = g_new (double, steps);
  double first;

  if (!make_step (bench, &first, error)) /* memory is met for the first time */
    return FALSE;
  for (guint i = 0; i < steps; i++)
    {
      double before = product_rate (bench);

      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !make_step (bench, &seconds[i], error))
        return FALSE;
      rates[i] = 0.5 * (before + product_rate (bench));
      shares[i] = training->flop / seconds[i] / rates[i];
    }
  training->seconds = bench_median (seconds, steps);
  training->product_rate = bench_median (rates, steps);
  training->share = bench_median (shares, steps);
  return TRUE;
}

gboolean
bench_train (const ArraDecoder *decoder,
             const ArraExec *exec,
             guint steps,
             BenchTraining *training,
             GCancellable *cancellable,
             GError **error)
{
  Bench bench = { .exec = exec };
  gboolean ok;

  *training = (BenchTraining) { .flop = flop_of_step (&decoder->shape) };
  ok = make_model (&bench, decoder, error) && make_batch (&bench, decoder, error) && make_squares (&bench, error)
       && measure (&bench, steps, training, cancellable, error);
  training->parameters = ok ? bench.parameters->size : 0;
  clear (&bench);
  return ok;
}
