/* torch_legacy.c - what torch.save wrote before PyTorch 1.6: pickles one after another, then the storages
 *
 * Magic number, protocol, facts of the system, the object, the list of its storages' keys; then for each key
 * the number of elements (64 bits) and the elements. Source of the form: torch/serialization.py
 * (_legacy_save, _legacy_load).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "torch.h"

#include <string.h>

#include "fail.h"
#include "mem.h"

#define PROTOCOL 1001

/* torch.serialization.MAGIC_NUMBER as a pickle of its own */
static const guint8 magic[]
    = { 0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e };

typedef struct
{
  gsize at, size; /* bytes of the file */
} Place;

struct _ArraTorchLegacy
{
  ArraMapping *mapping;
  GHashTable *places; /* key -> Place */
  gsize at;           /* what is read next */
};

gboolean
arra_torch_is_legacy (ArraMapping *mapping)
{
  return arra_mapping_size (mapping) >= sizeof magic && memcmp (arra_mapping_data (mapping), magic, sizeof magic) == 0;
}

void
arra_torch_legacy_free (ArraTorchLegacy *legacy)
{
  if (legacy == NULL)
    return;
  arra_mapping_unref (legacy->mapping);
  g_hash_table_unref (legacy->places);
  g_free (legacy);
}

static gboolean
read_pickle (ArraTorchLegacy *legacy, ArraPickle *pickle, GError **error)
{
  gsize left = MIN (arra_mapping_size (legacy->mapping) - legacy->at, ARRA_PICKLE_MAX_BYTES);

  if (!arra_pickle_read (pickle, arra_mapping_data (legacy->mapping) + legacy->at, left,
                         arra_mapping_path (legacy->mapping), error))
    return FALSE;
  legacy->at += pickle->end;
  return TRUE;
}

/* ------------------------------------------------------------------ heading */

static gboolean
check_protocol (ArraTorchLegacy *legacy, GError **error)
{
  ArraPickle pickle = { 0 };
  gboolean read = read_pickle (legacy, &pickle, error);
  const ArraPickleValue *root = read ? &pickle.values[pickle.root] : NULL;
  gboolean known = read && root->kind == ARRA_PICKLE_INT && root->integer == PROTOCOL;

  arra_pickle_clear (&pickle);
  return known
         || (read
             && arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: its protocol of torch.save is not %d",
                           arra_mapping_path (legacy->mapping), PROTOCOL));
}

static gboolean
check_system (ArraTorchLegacy *legacy, GError **error)
{
  ArraPickle pickle = { 0 };
  gboolean read = read_pickle (legacy, &pickle, error);
  guint32 order
      = read ? arra_pickle_get (&pickle, pickle.root, "little_endian", strlen ("little_endian")) : ARRA_PICKLE_NONE;
  gboolean little
      = order != ARRA_PICKLE_NONE && pickle.values[order].kind == ARRA_PICKLE_BOOL && pickle.values[order].integer;

  arra_pickle_clear (&pickle);
  return little
         || (read
             && arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: its byte order is not little-endian",
                           arra_mapping_path (legacy->mapping)));
}

/* ----------------------------------------------------------------- storages */

/* Bytes of an element, by the key of its storage */
static GHashTable *
element_sizes (const ArraPickle *pickle)
{
  GHashTable *sizes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const gint64 one = 1;

  for (guint32 i = 0; i < pickle->n_values; i++)
    {
      const ArraPickleValue *value = &pickle->values[i], *key;
      gsize size = 0;

      if (value->kind != ARRA_PICKLE_STORAGE || !arra_tensor_bytes (value->storage.dtype, 1, &one, &size))
        continue;
      key = &pickle->values[value->storage.key];
      g_hash_table_insert (sizes, g_strndup (arra_pickle_text (pickle, key), key->text.length),
                           GSIZE_TO_POINTER (size));
    }
  return sizes;
}

/* The storage of @key begins at legacy->at. */
static gboolean
place_storage (ArraTorchLegacy *legacy, const char *key, gsize element, GError **error)
{
  const char *path = arra_mapping_path (legacy->mapping);
  gsize left = arra_mapping_size (legacy->mapping) - legacy->at, size;
  guint64 count;

  if (element == 0)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: storage %s is of a kind of numbers that is not supported",
                      path, key);
  if (left < sizeof count)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: it ends before storage %s", path, key);
  memcpy (&count, arra_mapping_data (legacy->mapping) + legacy->at, sizeof count);
  count = GUINT64_FROM_LE (count);
  if (count > G_MAXSIZE || !arra_size_mul ((gsize) count, element, &size) || size > left - sizeof count)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: it ends within storage %s", path, key);
  g_hash_table_insert (legacy->places, g_strdup (key),
                       g_memdup2 (&(Place) { legacy->at + sizeof count, size }, sizeof (Place)));
  legacy->at += sizeof count + size;
  return TRUE;
}

static gboolean
place_all (ArraTorchLegacy *legacy, const ArraPickle *keys, GHashTable *sizes, GError **error)
{
  const ArraPickleValue *list = &keys->values[keys->root];
  guint32 cell = list->kind == ARRA_PICKLE_LIST && list->items.n > 0 ? list->items.first : ARRA_PICKLE_NONE;

  if (list->kind != ARRA_PICKLE_LIST)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the list of its storages is none",
                      arra_mapping_path (legacy->mapping));
  for (; cell != ARRA_PICKLE_NONE; cell = keys->cells[cell].next)
    {
      const ArraPickleValue *item = &keys->values[keys->cells[cell].value];
      g_autofree char *key
          = item->kind == ARRA_PICKLE_TEXT ? g_strndup (arra_pickle_text (keys, item), item->text.length) : NULL;

      if (key == NULL || g_hash_table_contains (legacy->places, key))
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the list of its storages names none, or one twice",
                          arra_mapping_path (legacy->mapping));
      if (!place_storage (legacy, key, GPOINTER_TO_SIZE (g_hash_table_lookup (sizes, key)), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
find_storages (ArraTorchLegacy *legacy, const ArraPickle *pickle, GError **error)
{
  g_autoptr (GHashTable) sizes = element_sizes (pickle);
  ArraPickle keys = { 0 };
  gboolean found = read_pickle (legacy, &keys, error) && place_all (legacy, &keys, sizes, error);

  arra_pickle_clear (&keys);
  return found;
}

/* ---------------------------------------------------------------------- use */

ArraTorchLegacy *
arra_torch_legacy_open (ArraMapping *mapping, ArraPickle *pickle, GError **error)
{
  g_autoptr (ArraTorchLegacy) legacy = g_new0 (ArraTorchLegacy, 1);

  legacy->mapping = arra_mapping_ref (mapping);
  legacy->places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  legacy->at = sizeof magic;
  if (!check_protocol (legacy, error) || !check_system (legacy, error) || !read_pickle (legacy, pickle, error)
      || !find_storages (legacy, pickle, error))
    return NULL;
  return g_steal_pointer (&legacy);
}

const guint8 *
arra_torch_legacy_find (ArraTorchLegacy *legacy, const char *key, gsize expected, GError **error)
{
  const Place *place = g_hash_table_lookup (legacy->places, key);

  if (place != NULL && place->size == expected)
    return arra_mapping_data (legacy->mapping) + place->at;
  arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: storage %s is missing or has another size than its tensors say",
             arra_mapping_path (legacy->mapping), key);
  return NULL;
}
