/* map.c - `arra map`: how likely a picture is to the model, token by token, and what a phrase adds
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "map.h"

#include "checkpoint.h"
#include "commands.h"
#include "fail.h"
#include "generate.h"
#include "inputs.h"
#include "locate.h"
#include "mem.h"
#include "open.h"
#include "options.h"
#include "output.h"
#include "picture.h"
#include "prompt.h"
#include "signals.h"
#include "values.h"

typedef struct
{
  char *model, *vqgan, *text_encoder, *quant, *kv, *prompt, *prompt_file, *phrase, *out, *threads, *memory, **rest;
  gboolean json, quiet;
} Options;

typedef struct
{
  const Options *options;
  GenerateSetup setup; /* the checkpoint, where its parts lie, the prompt and the request */
  char *phrase;        /* (nullable); arra_mem memory */
  const char *out;     /* (nullable): only numbers are asked for */
  ArraCheckpoint *checkpoint;
  CliProgress *progress;
} Run;

static const CliHelp help = {
  .command = "map",
  .arguments = "PICTURE|TOKENS",
  .summary = "Shows how surprising each token of a picture is to the model, or what a phrase of the prompt adds to it.",
  .examples
  = "  arra map oak.png --prompt \"weathered oak wood\" -o surprise.png\n"
    "  arra map oak.tokens.json --json                                           (with no prompt; only numbers)\n"
    "  arra map --model phantom-cxr x.png -p \"chest x-ray\" --phrase \"left effusion\" -o where.png",
  .notes
  = "Surprise is -log p of a token given those before it and the prompt: white for the twentieth of all tokens that\n"
    "surprise most, black for the twentieth that surprise least. A phrase adds log p with it, behind the prompt and\n"
    "a comma, less log p without it: grey where it changes nothing, white and black where it makes a token much\n"
    "likelier or less likely. Without a prompt the phrase is compared with none. Pictures larger than the model's own\n"
    "are read in windows that overlap by half.\n"
    "Tokens that say that they were made with another image tokenizer are refused: they mean another picture here.",
};

static gboolean
take_text (const char *option, const char *given, char **text, GError **error)
{
  if (given == NULL)
    return TRUE;
  *text = cli_argument_utf8 (option, given, error);
  if (*text == NULL)
    return FALSE;
  if (*g_strstrip (*text) != '\0')
    return TRUE;
  return cli_usage_error (error, "%s is empty", option);
}

static gboolean
take_prompt (Run *run, GError **error)
{
  const Options *options = run->options;

  if (!take_text ("--phrase", options->phrase, &run->phrase, error))
    return FALSE;
  if (options->prompt == NULL && options->prompt_file == NULL)
    return TRUE;
  run->setup.prompt = cli_prompt_read (options->prompt, options->prompt_file, NULL, error);
  return run->setup.prompt != NULL;
}

static gboolean
take_values (Run *run, GError **error)
{
  const Options *options = run->options;

  if (options->quant != NULL && !cli_value_quant ("--quant", options->quant, &run->setup.quant, error))
    return FALSE;
  if (options->kv != NULL && !cli_value_kv ("--kv", options->kv, &run->setup.kv, error))
    return FALSE;
  if (options->threads != NULL
      && !cli_value_field ("--threads", options->threads, ARRA_FIELD_THREADS, &run->setup.request, error))
    return FALSE;
  return options->memory == NULL
         || cli_value_bytes ("--memory", options->memory, &run->setup.request.memory_limit, error);
}

static gboolean
check_output (const Run *run, GError **error)
{
  g_autoptr (CliInputs) inputs = cli_inputs_new ();

  if (run->out == NULL)
    return TRUE;
  cli_inputs_add_checkpoint (inputs, run->setup.model, run->setup.vqgan);
  cli_inputs_add (inputs, run->setup.text_encoder);
  cli_inputs_add (inputs, run->options->rest[0]);
  cli_inputs_add (inputs, run->options->prompt_file);
  return cli_output_check_picture ("-o", run->options->out, error) && cli_inputs_spare (inputs, "-o", run->out, error);
}

static gboolean
check (Run *run, GError **error)
{
  const Options *options = run->options;

  if (options->rest == NULL)
    return cli_usage_error (error, "no picture: name the picture or the saved tokens to look at");
  if (!cli_options_max_rest (options->rest, 1, error))
    return FALSE;
  if (options->out == NULL && !options->json)
    return cli_usage_error (error, "no output: name the picture to write with -o FILE.png, or ask for --json");
  if (options->json && (options->quiet || cli_output_is_standard (options->out)))
    return cli_usage_error (error, options->quiet ? "--quiet and --json contradict each other"
                                                  : "--json prints to standard output, which cannot be a file as well");
  if (!take_prompt (run, error) || !take_values (run, error))
    return FALSE;
  if (!g_file_test (options->rest[0], G_FILE_TEST_EXISTS))
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "there is no file %s", options->rest[0]);
  run->setup.model = cli_locate_checkpoint (options->model, error);
  if (run->setup.model == NULL || !cli_locate_part ("--vqgan", options->vqgan, &run->setup.vqgan, error))
    return FALSE;
  run->setup.text_encoder = g_strdup (options->text_encoder);
  run->out = cli_output_path (options->out);
  return check_output (run, error);
}

