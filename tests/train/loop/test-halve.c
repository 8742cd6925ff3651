/* test-halve.c - means of two by two pixels, and what each of them gets back
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "halve.h"

static void
test_means (void)
{
  float x[2 * 2 * 4 * 3], half[2 * 1 * 2 * 3], dx[G_N_ELEMENTS (x)] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (x); i++)
    x[i] = (float) (i * i % 37);
  arra_halve (x, 2, 1, 2, half);
  for (guint i = 0; i < G_N_ELEMENTS (half); i++)
    {
      const float *corner = x + i / 6 * 24 + i / 3 % 2 * 6 + i % 3;

      g_assert_cmpfloat (half[i], ==, (corner[0] + corner[3] + corner[12] + corner[15]) / 4);
    }
  arra_halve_vjp (half, 2, 1, 2, dx);
  for (guint i = 0; i < G_N_ELEMENTS (x); i++)
    g_assert_cmpfloat (dx[i], ==, half[i / 24 * 6 + i / 3 % 4 / 2 * 3 + i % 3] / 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/halve/means", test_means);
  return g_test_run ();
}
