/* test-fourier.c - against the sum that it stands for
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fourier.h"

#include <math.h>

#define MOST 96

static void
check (gsize n)
{
  double re[MOST], im[MOST], x_re[MOST], x_im[MOST], room[4 * MOST];

  for (gsize i = 0; i < n; i++)
    {
      re[i] = x_re[i] = sin (3.7 * (double) (i * i)) + (i == 2);
      im[i] = x_im[i] = cos (1.3 * (double) i) - (i == 0);
    }
  arra_fourier (re, im, n, room);
  for (gsize j = 0; j < n; j++)
    {
      double sum_re = 0, sum_im = 0;

      for (gsize k = 0; k < n; k++)
        {
          double angle = -2 * G_PI * (double) (j * k % n) / (double) n;

          sum_re += x_re[k] * cos (angle) - x_im[k] * sin (angle);
          sum_im += x_im[k] * cos (angle) + x_re[k] * sin (angle);
        }
      g_assert_cmpfloat_with_epsilon (re[j], sum_re, 1e-11);
      g_assert_cmpfloat_with_epsilon (im[j], sum_im, 1e-11);
    }
}

static void
test_definition (void)
{
  static const gsize lengths[] = { 1, 2, 3, 4, 7, 12, 48, 64, 90, MOST };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    check (lengths[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fourier/definition", test_definition);
  return g_test_run ();
}
