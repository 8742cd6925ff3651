/* contact_sheet.c - `arra contact-sheet`: pictures with their captions, to be looked at
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "contact_sheet.h"

#include "commands.h"
#include "inputs.h"
#include "mem.h"
#include "open.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "prompt.h"
#include "signals.h"
#include "values.h"

typedef struct
{
  char *data, *limit, *columns, *cell, *title, *out;
  gboolean quiet;
} Options;

static const CliHelp help = {
  .command = "contact-sheet",
  .summary = "Draws pictures of a data set beside each other, each with its caption beneath, to be looked at.",
  .examples = "  arra contact-sheet --data textures --limit 24 -o textures.png\n"
              "  arra contact-sheet --data generated --limit 24 --columns 4 --cell 256 \\\n"
              "    --title \"held-out prompts, seed 1\" -o generated.png",
  .notes = "A data set is what 'arra pretokenize' takes, so also what 'arra domain' and 'arra generate "
           "--prompts' write.",
};

static gboolean
check (const Options *options, ArraContactSheet *sheet, GError **error)
{
  if (options->data == NULL)
    return cli_usage_error (error, "no data set: name one with --data PATH");
  if (options->out == NULL)
    return cli_usage_error (error, "no output: name the picture to write with -o SHEET.png");
  return (options->limit == NULL || cli_value_guint ("--limit", options->limit, 1, G_MAXINT32, &sheet->n, error))
         && (options->columns == NULL
             || cli_value_guint ("--columns", options->columns, 1, 1000, &sheet->columns, error))
         && (options->cell == NULL || cli_value_guint ("--cell", options->cell, 16, 2048, &sheet->cell, error))
         && cli_output_check_picture ("-o", options->out, error);
}

static gboolean
run (gpointer data, GError **error)
{
  const Options *options = data;
  ArraContactSheet sheet = { .n = G_MAXUINT, .columns = 6, .cell = 192 };
  g_autoptr (ArraDataset) dataset = NULL;
  g_autoptr (CliInputs) inputs = cli_inputs_new ();
  g_autoptr (CliProgress) progress = NULL;
  g_automem char *title = NULL;
  CliItems items = { .start = g_get_monotonic_time () };

  if (!check (options, &sheet, error) || (dataset = cli_open_dataset (options->data, options->quiet, error)) == NULL)
    return FALSE;
  cli_inputs_add_dataset (inputs, options->data, dataset);
  if (!cli_inputs_spare (inputs, "-o", options->out, error)
      || !cli_inputs_outside ("-o", options->data, options->out, error))
    return FALSE;
  if (options->title != NULL)
    {
      sheet.title = title = cli_argument_utf8 ("--title", options->title, error);
      if (title == NULL)
        return FALSE;
    }
  sheet.n = MIN (sheet.n, arra_dataset_size (dataset));
  items.progress = progress = cli_progress_new (!options->quiet, 1, "Drawing");
  if (!arra_contact_sheet_write (&sheet, dataset, cli_output_path (options->out), cli_items_update, &items,
                                 cli_signals_stage (0), error))
    return FALSE;
  cli_progress_clear (progress);
  if (!options->quiet)
    cli_print ("%s: %u pictures\n", options->out, sheet.n);
  return TRUE;
}

CliStatus
cli_contact_sheet (int argc, char **argv)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "data", 'd', 0, G_OPTION_ARG_FILENAME, &options.data, "Data set: a folder, metadata.jsonl or a JSON file",
      "PATH" },
    { "limit", 0, 0, G_OPTION_ARG_STRING, &options.limit, "Only the first N pictures", "N" },
    { "columns", 0, 0, G_OPTION_ARG_STRING, &options.columns, "Pictures in a row (default: 6)", "N" },
    { "cell", 0, 0, G_OPTION_ARG_STRING, &options.cell, "Longer side of a picture in pixels (default: 192)", "PX" },
    { "title", 0, 0, G_OPTION_ARG_FILENAME, &options.title, "Written above, and into the file's description", "TEXT" },
    { "out", 'o', 0, G_OPTION_ARG_FILENAME, &options.out, "Picture to write; - is standard output", "FILE.png" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Print nothing but errors", NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  return cli_run_command (&help, entries, argc, argv, run, &options);
}
