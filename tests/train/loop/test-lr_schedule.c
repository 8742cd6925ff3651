/* test-lr_schedule.c - warm-up, cosine, constant
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "lr_schedule.h"

static void
test_shape (void)
{
  const ArraLrSchedule schedule = { .rate = 1e-3, .min_rate = 1e-5, .warmup = 0.5, .epochs = 4.5 };

  g_assert_cmpfloat (arra_lr_at (&schedule, 0), ==, 0);
  g_assert_cmpfloat_with_epsilon (arra_lr_at (&schedule, 0.25), 0.5e-3, 1e-18);
  g_assert_cmpfloat_with_epsilon (arra_lr_at (&schedule, 0.5), 1e-3, 1e-18);
  g_assert_cmpfloat_with_epsilon (arra_lr_at (&schedule, 2.5), 0.505e-3, 1e-15);
  g_assert_cmpfloat_with_epsilon (arra_lr_at (&schedule, 4.5), 1e-5, 1e-18);
  for (double epoch = 0.5; epoch < 4.4; epoch += 0.1)
    g_assert_cmpfloat (arra_lr_at (&schedule, epoch + 0.1), <, arra_lr_at (&schedule, epoch));
}

static void
test_constant (void)
{
  const ArraLrSchedule schedule = { .rate = 2e-5, .min_rate = 2e-5, .warmup = 0, .epochs = 10 };

  for (double epoch = 0; epoch <= 10; epoch += 0.5)
    g_assert_cmpfloat (arra_lr_at (&schedule, epoch), ==, 2e-5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/lr-schedule/shape", test_shape);
  g_test_add_func ("/train/lr-schedule/constant", test_constant);
  return g_test_run ();
}
