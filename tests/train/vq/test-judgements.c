/* test-judgements.c - what judgements cost, by hand, and slopes against finite differences
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "judgements.h"

#include <math.h>

#define N 4
#define STEP 1e-3f

static const float numbers[2 * N] = { 1.5f, 0.5f, -0.25f, 3, -1.5f, -0.5f, 0.25f, 2 };

static void
test_hinge (void)
{
  float slopes[2 * N];
  double loss = arra_judgements_hinge (numbers, N, slopes);

  g_assert_cmpfloat_with_epsilon (loss, (0 + 0.5 + 1.25 + 0 + 0 + 0.5 + 1.25 + 3) / 8, 1e-6);
  g_assert_cmpfloat (slopes[0], ==, 0);
  g_assert_cmpfloat (slopes[1], ==, -0.125f);
  g_assert_cmpfloat (slopes[4], ==, 0);
  g_assert_cmpfloat (slopes[7], ==, 0.125f);
}

static void
test_please (void)
{
  float slopes[N];

  g_assert_cmpfloat_with_epsilon (arra_judgements_please (numbers, N, slopes), -4.75 / 4, 1e-6);
  g_assert_cmpfloat (slopes[3], ==, -0.25f);
}

static void
test_compare (void)
{
  float higher[N], lower[N], unused[N];
  double loss = arra_judgements_compare (numbers, numbers + N, N, higher, lower), hand = 0;

  for (guint i = 0; i < N; i++)
    hand += log (1 + exp ((double) numbers[N + i] - (double) numbers[i])) / N;
  g_assert_cmpfloat_with_epsilon (loss, hand, 1e-6);
  for (guint i = 0; i < N; i++)
    {
      float moved[2 * N];
      double more;

      for (guint k = 0; k < 2 * N; k++)
        moved[k] = numbers[k] + (k == i ? STEP : 0);
      more = arra_judgements_compare (moved, moved + N, N, NULL, unused);
      g_assert_cmpfloat_with_epsilon ((more - loss) / (double) STEP, (double) higher[i], 1e-3);
      g_assert_cmpfloat (higher[i], ==, -lower[i]);
    }
}

/* However far apart judgements are, nothing overflows. */
static void
test_far (void)
{
  const float high[] = { 2000, -2000 }, low[] = { -2000, 2000 };
  float slopes[2];

  g_assert_cmpfloat_with_epsilon (arra_judgements_compare (high, low, 2, NULL, slopes), 2000, 1e-6);
  g_assert_cmpfloat (slopes[0], ==, 0);
  g_assert_cmpfloat (slopes[1], ==, 0.5f);
}

static void
test_liken (void)
{
  const float made[] = { 1, 2, -3, 0 }, real[] = { 1, 1, -2, -4 };
  float slopes[4];

  g_assert_cmpfloat_with_epsilon (arra_judgements_liken (made, real, 4, 2, slopes), 6.0 / 8, 1e-5);
  g_assert_cmpfloat (slopes[0], ==, 0);
  g_assert_cmpfloat_with_epsilon (slopes[1], 0.25f, 1e-6f);
  g_assert_cmpfloat_with_epsilon (slopes[2], -0.25f, 1e-6f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/judgements/hinge", test_hinge);
  g_test_add_func ("/judgements/please", test_please);
  g_test_add_func ("/judgements/compare", test_compare);
  g_test_add_func ("/judgements/far", test_far);
  g_test_add_func ("/judgements/liken", test_liken);
  return g_test_run ();
}
