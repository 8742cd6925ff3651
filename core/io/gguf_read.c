/* gguf_read.c - checks a GGUF file's header and lists what it holds
 *
 * All numbers are little-endian. Every length and count is compared with the bytes that are left before it is used.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gguf_format.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "mem.h"

G_STATIC_ASSERT (G_BYTE_ORDER == G_LITTLE_ENDIAN); /* tensors are read where they lie */

/* The least a key with its value, and a description of a tensor, can take. */
#define MIN_ENTRY (8 + 1 + 4 + 1)
#define MIN_TENSOR (8 + 1 + 4 + 4 + 8)

typedef struct
{
  char name[ARRA_GGUF_MAX_NAME + 1];
  ArraTensor tensor;
  guint64 offset; /* from the beginning of the tensor data */
} Item;

typedef struct
{
  ArraGguf *gguf;
  const char *path;
  const guint8 *bytes;
  gsize size, at;
  gsize n_tensors;
  guint64 alignment;
  gsize keys_size, keys_room;
  Item *items;
} Reader;

static gboolean
fail_file (const Reader *reader, GError **error, const char *fault)
{
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s", reader->path, fault);
}

static gboolean
fail_key (const Reader *reader, GError **error, ArraError code, const char *key, const char *fault)
{
  g_autofree char *printable = g_strescape (key, NULL);

  return arra_fail (error, code, "%s: key '%s': %s", reader->path, printable, fault);
}

static gboolean
fail_tensor (const Reader *reader, GError **error, const char *name, const char *fault)
{
  g_autofree char *printable = g_strescape (name, NULL);

  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: tensor '%s': %s", reader->path, printable, fault);
}

static gboolean
read_bytes (Reader *reader, void *out, gsize size, GError **error)
{
  if (size > reader->size - reader->at)
    {
      fail_file (reader, error, "truncated: it ends inside its header");
      return FALSE;
    }
  memcpy (out, reader->bytes + reader->at, size);
  reader->at += size;
  return TRUE;
}

static gboolean
read_u32 (Reader *reader, guint32 *out, GError **error)
{
  return read_bytes (reader, out, sizeof *out, error);
}

static gboolean
read_u64 (Reader *reader, guint64 *out, GError **error)
{
  return read_bytes (reader, out, sizeof *out, error);
}

/* A length and that many bytes, which stay where they are. */
static gboolean
skip_string (Reader *reader, gsize *start, gsize *length, GError **error)
{
  guint64 size;

  if (!read_u64 (reader, &size, error))
    return FALSE;
  if (size > reader->size - reader->at)
    return fail_file (reader, error, "truncated: a string reaches past its end");
  *start = reader->at;
  *length = (gsize) size;
  reader->at += (gsize) size;
  return TRUE;
}

static gboolean
read_type (Reader *reader, const char *key, ArraGgufType *type, GError **error)
{
  guint32 number;

  if (!read_u32 (reader, &number, error))
    return FALSE;
  if (number >= ARRA_GGUF_N_TYPES)
    return fail_key (reader, error, ARRA_ERROR_INVALID_DATA, key, "invalid type");
  *type = (ArraGgufType) number;
  return TRUE;
}

static gboolean
read_array (Reader *reader, const char *key, ArraGgufEntry *entry, GError **error)
{
  guint64 count;
  gsize start, length, least;

  if (!read_type (reader, key, &entry->items, error) || !read_u64 (reader, &count, error))
    return FALSE;
  if (entry->items == ARRA_GGUF_ARRAY)
    return fail_key (reader, error, ARRA_ERROR_UNSUPPORTED, key, "arrays of arrays are not supported");
  least = entry->items == ARRA_GGUF_STRING ? sizeof (guint64) : arra_gguf_type_size (entry->items);
  if (count > (reader->size - reader->at) / least)
    return fail_key (reader, error, ARRA_ERROR_INVALID_DATA, key, "truncated: an array reaches past the end of the file");
  entry->at = reader->at;
  entry->count = (gsize) count;
  if (entry->items != ARRA_GGUF_STRING)
    reader->at += entry->count * least;
  else
    for (gsize i = 0; i < entry->count; i++)
      if (!skip_string (reader, &start, &length, error))
        return FALSE;
  return TRUE;
}

