/* fill.c - `arra fill`: a hole in a picture is filled, or the picture goes on beyond its edges
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fill.h"

#include "commands.h"
#include "generate.h"
#include "inputs.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "signals.h"

/* Of GenerateOptions only those that a hole can have are set. */
typedef struct
{
  GenerateOptions made;
  char *mask, *extend;
} Options;

typedef struct
{
  const Options *options;
  GenerateSetup setup;
  FillExtend extend;
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
  .examples = "  arra fill wall.png --mask hole.png --prompt \"red brick wall\" -o whole.png\n"
              "  arra fill wall.png --extend left=128,right=128 --prompt \"red brick wall\" -o wide.png\n"
              "  arra fill cut-out.png --prompt \"oak planks\" --count 4 -o filled.png        (its transparent parts)",
  .notes = "MASK has the picture's size: white is made, black stays, grey is blended. Transparent pixels are "
           "made, too.\n"
           "Only what lies around the hole is looked at, so large pictures take no longer than small ones.",
};

static gboolean
check_outputs (const Run *run, GError **error)
{
  g_autoptr (CliInputs) inputs = cli_inputs_new ();

  cli_inputs_add_checkpoint (inputs, run->setup.model, run->setup.vqgan);
  cli_inputs_add (inputs, run->options->made.rest[0]);
  cli_inputs_add (inputs, run->options->mask);
  cli_inputs_add (inputs, run->options->made.prompt_file);
  return cli_output_check_picture ("-o", run->setup.out, error) && generate_check_pictures (&run->setup, inputs, error);
}

static gboolean
check (Run *run, GError **error)
{
  GenerateOptions made = run->options->made;

  if (made.rest == NULL)
    return cli_usage_error (error, "no picture: name the file to fill");
  if (!cli_options_max_rest (made.rest, 1, error))
    return FALSE;
  if (made.out == NULL)
    return cli_usage_error (error, "no output: name the picture to write with -o FILE.png");
  if (made.prompt == NULL && made.prompt_file == NULL)
    return cli_usage_error (error, "no prompt: say what is made, as in: arra fill PICTURE --prompt \"red brick wall\" "
                                   "-o FILE.png");
  if (run->options->extend != NULL && !fill_extend_parse (run->options->extend, &run->extend, error))
    return FALSE;
  made.rest = NULL; /* it is no prompt */
  if (!generate_setup_take (&run->setup, &made, error))
    return FALSE;
  run->setup.out = g_strdup (cli_output_path (made.out));
  return check_outputs (run, error);
}

static gboolean
is_black (const ArraRaster *mask)
{
  const gsize n = mask->width * mask->height;

  for (gsize i = 0; i < n; i++)
    if (mask->pixels[i] != 0)
      return FALSE;
  return TRUE;
}

/* Of what was given to say where, none says it. */
static gboolean
check_hole (const Run *run, const ArraRaster *mask, GError **error)
{
  const Options *options = run->options;
  g_autoptr (GString) why = NULL;

  if (!is_black (mask))
    return TRUE;
  why = g_string_new (NULL);
  if (options->mask != NULL)
    g_string_append_printf (why, ", %s is black everywhere", options->mask);
  if (options->extend != NULL)
    g_string_append_printf (why, ", --extend %s adds no pixel", options->extend);
  if (why->len == 0)
    g_string_append (why, ", and neither --mask nor --extend says where");
  return cli_usage_error (error, "there is nothing to fill: %s has no transparent parts%s", options->made.rest[0],
                          why->str);
}

static gboolean
open_fill (Run *run, const ArraRaster *rgb, const ArraRaster *mask, GError **error)
{
  ArraRequest request;

  run->checkpoint = generate_open (&run->options->made, &run->setup, run->progress, error);
  if (run->checkpoint == NULL)
    return FALSE;
  arra_request_init (&request, run->checkpoint);
  if (!generate_setup_apply (&run->setup, &run->options->made, &request, error))
    return FALSE;
  run->fill = arra_fill_new (run->checkpoint, rgb->pixels, mask->pixels, (guint) rgb->width, (guint) rgb->height,
                             &request, cli_signals_stage (0), error);
  return run->fill != NULL;
}

