/* train.c - `arra train`: trains what a configuration describes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "card.h"
#include "commands.h"
#include "fail.h"
#include "inputs.h"
#include "kind_keys.h"
#include "kinds.h"
#include "open.h"
#include "options.h"
#include "output.h"
#include "parallel_start.h"
#include "settings.h"
#include "signals.h"
#include "train.h"
#include "values.h"

typedef struct
{
  char *output, *steps, *threads, **sets, **rest;
  gboolean resume, quiet;
  ArraParallel parallel;
} Options;

static const CliHelp help = {
  .command = "train",
  .arguments = "CONFIG",
  .summary = "Trains what CONFIG (a YAML file) describes. The folder it names as \"output\" gets the model, "
             "metrics.csv, loss.png and\n"
             "training.safetensors, from which --resume goes on to the very same numbers.",
  .examples = "  arra train textures.yaml\n"
              "  arra train textures.yaml --resume\n"
              "  arra train textures.yaml --output try --steps 100 --set training.learning_rate=3e-4\n"
              "  arra generate --model textures/model \"weathered oak wood\" -o oak.png",
  .notes = "Ctrl-C stops after the step at hand and saves; a second one stops at once and keeps what was "
           "saved last.\n"
           "What has made all its steps goes on with --resume and more --steps, by the schedule of them all.\n"
           "The manual page describes the keys of CONFIG: man arra.",
};

/* "key=value" of --set */
static gboolean
set_value (ArraYaml *config, const char *text, GError **error)
{
  const char *equals = strchr (text, '=');
  g_autofree char *key = NULL;

  if (equals == NULL || equals == text)
    return cli_usage_error (error, "--set: '%s' is no KEY=VALUE, as in training.steps=100", text);
  key = g_strndup (text, (gsize) (equals - text));
  return arra_yaml_set (config, key, equals + 1, error);
}

/* Parts of a model that may be named as with --model */
static const char *const parts[] = { "model.from", "model.tokenizer", "model.vqgan" };

static void
find_part (const char *key, const char *text, gpointer data)
{
  const char **texts = data;

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (strcmp (key, parts[i]) == 0)
      texts[i] = text;
}

/* Where no file lies a checkpoint's name is looked for. */
static gboolean
locate_parts (ArraYaml *config, GError **error)
{
  const char *texts[G_N_ELEMENTS (parts)] = { NULL };
  g_autofree char *folder = g_path_get_dirname (arra_yaml_path (config));

  arra_yaml_each (config, find_part, texts);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      gboolean whole = texts[i] == NULL || g_path_is_absolute (texts[i]);
      g_autofree char *path = whole ? g_strdup (texts[i]) : g_build_filename (folder, texts[i], NULL), *found = NULL;

      if (path == NULL || *texts[i] == '\0' || g_file_test (path, G_FILE_TEST_EXISTS))
        continue;
      found = arra_checkpoints_locate (texts[i], NULL);
      if (found != NULL && g_path_is_absolute (found) && !arra_yaml_set (config, parts[i], found, error))
        return FALSE;
    }
  return TRUE;
}

/* What the command line says in place of the file. A folder named there is relative to where the command
 * runs. */
static gboolean
override (const Options *options, ArraYaml *config, GError **error)
{
  g_autofree char *output = options->output != NULL ? g_canonicalize_filename (options->output, NULL) : NULL;
  guint64 steps;

  for (guint i = 0; options->sets != NULL && options->sets[i] != NULL; i++)
    if (!set_value (config, options->sets[i], error))
      return FALSE;
  if (output != NULL && !arra_yaml_set (config, "output", output, error))
    return FALSE;
  if (options->steps == NULL)
    return TRUE;
  return cli_value_uint ("--steps", options->steps, 1, 1000000000, &steps, error)
         && arra_yaml_set (config, "training.steps", options->steps, error);
}