static gboolean
read_value (Reader *reader, const char *key, ArraGgufEntry *entry, GError **error)
{
  if (!read_type (reader, key, &entry->type, error))
    return FALSE;
  entry->items = entry->type;
  if (entry->type == ARRA_GGUF_ARRAY)
    return read_array (reader, key, entry, error);
  if (entry->type == ARRA_GGUF_STRING)
    return skip_string (reader, &entry->at, &entry->count, error);
  entry->at = reader->at;
  entry->count = 1;
  if (arra_gguf_type_size (entry->type) > reader->size - reader->at)
    return fail_key (reader, error, ARRA_ERROR_INVALID_DATA, key, "truncated: it ends inside the value");
  reader->at += arra_gguf_type_size (entry->type);
  return TRUE;
}

/* Appends a copy of the key to the table of keys. */
static gboolean
keep_key (Reader *reader, gsize start, gsize length, GError **error)
{
  gsize needed = reader->keys_size + length + 1;

  if (needed > reader->keys_room)
    {
      gsize room = MAX (needed, 2 * reader->keys_room);
      char *keys = arra_mem_resize (reader->gguf->keys, room, 1, reader->path, error);

      if (keys == NULL)
        return FALSE;
      reader->gguf->keys = keys;
      reader->keys_room = room;
    }
  memcpy (reader->gguf->keys + reader->keys_size, reader->bytes + start, length);
  reader->gguf->keys[reader->keys_size + length] = '\0';
  reader->keys_size = needed;
  return TRUE;
}

static gboolean
read_entry (Reader *reader, GError **error)
{
  ArraGgufEntry *entry = &reader->gguf->entries[reader->gguf->n_entries];
  gsize start, length;

  *entry = (ArraGgufEntry){ .key = reader->keys_size };
  if (!skip_string (reader, &start, &length, error))
    return FALSE;
  if (length == 0 || length > ARRA_GGUF_MAX_KEY)
    return fail_file (reader, error, "invalid length of a key");
  if (!keep_key (reader, start, length, error))
    return FALSE;
  if (!g_utf8_validate_len (reader->gguf->keys + entry->key, length, NULL))
    return fail_file (reader, error, "invalid UTF-8 in a key");
  if (!read_value (reader, reader->gguf->keys + entry->key, entry, error))
    return FALSE;
  reader->gguf->n_entries++;
  return TRUE;
}

static int
compare_entries (const void *a, const void *b, void *keys)
{
  const ArraGgufEntry *x = a, *y = b;

  return strcmp ((const char *) keys + x->key, (const char *) keys + y->key);
}

static gboolean
read_entries (Reader *reader, guint64 count, GError **error)
{
  ArraGguf *gguf = reader->gguf;

  if (count > ARRA_GGUF_MAX_KEYS || count > (reader->size - reader->at) / MIN_ENTRY)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: invalid number of keys: %" G_GUINT64_FORMAT, reader->path, count);
  gguf->entries = arra_mem_new ((gsize) count, sizeof (ArraGgufEntry), reader->path, error);
  if (gguf->entries == NULL)
    return FALSE;
  for (guint64 i = 0; i < count; i++)
    if (!read_entry (reader, error))
      return FALSE;
  qsort_r (gguf->entries, gguf->n_entries, sizeof (ArraGgufEntry), compare_entries, gguf->keys);
  for (gsize i = 1; i < gguf->n_entries; i++)
    if (compare_entries (&gguf->entries[i - 1], &gguf->entries[i], gguf->keys) == 0)
      return fail_key (reader, error, ARRA_ERROR_INVALID_DATA, gguf->keys + gguf->entries[i].key, "duplicate key");
  return TRUE;
}

