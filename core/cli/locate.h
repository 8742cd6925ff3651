/* locate.h - the checkpoint to use when none is named
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* @model when it is not NULL (it must exist), else the first *.gguf (by name) in the user's, then the installation's, then the
 * system's folder arra/checkpoints. Wrong use when there is none: the message says what to do. Returns: (transfer full): g_free(). */
char *cli_locate_checkpoint (const char *model, GError **error);
