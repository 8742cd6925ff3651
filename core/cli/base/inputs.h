/* inputs.h - the files that a command reads, none of which it may write over
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "dataset.h"

/* A set of files, known by what they are and not by their names: a link to one of them is that file. */
typedef struct _CliInputs CliInputs;

CliInputs *cli_inputs_new (void);
void cli_inputs_free (CliInputs *inputs); /* nullable */

/* A file, with the descriptions of weights that lie beside it; "-": standard input; a model's folder: all files in it
 * but pictures that a card does not show. What is not there, or NULL, is passed over. */
void cli_inputs_add (CliInputs *inputs, const char *path);
/* A file or a folder itself, not what is in it. */
void cli_inputs_add_one (CliInputs *inputs, const char *path);
/* The checkpoint that @model names, or that is used when it is NULL, and @vqgan (nullable). */
void cli_inputs_add_checkpoint (CliInputs *inputs, const char *model, const char *vqgan);
/* What @dataset, opened from @path, was read from: metadata, captions and pictures. */
void cli_inputs_add_dataset (CliInputs *inputs, const char *path, const ArraDataset *dataset);

/* Whether @out, a file or a folder, is none of them. The message starts with @option and names both. */
gboolean cli_inputs_spare (const CliInputs *inputs, const char *option, const char *out, GError **error);
/* Whether the pictures that are written to @out, a file or a folder, stay out of the data set @data. A folder whose
 * metadata say which pictures count may hold others, too. The message starts with @option and names both. */
gboolean cli_inputs_outside (const char *option, const char *data, const char *out, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliInputs, cli_inputs_free)
