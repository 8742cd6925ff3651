/* pretokenize.c - `arra pretokenize`: a data set becomes codes and tokens, once for all trainings
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands.h"
#include "encode_dataset.h"
#include "fail.h"
#include "locate.h"
#include "mem.h"
#include "open.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "signals.h"
#include "values.h"
#include "vqgan_file.h"

#define DEFAULT_SIZE 256
#define MAX_SIZE 4096

typedef struct
{
  char *data, *vqgan, *tokenizer, *size, *fit, *threads, *out;
  gboolean quiet, skip_bad, folders;
} Options;

typedef struct
{
  ArraDataset *dataset;
  ArraTokenizer *tokenizer; /* (nullable) */
  ArraVqganFile file;
  ArraPool *pool;
  ArraVqgan *vqgan;
  guint size, fit;
} Inputs;

static const CliHelp help = {
  .command = "pretokenize",
  .summary
  = "Turns the pictures of a data set into codes of a VQGAN and its captions into tokens, and keeps both in one file,\n"
    "which training reads. It may be stopped at any time: given again, the command goes on where it was.",
  .examples
  = "  arra pretokenize --data textures --vqgan vqgan --tokenizer tokenizer -o textures.tokens\n"
    "  arra pretokenize --data captions.json --vqgan vqgan.ckpt --tokenizer model-folder --size 512 -o cxr.tokens\n"
    "  arra pretokenize --data photos --vqgan textures.gguf --tokenizer textures.gguf -o photos.tokens\n"
    "  arra pretokenize --data imagenet --folders --vqgan vq_ds16_c2i.pt -o imagenet.tokens",
  .notes
  = "Without --tokenizer captions are kept as text, which training reads as the model reads prompts: models of classes\n"
    "(captions are names or numbers of classes, or --folders), and those that put something around a prompt, need that.\n"
    "A data set is a folder with metadata.jsonl or metadata.csv, a folder of pictures with NAME.txt beside each, a folder\n"
    "of such folders, or a JSON file of ARRA's conversations. Pictures are cropped to squares (--fit) and resized. What is\n"
    "finished is kept by the contents of each picture: when some are added, repaired or removed, the others are not done\n"
    "again. A file that was made of other pictures altogether, or with another VQGAN, tokenizer or size is not written to.",
};

static void
inputs_clear (Inputs *inputs)
{
  arra_vqgan_free (inputs->vqgan);
  arra_pool_free (inputs->pool);
  arra_vqgan_file_clear (&inputs->file);
  arra_tokenizer_unref (inputs->tokenizer);
  arra_dataset_free (inputs->dataset);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Inputs, inputs_clear)

static gboolean
check (const Options *options, guint *size, guint *threads, GError **error)
{
  if (options->data == NULL)
    return cli_usage_error (error, "no data set: name one with --data PATH");
  if (options->vqgan == NULL)
    return cli_usage_error (error, "no VQGAN: name one with --vqgan PATH");
  if (options->out == NULL)
    return cli_usage_error (error, "no output: name the file to write with -o FILE");
  if (options->size != NULL && !cli_value_guint ("--size", options->size, 1, MAX_SIZE, size, error))
    return FALSE;
  if (options->threads != NULL && !cli_value_guint ("--threads", options->threads, 1, 64, threads, error))
    return FALSE;
  return cli_output_check_file ("-o", options->out, error);
}

static gboolean
read_fit (const char *text, guint *fit, GError **error)
{
  for (guint i = 0; text != NULL && arra_dataset_fits[i] != NULL; i++)
    if (g_str_equal (text, arra_dataset_fits[i]))
      {
        *fit = i;
        return TRUE;
      }
  return text == NULL || cli_usage_error (error, "--fit: '%s' is neither crop nor pad nor pad-black", text);
}

static gboolean
open_inputs (const Options *options, guint threads, Inputs *inputs, GError **error)
{
  g_autofree char *vqgan = NULL, *tokenizer = NULL;

  if ((inputs->dataset = cli_open_dataset (options->data, options->quiet, error)) == NULL
      || (options->tokenizer != NULL
          && (!cli_locate_part ("--tokenizer", options->tokenizer, &tokenizer, error)
              || (inputs->tokenizer = arra_tokenizer_open (tokenizer, error)) == NULL))
      || !cli_locate_part ("--vqgan", options->vqgan, &vqgan, error)
      || !arra_vqgan_file_open (&inputs->file, vqgan, error) || (inputs->pool = arra_pool_new (threads, error)) == NULL)
    return FALSE;
  if (options->folders)
    arra_dataset_name_folders (inputs->dataset);
  arra_dataset_set_fit (inputs->dataset, (ArraDatasetFit) inputs->fit);
  inputs->vqgan = arra_vqgan_new (&inputs->file.config, inputs->file.source, inputs->file.prefix, inputs->pool,
                                  cli_signals_stage (0), error);
  if (inputs->vqgan == NULL)
    return FALSE;
  if (!arra_vqgan_has_encoder (inputs->vqgan))
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s has no encoder, which turns pictures into codes",
                      inputs->file.path);
  if (inputs->size % arra_vqgan_patch (&inputs->file.config) != 0)
    return cli_usage_error (error, "--size: %u is not a multiple of %u, as this VQGAN needs", inputs->size,
                            arra_vqgan_patch (&inputs->file.config));
  return TRUE;
}

