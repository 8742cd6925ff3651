/* decode_set.c - `arra decode --data`: the pictures of a data set as they come back from a VQGAN
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "decode.h"

#include "fail.h"
#include "inputs.h"
#include "jsonwriter.h"
#include "locate.h"
#include "mem.h"
#include "open.h"
#include "output.h"
#include "progress.h"
#include "reconstruction.h"
#include "signals.h"
#include "status.h"
#include "values.h"
#include "vqgan_file.h"

#define DEFAULT_SIZE 256
#define MAX_SIZE 4096

typedef struct
{
  ArraDataset *dataset;
  ArraVqganFile file;
  ArraPool *pool;
  ArraVqgan *vqgan;
} Inputs;

static void
inputs_clear (Inputs *inputs)
{
  arra_vqgan_free (inputs->vqgan);
  arra_pool_free (inputs->pool);
  arra_vqgan_file_clear (&inputs->file);
  arra_dataset_free (inputs->dataset);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Inputs, inputs_clear)

static gboolean
check (const DecodeOptions *options, guint *size, guint *limit, guint *threads, GError **error)
{
  if (options->rest != NULL)
    return cli_usage_error (error, "'%s' cannot go with --data: what is decoded are the data set's own codes",
                            options->rest[0]);
  if (options->model != NULL)
    return cli_usage_error (
        error, "--model cannot go with --data: name the VQGAN, or a .gguf file that holds one, with --vqgan");
  if (options->vqgan == NULL)
    return cli_usage_error (error, "no VQGAN: name one with --vqgan PATH");
  if (options->out == NULL)
    return cli_usage_error (error, "no output: name the folder to write with -o DIR");
  return cli_output_check_folder ("-o", options->out, error)
         && (options->size == NULL || cli_value_guint ("--size", options->size, 1, MAX_SIZE, size, error))
         && (options->limit == NULL || cli_value_guint ("--limit", options->limit, 1, G_MAXINT32, limit, error))
         && (options->threads == NULL || cli_value_guint ("--threads", options->threads, 1, 64, threads, error));
}

/* The folder to write is not the data set's, nor the VQGAN's. */
static gboolean
check_apart (const DecodeOptions *options, const ArraDataset *dataset, GError **error)
{
  g_autoptr (CliInputs) inputs = cli_inputs_new ();

  cli_inputs_add (inputs, options->vqgan);
  cli_inputs_add_dataset (inputs, options->data, dataset);
  return cli_inputs_spare (inputs, "-o", options->out, error)
         && cli_inputs_outside ("-o", options->data, options->out, error);
}

static gboolean
open_inputs (const DecodeOptions *options, guint size, guint threads, Inputs *inputs, GError **error)
{
  g_autofree char *vqgan = NULL;

  if ((inputs->dataset = cli_open_dataset (options->data, options->quiet, error)) == NULL
      || !check_apart (options, inputs->dataset, error) || !cli_locate_part ("--vqgan", options->vqgan, &vqgan, error)
      || !arra_vqgan_file_open (&inputs->file, vqgan, error))
    return FALSE;
  if (size % arra_vqgan_patch (&inputs->file.config) != 0)
    return cli_usage_error (error, "--size: %u is not a multiple of %u, as this VQGAN needs", size,
                            arra_vqgan_patch (&inputs->file.config));
  inputs->pool = arra_pool_new (threads, error);
  if (inputs->pool == NULL)
    return FALSE;
  inputs->vqgan = arra_vqgan_new (&inputs->file.config, inputs->file.source, inputs->file.prefix, inputs->pool,
                                  cli_signals_stage (0), error);
  if (inputs->vqgan == NULL)
    return FALSE;
  if (arra_vqgan_has_encoder (inputs->vqgan) && arra_vqgan_has_decoder (inputs->vqgan))
    return TRUE;
  return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s has no %s: pictures go through both halves", inputs->file.path,
                    arra_vqgan_has_encoder (inputs->vqgan) ? "decoder" : "encoder");
}

/* An ArraVqganParamFunc */
static gboolean
digest_tensor (const char *name, const ArraTensor *stored, gpointer sum, GError **error)
{
  const guint8 *data = stored->data;

  for (gsize done = 0, n; done < stored->n_bytes; done += n)
    {
      n = MIN (stored->n_bytes - done, (gsize) 1 << 30);
      g_checksum_update (sum, data + done, (gssize) n);
    }
  return TRUE;
}

