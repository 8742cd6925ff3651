/* test-classifier_trainee.c - a tiny classifier learns what is where, to the same bits each time
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "classifier_trainee.h"

#include <string.h>

#include "classifier_trainee_private.h"
#include "model_folder.h"
#include "trainee_test.h"

#define RATE 1e-2 /* of learning */
#define SIDE 16
#define COLOURS 3
#define PLACES 2
#define N 48
#define HELD 12

static const guint8 colours[COLOURS][3] = { { 230, 30, 30 }, { 30, 210, 40 }, { 30, 40, 230 } };
static char *colour_values[] = { (char *) "red", (char *) "green", (char *) "blue", NULL };
static char *place_values[] = { (char *) "left", (char *) "right", NULL };
static const ArraClassifierAttribute attributes[]
    = { { (char *) "colour", colour_values }, { (char *) "side of it", place_values } };

static const char base[] = "model:\n"
                           "  size: 16\n"
                           "  channels: [8, 16]\n"
                           "  norm_groups: 4\n"
                           "data:\n"
                           "  batch: 12\n"
                           "  validation: 12\n"
                           "%s";

typedef struct
{
  ArraPool *pool;
  ArraTrainee trainee;
} Fixture;

/* A spot of a colour in one half of a grey picture. */
static void
paint (guint8 *rgb, guint item)
{
  guint left = (item / COLOURS % PLACES) * 8 + 1 + item % 3, top = 2 + item % 7;

  for (guint y = 0; y < SIDE; y++)
    for (guint x = 0; x < SIDE; x++)
      for (guint c = 0; c < 3; c++)
        rgb[3 * (y * SIDE + x) + c] = x >= left && x < left + 4 && y >= top && y < top + 4
                                          ? colours[item % COLOURS][c]
                                          : (guint8) (120 + (item + 3 * x + y) % 9);
}

static ArraClassifierData *
make_data (guint held)
{
  ArraClassifierData *data = arra_classifier_data_new (SIDE, N, held, G_N_ELEMENTS (attributes), NULL);

  for (guint item = 0; item < N + held; item++)
    {
      paint (data->pixels + item * 3 * SIDE * SIDE, item);
      data->labels[2 * item] = item % 11 == 10 ? -1 : (gint32) (item % COLOURS);
      data->labels[2 * item + 1] = (gint32) (item / COLOURS % PLACES);
    }
  return data;
}

static ArraYaml *
make_config (const char *more)
{
  g_autofree char *text = g_strdup_printf (base, more);
  GError *error = NULL;
  ArraYaml *config = arra_yaml_parse (text, strlen (text), "train.yaml", &error);

  g_assert_no_error (error);
  return config;
}

static void
begin (Fixture *f, const char *more, guint threads)
{
  g_autoptr (ArraYaml) config = make_config (more);
  ArraTrainSetup setup = { .seed = 9 };
  GError *error = NULL;

  f->pool = arra_pool_new (threads, NULL);
  setup.exec = (ArraExec) { arra_kernels_default (NULL), f->pool };
  arra_classifier_trainee_new_from (config, &setup, make_data (HELD), attributes, &f->trainee, &error);
  g_assert_no_error (error);
  arra_yaml_check_asked (config, &error);
  g_assert_no_error (error);
}

static void
end (Fixture *f)
{
  f->trainee.klass->free (f->trainee.self);
  arra_pool_free (f->pool);
}

/* ---- learning */

