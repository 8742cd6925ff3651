/* bench_limits.c - how fast this machine multiplies numbers that are in its caches: floats, and those of 8 bits
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"

#include <string.h>

#include "dtype_kernels.h"
#include "gemm.h"
#include "mem.h"

#define ROUNDS 9
#define SIDE 768   /* of square matrices of floats */
#define WIDTH 1024 /* of rows of 8 bits */
#define ROWS 64    /* that a thread multiplies at a time */
#define TOKENS 16
#define PIECES 256   /* times in a round */
#define FILLING 0x11 /* of weights: as a half a number, too */

typedef struct
{
  const ArraKernels *kernels;
  ArraDType dtype;
  float *square[3];
  guint8 *weights;
  ArraBlockQ8A *tokens;
  float *outputs; /* [threads][TOKENS][ROWS] */
} Limits;

static void
clear (Limits *limits)
{
  for (guint i = 0; i < G_N_ELEMENTS (limits->square); i++)
    arra_mem_free (limits->square[i]);
  arra_mem_free (limits->weights);
  arra_mem_free (limits->tokens);
  arra_mem_free (limits->outputs);
}

static gboolean
make (Limits *limits, const ArraExec *exec, GError **error)
{
  const char *what = "the limits' probes";
  const gsize n_weights = ROWS * WIDTH / ARRA_QK * sizeof (ArraBlockQ8_0);

  for (guint i = 0; i < G_N_ELEMENTS (limits->square); i++)
    if ((limits->square[i] = arra_mem_new0 (SIDE * SIDE, sizeof (float), what, error)) == NULL)
      return FALSE;
  limits->weights = arra_mem_new (n_weights, 1, what, error);
  limits->tokens = arra_mem_new (TOKENS * WIDTH / ARRA_QK, sizeof (ArraBlockQ8A), what, error);
  limits->outputs = arra_mem_new ((gsize) arra_pool_threads (exec->pool) * TOKENS * ROWS, sizeof (float), what, error);
  if (limits->weights == NULL || limits->tokens == NULL || limits->outputs == NULL)
    return FALSE;
  memset (limits->weights, FILLING, n_weights);
  for (gsize i = 0; i < TOKENS; i++)
    exec->kernels->quantize_q8a (limits->square[0], WIDTH, limits->tokens + i * WIDTH / ARRA_QK);
  return TRUE;
}

static void
multiply_bytes (gsize begin, gsize end, guint worker, gpointer data)
{
  const Limits *limits = data;

  for (gsize i = begin; i < end; i++)
    arra_dtype_matmul (limits->dtype, limits->kernels) (limits->weights, WIDTH / ARRA_QK * sizeof (ArraBlockQ8_0), ROWS,
                                                        WIDTH, limits->tokens, WIDTH / ARRA_QK * sizeof (ArraBlockQ8A),
                                                        TOKENS, limits->outputs + (gsize) worker * TOKENS * ROWS, ROWS);
}

static double
since (gint64 start)
{
  return (double) MAX (g_get_monotonic_time () - start, 1) * 1e-6;
}

static double
float_rate (const Limits *limits, const ArraExec *exec)
{
  const gint64 start = g_get_monotonic_time ();

  arra_sgemm_pool (exec->pool, FALSE, FALSE, SIDE, SIDE, SIDE, 1, limits->square[0], SIDE, limits->square[1], SIDE, 0,
                   limits->square[2], SIDE);
  return 2.0 * SIDE * SIDE * SIDE / since (start);
}

static double
byte_rate (Limits *limits, const ArraExec *exec)
{
  const gint64 start = g_get_monotonic_time ();

  arra_pool_run (exec->pool, PIECES, 4, multiply_bytes, limits);
  return 2.0 * PIECES * ROWS * WIDTH * TOKENS / since (start);
}

gboolean
bench_limits (const ArraExec *exec, BenchLimits *out, GError **error)
{
  Limits limits = { .kernels = exec->kernels, .dtype = arra_dtype_for_products (ARRA_Q8_0, ROWS, exec->kernels) };
  double floats[ROUNDS], bytes[ROUNDS];
  gboolean ok = make (&limits, exec, error);

  for (guint i = 0; i < ROUNDS && ok; i++)
    {
      floats[i] = float_rate (&limits, exec);
      bytes[i] = byte_rate (&limits, exec);
    }
  if (ok)
    *out = (BenchLimits) { .floats = bench_median (floats, ROUNDS), .bytes = bench_median (bytes, ROUNDS) };
  clear (&limits);
  return ok;
}
