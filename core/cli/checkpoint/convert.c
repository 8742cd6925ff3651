/* convert.c - `arra convert`: a checkpoint as a single GGUF file
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>

#include "checkpoint.h"
#include "commands.h"
#include "inputs.h"
#include "locate.h"
#include "open.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "signals.h"
#include "values.h"

typedef struct
{
  char *out, *type, *vqgan, *text_encoder, *card, **rest;
  gboolean quiet;
} Options;

static const CliHelp help = {
  .command = "convert",
  .arguments = "CHECKPOINT",
  .summary
  = "Writes transformer, VQGAN, text encoder, tokenizer, defaults and card of a checkpoint (a Hugging Face folder, or a\n"
    "GGUF file) into a single GGUF file. Little memory is needed, however large the checkpoint is.",
  .examples = "  arra convert ARRA-Adapt-MIMIC-7B --vqgan vqgan.ckpt --type q8_0 -o arra-mimic-7B-q8_0.gguf\n"
              "  arra convert model-folder --card card.json --type bf16 -o model.gguf",
  .notes
  = "Types: f32, bf16 and f16 are plain numbers of 32 and 16 bits; q8_0 takes 8.5 bits per weight, half of bf16;\n"
    "q6_k takes 6.6, q4_k and q4_0 take 4.5, of which q4_k is nearer to the original. With these two the embedding and\n"
    "the head are q6_k; matrices whose rows are no multiple of 256 are q8_0 in place of q6_k and q4_k. Norms and other\n"
    "small tensors stay f32; with f16 and the quantised types the VQGAN's kernels become f16.\n"
    "--card names a JSON object whose members replace those of the checkpoint's card: name, description, license,\n"
    "license_link, training_data, intended_use, domain, medical, example_prompts, words, thumbnail, translations.",
};

static gboolean
check (const Options *options, ArraQuant *quant, GError **error)
{
  g_autoptr (CliInputs) inputs = cli_inputs_new ();

  *quant = ARRA_QUANT_AS_STORED;
  if (options->rest == NULL)
    return cli_usage_error (error, "no checkpoint: name the folder or file to convert");
  if (!cli_options_max_rest (options->rest, 1, error))
    return FALSE;
  if (options->out == NULL)
    return cli_usage_error (error, "no output: name the file to write with -o FILE.gguf");
  if (options->type != NULL && !cli_value_quant ("--type", options->type, quant, error))
    return FALSE;
  cli_inputs_add_checkpoint (inputs, options->rest[0], options->vqgan);
  cli_inputs_add (inputs, options->text_encoder);
  cli_inputs_add (inputs, options->card);
  return cli_output_check_binary ("-o", options->out, error) && cli_inputs_spare (inputs, "-o", options->out, error);
}

static gboolean
say_notes (const char *model, const char *vqgan, const char *text_encoder, gboolean quiet, GError **error)
{
  g_autoptr (ArraCheckpoint) checkpoint
      = cli_open_metadata (model, vqgan, text_encoder, ARRA_QUANT_AS_STORED, ARRA_QUANT_F32, error);

  if (checkpoint != NULL && !quiet)
    cli_show_notes (checkpoint);
  return checkpoint != NULL;
}

static gboolean
run (gpointer data, GError **error)
{
  const Options *options = data;
  g_autoptr (CliProgress) progress = NULL;
  g_autofree char *model = NULL, *vqgan = NULL;
  ArraQuant quant;
  gint64 start = g_get_monotonic_time ();

  if (!check (options, &quant, error) || (model = cli_locate_checkpoint (options->rest[0], error)) == NULL
      || !cli_locate_part ("--vqgan", options->vqgan, &vqgan, error)
      || !say_notes (model, vqgan, options->text_encoder, options->quiet, error))
    return FALSE;
  progress = cli_progress_new (!options->quiet, 1, "Converting");
  if (!arra_checkpoint_convert_parts (model, vqgan, options->text_encoder, options->card,
                                      cli_output_path (options->out), quant, cli_progress_update, progress,
                                      cli_signals_stage (0), error))
    return FALSE;
  cli_progress_clear (progress);
  if (!options->quiet)
    {
      g_autofree char *time = cli_format_seconds ((double) (g_get_monotonic_time () - start) * 1e-6);
      g_autofree char *bytes = NULL;
      GStatBuf info;

      if (!cli_output_is_stream (options->out) && g_stat (options->out, &info) == 0)
        bytes = cli_format_bytes ((guint64) info.st_size);
      cli_print ("%s: %s%swritten in %s\n", options->out, bytes != NULL ? bytes : "", bytes != NULL ? ", " : "", time);
    }
  return TRUE;
}

CliStatus
cli_convert (int argc, char **argv)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "out", 'o', 0, G_OPTION_ARG_FILENAME, &options.out, "File to write; - is standard output", "FILE.gguf" },
    { "type", 't', 0, G_OPTION_ARG_STRING, &options.type,
      "Weights as f32, bf16, f16, q8_0, q6_k, q4_k or q4_0 (default: auto, as they are stored)", "TYPE" },
    { "vqgan", 0, 0, G_OPTION_ARG_FILENAME, &options.vqgan, "VQGAN to include, in place of the checkpoint's own",
      "FILE" },
    { "text-encoder", 0, 0, G_OPTION_ARG_FILENAME, &options.text_encoder,
      "Text encoder to include, for a model whose prompts one reads", "FOLDER" },
    { "card", 0, 0, G_OPTION_ARG_FILENAME, &options.card, "JSON file whose members replace the card's", "FILE" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Print nothing but errors", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.rest, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  return cli_run_command (&help, entries, argc, argv, run, &options);
}
