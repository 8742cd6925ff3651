/* safetensors_write.c - writer of safetensors files
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "safetensors.h"

#include <string.h>

#include "fail.h"

static const gsize widths[] = { 8, 4, 2, 1 };

static void
append_quoted (GString *text, const char *plain)
{
  g_string_append_c (text, '"');
  for (; *plain != '\0'; plain++)
    if (*plain == '"' || *plain == '\\')
      g_string_append_printf (text, "\\%c", *plain);
    else
      g_string_append_c (text, *plain);
  g_string_append_c (text, '"');
}

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
append_entry (GString *header, const ArraNamedTensor *named, gsize offset)
{
  const ArraTensor *tensor = &named->tensor;

  if (header->len > 1)
    g_string_append_c (header, ',');
  append_quoted (header, named->name);
  g_string_append_printf (header, ":{\"dtype\":\"%s\",\"shape\":[", arra_dtype_name (tensor->dtype));
  for (guint i = 0; i < tensor->n_dims; i++)
    g_string_append_printf (header, i > 0 ? ",%" G_GINT64_FORMAT : "%" G_GINT64_FORMAT, tensor->shape[i]);
  g_string_append_printf (header, "],\"data_offsets\":[%" G_GSIZE_FORMAT ",%" G_GSIZE_FORMAT "]}", offset,
                          offset + tensor->n_bytes);
}

/* Padded with spaces, so that the data begin at a multiple of 8. */
static GString *
header_new (const ArraNamedTensor *tensors, gsize n_tensors, const gsize *offsets)
{
  GString *header = g_string_new ("{");

  for (gsize i = 0; i < n_tensors; i++)
    append_entry (header, &tensors[i], offsets[i]);
  g_string_append_c (header, '}');
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
