/* tokenizer_train.c - `arra tokenizer-train`: a byte-level BPE in Chameleon's form, learnt from captions
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "bpe_train.h"
#include "commands.h"
#include "dataset.h"
#include "fail.h"
#include "inputs.h"
#include "mapping.h"
#include "mem.h"
#include "open.h"
#include "options.h"
#include "output.h"
#include "pretokenize.h"
#include "signals.h"
#include "tokenizer_write.h"
#include "text_file.h"
#include "utf8.h"
#include "values.h"

#define DEFAULT_SIZE 2048
#define DEFAULT_CODES 1024
#define DEFAULT_GRIDS 16
#define MAX_SIZE (1u << 20)
#define MAX_FILE ((gsize) 1 << 30)

typedef struct
{
  char **data, **text, *size, *codes, *grids, *out;
  gboolean quiet;
} Options;

typedef struct
{
  guint size, codes, grids;
} Values;

static const CliHelp help = {
  .command = "tokenizer-train",
  .summary
  = "Learns a byte-level BPE tokenizer from the captions of data sets and from texts, and writes it in the form of\n"
    "Chameleon's, with the tokens that stand for pictures. The same texts give the same tokenizer.",
  .examples = "  arra tokenizer-train --data textures --data phantom-cxr -o tokenizer\n"
              "  arra tokenizer-train --text captions.txt --vocab-size 4096 --codes 1024 --max-grids 16 -o tokenizer",
  .notes
  = "--data and --text may be given several times; a text file holds one text a line. --vocab-size counts everything:\n"
    "the image tokens, 256 bytes, special tokens and the merges, which take what is left. --max-grids is the longest\n"
    "side of a picture in grids: 16 are 512 pixels for a VQGAN with 16 pixels a code.",
};

/* No text that is learnt from is one of the files that are written. */
static gboolean
check_texts (const Options *options, GError **error)
{
  g_autoptr (CliInputs) inputs = cli_inputs_new ();

  for (char **path = options->text; path != NULL && *path != NULL; path++)
    cli_inputs_add (inputs, *path);
  for (const char *const *name = arra_tokenizer_form_files; *name != NULL; name++)
    {
      g_autofree char *file = g_build_filename (options->out, *name, NULL);

      if (!cli_inputs_spare (inputs, "-o", file, error))
        return FALSE;
    }
  return TRUE;
}

/* A model without the tokenizer that it learnt with is lost. */
static gboolean
check_no_model (const Options *options, GError **error)
{
  g_autofree char *config = g_build_filename (options->out, "config.json", NULL);

  return !g_file_test (config, G_FILE_TEST_EXISTS)
         || cli_usage_error (error, "-o: %s holds a model, whose tokenizer would be lost: name another folder",
                             options->out);
}

static gboolean
check (const Options *options, Values *values, GError **error)
{
  guint fixed;

  if (options->data == NULL && options->text == NULL)
    return cli_usage_error (error, "nothing to learn from: name data sets with --data, or texts with --text");
  if (options->out == NULL)
    return cli_usage_error (error, "no output: name the folder to write with -o DIR");
  if (!cli_output_check_folder ("-o", options->out, error) || !check_texts (options, error)
      || !check_no_model (options, error))
    return FALSE;
  if ((options->size != NULL && !cli_value_guint ("--vocab-size", options->size, 1, MAX_SIZE, &values->size, error))
      || (options->codes != NULL
          && !cli_value_guint ("--codes", options->codes, 1, ARRA_TOKENIZER_MAX_CODES, &values->codes, error))
      || (options->grids != NULL
          && !cli_value_guint ("--max-grids", options->grids, 1, ARRA_TOKENIZER_MAX_GRIDS, &values->grids, error)))
    return FALSE;
  fixed = arra_tokenizer_form_fixed (values->codes, values->grids);
  if (values->size < fixed)
    return cli_usage_error (error,
                            "--vocab-size: %u tokens are too few: codes, bytes and special tokens are %u already",
                            values->size, fixed);
  return TRUE;
}

