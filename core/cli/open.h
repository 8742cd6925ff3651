/* open.h - opening checkpoints for the subcommands
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "progress.h"

/* Headers and metadata only. @model: (nullable): as cli_locate_checkpoint(). */
ArraCheckpoint *cli_open_metadata (const char *model, const char *vqgan, ArraQuant quant, GError **error);

/* Metadata and the VQGAN alone: enough for turning pictures into codes and back, however large the transformer is. Fails when there is no
 * VQGAN. */
ArraCheckpoint *cli_open_vqgan (const char *model, const char *vqgan, guint threads, GError **error);
