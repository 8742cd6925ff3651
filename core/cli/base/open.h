/* open.h - opening checkpoints and data sets for the subcommands
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "dataset.h"
#include "progress.h"

/* Headers and metadata only. @model: (nullable): as cli_locate_checkpoint(). @vqgan, @text_encoder (nullable): where
 * these lie apart. @kv: how keys and values are kept, which plans count. */
ArraCheckpoint *cli_open_metadata (const char *model,
                                   const char *vqgan,
                                   const char *text_encoder,
                                   ArraQuant quant,
                                   ArraQuant kv,
                                   GError **error);

/* Says on standard error what the checkpoint's user is to know. */
void cli_show_notes (const ArraCheckpoint *checkpoint);

/* Metadata and the VQGAN alone: enough for turning pictures into codes and back, however large the transformer is.
 * Fails when there is no VQGAN. */
ArraCheckpoint *cli_open_vqgan (const char *model, const char *vqgan, guint threads, GError **error);

/* As arra_dataset_open(); says on standard error what was left out, unless @quiet. */
ArraDataset *cli_open_dataset (const char *path, gboolean quiet, GError **error);
void cli_note_lines (const char *text); /* nullable: each line a note */
/* For --skip-bad: gathers (@skip), or says with the first one how to go on without it. */
ArraBadItems *cli_bad_items_new (gboolean skip);
/* Says which items were left out, and why. */
void cli_note_bad_items (const char *command, const ArraBadItems *bad);
/* Says it, and takes them out of @dataset, in which something must be left. */
gboolean cli_drop_bad_items (const char *command, ArraDataset *dataset, const ArraBadItems *bad, GError **error);
/* An error unless @left is 0: what @path lacks of a data set of which everything was done. */
gboolean cli_check_unchanged (const char *path, guint left, GError **error);
