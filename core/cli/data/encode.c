/* encode.c - `arra encode`: a picture becomes image tokens
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "checkpoint.h"
#include "commands.h"
#include "fail.h"
#include "inputs.h"
#include "jsonwriter.h"
#include "mapping.h"
#include "open.h"
#include "options.h"
#include "output.h"
#include "signals.h"
#include "values.h"

typedef struct
{
  char *model, *vqgan, *out, *size, *threads, **rest;
  gboolean plain, quiet;
} Options;

typedef struct
{
  guint width, height, threads;
} Values;

static const CliHelp help = {
  .command = "encode",
  .arguments = "PICTURE",
  .summary
  = "Turns a picture (PNG, JPEG, ...) into the codes of the checkpoint's VQGAN and the token ids a model reads.\n"
    "The picture is cropped at its sides and resized when --size asks for another shape.",
  .examples = "  arra encode --model model.gguf photo.jpg -o photo.json\n"
              "  arra encode --model model-folder --vqgan vqgan.ckpt --size 512x512 photo.jpg -o photo.json\n"
              "  arra encode --model model.gguf --plain photo.jpg | head -1\n"
              "  arra decode --model model.gguf photo.json -o again.png",
  .notes = "Without -o the result goes to standard output. --plain writes one line of codes per row.",
};

static char *
plain_text (const guint32 *codes, guint rows, guint columns)
{
  GString *text = g_string_new (NULL);

  for (guint row = 0; row < rows; row++)
    for (guint column = 0; column < columns; column++)
      g_string_append_printf (text, "%u%c", codes[(gsize) row * columns + column], column + 1 == columns ? '\n' : ' ');
  return g_string_free (text, FALSE);
}

/* The codes as a picture in an answer. NULL when the layout has no such size or code. */
static GArray *
picture_tokens (const ArraLayout *layout, const guint32 *codes, guint rows, guint columns)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint32));

  if (!arra_layout_has_size (layout, rows, columns))
    return NULL;
  for (gsize i = 0; i < (gsize) rows * columns; i++)
    if (codes[i] >= layout->n_codes)
      return NULL;
  g_array_set_size (ids, (guint) arra_layout_tokens (layout, rows, columns));
  arra_layout_write (layout, codes, rows, columns, (guint32 *) (void *) ids->data);
  return g_steal_pointer (&ids);
}

static char *
json_text (const ArraCheckpoint *checkpoint, const guint32 *codes, guint rows, guint columns)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);
  guint patch = arra_vqgan_patch (&checkpoint->vqgan_config);
  g_autoptr (GArray) tokens = picture_tokens (checkpoint->layout, codes, rows, columns);
  g_autofree char *codebook = arra_vqgan_codebook_sha256 (checkpoint->vqgan);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "format", "arra-codes");
  arra_json_put_uint (json, "version", 1);
  arra_json_put_string (json, "codebook", codebook);
  arra_json_put_uint (json, "width", (guint64) columns * patch);
  arra_json_put_uint (json, "height", (guint64) rows * patch);
  arra_json_put_uint (json, "rows", rows);
  arra_json_put_uint (json, "columns", columns);
  arra_json_put_ids (json, "codes", codes, (gsize) rows * columns);
  if (tokens != NULL)
    arra_json_put_ids (json, "tokens", (const guint32 *) (const void *) tokens->data, tokens->len);
  arra_json_end_object (json);
  return g_strdup (arra_json_writer_text (json));
}

static gboolean
check (const Options *options, Values *values, GError **error)
{
  g_autoptr (CliInputs) inputs = cli_inputs_new ();

  if (options->rest == NULL)
    return cli_usage_error (error, "no picture: name the file to encode");
  if (!cli_options_max_rest (options->rest, 1, error))
    return FALSE;
  if (options->size != NULL && !cli_value_size ("--size", options->size, &values->width, &values->height, error))
    return FALSE;
  if (options->threads != NULL && !cli_value_guint ("--threads", options->threads, 1, 64, &values->threads, error))
    return FALSE;
  if (!g_file_test (options->rest[0], G_FILE_TEST_EXISTS))
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "there is no file %s", options->rest[0]);
  cli_inputs_add (inputs, options->rest[0]);
  cli_inputs_add_checkpoint (inputs, options->model, options->vqgan);
  return options->out == NULL
         || (cli_output_check ("-o", options->out, error) && cli_inputs_spare (inputs, "-o", options->out, error));
}

static gboolean
run (gpointer data, GError **error)
{
  const Options *options = data;
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  g_autofree guint32 *codes = NULL;
  g_autofree char *text = NULL;
  Values values = { 0 };
  guint rows, columns;

  if (!check (options, &values, error))
    return FALSE;
  checkpoint = cli_open_vqgan (options->model, options->vqgan, values.threads, error);
  if (checkpoint == NULL)
    return FALSE;
  if (!arra_vqgan_has_encoder (checkpoint->vqgan))
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "the VQGAN of %s has no encoder", arra_checkpoint_path (checkpoint));
  codes = arra_checkpoint_encode_file (checkpoint, options->rest[0], values.width, values.height, values.threads, &rows,
                                       &columns, cli_signals_stage (0), error);
  if (codes == NULL)
    return FALSE;
  text = options->plain ? plain_text (codes, rows, columns) : json_text (checkpoint, codes, rows, columns);
  if (options->out == NULL)
    {
      cli_print ("%s", text);
      return TRUE;
    }
  if (!arra_write_file (cli_output_path (options->out), text, strlen (text), error))
    return FALSE;
  if (!options->quiet)
    cli_print ("%s: %u rows of %u codes\n", options->out, rows, columns);
  return TRUE;
}

CliStatus
cli_encode (int argc, char **argv)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &options.model,
      "Checkpoint: a .gguf file, a Hugging Face folder, or a name", "PATH" },
    { "vqgan", 0, 0, G_OPTION_ARG_FILENAME, &options.vqgan, "VQGAN, when the checkpoint has none", "FILE" },
    { "size", 's', 0, G_OPTION_ARG_STRING, &options.size, "Crop and resize to this size (default: the picture's own)",
      "WxH" },
    { "out", 'o', 0, G_OPTION_ARG_FILENAME, &options.out, "File to write (default: standard output)", "FILE" },
    { "plain", 0, 0, G_OPTION_ARG_NONE, &options.plain, "Codes as plain text, one row per line, not JSON", NULL },
    { "threads", 0, 0, G_OPTION_ARG_STRING, &options.threads, "Threads (default: all processors)", "N" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Print nothing but errors and results", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.rest, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  return cli_run_command (&help, entries, argc, argv, run, &options);
}
