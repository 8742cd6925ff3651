/* test-lattice.c - noise repeats where it should, stays in its bounds, and is smooth
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "dice.h"
#include "lattice.h"

static ArraLattice lattice;

static void
test_noise (void)
{
  ArraDice dice = arra_dice (3, 0, 0);
  double sum = 0, square = 0;

  for (int i = 0; i < 20000; i++)
    {
      float x = arra_dice_uniform (&dice, -30, 30), y = arra_dice_uniform (&dice, -30, 30),
            n = arra_lattice_noise (&lattice, x, y, 0);

      g_assert_true (fabsf (n) <= 1.1f);
      g_assert_cmpfloat (fabsf (n - arra_lattice_noise (&lattice, x + 1e-3f, y, 0)), <, 0.01f);
      sum += n;
      square += n * n;
    }
  g_assert_cmpfloat (fabs (sum / 20000), <, 0.03);
  g_assert_cmpfloat (sqrt (square / 20000), >, 0.2);
  g_assert_cmpfloat (arra_lattice_noise (&lattice, 5, -7, 0), ==, 0); /* lattice points have slopes, no heights */
}

static void
test_periods (void)
{
  ArraDice dice = arra_dice (4, 0, 0);

  for (int i = 0; i < 500; i++)
    {
      float x = (float) arra_dice_below (&dice, 4096) / 256 - 8, y = (float) arra_dice_below (&dice, 4096) / 256 - 8;

      g_assert_cmpfloat (arra_lattice_noise (&lattice, x, y, 5), ==, arra_lattice_noise (&lattice, x + 5, y - 10, 5));
      g_assert_cmpfloat (arra_lattice_fbm (&lattice, x, y, 4, 6, 0.5f), ==,
                         arra_lattice_fbm (&lattice, x - 4, y + 4, 4, 6, 0.5f));
      g_assert_cmpfloat (arra_lattice_ridges (&lattice, x, y, 8, 3, 0.5f), ==,
                         arra_lattice_ridges (&lattice, x + 8, y, 8, 3, 0.5f));
      g_assert_cmpuint (arra_lattice_cell (&lattice, x, y, 6, 1).cell, ==,
                        arra_lattice_cell (&lattice, x + 6, y + 12, 6, 1).cell);
    }
}

static void
test_cells (void)
{
  for (int i = 0; i < 400; i++)
    {
      float x = 0.37f * (float) i, y = 0.11f * (float) i;
      ArraCell cell = arra_lattice_cell (&lattice, x, y, 0, 1), grid = arra_lattice_cell (&lattice, x, y, 0, 0);

      g_assert_true (cell.nearest >= 0 && cell.nearest <= cell.second && cell.second < 2.2f);
      g_assert_cmpfloat (fabsf (hypotf (cell.dx, cell.dy) - cell.nearest), <, 1e-5f);
      g_assert_cmpuint (cell.cell, <, ARRA_LATTICE_SIDE * ARRA_LATTICE_SIDE);
      g_assert_cmpfloat (fabsf (grid.dx), <=, 0.5001f); /* without jitter, the middle of the square */
      g_assert_true (arra_lattice_shade (&lattice, cell.cell, 0) >= 0
                     && arra_lattice_shade (&lattice, cell.cell, 0) < 1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  arra_lattice_init (&lattice, 1, 2, 3);
  g_test_add_func ("/domain/lattice/noise", test_noise);
  g_test_add_func ("/domain/lattice/periods", test_periods);
  g_test_add_func ("/domain/lattice/cells", test_cells);
  return g_test_run ();
}
