/* open.c - opening checkpoints for the subcommands
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "open.h"

#include "checkpoint.h"
#include "fail.h"
#include "locate.h"
#include "pool.h"
#include "signals.h"
#include "status.h"

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
  g_autoptr (ArraCheckpoint) checkpoint = cli_open_metadata (model, vqgan, ARRA_QUANT_AS_STORED, error);
  g_autoptr (ArraPool) pool = NULL;

  if (checkpoint == NULL)
    return NULL;
  if (checkpoint->vqgan_source == NULL)
    {
      cli_usage_error (error, "%s holds no VQGAN, which turns tokens into pixels: give one with --vqgan FILE",
                       arra_checkpoint_path (checkpoint));
      return NULL;
    }
  pool = arra_pool_new (threads, error);
  if (pool == NULL)
    return NULL;
  checkpoint->vqgan = arra_vqgan_new (&checkpoint->vqgan_config, checkpoint->vqgan_source, checkpoint->vqgan_prefix, pool,
                                      cli_signals_stage (0), error);
  return checkpoint->vqgan == NULL ? NULL : g_steal_pointer (&checkpoint);
}