static void
print_outcome (const ArraTrainerSettings *settings, const ArraTrainOutcome *outcome)
{
  static const char *const ends[] = {
    [ARRA_TRAINED_ALL] = "all steps are made",
    [ARRA_TRAINED_EARLY] = "validation got no better",
    [ARRA_TRAINED_TIME] = "the time is over; --resume goes on",
    [ARRA_TRAINED_STOPPED] = "stopped; --resume goes on",
  };
  g_autofree char *time = cli_format_seconds (outcome->seconds);
  g_autofree char *best = isnan (outcome->best) ? NULL : cli_format_double (outcome->best, 5);

  cli_print ("%s: %" G_GUINT64_FORMAT " steps in %s: %s\n", settings->output, outcome->step, time, ends[outcome->end]);
  if (best != NULL)
    cli_print ("%s/model: validation loss %s, of step %" G_GUINT64_FORMAT "\n", settings->output, best,
               outcome->best_step);
}

/* What the saved model will say of itself: hours later it could not be opened. */
static gboolean
check_card (const ArraYaml *config, GError **error)
{
  g_autofree char *card = NULL;

  return arra_setting_path (config, "model.card", &card, error) && (card == NULL || arra_card_check_file (card, error));
}

/* What the one who starts the training should see */
static void
note (const char *text, gpointer data)
{
  const CliTraining *training = data;

  cli_progress_clear (training->progress);
  cli_note_lines (text);
}

static gboolean
add_setting (CliInputs *inputs, const ArraYaml *config, const char *key, const char *output, GError **error)
{
  g_autofree char *path = NULL;

  if (!arra_setting_path (config, key, &path, error))
    return FALSE;
  if (path != NULL)
    cli_inputs_add_one (inputs, path);
  return path == NULL || !g_str_has_prefix (key, "data.path")
         || (cli_inputs_spare (inputs, "output", output, error) && cli_inputs_outside ("output", path, output, error));
}

