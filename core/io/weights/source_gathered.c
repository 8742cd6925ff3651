/* source_gathered.c - tensors that lie in pieces, put together as they are read
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "source_private.h"

#include <string.h>

gboolean
arra_source_add_gathered (ArraSource *source,
                          guint file_index,
                          const char *name,
                          const ArraTensor *tensor,
                          ArraGathered *gathered,
                          GError **error)
{
  ArraTensor nowhere = *tensor;

  g_return_val_if_fail (gathered != NULL && gathered->read != NULL && gathered->release != NULL, FALSE);
  nowhere.data = NULL;
  arra_source_add_memory (source, gathered);
  if (!arra_source_add (source, file_index, name, &nowhere, error))
    return FALSE;
  source->entries[source->n_entries - 1].gathered = gathered;
  return TRUE;
}

gboolean
arra_source_is_aligned (const ArraTensor *tensor)
{
  const ArraDTypeTraits *traits = arra_dtype_traits (tensor->dtype);

  return traits->block > 1 || (guintptr) tensor->data % traits->bytes == 0;
}

gboolean
arra_source_is_gathered (const ArraSource *source, const ArraTensor *tensor)
{
  const ArraSourceEntry *entry = arra_source_entry_with (source, tensor);

  return entry->gathered != NULL || entry->unaligned;
}

const void *
arra_source_bytes (const ArraSource *source, const ArraTensor *tensor, gsize first, gsize n, void *buffer)
{
  const ArraSourceEntry *entry = arra_source_entry_with (source, tensor);
  const guint8 *bytes = (const guint8 *) tensor->data;

  g_assert (first <= tensor->n_bytes && n <= tensor->n_bytes - first);
  if (entry->gathered != NULL)
    entry->gathered->read (entry->gathered, first, n, buffer);
  else if (entry->unaligned)
    memcpy (buffer, bytes + first, n);
  else
    return bytes + first;
  return buffer;
}

/* Bytes of @count numbers, a multiple of the type's block */
static gsize
bytes_of (ArraDType dtype, gsize count)
{
  const gint64 shape = (gint64) count;
  gsize n_bytes = 0;

  arra_tensor_bytes (dtype, 1, &shape, &n_bytes);
  return n_bytes;
}

ArraTensor
arra_source_part (const ArraSource *source, const ArraTensor *tensor, gsize first, gsize count, void *buffer)
{
  ArraTensor part = { .dtype = tensor->dtype, .n_dims = 1, .shape = { (gint64) count } };

  part.n_bytes = bytes_of (part.dtype, count);
  part.data = arra_source_bytes (source, tensor, bytes_of (part.dtype, first), part.n_bytes, buffer);
  return part;
}

void
arra_source_release (const ArraSource *source, const ArraTensor *tensor, gsize first, gsize count)
{
  const ArraGathered *gathered = arra_source_entry_with (source, tensor)->gathered;
  const gsize begin = bytes_of (tensor->dtype, first), n = bytes_of (tensor->dtype, count);

  if (gathered != NULL)
    gathered->release (gathered, begin, n);
  else
    arra_mapping_release ((const guint8 *) tensor->data + begin, n);
}
