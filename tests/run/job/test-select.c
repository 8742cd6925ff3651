/* test-select.c - thresholds against sorting
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "noise.h"
#include "select.h"

#define N 777

static int
falling (const void *a, const void *b)
{
  const float x = *(const float *) a, y = *(const float *) b;

  return (x < y) - (x > y);
}

static void
fill (ArraCandidate *candidates, float *sorted, guint32 seed, gboolean coarse)
{
  for (guint32 i = 0; i < N; i++)
    {
      float score = arra_noise_gumbel (seed, 0, 0, i) - 1;

      if (coarse)
        score = floorf (score * 2) / 2;
      candidates[i] = (ArraCandidate) { i, score };
      sorted[i] = score;
    }
  qsort (sorted, N, sizeof (float), falling);
}

static void
test_count (void)
{
  ArraCandidate candidates[N];
  float sorted[N];

  for (guint32 seed = 0; seed < 8; seed++)
    {
      fill (candidates, sorted, seed, seed % 2 == 1);
      for (guint k = 1; k <= N; k++)
        g_assert_cmpuint (arra_select_threshold (candidates, NULL, N, k), ==, arra_select_key (sorted[k - 1]));
      g_assert_cmpuint (arra_select_threshold (candidates, NULL, N, N + 1), ==, 0);
    }
}

static void
test_order (void)
{
  static const float values[]
      = { -INFINITY, -G_MAXFLOAT, -1e10f, -1, -1e-40f, 0, 1e-40f, 1, 1e10f, G_MAXFLOAT, INFINITY };

  for (gsize i = 1; i < G_N_ELEMENTS (values); i++)
    g_assert_cmpuint (arra_select_key (values[i - 1]), <, arra_select_key (values[i]));
  g_assert_cmpuint (arra_select_key (-0.0f), ==, arra_select_key (0.0f));
}

/* The mass above the threshold is below the target, that down to it is not. */
static void
test_weights (void)
{
  static const double parts[] = { 1e-9, 0.1, 0.5, 0.9, 0.999 };
  ArraCandidate candidates[N];
  float sorted[N], weights[N];

  for (guint32 seed = 0; seed < 8; seed++)
    {
      double total = 0;

      fill (candidates, sorted, seed, seed % 2 == 1);
      for (guint i = 0; i < N; i++)
        {
          weights[i] = expf (candidates[i].score);
          total += (double) weights[i];
        }
      for (gsize part = 0; part < G_N_ELEMENTS (parts); part++)
        {
          const guint32 threshold = arra_select_threshold (candidates, weights, N, parts[part] * total);
          double above = 0, down_to = 0;

          for (guint i = 0; i < N; i++)
            {
              above += arra_select_key (candidates[i].score) > threshold ? (double) weights[i] : 0;
              down_to += arra_select_key (candidates[i].score) >= threshold ? (double) weights[i] : 0;
            }
          g_assert_cmpfloat (above, <, parts[part] * total);
          g_assert_cmpfloat (down_to, >=, parts[part] * total * (1 - 1e-12));
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/select/order", test_order);
  g_test_add_func ("/select/count", test_count);
  g_test_add_func ("/select/weights", test_weights);
  return g_test_run ();
}
