/* fill.c - `arra fill`: a hole in a picture is filled, or the picture goes on beyond its edges
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fill.h"

#include "checkpoint.h"
#include "commands.h"
#include "fail.h"
#include "inputs.h"
#include "locate.h"
#include "mem.h"
#include "open.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "prompt.h"
#include "request.h"
#include "request_mosaic.h"
#include "signals.h"
#include "values.h"

#define MAX_TOP (1u << 24)

typedef struct
{
  char *model, *vqgan, *mask, *extend, *prompt, *prompt_file, *out, *count, *seed, *cfg, *top_k, *temperature,
      *top_p, *tries, *threads, *memory, **rest;
  gboolean no_metadata, quiet;
} Options;

typedef struct
{
  const Options *options;
  char *model, *vqgan, *prompt;
  const char *out;
  FillExtend extend;
  ArraRequest request; /* as far as the options say */
  ArraCheckpoint *checkpoint;
  ArraFill *fill;
  CliProgress *progress;
} Run;

static const CliHelp help = {
  .command = "fill",
  .arguments = "PICTURE",
  .summary = "Fills a hole in a picture with what goes on around it, or draws on beyond its edges. Outside "
             "of the hole the picture\n"
             "stays as it is, to the bit.",
  .examples
  = "  arra fill wall.png --mask hole.png --prompt \"red brick wall\" -o whole.png\n"
    "  arra fill wall.png --extend left=128,right=128 --prompt \"red brick wall\" -o wide.png\n"
    "  arra fill cut-out.png --prompt \"oak planks\" --count 4 -o filled.png        (its transparent parts)",
  .notes = "MASK has the picture's size: white is made, black stays, grey is blended. Transparent pixels are "
           "made, too.\n"
           "Only what lies around the hole is looked at, so large pictures take no longer than small ones.",
};

