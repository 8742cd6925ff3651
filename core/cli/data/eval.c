/* eval.c - `arra eval`: generated pictures measured, beside real ones and reconstructions
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "eval.h"

#include <string.h>

#include "commands.h"
#include "fail.h"
#include "inputs.h"
#include "mapping.h"
#include "open.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "signals.h"
#include "values.h"

#define FEW 500 /* pictures: fewer give no Fréchet distance that means much */

typedef struct
{
  char *data, *against, *reconstructed, *judge, *clip, *encoder, *limit, *threads, *out;
  gboolean json, quiet;
} Options;

/* All that an evaluation is made with. */
typedef struct
{
  ArraDataset *sets[ARRA_N_EVAL_ROLES];
  ArraPool *pool;
  ArraExec exec;
  ArraEvalRequest request;
  ArraVisionEncoder *own; /* (nullable): which only the Fréchet distance is over */
  CliProgress *progress;
  CliItems items;
  ArraEvalRole role; /* shown last */
  ArraEvalStage stage;
} Run;

static const CliHelp help = {
  .command = "eval",
  .summary = "Measures generated pictures: Fréchet distance to real ones, inception score, how varied they "
             "are, how well they go with\n"
             "their captions, how sharp they are, and how often a judge finds what their labels ask for.",
  .examples = "  arra eval --data generated --against real --judge judge/model --clip clip/model\n"
              "  arra eval --data generated --against real --reconstructed again --judge judge/model -o table.md\n"
              "  arra eval --data generated --against real --clip clip/model --limit 2000 --json > report.json\n"
              "  arra eval --data generated --against real --encoder pt_inception-2015-12-05-6726825d.pth\n"
              "  arra eval --data generated --against real",
  .notes = "Data sets are what 'arra pretokenize' takes; labels and captions come from metadata.jsonl. The "
           "judge is what\n"
           "'arra train' makes of kind: classifier, CLIP of kind: clip; neither should have been used for "
           "what is measured. The Fréchet\n"
           "distance depends on how many pictures it is taken over: the floor, of real pictures to other "
           "real ones, is taken over as\n"
           "many, so give twice as many real pictures as generated ones. Reconstructions show what the VQGAN "
           "lets through at most.\n"
           "--encoder takes pytorch-fid's Inception, with which most published distances (FID) are measured, "
           "torchxrayvision's\n"
           "DenseNet-121 for chest X-rays, or whatever 'arra features' takes; --clip takes BiomedCLIP, too.\n"
           "How sharp pictures are (their spectrum beside that of real ones) and how alike they are needs no "
           "encoder.",
};

