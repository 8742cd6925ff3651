/* prompts.h - many prompts: the lines of a text, or the captions of a data set
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "dataset.h"

typedef struct
{
  GPtrArray *texts;     /* const char *: the prompts, in order */
  ArraDataset *dataset; /* (nullable): where they are captions; item i is prompt i */
  char *lines;          /* (nullable): what other prompts point into; arra_mem */
} CliPrompts;

/* @path: a folder, .jsonl or .json file is a data set; any other file, or standard input for "-", has a prompt a line,
 * where lines of spaces alone are passed over. Errors name file and line. */
gboolean cli_prompts_read (CliPrompts *prompts, const char *path, GError **error);
void cli_prompts_clear (CliPrompts *prompts);

/* SHA-256 (hex, transfer full) of all of them. */
char *cli_prompts_sha256 (const CliPrompts *prompts);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CliPrompts, cli_prompts_clear)
