/* generate_series.c - a picture for each of many prompts: one checkpoint, a folder that can be gone on with
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "generate.h"

#include "checkpoint.h"
#include "imagefolder.h"
#include "inputs.h"
#include "job.h"
#include "request.h"
#include "request_mosaic.h"
#include "jsonwriter.h"
#include "prompts.h"
#include "signals.h"
#include "values.h"

#define MOST_NOTED 8 /* prompts */

typedef struct
{
  const GenerateOptions *options;
  const GenerateSetup *setup;
  CliProgress *progress;
  CliPrompts prompts;
  ArraCheckpoint *checkpoint;
  ArraRequest request; /* its prompt is the current one */
  guint n;             /* pictures */
  guint n_missing;     /* when this run began */
  guint n_new, current;
  GArray *best; /* ArraRank: of each new picture, its number in the noise among those of its seed; with --keep */
  gint64 start; /* of the first new picture, microseconds */
} Series;

static const char *
prompt_of (const Series *series, guint number)
{
  return g_ptr_array_index (series->prompts.texts, number);
}

static double
seconds_since (gint64 start)
{
  return (double) (g_get_monotonic_time () - start) * 1e-6;
}

/* An ArraProgressFunc: of one picture; shown is the whole series. */
static void
show (const ArraProgress *picture, gpointer data)
{
  const Series *series = data;
  ArraProgress whole = *picture;
  double done = series->n_new + picture->fraction;

  whole.answer = series->current;
  whole.fraction = done / series->n_missing;
  whole.seconds_left = -1;
  if (series->n_new > 0)
    whole.seconds_left = seconds_since (series->start) / done * (series->n_missing - done);
  cli_progress_update (&whole, series->progress);
}

/* Every prompt, before the first picture: the last of thousands must not be the one that cannot be drawn. */
static gboolean
check_prompts (Series *series, GError **error)
{
  for (guint i = 0; i < series->n; i++)
    {
      ArraMemoryPlan plan;

      series->request.prompt = prompt_of (series, i);
      if (!arra_checkpoint_plan (series->checkpoint, &series->request, &plan, error))
        {
          g_prefix_error (error, "prompt %u: ", i + 1);
          return FALSE;
        }
    }
  return TRUE;
}

/* The prompts of the pictures, one a line; (transfer full) */
static char *
all_prompts (const Series *series)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < series->n; i++)
    g_string_append_printf (text, "%s\n", prompt_of (series, i));
  return g_string_free (text, FALSE);
}

/* All that decides what the pictures are. More prompts of the same list may come later. */
static char *
series_text (const Series *series)
{
  const ArraRequest *request = &series->request;
  const char *own = request->prompt_template != NULL ? request->prompt_template : series->checkpoint->prompt_template;
  g_autofree char *prompts = cli_prompts_sha256 (&series->prompts);
  ArraJsonWriter *json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "made_by", "arra generate --prompts");
  arra_json_put_string (json, "fingerprint", arra_checkpoint_fingerprint (series->checkpoint));
  arra_json_put_string (json, "quant", arra_quant_name (series->checkpoint->quant));
  if (series->checkpoint->kv != ARRA_QUANT_F32)
    arra_json_put_string (json, "kv", arra_quant_name (series->checkpoint->kv));
  arra_json_put_string (json, "prompts_sha256", prompts);
  arra_json_put_uint (json, "seed", request->seed);
  if (request->count > 1)
    arra_json_put_uint (json, "count", request->count);
  arra_json_put_string (json, "template", own);
  arra_fields_put (json, request, ARRA_FIELD_WIDTH, ARRA_FIELD_HEIGHT);
  arra_fields_put (json, request, ARRA_FIELDS_SAMPLING);
  if (series->setup->cfg_interval >= 0)
    arra_json_put_uint (json, "cfg_interval", (guint) series->setup->cfg_interval);
  if (request->seamless != 0)
    {
      arra_json_put_uint (json, "seamless", request->seamless);
      arra_json_put_uint (json, "tries", arra_request_tries (request));
    }
  arra_json_end_object (json);
  return arra_json_writer_end (json);
}

