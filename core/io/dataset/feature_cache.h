/* feature_cache.h - features of a data set's pictures, computed once by `arra features`
 *
 * An item_cache.h of kind "features": a record holds @width 32-bit floats, or, where features are those of patches or
 * of a text's tokens, [rows][columns][width].
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "item_cache.h"

#define ARRA_FEATURE_MAX_WIDTH 65536
#define ARRA_FEATURE_MAX_SIDE 1024
#define ARRA_FEATURE_MAX_NUMBERS (1u << 26) /* of an item */

/* What a cache is made of. For readers each is nullable: any. */
typedef struct
{
  const char *dataset;     /* arra_dataset_fingerprint() */
  const char *encoder;     /* SHA-256 (hex) of the encoder, or "files": read from feature files */
  const char *aggregation; /* "cls", "average", "both"; for feature files "files" */
} ArraFeatureCachePrints;

typedef struct _ArraFeatureCache ArraFeatureCache; /* immutable once open */

/* Everything is checked: hashes, and that all numbers are finite. Errors name the file and what differs or is broken.
 */
ArraFeatureCache *arra_feature_cache_open (const char *path, const ArraFeatureCachePrints *expected, GError **error);
void arra_feature_cache_free (ArraFeatureCache *cache); /* nullable */
/* whether the file, and @item in it, are as they were opened */
gboolean arra_feature_cache_check (const ArraFeatureCache *cache, guint item, GError **error);
guint arra_feature_cache_items (const ArraFeatureCache *cache);
guint arra_feature_cache_width (const ArraFeatureCache *cache);
guint arra_feature_cache_rows (const ArraFeatureCache *cache); /* 0: a feature is of the whole item */
guint arra_feature_cache_columns (const ArraFeatureCache *cache);
gsize arra_feature_cache_numbers (const ArraFeatureCache *cache);       /* of an item */
const char *arra_feature_cache_dataset (const ArraFeatureCache *cache); /* the hash */
const char *arra_feature_cache_aggregation (const ArraFeatureCache *cache);
/* [width], or [rows][columns][width] */
void arra_feature_cache_feature (const ArraFeatureCache *cache, guint item, float *feature);

typedef struct
{
  ArraFeatureCachePrints prints;
  guint n_items, width;
  const guint8 *keys;  /* [n_items][ARRA_CACHE_KEY]: arra_dataset_keys(); NULL: an item's number */
  guint rows, columns; /* 0: one feature of the whole item */
} ArraFeatureCacheForm;

typedef struct _ArraFeatureCacheWriter ArraFeatureCacheWriter;

/* Creates the file or continues it: see arra_item_cache_writer_open(). */
ArraFeatureCacheWriter *
arra_feature_cache_writer_open (const char *path, const ArraFeatureCacheForm *form, GError **error);
void arra_feature_cache_writer_free (ArraFeatureCacheWriter *writer); /* nullable */
gboolean arra_feature_cache_writer_has (const ArraFeatureCacheWriter *writer, guint item);
guint arra_feature_cache_writer_left (const ArraFeatureCacheWriter *writer);
/* @feature: an item's numbers, finite, or it is refused. Several threads may put different items at a time. */
gboolean
arra_feature_cache_writer_put (ArraFeatureCacheWriter *writer, guint item, const float *feature, GError **error);
gboolean arra_feature_cache_writer_finish (ArraFeatureCacheWriter *writer, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraFeatureCache, arra_feature_cache_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraFeatureCacheWriter, arra_feature_cache_writer_free)
