/* test-average.c - averaged parameters follow the formula, and swap places
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "average.h"

#define N 40000 /* more than one grain */

static void
test_formula (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraPool) pool = arra_pool_new (2, &error);
  g_autoptr (ArraParameters) parameters = arra_parameters_new (&error);
  g_autoptr (ArraAverage) average = NULL;
  ArraExec exec = { arra_kernels_get (ARRA_CPU_C), pool };
  gint64 shape = N;
  double expected = 1;

  arra_parameters_add (parameters, "x", FALSE, 1, &shape, &error);
  arra_parameters_allocate (parameters, FALSE, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < N; i++)
    parameters->data[i] = 1;
  average = arra_average_new (0.5, parameters, &error);
  g_assert_no_error (error);
  for (guint step = 0; step < 30; step++)
    {
      double decay = MIN (0.5, (1.0 + step) / (10.0 + step));

      for (guint i = 0; i < N; i++)
        parameters->data[i] = (float) step;
      arra_average_update (average, &exec, step, parameters);
      expected = decay * expected + (1 - decay) * step;
      g_assert_cmpfloat_with_epsilon ((double) average->data[0], expected, 1e-5 * (1 + step));
      g_assert_cmpfloat (average->data[N - 1], ==, average->data[0]);
    }
  arra_average_swap (average, parameters);
  g_assert_cmpfloat_with_epsilon ((double) parameters->data[7], expected, 1e-4);
  g_assert_cmpfloat ((double) average->data[7], ==, 29);
  arra_average_swap (average, parameters);
  g_assert_cmpfloat ((double) parameters->data[7], ==, 29);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/average/formula", test_formula);
  return g_test_run ();
}