static ArraTokenCacheWriter *
open_writer (const Inputs *inputs, const char *path, GError **error)
{
  g_automem guint8 *keys = arra_dataset_keys (inputs->dataset, cli_signals_stage (0), error);
  g_autofree char *dataset = keys != NULL ? arra_dataset_fingerprint (inputs->dataset, keys) : NULL;
  g_autofree char *vqgan
      = arra_vqgan_encoder_sha256 (&inputs->file.config, inputs->file.source, inputs->file.prefix, error);
  g_autofree char *tokenizer
      = inputs->tokenizer != NULL ? arra_tokenizer_sha256 (inputs->tokenizer) : g_strdup (ARRA_TOKEN_CACHE_TEXT);
  g_auto (ArraCaptionTokens) captions = { 0 };
  guint side = inputs->size / arra_vqgan_patch (&inputs->file.config);
  ArraTokenCacheForm form
      = { .prints = { dataset, vqgan, tokenizer },
          .n_items = arra_dataset_size (inputs->dataset),
          .rows = side,
          .columns = side,
          .n_codes = inputs->file.config.n_embed,
          .n_ids = inputs->tokenizer != NULL ? arra_tokenizer_size (inputs->tokenizer) : ARRA_TOKEN_CACHE_BYTES,
          .keys = keys,
          .fit = arra_dataset_fits[inputs->fit] };

  if (dataset == NULL || vqgan == NULL
      || !arra_caption_tokens_init (&captions, inputs->dataset, inputs->tokenizer, error))
    return NULL;
  form.starts = captions.starts;
  form.ids = captions.ids;
  return arra_token_cache_writer_open (path, &form, error);
}

/* The file again, without the pictures that cannot be used: all others are in it. */
static gboolean
leave_out (Inputs *inputs, const ArraBadItems *bad, const char *path, GError **error)
{
  g_autoptr (ArraTokenCacheWriter) writer = NULL;

  return cli_drop_bad_items ("pretokenize", inputs->dataset, bad, error)
         && (writer = open_writer (inputs, path, error)) != NULL
         && cli_check_unchanged (path, arra_token_cache_writer_left (writer), error)
         && arra_token_cache_writer_finish (writer, error);
}

static void
print_result (const Inputs *inputs, const char *path, guint n_new, gint64 start)
{
  double seconds = (double) (g_get_monotonic_time () - start) * 1e-6;
  g_autofree char *time = cli_format_seconds (seconds);
  g_autofree char *rate = cli_format_double (n_new / MAX (seconds, 1e-6), 1);

  cli_print ("%s: %u pictures of %u x %u, %u of them new in %s (%s a second)\n", path,
             arra_dataset_size (inputs->dataset), inputs->size, inputs->size, n_new, time, rate);
}

static gboolean
run (gpointer data, GError **error)
{
  const Options *options = data;
  g_auto (Inputs) inputs = { .size = DEFAULT_SIZE };
  g_autoptr (ArraTokenCacheWriter) writer = NULL;
  g_autoptr (ArraBadItems) bad = cli_bad_items_new (options->skip_bad);
  g_autoptr (CliProgress) progress = NULL;
  CliItems items = { .start = g_get_monotonic_time () };
  ArraExec exec = { 0 };
  guint threads = 0, n_new;

  if (!check (options, &inputs.size, &threads, error) || !read_fit (options->fit, &inputs.fit, error)
      || !open_inputs (options, threads, &inputs, error) || !arra_dataset_check_captions (inputs.dataset, bad, error)
      || (exec.kernels = arra_kernels_default (error)) == NULL
      || (writer = open_writer (&inputs, options->out, error)) == NULL)
    return FALSE;
  exec.pool = inputs.pool;
  n_new = arra_token_cache_writer_left (writer);
  items.first = arra_dataset_size (inputs.dataset) - n_new;
  items.progress = progress = cli_progress_new (!options->quiet, 1, "Encoding");
  if (!arra_encode_dataset (inputs.dataset, inputs.vqgan, &exec, inputs.size, writer, bad, cli_items_update, &items,
                            cli_signals_stage (0), error))
    return FALSE;
  cli_progress_clear (progress);
  g_clear_pointer (&writer, arra_token_cache_writer_free);
  if (arra_bad_items_count (bad) > 0 && !leave_out (&inputs, bad, options->out, error))
    return FALSE;
  if (!options->quiet)
    print_result (&inputs, options->out, n_new - MIN (n_new, arra_bad_items_count (bad)), items.start);
  return TRUE;
}

CliStatus
cli_pretokenize (int argc, char **argv)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "data", 'd', 0, G_OPTION_ARG_FILENAME, &options.data, "Data set: a folder, metadata.jsonl or a JSON file",
      "PATH" },
    { "vqgan", 0, 0, G_OPTION_ARG_FILENAME, &options.vqgan, "VQGAN: a file, its folder, or a .gguf file", "PATH" },
    { "tokenizer", 0, 0, G_OPTION_ARG_FILENAME, &options.tokenizer,
      "tokenizer.json, a folder that holds it, or a .gguf file (default: captions stay text)", "PATH" },
    { "folders", 0, 0, G_OPTION_ARG_NONE, &options.folders,
      "Captions are the names of the folders that pictures lie in: classes", NULL },
    { "size", 's', 0, G_OPTION_ARG_STRING, &options.size, "Side of the pictures in pixels (default: 256)", "N" },
    { "out", 'o', 0, G_OPTION_ARG_FILENAME, &options.out, "File to write, or to go on with", "FILE" },
    { "fit", 0, 0, G_OPTION_ARG_STRING, &options.fit,
      "How pictures become squares: crop (default), pad (white) or pad-black", "HOW" },
    { "skip-bad", 0, 0, G_OPTION_ARG_NONE, &options.skip_bad,
      "Leave out what cannot be used, and say at the end what it was", NULL },
    { "threads", 0, 0, G_OPTION_ARG_STRING, &options.threads, "Threads (default: all processors)", "N" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Print nothing but errors", NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  return cli_run_command (&help, entries, argc, argv, run, &options);
}
