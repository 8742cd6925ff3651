/* generate.c - `arra generate`: a prompt becomes a picture
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "generate.h"

#include <string.h>

#include "checkpoint.h"
#include "commands.h"
#include "job.h"
#include "output.h"
#include "progress.h"
#include "signals.h"

typedef struct
{
  const GenerateOptions *options;
  GenerateSetup *setup;
  CliProgress *progress;
  ArraCheckpoint *checkpoint;
  ArraJob *job;
  GenerateResult result;
} Run;

static double
now (void)
{
  return (double) g_get_monotonic_time () * 1e-6;
}

static guint
n_kept (const Run *run)
{
  return generate_n_kept (run->setup, generate_request (run->job));
}

static gboolean
check_count (const Run *run, GError **error)
{
  const guint n = generate_request (run->job)->count;

  if (run->setup->keep > n)
    return cli_usage_error (error, "--keep %u: only %u can be kept: as many as these tokens make", run->setup->keep, n);
  return cli_output_check_count ("-o", run->setup->out, n_kept (run), error);
}

static gboolean
open_job (Run *run, GError **error)
{
  g_autofree gint32 *known = NULL;
  ArraRequest request;

  run->checkpoint = generate_open (run->options, run->setup, run->progress, error);
  if (run->checkpoint == NULL)
    return FALSE;
  arra_request_init (&request, run->checkpoint);
  if (!generate_setup_apply (run->setup, run->options, &request, error))
    return FALSE;
  if (run->options->from != NULL || run->setup->recipe != NULL)
    {
      known = generate_from (run->options, run->setup, run->checkpoint, &request, error);
      if (known == NULL)
        return FALSE;
    }
  run->job = generate_is_resumed (run->options)
                 ? arra_job_resume (run->checkpoint, run->options->resume, &request, error)
                 : arra_job_new (run->checkpoint, &request, error);
  if (run->job == NULL || !check_count (run, error))
    return FALSE;
  if (run->setup->cfg_interval >= 0)
    arra_job_set_cfg_interval (run->job, run->setup->cfg_interval);
  if (!run->options->quiet && !run->options->json)
    generate_note_unknown (run->checkpoint, generate_request (run->job)->prompt);
  cli_progress_set_count (run->progress, generate_request (run->job)->count);
  arra_job_set_progress (run->job, cli_progress_update, run->progress, FALSE);
  return TRUE;
}

/* The answer whose pictures are written as number @place of those that are kept. */
static guint
answer_at (const Run *run, guint place)
{
  return run->result.ranks->len > 0 ? g_array_index (run->result.ranks, ArraRank, place).answer : place;
}

/* One answer with one picture: OUT; otherwise numbered by answer, and by picture where an answer has several. */
static char *
name_picture (const Run *run, guint place, guint picture)
{
  guint n_pictures = arra_job_n_pictures (run->job, answer_at (run, place));
  g_autofree char *numbered
      = n_kept (run) > 1 ? cli_output_numbered (run->setup->out, place + 1) : g_strdup (run->setup->out);

  return n_pictures > 1 ? cli_output_numbered (numbered, picture + 1) : g_steal_pointer (&numbered);
}

static gboolean
write_picture (Run *run, guint place, guint index, GCancellable *cancellable, GError **error)
{
  const guint answer = answer_at (run, place);
  const ArraPicture *picture = arra_job_decode (run->job, answer, index, cancellable, error);
  g_autofree char *path = NULL, *recipe = NULL;
  gboolean labelled = !run->options->no_metadata;

  if (picture == NULL || !cli_output_check_count ("-o", run->setup->out, arra_job_n_pictures (run->job, answer), error))
    return FALSE;
  path = name_picture (run, place, index);
  recipe = labelled ? arra_job_recipe (run->job, answer, TRUE) : NULL;
  if (!arra_picture_save_png (picture, path, recipe, labelled, arra_checkpoint_card (run->checkpoint), error))
    return FALSE;
  if (picture->rows_finished < picture->rows_total)
    g_ptr_array_add (run->result.partial,
                     g_strdup_printf ("%s: %u finished rows of %u", path, picture->rows_finished, picture->rows_total));
  g_ptr_array_add (run->result.files, g_steal_pointer (&path));
  g_array_append_val (run->result.answers, answer);
  return TRUE;
}

/* All pictures there are. @stopped: one without a finished row is passed over. */
static gboolean
write_pictures (Run *run, gboolean stopped, GCancellable *cancellable, GError **error)
{
  const guint n = MIN (n_kept (run), arra_job_n_answers (run->job));

  g_ptr_array_set_size (run->result.files, 0);
  g_ptr_array_set_size (run->result.partial, 0);
  g_array_set_size (run->result.answers, 0);
  for (guint place = 0; place < n; place++)
    for (guint picture = 0; picture < arra_job_n_pictures (run->job, answer_at (run, place)); picture++)
      {
        g_autoptr (GError) fault = NULL;
        if (write_picture (run, place, picture, cancellable, &fault))
          continue;
        if (!stopped || !g_error_matches (fault, ARRA_ERROR, ARRA_ERROR_NOT_FOUND))
          {
            g_propagate_error (error, g_steal_pointer (&fault));
            return FALSE;
          }
      }
  return TRUE;
}

