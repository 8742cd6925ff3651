/* encode_dataset.h - the pictures of a data set become codes, and its captions tokens, once for all epochs
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "dataset.h"
#include "exec.h"
#include "item_run.h"
#include "token_cache.h"
#include "tokenizer.h"
#include "vqgan.h"

typedef struct
{
  guint32 *starts; /* one for each item, and the end; arra_mem */
  guint32 *ids;    /* arra_mem */
} ArraCaptionTokens;

/* Tokens of all captions, without special ones, or their bytes where @tokenizer (nullable) is NULL: what
 * ArraTokenCacheForm takes. */
gboolean arra_caption_tokens_init (ArraCaptionTokens *tokens,
                                   const ArraDataset *dataset,
                                   const ArraTokenizer *tokenizer,
                                   GError **error);
void arra_caption_tokens_clear (ArraCaptionTokens *tokens);

/* Puts the codes of every picture that @writer has not yet, cropped to a square of @size pixels. Each thread of the
 * pool encodes a picture of its own: a picture's layers are too small to keep several busy. Errors name the picture;
 * what is finished is kept. @bad (nullable): pictures that cannot be read are noted there instead, and left to do. */
gboolean arra_encode_dataset (const ArraDataset *dataset,
                              const ArraVqgan *vqgan,
                              const ArraExec *exec,
                              guint size,
                              ArraTokenCacheWriter *writer,
                              ArraBadItems *bad,
                              ArraItemProgress progress,
                              gpointer user,
                              GCancellable *cancellable,
                              GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ArraCaptionTokens, arra_caption_tokens_clear)
