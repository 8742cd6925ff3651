/* decode.c - `arra decode`: image tokens become a picture
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "decode.h"

#include "checkpoint.h"
#include "commands.h"
#include "fail.h"
#include "inputs.h"
#include "mem.h"
#include "open.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "signals.h"
#include "tokens_in.h"
#include "values.h"

static const CliHelp help = {
  .command = "decode",
  .arguments = "FILE",
  .summary
  = "Turns image tokens into a picture: a file from 'arra encode', the tokens of a run ('arra generate --tokens-out',\n"
    "or what Ctrl-C left), or plain rows of codes. - is standard input.",
  .examples
  = "  arra decode --model model.gguf photo.json -o photo.png\n"
    "  arra decode --model model-folder --vqgan vqgan.ckpt fox.tokens.json -o fox.png\n"
    "  arra encode --model model.gguf --plain photo.jpg | tac | arra decode --model model.gguf - -o upside-down.png\n"
    "  arra decode --data textures --vqgan vqgan/model --limit 500 -o textures-again",
  .notes
  = "A file with several pictures gives numbered files. Of an unfinished picture the finished rows are shown.\n"
    "Pictures from generated tokens get their recipe and the AI label, unless --no-metadata is given.\n"
    "--data turns the pictures of a data set into codes and back, with captions and labels copied, for 'arra eval'. Pictures that\n"
    "are there are kept: after Ctrl-C the same command goes on.",
};

/* Progress of one picture among those of the file. */
typedef struct
{
  CliProgress *progress;
  guint picture;
} Showing;

static void
show (double fraction, gpointer data)
{
  const Showing *showing = data;
  ArraProgress state
      = { .phase = ARRA_PHASE_DECODING, .answer = showing->picture, .fraction = fraction, .seconds_left = -1 };

  cli_progress_update (&state, showing->progress);
}

static gboolean
save (const DecodeOptions *options,
      const ArraCheckpoint *checkpoint,
      const CliCodes *codes,
      const float *planes,
      const char *path,
      GError **error)
{
  guint patch = arra_vqgan_patch (&checkpoint->vqgan_config);
  ArraPicture picture = { .width = codes->columns * patch,
                          .height = codes->rows * patch,
                          .rows_finished = codes->rows,
                          .rows_total = codes->rows_total };
  g_automem guint8 *pixels = arra_mem_new ((gsize) picture.width * picture.height, 3, "a picture", error);
  gboolean labelled = codes->recipe != NULL && !options->no_metadata;

  if (pixels == NULL)
    return FALSE;
  arra_vqgan_to_u8 (&checkpoint->vqgan_config, planes, picture.height, picture.width, pixels);
  picture.pixels = pixels;
  if (!arra_picture_save_png (&picture, path, labelled ? codes->recipe : NULL, labelled,
                              arra_checkpoint_card (checkpoint), error))
    return FALSE;
  if (!options->quiet)
    cli_print (codes->rows < codes->rows_total ? "%s (%u rows of %u)\n" : "%s\n", path, codes->rows, codes->rows_total);
  return TRUE;
}

static gboolean
decode (const DecodeOptions *options,
        const ArraCheckpoint *checkpoint,
        const ArraExec *exec,
        const CliCodes *codes,
        const char *path,
        Showing *showing,
        GError **error)
{
  gsize patch = arra_vqgan_patch (&checkpoint->vqgan_config);
  g_autoptr (ArraVqganRun) run
      = arra_vqgan_run_new (checkpoint->vqgan, exec, codes->rows, codes->columns, FALSE, error);
  g_automem float *planes = NULL;

  if (run == NULL)
    return FALSE;
  planes = arra_mem_new (codes->rows * patch * codes->columns * patch, 3 * sizeof (float), "a picture", error);
  if (planes == NULL
      || !arra_vqgan_decode (run, codes->codes, codes->rows, codes->columns, planes, show, showing,
                             cli_signals_stage (0), error))
    return FALSE;
  cli_progress_clear (showing->progress);
  return save (options, checkpoint, codes, planes, path, error);
}

