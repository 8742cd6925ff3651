/* item_cache_write.c - writing caches: begun whole, then item by item in its place
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "item_cache_private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "jsonwriter.h"
#include "mem.h"
#include "write_all.h"

struct _ArraItemCacheWriter
{
  char *path;
  int fd;
  ArraCacheLayout layout;
  guint8 *keys;  /* [n_items][ARRA_CACHE_KEY]; arra_mem, as the next */
  guint8 *there; /* n_items: 1 when it is */
};

static gboolean
fail_errno (GError **error, const char *path, const char *what, int number)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (number), arra_translate ("%s: %s: %s"), path,
               arra_translate (what), g_strerror (number));
  return FALSE;
}

/* (transfer full): the JSON of @form. */
static char *
header_of (const ArraCacheForm *form, const guint8 *keys)
{
  ArraJsonWriter *json = arra_json_writer_new (ARRA_JSON_LINE);
  char hex[2 * ARRA_CACHE_HASH + 1], keys_hex[2 * ARRA_CACHE_HASH + 1];

  arra_cache_hash_shared (form->shared, form->shared_size, hex);
  arra_cache_hash_shared (keys, (gsize) form->n_items * ARRA_CACHE_KEY, keys_hex);
  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "kind", form->kind);
  arra_json_put_uint (json, "items", form->n_items);
  arra_json_put_uint (json, "item_size", form->item_size);
  arra_json_put_uint (json, "shared_size", form->shared_size);
  arra_json_put_string (json, "shared_sha256", hex);
  arra_json_put_string (json, "keys_sha256", keys_hex);
  arra_json_begin_object (json, "of");
  for (guint i = 0; i < form->n_fields; i++)
    arra_json_put_string (json, form->fields[i].name, form->fields[i].value);
  arra_json_end_object (json);
  arra_json_end_object (json);
  return arra_json_writer_end (json);
}

/* ---- items that are kept */

static guint
hash_key (gconstpointer key)
{
  guint32 bits;

  memcpy (&bits, key, sizeof bits);
  return bits;
}

static gboolean
equal_keys (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, ARRA_CACHE_KEY) == 0;
}

static gboolean
is_known (const guint8 *key)
{
  static const guint8 unknown[ARRA_CACHE_KEY];

  return !equal_keys (key, unknown);
}

/* Finished items of @cache by their keys: (transfer full): key -> number + 1. */
static GHashTable *
index_items (const ArraItemCache *cache)
{
  GHashTable *index = g_hash_table_new (hash_key, equal_keys);

  for (guint i = 0; i < cache->layout.n_items; i++)
    {
      const guint8 *key = arra_item_cache_keys (cache) + (gsize) i * ARRA_CACHE_KEY;

      if (is_known (key) && arra_item_cache_look (cache, i) == ARRA_CACHE_ITEM_THERE)
        g_hash_table_insert (index, (gpointer) key, GUINT_TO_POINTER (i + 1));
    }
  return index;
}

