/* test-group_norm.c - group normalisation against its definition in double
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "group_norm.h"
#include "maps.h"
#include "mem.h"

#define CHANNELS 64
#define GROUPS 32
#define PIXELS 37
#define EPS 1e-6

/* @offset: how far the mean lies from zero. */
static void
check (double offset, double tolerance)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  g_automem float *x = random_floats (random, PIXELS * CHANNELS), *weight = random_floats (random, CHANNELS),
                  *bias = random_floats (random, CHANNELS);
  double moments[3][2][CHANNELS] = { 0 };
  float scale[CHANNELS], shift[CHANNELS];

  for (gsize i = 0; i < PIXELS * CHANNELS; i++)
    x[i] = (float) ((double) x[i] + offset);
  arra_channel_moments (x, 10, CHANNELS, moments[0][0]);
  arra_channel_moments (x + 10 * CHANNELS, 20, CHANNELS, moments[1][0]);
  arra_channel_moments (x + 30 * CHANNELS, PIXELS - 30, CHANNELS, moments[2][0]);
  arra_group_norm_prepare (moments[0][0], 3, PIXELS, CHANNELS, GROUPS, EPS, weight, bias, scale, shift);
  for (gsize c = 0; c < CHANNELS; c++)
    {
      gsize first = c / (CHANNELS / GROUPS) * (CHANNELS / GROUPS);
      double mean = 0, variance = 0;
      const double n = PIXELS * CHANNELS / GROUPS;

      for (gsize p = 0; p < PIXELS; p++)
        for (gsize k = first; k < first + CHANNELS / GROUPS; k++)
          mean += (double) x[p * CHANNELS + k] / n;
      for (gsize p = 0; p < PIXELS; p++)
        for (gsize k = first; k < first + CHANNELS / GROUPS; k++)
          variance += ((double) x[p * CHANNELS + k] - mean) * ((double) x[p * CHANNELS + k] - mean) / n;
      for (gsize p = 0; p < PIXELS; p++)
        {
          double v = (double) x[p * CHANNELS + c];
          double expected = (v - mean) / sqrt (variance + EPS) * (double) weight[c] + (double) bias[c];
          g_assert_cmpfloat (fabs (v * (double) scale[c] + (double) shift[c] - expected), <, tolerance);
        }
    }
}

static void
test_definition (void)
{
  check (0.0, 1e-6);
  check (100.0, 5e-5); /* scale and shift are floats: the error grows with mean / deviation */
}

static void
test_constant (void)
{
  const float x[4] = { 3, 3, 3, 3 }, weight[2] = { 2, 2 }, bias[2] = { 1, -1 };
  double moments[2][2] = { 0 };
  float scale[2], shift[2];

  arra_channel_moments (x, 2, 2, moments[0]);
  arra_group_norm_prepare (moments[0], 1, 2, 2, 1, EPS, weight, bias, scale, shift);
  g_assert_cmpfloat (fabs (3.0 * (double) scale[0] + (double) shift[0] - 1.0), <, 1e-3);
  g_assert_cmpfloat (fabs (3.0 * (double) scale[1] + (double) shift[1] + 1.0), <, 1e-3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/group-norm/definition", test_definition);
  g_test_add_func ("/group-norm/constant", test_constant);
  return g_test_run ();
}