/* What cannot be saved takes nothing else with it. */
static void
save_tokens (Run *run, GError **error)
{
  run->result.tokens_saved = generate_tokens_save (run->setup, run->job, error);
}

/* @fault: (transfer full) (nullable): what has gone wrong before the pictures were written */
static gboolean
all_is_kept (GError *fault, GError **error)
{
  if (fault != NULL)
    g_propagate_error (error, fault);
  return fault == NULL;
}

/* Tokens first, then the pictures of what is finished; a second signal leaves those out. Which ones are the best can
 * be said only of all. */
static gboolean
finish_stopped (Run *run, GError **error)
{
  g_autoptr (GError) fault = NULL;
  GError *unsaved = NULL;

  if (arra_job_n_answers (run->job) == 0)
    return TRUE;
  save_tokens (run, &unsaved);
  if (!generate_wants_pictures (run->options) || run->setup->keep > 0
      || write_pictures (run, TRUE, cli_signals_stage (1), &fault)
      || g_error_matches (fault, G_IO_ERROR, G_IO_ERROR_CANCELLED) || unsaved != NULL)
    return all_is_kept (unsaved, error);
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}

static gboolean
finish_pictures (Run *run, GError **error)
{
  if (run->setup->keep > 0 && !arra_job_rank (run->job, run->result.ranks, cli_signals_stage (0), error))
    return FALSE;
  if (!generate_wants_pictures (run->options))
    return TRUE;
  if (!write_pictures (run, FALSE, cli_signals_stage (0), error))
    return FALSE;
  if (run->result.files->len > 0 || run->options->out == NULL)
    return TRUE;
  cli_progress_clear (run->progress);
  generate_print (run->options, run->setup, run->checkpoint, run->job, &run->result, FALSE);
  g_set_error (error, ARRA_ERROR, ARRA_ERROR_FAILED,
               "the model answered with text alone, so %s is not written (--size WxH asks for a picture)",
               run->setup->out);
  return FALSE;
}

static gboolean
finish (Run *run, GError **error)
{
  GError *unsaved = NULL;
  gboolean written;

  if (run->options->tokens_out != NULL)
    save_tokens (run, &unsaved);
  written = finish_pictures (run, unsaved != NULL ? NULL : error);
  return all_is_kept (unsaved, error) && written;
}

static gboolean
is_stopped (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Runs the job to its end or to Ctrl-C, and keeps what there is. *@stopped: by Ctrl-C. */
static gboolean
run_job (Run *run, gboolean *stopped, GError **error)
{
  g_autoptr (GError) fault = NULL;
  double start = now ();
  guint64 before = arra_job_count_tokens (run->job);
  gboolean ok = arra_job_run (run->job, cli_signals_stage (0), &fault);

  run->result.run_seconds = now () - start;
  run->result.new_tokens = arra_job_count_tokens (run->job) - before;
  ok = ok && finish (run, &fault);
  *stopped = is_stopped (fault);
  if (*stopped)
    {
      g_clear_error (&fault);
      ok = finish_stopped (run, &fault);
    }
  run->result.seconds = now () - start;
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&fault));
  return ok;
}

static CliStatus
generate (Run *run, GError **error)
{
  gboolean stopped;

  if (!open_job (run, error) || !run_job (run, &stopped, error))
    return CLI_FAILURE;
  cli_progress_clear (run->progress);
  if (!run->options->json)
    generate_print (run->options, run->setup, run->checkpoint, run->job, &run->result, stopped);
  else
    generate_print_json (run->setup, run->checkpoint, run->job, &run->result, stopped);
  return stopped ? CLI_CANCELLED : CLI_OK;
}

static CliStatus
run_with_options (const GenerateOptions *options, GError **error)
{
  GenerateSetup setup;
  Run run = { .options = options, .setup = &setup };
  CliStatus status = CLI_FAILURE;

  run.result.files = g_ptr_array_new_with_free_func (g_free);
  run.result.partial = g_ptr_array_new_with_free_func (g_free);
  run.result.ranks = g_array_new (FALSE, FALSE, sizeof (ArraRank));
  run.result.answers = g_array_new (FALSE, FALSE, sizeof (guint));
  if (generate_setup_init (&setup, options, error))
    {
      run.progress = cli_progress_new (!options->quiet, setup.request.count, NULL);
      status
          = options->prompts != NULL ? generate_series (options, &setup, run.progress, error) : generate (&run, error);
    }
  cli_progress_free (run.progress);
  arra_job_free (run.job);
  g_clear_pointer (&run.checkpoint, arra_checkpoint_unref);
  g_ptr_array_unref (run.result.files);
  g_ptr_array_unref (run.result.partial);
  g_array_unref (run.result.answers);
  g_array_unref (run.result.ranks);
  generate_setup_clear (&setup);
  return status;
}

CliStatus
cli_generate (int argc, char **argv)
{
  GenerateOptions options = { 0 };
  g_autoptr (GError) error = NULL;
  CliStatus status = CLI_OK;
  gboolean helped = FALSE;

  if (generate_options_parse (&options, argc, argv, &helped, &error) && !helped)
    status = run_with_options (&options, &error);
  if (error != NULL)
    status = cli_report ("generate", error);
  generate_options_clear (&options);
  return status;
}
