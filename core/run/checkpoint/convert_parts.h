/* convert_parts.h - a checkpoint whose parts lie apart becomes a single GGUF file
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* As arra_checkpoint_convert(), with the folder of a text encoder (nullable) for a model whose prompts one reads. */
gboolean arra_checkpoint_convert_parts (const char *path,
                                        const char *vqgan,
                                        const char *text_encoder,
                                        const char *card_path,
                                        const char *out_path,
                                        ArraQuant quant,
                                        ArraProgressFunc func,
                                        gpointer data,
                                        GCancellable *cancellable,
                                        GError **error);