/* Tensors begin at multiples of this; less than 8 would leave wide elements unaligned. */
static gboolean
read_alignment (Reader *reader, GError **error)
{
  reader->alignment = ARRA_GGUF_ALIGNMENT;
  if (!arra_gguf_has (reader->gguf, ARRA_GGUF_ALIGNMENT_KEY))
    return TRUE;
  if (!arra_gguf_get_uint (reader->gguf, ARRA_GGUF_ALIGNMENT_KEY, G_MAXUINT32, &reader->alignment, error))
    return FALSE;
  if (reader->alignment < 8 || (reader->alignment & (reader->alignment - 1)) != 0)
    return fail_key (reader, error, ARRA_ERROR_INVALID_DATA, ARRA_GGUF_ALIGNMENT_KEY, "invalid alignment: not a power of two from 8 on");
  return TRUE;
}

static gboolean
read_name (Reader *reader, Item *item, GError **error)
{
  gsize start, length;

  if (!skip_string (reader, &start, &length, error))
    return FALSE;
  if (length == 0 || length > ARRA_GGUF_MAX_NAME)
    return fail_file (reader, error, "invalid length of a tensor's name");
  memcpy (item->name, reader->bytes + start, length);
  item->name[length] = '\0';
  if (!g_utf8_validate_len (item->name, length, NULL))
    return fail_file (reader, error, "invalid UTF-8 in a tensor's name");
  return TRUE;
}

/* Sizes are stored fastest first. */
static gboolean
read_shape (Reader *reader, Item *item, GError **error)
{
  guint32 n_dims;
  guint64 size;

  if (!read_u32 (reader, &n_dims, error))
    return FALSE;
  if (n_dims > ARRA_GGUF_MAX_DIMS)
    return fail_tensor (reader, error, item->name, "invalid shape: too many dimensions");
  item->tensor.n_dims = n_dims;
  for (guint i = n_dims; i-- > 0;)
    {
      if (!read_u64 (reader, &size, error))
        return FALSE;
      if (size > G_MAXINT64)
        return fail_tensor (reader, error, item->name, "invalid shape: too large");
      item->tensor.shape[i] = (gint64) size;
    }
  return TRUE;
}

static gboolean
read_item (Reader *reader, Item *item, GError **error)
{
  ArraTensor *tensor = &item->tensor;
  guint32 number;

  memset (item, 0, sizeof *item);
  if (!read_name (reader, item, error) || !read_shape (reader, item, error) || !read_u32 (reader, &number, error)
      || !read_u64 (reader, &item->offset, error))
    return FALSE;
  if (!arra_gguf_tensor_dtype (number, &tensor->dtype))
    {
      g_autofree char *printable = g_strescape (item->name, NULL);

      return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: tensor '%s': type %u is not supported", reader->path, printable,
                        number);
    }
  if (!arra_tensor_bytes (tensor->dtype, tensor->n_dims, tensor->shape, &tensor->n_bytes))
    return fail_tensor (reader, error, item->name, "invalid shape: too large, or not a multiple of the block");
  return TRUE;
}

static gboolean
read_items (Reader *reader, GError **error)
{
  reader->items = arra_mem_new (reader->n_tensors, sizeof (Item), reader->path, error);
  if (reader->items == NULL)
    return FALSE;
  for (gsize i = 0; i < reader->n_tensors; i++)
    if (!read_item (reader, &reader->items[i], error))
      return FALSE;
  return TRUE;
}

static int
compare_items (const void *a, const void *b)
{
  const Item *x = a, *y = b;

  if (x->offset != y->offset)
    return x->offset < y->offset ? -1 : 1;
  return x->tensor.n_bytes < y->tensor.n_bytes ? -1 : x->tensor.n_bytes > y->tensor.n_bytes;
}