/* The answer that is nearest to the prompt, where there are several. */
static gboolean
choose (Series *series, ArraJob *job, guint *answer, GError **error)
{
  g_autoptr (GArray) ranks = NULL;
  ArraRank best;

  *answer = 0;
  if (series->setup->keep == 0)
    return TRUE;
  ranks = g_array_new (FALSE, FALSE, sizeof (ArraRank));
  if (!arra_job_rank (job, ranks, cli_signals_stage (0), error))
    return FALSE;
  best = g_array_index (ranks, ArraRank, 0);
  *answer = best.answer;
  best.answer += series->request.first;
  g_array_append_val (series->best, best);
  return TRUE;
}

static gboolean
draw (Series *series, const char *path, GError **error)
{
  g_autoptr (ArraJob) job = NULL;
  g_autofree char *recipe = NULL;
  const ArraPicture *picture;
  guint answer;
  gboolean labelled = !series->options->no_metadata;

  series->request.prompt = prompt_of (series, series->current);
  series->request.first = series->current * series->request.count;
  job = arra_job_new (series->checkpoint, &series->request, error);
  if (job == NULL)
    return FALSE;
  arra_job_set_cfg_interval (job, series->setup->cfg_interval);
  arra_job_set_progress (job, show, series, FALSE);
  if (!arra_job_run (job, cli_signals_stage (0), error) || !choose (series, job, &answer, error)
      || (picture = arra_job_decode (job, answer, 0, cli_signals_stage (0), error)) == NULL)
    return FALSE;
  recipe = labelled ? arra_job_recipe (job, answer, TRUE) : NULL;
  return arra_picture_save_png (picture, path, recipe, labelled, arra_checkpoint_card (series->checkpoint), error);
}

static gboolean
draw_missing (Series *series, GError **error)
{
  series->start = g_get_monotonic_time ();
  for (guint i = 0; i < series->n; i++)
    {
      g_autofree char *path = arra_imagefolder_path (series->setup->out, i);

      if (arra_imagefolder_has (series->setup->out, i))
        continue;
      series->current = i;
      if (!draw (series, path, error))
        {
          g_prefix_error (error, "prompt %u: ", i + 1);
          return FALSE;
        }
      series->n_new++;
    }
  return TRUE;
}

static guint
count_missing (const Series *series)
{
  guint n = 0;

  for (guint i = 0; i < series->n; i++)
    n += !arra_imagefolder_has (series->setup->out, i);
  return n;
}

/* The pictures are not written into what the prompts, or the weights, are read from. */
static gboolean
check_apart (const Series *series, GError **error)
{
  g_autoptr (CliInputs) inputs = cli_inputs_new ();

  cli_inputs_add_checkpoint (inputs, series->setup->model, series->setup->vqgan);
  if (series->prompts.dataset != NULL)
    cli_inputs_add_dataset (inputs, series->options->prompts, series->prompts.dataset);
  return cli_inputs_spare (inputs, "-o", series->setup->out, error)
         && cli_inputs_outside ("-o", series->options->prompts, series->setup->out, error);
}

/* Prompt by prompt, numbered as in errors; of the first MOST_NOTED. */
static void
note_unknown (const Series *series)
{
  guint n = 0;

  for (guint i = 0; i < series->n; i++)
    {
      g_autofree char *text = arra_checkpoint_unknown_text (series->checkpoint, prompt_of (series, i));

      if (text != NULL && n++ < MOST_NOTED)
        cli_note ("prompt %u: %s", i + 1, text);
    }
  if (n > MOST_NOTED)
    cli_note ("... and so on: %u prompts of %u have such words", n, series->n);
}

static gboolean
begin (Series *series, GError **error)
{
  g_autofree char *text = NULL;

  if (!cli_prompts_read (&series->prompts, series->options->prompts, error) || !check_apart (series, error))
    return FALSE;
  series->n = series->prompts.texts->len;
  if (series->setup->limit > 0)
    series->n = MIN (series->n, series->setup->limit);
  series->checkpoint = generate_open (series->options, series->setup, series->progress, error);
  if (series->checkpoint == NULL)
    return FALSE;
  arra_request_init (&series->request, series->checkpoint);
  if (!generate_setup_apply (series->setup, series->options, &series->request, error))
    return FALSE;
  if (series->request.width == 0)
    return cli_usage_error (error, "--prompts: each prompt becomes one picture: say how large with --size WxH");
  if ((guint64) series->n * series->request.count > ARRA_MAX_FIRST)
    return cli_usage_error (error, "--count: %u pictures of %u prompts are too many", series->request.count, series->n);
  text = series_text (series);
  if (!check_prompts (series, error) || !arra_imagefolder_claim (series->setup->out, text, error))
    return FALSE;
  series->n_missing = count_missing (series);
  if (!series->options->quiet && !series->options->json)
    note_unknown (series);
  cli_progress_set_count (series->progress, series->n);
  return TRUE;
}