static gboolean
decode_all (const DecodeOptions *options,
            const ArraCheckpoint *checkpoint,
            const ArraExec *exec,
            GPtrArray *pictures,
            GError **error)
{
  const char *out = cli_output_path (options->out);
  g_autoptr (CliProgress) progress = NULL;

  if (!cli_output_check_count ("-o", out, pictures->len, error))
    return FALSE;
  progress = cli_progress_new (!options->quiet, pictures->len, NULL);
  for (guint i = 0; i < pictures->len; i++)
    {
      const CliCodes *codes = g_ptr_array_index (pictures, i);
      g_autofree char *numbered = codes->n_answers > 1 ? cli_output_numbered (out, codes->answer + 1) : g_strdup (out);
      g_autofree char *path
          = codes->n_pictures > 1 ? cli_output_numbered (numbered, codes->index + 1) : g_strdup (numbered);
      Showing showing = { progress, i };
      if (!decode (options, checkpoint, exec, codes, path, &showing, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check (const DecodeOptions *options, guint *threads, GError **error)
{
  g_autoptr (CliInputs) inputs = cli_inputs_new ();

  if (options->skip_bad)
    return cli_usage_error (error, "--skip-bad goes with --data");
  if (options->size != NULL || options->limit != NULL)
    return cli_usage_error (error, "%s goes with --data", options->size != NULL ? "--size" : "--limit");
  if (options->rest == NULL)
    return cli_usage_error (error, "no tokens: name the file to decode, or - for standard input");
  if (!cli_options_max_rest (options->rest, 1, error))
    return FALSE;
  if (options->out == NULL)
    return cli_usage_error (error, "no output: name the picture to write with -o FILE.png");
  if (options->threads != NULL && !cli_value_guint ("--threads", options->threads, 1, 64, threads, error))
    return FALSE;
  cli_inputs_add (inputs, options->rest[0]);
  cli_inputs_add_checkpoint (inputs, options->model, options->vqgan);
  return cli_output_check_picture ("-o", options->out, error) && cli_inputs_spare (inputs, "-o", options->out, error);
}

static gboolean
run (gpointer data, GError **error)
{
  const DecodeOptions *options = data;
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  g_autoptr (GPtrArray) pictures = NULL;
  g_autoptr (ArraPool) pool = NULL;
  guint threads = 0;
  ArraExec exec;

  if (options->data != NULL)
    return decode_set (options, error);
  if (!check (options, &threads, error))
    return FALSE;
  checkpoint = cli_open_vqgan (options->model, options->vqgan, threads, error);
  if (checkpoint == NULL)
    return FALSE;
  if (!arra_vqgan_has_decoder (checkpoint->vqgan))
    return arra_fail (error, ARRA_ERROR_NOT_FOUND,
                      "the VQGAN of %s has no decoder: give one that has with --vqgan FILE",
                      arra_checkpoint_path (checkpoint));
  pictures = cli_tokens_read (options->rest[0], checkpoint, error);
  pool = pictures != NULL ? arra_pool_new (threads, error) : NULL;
  if (pool == NULL)
    return FALSE;
  exec = (ArraExec) { .kernels = arra_kernels_default (error), .pool = pool };
  return exec.kernels != NULL && decode_all (options, checkpoint, &exec, pictures, error);
}

CliStatus
cli_decode (int argc, char **argv)
{
  DecodeOptions options = { 0 };
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &options.model,
      "Checkpoint: a .gguf file, a Hugging Face folder, or a name", "PATH" },
    { "vqgan", 0, 0, G_OPTION_ARG_FILENAME, &options.vqgan, "VQGAN, when the checkpoint has none", "FILE" },
    { "out", 'o', 0, G_OPTION_ARG_FILENAME, &options.out,
      "Picture to write; - is standard output; with --data a folder", "PATH" },
    { "data", 'd', 0, G_OPTION_ARG_FILENAME, &options.data, "Encode and decode the pictures of a data set", "PATH" },
    { "size", 's', 0, G_OPTION_ARG_STRING, &options.size, "Of --data: side of the pictures in pixels (default: 256)",
      "N" },
    { "skip-bad", 0, 0, G_OPTION_ARG_NONE, &options.skip_bad,
      "Of --data: leave out what cannot be read, and say what it was", NULL },
    { "limit", 0, 0, G_OPTION_ARG_STRING, &options.limit, "Of --data: only the first N pictures", "N" },
    { "threads", 0, 0, G_OPTION_ARG_STRING, &options.threads, "Threads (default: all processors)", "N" },
    { "no-metadata", 0, 0, G_OPTION_ARG_NONE, &options.no_metadata, "Leave recipe and AI label out of the picture",
      NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Print nothing but errors", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.rest, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  return cli_run_command (&help, entries, argc, argv, run, &options);
}
