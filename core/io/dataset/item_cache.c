/* item_cache.c - reading caches: the header, what they were made of, and every hash are checked
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "item_cache_private.h"

#include <inttypes.h>
#include <string.h>

#include "fail.h"
#include "jsonguard.h"

static gboolean
align (gsize value, gsize step, gsize *out)
{
  if (!arra_size_add (value, step - 1, out))
    return FALSE;
  *out -= *out % step;
  return TRUE;
}

gboolean
arra_cache_layout (ArraCacheLayout *layout, gsize header_size, guint64 n_items, guint64 item_size, guint64 shared_size)
{
  gsize end, record, all, keys, keys_end;

  if (n_items > G_MAXUINT || item_size % 4 != 0 || item_size > G_MAXSIZE || shared_size > G_MAXSIZE
      || !align (ARRA_CACHE_PREFIX + header_size, 64, &layout->shared_at)
      || !arra_size_add (layout->shared_at, (gsize) shared_size, &end) || !align (end, 64, &layout->keys_at)
      || !arra_size_mul ((gsize) n_items, ARRA_CACHE_KEY, &keys) || !arra_size_add (layout->keys_at, keys, &keys_end)
      || !align (keys_end, 64, &layout->items_at) || !arra_size_add ((gsize) item_size, ARRA_CACHE_HASH, &record)
      || !arra_size_mul (record, (gsize) n_items, &all) || !arra_size_add (layout->items_at, all, &layout->end))
    return FALSE;
  layout->n_items = (guint) n_items;
  layout->item_size = (gsize) item_size;
  layout->shared_size = (gsize) shared_size;
  return TRUE;
}

gsize
arra_cache_item_at (const ArraCacheLayout *layout, guint item)
{
  return layout->items_at + item * (layout->item_size + ARRA_CACHE_HASH);
}

static void
add_to_hash (GChecksum *sum, const guint8 *data, gsize size)
{
  for (gsize at = 0; at < size; at += 1u << 30)
    g_checksum_update (sum, data + at, (gssize) MIN (size - at, 1u << 30));
}

void
arra_cache_hash (const guint8 key[ARRA_CACHE_KEY], const void *data, gsize size, guint8 hash[ARRA_CACHE_HASH])
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize length = ARRA_CACHE_HASH;

  add_to_hash (sum, key, ARRA_CACHE_KEY);
  add_to_hash (sum, data, size);
  g_checksum_get_digest (sum, hash, &length);
}

void
arra_cache_hash_shared (const void *data, gsize size, char hex[2 * ARRA_CACHE_HASH + 1])
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  add_to_hash (sum, data, size);
  g_strlcpy (hex, g_checksum_get_string (sum), 2 * ARRA_CACHE_HASH + 1);
}

static gboolean
read_sizes (ArraItemCache *cache, JsonObject *header, gsize header_size, GError **error)
{
  const char *path = arra_mapping_path (cache->mapping);
  gint64 n_items, item_size, shared_size;

  if (!arra_json_get_int (header, path, "items", 1, G_MAXINT32, &n_items, error)
      || !arra_json_get_int (header, path, "item_size", 0, G_MAXINT64, &item_size, error)
      || !arra_json_get_int (header, path, "shared_size", 0, G_MAXINT64, &shared_size, error))
    return FALSE;
  if (!arra_cache_layout (&cache->layout, header_size, (guint64) n_items, (guint64) item_size, (guint64) shared_size)
      || cache->layout.end != arra_mapping_size (cache->mapping))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the file has %zu bytes, which is not what its header says",
                      path, arra_mapping_size (cache->mapping));
  return TRUE;
}

static gboolean
check_part (const ArraItemCache *cache, JsonObject *header, const char *name, gsize at, gsize size, GError **error)
{
  const char *path = arra_mapping_path (cache->mapping);
  const char *expected = arra_json_get_string (header, path, name, error);
  char hex[2 * ARRA_CACHE_HASH + 1];

  if (expected == NULL)
    return FALSE;
  arra_cache_hash_shared (arra_mapping_data (cache->mapping) + at, size, hex);
  if (strcmp (hex, expected) != 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: is damaged: what stands before the items has another hash",
                      path);
  return TRUE;
}

static gboolean
check_shared (const ArraItemCache *cache, JsonObject *header, GError **error)
{
  const ArraCacheLayout *layout = &cache->layout;

  return check_part (cache, header, "shared_sha256", layout->shared_at, layout->shared_size, error)
         && check_part (cache, header, "keys_sha256", layout->keys_at, (gsize) layout->n_items * ARRA_CACHE_KEY, error);
}

const guint8 *
arra_item_cache_keys (const ArraItemCache *cache)
{
  return arra_mapping_data (cache->mapping) + cache->layout.keys_at;
}

static gboolean
read_header (ArraItemCache *cache, gsize size, const char *kind, GError **error)
{
  const char *path = arra_mapping_path (cache->mapping), *is;
  JsonObject *header;

  cache->parser = arra_json_parse ((const char *) arra_mapping_data (cache->mapping) + ARRA_CACHE_PREFIX, size, path,
                                   &header, error);
  if (cache->parser == NULL || (is = arra_json_get_string (header, path, "kind", error)) == NULL)
    return FALSE;
  if (strcmp (is, kind) != 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: is a cache of \"%s\"; one of \"%s\" is needed", path, is,
                      kind);
  cache->made_of = arra_json_get_object (header, path, "of", error);
  return cache->made_of != NULL && read_sizes (cache, header, size, error) && check_shared (cache, header, error);
}

static gboolean
read_file (ArraItemCache *cache, const char *kind, GError **error)
{
  const guint8 *data = arra_mapping_data (cache->mapping);
  const char *path = arra_mapping_path (cache->mapping);
  gsize size = arra_mapping_size (cache->mapping);
  guint32 numbers[2];

  if (size < ARRA_CACHE_PREFIX || memcmp (data, ARRA_CACHE_MAGIC, strlen (ARRA_CACHE_MAGIC)) != 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: is not a cache of a data set", path);
  memcpy (numbers, data + strlen (ARRA_CACHE_MAGIC), sizeof numbers);
  if (GUINT32_FROM_LE (numbers[0]) != ARRA_CACHE_VERSION)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED,
                      "%s: is a cache of version %u; this program reads version %d: remove the file, and make it anew",
                      path, GUINT32_FROM_LE (numbers[0]), ARRA_CACHE_VERSION);
  if (GUINT32_FROM_LE (numbers[1]) > MIN (size - ARRA_CACHE_PREFIX, ARRA_CACHE_MAX_HEADER))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the header's length of %u bytes cannot be right", path,
                      GUINT32_FROM_LE (numbers[1]));
  return read_header (cache, GUINT32_FROM_LE (numbers[1]), kind, error);
}

ArraItemCache *
arra_item_cache_open_unfinished (const char *path, const char *kind, GError **error)
{
  g_autoptr (ArraItemCache) cache = g_new0 (ArraItemCache, 1);

  cache->mapping = arra_mapping_open (path, error);
  if (cache->mapping == NULL || !read_file (cache, kind, error))
    return NULL;
  return g_steal_pointer (&cache);
}

gboolean
arra_item_cache_check_fields (const ArraItemCache *cache, const ArraCacheField *fields, guint n_fields, GError **error)
{
  for (guint i = 0; i < n_fields; i++)
    {
      const ArraCacheField *field = &fields[i];
      const char *value = field->value != NULL ? arra_item_cache_text (cache, field->name, error) : NULL;

      if (field->value == NULL)
        continue;
      if (value == NULL)
        return FALSE;
      if (strcmp (value, field->value) != 0)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                          "%s: was made of another %s (there %.16s, here %.16s): remove the file or name another one",
                          arra_mapping_path (cache->mapping), arra_translate (field->what), value, field->value);
    }
  return TRUE;
}

ArraCacheItem
arra_item_cache_look (const ArraItemCache *cache, guint item)
{
  static const guint8 nothing[ARRA_CACHE_HASH];
  const guint8 *record = arra_mapping_data (cache->mapping) + arra_cache_item_at (&cache->layout, item);
  guint8 hash[ARRA_CACHE_HASH];

  if (memcmp (record, nothing, ARRA_CACHE_HASH) == 0)
    return ARRA_CACHE_ITEM_MISSING;
  arra_cache_hash (arra_item_cache_keys (cache) + (gsize) item * ARRA_CACHE_KEY, record + ARRA_CACHE_HASH,
                   cache->layout.item_size, hash);
  return memcmp (record, hash, ARRA_CACHE_HASH) == 0 ? ARRA_CACHE_ITEM_THERE : ARRA_CACHE_ITEM_DAMAGED;
}

static gboolean
fail_damaged (const ArraItemCache *cache, guint item, GError **error)
{
  return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                    "%s: item %u is damaged: the command that wrote the file makes it anew",
                    arra_mapping_path (cache->mapping), item);
}

static gboolean
check_items (const ArraItemCache *cache, GError **error)
{
  const char *path = arra_mapping_path (cache->mapping);
  guint n_missing = 0;

  for (guint i = 0; i < cache->layout.n_items; i++)
    {
      ArraCacheItem item = arra_item_cache_look (cache, i);

      if (item == ARRA_CACHE_ITEM_DAMAGED)
        return fail_damaged (cache, i, error);
      n_missing += item == ARRA_CACHE_ITEM_MISSING;
    }
  if (n_missing > 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: %u of %u items are missing: the command that wrote the file makes them", path, n_missing,
                      cache->layout.n_items);
  return arra_mapping_check (cache->mapping, error);
}

ArraItemCache *
arra_item_cache_open (const char *path, const char *kind, const ArraCacheField *fields, guint n_fields, GError **error)
{
  g_autoptr (ArraItemCache) cache = NULL;

  g_return_val_if_fail (path != NULL && kind != NULL, NULL);
  cache = arra_item_cache_open_unfinished (path, kind, error);
  if (cache == NULL || !arra_item_cache_check_fields (cache, fields, n_fields, error) || !check_items (cache, error))
    return NULL;
  return g_steal_pointer (&cache);
}

void
arra_item_cache_free (ArraItemCache *cache)
{
  if (cache == NULL)
    return;
  g_clear_object (&cache->parser);
  arra_mapping_unref (cache->mapping);
  g_free (cache);
}

gboolean
arra_item_cache_check (const ArraItemCache *cache, guint item, GError **error)
{
  return arra_mapping_check (cache->mapping, error)
         && (arra_item_cache_look (cache, item) == ARRA_CACHE_ITEM_THERE || fail_damaged (cache, item, error));
}

guint
arra_item_cache_items (const ArraItemCache *cache)
{
  return cache->layout.n_items;
}

gsize
arra_item_cache_item_size (const ArraItemCache *cache)
{
  return cache->layout.item_size;
}

const void *
arra_item_cache_item (const ArraItemCache *cache, guint item)
{
  g_assert (item < cache->layout.n_items);
  return arra_mapping_data (cache->mapping) + arra_cache_item_at (&cache->layout, item) + ARRA_CACHE_HASH;
}

const void *
arra_item_cache_shared (const ArraItemCache *cache, gsize *size)
{
  *size = cache->layout.shared_size;
  return arra_mapping_data (cache->mapping) + cache->layout.shared_at;
}

const char *
arra_item_cache_text (const ArraItemCache *cache, const char *name, GError **error)
{
  g_autoptr (GError) fault = NULL;
  const char *text = arra_json_get_string (cache->made_of, arra_mapping_path (cache->mapping), name, &fault);

  if (text == NULL)
    arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s", fault->message);
  return text;
}

gboolean
arra_item_cache_number (const ArraItemCache *cache,
                        const char *name,
                        guint64 min,
                        guint64 max,
                        guint64 *number,
                        GError **error)
{
  const char *text = arra_item_cache_text (cache, name, error);

  if (text == NULL)
    return FALSE;
  if (!g_ascii_string_to_unsigned (text, 10, min, max, number, NULL))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"%s\" is not a number of %" PRIu64 "..%" PRIu64,
                      arra_mapping_path (cache->mapping), name, min, max);
  return TRUE;
}