static gboolean
write_picture (Run *run, guint answer, guint n, GError **error)
{
  g_autofree char *path = n > 1 ? cli_output_numbered (run->setup.out, answer + 1) : g_strdup (run->setup.out);
  const gboolean labelled = !run->options->made.no_metadata;
  g_autofree char *recipe = labelled ? arra_job_recipe (arra_fill_job (run->fill), answer, TRUE) : NULL;
  ArraPicture picture;

  if (!arra_fill_paint (run->fill, answer, &picture, cli_signals_stage (0), error)
      || !arra_picture_save_png (&picture, path, recipe, labelled, arra_checkpoint_card (run->checkpoint), error))
    return FALSE;
  cli_progress_clear (run->progress);
  if (!run->options->made.quiet)
    cli_print ("%s\n", path);
  return TRUE;
}

/* Each picture is written when it is there: what is stopped later is kept. */
static gboolean
finished (ArraJob *job, guint answer, gpointer data, GError **error)
{
  Run *run = data;

  return write_picture (run, answer, run->setup.request.count, error);
}

static gboolean
fill (Run *run, GError **error)
{
  g_autoraster ArraRaster rgb = { 0 }, mask = { 0 };
  ArraJob *job;

  if (!check (run, error)
      || !fill_picture_load (run->options->made.rest[0], run->options->mask, &run->extend, &rgb, &mask, error)
      || !check_hole (run, &mask, error))
    return FALSE;
  run->progress = cli_progress_new (!run->options->made.quiet, run->setup.request.count, NULL);
  if (!open_fill (run, &rgb, &mask, error))
    return FALSE;
  job = arra_fill_job (run->fill);
  arra_job_set_progress (job, cli_progress_update, run->progress, FALSE);
  arra_job_set_finished (job, finished, run);
  if (!arra_job_run (job, cli_signals_stage (0), error))
    return FALSE;
  if (!run->options->made.quiet)
    cli_print ("seed %" G_GUINT64_FORMAT "\n", run->setup.seed);
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
  generate_setup_clear (&run.setup);
  return ok;
}

CliStatus
cli_fill (int argc, char **argv)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &options.made.model,
      "Checkpoint: a .gguf file, a Hugging Face folder, or a name", "PATH" },
    { "vqgan", 0, 0, G_OPTION_ARG_FILENAME, &options.made.vqgan, "VQGAN, when the checkpoint has none", "FILE" },
    { "mask", 0, 0, G_OPTION_ARG_FILENAME, &options.mask, "Picture of the same size: what is white is made", "FILE" },
    { "extend", 0, 0, G_OPTION_ARG_STRING, &options.extend, "Pixels to draw on beyond the edges, as in left=256,top=64",
      "SIDES" },
    { "prompt", 'p', 0, G_OPTION_ARG_FILENAME, &options.made.prompt, "What the picture shows", "TEXT" },
    { "prompt-file", 'f', 0, G_OPTION_ARG_FILENAME, &options.made.prompt_file,
      "Read the prompt from FILE; - is standard input", "FILE" },
    { "out", 'o', 0, G_OPTION_ARG_FILENAME, &options.made.out, "Picture to write; - is standard output", "PATH" },
    { "count", 'n', 0, G_OPTION_ARG_STRING, &options.made.count, "Number of pictures; more than one are numbered",
      "N" },
    { "seed", 0, 0, G_OPTION_ARG_STRING, &options.made.seed, "Start of the randomness (default: another each time)",
      "N" },
    { "cfg", 0, 0, G_OPTION_ARG_STRING, &options.made.cfg, "Guidance scale: how closely to follow the prompt; 1: off",
      "SCALE" },
    { "top-k", 0, 0, G_OPTION_ARG_STRING, &options.made.top_k, "Choose among the K likeliest image tokens; 0: all",
      "K" },
    { "temperature", 't', 0, G_OPTION_ARG_STRING, &options.made.temperature,
      "Above 1 more varied, below 1 more certain", "T" },
    { "top-p", 0, 0, G_OPTION_ARG_STRING, &options.made.top_p, "Choose among tokens of this probability together",
      "P" },
    { "tries", 0, 0, G_OPTION_ARG_STRING, &options.made.tries,
      "Compare N ways through each row of the hole (default: 4)", "N" },
    { "threads", 0, 0, G_OPTION_ARG_STRING, &options.made.threads, "Threads (default: all processors)", "N" },
    { "memory", 0, 0, G_OPTION_ARG_STRING, &options.made.memory, "Refuse to take more memory than this, as in 4G",
      "SIZE" },
    { "no-metadata", 0, 0, G_OPTION_ARG_NONE, &options.made.no_metadata, "Leave recipe and AI label out of the picture",
      NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.made.quiet, "Print nothing but errors", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.made.rest, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  return cli_run_command (&help, entries, argc, argv, work, &options);
}
