/* torch.c - tensors of a torch.save file by name; nothing in the file is executed
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "torch.h"

#include <string.h>

#include "fail.h"
#include "mem.h"
#include "pickle.h"
#include "source_private.h"
#include "utf8.h"

#define MAX_DEPTH 64  /* of containers */
#define MAX_NAME 1024 /* bytes of a tensor's name */
#define MAX_TENSORS (1u << 16)
#define MAX_KEY 64    /* bytes of a storage's file name */
#define COPY_FACTOR 8 /* views that are copied take at most so many times the file's size */
#define COPY_LEAST (1u << 20)

typedef struct
{
  const guint8 *data; /* of the mapped file, or else of the source */
  gsize size;
} Storage;

typedef struct
{
  const char *path;
  ArraTorchZip *zip; /* one of the two */
  ArraTorchLegacy *legacy;
  ArraPickle pickle;
  ArraSource *source;
  guint file;
  GHashTable *storages; /* key -> Storage */
  gsize copy_budget;
  GString *name; /* of the value that is looked at */
} Reader;

/* ----------------------------------------------------------------- storages */

static gboolean
is_file_name (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && text[i] != '_')
      return FALSE;
  return length <= MAX_KEY;
}

static const guint8 *
find_bytes (Reader *reader, const char *key, gsize expected, GError **error)
{
  g_autofree char *entry = g_strconcat ("data/", key, NULL);
  gsize size;

  return reader->legacy != NULL ? arra_torch_legacy_find (reader->legacy, key, expected, error)
                                : arra_torch_zip_find (reader->zip, entry, expected, &size, error);
}

/* @bytes, or a copy of a small storage that lies at a multiple of the size of its elements; NULL with @error set */
static const guint8 *
aligned (Reader *reader, const guint8 *bytes, gsize size, gsize element, GError **error)
{
  guint8 *copy;

  if (element == 0 || (gsize) bytes % element == 0 || size >= ARRA_SOURCE_COPIED)
    return bytes;
  copy = arra_mem_new (size, 1, "tensor", error);
  if (copy == NULL)
    return NULL;
  memcpy (copy, bytes, size);
  arra_source_add_memory (reader->source, copy);
  return copy;
}

/* (nullable): the storage's bytes, looked for when first asked for */
static const Storage *
get_storage (Reader *reader, const ArraPickleValue *value, GError **error)
{
  const ArraPickleValue *key = &reader->pickle.values[value->storage.key];
  g_autofree char *name = NULL;
  Storage *storage;
  gsize expected;

  if (!is_file_name (arra_pickle_text (&reader->pickle, key), key->text.length)
      || !arra_tensor_bytes (value->storage.dtype, 1, &value->storage.count, &expected))
    {
      arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the storage of tensor '%s' is impossible", reader->path,
                 reader->name->str);
      return NULL;
    }
  name = g_strndup (arra_pickle_text (&reader->pickle, key), key->text.length);
  storage = g_hash_table_lookup (reader->storages, name);
  if (storage != NULL && storage->size != expected)
    {
      arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the storage of tensor '%s' is stated with two sizes",
                 reader->path, reader->name->str);
      return NULL;
    }
  if (storage == NULL)
    {
      const gsize element = value->storage.count > 0 ? expected / (gsize) value->storage.count : 0;
      const guint8 *bytes = find_bytes (reader, name, expected, error);
      const guint8 *data = bytes != NULL ? aligned (reader, bytes, expected, element, error) : NULL;

      if (data == NULL)
        return NULL;
      storage = g_new (Storage, 1);
      *storage = (Storage) { data, expected };
      g_hash_table_insert (reader->storages, g_steal_pointer (&name), storage);
    }
  return storage;
}

/* ------------------------------------------------------------------ tensors */

/* A dense copy of the view in the source's memory */
static gboolean
copy_view (Reader *reader, const ArraTorchView *view, ArraTensor *tensor, GError **error)
{
  guint8 *copy;

  if (tensor->n_bytes > reader->copy_budget)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: tensor '%s' is too large for its storage", reader->path,
                      reader->name->str);
  copy = arra_mem_new (tensor->n_bytes, 1, "tensor", error);
  if (copy == NULL)
    return FALSE;
  reader->copy_budget -= tensor->n_bytes;
  arra_torch_view_copy (view, copy);
  arra_source_add_memory (reader->source, copy);
  tensor->data = copy;
  return TRUE;
}