static gboolean
learn_dataset (ArraBpeTrainer *trainer, const char *path, guint64 *n_texts, GError **error)
{
  g_autoptr (ArraDataset) dataset = cli_open_dataset (path, FALSE, error);

  if (dataset != NULL && !arra_dataset_has_captions (dataset, error))
    return FALSE;
  for (guint i = 0; dataset != NULL && i < arra_dataset_size (dataset); i++, ++*n_texts)
    {
      const char *caption = arra_dataset_caption (dataset, i);

      if (g_cancellable_set_error_if_cancelled (cli_signals_stage (0), error)
          || !arra_bpe_trainer_add (trainer, caption, strlen (caption), error))
        return FALSE;
    }
  return dataset != NULL;
}

static gboolean
learn_line (ArraBpeTrainer *trainer, const char *path, guint number, const char *line, gsize length, GError **error)
{
  gsize bad;

  if (length > ARRA_MAX_TEXT)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: line %u is longer than %u bytes", path, number,
                      ARRA_MAX_TEXT);
  if (!arra_utf8_valid (line, length, &bad))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: line %u is not UTF-8: byte %" G_GSIZE_FORMAT, path, number,
                      bad);
  return !g_cancellable_set_error_if_cancelled (cli_signals_stage (0), error)
         && arra_bpe_trainer_add (trainer, line, length, error);
}

static gboolean
learn_file (ArraBpeTrainer *trainer, const char *path, guint64 *n_texts, GError **error)
{
  gsize size;
  g_automem char *text = arra_read_text (path, MAX_FILE, &size, error);
  guint number = 1;

  if (text == NULL)
    return FALSE;
  for (const char *line = text, *end; line < text + size; line = end + 1, number++)
    {
      end = memchr (line, '\n', (gsize) (text + size - line));
      if (end == NULL)
        end = text + size;
      if (!learn_line (trainer, path, number, line, (gsize) (end - line), error))
        return FALSE;
    }
  *n_texts += number - 1;
  return TRUE;
}

static gboolean
learn (const Options *options, ArraBpeTrainer *trainer, guint64 *n_texts, GError **error)
{
  for (char **path = options->data; path != NULL && *path != NULL; path++)
    if (!learn_dataset (trainer, *path, n_texts, error))
      return FALSE;
  for (char **path = options->text; path != NULL && *path != NULL; path++)
    if (!learn_file (trainer, *path, n_texts, error))
      return FALSE;
  return TRUE;
}

static gboolean
run (gpointer data, GError **error)
{
  const Options *options = data;
  Values values = { DEFAULT_SIZE, DEFAULT_CODES, DEFAULT_GRIDS };
  g_autoptr (ArraBpeTrainer) trainer = NULL;
  g_autoptr (GArray) merges = NULL;
  ArraTokenizerForm form;
  guint64 n_texts = 0;
  guint fixed;

  if (!check (options, &values, error) || (trainer = arra_bpe_trainer_new (error)) == NULL
      || !learn (options, trainer, &n_texts, error))
    return FALSE;
  fixed = arra_tokenizer_form_fixed (values.codes, values.grids);
  merges = arra_bpe_trainer_run (trainer, values.size - fixed);
  form = (ArraTokenizerForm) { values.codes, values.grids, merges };
  if (!arra_tokenizer_form_write (&form, options->out, error))
    return FALSE;
  if (!options->quiet)
    cli_print ("%s: %u tokens, %u of them merges, learnt from %" G_GUINT64_FORMAT " texts\n", options->out,
               fixed + merges->len, merges->len, n_texts);
  if (!options->quiet && fixed + merges->len < values.size)
    cli_note ("arra tokenizer-train: no more pairs occur twice, so that the vocabulary is smaller than %u",
              values.size);
  return TRUE;
}

CliStatus
cli_tokenizer_train (int argc, char **argv)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "data", 'd', 0, G_OPTION_ARG_FILENAME_ARRAY, &options.data, "Data set whose captions are learnt from", "PATH" },
    { "text", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.text, "File with one text a line", "FILE" },
    { "vocab-size", 0, 0, G_OPTION_ARG_STRING, &options.size, "Tokens in all (default: 2048)", "N" },
    { "codes", 0, 0, G_OPTION_ARG_STRING, &options.codes, "Image tokens: codes of the VQGAN (default: 1024)", "N" },
    { "max-grids", 0, 0, G_OPTION_ARG_STRING, &options.grids, "Size tokens: longest side in grids (default: 16)", "N" },
    { "out", 'o', 0, G_OPTION_ARG_FILENAME, &options.out, "Folder to write", "DIR" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Print nothing but errors", NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  return cli_run_command (&help, entries, argc, argv, run, &options);
}
