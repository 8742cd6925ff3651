/* test-smooth.c - what is known stays, what is missing lies between it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "mem.h"
#include "smooth.h"

#define W 37
#define H 23

static void
fill (float *planes, const float *known, guint n_planes, guint width, guint height)
{
  g_autoptr (GError) error = NULL;

  arra_smooth_fill (planes, known, n_planes, width, height, &error);
  g_assert_no_error (error);
}

/* Known values stay to the bit; others lie between the least and the largest of them. */
static void
test_bounds (void)
{
  float planes[2 * W * H], before[2 * W * H], known[W * H];

  for (guint i = 0; i < W * H; i++)
    {
      known[i] = i * 7 % 11 == 0 ? 1 : 0;
      planes[i] = known[i] > 0 ? 10 + i % 50 : NAN; /* what is not known is never looked at */
      planes[W * H + i] = known[i] > 0 ? -3 : NAN;
    }
  memcpy (before, planes, sizeof before);
  fill (planes, known, 2, W, H);
  for (guint i = 0; i < W * H; i++)
    {
      if (known[i] > 0)
        g_assert_cmpfloat (planes[i], ==, before[i]);
      g_assert_cmpfloat (planes[i], >=, 10 - 1e-3);
      g_assert_cmpfloat (planes[i], <=, 59 + 1e-3);
      g_assert_cmpfloat_with_epsilon (planes[W * H + i], -3, 1e-5);
    }
}

/* Between a dark and a bright side the passage has no step. */
static void
test_passage (void)
{
  float plane[64 * 64], known[64 * 64];

  for (guint i = 0; i < 64 * 64; i++)
    {
      known[i] = i % 64 < 8 || i % 64 >= 56 ? 1 : 0;
      plane[i] = i % 64 < 32 ? 0 : 100;
    }
  fill (plane, known, 1, 64, 64);
  for (guint y = 0; y < 64; y++)
    for (guint x = 1; x < 64; x++)
      {
        const float step = plane[y * 64 + x] - plane[y * 64 + x - 1];

        g_assert_cmpfloat (step, >=, -0.5);
        g_assert_cmpfloat (step, <, 12);
      }
}

/* A value that is half known is half its own. */
static void
test_half_known (void)
{
  float plane[3] = { 0, 100, 0 };
  const float known[3] = { 1, 0.5f, 1 };

  fill (plane, known, 1, 3, 1);
  g_assert_cmpfloat (plane[0], ==, 0);
  g_assert_cmpfloat (plane[1], >, 50);
  g_assert_cmpfloat (plane[1], <, 100);
}

static void
test_nothing_known (void)
{
  float plane[15] = { 5, 5, 5 };
  const float known[15] = { 0 };

  fill (plane, known, 1, 5, 3);
  for (guint i = 0; i < 15; i++)
    g_assert_cmpfloat (plane[i], ==, 0);
}

static void
test_sizes (void)
{
  for (guint width = 1; width < 9; width++)
    for (guint height = 1; height < 9; height++)
      {
        float plane[64] = { 0 }, known[64] = { 0 };

        plane[0] = 7;
        known[0] = 1;
        fill (plane, known, 1, width, height);
        for (guint i = 0; i < width * height; i++)
          g_assert_cmpfloat_with_epsilon (plane[i], 7, 1e-5);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/smooth/bounds", test_bounds);
  g_test_add_func ("/smooth/passage", test_passage);
  g_test_add_func ("/smooth/half-known", test_half_known);
  g_test_add_func ("/smooth/nothing-known", test_nothing_known);
  g_test_add_func ("/smooth/sizes", test_sizes);
  return g_test_run ();
}