/* Each byte three times. */
static gboolean
write_grey (const Run *run, const guint8 *grey, guint width, guint height, GError **error)
{
  const ArraCard *card = arra_checkpoint_card (run->checkpoint);
  const ArraPictureLabels labels = { .description = card->medical ? ARRA_MEDICAL_NOTE : NULL, .software = "ARRA" };
  g_autoraster ArraRaster raster = { 0 };

  if (!arra_raster_init (&raster, width, height, 3, error))
    return FALSE;
  for (gsize i = 0; i < (gsize) 3 * width * height; i++)
    raster.pixels[i] = grey[i / 3];
  return arra_raster_save_png (&raster, &labels, run->out, error);
}

static gboolean
draw (const Run *run, const MapResult *result, GError **error)
{
  const guint side = arra_checkpoint_patch (run->checkpoint);
  const guint width = result->columns * side, height = result->rows * side;
  g_automem guint8 *grey = arra_mem_new (width, height, "a picture", error);

  if (grey == NULL)
    return FALSE;
  arra_map_draw (result->map, result->rows, result->columns, side, run->phrase != NULL, &result->span, grey);
  return write_grey (run, grey, width, height, error);
}

static void
print (const Run *run, const MapResult *result)
{
  cli_progress_clear (run->progress);
  if (run->options->json)
    map_print_json (result);
  else if (!run->options->quiet)
    {
      map_print (result);
      generate_note_unknown (run->checkpoint, run->phrase);
    }
}

static gboolean
map_picture (Run *run, GError **error)
{
  g_auto (GenerateCodes) codes = { 0 };
  g_autofree double *map = NULL;
  MapResult result;

  if (!check (run, error))
    return FALSE;
  run->progress = cli_progress_new (!run->options->quiet, 1, NULL);
  run->checkpoint = generate_open_parts (&run->setup, FALSE, error);
  if (run->checkpoint == NULL
      || !generate_codes_read (run->options->rest[0], run->setup.request.threads, run->checkpoint, &codes, error))
    return FALSE;
  run->setup.request.prompt = run->setup.prompt;
  map = arra_checkpoint_map (run->checkpoint, &run->setup.request, run->phrase, codes.codes, codes.rows, codes.columns,
                             cli_progress_update, run->progress, cli_signals_stage (0), error);
  if (map == NULL)
    return FALSE;
  result = (MapResult) { .checkpoint = run->checkpoint,
                         .prompt = run->setup.prompt,
                         .phrase = run->phrase,
                         .file = run->out,
                         .rows = codes.rows,
                         .columns = codes.columns,
                         .map = map,
                         .span = arra_map_span (map, (gsize) codes.rows * codes.columns, run->phrase != NULL) };
  if (run->out != NULL && !draw (run, &result, error))
    return FALSE;
  print (run, &result);
  return TRUE;
}

static gboolean
work (gpointer data, GError **error)
{
  Run run = { .options = data };
  gboolean ok;

  arra_request_init (&run.setup.request, NULL);
  ok = map_picture (&run, error);
  cli_progress_free (run.progress);
  g_clear_pointer (&run.checkpoint, arra_checkpoint_unref);
  arra_mem_free (run.phrase);
  generate_setup_clear (&run.setup);
  return ok;
}

CliStatus
cli_map (int argc, char **argv)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &options.model,
      "Checkpoint: a .gguf file, a Hugging Face folder, or a name", "PATH" },
    { "vqgan", 0, 0, G_OPTION_ARG_FILENAME, &options.vqgan, "VQGAN, when the checkpoint has none", "FILE" },
    { "text-encoder", 0, 0, G_OPTION_ARG_FILENAME, &options.text_encoder,
      "Text encoder, for a checkpoint whose prompts one reads and that has none", "FOLDER" },
    { "prompt", 'p', 0, G_OPTION_ARG_FILENAME, &options.prompt, "What the picture shows (default: nothing is said)",
      "TEXT" },
    { "prompt-file", 'f', 0, G_OPTION_ARG_FILENAME, &options.prompt_file,
      "Read the prompt from FILE; - is standard input", "FILE" },
    { "phrase", 0, 0, G_OPTION_ARG_FILENAME, &options.phrase, "Show what this adds to the prompt", "TEXT" },
    { "out", 'o', 0, G_OPTION_ARG_FILENAME, &options.out, "Picture to write; - is standard output", "PATH" },
    { "quant", 0, 0, G_OPTION_ARG_STRING, &options.quant,
      "Weights in memory as auto, f32, f16, bf16, q8_0, q6_k, q4_k or q4_0", "TYPE" },
    { "kv", 0, 0, G_OPTION_ARG_STRING, &options.kv, "Keys and values as f32, f16 or q8_0", "TYPE" },
    { "threads", 0, 0, G_OPTION_ARG_STRING, &options.threads, "Threads (default: all processors)", "N" },
    { "memory", 0, 0, G_OPTION_ARG_STRING, &options.memory, "Refuse to take more memory than this, as in 4G", "SIZE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print a JSON object with every token's number", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Print nothing but errors", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.rest, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  return cli_run_command (&help, entries, argc, argv, work, &options);
}