/* Sorts the tensors by offset and finds their data. */
static gboolean
place_items (Reader *reader, GError **error)
{
  guint64 start = arra_gguf_align (reader->at, reader->alignment);
  guint64 room = start < reader->size ? reader->size - start : 0, end = 0;

  reader->gguf->header_size = MIN (start, reader->size);
  if (reader->n_tensors > 0 && start > reader->size)
    return fail_file (reader, error, "truncated: it ends before its tensors");
  qsort (reader->items, reader->n_tensors, sizeof (Item), compare_items);
  for (gsize i = 0; i < reader->n_tensors; i++)
    {
      Item *item = &reader->items[i];

      if (item->offset % reader->alignment != 0)
        return fail_tensor (reader, error, item->name, "invalid offset: not a multiple of the alignment");
      if (item->offset > room || item->tensor.n_bytes > room - item->offset)
        return fail_tensor (reader, error, item->name, "truncated: its data reach past the end of the file");
      if (item->offset < end)
        return fail_tensor (reader, error, item->name, "invalid offset: it overlaps another tensor");
      item->tensor.data = reader->bytes + start + item->offset;
      end = item->offset + item->tensor.n_bytes;
    }
  return TRUE;
}

static gboolean
add_items (Reader *reader, GError **error)
{
  ArraSource *source = reader->gguf->source;
  guint file;

  if (!arra_source_add_file (source, reader->gguf->mapping, &file, error))
    return FALSE;
  for (gsize i = 0; i < reader->n_tensors; i++)
    if (!arra_source_add (source, file, reader->items[i].name, &reader->items[i].tensor, error))
      return FALSE;
  return arra_mapping_check (reader->gguf->mapping, error);
}

static gboolean
read_version (Reader *reader, GError **error)
{
  char magic[4];
  guint32 version;

  if (reader->size < ARRA_GGUF_FIXED_SIZE)
    return fail_file (reader, error, "too short for a GGUF file");
  if (!read_bytes (reader, magic, sizeof magic, error) || !read_u32 (reader, &version, error))
    return FALSE;
  if (memcmp (magic, ARRA_GGUF_MAGIC, sizeof magic) != 0)
    return fail_file (reader, error, "invalid magic: not a GGUF file");
  if (version != 0 && (version & 0xffff) == 0)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: big-endian GGUF is not supported", reader->path);
  /* Version 2 has the same layout. */
  if (version != ARRA_GGUF_VERSION && version != 2)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: version %u of GGUF is not supported", reader->path, version);
  return TRUE;
}

static gboolean
read_header (Reader *reader, GError **error)
{
  guint64 n_tensors, n_keys;

  if (!read_version (reader, error) || !read_u64 (reader, &n_tensors, error) || !read_u64 (reader, &n_keys, error))
    return FALSE;
  if (n_tensors > (reader->size - reader->at) / MIN_TENSOR)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: invalid number of tensors: %" G_GUINT64_FORMAT, reader->path,
                      n_tensors);
  reader->n_tensors = (gsize) n_tensors;
  return read_entries (reader, n_keys, error) && read_alignment (reader, error) && read_items (reader, error)
         && place_items (reader, error) && add_items (reader, error);
}

ArraGguf *
arra_gguf_read (ArraMapping *mapping, GError **error)
{
  g_autoptr (ArraGguf) gguf = NULL;
  Reader reader = { 0 };
  gboolean sound;

  g_return_val_if_fail (mapping != NULL, NULL);
  gguf = g_new0 (ArraGguf, 1);
  gguf->mapping = arra_mapping_ref (mapping);
  gguf->source = arra_source_new ();
  reader.gguf = gguf;
  reader.path = arra_mapping_path (mapping);
  reader.bytes = arra_mapping_data (mapping);
  reader.size = arra_mapping_size (mapping);
  sound = read_header (&reader, error);
  arra_mem_free (reader.items);
  return sound ? g_steal_pointer (&gguf) : NULL;
}

ArraGguf *
arra_gguf_open (const char *path, GError **error)
{
  g_autoptr (ArraMapping) mapping = arra_mapping_open (path, error);

  return mapping != NULL ? arra_gguf_read (mapping, error) : NULL;
}

void
arra_gguf_free (ArraGguf *gguf)
{
  if (gguf == NULL)
    return;
  arra_source_unref (gguf->source);
  arra_mapping_unref (gguf->mapping);
  arra_mem_free (gguf->entries);
  arra_mem_free (gguf->keys);
  g_free (gguf);
}
