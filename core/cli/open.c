/* open.c - opening checkpoints for the subcommands
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "open.h"

#include "checkpoint.h"
#include "locate.h"
#include "signals.h"

ArraCheckpoint *
cli_open_metadata (const char *model, const char *vqgan, ArraQuant quant, GError **error)
{
  ArraOpenOptions options = ARRA_OPEN_OPTIONS_INIT;
  g_autofree char *path = cli_locate_checkpoint (model, error);

  if (path == NULL)
    return NULL;
  options.vqgan = vqgan;
  options.quant = quant;
  options.metadata_only = TRUE;
  return arra_checkpoint_open (path, &options, cli_signals_stage (0), error);
}

ArraCheckpoint *
cli_open_vqgan (const char *model, const char *vqgan, guint threads, GError **error)
{
  ArraOpenOptions options = ARRA_OPEN_OPTIONS_INIT;
  g_autofree char *path = cli_locate_checkpoint (model, error);

  if (path == NULL)
    return NULL;
  options.vqgan = vqgan;
  options.threads = threads;
  return arra_checkpoint_open_vqgan (path, &options, cli_signals_stage (0), error);
}