static void
run_clear (Run *run)
{
  arra_classifier_free (run->request.encoders.judge);
  arra_vision_encoder_free (run->request.encoders.clip);
  arra_vision_encoder_free (run->own);
  for (guint role = 0; role < ARRA_N_EVAL_ROLES; role++)
    arra_dataset_free (run->sets[role]);
  arra_pool_free (run->pool);
  cli_progress_free (run->progress);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static gboolean
names_option (const char *encoder)
{
  return strcmp (encoder, "judge") == 0 || strcmp (encoder, "clip") == 0;
}

static gboolean
check_encoder (const Options *options, GError **error)
{
  const char *encoder = options->encoder;

  if (encoder != NULL && !names_option (encoder) && !g_file_test (encoder, G_FILE_TEST_EXISTS))
    return cli_usage_error (error, "--encoder: '%s' is neither judge nor clip, nor is there such a file or folder",
                            encoder);
  if (encoder == NULL || !names_option (encoder))
    return TRUE;
  if (strcmp (encoder, "clip") == 0 ? options->clip != NULL : options->judge != NULL)
    return TRUE;
  return cli_usage_error (error, "--encoder %s: name its folder with --%s DIR", encoder, encoder);
}

static gboolean
check (const Options *options, Run *run, guint *limit, guint *threads, GError **error)
{
  if (options->data == NULL)
    return cli_usage_error (error, "no pictures: name a data set with --data PATH");
  if (options->quiet && options->json)
    return cli_usage_error (error, "--quiet and --json contradict each other");
  if (options->json && cli_output_is_standard (options->out))
    return cli_usage_error (error, "--json prints to standard output, which cannot be a file as well");
  if (options->reconstructed != NULL && options->judge == NULL && options->against == NULL)
    return cli_usage_error (error, "--reconstructed: name a judge with --judge DIR, or real pictures with --against");
  return check_encoder (options, error)
         && (options->limit == NULL || cli_value_guint ("--limit", options->limit, 1, G_MAXINT32, limit, error))
         && (options->threads == NULL || cli_value_guint ("--threads", options->threads, 1, 64, threads, error))
         && (options->out == NULL || cli_output_check ("-o", options->out, error));
}

/* The table is none of what is measured, or measured with. */
static gboolean
check_apart (const Options *options, const Run *run, GError **error)
{
  g_autoptr (CliInputs) inputs = cli_inputs_new ();

  cli_inputs_add (inputs, options->judge);
  cli_inputs_add (inputs, options->clip);
  if (options->encoder != NULL && !names_option (options->encoder))
    cli_inputs_add (inputs, options->encoder);
  for (guint role = 0; role < ARRA_N_EVAL_ROLES; role++)
    if (run->sets[role] != NULL)
      cli_inputs_add_dataset (inputs, run->request.names[role], run->sets[role]);
  return options->out == NULL || cli_inputs_spare (inputs, "-o", options->out, error);
}

static gboolean
open_sets (const Options *options, guint limit, Run *run, GError **error)
{
  const char *const names[ARRA_N_EVAL_ROLES] = { options->data, options->reconstructed, options->against };

  for (guint role = 0; role < ARRA_N_EVAL_ROLES; role++)
    {
      guint64 most = limit == 0 ? G_MAXUINT : role == ARRA_EVAL_REAL ? 2 * (guint64) limit : limit;

      if (names[role] == NULL)
        continue;
      run->sets[role] = cli_open_dataset (names[role], options->quiet, error);
      if (run->sets[role] == NULL || (options->clip != NULL && !arra_dataset_has_captions (run->sets[role], error)))
        return FALSE;
      run->request.sets[role] = run->sets[role];
      run->request.names[role] = names[role];
      run->request.n[role] = (guint) MIN (most, arra_dataset_size (run->sets[role]));
    }
  return TRUE;
}

static gboolean
open_clip (const char *path, const ArraExec *exec, ArraVisionEncoder **clip, GError **error)
{
  *clip = arra_vision_encoder_open (path, exec, error);
  if (*clip == NULL || arra_vision_encoder_reads_texts (*clip))
    return *clip != NULL;
  return arra_fail (error, ARRA_ERROR_UNSUPPORTED,
                    "%s: %s reads no captions; --encoder takes it for the Fréchet distance", path,
                    arra_vision_encoder_name (*clip));
}

/* What the Fréchet distance is over: the judge unless there is none. */
static gboolean
open_features (const Options *options, Run *run, GError **error)
{
  ArraEvalEncoders *encoders = &run->request.encoders;

  if (options->encoder != NULL && !names_option (options->encoder))
    {
      encoders->features = run->own = arra_vision_encoder_open (options->encoder, &run->exec, error);
      return run->own != NULL;
    }
  if (options->encoder != NULL ? strcmp (options->encoder, "clip") == 0 : options->judge == NULL)
    encoders->features = encoders->clip;
  return TRUE;
}

static gboolean
open_encoders (const Options *options, guint threads, Run *run, GError **error)
{
  ArraEvalEncoders *encoders = &run->request.encoders;

  run->exec.kernels = arra_kernels_default (error);
  if (run->exec.kernels == NULL || (run->pool = arra_pool_new (threads, error)) == NULL)
    return FALSE;
  run->exec.pool = run->request.pool = run->pool;
  if (options->judge != NULL && (encoders->judge = arra_classifier_open (options->judge, &run->exec, error)) == NULL)
    return FALSE;
  return (options->clip == NULL || open_clip (options->clip, &run->exec, &encoders->clip, error))
         && open_features (options, run, error);
}

/* An ArraEvalProgress */
static void
show (ArraEvalRole role, ArraEvalStage stage, guint done, guint count, gpointer user)
{
  static const char *const labels[]
      = { "Looking at pictures (%s)", "Comparing pairs (%s)", "Measuring sharpness (%s)" };
  Run *run = user;
  g_autofree char *label = NULL;

  if (run->items.progress == NULL || role != run->role || stage != run->stage)
    {
      label = g_strdup_printf (labels[stage], arra_eval_role_name (role));
      cli_progress_set_label (run->progress, label);
      run->items = (CliItems) { .progress = run->progress, .start = g_get_monotonic_time (), .first = done };
    }
  run->role = role;
  run->stage = stage;
  cli_items_update (done, count, &run->items);
}

/* The distance of small sets is far above that of large ones, and says more of their number than of what they show. */
static void
warn_of_few (const ArraEvaluation *evaluation)
{
  guint n = evaluation->sets[ARRA_EVAL_GENERATED].frechet_n;

  if (n > 0 && n < FEW)
    cli_note (
        "arra eval: the Fréchet distance is over %u pictures on each side: below %u it is not reliable, and too large; "
        "compare it with sets of the same size alone",
        n, FEW);
}

/* The table goes to a file, or where there is no other result to standard output. */
static gboolean
report (const Options *options, const Run *run, const ArraEvaluation *evaluation, GError **error)
{
  g_autofree char *table = eval_markdown (&run->request, evaluation);

  if (options->out != NULL && !arra_write_file (cli_output_path (options->out), table, strlen (table), error))
    return FALSE;
  if (options->json)
    {
      g_autofree char *json = eval_json (&run->request, evaluation);
      cli_print ("%s", json);
    }
  else if (options->out == NULL)
    cli_print ("%s", table);
  else if (!options->quiet)
    cli_print ("%s: %u pictures\n", options->out, evaluation->sets[ARRA_EVAL_GENERATED].n);
  return TRUE;
}

static gboolean
evaluate (gpointer data, GError **error)
{
  const Options *options = data;
  g_auto (Run) run = { 0 };
  g_auto (ArraEvaluation) evaluation = { 0 };
  guint limit = 0, threads = 0;

  if (!check (options, &run, &limit, &threads, error) || !open_sets (options, limit, &run, error)
      || !check_apart (options, &run, error) || !open_encoders (options, threads, &run, error))
    return FALSE;
  run.progress = cli_progress_new (!options->quiet, 1, NULL);
  if (!arra_evaluate (&run.request, &evaluation, show, &run, cli_signals_stage (0), error))
    return FALSE;
  cli_progress_clear (run.progress);
  if (!options->quiet)
    warn_of_few (&evaluation);
  return report (options, &run, &evaluation, error);
}

CliStatus
cli_eval (int argc, char **argv)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "data", 'd', 0, G_OPTION_ARG_FILENAME, &options.data, "Pictures to measure: a data set", "PATH" },
    { "against", 0, 0, G_OPTION_ARG_FILENAME, &options.against, "Real pictures: a data set", "PATH" },
    { "reconstructed", 0, 0, G_OPTION_ARG_FILENAME, &options.reconstructed,
      "Real pictures that went through the VQGAN: a data set", "PATH" },
    { "judge", 0, 0, G_OPTION_ARG_FILENAME, &options.judge, "Attribute classifier: a folder", "DIR" },
    { "clip", 0, 0, G_OPTION_ARG_FILENAME, &options.clip, "CLIP or BiomedCLIP model: a folder", "DIR" },
    { "encoder", 0, 0, G_OPTION_ARG_FILENAME, &options.encoder,
      "Whose features the Fréchet distance is over: judge (default), clip, or an image encoder", "PATH" },
    { "limit", 0, 0, G_OPTION_ARG_STRING, &options.limit, "Only the first N pictures, and 2 N real ones", "N" },
    { "threads", 0, 0, G_OPTION_ARG_STRING, &options.threads, "Threads (default: all processors)", "N" },
    { "out", 'o', 0, G_OPTION_ARG_FILENAME, &options.out, "Markdown file for the tables (default: standard output)",
      "TABLE.md" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print a JSON object", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Print nothing but errors and results", NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  return cli_run_command (&help, entries, argc, argv, evaluate, &options);
}
