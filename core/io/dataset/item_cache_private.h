/* item_cache_private.h - the file of a cache, as reader and writer see it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include "item_cache.h"
#include "mapping.h"

#define ARRA_CACHE_MAGIC "ARRASET\n"
#define ARRA_CACHE_VERSION 2
#define ARRA_CACHE_PREFIX 16 /* bytes before the header */
#define ARRA_CACHE_MAX_HEADER 65536
#define ARRA_CACHE_HASH 32

typedef struct
{
  guint n_items;
  gsize item_size, shared_size;
  gsize shared_at, keys_at, items_at, end; /* offsets in the file */
} ArraCacheLayout;

typedef enum
{
  ARRA_CACHE_ITEM_MISSING,
  ARRA_CACHE_ITEM_DAMAGED,
  ARRA_CACHE_ITEM_THERE,
} ArraCacheItem;

struct _ArraItemCache
{
  ArraMapping *mapping;
  JsonParser *parser;
  JsonObject *made_of;
  ArraCacheLayout layout;
};

/* Offsets from the sizes. FALSE without an error when they do not fit into memory. */
gboolean
arra_cache_layout (ArraCacheLayout *layout, gsize header_size, guint64 n_items, guint64 item_size, guint64 shared_size);
/* SHA-256 of an item's key and contents. */
void arra_cache_hash (const guint8 key[ARRA_CACHE_KEY], const void *data, gsize size, guint8 hash[ARRA_CACHE_HASH]);
void arra_cache_hash_shared (const void *data, gsize size, char hex[2 * ARRA_CACHE_HASH + 1]);
gsize arra_cache_item_at (const ArraCacheLayout *layout, guint item); /* where its hash lies; the contents follow */

/* Opens a cache of @kind whose items may be missing. */
ArraItemCache *arra_item_cache_open_unfinished (const char *path, const char *kind, GError **error);
gboolean
arra_item_cache_check_fields (const ArraItemCache *cache, const ArraCacheField *fields, guint n_fields, GError **error);
const guint8 *arra_item_cache_keys (const ArraItemCache *cache); /* [n_items][ARRA_CACHE_KEY] */
ArraCacheItem arra_item_cache_look (const ArraItemCache *cache, guint item);
