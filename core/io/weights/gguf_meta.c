/* gguf_meta.c - a GGUF file's metadata by key, and the hash of its data
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gguf_format.h"

#include <math.h>
#include <string.h>

#include "fail.h"

#define HASH_PIECE ((gsize) 1 << 20) /* bytes hashed between two looks at the cancellable */
#define MAX_STRING ((gsize) 1 << 20) /* bytes of one string of an array */

ArraSource *
arra_gguf_source (ArraGguf *gguf)
{
  return gguf->source;
}

const char *
arra_gguf_path (const ArraGguf *gguf)
{
  return arra_mapping_path (gguf->mapping);
}

gsize
arra_gguf_header_size (const ArraGguf *gguf)
{
  return gguf->header_size;
}

const guint8 *
arra_gguf_data (const ArraGguf *gguf)
{
  return arra_mapping_data (gguf->mapping);
}

gsize
arra_gguf_size (const ArraGguf *gguf)
{
  return arra_mapping_size (gguf->mapping);
}

const ArraGgufEntry *
arra_gguf_find (const ArraGguf *gguf, const char *key)
{
  gsize low = 0, high = gguf->n_entries;

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;
      int order = strcmp (key, gguf->keys + gguf->entries[middle].key);

      if (order == 0)
        return &gguf->entries[middle];
      if (order < 0)
        high = middle;
      else
        low = middle + 1;
    }
  return NULL;
}

gboolean
arra_gguf_has (const ArraGguf *gguf, const char *key)
{
  return arra_gguf_find (gguf, key) != NULL;
}

static const ArraGgufEntry *
needed_entry (const ArraGguf *gguf, const char *key, GError **error)
{
  const ArraGgufEntry *entry = arra_gguf_find (gguf, key);

  if (entry == NULL)
    arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: key '%s' is missing", arra_gguf_path (gguf), key);
  return entry;
}

static gboolean
fail_key (const ArraGguf *gguf, GError **error, const char *key, const char *fault)
{
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: key '%s': %s", arra_gguf_path (gguf), key,
                    arra_translate (fault));
}

/* Copies a scalar's bytes into the low end of *@out. */
static void
load (const ArraGguf *gguf, const ArraGgufEntry *entry, void *out)
{
  memcpy (out, arra_gguf_data (gguf) + entry->at, arra_gguf_type_size (entry->type));
}

/* A signed scalar's value; unsigned ones are done by zero extension. */
static gint64
signed_value (ArraGgufType type, guint64 bits)
{
  switch (type)
    {
    case ARRA_GGUF_I8:
      return (gint8) bits;
    case ARRA_GGUF_I16:
      return (gint16) bits;
    case ARRA_GGUF_I32:
      return (gint32) bits;
    case ARRA_GGUF_I64:
      return (gint64) bits;
    default:
      return 0;
    }
}

static gboolean
is_integer (ArraGgufType type)
{
  return type <= ARRA_GGUF_I32 || type == ARRA_GGUF_U64 || type == ARRA_GGUF_I64;
}

gboolean
arra_gguf_get_uint (const ArraGguf *gguf, const char *key, guint64 max, guint64 *out, GError **error)
{
  const ArraGgufEntry *entry = needed_entry (gguf, key, error);
  guint64 value = 0;

  if (entry == NULL)
    return FALSE;
  if (!is_integer (entry->type))
    return fail_key (gguf, error, key, "wrong type: it must be an integer");
  load (gguf, entry, &value);
  if (signed_value (entry->type, value) < 0 || value > max)
    return fail_key (gguf, error, key, "out of range");
  *out = value;
  return TRUE;
}

gboolean
arra_gguf_get_double (const ArraGguf *gguf, const char *key, double *out, GError **error)
{
  const ArraGgufEntry *entry = needed_entry (gguf, key, error);
  float single = 0;
  double value = 0;

  if (entry == NULL)
    return FALSE;
  if (entry->type != ARRA_GGUF_F32 && entry->type != ARRA_GGUF_F64)
    return fail_key (gguf, error, key, "wrong type: it must be a floating-point number");
  if (entry->type == ARRA_GGUF_F32)
    {
      load (gguf, entry, &single);
      value = single;
    }
  else
    load (gguf, entry, &value);
  if (!isfinite (value))
    return fail_key (gguf, error, key, "out of range: not a finite number");
  *out = value;
  return TRUE;
}

