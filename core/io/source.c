/* source.c - named tensors over mapped files, found by name through a hash table
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "source.h"

#include <string.h>

#include "fail.h"
#include "mem.h"

/* All of these grow with what a file holds: arra_mem memory. */
typedef struct
{
  gsize name; /* offset in names */
  guint file;
  ArraTensor tensor;
} Entry;

struct _ArraSource
{
  gatomicrefcount references;
  GPtrArray *files; /* of ArraMapping */
  GSList *owned;    /* of arra_mem blocks */
  Entry *entries;
  gsize n_entries, entries_room;
  char *names; /* NUL-terminated, one after the other */
  gsize names_size, names_room;
  gsize *table; /* entry index + 1, 0: free; open addressing, at most half full */
  gsize table_size;
  guint64 salt; /* so that a file cannot be made of names that fall together */
};

static void
clear_memory (gpointer block)
{
  arra_mem_free (block);
}

ArraSource *
arra_source_new (void)
{
  ArraSource *source = g_new0 (ArraSource, 1);

  g_atomic_ref_count_init (&source->references);
  source->files = g_ptr_array_new_with_free_func ((GDestroyNotify) arra_mapping_unref);
  source->salt = (guint64) g_random_int () << 32 | g_random_int ();
  return source;
}

ArraSource *
arra_source_ref (ArraSource *source)
{
  g_return_val_if_fail (source != NULL, NULL);
  g_atomic_ref_count_inc (&source->references);
  return source;
}

void
arra_source_unref (ArraSource *source)
{
  if (source == NULL || !g_atomic_ref_count_dec (&source->references))
    return;
  g_ptr_array_unref (source->files);
  g_slist_free_full (source->owned, clear_memory);
  arra_mem_free (source->entries);
  arra_mem_free (source->names);
  arra_mem_free (source->table);
  g_free (source);
}

static guint64
hash_name (const ArraSource *source, const char *name)
{
  guint64 hash = source->salt;

  for (; *name != '\0'; name++)
    {
      hash = (hash ^ (guchar) *name) * G_GUINT64_CONSTANT (0x9E3779B97F4A7C15);
      hash ^= hash >> 29;
    }
  return hash;
}

/* The place of @name in the table, or the free one where it would go. */
static gsize
place_of (const ArraSource *source, const char *name)
{
  gsize mask = source->table_size - 1;
  gsize place = hash_name (source, name) & mask;

  while (source->table[place] != 0
         && strcmp (source->names + source->entries[source->table[place] - 1].name, name) != 0)
    place = (place + 1) & mask;
  return place;
}

static const Entry *
find_entry (const ArraSource *source, const char *name)
{
  gsize index = source->table_size > 0 ? source->table[place_of (source, name)] : 0;

  return index > 0 ? &source->entries[index - 1] : NULL;
}

const ArraTensor *
arra_source_find (const ArraSource *source, const char *name)
{
  const Entry *entry;

  g_return_val_if_fail (source != NULL && name != NULL, NULL);
  entry = find_entry (source, name);
  return entry != NULL ? &entry->tensor : NULL;
}

gsize
arra_source_count (const ArraSource *source)
{
  return source->n_entries;
}

const char *
arra_source_name (const ArraSource *source, gsize index)
{
  g_return_val_if_fail (index < source->n_entries, NULL);
  return source->names + source->entries[index].name;
}

const ArraTensor *
arra_source_tensor (const ArraSource *source, gsize index)
{
  g_return_val_if_fail (index < source->n_entries, NULL);
  return &source->entries[index].tensor;
}

static const char *
file_path (const ArraSource *source, guint file)
{
  return arra_mapping_path (g_ptr_array_index (source->files, file));
}

const char *
arra_source_file_of (const ArraSource *source, const char *name)
{
  const Entry *entry = find_entry (source, name);

  return entry != NULL ? file_path (source, entry->file) : NULL;
}

guint64
arra_source_mapped_bytes (const ArraSource *source)
{
  guint64 sum = 0;

  for (guint i = 0; i < source->files->len; i++)
    sum += arra_mapping_size (g_ptr_array_index (source->files, i));
  return sum;
}

gboolean
arra_source_check (const ArraSource *source, GError **error)
{
  for (guint i = 0; i < source->files->len; i++)
    if (!arra_mapping_check (g_ptr_array_index (source->files, i), error))
      return FALSE;
  return TRUE;
}

gboolean
arra_source_add_file (ArraSource *source, ArraMapping *mapping, guint *file_index, GError **error)
{
  g_return_val_if_fail (source != NULL && mapping != NULL && file_index != NULL, FALSE);
  *file_index = source->files->len;
  g_ptr_array_add (source->files, arra_mapping_ref (mapping));
  return TRUE;
}

void
arra_source_add_memory (ArraSource *source, void *owned)
{
  g_return_if_fail (source != NULL && owned != NULL);
  source->owned = g_slist_prepend (source->owned, owned);
}

/* Makes room for @needed elements of @size bytes in *@block, at least doubling it. */
static gboolean
grow (void *block, gsize *room, gsize needed, gsize size, GError **error)
{
  void **place = block;
  gsize wanted = MAX (needed, 2 * *room);
  void *grown;

  if (needed <= *room)
    return TRUE;
  grown = arra_mem_resize (*place, wanted, size, "table of tensors", error);
  if (grown == NULL)
    return FALSE;
  *place = grown;
  *room = wanted;
  return TRUE;
}

static gboolean
grow_table (ArraSource *source, GError **error)
{
  gsize size = MAX (2 * source->table_size, 64);
  gsize *table;

  if (2 * (source->n_entries + 1) <= source->table_size)
    return TRUE;
  table = arra_mem_new0 (size, sizeof *table, "table of tensors", error);
  if (table == NULL)
    return FALSE;
  arra_mem_free (source->table);
  source->table = table;
  source->table_size = size;
  for (gsize i = 0; i < source->n_entries; i++)
    table[place_of (source, source->names + source->entries[i].name)] = i + 1;
  return TRUE;
}

static gboolean
has_control_character (const char *name)
{
  for (; *name != '\0'; name++)
    if (g_ascii_iscntrl (*name))
      return TRUE;
  return FALSE;
}

gboolean
arra_source_add (
    ArraSource *source, guint file_index, const char *name, const ArraTensor *tensor, GError **error)
{
  gsize length, place;

  g_return_val_if_fail (source != NULL && name != NULL && tensor != NULL && file_index < source->files->len,
                        FALSE);
  length = strlen (name) + 1;
  if (has_control_character (name))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: invalid name of a tensor: it has control characters",
                      file_path (source, file_index));
  if (!grow (&source->entries, &source->entries_room, source->n_entries + 1, sizeof (Entry), error)
      || !grow (&source->names, &source->names_room, source->names_size + length, 1, error)
      || !grow_table (source, error))
    return FALSE;
  place = place_of (source, name);
  if (source->table[place] != 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: duplicate tensor '%s'",
                      file_path (source, file_index), name);
  memcpy (source->names + source->names_size, name, length);
  source->entries[source->n_entries]
      = (Entry){ .name = source->names_size, .file = file_index, .tensor = *tensor };
  source->names_size += length;
  source->table[place] = ++source->n_entries;
  return TRUE;
}
