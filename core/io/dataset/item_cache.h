/* item_cache.h - what is computed once for each item of a data set, in one file that can be continued at any time
 *
 * "ARRASET\n", a 32-bit version, the header's length, the header (JSON: kind, sizes, what it was made of), shared
 * bytes, a key of 32 bytes for each item (what it was computed from), then one record for each item: SHA-256 of (key,
 * contents), contents. All numbers are little-endian; shared bytes, keys and records begin at multiples of 64, 64 and 4
 * bytes. The file has its full size from the beginning: a record whose hash does not match is not there yet, so that a
 * writer may be killed at any moment.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* One thing a cache was made of: a hash, or a setting. Values are letters, digits, '.', '+', '-', '_' only. */
typedef struct
{
  const char *name;  /* "vqgan" */
  const char *what;  /* for messages: "VQGAN" */
  const char *value; /* for readers NULL: any */
} ArraCacheField;

typedef struct
{
  const char *kind; /* "tokens" */
  const ArraCacheField *fields;
  guint n_fields;
  guint n_items;
  gsize item_size; /* bytes: a multiple of 4 */
  const void *shared;
  gsize shared_size;
  /* [n_items][ARRA_CACHE_KEY]: what each item is computed from; NULL: its number. All zero: not known, and never kept
   * for others */
  const guint8 *keys;
  /* (nullable): the name of the field that says which items there are: when it changes, those that stay the same are
   * kept */
  const char *of_items;
} ArraCacheForm;

#define ARRA_CACHE_KEY 32 /* bytes: SHA-256 */

typedef struct _ArraItemCache ArraItemCache; /* immutable once open */

/* Opens a complete cache of @kind: every hash is checked, and those of @fields that have a value must be equal. Errors
 * name the file, and what differs, is damaged or missing. */
ArraItemCache *
arra_item_cache_open (const char *path, const char *kind, const ArraCacheField *fields, guint n_fields, GError **error);
void arra_item_cache_free (ArraItemCache *cache); /* nullable */
/* Whether the file, and @item in it, are as they were when it was opened: INVALID_DATA names it. */
gboolean arra_item_cache_check (const ArraItemCache *cache, guint item, GError **error);
guint arra_item_cache_items (const ArraItemCache *cache);
gsize arra_item_cache_item_size (const ArraItemCache *cache);
const void *arra_item_cache_item (const ArraItemCache *cache, guint item);
const void *arra_item_cache_shared (const ArraItemCache *cache, gsize *size);
/* Values of fields, which come from a file: missing or out of range is ARRA_ERROR_INVALID_DATA. */
const char *arra_item_cache_text (const ArraItemCache *cache, const char *name, GError **error);
gboolean arra_item_cache_number (const ArraItemCache *cache,
                                 const char *name,
                                 guint64 min,
                                 guint64 max,
                                 guint64 *number,
                                 GError **error);

typedef struct _ArraItemCacheWriter ArraItemCacheWriter;

/* Creates the file, or continues one of the same form. A file of other items or shared bytes is made anew, with all
 * items whose keys are among the new ones. One of another form, or without a single such item, is refused, naming what
 * differs, and left as it is. One writer at a time. */
ArraItemCacheWriter *arra_item_cache_writer_open (const char *path, const ArraCacheForm *form, GError **error);
void arra_item_cache_writer_free (ArraItemCacheWriter *writer); /* nullable; what was put stays */
gboolean arra_item_cache_writer_has (const ArraItemCacheWriter *writer, guint item);
guint arra_item_cache_writer_left (const ArraItemCacheWriter *writer); /* items that are not there */
/* Several threads may put different items at a time. */
gboolean arra_item_cache_writer_put (ArraItemCacheWriter *writer, guint item, const void *data, GError **error);
gboolean arra_item_cache_writer_finish (ArraItemCacheWriter *writer, GError **error); /* onto the disk */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraItemCache, arra_item_cache_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraItemCacheWriter, arra_item_cache_writer_free)
