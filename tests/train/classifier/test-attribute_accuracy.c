/* test-attribute_accuracy.c - counts done by hand
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "attribute_accuracy.h"

#define VALUES 4
#define STRIDE 5

static void
answer (float *probabilities, const guint *answers, gsize n)
{
  for (gsize i = 0; i < n; i++)
    for (guint c = 0; c < STRIDE; c++)
      probabilities[i * STRIDE + c] = c == answers[i] ? 0.6f : c < VALUES ? 0.1f : 9;
}

/* Value 0: 3 of 4 right, value 1: 1 of 2, value 2: 0 of 1, value 3 does not occur; one picture has no label.
 */
static void
test_counts (void)
{
  const gint labels[] = { 0, 0, 0, 0, 1, 1, 2, -1 };
  const guint answers[] = { 0, 0, 0, 1, 1, 0, 3, 2 };
  float probabilities[8 * STRIDE];
  ArraAttributeAccuracy found;

  answer (probabilities, answers, 8);
  arra_attribute_accuracy (probabilities, labels, 8, VALUES, STRIDE, &found);
  g_assert_cmpuint (found.n, ==, 7);
  g_assert_cmpuint (found.n_present, ==, 3);
  g_assert_cmpfloat_with_epsilon (found.accuracy, 4.0 / 7, 1e-12);
  g_assert_cmpfloat_with_epsilon (found.balanced, (0.75 + 0.5 + 0) / 3, 1e-12);
  g_assert_cmpfloat_with_epsilon (found.chance, 1.0 / 3, 1e-12);
}

static void
test_none (void)
{
  const gint labels[] = { -1, -1 };
  const float probabilities[2 * STRIDE] = { 0 };
  ArraAttributeAccuracy found;

  arra_attribute_accuracy (probabilities, labels, 2, VALUES, STRIDE, &found);
  g_assert_cmpuint (found.n, ==, 0);
  g_assert_cmpfloat (found.balanced, ==, 0);
  g_assert_cmpfloat (found.chance, ==, 0);
}

static void
test_adherence (void)
{
  g_assert_cmpfloat_with_epsilon (arra_adherence (0.9, 0.9, 0.5), 1, 1e-12);
  g_assert_cmpfloat_with_epsilon (arra_adherence (0.7, 0.9, 0.5), 0.5, 1e-12);
  g_assert_cmpfloat_with_epsilon (arra_adherence (0.5, 0.9, 0.5), 0, 1e-12);
  g_assert_true (isnan (arra_adherence (0.9, 0.5, 0.5)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/attribute-accuracy/counts", test_counts);
  g_test_add_func ("/train/attribute-accuracy/none", test_none);
  g_test_add_func ("/train/attribute-accuracy/adherence", test_adherence);
  return g_test_run ();
}
