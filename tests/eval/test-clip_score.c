/* test-clip_score.c - angles that are known
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "clip_score.h"

static void
test_angles (void)
{
  const float images[] = { 2, 0, 0, 3, 1, 1, 0, 0 }, texts[] = { 5, 0, 1, 0, -2, -2, 1, 2 };

  g_assert_cmpfloat_with_epsilon (arra_clip_score (images, texts, 1, 2), 1, 1e-12);
  g_assert_cmpfloat_with_epsilon (arra_clip_score (images + 2, texts + 2, 1, 2), 0, 1e-12);
  g_assert_cmpfloat_with_epsilon (arra_clip_score (images + 4, texts + 4, 1, 2), -1, 1e-12);
  g_assert_cmpfloat (arra_clip_score (images + 6, texts + 6, 1, 2), ==, 0);
  g_assert_cmpfloat_with_epsilon (arra_clip_score (images, texts, 3, 2), 0, 1e-12);
  g_assert_cmpfloat_with_epsilon (arra_clip_score (images, texts + 6, 1, 2), 1 / sqrt (5), 1e-12);
  g_assert_cmpfloat (arra_clip_score (images, texts, 0, 2), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eval/clip-score/angles", test_angles);
  return g_test_run ();
}
