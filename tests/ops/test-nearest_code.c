/* test-nearest_code.c - the nearest codebook entry, ties and near ties included
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "maps.h"
#include "mem.h"
#include "nearest_code.h"

static void
quantize (const ArraExec *exec,
          const float *x,
          gsize n,
          const float *codebook,
          gsize n_codes,
          gsize dim,
          guint32 *codes)
{
  g_autofree float *squares = g_new (float, n_codes);
  gsize stride = arra_nearest_code_scratch (n_codes);
  g_automem float *scratch = arra_mem_new (stride * arra_pool_threads (exec->pool), sizeof *scratch, "a test", NULL);
  ArraMapWork work = { .exec = exec, .scratch = scratch, .scratch_stride = stride };

  arra_code_squares (codebook, n_codes, dim, squares);
  g_assert_true (arra_nearest_code (x, n, codebook, squares, n_codes, dim, codes, &work, NULL));
}

static guint32
expected (const float *x, const float *codebook, gsize n_codes, gsize dim)
{
  double least = INFINITY;
  guint32 best = 0;

  for (gsize j = 0; j < n_codes; j++)
    {
      double d = 0;
      for (gsize c = 0; c < dim; c++)
        d += ((double) x[c] - (double) codebook[j * dim + c]) * ((double) x[c] - (double) codebook[j * dim + c]);
      if (d < least)
        {
          least = d;
          best = (guint32) j;
        }
    }
  return best;
}

static void
check_random (const ArraExec *exec)
{
  enum
  {
    N = 150,
    CODES = 1000,
    DIM = 13
  };
  g_autoptr (GRand) random = g_rand_new_with_seed (9);
  g_automem float *x = random_floats (random, N * DIM), *codebook = random_floats (random, CODES * DIM);
  guint32 codes[N];

  quantize (exec, x, N, codebook, CODES, DIM, codes);
  for (gsize i = 0; i < N; i++)
    g_assert_cmpuint (codes[i], ==, expected (x + i * DIM, codebook, CODES, DIM));
}

static void
test_random (void)
{
  with_every_exec (check_random);
}

/* Far from zero, single precision cannot tell the distances apart: 1e4 -+ 1e-3. */
static void
check_near_ties (const ArraExec *exec)
{
  enum
  {
    DIM = 4
  };
  const float codebook[5][DIM] = {
    { 0, 0, 0, 0 }, { 10000, 0, 0, 0.002f }, { 10000, 0, 0, 0.001f }, { 10000, 0, 0, 0.001f }, { 10000, 0, 0, -0.0015f }
  };
  const float x[2][DIM] = { { 10000, 0, 0, 0 }, { 10000, 0, 0, 0.01f } };
  guint32 codes[2];

  quantize (exec, x[0], 2, codebook[0], 5, DIM, codes);
  g_assert_cmpuint (codes[0], ==, 2); /* the first of two equal ones */
  g_assert_cmpuint (codes[1], ==, 1);
}

static void
test_near_ties (void)
{
  with_every_exec (check_near_ties);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nearest-code/random", test_random);
  g_test_add_func ("/nearest-code/near-ties", test_near_ties);
  return g_test_run ();
}
