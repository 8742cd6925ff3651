/* test-trainer.c - the loop: kills, stops, bad numbers, early stopping
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model_folder.h"
#include "toy.h"
#include "training_state.h"

static char *scratch;

static char *
path_of (const char *folder, const char *name)
{
  return g_build_filename (scratch, folder, name, NULL);
}

static gboolean
has (const char *folder, const char *name)
{
  g_autofree char *path = path_of (folder, name);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static char *
read_text (const char *folder, const char *name)
{
  g_autofree char *path = path_of (folder, name);
  g_autoptr (GError) error = NULL;
  char *text;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static gboolean
train_class (const ArraTraineeClass *klass,
             Toy *toy,
             const char *folder,
             const char *more,
             gboolean resume,
             const ArraTrainCalls *calls,
             ArraTrainOutcome *outcome,
             GError **error)
{
  static const ArraTrainCalls none;
  g_autofree char *output = g_build_filename (scratch, folder, NULL);
  g_autoptr (ArraYaml) config = toy_config (output, more);
  ArraTrainee trainee = { klass, toy };
  ArraTrainerSettings settings;
  gboolean ok;

  arra_trainer_settings_read (config, &settings, error);
  g_assert_no_error (*error);
  ok = arra_train (&trainee, config, &settings, resume, calls != NULL ? calls : &none, outcome, error);
  arra_trainer_settings_clear (&settings);
  return ok;
}

static ArraTrainOutcome
train (Toy *toy, const char *folder, const char *more, gboolean resume, const ArraTrainCalls *calls)
{
  g_autoptr (GError) error = NULL;
  ArraTrainOutcome outcome;

  train_class (&toy_class, toy, folder, more, resume, calls, &outcome, &error);
  g_assert_no_error (error);
  return outcome;
}

/* The weights of OUTPUT/model. */
static void
load_model (const char *folder, float *weights)
{
  g_autofree char *path = path_of (folder, "model/weights.bin");
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_cmpuint (size, ==, TOY_N * sizeof (float));
  memcpy (weights, bytes, size);
}

static void
assert_same (const Toy *a, const Toy *b)
{
  g_assert_cmpmem (a->weights, sizeof a->weights, b->weights, sizeof b->weights);
  g_assert_cmpmem (a->momentum, sizeof a->momentum, b->momentum, sizeof b->momentum);
  g_assert_cmpint (a->steps, ==, b->steps);
}

/* The columns but the last, which is time. */
static char *
without_times (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (strrchr (lines[i], ',') != NULL)
      *strrchr (lines[i], ',') = '\0';
  return g_strjoinv ("\n", lines);
}

#define OFTEN "  checkpoint_every: 3\n  validate_every: 7\n  log_every: 5\n"

static void
test_whole (void)
{
  ArraTrainOutcome outcome;
  Toy toy;
  g_autofree char *csv = NULL;
  g_auto (GStrv) lines = NULL;
  float weights[TOY_N];

  toy_init (&toy);
  outcome = train (&toy, "whole", OFTEN, FALSE, NULL);
  g_assert_cmpint (outcome.end, ==, ARRA_TRAINED_ALL);
  g_assert_cmpuint (outcome.step, ==, 40);
  g_assert_cmpuint (outcome.best_step, ==, 40);
  g_assert_cmpfloat (outcome.best, ==, 2.5);
  csv = read_text ("whole", "metrics.csv");
  lines = g_strsplit (csv, "\n", -1);
  g_assert_cmpstr (lines[0], ==, "step,learning_rate,loss,norm,valid_loss,seconds");
  g_assert_true (g_str_has_prefix (lines[1], "5,0.1,"));
  g_assert_nonnull (strstr (lines[2], ",14.2857,"));        /* validation after 7 */
  g_assert_cmpuint (g_strv_length (lines), ==, 1 + 12 + 1); /* 5, 7, 10, 14, 15, 20, 21, 25, 28, 30, 35, 40 */
  load_model ("whole", weights);
  g_assert_cmpmem (weights, sizeof weights, toy.weights, sizeof toy.weights);
  g_assert_true (has ("whole", "loss.png"));
  g_assert_false (has ("whole", "model.new"));
}

/* A child trains and is killed, again and again, at whatever it does at the moment; the end is that of a
 * training nobody disturbed. */
