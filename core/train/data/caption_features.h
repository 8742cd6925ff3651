/* caption_features.h - features of a data set's captions by a text encoder, gathered in a cache
 *
 * They are made as those of a prompt are: of the cleaned text, as many rows as it has tokens, and zeros behind them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "bad_items.h"
#include "dataset.h"
#include "exec.h"
#include "feature_cache.h"
#include "item_run.h"
#include "text_encoder.h"

#define ARRA_CAPTION_FEATURES "captions" /* ArraFeatureCachePrints.aggregation */

/* What tells captions from others, in place of a data set's hash: pictures do not matter to them. */
typedef struct _ArraCaptionHash ArraCaptionHash;
ArraCaptionHash *arra_caption_hash_new (void);
/* @key (nullable): [ARRA_CACHE_KEY], what is computed from this caption is known by. */
void arra_caption_hash_add (ArraCaptionHash *hash, const char *text, gsize length, guint8 *key);
char *arra_caption_hash_end (ArraCaptionHash *hash); /* SHA-256 (hex) of all; (transfer full) */
void arra_caption_hash_free (ArraCaptionHash *hash); /* nullable */

/* Puts the features of every caption that @writer has not yet, each of @rows rows. Errors name the picture; what was
 * finished is kept. */
gboolean arra_caption_features_gather (const ArraTextEncoder *encoder,
                                       const ArraExec *exec,
                                       const ArraDataset *dataset,
                                       guint rows,
                                       ArraFeatureCacheWriter *writer,
                                       ArraItemProgress progress,
                                       gpointer user,
                                       GCancellable *cancellable,
                                       GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraCaptionHash, arra_caption_hash_free)