/* Copies those items of @from that are among the new ones. */
static gboolean
copy_items (ArraAtomicFile *file,
            const ArraCacheLayout *layout,
            const guint8 *keys,
            const ArraItemCache *from,
            GHashTable *index,
            GError **error)
{
  for (guint i = 0; i < layout->n_items; i++)
    {
      guint place = GPOINTER_TO_UINT (g_hash_table_lookup (index, keys + (gsize) i * ARRA_CACHE_KEY));
      const guint8 *record
          = place > 0 ? (const guint8 *) arra_item_cache_item (from, place - 1) - ARRA_CACHE_HASH : NULL;

      if (record != NULL
          && !arra_atomic_file_write_at (file, arra_cache_item_at (layout, i), record,
                                         ARRA_CACHE_HASH + layout->item_size, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
shares_items (const guint8 *keys, guint n, GHashTable *index)
{
  for (guint i = 0; i < n; i++)
    if (g_hash_table_contains (index, keys + (gsize) i * ARRA_CACHE_KEY))
      return TRUE;
  return FALSE;
}

/* ---- the file */

/* @from: (nullable): a cache whose items are kept. */
static gboolean
create (const char *path,
        const ArraCacheForm *form,
        const guint8 *keys,
        const ArraItemCache *from,
        GHashTable *index,
        GError **error)
{
  g_autofree char *header = header_of (form, keys);
  g_autoptr (ArraAtomicFile) file = NULL;
  gsize size = strlen (header);
  const guint32 numbers[] = { GUINT32_TO_LE (ARRA_CACHE_VERSION), GUINT32_TO_LE ((guint32) size) };
  ArraCacheLayout layout;

  if (!arra_cache_layout (&layout, size, form->n_items, form->item_size, form->shared_size))
    return arra_fail (error, ARRA_ERROR_NO_MEMORY, "%s: so many items do not fit into a file", path);
  file = arra_atomic_file_new (path, error);
  return file != NULL && arra_atomic_file_write (file, ARRA_CACHE_MAGIC, strlen (ARRA_CACHE_MAGIC), error)
         && arra_atomic_file_write (file, numbers, sizeof numbers, error)
         && arra_atomic_file_write (file, header, size, error)
         && arra_atomic_file_write_at (file, layout.shared_at, form->shared, form->shared_size, error)
         && arra_atomic_file_write_at (file, layout.keys_at, keys, (gsize) form->n_items * ARRA_CACHE_KEY, error)
         && arra_atomic_file_write_at (file, layout.end - 1, "", 1, error) /* zeros up to there */
         && (from == NULL || copy_items (file, &layout, keys, from, index, error))
         && arra_atomic_file_commit (file, error);
}

/* Whether @cache holds items of the form's kind and size, made in the same way, be they the same items or
 * not. */
static gboolean
check_form (const ArraItemCache *cache, const ArraCacheForm *form, GError **error)
{
  for (guint i = 0; i < form->n_fields; i++)
    if (g_strcmp0 (form->fields[i].name, form->of_items) != 0
        && !arra_item_cache_check_fields (cache, &form->fields[i], 1, error))
      return FALSE;
  return cache->layout.item_size == form->item_size
         || arra_fail (error, ARRA_ERROR_INVALID_DATA,
                       "%s: holds other items than are to be written: remove the file or name another one",
                       arra_mapping_path (cache->mapping));
}

static gboolean
has_same_items (const ArraItemCache *cache, const ArraCacheForm *form, const guint8 *keys)
{
  gsize size;
  const void *shared = arra_item_cache_shared (cache, &size);

  return cache->layout.n_items == form->n_items && size == form->shared_size && memcmp (shared, form->shared, size) == 0
         && memcmp (arra_item_cache_keys (cache), keys, (gsize) form->n_items * ARRA_CACHE_KEY) == 0
         && arra_item_cache_check_fields (cache, form->fields, form->n_fields, NULL);
}

/* Alone among writers, and of the file that has the name. */
static gboolean
lock (const ArraItemCacheWriter *writer, GError **error)
{
  struct stat named, opened;

  if (flock (writer->fd, LOCK_EX | LOCK_NB) == 0 && stat (writer->path, &named) == 0 && fstat (writer->fd, &opened) == 0
      && named.st_ino == opened.st_ino && named.st_dev == opened.st_dev)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_FAILED, "%s: is being written by another process", writer->path);
}

static gboolean
open_locked (ArraItemCacheWriter *writer, GError **error)
{
  if (writer->fd >= 0)
    close (writer->fd);
  writer->fd = open (writer->path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (writer->fd < 0)
    return fail_errno (error, writer->path, "cannot be written", errno);
  return lock (writer, error);
}

static gboolean
find_items (ArraItemCacheWriter *writer, const ArraItemCache *cache, GError **error)
{
  guint n = cache->layout.n_items;

  writer->layout = cache->layout;
  writer->there = arra_mem_new (n, 1, "the items of a cache", error);
  if (writer->there == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++)
    writer->there[i] = arra_item_cache_look (cache, i) == ARRA_CACHE_ITEM_THERE;
  return TRUE;
}

/* Makes the file anew for the form's items, with what it has of them. Nothing: it belongs to other pictures
 * altogether. */
static gboolean
make_anew (ArraItemCacheWriter *writer, const ArraCacheForm *form, const ArraItemCache *cache, GError **error)
{
  g_autoptr (GHashTable) index = index_items (cache);

  if (g_hash_table_size (index) > 0 && !shares_items (writer->keys, form->n_items, index))
    return arra_item_cache_check_fields (cache, form->fields, form->n_fields, error)
           && arra_fail (error, ARRA_ERROR_INVALID_DATA,
                         "%s: holds other items than are to be written: remove the file or name another one",
                         writer->path);
  return create (writer->path, form, writer->keys, cache, index, error) && open_locked (writer, error);
}

static gboolean
take_over (ArraItemCacheWriter *writer, const ArraCacheForm *form, GError **error)
{
  g_autoptr (ArraItemCache) cache = arra_item_cache_open_unfinished (writer->path, form->kind, error);

  if (cache == NULL || !check_form (cache, form, error))
    return FALSE;
  if (!has_same_items (cache, form, writer->keys))
    {
      if (!make_anew (writer, form, cache, error))
        return FALSE;
      arra_item_cache_free (cache);
      cache = arra_item_cache_open_unfinished (writer->path, form->kind, error);
    }
  return cache != NULL && find_items (writer, cache, error);
}

static gboolean
copy_keys (ArraItemCacheWriter *writer, const ArraCacheForm *form, GError **error)
{
  writer->keys = arra_mem_new0 (form->n_items, ARRA_CACHE_KEY, "the keys of a cache", error);
  if (writer->keys == NULL)
    return FALSE;
  for (guint i = 0; i < form->n_items; i++)
    {
      guint8 *key = writer->keys + (gsize) i * ARRA_CACHE_KEY;
      guint32 number = GUINT32_TO_LE (i + 1);

      if (form->keys != NULL)
        memcpy (key, form->keys + (gsize) i * ARRA_CACHE_KEY, ARRA_CACHE_KEY);
      else
        memcpy (key, &number, sizeof number);
    }
  return TRUE;
}

ArraItemCacheWriter *
arra_item_cache_writer_open (const char *path, const ArraCacheForm *form, GError **error)
{
  g_autoptr (ArraItemCacheWriter) writer = g_new0 (ArraItemCacheWriter, 1);

  g_return_val_if_fail (path != NULL && form->n_items > 0 && form->item_size % 4 == 0, NULL);
  writer->path = g_strdup (path);
  writer->fd = -1;
  if (!copy_keys (writer, form, error))
    return NULL;
  if (!g_file_test (path, G_FILE_TEST_EXISTS) && !create (path, form, writer->keys, NULL, NULL, error))
    return NULL;
  if (!open_locked (writer, error) || !take_over (writer, form, error))
    return NULL;
  return g_steal_pointer (&writer);
}

void
arra_item_cache_writer_free (ArraItemCacheWriter *writer)
{
  if (writer == NULL)
    return;
  if (writer->fd >= 0)
    close (writer->fd);
  arra_mem_free (writer->keys);
  arra_mem_free (writer->there);
  g_free (writer->path);
  g_free (writer);
}

gboolean
arra_item_cache_writer_has (const ArraItemCacheWriter *writer, guint item)
{
  g_assert (item < writer->layout.n_items);
  return writer->there[item];
}

guint
arra_item_cache_writer_left (const ArraItemCacheWriter *writer)
{
  guint n = 0;

  for (guint i = 0; i < writer->layout.n_items; i++)
    n += !writer->there[i];
  return n;
}

static gboolean
write_at (ArraItemCacheWriter *writer, gsize offset, const guint8 *data, gsize size, GError **error)
{
  int number = arra_write_all (writer->fd, data, size, (gint64) offset);

  return number == 0 || fail_errno (error, writer->path, "cannot be written", number);
}

gboolean
arra_item_cache_writer_put (ArraItemCacheWriter *writer, guint item, const void *data, GError **error)
{
  gsize at = arra_cache_item_at (&writer->layout, item);
  guint8 hash[ARRA_CACHE_HASH];

  g_assert (item < writer->layout.n_items);
  arra_cache_hash (writer->keys + (gsize) item * ARRA_CACHE_KEY, data, writer->layout.item_size, hash);
  if (!write_at (writer, at + ARRA_CACHE_HASH, data, writer->layout.item_size, error)
      || !write_at (writer, at, hash, sizeof hash, error))
    return FALSE;
  writer->there[item] = TRUE;
  return TRUE;
}

gboolean
arra_item_cache_writer_finish (ArraItemCacheWriter *writer, GError **error)
{
  if (fdatasync (writer->fd) == 0 || errno == EINVAL || errno == EROFS)
    return TRUE;
  return fail_errno (error, writer->path, "cannot be written", errno);
}