/* All that decides what the pictures are; (nullable) */
static char *
series_text (const Inputs *inputs, guint size, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *config = arra_vqgan_config_to_json (&inputs->file.config);
  ArraJsonWriter *json;

  g_checksum_update (sum, (const guchar *) config, -1);
  if (!arra_vqgan_foreach (&inputs->file.config, inputs->file.source, inputs->file.prefix, digest_tensor, sum, error))
    return NULL;
  json = arra_json_writer_new (ARRA_JSON_LINES);
  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "made_by", "arra decode --data");
  arra_json_put_string (json, "vqgan_sha256", g_checksum_get_string (sum));
  arra_json_put_uint (json, "size", size);
  arra_json_end_object (json);
  return arra_json_writer_end (json);
}

static void
print_result (const DecodeOptions *options, guint n, guint n_new, gint64 start)
{
  double seconds = (double) (g_get_monotonic_time () - start) * 1e-6;
  g_autofree char *time = cli_format_seconds (seconds);
  g_autofree char *rate = cli_format_double (n_new / MAX (seconds, 1e-6), 1);

  cli_print ("%s: %u pictures, %u of them new in %s (%s a second)\n", options->out, n, n_new, time, rate);
}

/* One attempt; *@n_bad pictures could not be read, and are taken out of the data set. */
static gboolean
attempt (const DecodeOptions *options,
         Inputs *inputs,
         const ArraExec *exec,
         ArraReconstruction *what,
         guint *n_new,
         guint *n_bad,
         CliItems *items,
         GError **error)
{
  g_autoptr (ArraBadItems) bad = cli_bad_items_new (options->skip_bad);
  g_automem guint8 *keys = arra_dataset_keys (inputs->dataset, cli_signals_stage (0), error);
  guint n = 0;

  if (keys == NULL)
    return FALSE;
  what->n = MIN (what->n, arra_dataset_size (inputs->dataset));
  what->keys = keys;
  what->bad = bad;
  if (!arra_reconstruct (what, inputs->dataset, inputs->vqgan, exec, options->out, &n, cli_items_update, items,
                         cli_signals_stage (0), error))
    return FALSE;
  *n_bad = arra_bad_items_count (bad);
  *n_new += n - *n_bad;
  if (*n_bad > 0)
    {
      cli_progress_clear (items->progress);
      cli_note_bad_items ("decode", bad);
      arra_dataset_drop (inputs->dataset, bad);
    }
  return TRUE;
}

/* Until no picture is bad: those behind take the places of those that are left out. */
static gboolean
reconstruct (const DecodeOptions *options,
             Inputs *inputs,
             const ArraExec *exec,
             ArraReconstruction *what,
             guint *n_new,
             CliItems *items,
             GError **error)
{
  guint limit = what->n, n_bad = 0;

  do
    {
      what->n = limit;
      if (arra_dataset_size (inputs->dataset) == 0)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "no picture is left");
      if (!attempt (options, inputs, exec, what, n_new, &n_bad, items, error))
        return FALSE;
    }
  while (n_bad > 0);
  return TRUE;
}

gboolean
decode_set (const DecodeOptions *options, GError **error)
{
  g_auto (Inputs) inputs = { 0 };
  g_autoptr (CliProgress) progress = NULL;
  g_autofree char *series = NULL;
  CliItems items = { .start = g_get_monotonic_time () };
  guint limit = G_MAXUINT, threads = 0, n_new = 0;
  ArraReconstruction what = { .size = DEFAULT_SIZE };
  ArraExec exec = { 0 };

  if (!check (options, &what.size, &limit, &threads, error)
      || !open_inputs (options, what.size, threads, &inputs, error)
      || (exec.kernels = arra_kernels_default (error)) == NULL
      || (series = series_text (&inputs, what.size, error)) == NULL)
    return FALSE;
  exec.pool = inputs.pool;
  what.n = limit;
  what.series = series;
  items.progress = progress = cli_progress_new (!options->quiet, 1, "Reconstructing");
  if (!reconstruct (options, &inputs, &exec, &what, &n_new, &items, error))
    return FALSE;
  cli_progress_clear (progress);
  if (!options->quiet)
    print_result (options, what.n, n_new, items.start);
  return TRUE;
}
