/* gguf_read.c - checks a GGUF file's header and lists what it holds
 *
 * All numbers are little-endian. Every length and count is compared with the bytes that are left before it is used.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gguf_reader.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "mem.h"

G_STATIC_ASSERT (G_BYTE_ORDER == G_LITTLE_ENDIAN); /* tensors are read where they lie */

/* The least a key with its value can take. */
#define MIN_ENTRY (8 + 1 + 4 + 1)

gboolean
arra_gguf_fail (const ArraGgufReader *reader, GError **error, const char *fault)
{
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s", reader->path, arra_translate (fault));
}

static gboolean
fail_key (const ArraGgufReader *reader, GError **error, ArraError code, const char *key, const char *fault)
{
  return arra_fail (error, code, "%s: key '%s': %s", reader->path, key, arra_translate (fault));
}

static gboolean
read_bytes (ArraGgufReader *reader, void *out, gsize size, GError **error)
{
  if (size > reader->size - reader->at)
    {
      arra_gguf_fail (reader, error, "truncated: it ends inside its header");
      return FALSE;
    }
  memcpy (out, reader->bytes + reader->at, size);
  reader->at += size;
  return TRUE;
}

gboolean
arra_gguf_read_u32 (ArraGgufReader *reader, guint32 *out, GError **error)
{
  return read_bytes (reader, out, sizeof *out, error);
}

gboolean
arra_gguf_read_u64 (ArraGgufReader *reader, guint64 *out, GError **error)
{
  return read_bytes (reader, out, sizeof *out, error);
}

/* A length and that many bytes, which stay where they are. */
gboolean
arra_gguf_skip_string (ArraGgufReader *reader, gsize *start, gsize *length, GError **error)
{
  guint64 size;

  if (!arra_gguf_read_u64 (reader, &size, error))
    return FALSE;
  if (size > reader->size - reader->at)
    return arra_gguf_fail (reader, error, "truncated: a string reaches past its end");
  *start = reader->at;
  *length = (gsize) size;
  reader->at += (gsize) size;
  return TRUE;
}

static gboolean
read_type (ArraGgufReader *reader, const char *key, ArraGgufType *type, GError **error)
{
  guint32 number;

  if (!arra_gguf_read_u32 (reader, &number, error))
    return FALSE;
  if (number >= ARRA_GGUF_N_TYPES)
    return fail_key (reader, error, ARRA_ERROR_INVALID_DATA, key, "invalid type");
  *type = (ArraGgufType) number;
  return TRUE;
}

static gboolean
read_array (ArraGgufReader *reader, const char *key, ArraGgufEntry *entry, GError **error)
{
  guint64 count;
  gsize start, length, least;

  if (!read_type (reader, key, &entry->items, error) || !arra_gguf_read_u64 (reader, &count, error))
    return FALSE;
  if (entry->items == ARRA_GGUF_ARRAY)
    return fail_key (reader, error, ARRA_ERROR_UNSUPPORTED, key, "arrays of arrays are not supported");
  least = entry->items == ARRA_GGUF_STRING ? sizeof (guint64) : arra_gguf_type_size (entry->items);
  if (count > (reader->size - reader->at) / least)
    return fail_key (reader, error, ARRA_ERROR_INVALID_DATA, key,
                     "truncated: an array reaches past the end of the file");
  entry->at = reader->at;
  entry->count = (gsize) count;
  if (entry->items != ARRA_GGUF_STRING)
    reader->at += entry->count * least;
  else
    for (gsize i = 0; i < entry->count; i++)
      if (!arra_gguf_skip_string (reader, &start, &length, error))
        return FALSE;
  return TRUE;
}

static gboolean
read_value (ArraGgufReader *reader, const char *key, ArraGgufEntry *entry, GError **error)
{
  if (!read_type (reader, key, &entry->type, error))
    return FALSE;
  entry->items = entry->type;
  if (entry->type == ARRA_GGUF_ARRAY)
    return read_array (reader, key, entry, error);
  if (entry->type == ARRA_GGUF_STRING)
    return arra_gguf_skip_string (reader, &entry->at, &entry->count, error);
  entry->at = reader->at;
  entry->count = 1;
  if (arra_gguf_type_size (entry->type) > reader->size - reader->at)
    return fail_key (reader, error, ARRA_ERROR_INVALID_DATA, key, "truncated: it ends inside the value");
  reader->at += arra_gguf_type_size (entry->type);
  return TRUE;
}