/* What is learnt from is neither the output nor replaced in it. */
static gboolean
check_apart (const ArraYaml *config, const char *output, GError **error)
{
  static const char *const keys[]
      = { "data.path", "data.tokens", "data.features", "model.from", "model.vqgan", "model.card", "model.tokenizer" };
  static const char *const written[] = { "metrics.csv", "loss.png", ARRA_TRAINING_STATE };
  g_autoptr (CliInputs) inputs = cli_inputs_new ();

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (!add_setting (inputs, config, keys[i], output, error))
      return FALSE;
  for (guint i = 0;; i++)
    {
      g_autofree char *key = g_strdup_printf ("data.paths.%u", i);

      if (!arra_yaml_has (config, key))
        break;
      if (!add_setting (inputs, config, key, output, error))
        return FALSE;
    }
  if (!cli_inputs_spare (inputs, "output", output, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (written); i++)
    {
      g_autofree char *path = g_build_filename (output, written[i], NULL);

      if (!cli_inputs_spare (inputs, "output", path, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
train (CliTraining *training,
       const ArraYaml *config,
       gboolean resume,
       const ArraTrainerSettings *settings,
       GError **error)
{
  g_autoptr (ArraTrainingFolder) folder = arra_training_folder_new (settings->output);
  ArraTrainSetup setup = { .exec = training->exec,
                           .seed = settings->seed,
                           .parallel = training->parallel,
                           .preparing = cli_training_preparing,
                           .note = note,
                           .user = training,
                           .cancellable = cli_signals_stage (0) };
  ArraTrainCalls calls = { .stepped = cli_training_stepped,
                           .sample = cli_training_sample,
                           .user = training,
                           .parallel = training->parallel,
                           .folder = folder,
                           .stop = cli_signals_stage (0),
                           .cancel = cli_signals_stage (1) };
  ArraTrainee trainee = { NULL, NULL };
  ArraTrainOutcome outcome;
  GError *fault = NULL;
  gboolean ok;

  if ((!arra_parallel_leads (training->parallel) || arra_training_folder_claim (folder, resume, &fault))
      && arra_trainee_make (config, &setup, &trainee, &fault) && arra_yaml_check_asked (config, &fault)
      && check_apart (config, settings->output, &fault))
    check_card (config, &fault);
  training->klass = trainee.klass;
  ok = arra_parallel_agree (training->parallel, fault, error)
       && arra_train (&trainee, config, settings, resume, &calls, &outcome, error);
  arra_trainee_clear (&trainee);
  cli_training_clear_line (training);
  if (ok && !training->quiet)
    print_outcome (settings, &outcome);
  if (ok)
    arra_parallel_largest (training->parallel, 0); /* all is written: now anybody may end */
  if (ok && outcome.end == ARRA_TRAINED_STOPPED)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "stopped");
  return ok && outcome.end != ARRA_TRAINED_STOPPED;
}

static gboolean
check (const Options *options, guint *threads, GError **error)
{
  if (options->rest == NULL)
    return cli_usage_error (error, "no configuration: name the YAML file that says what to train");
  return cli_options_max_rest (options->rest, 1, error)
         && (options->output == NULL || cli_output_check_folder ("--output", options->output, error))
         && (options->threads == NULL || cli_value_guint ("--threads", options->threads, 1, 64, threads, error));
}

/* A schedule that is longer than a trial run is no reason to refuse it. */
static void
say_warmup (const CliTraining *training, const ArraTrainerSettings *settings)
{
  if (settings->cut_warmup > 0 && !training->quiet)
    cli_note ("arra train: %g steps of warm-up do not fit into %" G_GUINT64_FORMAT ": the learning rate rises for %g",
              settings->cut_warmup, settings->steps, settings->schedule.warmup);
}

static gboolean
run_config (const Options *options, const ArraYaml *config, guint threads, GError **error)
{
  const ArraParallel *parallel = &options->parallel;
  CliTraining training = { .parallel = parallel };
  ArraTrainerSettings settings;
  gboolean ok;

  if (!arra_trainee_check_kind (config, error) || !arra_trainer_settings_read (config, &settings, error))
    return FALSE;
  ok = cli_training_init (&training, config, &settings, threads, options->quiet || !arra_parallel_leads (parallel),
                          error);
  if (ok)
    say_warmup (&training, &settings);
  ok = ok && train (&training, config, options->resume, &settings, error);
  cli_training_clear (&training);
  arra_trainer_settings_clear (&settings);
  return ok;
}

/* A key that is missing may be there with another spelling: that one is named. */
static gboolean
run (gpointer data, GError **error)
{
  Options *options = data;
  g_autoptr (ArraYaml) config = NULL;
  g_autoptr (GError) fault = NULL;
  guint threads = 0;

  if (!check (options, &threads, error) || !arra_parallel_start (&options->parallel, error))
    return FALSE;
  config = arra_yaml_open (options->rest[0], error);
  if (config == NULL || !override (options, config, error) || !locate_parts (config, error))
    return FALSE;
  if (run_config (options, config, threads, &fault))
    return TRUE;
  if (!g_error_matches (fault, ARRA_ERROR, ARRA_ERROR_NOT_FOUND) || arra_kind_keys_check (config, error))
    g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}

CliStatus
cli_train (int argc, char **argv)
{
  Options options = { .parallel = { .size = 1 } };
  CliStatus status;
  const GOptionEntry entries[] = {
    { "resume", 0, 0, G_OPTION_ARG_NONE, &options.resume, "Go on from what the output folder holds", NULL },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, "Folder to write, in place of the configuration's",
      "DIR" },
    { "steps", 0, 0, G_OPTION_ARG_STRING, &options.steps, "Steps in all, in place of training.steps", "N" },
    { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.sets,
      "Another value of the configuration, a list as [a, b]; may be repeated", "KEY=VALUE" },
    { "threads", 0, 0, G_OPTION_ARG_STRING, &options.threads, "Threads (default: all processors)", "N" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Print nothing but errors", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.rest, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  status = cli_run_command (&help, entries, argc, argv, run, &options);
  arra_parallel_end (&options.parallel, status);
  return status;
}
