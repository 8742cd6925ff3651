/* source.c - named tensors over mapped files, found by name through a hash table
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "source_private.h"

#include <string.h>

#include "fail.h"
#include "mem.h"

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
  g_slist_free_full (source->held, (GDestroyNotify) arra_source_unref);
  arra_mem_free (source->entries);
  arra_mem_free (source->names);
  arra_mem_free (source->table);
  arra_source_unref (source->absent);
  g_free (source->note);
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

static const ArraSourceEntry *
find_entry (const ArraSource *source, const char *name)
{
  gsize index = source->table_size > 0 ? source->table[place_of (source, name)] : 0;

  return index > 0 ? &source->entries[index - 1] : NULL;
}

const ArraTensor *
arra_source_find (const ArraSource *source, const char *name)
{
  const ArraSourceEntry *entry;

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
  const ArraSourceEntry *entry = find_entry (source, name);

  return entry != NULL ? file_path (source, entry->file) : NULL;
}

const ArraSourceEntry *
arra_source_entry_with (const ArraSource *source, const ArraTensor *tensor)
{
  const ArraSourceEntry *entry
      = (const ArraSourceEntry *) (const void *) ((const char *) tensor - G_STRUCT_OFFSET (ArraSourceEntry, tensor));

  g_assert (entry >= source->entries && entry < source->entries + source->n_entries);
  return entry;
}

const char *
arra_source_file_with (const ArraSource *source, const ArraTensor *tensor)
{
  return file_path (source, arra_source_entry_with (source, tensor)->file);
}

gboolean
arra_source_is_absent (const ArraSource *source, const char *name, GError **error)
{
  const ArraSourceEntry *entry = source->absent != NULL ? find_entry (source->absent, name) : NULL;

  if (entry != NULL)
    arra_set_error (error, entry->code, "%s: tensor \"%s\" %s", file_path (source, entry->file), name,
                    source->absent->names + entry->why);
  return entry != NULL;
}

const char *
arra_source_note (const ArraSource *source)
{
  return source->note;
}

void
arra_source_set_note (ArraSource *source, const char *note)
{
  g_free (source->note);
  source->note = g_strdup (note);
}

char *
arra_source_find_prefix (const ArraSource *source, const char *mark)
{
  for (gsize i = 0; i < arra_source_count (source); i++)
    {
      const char *name = arra_source_name (source, i);
      gsize rest = strlen (name) - MIN (strlen (name), strlen (mark));

      if (g_str_has_suffix (name, mark) && (rest == 0 || name[rest - 1] == '.'))
        return g_strndup (name, rest);
    }
  return NULL;
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
  for (const GSList *held = source->held; held != NULL; held = held->next)
    if (!arra_source_check (held->data, error))
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

void
arra_source_hold (ArraSource *source, ArraSource *other)
{
  g_return_if_fail (source != NULL && other != NULL && source != other);
  source->held = g_slist_prepend (source->held, arra_source_ref (other));
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

/* Appends a copy of @text to the names, from *@offset on. */
static gboolean
keep_text (ArraSource *source, const char *text, gsize *offset, GError **error)
{
  gsize length = strlen (text) + 1;

  if (!grow (&source->names, &source->names_room, source->names_size + length, 1, error))
    return FALSE;
  memcpy (source->names + source->names_size, text, length);
  *offset = source->names_size;
  source->names_size += length;
  return TRUE;
}

/* Adds @entry under @name. @path starts messages. */
static gboolean
add_entry (ArraSource *source, const char *path, const char *name, ArraSourceEntry entry, GError **error)
{
  gsize place;

  if (has_control_character (name))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: invalid name of a tensor: it has control characters", path);
  if (!grow (&source->entries, &source->entries_room, source->n_entries + 1, sizeof (ArraSourceEntry), error)
      || !grow_table (source, error))
    return FALSE;
  place = place_of (source, name);
  if (source->table[place] != 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: duplicate tensor '%s'", path, name);
  if (!keep_text (source, name, &entry.name, error))
    return FALSE;
  source->entries[source->n_entries] = entry;
  source->table[place] = ++source->n_entries;
  return TRUE;
}

gboolean
arra_source_add (ArraSource *source, guint file_index, const char *name, const ArraTensor *tensor, GError **error)
{
  g_return_val_if_fail (source != NULL && name != NULL && tensor != NULL && file_index < source->files->len, FALSE);
  return add_entry (
      source, file_path (source, file_index), name,
      (ArraSourceEntry) { .file = file_index, .tensor = *tensor, .unaligned = !arra_source_is_aligned (tensor) },
      error);
}

/* One reason often holds for many tensors in a row: it is kept once. */
static gboolean
keep_reason (ArraSource *absent, const char *why, gsize *offset, GError **error)
{
  if (absent->n_entries > 0)
    {
      *offset = absent->entries[absent->n_entries - 1].why;
      if (strcmp (absent->names + *offset, why) == 0)
        return TRUE;
    }
  return keep_text (absent, why, offset, error);
}

gboolean
arra_source_add_absent (ArraSource *source,
                        guint file_index,
                        const char *name,
                        ArraError code,
                        const char *why,
                        GError **error)
{
  ArraSourceEntry entry = { .file = file_index, .code = code };

  g_return_val_if_fail (source != NULL && name != NULL && why != NULL && file_index < source->files->len, FALSE);
  if (find_entry (source, name) != NULL)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: duplicate tensor '%s'", file_path (source, file_index),
                      name);
  if (source->absent == NULL)
    source->absent = arra_source_new ();
  return keep_reason (source->absent, why, &entry.why, error)
         && add_entry (source->absent, file_path (source, file_index), name, entry, error);
}