/* The saved folder, opened as anybody would, knows pictures that were held out. */
static void
check_model (Fixture *f)
{
  g_autofree char *folder = g_dir_make_tmp ("arra-classifier-XXXXXX", NULL);
  const ArraExec exec = { arra_kernels_default (NULL), f->pool };
  g_autoptr (ArraClassifierData) data = make_data (HELD);
  g_autoptr (ArraClassifier) classifier = NULL;
  float probabilities[HELD * (COLOURS + PLACES)];
  GError *error = NULL;

  g_assert_true (f->trainee.klass->save_model (f->trainee.self, folder, NULL));
  classifier = arra_classifier_open (folder, &exec, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (arra_classifier_config (classifier)->attributes[1].values[1], ==, "right");
  g_assert_true (arra_classifier_predict (classifier, data->pixels + (gsize) N * 3 * SIDE * SIDE, HELD, probabilities,
                                          NULL, NULL));
  for (guint i = 0; i < HELD; i++)
    {
      const float *p = probabilities + i * (COLOURS + PLACES);

      g_assert_cmpfloat (p[(N + i) % COLOURS], >, 0.5);
      g_assert_cmpfloat (p[COLOURS + (N + i) / COLOURS % PLACES], >, 0.5);
    }
  g_assert_true (arra_folder_remove (folder, NULL));
}

static void
test_learn (void)
{
  double first[ARRA_TRAIN_METRICS], last[ARRA_TRAIN_METRICS], valid[ARRA_TRAIN_METRICS];
  Fixture f;

  begin (&f, "augment:\n  shift: 1\nloss:\n  balance: 1\n", 2);
  g_assert_cmpstr (f.trainee.klass->valid_metrics[2], ==, "side_of_it");
  g_assert_null (f.trainee.klass->valid_metrics[3]);
  trainee_test_steps (&f.trainee, 0, 1, RATE, first);
  trainee_test_steps (&f.trainee, 1, 150, RATE, last);
  g_assert_true (f.trainee.klass->validate (f.trainee.self, valid, NULL, NULL));
  g_test_message ("loss %g -> %g, held out %g, %g, %g", first[0], last[0], valid[0], valid[1], valid[2]);
  g_assert_cmpfloat (last[0], <, first[0] / 5);
  g_assert_cmpfloat (last[1], >, 0.9);
  g_assert_cmpfloat_with_epsilon (valid[0], 1 - (valid[1] + valid[2]) / 2, 1e-12);
  g_assert_cmpfloat (valid[0], <, 0.05);
  check_model (&f);
  end (&f);
}

/* ---- the same bits */

/* From one thread, from two with a validation between, and from a training that was broken off. */
static void
test_repeat (void)
{
  double metrics[ARRA_TRAIN_METRICS], valid[ARRA_TRAIN_METRICS];
  g_autoptr (GByteArray) alone = NULL, two = NULL, halfway = NULL, again = NULL;
  Fixture f;

  begin (&f, "", 1);
  trainee_test_steps (&f.trainee, 0, 6, RATE, metrics);
  alone = trainee_test_state (&f.trainee);
  end (&f);

  begin (&f, "", 2);
  trainee_test_steps (&f.trainee, 0, 3, RATE, metrics);
  g_assert_true (f.trainee.klass->validate (f.trainee.self, valid, NULL, NULL));
  halfway = trainee_test_state (&f.trainee);
  trainee_test_steps (&f.trainee, 3, 6, RATE, metrics);
  two = trainee_test_state (&f.trainee);
  end (&f);
  g_assert_cmpmem (alone->data, alone->len, two->data, two->len);
  g_assert_true (halfway->len == two->len && memcmp (halfway->data, two->data, two->len) != 0);

  begin (&f, "", 2);
  trainee_test_set_state (&f.trainee, halfway);
  trainee_test_steps (&f.trainee, 3, 6, RATE, metrics);
  again = trainee_test_state (&f.trainee);
  end (&f);
  g_assert_cmpmem (two->data, two->len, again->data, again->len);
}

/* ---- without pictures held out, and what is refused */

static void
test_unmeasured (void)
{
  g_autoptr (ArraYaml) config = make_config ("");
  const ArraTrainSetup setup = { .exec = { arra_kernels_default (NULL), NULL } };
  ArraTrainee trainee;

  g_assert_true (arra_classifier_trainee_new_from (config, &setup, make_data (0), attributes, &trainee, NULL));
  g_assert_null (trainee.klass->validate);
  g_assert_null (trainee.klass->valid_metrics);
  trainee.klass->free (trainee.self);
}

static void
refuse (const char *key, const char *value)
{
  g_autoptr (ArraYaml) config = make_config ("");
  const ArraTrainSetup setup = { .exec = { arra_kernels_default (NULL), NULL } };
  g_autoptr (GError) error = NULL;
  ArraTrainee trainee;
  const char *leaf = strchr (key, '.') + 1;

  g_assert_true (arra_yaml_set (config, key, value, NULL));
  g_assert_false (arra_classifier_trainee_new_from (config, &setup, make_data (HELD), attributes, &trainee, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (error->message, "train.yaml"));
  g_assert_nonnull (strstr (error->message, leaf));
}

static void
test_refuse (void)
{
  refuse ("model.size", "18");
  refuse ("model.size", "4096");
  refuse ("model.colours", "2");
  refuse ("model.norm_groups", "3");
  refuse ("data.batch", "0");
  refuse ("augment.blur", "2");
  refuse ("augment.shift", "-1");
  refuse ("loss.balance", "1.5");
  refuse ("optimizer.clip", "none");
}

static void
test_data (void)
{
  const ArraClassifierData *data;
  Fixture f;

  begin (&f, "", 1);
  data = ((const ArraClassifierTrainee *) f.trainee.self)->data;
  trainee_test_data_counts (&f.trainee, data->pixels + 7);
  trainee_test_data_counts (&f.trainee, data->labels + 2 * (N + HELD) - 1);
  end (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/classifier-trainee/learn", test_learn);
  g_test_add_func ("/train/classifier-trainee/repeat", test_repeat);
  g_test_add_func ("/train/classifier-trainee/unmeasured", test_unmeasured);
  g_test_add_func ("/train/classifier-trainee/data", test_data);
  g_test_add_func ("/train/classifier-trainee/refuse", test_refuse);
  return g_test_run ();
}
