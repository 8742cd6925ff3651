/* tensor.c - sizes, shapes and widening of tensor views
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tensor.h"

#include <stdarg.h>
#include <string.h>

#include "dtype_kernels.h"
#include "fail.h"

static gboolean
whole_blocks (ArraDType dtype, guint n_dims, const gint64 *shape)
{
  gsize block = arra_dtype_traits (dtype)->block;

  return block == 1 || (n_dims > 0 && shape[n_dims - 1] % (gint64) block == 0);
}

gboolean
arra_tensor_has_blocks (const ArraTensor *tensor, ArraDType dtype)
{
  return whole_blocks (dtype, tensor->n_dims, tensor->shape);
}

gboolean
arra_tensor_bytes (ArraDType dtype, guint n_dims, const gint64 *shape, gsize *n_bytes)
{
  const ArraDTypeTraits *traits = arra_dtype_traits (dtype);
  gsize count = 1;

  for (guint i = 0; i < n_dims; i++)
    if (shape[i] < 0 || !arra_size_mul (count, (gsize) shape[i], &count))
      return FALSE;
  return whole_blocks (dtype, n_dims, shape) && arra_size_mul (count / traits->block, traits->bytes, n_bytes);
}

gsize
arra_tensor_count (const ArraTensor *tensor)
{
  gsize count = 1;

  for (guint i = 0; i < tensor->n_dims; i++)
    count *= (gsize) tensor->shape[i];
  return count;
}

guint
arra_tensor_side (const ArraTensor *tensor, guint dim)
{
  gint64 side = tensor != NULL && tensor->n_dims > dim ? tensor->shape[dim] : 0;

  return side > 0 && side <= G_MAXINT32 ? (guint) side : 0;
}

gboolean
arra_tensor_has_shape (const ArraTensor *tensor, guint n_dims, ...)
{
  va_list dims;
  gboolean same = tensor->n_dims == n_dims;

  va_start (dims, n_dims);
  for (guint i = 0; i < n_dims && same; i++)
    same = tensor->shape[i] == va_arg (dims, gint64);
  va_end (dims);
  return same;
}

char *
arra_tensor_describe (const ArraTensor *tensor)
{
  GString *text = g_string_new (arra_dtype_name (tensor->dtype));

  g_string_append_c (text, '[');
  for (guint i = 0; i < tensor->n_dims; i++)
    g_string_append_printf (text, i == 0 ? "%" G_GINT64_FORMAT : ", %" G_GINT64_FORMAT, tensor->shape[i]);
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

void
arra_tensor_to_float (const ArraTensor *tensor, gsize first, gsize count, float *out)
{
  const ArraDTypeTraits *traits = arra_dtype_traits (tensor->dtype);
  const guint8 *data = tensor->data;

  g_assert (first % traits->block == 0);
  arra_dtype_widen (tensor->dtype, arra_kernels_get (ARRA_CPU_C), data + first / traits->block * traits->bytes, count,
                    out);
}

gboolean
arra_tensor_is_finite (const ArraTensor *tensor)
{
  const ArraDTypeTraits *traits = arra_dtype_traits (tensor->dtype);

  return traits->is_finite == NULL
         || traits->is_finite (traits, tensor->data, arra_tensor_count (tensor) / traits->block);
}

/* Numbers of @size bytes, little-endian, whose highest bit is the sign. */
static gboolean
numbers_zero (const guint8 *data, gsize count, gsize size)
{
  for (gsize i = 0; i < count; i++, data += size)
    {
      guint64 bits = 0;

      memcpy (&bits, data, size);
      if (bits << (64 - 8 * size) << 1 != 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
blocks_zero (const ArraTensor *tensor, gsize first, gsize count)
{
  gsize block = arra_dtype_traits (tensor->dtype)->block;
  float values[ARRA_MAX_BLOCK];

  for (gsize i = first; i < first + count; i += block)
    {
      arra_tensor_to_float (tensor, i, block, values);
      if (!numbers_zero ((const guint8 *) values, block, sizeof *values))
        return FALSE;
    }
  return TRUE;
}

gboolean
arra_tensor_is_zero (const ArraTensor *tensor, gsize first, gsize count)
{
  const ArraDTypeTraits *traits = arra_dtype_traits (tensor->dtype);

  if (!traits->is_float)
    return FALSE;
  if (traits->block > 1)
    return blocks_zero (tensor, first, count);
  return numbers_zero ((const guint8 *) tensor->data + first * traits->bytes, count, traits->bytes);
}
