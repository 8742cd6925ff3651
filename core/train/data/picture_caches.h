/* picture_caches.h - captioned pictures out of the caches that `arra pretokenize` and `arra features` make
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "picture_sequence.h"
#include "tokenizer.h"
#include "yamlfile.h"

/* Opens "data.tokens", which must have been made with @tokenizer (nullable) or of texts, and, when the configuration
 * names them, "data.features" and "data.patches", of the same pictures, and "data.prompts", of their captions. */
gboolean arra_picture_caches_open (const ArraYaml *config,
                                   const ArraTokenizer *tokenizer,
                                   ArraPictureItems *items,
                                   GError **error);
