/* bench_limits.c - how fast this machine multiplies numbers that are in its caches: floats, and those of 16 and 8 bits
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"

#include <string.h>

#include "dtype_kernels.h"
#include "gemm.h"
#include "mem.h"

#define ROUNDS 9
#define SIDE 768   /* of square matrices of floats */
#define WIDTH 1024 /* of rows of narrow numbers */
#define ROWS 64    /* that a thread multiplies at a time */
#define TOKENS 16
#define PIECES 256   /* times in a round */
#define FILLING 0x11 /* of weights: as a half a number, too */

typedef struct
{
  const ArraKernels *kernels;
  ArraDType dtype; /* that is multiplied */
  float *square[3];
  guint8 *weights; /* of any of the types */
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
  const gsize n_weights = ROWS * WIDTH * sizeof (guint16);

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

/* Tokens of floats lie in the square, those of 8 bits apart. */
static void
multiply (gsize begin, gsize end, guint worker, gpointer data)
{
  const Limits *limits = data;
  const ArraDTypeTraits *traits = arra_dtype_traits (limits->dtype);
  const gboolean bytes = traits->activation == ARRA_ACTIVATION_Q8A;
  const void *tokens = bytes ? (const void *) limits->tokens : limits->square[0];
  const gsize stride = bytes ? WIDTH / ARRA_QK * sizeof (ArraBlockQ8A) : WIDTH * sizeof (float);

  for (gsize i = begin; i < end; i++)
    arra_dtype_matmul (limits->dtype, limits->kernels) (limits->weights, WIDTH / traits->block * traits->bytes, ROWS,
                                                        WIDTH, tokens, stride, TOKENS,
                                                        limits->outputs + (gsize) worker * TOKENS * ROWS, ROWS);
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
narrow_rate (Limits *limits, ArraDType dtype, const ArraExec *exec)
{
  const gint64 start = g_get_monotonic_time ();

  limits->dtype = arra_dtype_for_products (dtype, ROWS, exec->kernels);
  arra_pool_run (exec->pool, PIECES, 4, multiply, limits);
  return 2.0 * PIECES * ROWS * WIDTH * TOKENS / since (start);
}

gboolean
bench_limits (const ArraExec *exec, BenchLimits *out, GError **error)
{
  Limits limits = { .kernels = exec->kernels };
  double floats[ROUNDS], halves[ROUNDS], bytes[ROUNDS];
  gboolean ok = make (&limits, exec, error);

  for (guint i = 0; i < ROUNDS && ok; i++)
    {
      floats[i] = float_rate (&limits, exec);
      halves[i] = narrow_rate (&limits, ARRA_BF16, exec);
      bytes[i] = narrow_rate (&limits, ARRA_Q8_0, exec);
    }
  if (ok)
    *out = (BenchLimits) { .floats = bench_median (floats, ROUNDS),
                           .halves = bench_median (halves, ROUNDS),
                           .bytes = bench_median (bytes, ROUNDS) };
  clear (&limits);
  return ok;
}