static void
test_kill (void)
{
  Toy whole, toy;
  guint kills = 0;
  gboolean done = FALSE;
  g_autofree char *csv = NULL, *other = NULL, *rows = NULL, *other_rows = NULL;

  toy_init (&whole);
  train (&whole, "undisturbed", OFTEN, FALSE, NULL);
  for (guint attempt = 0; attempt < 400 && !done; attempt++)
    {
      pid_t child = fork ();
      int status;

      toy_init (&toy);
      toy.pause = 2000;
      if (child == 0)
        {
          train (&toy, "killed", OFTEN, TRUE, NULL);
          _exit (0);
        }
      g_usleep (5000 + attempt % 23 * 3000);
      kill (child, SIGKILL);
      g_assert_cmpint (waitpid (child, &status, 0), ==, child);
      done = WIFEXITED (status) && WEXITSTATUS (status) == 0;
      kills += !done;
    }
  g_assert_true (done);
  g_assert_cmpuint (kills, >, 3);
  g_test_message ("%u kills", kills);
  toy_init (&toy);
  train (&toy, "killed", OFTEN, TRUE, NULL);
  assert_same (&toy, &whole);
  csv = read_text ("undisturbed", "metrics.csv");
  other = read_text ("killed", "metrics.csv");
  rows = without_times (csv);
  other_rows = without_times (other);
  g_assert_cmpstr (rows, ==, other_rows);
  g_assert_true (has ("killed", "model/weights.bin"));
}

static void
test_stop (void)
{
  ArraTrainCalls calls = { .stop = g_cancellable_new () };
  Toy whole, toy;
  ArraTrainOutcome outcome;

  toy_init (&whole);
  train (&whole, "not-stopped", OFTEN, FALSE, NULL);
  toy_init (&toy);
  toy.stop = calls.stop;
  toy.stop_at = 16;
  outcome = train (&toy, "stopped", OFTEN, FALSE, &calls);
  g_assert_cmpint (outcome.end, ==, ARRA_TRAINED_STOPPED);
  g_assert_cmpuint (outcome.step, ==, 17);
  toy_init (&toy);
  outcome = train (&toy, "stopped", OFTEN, TRUE, NULL);
  g_assert_cmpint (outcome.end, ==, ARRA_TRAINED_ALL);
  assert_same (&toy, &whole);
  g_object_unref (calls.stop);
}

