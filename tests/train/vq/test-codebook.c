/* test-codebook.c - codes follow the vectors they stand for, and none stays unused
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "codebook.h"

#include <math.h>

#include "nearest_code.h"
#include "noise.h"

#define CODES 12
#define DIM 3
#define N 64

/* Eight heaps, at the corners of a cube. */
static void
draw (float *x, guint32 step)
{
  for (guint32 i = 0; i < N; i++)
    for (guint32 k = 0; k < DIM; k++)
      x[i * DIM + k]
          = ((i >> k) & 1 ? 2.0f : -2.0f) + 0.1f * ((float) arra_noise_bits (1, step, i, k) * 0x1p-31f - 1.0f);
}

static ArraCodebook *
make (double decay, double revive_below)
{
  const ArraCodebookSettings settings = { .decay = decay, .revive_below = revive_below };
  ArraCodebook *codebook = arra_codebook_new (&settings, CODES, DIM, NULL);

  g_assert_nonnull (codebook);
  return codebook;
}

/* The largest distance of a vector from its code. */
static double
farthest (const ArraCodebook *codebook, const float *x, const guint32 *codes)
{
  double most = 0;

  for (gsize i = 0; i < N * DIM; i++)
    most = fmax (most, fabs ((double) x[i] - (double) codebook->vectors[codes[i / DIM] * DIM + i % DIM]));
  return most;
}

static double
step (ArraCodebook *codebook, guint32 index)
{
  const ArraExec exec = { arra_kernels_get (ARRA_CPU_C), NULL };
  g_autofree float *scratch = g_new (float, arra_nearest_code_scratch (CODES));
  float x[N * DIM];
  guint32 codes[N];

  draw (x, index);
  arra_codebook_quantize (codebook, &exec, x, N, scratch, codes);
  g_assert_true (arra_codebook_follow (codebook, x, codes, N, 5, index, NULL));
  return farthest (codebook, x, codes);
}

/* All codes begin at one place; dead ones are brought back until each heap has one. */
static void
test_revival (void)
{
  g_autoptr (ArraCodebook) codebook = make (0.8, 0.1), unaided = make (0.8, 0);
  double most = 0, without = 0;

  for (guint32 i = 0; i < 100; i++)
    {
      most = step (codebook, i);
      without = step (unaided, i);
    }
  g_assert_cmpfloat (most, <, 0.3);
  g_assert_cmpfloat (without, >, 1);
}

/* Each heap has a code from the start, and counts add up to the vectors of a step. */
static void
test_start (void)
{
  const ArraExec exec = { arra_kernels_get (ARRA_CPU_C), NULL };
  g_autoptr (ArraCodebook) codebook = make (0.9, 0.1);
  g_autofree float *scratch = g_new (float, arra_nearest_code_scratch (CODES));
  float x[N * DIM], sum = 0;
  guint32 codes[N];

  draw (x, 0);
  g_assert_true (arra_codebook_start (codebook, &exec, x, N, N / 4, 5, scratch, codes, NULL));
  g_assert_cmpfloat (farthest (codebook, x, codes), <, 0.3);
  for (gsize i = 0; i < CODES; i++)
    sum += codebook->counts[i];
  g_assert_cmpfloat_with_epsilon (sum, N / 4, 1e-4f);
  g_assert_cmpint (codebook->started, ==, 1);
}

/* The average of one code's vectors, by hand. */
static void
test_average (void)
{
  g_autoptr (ArraCodebook) codebook = make (0.75, 0);
  const float x[2 * DIM] = { 1, 2, 3, 3, 4, 5 };
  const guint32 codes[] = { 2, 2 };

  codebook->counts[2] = 4;
  codebook->counts[5] = 4;
  for (gsize k = 0; k < DIM; k++)
    codebook->sums[2 * DIM + k] = 4;
  g_assert_true (arra_codebook_follow (codebook, x, codes, 2, 1, 0, NULL));
  for (gsize k = 0; k < DIM; k++)
    g_assert_cmpfloat_with_epsilon (codebook->vectors[2 * DIM + k], (3 + 0.25f * (4 + 2 * (float) k)) / 3.5f, 1e-4);
}

static void
test_usage (void)
{
  g_autoptr (ArraCodebook) codebook = make (0.9, 0);
  const guint32 codes[] = { 1, 1, 4, 4, 6, 6, 7, 7 };
  double perplexity, used;

  arra_codebook_usage (codebook, codes, G_N_ELEMENTS (codes), &perplexity, &used);
  g_assert_cmpfloat_with_epsilon (perplexity, 4, 1e-9);
  g_assert_cmpfloat (used, ==, 4);
}

/* The codes of a lattice are roundings, clamped at its ends, and stay. */
static void
test_lattice (void)
{
  const guint levels[] = { 2, 3, 4 };
  const ArraCodebookSettings settings = { .decay = 0.5, .n_levels = 3, .levels = { 2, 3, 4 } };
  const ArraExec exec = { arra_kernels_get (ARRA_CPU_C), NULL };
  g_autoptr (ArraCodebook) codebook = arra_codebook_new (&settings, 24, 3, NULL);
  g_autofree float *scratch = g_new (float, arra_nearest_code_scratch (24));
  g_autofree float *kept = g_memdup2 (codebook->vectors, 24 * 3 * sizeof (float));
  float x[N * DIM];
  guint32 codes[N];

  for (guint32 i = 0; i < N * DIM; i++)
    x[i] = (float) arra_noise_bits (2, 0, 0, i) * 0x1p-31f * 1.5f - 1.5f;
  g_assert_cmpint (codebook->started, ==, 1);
  arra_codebook_quantize (codebook, &exec, x, N, scratch, codes);
  for (guint i = 0; i < N; i++)
    {
      guint expected = 0;

      for (guint k = 0; k < DIM; k++)
        {
          double steps = levels[k] - 1;
          double place = round (((double) x[i * DIM + k] + 1) / 2 * steps);

          expected = expected * levels[k] + (guint) CLAMP (place, 0, steps);
        }
      g_assert_cmpuint (codes[i], ==, expected);
    }
  g_assert_true (arra_codebook_follow (codebook, x, codes, N, 5, 0, NULL));
  g_assert_cmpmem (kept, 24 * 3 * sizeof (float), codebook->vectors, 24 * 3 * sizeof (float));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codebook/revival", test_revival);
  g_test_add_func ("/codebook/start", test_start);
  g_test_add_func ("/codebook/average", test_average);
  g_test_add_func ("/codebook/usage", test_usage);
  g_test_add_func ("/codebook/lattice", test_lattice);
  return g_test_run ();
}
