/* open.c - opening checkpoints and data sets for the subcommands
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "open.h"

#include "checkpoint.h"
#include "fail.h"
#include "locate.h"
#include "signals.h"
#include "status.h"

ArraCheckpoint *
cli_open_metadata (const char *model,
                   const char *vqgan,
                   const char *text_encoder,
                   ArraQuant quant,
                   ArraQuant kv,
                   GError **error)
{
  ArraOpenOptions options = ARRA_OPEN_OPTIONS_INIT;
  g_autofree char *path = cli_locate_checkpoint (model, error), *vqgan_path = NULL;

  if (path == NULL || !cli_locate_part ("--vqgan", vqgan, &vqgan_path, error))
    return NULL;
  options.vqgan = vqgan_path;
  options.text_encoder = text_encoder;
  options.quant = quant;
  options.kv = kv;
  options.metadata_only = TRUE;
  return arra_checkpoint_open (path, &options, cli_signals_stage (0), error);
}

void
cli_show_notes (const ArraCheckpoint *checkpoint)
{
  for (const char *const *note = arra_checkpoint_notes (checkpoint); *note != NULL; note++)
    cli_note ("arra: note: %s: %s", arra_checkpoint_path (checkpoint), *note);
}

ArraCheckpoint *
cli_open_vqgan (const char *model, const char *vqgan, guint threads, GError **error)
{
  ArraOpenOptions options = ARRA_OPEN_OPTIONS_INIT;
  g_autofree char *path = cli_locate_checkpoint (model, error), *vqgan_path = NULL;

  if (path == NULL || !cli_locate_part ("--vqgan", vqgan, &vqgan_path, error))
    return NULL;
  options.vqgan = vqgan_path;
  options.threads = threads;
  return arra_checkpoint_open_vqgan (path, &options, cli_signals_stage (0), error);
}

void
cli_note_lines (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    cli_note ("%s", lines[i]);
}

ArraDataset *
cli_open_dataset (const char *path, gboolean quiet, GError **error)
{
  ArraDataset *dataset = arra_dataset_open (path, error);
  g_autofree char *left_out = dataset != NULL && !quiet ? arra_dataset_left_out (dataset) : NULL;

  cli_note_lines (left_out);
  return dataset;
}

ArraBadItems *
cli_bad_items_new (gboolean skip)
{
  return skip ? arra_bad_items_new ()
              : arra_bad_items_new_strict (" (--skip-bad leaves out what cannot be used, and lists it)");
}

void
cli_note_bad_items (const char *command, const ArraBadItems *bad)
{
  g_autofree char *text = arra_bad_items_text (bad);

  cli_note ("arra %s: %u left out:", command, arra_bad_items_count (bad));
  cli_note_lines (text);
}

gboolean
cli_drop_bad_items (const char *command, ArraDataset *dataset, const ArraBadItems *bad, GError **error)
{
  cli_note_bad_items (command, bad);
  arra_dataset_drop (dataset, bad);
  return arra_dataset_size (dataset) > 0 || arra_fail (error, ARRA_ERROR_INVALID_DATA, "no picture is left");
}

gboolean
cli_check_unchanged (const char *path, guint left, GError **error)
{
  return left == 0
         || arra_fail (error, ARRA_ERROR_FAILED, "%s: pictures were changed meanwhile: give the command again", path);
}
