/* safetensors_write.c - writer of safetensors files
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "safetensors.h"

#include <string.h>

#include "fail.h"
#include "jsonwriter.h"

static const gsize widths[] = { 8, 4, 2, 1 };

static gboolean
check_tensor (const char *path, const ArraNamedTensor *named, GHashTable *seen, GError **error)
{
  const ArraTensor *tensor = &named->tensor;
  gsize n_bytes;

  for (const char *c = named->name; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: invalid name of a tensor: it has control characters", path);
  if (!g_utf8_validate (named->name, -1, NULL) || strcmp (named->name, "__metadata__") == 0)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: invalid name of a tensor", path);
  if (!g_hash_table_add (seen, (gpointer) named->name))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: duplicate tensor '%s'", path, named->name);
  if (arra_safetensors_element_size (tensor->dtype) == 0)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: tensor '%s': %s is not supported by safetensors", path,
                      named->name, arra_dtype_name (tensor->dtype));
  if (tensor->n_dims > ARRA_MAX_DIMS || !arra_tensor_bytes (tensor->dtype, tensor->n_dims, tensor->shape, &n_bytes)
      || n_bytes != tensor->n_bytes)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: tensor '%s': invalid shape or size", path, named->name);
  return TRUE;
}

/* Where tensor @index lies: after all wider ones and those of its own width before it. */
static gboolean
lay_out (const ArraNamedTensor *tensors, gsize n_tensors, gsize *offsets)
{
  gsize at = 0;

  for (guint w = 0; w < G_N_ELEMENTS (widths); w++)
    for (gsize i = 0; i < n_tensors; i++)
      if (arra_safetensors_element_size (tensors[i].tensor.dtype) == widths[w])
        {
          offsets[i] = at;
          if (!arra_size_add (at, tensors[i].tensor.n_bytes, &at))
            return FALSE;
        }
  return TRUE;
}

static void
put_entry (ArraJsonWriter *json, const ArraNamedTensor *named, gsize offset)
{
  const ArraTensor *tensor = &named->tensor;

  arra_json_begin_object (json, named->name);
  arra_json_put_string (json, "dtype", arra_dtype_name (tensor->dtype));
  arra_json_begin_array (json, "shape");
  for (guint i = 0; i < tensor->n_dims; i++)
    arra_json_put_int (json, NULL, tensor->shape[i]);
  arra_json_end_array (json);
  arra_json_begin_array (json, "data_offsets");
  arra_json_put_uint (json, NULL, offset);
  arra_json_put_uint (json, NULL, offset + tensor->n_bytes);
  arra_json_end_array (json);
  arra_json_end_object (json);
}

/* Padded with spaces, so that the data begin at a multiple of 8. */
static GString *
header_new (const ArraNamedTensor *tensors, gsize n_tensors, const gsize *offsets)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_COMPACT);
  GString *header;

  arra_json_begin_object (json, NULL);
  for (gsize i = 0; i < n_tensors; i++)
    put_entry (json, &tensors[i], offsets[i]);
  arra_json_end_object (json);
  header = g_string_new (arra_json_writer_text (json));
  while (header->len % 8 != 0)
    g_string_append_c (header, ' ');
  return header;
}

static gboolean
write_data (ArraAtomicFile *file, const ArraNamedTensor *tensors, gsize n_tensors, const gsize *offsets, GError **error)
{
  guint64 start = arra_atomic_file_tell (file);

  for (gsize i = 0; i < n_tensors; i++)
    if (!arra_atomic_file_write_at (file, start + offsets[i], tensors[i].tensor.data, tensors[i].tensor.n_bytes, error))
      return FALSE;
  return TRUE;
}

gboolean
arra_safetensors_write (const char *path, const ArraNamedTensor *tensors, gsize n_tensors, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree gsize *offsets = g_new (gsize, n_tensors);
  g_autoptr (ArraAtomicFile) file = NULL;
  g_autoptr (GString) header = NULL;
  guint64 prefix;

  g_return_val_if_fail (path != NULL && (tensors != NULL || n_tensors == 0), FALSE);
  for (gsize i = 0; i < n_tensors; i++)
    if (!check_tensor (path, &tensors[i], seen, error))
      return FALSE;
  if (!lay_out (tensors, n_tensors, offsets))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: invalid size: more than memory can hold", path);
  header = header_new (tensors, n_tensors, offsets);
  if (header->len > ARRA_SAFETENSORS_MAX_HEADER)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: invalid header: too many tensors", path);
  prefix = GUINT64_TO_LE ((guint64) header->len);
  file = arra_atomic_file_new (path, error);
  return file != NULL && arra_atomic_file_write (file, &prefix, sizeof prefix, error)
         && arra_atomic_file_write (file, header->str, header->len, error)
         && write_data (file, tensors, n_tensors, offsets, error) && arra_atomic_file_commit (file, error);
}