static gboolean
apply (const Options *options, ArraRequest *request, GError **error)
{
  const struct
  {
    const char *option, *text;
    guint min, max, *out;
  } numbers[] = {
    { "--count", options->count, 1, ARRA_MAX_COUNT, &request->count },
    { "--top-k", options->top_k, 0, MAX_TOP, &request->top_k },
    { "--tries", options->tries, 1, ARRA_MAX_TRIES, &request->tries },
    { "--threads", options->threads, 1, 64, &request->threads },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (numbers[i].text != NULL
        && !cli_value_guint (numbers[i].option, numbers[i].text, numbers[i].min, numbers[i].max,
                             numbers[i].out, error))
      return FALSE;
  if (options->seed != NULL
      && !cli_value_uint ("--seed", options->seed, 0, G_MAXUINT64, &request->seed, error))
    return FALSE;
  if (options->cfg != NULL
      && !cli_value_double ("--cfg", options->cfg, 0, ARRA_MAX_GUIDANCE, &request->guidance_scale, error))
    return FALSE;
  if (options->temperature != NULL
      && !cli_value_double ("--temperature", options->temperature, 0.001, 1000, &request->temperature, error))
    return FALSE;
  if (options->top_p != NULL
      && !cli_value_double ("--top-p", options->top_p, 0.000001, 1, &request->top_p, error))
    return FALSE;
  return options->memory == NULL
         || cli_value_bytes ("--memory", options->memory, &request->memory_limit, error);
}

static gboolean
check_outputs (Run *run, GError **error)
{
  g_autoptr (CliInputs) inputs = cli_inputs_new ();
  const guint n = run->request.count;

  cli_inputs_add_checkpoint (inputs, run->model, run->vqgan);
  cli_inputs_add (inputs, run->options->rest[0]);
  cli_inputs_add (inputs, run->options->mask);
  cli_inputs_add (inputs, run->options->prompt_file);
  if (!cli_output_check_picture ("-o", run->out, error) || !cli_output_check_count ("-o", run->out, n, error)
      || !cli_inputs_spare (inputs, "-o", run->out, error))
    return FALSE;
  for (guint i = 1; n > 1 && i <= n; i++)
    {
      g_autofree char *name = cli_output_numbered (run->out, i);

      if (!cli_output_check ("-o", name, error) || !cli_inputs_spare (inputs, "-o", name, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check (Run *run, GError **error)
{
  const Options *options = run->options;

  if (options->rest == NULL)
    return cli_usage_error (error, "no picture: name the file to fill");
  if (!cli_options_max_rest (options->rest, 1, error))
    return FALSE;
  if (options->out == NULL)
    return cli_usage_error (error, "no output: name the picture to write with -o FILE.png");
  if (options->extend != NULL && !fill_extend_parse (options->extend, &run->extend, error))
    return FALSE;
  arra_request_init (&run->request, NULL);
  run->request.seed = g_random_int ();
  run->prompt = cli_prompt_read (options->prompt, options->prompt_file, NULL, error);
  if (run->prompt == NULL || !apply (options, &run->request, error))
    return FALSE;
  run->out = cli_output_path (options->out);
  run->model = cli_locate_checkpoint (options->model, error);
  return run->model != NULL && cli_locate_part ("--vqgan", options->vqgan, &run->vqgan, error)
         && check_outputs (run, error);
}

static gboolean
open_fill (Run *run, const ArraRaster *rgb, const ArraRaster *mask, GError **error)
{
  ArraOpenOptions options = ARRA_OPEN_OPTIONS_INIT;
  ArraRequest request;

  options.vqgan = run->vqgan;
  options.threads = run->request.threads;
  cli_progress_say (run->progress, "Loading ...");
  run->checkpoint = arra_checkpoint_open (run->model, &options, cli_signals_stage (0), error);
  if (run->checkpoint == NULL)
    return FALSE;
  if (!run->options->quiet)
    cli_show_notes (run->checkpoint);
  arra_request_init (&request, run->checkpoint);
  request.seed = run->request.seed;
  request.prompt = run->prompt;
  if (!apply (run->options, &request, error))
    return FALSE;
  run->fill = arra_fill_new (run->checkpoint, rgb->pixels, mask->pixels, (guint) rgb->width,
                             (guint) rgb->height, &request, cli_signals_stage (0), error);
  return run->fill != NULL;
}

static gboolean
write_picture (Run *run, guint answer, guint n, GError **error)
{
  g_autofree char *path = n > 1 ? cli_output_numbered (run->out, answer + 1) : g_strdup (run->out);
  const gboolean labelled = !run->options->no_metadata;
  g_autofree char *recipe = labelled ? arra_job_recipe (arra_fill_job (run->fill), answer, TRUE) : NULL;
  ArraPicture picture;

  if (!arra_fill_paint (run->fill, answer, &picture, cli_signals_stage (0), error)
      || !arra_picture_save_png (&picture, path, recipe, labelled, arra_checkpoint_card (run->checkpoint),
                                 error))
    return FALSE;
  cli_progress_clear (run->progress);
  if (!run->options->quiet)
    cli_print ("%s\n", path);
  return TRUE;
}

/* Each picture is written when it is there: what is stopped later is kept. */
static gboolean
finished (ArraJob *job, guint answer, gpointer data, GError **error)
{
  Run *run = data;

  return write_picture (run, answer, run->request.count, error);
}

static gboolean
fill (Run *run, GError **error)
{
  g_autoraster ArraRaster rgb = { 0 }, mask = { 0 };
  ArraJob *job;

  if (!check (run, error)
      || !fill_picture_load (run->options->rest[0], run->options->mask, &run->extend, &rgb, &mask, error))
    return FALSE;
  run->progress = cli_progress_new (!run->options->quiet, run->request.count, NULL);
  if (!open_fill (run, &rgb, &mask, error))
    return FALSE;
  job = arra_fill_job (run->fill);
  arra_job_set_progress (job, cli_progress_update, run->progress, FALSE);
  arra_job_set_finished (job, finished, run);
  if (!arra_job_run (job, cli_signals_stage (0), error))
    return FALSE;
  if (!run->options->quiet)
    cli_print ("seed %" G_GUINT64_FORMAT "\n", run->request.seed);
  return TRUE;
}

static gboolean
work (gpointer data, GError **error)
{
  Run run = { .options = data };
  const gboolean ok = fill (&run, error);

  cli_progress_free (run.progress);
  arra_fill_free (run.fill);
  g_clear_pointer (&run.checkpoint, arra_checkpoint_unref);
  arra_mem_free (run.prompt);
  g_free (run.model);
  g_free (run.vqgan);
  return ok;
}

CliStatus
cli_fill (int argc, char **argv)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &options.model,
      "Checkpoint: a .gguf file, a Hugging Face folder, or a name", "PATH" },
    { "vqgan", 0, 0, G_OPTION_ARG_FILENAME, &options.vqgan, "VQGAN, when the checkpoint has none", "FILE" },
    { "mask", 0, 0, G_OPTION_ARG_FILENAME, &options.mask, "Picture of the same size: what is white is made",
      "FILE" },
    { "extend", 0, 0, G_OPTION_ARG_STRING, &options.extend,
      "Pixels to draw on beyond the edges, as in left=256,top=64", "SIDES" },
    { "prompt", 'p', 0, G_OPTION_ARG_FILENAME, &options.prompt, "What the picture shows", "TEXT" },
    { "prompt-file", 'f', 0, G_OPTION_ARG_FILENAME, &options.prompt_file,
      "Read the prompt from FILE; - is standard input", "FILE" },
    { "out", 'o', 0, G_OPTION_ARG_FILENAME, &options.out, "Picture to write; - is standard output", "PATH" },
    { "count", 'n', 0, G_OPTION_ARG_STRING, &options.count, "Number of pictures; more than one are numbered",
      "N" },
    { "seed", 0, 0, G_OPTION_ARG_STRING, &options.seed,
      "Start of the randomness (default: another each time)", "N" },
    { "cfg", 0, 0, G_OPTION_ARG_STRING, &options.cfg,
      "Guidance scale: how closely to follow the prompt; 1: off", "SCALE" },
    { "top-k", 0, 0, G_OPTION_ARG_STRING, &options.top_k, "Choose among the K likeliest image tokens; 0: all",
      "K" },
    { "temperature", 't', 0, G_OPTION_ARG_STRING, &options.temperature,
      "Above 1 more varied, below 1 more certain", "T" },
    { "top-p", 0, 0, G_OPTION_ARG_STRING, &options.top_p, "Choose among tokens of this probability together",
      "P" },
    { "tries", 0, 0, G_OPTION_ARG_STRING, &options.tries,
      "Compare N ways through each row of the hole (default: 4)", "N" },
    { "threads", 0, 0, G_OPTION_ARG_STRING, &options.threads, "Threads (default: all processors)", "N" },
    { "memory", 0, 0, G_OPTION_ARG_STRING, &options.memory, "Refuse to take more memory than this, as in 4G",
      "SIZE" },
    { "no-metadata", 0, 0, G_OPTION_ARG_NONE, &options.no_metadata,
      "Leave recipe and AI label out of the picture", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Print nothing but errors", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.rest, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  return cli_run_command (&help, entries, argc, argv, work, &options);
}