/* Trains @toy, which is cancelled within step @at. */
static void
train_cancelled (Toy *toy, const char *folder, gint64 at)
{
  ArraTrainCalls calls = { .cancel = g_cancellable_new () };
  g_autoptr (GError) error = NULL;
  ArraTrainOutcome outcome;

  toy_init (toy);
  toy->stop = calls.cancel;
  toy->stop_at = at;
  g_assert_false (train_class (&toy_class, toy, folder, OFTEN, FALSE, &calls, &outcome, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_object_unref (calls.cancel);
}

/* Cancelled within a step: an error, and what was saved stays. */
static void
test_cancel (void)
{
  Toy toy;

  train_cancelled (&toy, "cancelled", 16);
  toy_init (&toy);
  train (&toy, "cancelled", OFTEN, TRUE, NULL);
  g_assert_cmpint (toy.steps, ==, 40);
}

static void
test_not_finite (void)
{
  g_autoptr (GError) error = NULL;
  ArraTrainOutcome outcome;
  Toy toy, whole;

  toy_init (&toy);
  toy.poison = 10;
  g_assert_false (train_class (&toy_class, &toy, "poisoned", OFTEN, FALSE, NULL, &outcome, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "Step 11: \"loss\" is not a finite number"));
  toy_init (&whole);
  train (&whole, "not-poisoned", OFTEN, FALSE, NULL);
  toy_init (&toy);
  train (&toy, "poisoned", OFTEN, TRUE, NULL); /* from step 9 */
  assert_same (&toy, &whole);
}

/* The model is that of the best validation, not of the end. */
static void
test_early (void)
{
  Toy toy, best;
  float weights[TOY_N];
  ArraTrainOutcome outcome;

  toy_init (&best);
  train (&best, "short", "  validate_every: 4\n", FALSE, NULL);
  toy_init (&toy);
  toy.worse_from = 13;
  outcome = train (&toy, "early", "  validate_every: 4\n  patience: 2\n", FALSE, NULL);
  g_assert_cmpint (outcome.end, ==, ARRA_TRAINED_EARLY);
  g_assert_cmpuint (outcome.step, ==, 20);
  g_assert_cmpuint (outcome.best_step, ==, 12);
  load_model ("early", weights);
  toy_init (&best);
  best.stop_at = 11;
  best.stop = g_cancellable_new ();
  outcome = train (&best, "best", "  validate_every: 4\n", FALSE, &(ArraTrainCalls) { .stop = best.stop });
  g_assert_cmpuint (outcome.step, ==, 12);
  g_assert_cmpmem (weights, sizeof weights, best.weights, sizeof best.weights);
  g_object_unref (best.stop);
  toy_init (&toy);
  outcome = train (&toy, "early", "  validate_every: 4\n  patience: 2\n", TRUE, NULL);
  g_assert_cmpint (outcome.end, ==, ARRA_TRAINED_EARLY);
  g_assert_cmpuint (outcome.step, ==, 20);
}

/* Without validation the last model counts, and one is there at each checkpoint. */
static void
test_blind (void)
{
  g_autoptr (GError) error = NULL;
  ArraTrainOutcome outcome;
  float weights[TOY_N];
  Toy toy;

  toy_init (&toy);
  g_assert_true (
      train_class (&toy_class_blind, &toy, "blind", "  checkpoint_every: 3\n", FALSE, NULL, &outcome, &error));
  g_assert_true (isnan (outcome.best));
  load_model ("blind", weights);
  g_assert_cmpmem (weights, sizeof weights, toy.weights, sizeof toy.weights);
}

static void
test_time (void)
{
  ArraTrainOutcome outcome;
  Toy toy, whole;

  toy_init (&whole);
  train (&whole, "untimed", OFTEN, FALSE, NULL);
  toy_init (&toy);
  toy.pause = 20000;
  outcome = train (&toy, "timed", OFTEN "  max_minutes: 0.002\n", FALSE, NULL);
  g_assert_cmpint (outcome.end, ==, ARRA_TRAINED_TIME);
  g_assert_cmpuint (outcome.step, <, 12);
  toy_init (&toy);
  train (&toy, "timed", OFTEN, TRUE, NULL);
  assert_same (&toy, &whole);
}

static void
refuse (const char *folder, const char *more, gboolean resume, ArraError code, const char *word)
{
  g_autoptr (GError) error = NULL;
  ArraTrainOutcome outcome;
  Toy toy;

  toy_init (&toy);
  g_assert_false (train_class (&toy_class, &toy, folder, more, resume, NULL, &outcome, &error));
  g_assert_error (error, ARRA_ERROR, (gint) code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_other_config (void)
{
  Toy toy;

  toy_init (&toy);
  train (&toy, "config", OFTEN, FALSE, NULL);
  refuse ("config", OFTEN, FALSE, ARRA_ERROR_ARGUMENT, "--resume");
  refuse ("config", OFTEN "  warmup: 3\n", TRUE, ARRA_ERROR_ARGUMENT,
          "\"training.warmup\" left out, and is now to be continued with = 3");
  refuse ("config", OFTEN "data:\n  size: 7\n", TRUE, ARRA_ERROR_ARGUMENT, "\"data.size\"");
  toy_init (&toy);
  train (&toy, "config", "  checkpoint_every: 1\n  log_every: 2\nsamples:\n  prompts: [a, b]\n", TRUE,
         NULL); /* these do not matter */
}

/* Nor does how a number is written. */
static void
test_written (void)
{
  Toy toy;

  toy_init (&toy);
  train (&toy, "written", OFTEN "  warmup: 3\n  min_learning_rate: 1e-3\n", FALSE, NULL);
  toy_init (&toy);
  train (&toy, "written", OFTEN "  warmup: 3.0\n  min_learning_rate: 0.001\n", TRUE, NULL);
  refuse ("written", OFTEN "  warmup: 3.0\n  min_learning_rate: 0.0011\n", TRUE, ARRA_ERROR_ARGUMENT,
          "\"training.min_learning_rate\" = 1e-3, and is now to be continued with = 0.0011");
}

/* Where things lie does not matter: what they hold is hashed. */
static void
test_moved (void)
{
  Toy toy;

  toy_init (&toy);
  train (&toy, "moved", OFTEN "data:\n  path: here\n  tokens: a\nmodel: {from: m, tokenizer: t}\n", FALSE, NULL);
  toy_init (&toy);
  train (&toy, "moved", OFTEN "data:\n  paths: [there]\n  features: c\nmodel: {vqgan: v, card: d, tokenizer: u}\n",
         TRUE, NULL);
  g_assert_cmpint (toy.steps, ==, 40);
}

/* By a schedule that looks ahead. */
static gboolean
train_cosine (Toy *toy, const char *steps, guint64 *step, GError **error)
{
  static const ArraTrainCalls none;
  g_autofree char *output = g_build_filename (scratch, "longer", NULL);
  g_autoptr (ArraYaml) config = toy_config (output, OFTEN);
  ArraTrainee trainee = { &toy_class, toy };
  ArraTrainerSettings settings;
  ArraTrainOutcome outcome;
  gboolean ok;

  toy_init (toy);
  g_assert_true (arra_yaml_set (config, "training.schedule", "cosine", error));
  g_assert_true (arra_yaml_set (config, "training.steps", steps, error));
  g_assert_true (arra_trainer_settings_read (config, &settings, error));
  ok = arra_train (&trainee, config, &settings, TRUE, &none, &outcome, error);
  *step = outcome.step;
  arra_trainer_settings_clear (&settings);
  return ok;
}

/* What is finished goes on when there are more steps, by the schedule of them all; fewer, or the old number, make none.
 */
static void
test_longer (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *csv = NULL;
  guint64 step;
  Toy toy;

  g_assert_true (train_cosine (&toy, "30", &step, &error));
  g_assert_cmpuint (step, ==, 30);
  g_assert_true (train_cosine (&toy, "60", &step, &error));
  g_assert_cmpuint (step, ==, 60);
  g_assert_cmpint (toy.steps, ==, 60);
  csv = read_text ("longer", "metrics.csv");
  g_assert_nonnull (strstr (csv, "\n30,0,"));
  g_assert_nonnull (strstr (csv, "\n40,0.025,")); /* a cosine of 60 steps at 40 */
  g_assert_nonnull (strstr (csv, "\n60,0,"));
  g_assert_true (train_cosine (&toy, "60", &step, &error));
  g_assert_false (train_cosine (&toy, "50", &step, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "\"training.steps\" = 60, and is now to be continued with = 50"));
}

/* The state is not there yet: what was begun and stopped at once is gone on with, also without --resume. */
static void
test_begun (void)
{
  Toy toy;

  train_cancelled (&toy, "begun", 1);
  g_assert_true (has ("begun", "metrics.csv"));
  g_assert_false (has ("begun", "training.safetensors"));
  toy_init (&toy);
  train (&toy, "begun", OFTEN, FALSE, NULL);
  g_assert_cmpint (toy.steps, ==, 40);
  g_assert_false (has ("begun", "training.begun"));
}

static gboolean
validate_badly (gpointer self, double *out, GCancellable *cancellable, GError **error)
{
  out[0] = 1e9;
  return TRUE;
}

static void
remove_model (const char *folder)
{
  g_autofree char *model = path_of (folder, "model");
  g_autoptr (GError) error = NULL;

  g_assert_true (arra_folder_remove (model, &error));
}

/* A training whose model was removed has one again in the end, also when validation gets no better, and when no step is
 * left. */
static void
test_model_is_gone (void)
{
  ArraTraineeClass klass = toy_class;
  g_autoptr (GError) error = NULL;
  ArraTrainOutcome outcome;
  Toy toy;

  train_cancelled (&toy, "gone", 20);
  remove_model ("gone");
  klass.validate = validate_badly;
  toy_init (&toy);
  g_assert_true (train_class (&klass, &toy, "gone", OFTEN, TRUE, NULL, &outcome, &error));
  g_assert_cmpfloat (outcome.best, ==, 1e9);
  g_assert_true (has ("gone", "model/weights.bin"));
  remove_model ("gone");
  toy_init (&toy);
  outcome = train (&toy, "gone", OFTEN, TRUE, NULL);
  g_assert_true (has ("gone", "model/weights.bin"));
  g_assert_true (isnan (outcome.best));
}

/* What lies in a folder without a training stays as it is, also when the training that made it has lost its state. */
static void
test_foreign (void)
{
  static const char *const names[] = { "model/x",     "model.new/x", "model.old/x", "model.sample/x",
                                       "metrics.csv", "loss.png",    "samples/x",   "metadata.jsonl" };
  Toy toy;
  g_autofree char *state = path_of ("lost", "training.safetensors");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = path_of ("foreign", names[i]), *folder = g_path_get_dirname (path);
      g_autofree char *text = NULL, *word = g_strndup (names[i], strcspn (names[i], "/"));

      g_assert_cmpint (g_mkdir_with_parents (folder, 0777), ==, 0);
      g_assert_true (g_file_set_contents (path, "of somebody", -1, NULL));
      refuse ("foreign", OFTEN, FALSE, ARRA_ERROR_ARGUMENT, word);
      refuse ("foreign", OFTEN, TRUE, ARRA_ERROR_ARGUMENT, "no training that made it");
      text = read_text ("foreign", names[i]);
      g_assert_cmpstr (text, ==, "of somebody");
      g_assert_false (has ("foreign", "training.begun"));
      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  toy_init (&toy);
  train (&toy, "foreign", OFTEN, FALSE, NULL); /* empty folders are left */
  toy_init (&toy);
  train (&toy, "lost", OFTEN, FALSE, NULL);
  g_assert_cmpint (g_unlink (state), ==, 0);
  refuse ("lost", OFTEN, FALSE, ARRA_ERROR_ARGUMENT, "model");
}

/* A second trainer is told, and the first one goes on; after a kill the folder is free. */
static void
test_second (void)
{
  g_autofree char *output = g_build_filename (scratch, "shared", NULL);
  ArraTrainingFolder *folder = arra_training_folder_new (output);
  g_autoptr (GError) error = NULL;
  Toy toy;
  int status, ends[2];
  char byte = 0;
  pid_t child;

  g_assert_cmpint (pipe (ends), ==, 0);
  child = fork ();
  if (child == 0)
    {
      if (arra_training_folder_begin (folder, FALSE, NULL) && write (ends[1], "x", 1) == 1)
        pause ();
      _exit (1);
    }
  g_assert_cmpint (read (ends[0], &byte, 1), ==, 1);
  refuse ("shared", OFTEN, FALSE, ARRA_ERROR_FAILED, "another process is training");
  refuse ("shared", OFTEN, TRUE, ARRA_ERROR_FAILED, "another process is training");
  g_assert_false (arra_training_folder_claim (folder, TRUE, &error));
  kill (child, SIGKILL);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  toy_init (&toy);
  train (&toy, "shared", OFTEN, TRUE, NULL);
  g_assert_cmpint (toy.steps, ==, 40);
  arra_training_folder_free (folder);
  close (ends[0]);
  close (ends[1]);
}

static void
count_steps (const ArraTrainNews *news, gpointer user)
{
  guint *n = user;

  g_assert_cmpuint (news->step, ==, ++*n);
  g_assert_cmpuint (news->steps, ==, 40);
  g_assert_cmpfloat (news->samples_per_second, >, 0);
  g_assert_true (news->validated == (news->step % 7 == 0 || news->step == 40));
  g_assert_true (isnan (news->valid) == (news->step < 7));
}

static gboolean
look_at_sample (const char *directory, guint64 step, gpointer user, GError **error)
{
  g_autofree char *path = g_build_filename (directory, "weights.bin", NULL);

  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (step % 15, ==, 0);
  return TRUE;
}

static void
test_calls (void)
{
  guint n = 0;
  ArraTrainCalls calls = { .stepped = count_steps, .sample = look_at_sample, .user = &n };
  Toy toy;

  toy_init (&toy);
  train (&toy, "calls", OFTEN "  sample_every: 15\n", FALSE, &calls);
  g_assert_cmpuint (n, ==, 40);
  g_assert_false (has ("calls", "model.sample"));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  scratch = g_dir_make_tmp ("arra-trainer-XXXXXX", &error);
  g_assert_no_error (error);
  g_test_add_func ("/trainer/whole", test_whole);
  g_test_add_func ("/trainer/kill", test_kill);
  g_test_add_func ("/trainer/stop", test_stop);
  g_test_add_func ("/trainer/cancel", test_cancel);
  g_test_add_func ("/trainer/not-finite", test_not_finite);
  g_test_add_func ("/trainer/early", test_early);
  g_test_add_func ("/trainer/blind", test_blind);
  g_test_add_func ("/trainer/time", test_time);
  g_test_add_func ("/trainer/other-config", test_other_config);
  g_test_add_func ("/trainer/moved", test_moved);
  g_test_add_func ("/trainer/written", test_written);
  g_test_add_func ("/trainer/longer", test_longer);
  g_test_add_func ("/trainer/begun", test_begun);
  g_test_add_func ("/trainer/model-is-gone", test_model_is_gone);
  g_test_add_func ("/trainer/foreign", test_foreign);
  g_test_add_func ("/trainer/second", test_second);
  g_test_add_func ("/trainer/calls", test_calls);
  status = g_test_run ();
  arra_folder_remove (scratch, &error);
  g_free (scratch);
  return status;
}
