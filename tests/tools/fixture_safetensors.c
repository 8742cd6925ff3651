/* fixture_safetensors.c - safetensors of random values, streamed to the disk
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture_private.h"

#include <string.h>

#include "fail.h"
#include "kernels.h"
#include "mapping.h"
#include "mem.h"

#define CHUNK ((gsize) 1 << 20) /* elements written at a time */
#define TABLE 65536             /* values a tensor may take */

static gsize
element_size (ArraDType dtype)
{
  return dtype == ARRA_F32 ? 4 : 2;
}

static guint64
bytes_of (const FixtureTensor *tensor, ArraDType dtype)
{
  guint64 bytes = element_size (dtype);

  for (guint d = 0; d < tensor->n_dims; d++)
    bytes *= (guint64) tensor->shape[d];
  return bytes;
}

static GString *
make_header (GArray *tensors, guint first, guint end, ArraDType dtype)
{
  GString *header = g_string_new ("{\"__metadata__\":{\"format\":\"pt\"}");
  guint64 offset = 0;

  for (guint i = first; i < end; i++)
    {
      const FixtureTensor *tensor = &g_array_index (tensors, FixtureTensor, i);
      guint64 bytes = bytes_of (tensor, dtype);

      g_string_append_printf (header, ",\"%s\":{\"dtype\":\"%s\",\"shape\":[", tensor->name, arra_dtype_name (dtype));
      for (guint d = 0; d < tensor->n_dims; d++)
        g_string_append_printf (header, "%s%" G_GINT64_FORMAT, d == 0 ? "" : ",", tensor->shape[d]);
      g_string_append_printf (header, "],\"data_offsets\":[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]}", offset,
                              offset + bytes);
      offset += bytes;
    }
  g_string_append_c (header, '}');
  while (header->len % 8 != 0)
    g_string_append_c (header, ' ');
  return header;
}

static void
fill_table (const FixtureTensor *tensor, ArraDType dtype, void *table)
{
  for (guint i = 0; i < TABLE; i++)
    {
      float value = tensor->centre + tensor->spread * (((float) i + 0.5f) / (TABLE / 2) - 1);

      if (dtype == ARRA_F32)
        ((float *) table)[i] = value;
      else
        ((guint16 *) table)[i] = dtype == ARRA_F16 ? arra_float_to_half (value) : arra_float_to_bf16 (value);
    }
}

/* xorshift64: quick, and good enough to fill weights */
static guint64
next_random (guint64 *state)
{
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static void
fill_chunk (void *chunk, gsize n, const void *table, gsize size, guint64 *state)
{
  for (gsize i = 0; i < n; i += 4)
    {
      guint64 bits = next_random (state);

      for (gsize j = 0; j < 4 && i + j < n; j++, bits >>= 16)
        if (size == 4)
          ((guint32 *) chunk)[i + j] = ((const guint32 *) table)[bits & 0xffff];
        else
          ((guint16 *) chunk)[i + j] = ((const guint16 *) table)[bits & 0xffff];
    }
}

static gboolean
write_tensor (ArraAtomicFile *file,
              const FixtureTensor *tensor,
              ArraDType dtype,
              guint64 seed,
              void *table,
              void *chunk,
              GError **error)
{
  gsize size = element_size (dtype);
  guint64 state = ((guint64) g_str_hash (tensor->name) << 32 | g_str_hash (tensor->name)) ^ (seed * 0x9e3779b97f4a7c15u)
                  ^ 0x5851f42d;

  if (state == 0)
    state = 1;
  fill_table (tensor, dtype, table);
  for (guint64 left = bytes_of (tensor, dtype) / size; left > 0;)
    {
      gsize n = (gsize) MIN (left, CHUNK);

      fill_chunk (chunk, n, table, size, &state);
      if (!arra_atomic_file_write (file, chunk, n * size, error))
        return FALSE;
      left -= n;
    }
  return TRUE;
}

gboolean
fixture_write_safetensors (const char *path,
                           GArray *tensors,
                           guint first,
                           guint end,
                           ArraDType dtype,
                           guint64 seed,
                           GError **error)
{
  g_autoptr (ArraAtomicFile) file = arra_atomic_file_new (path, error);
  g_autoptr (GString) header = make_header (tensors, first, end, dtype);
  guint64 length = GUINT64_TO_LE (header->len);
  g_automem void *table = arra_mem_new (TABLE, 4, "random values", error);
  g_automem void *chunk = table == NULL ? NULL : arra_mem_new (CHUNK, 4, "random weights", error);

  if (file == NULL || chunk == NULL || !arra_atomic_file_write (file, &length, sizeof length, error)
      || !arra_atomic_file_write (file, header->str, header->len, error))
    return FALSE;
  for (guint i = first; i < end; i++)
    if (!write_tensor (file, &g_array_index (tensors, FixtureTensor, i), dtype, seed, table, chunk, error))
      return FALSE;
  return arra_atomic_file_commit (file, error);
}