static void
print (const Series *series, gboolean stopped)
{
  const GenerateOptions *options = series->options;
  const char *out = series->setup->out;
  double seconds = seconds_since (series->start);
  g_autofree char *time = cli_format_seconds (seconds);
  g_autofree char *each = cli_format_seconds (seconds / MAX (series->n_new, 1));

  if (stopped)
    cli_note ("Stopped with %u of %u pictures in %s. The same command goes on.",
              series->n - series->n_missing + series->n_new, series->n, out);
  else if (!options->quiet)
    cli_print ("%s: %u pictures, %u of them new in %s (%s each)\n", out, series->n, series->n_new, time, each);
  if (!options->quiet && !stopped && arra_checkpoint_card (series->checkpoint)->medical)
    cli_print ("synthetic - not for diagnosis\n");
  if (!options->quiet && !stopped && series->setup->keep > 0)
    note_unknown (series);
}

/* Of the pictures of this run. */
static void
put_scores (ArraJsonWriter *json, const Series *series)
{
  if (series->setup->keep == 0)
    return;
  arra_json_begin_array (json, "scores");
  for (guint i = 0; i < series->best->len; i++)
    {
      const ArraRank *best = &g_array_index (series->best, ArraRank, i);

      arra_json_begin_object (json, NULL);
      arra_json_put_uint (json, "picture", best->answer / series->request.count);
      arra_json_put_uint (json, "first", best->answer);
      arra_json_put_double (json, "score", best->score);
      arra_json_end_object (json);
    }
  arra_json_end_array (json);
}

static void
print_json (const Series *series, gboolean stopped)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);
  g_autofree char *prompts = all_prompts (series);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "status", stopped ? "stopped" : "finished");
  arra_json_put_string (json, "model", arra_checkpoint_path (series->checkpoint));
  arra_json_put_string (json, "fingerprint", arra_checkpoint_fingerprint (series->checkpoint));
  arra_json_put_bool (json, "medical", arra_checkpoint_card (series->checkpoint)->medical);
  arra_json_put_uint (json, "seed", series->request.seed);
  arra_json_put_string (json, "folder", series->setup->out);
  arra_json_put_uint (json, "prompts", series->n);
  arra_json_put_uint (json, "pictures", series->n - series->n_missing + series->n_new);
  arra_json_put_uint (json, "new", series->n_new);
  put_scores (json, series);
  generate_json_unknown (json, series->checkpoint, prompts);
  arra_json_put_measured (json, "seconds", seconds_since (series->start));
  arra_json_end_object (json);
  cli_print ("%s", arra_json_writer_text (json));
}

/* *@stopped: by Ctrl-C; what was finished before stays. */
static gboolean
run (Series *series, gboolean *stopped, GError **error)
{
  g_autoptr (GError) fault = NULL;

  if (!begin (series, error))
    return FALSE;
  if (draw_missing (series, &fault))
    return arra_imagefolder_finish (series->setup->out, (const char *const *) series->prompts.texts->pdata, series->n,
                                    series->prompts.dataset, error);
  *stopped = g_error_matches (fault, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  if (!*stopped)
    g_propagate_error (error, g_steal_pointer (&fault));
  return *stopped;
}

CliStatus
generate_series (const GenerateOptions *options, const GenerateSetup *setup, CliProgress *progress, GError **error)
{
  Series series = {
    .options = options, .setup = setup, .progress = progress, .best = g_array_new (FALSE, FALSE, sizeof (ArraRank))
  };
  gboolean stopped = FALSE, ok = run (&series, &stopped, error);

  cli_progress_clear (progress);
  if (ok && options->json)
    print_json (&series, stopped);
  else if (ok)
    print (&series, stopped);
  g_clear_pointer (&series.checkpoint, arra_checkpoint_unref);
  cli_prompts_clear (&series.prompts);
  g_array_unref (series.best);
  return !ok ? CLI_FAILURE : stopped ? CLI_CANCELLED : CLI_OK;
}
