/* test-dice.c - throws stay in their bounds, streams are apart, unlikely things stay away
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "dice.h"

#define N 20000

static void
test_bounds (void)
{
  ArraDice dice = arra_dice (1, 2, 3);
  double sum = 0, square = 0;

  for (int i = 0; i < N; i++)
    {
      float u = arra_dice_uniform (&dice, -2, 5), n = arra_dice_normal (&dice, 10, 3, 2);

      g_assert_true (u >= -2 && u < 5);
      g_assert_true (n >= 4 && n <= 16);
      g_assert_cmpuint (arra_dice_below (&dice, 7), <, 7);
      sum += u;
      square += (n - 10) * (n - 10);
    }
  g_assert_cmpfloat (fabs (sum / N - 1.5), <, 0.06);
  g_assert_cmpfloat (fabs (sqrt (square / N) - 2.88), <,
                     0.1); /* a normal one cut off at two deviations has 0.96 of its deviation */
}

static void
test_streams (void)
{
  ArraDice a = arra_dice (1, 2, 3), again = arra_dice (1, 2, 3),
           others[] = { arra_dice (2, 2, 3), arra_dice (1, 3, 3), arra_dice (1, 2, 4),
                        arra_dice (1, 2 + (G_GUINT64_CONSTANT (1) << 32), 3) };

  for (int i = 0; i < 10; i++)
    {
      guint32 bits = arra_dice_bits (&a);

      g_assert_cmpuint (bits, ==, arra_dice_bits (&again));
      for (gsize o = 0; o < G_N_ELEMENTS (others); o++)
        g_assert_cmpuint (bits, !=, arra_dice_bits (&others[o]));
    }
}

static void
test_weighted (void)
{
  const float weights[] = { 0, 3, 0, 1, 0 };
  ArraDice dice = arra_dice (5, 0, 0);
  guint counts[5] = { 0 };

  for (int i = 0; i < N; i++)
    counts[arra_dice_weighted (&dice, weights, 5)]++;
  g_assert_cmpuint (counts[0] + counts[2] + counts[4], ==, 0);
  g_assert_cmpfloat (fabs ((double) counts[1] / N - 0.75), <, 0.015);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/domain/dice/bounds", test_bounds);
  g_test_add_func ("/domain/dice/streams", test_streams);
  g_test_add_func ("/domain/dice/weighted", test_weighted);
  return g_test_run ();
}