gboolean
arra_gguf_get_bool (const ArraGguf *gguf, const char *key, gboolean *out, GError **error)
{
  const ArraGgufEntry *entry = needed_entry (gguf, key, error);
  guint8 value = 0;

  if (entry == NULL)
    return FALSE;
  if (entry->type != ARRA_GGUF_BOOL)
    return fail_key (gguf, error, key, "wrong type: it must be a truth value");
  load (gguf, entry, &value);
  if (value > 1)
    return fail_key (gguf, error, key, "invalid truth value");
  *out = value;
  return TRUE;
}

gboolean
arra_gguf_get_string (const ArraGguf *gguf, const char *key, const char **text, gsize *length, GError **error)
{
  const ArraGgufEntry *entry = needed_entry (gguf, key, error);
  const char *start;

  if (entry == NULL)
    return FALSE;
  if (entry->type != ARRA_GGUF_STRING)
    return fail_key (gguf, error, key, "wrong type: it must be a string");
  start = (const char *) arra_gguf_data (gguf) + entry->at;
  if (!g_utf8_validate_len (start, entry->count, NULL))
    return fail_key (gguf, error, key, "invalid UTF-8");
  *text = start;
  *length = entry->count;
  return TRUE;
}

static const ArraGgufEntry *
needed_array (const ArraGguf *gguf, const char *key, ArraGgufType items, const char *wrong, GError **error)
{
  const ArraGgufEntry *entry = needed_entry (gguf, key, error);

  if (entry == NULL || (entry->type == ARRA_GGUF_ARRAY && entry->items == items))
    return entry;
  fail_key (gguf, error, key, wrong);
  return NULL;
}

/* A copy of the string at *@at, which moves past it; NULL when it is not one. The bounds are checked again, for the
 * mapped file may have changed since it was opened. */
static char *
copy_string (const ArraGguf *gguf, gsize *at)
{
  const guint8 *bytes = arra_gguf_data (gguf);
  gsize left = arra_gguf_size (gguf) - *at;
  g_autofree char *copy = NULL;
  guint64 length;

  if (left < sizeof length)
    return NULL;
  memcpy (&length, bytes + *at, sizeof length);
  if (length > left - sizeof length || length > MAX_STRING)
    return NULL;
  copy = g_strndup ((const char *) bytes + *at + sizeof length, (gsize) length);
  *at += sizeof length + (gsize) length;
  return g_utf8_validate_len (copy, (gsize) length, NULL) ? g_steal_pointer (&copy) : NULL;
}

char **
arra_gguf_get_strings (const ArraGguf *gguf, const char *key, gsize max, GError **error)
{
  const ArraGgufEntry *entry
      = needed_array (gguf, key, ARRA_GGUF_STRING, "wrong type: it must be an array of strings", error);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  gsize at, total = 0;

  if (entry == NULL)
    return NULL;
  if (entry->count > max)
    {
      fail_key (gguf, error, key, "out of range: too many strings");
      return NULL;
    }
  at = entry->at;
  for (gsize i = 0; i < entry->count; i++)
    {
      g_autofree char *copy = copy_string (gguf, &at);

      if (copy == NULL || (total += strlen (copy)) > MAX_STRING)
        {
          fail_key (gguf, error, key, "invalid string: not UTF-8, or too long");
          return NULL;
        }
      g_strv_builder_add (builder, copy);
    }
  return g_strv_builder_end (builder);
}

gboolean
arra_gguf_get_bytes (const ArraGguf *gguf, const char *key, const guint8 **bytes, gsize *length, GError **error)
{
  const ArraGgufEntry *entry
      = needed_array (gguf, key, ARRA_GGUF_U8, "wrong type: it must be an array of bytes", error);

  if (entry == NULL)
    return FALSE;
  *bytes = arra_gguf_data (gguf) + entry->at;
  *length = entry->count;
  return TRUE;
}

char *
arra_gguf_data_sha256 (ArraGguf *gguf, GCancellable *cancellable, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize size = arra_gguf_size (gguf);

  for (gsize at = gguf->header_size; at < size; at += MIN (HASH_PIECE, size - at))
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      g_checksum_update (sum, arra_gguf_data (gguf) + at, (gssize) MIN (HASH_PIECE, size - at));
    }
  if (!arra_mapping_check (gguf->mapping, error))
    return NULL;
  return g_strdup (g_checksum_get_string (sum));
}
