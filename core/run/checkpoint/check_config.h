/* check_config.h - whether a model can be used, told by its config.json alone
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* TRUE when the config.json in @folder is that of a model of a family that is known; else UNSUPPORTED, or what is wrong
 * with the file. */
gboolean arra_checkpoint_check_config (const char *folder, GError **error);
/* The same for a text encoder. */
gboolean arra_checkpoint_check_encoder_config (const char *folder, GError **error);