/* Appends a copy of the key to the table of keys. */
static gboolean
keep_key (ArraGgufReader *reader, gsize start, gsize length, GError **error)
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
read_entry (ArraGgufReader *reader, GError **error)
{
  ArraGgufEntry *entry = &reader->gguf->entries[reader->gguf->n_entries];
  gsize start, length;

  *entry = (ArraGgufEntry) { .key = reader->keys_size };
  if (!arra_gguf_skip_string (reader, &start, &length, error))
    return FALSE;
  if (length == 0 || length > ARRA_GGUF_MAX_KEY)
    return arra_gguf_fail (reader, error, "invalid length of a key");
  if (!keep_key (reader, start, length, error))
    return FALSE;
  if (!g_utf8_validate_len (reader->gguf->keys + entry->key, length, NULL))
    return arra_gguf_fail (reader, error, "invalid UTF-8 in a key");
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
read_entries (ArraGgufReader *reader, guint64 count, GError **error)
{
  ArraGguf *gguf = reader->gguf;

  if (count > ARRA_GGUF_MAX_KEYS || count > (reader->size - reader->at) / MIN_ENTRY)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: invalid number of keys: %" PRIu64, reader->path, count);
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
read_alignment (ArraGgufReader *reader, GError **error)
{
  reader->alignment = ARRA_GGUF_ALIGNMENT;
  if (!arra_gguf_has (reader->gguf, ARRA_GGUF_ALIGNMENT_KEY))
    return TRUE;
  if (!arra_gguf_get_uint (reader->gguf, ARRA_GGUF_ALIGNMENT_KEY, G_MAXUINT32, &reader->alignment, error))
    return FALSE;
  if (reader->alignment < 8 || (reader->alignment & (reader->alignment - 1)) != 0)
    return fail_key (reader, error, ARRA_ERROR_INVALID_DATA, ARRA_GGUF_ALIGNMENT_KEY,
                     "invalid alignment: not a power of two from 8 on");
  return TRUE;
}

static gboolean
read_version (ArraGgufReader *reader, GError **error)
{
  char magic[4];
  guint32 version;

  if (reader->size < ARRA_GGUF_FIXED_SIZE)
    return arra_gguf_fail (reader, error, "too short for a GGUF file");
  if (!read_bytes (reader, magic, sizeof magic, error) || !arra_gguf_read_u32 (reader, &version, error))
    return FALSE;
  if (memcmp (magic, ARRA_GGUF_MAGIC, sizeof magic) != 0)
    return arra_gguf_fail (reader, error, "invalid magic: not a GGUF file");
  if (version != 0 && (version & 0xffff) == 0)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: big-endian GGUF is not supported", reader->path);
  /* Version 2 has the same layout. */
  if (version != ARRA_GGUF_VERSION && version != 2)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: version %u of GGUF is not supported", reader->path, version);
  return TRUE;
}

static gboolean
read_header (ArraGgufReader *reader, GError **error)
{
  guint64 n_tensors, n_keys;

  if (!read_version (reader, error) || !arra_gguf_read_u64 (reader, &n_tensors, error)
      || !arra_gguf_read_u64 (reader, &n_keys, error))
    return FALSE;
  if (n_tensors > (reader->size - reader->at) / ARRA_GGUF_MIN_TENSOR)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: invalid number of tensors: %" PRIu64, reader->path,
                      n_tensors);
  reader->n_tensors = (gsize) n_tensors;
  return read_entries (reader, n_keys, error) && read_alignment (reader, error)
         && arra_gguf_read_tensors (reader, error);
}

ArraGguf *
arra_gguf_read (ArraMapping *mapping, GError **error)
{
  g_autoptr (ArraGguf) gguf = NULL;
  ArraGgufReader reader = { 0 };
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
