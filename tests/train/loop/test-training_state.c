/* test-training_state.c - what is saved comes back, and nothing else does
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "model_folder.h"
#include "source.h"
#include "toy.h"
#include "training_state.h"

static char *folder, *path;
static const char *const none[] = { NULL };

static void
fill (Toy *toy, double by)
{
  toy_init (toy);
  for (guint i = 0; i < TOY_N; i++)
    {
      toy->weights[i] = (float) (by * i);
      toy->momentum[i] = by / (1 + i);
    }
  toy->steps = (gint64) (100 * by);
}

static ArraTrainingProgress
save (Toy *toy, const ArraYaml *config)
{
  ArraTrainingProgress progress = { .step = 12,
                                    .best_step = 8,
                                    .n_worse = 2,
                                    .n_validated = 5,
                                    .n_summed = 3,
                                    .sums = { 1.5, -2 },
                                    .best = 0.25,
                                    .seconds = 99.5 };
  ArraTrainee trainee = { &toy_class, toy };
  g_autoptr (GError) error = NULL;

  arra_training_progress_hash_data (&progress, &trainee);
  arra_training_state_save (path, &trainee, config, &progress, &error);
  g_assert_no_error (error);
  return progress;
}

static gboolean
load (Toy *toy, const ArraYaml *config, ArraTrainingProgress *progress, GError **error)
{
  ArraTrainee trainee = { &toy_class, toy };

  arra_training_progress_hash_data (progress, &trainee);
  return arra_training_state_load (path, &trainee, config, none, progress, error);
}

static void
test_y_round_trip (void)
{
  g_autoptr (ArraYaml) config = toy_config (folder, "data: {path: \"a=b\\nc\"}\n");
  g_autoptr (GError) error = NULL;
  ArraTrainingProgress saved, progress;
  Toy toy, other;

  fill (&toy, 1.25);
  saved = save (&toy, config);
  toy_init (&other);
  load (&other, config, &progress, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (other.weights, sizeof other.weights, toy.weights, sizeof toy.weights);
  g_assert_cmpmem (other.momentum, sizeof other.momentum, toy.momentum, sizeof toy.momentum);
  g_assert_cmpint (other.steps, ==, toy.steps);
  g_assert_cmpuint (progress.step, ==, saved.step);
  g_assert_cmpuint (progress.best_step, ==, saved.best_step);
  g_assert_cmpuint (progress.n_worse, ==, saved.n_worse);
  g_assert_cmpuint (progress.n_validated, ==, saved.n_validated);
  g_assert_cmpuint (progress.n_summed, ==, saved.n_summed);
  g_assert_cmpmem (progress.sums, sizeof progress.sums, saved.sums, sizeof saved.sums);
  g_assert_cmpfloat (progress.best, ==, saved.best);
  g_assert_cmpfloat (progress.seconds, ==, saved.seconds);
}

/* Every byte of the file counts: with one changed, or the file cut there, it is refused and the trainee stays
 * as it is. */
static void
test_n_broken (void)
{
  g_autoptr (ArraYaml) config = toy_config (folder, "");
  g_autofree char *bytes = NULL;
  Toy toy, other, before;
  ArraTrainingProgress progress;
  gsize size;

  fill (&toy, 0.5);
  fill (&before, 0.75);
  save (&toy, config);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (gsize at = 0; at < size; at++)
    for (guint cut = 0; cut < 2; cut++)
      {
        g_autoptr (GError) error = NULL;

        bytes[at] ^= cut ? 0 : 0x10;
        g_assert_true (g_file_set_contents_full (path, bytes, cut ? (gssize) at : (gssize) size,
                                                 G_FILE_SET_CONTENTS_NONE, 0600, NULL));
        bytes[at] ^= cut ? 0 : 0x10;
        other = before;
        if (load (&other, config, &progress, &error))
          g_error ("byte %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " (%s) does not matter", at, size,
                   cut ? "cut" : "changed");
        g_assert_nonnull (strstr (error->message, path));
        /* of the damage, not of the configuration or the pictures */
        if (strstr (error->message, "the saved training is damaged") == NULL
            && strstr (error->message, "is empty") == NULL)
          g_error ("byte %" G_GSIZE_FORMAT ": %s", at, error->message);
        g_assert_cmpmem (&other, sizeof other, &before, sizeof before);
      }
}

static void
refuse (const ArraYaml *config, guint8 data, ArraError code, const char *word)
{
  g_autoptr (GError) error = NULL;
  ArraTrainingProgress progress;
  Toy toy;

  toy_init (&toy);
  toy.data = data;
  g_assert_false (load (&toy, config, &progress, &error));
  g_assert_error (error, ARRA_ERROR, (gint) code);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_n_other (void)
{
  g_autoptr (ArraYaml) config = toy_config (folder, "data: {path: here}\n");
  g_autoptr (ArraYaml) other = toy_config (folder, "data: {path: there}\n");
  g_autoptr (ArraYaml) more = toy_config (folder, "data: {path: here}\n");
  static const float lone[] = { 1 };
  const ArraNamedTensor tensor
      = { "model", { .dtype = ARRA_F32, .n_dims = 1, .shape = { 1 }, .data = lone, .n_bytes = sizeof lone } };
  Toy toy;

  toy_init (&toy);
  save (&toy, config);
  refuse (other, 0, ARRA_ERROR_ARGUMENT, "\"data.path\" = here, and is now to be continued with = there");
  refuse (config, 1, ARRA_ERROR_INVALID_DATA, "begun with other pictures");
  g_assert_true (arra_yaml_set (more, "training.steps", "41", NULL));
  refuse (more, 0, ARRA_ERROR_ARGUMENT, "\"training.steps\" = 40, and is now to be continued with = 41");
  g_assert_true (arra_safetensors_write (path, &tensor, 1, NULL));
  refuse (config, 0, ARRA_ERROR_INVALID_DATA, "it has no checksum");
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("arra-state-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (folder, "training.safetensors", NULL);
  g_test_add_func ("/training_state/y-round-trip", test_y_round_trip);
  g_test_add_func ("/training_state/n-broken", test_n_broken);
  g_test_add_func ("/training_state/n-other", test_n_other);
  status = g_test_run ();
  arra_folder_remove (folder, &error);
  g_free (folder);
  g_free (path);
  return status;
}
