/* test-judged_attributes.c - labels and a judge's answers meet by name
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "fixture.h"
#include "judged_attributes.h"
#include "small_set.h"

/* Values in another order than the data set's, one more of them, and an attribute it does not have. */
static char size[] = "size", shape[] = "shape", colour[] = "colour", large[] = "large", small[] = "small",
            round_one[] = "round", square[] = "square", blue[] = "blue", black[] = "black", red[] = "red",
            green[] = "green", purple[] = "purple";
static char *sizes[] = { large, small, NULL };
static char *colours[] = { blue, black, red, green, NULL };
static char *shapes[] = { round_one, square, NULL };
static ArraClassifierAttribute attributes[] = { { size, sizes }, { shape, shapes }, { colour, colours } };
static ArraClassifierConfig judge = { .size = 16,
                                      .colours = 3,
                                      .n_levels = 1,
                                      .channels = { 4 },
                                      .norm_groups = 1,
                                      .n_attributes = 3,
                                      .attributes = attributes };

#define N 12

/* The judge says "small" always, and the right colour but that it calls every blue picture black. */
static void
answer (float *probabilities)
{
  static const guint columns[] = { 2, 3, 1 };

  memset (probabilities, 0, N * 8 * sizeof *probabilities);
  for (guint i = 0; i < N; i++)
    {
      probabilities[i * 8 + 1] = 1;
      probabilities[i * 8 + 2] = probabilities[i * 8 + 3] = 0.5f;
      probabilities[i * 8 + 4 + columns[i % 3]] = 1;
    }
}

static void
test_names (void)
{
  g_autofree char *folder = fixture_directory ();
  g_autoptr (ArraDataset) dataset = small_set_make (folder, 1, N, 16);
  ArraAttributeAccuracy accuracies[3];
  float probabilities[N * 8];
  g_autoptr (GError) error = NULL;

  answer (probabilities);
  g_assert_true (arra_classifier_config_check (&judge, "judge", NULL));
  g_assert_true (arra_judged_attributes (&judge, dataset, "set", N, probabilities, accuracies, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (accuracies[0].n, ==, 10);
  g_assert_cmpuint (accuracies[0].n_present, ==, 2);
  g_assert_cmpfloat (accuracies[0].balanced, ==, 0.5);
  g_assert_cmpuint (accuracies[1].n, ==, 0);
  g_assert_cmpuint (accuracies[2].n, ==, 12);
  g_assert_cmpuint (accuracies[2].n_present, ==, 3);
  g_assert_cmpfloat (fabs (accuracies[2].balanced - 2.0 / 3), <, 1e-12);
  g_assert_cmpfloat (fabs (accuracies[2].chance - 1.0 / 3), <, 1e-12);
  fixture_remove (folder);
}

static void
test_unknown (void)
{
  g_autofree char *folder = fixture_directory ();
  g_autoptr (ArraDataset) dataset = small_set_make (folder, 1, N, 16);
  ArraAttributeAccuracy accuracies[3];
  float probabilities[N * 8];
  g_autoptr (GError) error = NULL;

  answer (probabilities);
  colours[0] = purple;
  g_assert_false (arra_judged_attributes (&judge, dataset, "set", N, probabilities, accuracies, &error));
  fixture_assert_error (error, ARRA_ERROR_INVALID_DATA, FIXTURE_WORDS ("set: ", "\"colour\" is \"blue\""));
  colours[0] = blue;
  fixture_remove (folder);
}

/* Size tells nothing apart (1), shape neither, colour three things equally often. */
static void
test_score (void)
{
  float probabilities[N * 8];
  double score;

  answer (probabilities);
  g_assert_true (arra_classifier_config_check (&judge, "judge", NULL));
  g_assert_true (arra_judged_score (&judge, N, probabilities, &score, NULL));
  g_assert_cmpfloat (fabs (score - (1.0 + 1.0 + 3.0) / 3), <, 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eval/judged-attributes/names", test_names);
  g_test_add_func ("/eval/judged-attributes/unknown", test_unknown);
  g_test_add_func ("/eval/judged-attributes/score", test_score);
  return g_test_run ();
}