/* Adds the tensor under the reader's present name. One with more dimensions than we have is passed over. */
static gboolean
add_tensor (Reader *reader, const ArraPickleValue *value, GError **error)
{
  const ArraPickleValue *stored = &reader->pickle.values[value->tensor.storage];
  ArraTorchView view
      = { .count = stored->storage.count, .dtype = stored->storage.dtype, .offset = value->tensor.offset };
  ArraTensor tensor = { .dtype = stored->storage.dtype };
  const Storage *storage;
  guint n_strides;
  gint64 start;

  if (reader->pickle.values[value->tensor.sizes].items.n > ARRA_MAX_DIMS)
    return TRUE;
  if (!arra_pickle_ints (&reader->pickle, value->tensor.sizes, ARRA_MAX_DIMS, view.sizes, &view.n_dims)
      || !arra_pickle_ints (&reader->pickle, value->tensor.strides, ARRA_MAX_DIMS, view.strides, &n_strides)
      || n_strides != view.n_dims || !arra_torch_view_fits (&view)
      || !arra_tensor_bytes (view.dtype, view.n_dims, view.sizes, &tensor.n_bytes))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the shape of tensor '%s' does not fit its storage",
                      reader->path, reader->name->str);
  storage = get_storage (reader, stored, error);
  if (storage == NULL)
    return FALSE;
  view.data = storage->data;
  tensor.n_dims = view.n_dims;
  memcpy (tensor.shape, view.sizes, sizeof tensor.shape);
  start = view.count > 0 ? view.offset * (gint64) (storage->size / (gsize) view.count) : 0;
  tensor.data = storage->data + start;
  if ((!arra_torch_view_is_dense (&view) || (!arra_source_is_aligned (&tensor) && tensor.n_bytes < ARRA_SOURCE_COPIED))
      && !copy_view (reader, &view, &tensor, error))
    return FALSE;
  return arra_source_add (reader->source, reader->file, reader->name->str, &tensor, error);
}

/* --------------------------------------------------------------------- walk */

typedef struct
{
  guint32 value;     /* the container */
  guint32 cell;      /* of the next item; a dictionary's key */
  guint32 index;     /* of the next item */
  gsize name_length; /* of the container's name */
  gboolean is_dict;
} Level;

/* Makes the name that of the item: container, dot, key or index. FALSE: the key cannot be part of a name, or with
 * @error set. */
static gboolean
name_item (Reader *reader, const Level *level, GError **error)
{
  const ArraPickleValue *key = &reader->pickle.values[reader->pickle.cells[level->cell].value];
  gboolean is_text = level->is_dict && key->kind == ARRA_PICKLE_TEXT;
  const char *text = is_text ? arra_pickle_text (&reader->pickle, key) : NULL;

  g_string_truncate (reader->name, level->name_length);
  if (level->name_length > 0)
    g_string_append_c (reader->name, '.');
  if (is_text && level->name_length + key->text.length >= MAX_NAME)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: a key is longer than %d bytes", reader->path, MAX_NAME);
  if (is_text && (!arra_utf8_valid (text, key->text.length, NULL) || memchr (text, '\0', key->text.length) != NULL))
    return FALSE;
  if (is_text)
    g_string_append_len (reader->name, text, key->text.length);
  else if (!level->is_dict)
    g_string_append_printf (reader->name, "%u", level->index);
  else if (key->kind == ARRA_PICKLE_INT)
    g_string_append_printf (reader->name, "%" G_GINT64_FORMAT, key->integer);
  else
    return FALSE;
  return TRUE;
}

/* The state of an object stands for it: that of @index, of its state when that is an object again, and so on.
 * ARRA_PICKLE_NONE: there is none, or it is one that is being looked at already, as where the parts of a module know
 * the whole. */
static guint32
find_state (const Reader *reader, guint32 index, const Level *levels, guint depth)
{
  for (guint n = 0; index != ARRA_PICKLE_NONE && reader->pickle.values[index].kind == ARRA_PICKLE_OBJECT; n++)
    index = n < MAX_DEPTH ? reader->pickle.values[index].state : ARRA_PICKLE_NONE;
  for (guint i = 0; i < depth; i++)
    if (levels[i].value == index)
      return ARRA_PICKLE_NONE;
  return index;
}

