/* locate.h - the checkpoint to use, by its path, by its name, or when none is named
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* @model as arra_checkpoints_locate() has it, or when it is NULL the first *.gguf (by name) in the user's, then the
 * installation's, then the system's folder arra/checkpoints. Wrong use when there is none: the message says what to do.
 * Returns: (transfer full): g_free(). */
char *cli_locate_checkpoint (const char *model, GError **error);

/* The checkpoint of this machine with that fingerprint, as `arra info` lists them; *@name (nullable, not set without
 * one): its name, if it has one. Returns: (transfer full) (nullable): its path. */
char *cli_locate_fingerprint (const char *fingerprint, char **name);

/* What an option (--vqgan, --tokenizer) takes its part from: any file or folder that is there, else the checkpoint of
 * that name. *@path: (transfer full), NULL when @given is. Wrong use when there is neither; @option starts the message.
 */
gboolean cli_locate_part (const char *option, const char *given, char **path, GError **error);
