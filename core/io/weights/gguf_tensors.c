/* gguf_tensors.c - the tensors that a GGUF file's header describes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gguf_reader.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "mem.h"

static gboolean
fail_tensor (const ArraGgufReader *reader, GError **error, const char *name, const char *fault)
{
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: tensor '%s': %s", reader->path, name, arra_translate (fault));
}

static gboolean
read_name (ArraGgufReader *reader, ArraGgufItem *item, GError **error)
{
  gsize start, length;

  if (!arra_gguf_skip_string (reader, &start, &length, error))
    return FALSE;
  if (length == 0 || length > ARRA_GGUF_MAX_NAME)
    return arra_gguf_fail (reader, error, "invalid length of a tensor's name");
  memcpy (item->name, reader->bytes + start, length);
  item->name[length] = '\0';
  if (!g_utf8_validate_len (item->name, length, NULL))
    return arra_gguf_fail (reader, error, "invalid UTF-8 in a tensor's name");
  return TRUE;
}

/* Sizes are stored fastest first. */
static gboolean
read_shape (ArraGgufReader *reader, ArraGgufItem *item, GError **error)
{
  guint32 n_dims;
  guint64 size;

  if (!arra_gguf_read_u32 (reader, &n_dims, error))
    return FALSE;
  if (n_dims > ARRA_GGUF_MAX_DIMS)
    return fail_tensor (reader, error, item->name, "invalid shape: too many dimensions");
  item->tensor.n_dims = n_dims;
  for (guint i = n_dims; i-- > 0;)
    {
      if (!arra_gguf_read_u64 (reader, &size, error))
        return FALSE;
      if (size > G_MAXINT64)
        return fail_tensor (reader, error, item->name, "invalid shape: too large");
      item->tensor.shape[i] = (gint64) size;
    }
  return TRUE;
}

static gboolean
read_item (ArraGgufReader *reader, ArraGgufItem *item, GError **error)
{
  ArraTensor *tensor = &item->tensor;

  memset (item, 0, sizeof *item);
  if (!read_name (reader, item, error) || !read_shape (reader, item, error)
      || !arra_gguf_read_u32 (reader, &item->number, error) || !arra_gguf_read_u64 (reader, &item->offset, error))
    return FALSE;
  item->is_unknown = !arra_dtype_from_gguf (item->number, &tensor->dtype);
  if (item->is_unknown)
    return TRUE;
  if (!arra_tensor_bytes (tensor->dtype, tensor->n_dims, tensor->shape, &tensor->n_bytes))
    return fail_tensor (reader, error, item->name, "invalid shape: too large, or not a multiple of the block");
  return TRUE;
}

static gboolean
read_items (ArraGgufReader *reader, GError **error)
{
  reader->items = arra_mem_new (reader->n_tensors, sizeof (ArraGgufItem), reader->path, error);
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
  const ArraGgufItem *x = a, *y = b;

  if (x->offset != y->offset)
    return x->offset < y->offset ? -1 : 1;
  return x->tensor.n_bytes < y->tensor.n_bytes ? -1 : x->tensor.n_bytes > y->tensor.n_bytes;
}

/* Sorts the tensors by offset and finds their data. */
static gboolean
place_items (ArraGgufReader *reader, GError **error)
{
  guint64 start = arra_gguf_align (reader->at, reader->alignment);
  guint64 room = start < reader->size ? reader->size - start : 0, end = 0;

  reader->gguf->header_size = MIN (start, reader->size);
  if (reader->n_tensors > 0 && start > reader->size)
    return arra_gguf_fail (reader, error, "truncated: it ends before its tensors");
  qsort (reader->items, reader->n_tensors, sizeof (ArraGgufItem), compare_items);
  for (gsize i = 0; i < reader->n_tensors; i++)
    {
      ArraGgufItem *item = &reader->items[i];

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
add_item (const ArraGgufItem *item, ArraSource *source, guint file, GError **error)
{
  const char *type = arra_gguf_type_name (item->number);
  g_autofree char *why = NULL;

  if (!item->is_unknown)
    return arra_source_add (source, file, item->name, &item->tensor, error);
  why = type != NULL
            ? g_strdup_printf (
                  arra_translate (
                      "has the type %s, which is not supported: only F32, F16, BF16, Q8_0, Q6_K, Q4_K and Q4_0 are"),
                  type)
            : g_strdup_printf (arra_translate ("has the type %u, which is not supported"), item->number);
  return arra_source_add_absent (source, file, item->name, ARRA_ERROR_UNSUPPORTED, why, error);
}

static gboolean
add_items (ArraGgufReader *reader, GError **error)
{
  ArraSource *source = reader->gguf->source;
  guint file;

  if (!arra_source_add_file (source, reader->gguf->mapping, &file, error))
    return FALSE;
  for (gsize i = 0; i < reader->n_tensors; i++)
    if (!add_item (&reader->items[i], source, file, error))
      return FALSE;
  return arra_mapping_check (reader->gguf->mapping, error);
}

gboolean
arra_gguf_read_tensors (ArraGgufReader *reader, GError **error)
{
  return read_items (reader, error) && place_items (reader, error) && add_items (reader, error);
}