static gboolean
enter (Reader *reader, guint32 index, Level *levels, guint *depth, GError **error)
{
  const ArraPickleValue *value;

  if (reader->pickle.values[index].kind == ARRA_PICKLE_OBJECT)
    index = find_state (reader, index, levels, *depth);
  if (index == ARRA_PICKLE_NONE)
    return TRUE;
  value = &reader->pickle.values[index];
  switch (value->kind)
    {
    case ARRA_PICKLE_TENSOR:
      if (reader->name->len == 0)
        g_string_assign (reader->name, "tensor");
      return add_tensor (reader, value, error);
    case ARRA_PICKLE_DICT:
    case ARRA_PICKLE_LIST:
    case ARRA_PICKLE_TUPLE:
      if (*depth == MAX_DEPTH)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: containers are nested deeper than %d", reader->path,
                          MAX_DEPTH);
      levels[(*depth)++] = (Level) { index, value->items.n > 0 ? value->items.first : ARRA_PICKLE_NONE, 0,
                                     reader->name->len, value->kind == ARRA_PICKLE_DICT };
      return TRUE;
    default:
      return TRUE;
    }
}

/* Adds every tensor within the value, under its path of keys, indices and attributes. */
static gboolean
walk (Reader *reader, guint32 root, GError **error)
{
  const ArraPickle *pickle = &reader->pickle;
  Level levels[MAX_DEPTH];
  guint depth = 0;

  if (!enter (reader, root, levels, &depth, error))
    return FALSE;
  for (guint32 visits = 0; depth > 0;)
    {
      Level *level = &levels[depth - 1];
      g_autoptr (GError) fault = NULL;
      guint32 item = level->cell;
      gboolean named;

      if (item == ARRA_PICKLE_NONE)
        {
          depth--;
          continue;
        }
      if (++visits > ARRA_PICKLE_MAX_VALUES || arra_source_count (reader->source) > MAX_TENSORS)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: too many items", reader->path);
      named = name_item (reader, level, &fault);
      if (fault != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&fault));
          return FALSE;
        }
      item = level->is_dict ? pickle->cells[item].next : item;
      level->cell = pickle->cells[item].next;
      level->index++;
      if (named && !enter (reader, pickle->cells[item].value, levels, &depth, error))
        return FALSE;
    }
  return TRUE;
}

/* The value below the keys of a dotted path */
static gboolean
descend (Reader *reader, const char *prefix, guint32 *value, GError **error)
{
  while (*prefix != '\0')
    {
      gsize length = strcspn (prefix, ".");

      *value = arra_pickle_get (&reader->pickle, *value, prefix, length);
      if (*value == ARRA_PICKLE_NONE)
        return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: there is no '%.*s'", reader->path, (int) length, prefix);
      prefix += length + (prefix[length] == '.' ? 1 : 0);
    }
  return TRUE;
}

/* ---------------------------------------------------------------------- open */

static gboolean
read_all (Reader *reader, const char *prefix, GError **error)
{
  guint32 value;
  gsize size;

  if (reader->zip != NULL)
    {
      const guint8 *bytes = arra_torch_zip_find (reader->zip, "data.pkl", G_MAXSIZE, &size, error);
      if (bytes == NULL || !arra_pickle_read (&reader->pickle, bytes, size, reader->path, error))
        return FALSE;
    }
  value = reader->pickle.root;
  return descend (reader, prefix != NULL ? prefix : "", &value, error) && walk (reader, value, error);
}

ArraSource *
arra_torch_read (ArraMapping *mapping, const char *prefix, GError **error)
{
  g_autoptr (ArraSource) source = arra_source_new ();
  g_autoptr (ArraTorchZip) zip = NULL;
  g_autoptr (ArraTorchLegacy) legacy = NULL;
  Reader reader = { .path = arra_mapping_path (mapping), .source = source };
  gboolean ok;

  if (arra_torch_is_legacy (mapping))
    reader.legacy = legacy = arra_torch_legacy_open (mapping, &reader.pickle, error);
  else
    reader.zip = zip = arra_torch_zip_open (mapping, error);
  if ((zip == NULL && legacy == NULL) || !arra_source_add_file (source, mapping, &reader.file, error))
    {
      arra_pickle_clear (&reader.pickle);
      return NULL;
    }
  reader.copy_budget = MAX (arra_mapping_size (mapping), COPY_LEAST);
  reader.copy_budget
      = reader.copy_budget < G_MAXSIZE / COPY_FACTOR ? reader.copy_budget * COPY_FACTOR : reader.copy_budget;
  reader.storages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  reader.name = g_string_new (NULL);
  ok = read_all (&reader, prefix, error) && arra_mapping_check (mapping, error);
  g_hash_table_unref (reader.storages);
  g_string_free (reader.name, TRUE);
  arra_pickle_clear (&reader.pickle);
  return ok ? g_steal_pointer (&source) : NULL;
}

ArraSource *
arra_torch_open (const char *path, const char *prefix, GError **error)
{
  g_autoptr (ArraMapping) mapping = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  mapping = arra_mapping_open (path, error);
  return mapping != NULL ? arra_torch_read (mapping, prefix, error) : NULL;
}
