/* tensor.c - sizes, shapes and widening of tensor views
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tensor.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "fail.h"
#include "kernels.h"

static const struct
{
  const char *name;
  guint bytes; /* of one element, or of one block of ARRA_QK elements */
  gboolean is_float;
} types[ARRA_N_DTYPES] = {
  [ARRA_F32] = { "F32", 4, TRUE },
  [ARRA_F16] = { "F16", 2, TRUE },
  [ARRA_BF16] = { "BF16", 2, TRUE },
  [ARRA_Q8_0] = { "Q8_0", sizeof (ArraBlockQ8_0), TRUE },
  [ARRA_F64] = { "F64", 8, TRUE },
  [ARRA_I64] = { "I64", 8, FALSE },
  [ARRA_I32] = { "I32", 4, FALSE },
  [ARRA_I16] = { "I16", 2, FALSE },
  [ARRA_I8] = { "I8", 1, FALSE },
  [ARRA_U8] = { "U8", 1, FALSE },
  [ARRA_BOOL] = { "BOOL", 1, FALSE },
};

const char *
arra_dtype_name (ArraDType dtype)
{
  return types[dtype].name;
}

gboolean
arra_dtype_is_float (ArraDType dtype)
{
  return types[dtype].is_float;
}

gboolean
arra_tensor_bytes (ArraDType dtype, guint n_dims, const gint64 *shape, gsize *n_bytes)
{
  gsize count = 1;

  for (guint i = 0; i < n_dims; i++)
    if (shape[i] < 0 || !arra_size_mul (count, (gsize) shape[i], &count))
      return FALSE;
  if (dtype == ARRA_Q8_0)
    {
      if (n_dims == 0 || shape[n_dims - 1] % ARRA_QK != 0)
        return FALSE;
      count /= ARRA_QK;
    }
  return arra_size_mul (count, types[dtype].bytes, n_bytes);
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
  GString *text = g_string_new (types[tensor->dtype].name);

  g_string_append_c (text, '[');
  for (guint i = 0; i < tensor->n_dims; i++)
    g_string_append_printf (text, i == 0 ? "%" G_GINT64_FORMAT : ", %" G_GINT64_FORMAT, tensor->shape[i]);
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

static void
widen_f64 (const void *data, gsize first, gsize count, float *out)
{
  const char *bytes = data;

  for (gsize i = 0; i < count; i++)
    {
      double value;
      memcpy (&value, bytes + (first + i) * sizeof value, sizeof value);
      out[i] = (float) value;
    }
}

void
arra_tensor_to_float (const ArraTensor *tensor, gsize first, gsize count, float *out)
{
  const ArraKernels *kernels = arra_kernels_get (ARRA_CPU_C);
  const char *data = tensor->data;

  switch (tensor->dtype)
    {
    case ARRA_F32:
      memcpy (out, data + first * sizeof (float), count * sizeof (float));
      break;
    case ARRA_F16:
      kernels->widen_f16 (data + first * 2, count, out);
      break;
    case ARRA_BF16:
      kernels->widen_bf16 (data + first * 2, count, out);
      break;
    case ARRA_Q8_0:
      g_assert (first % ARRA_QK == 0 && count % ARRA_QK == 0);
      kernels->widen_q8_0 (data + first / ARRA_QK * sizeof (ArraBlockQ8_0), count, out);
      break;
    case ARRA_F64:
      widen_f64 (data, first, count, out);
      break;
    default:
      g_assert_not_reached ();
    }
}

/* Of 16-bit numbers: every exponent bit set means infinity or NaN. */
static gboolean
halves_finite (const guint8 *data, gsize count, gsize stride, guint16 exponent)
{
  guint16 bad = 0;

  for (gsize i = 0; i < count; i++)
    {
      guint16 bits;
      memcpy (&bits, data + i * stride, sizeof bits);
      bad |= (bits & exponent) == exponent;
    }
  return !bad;
}

static gboolean
floats_finite (const guint8 *data, gsize count)
{
  guint32 bad = 0;

  for (gsize i = 0; i < count; i++)
    {
      guint32 bits;
      memcpy (&bits, data + i * sizeof bits, sizeof bits);
      bad |= (bits & 0x7f800000u) == 0x7f800000u;
    }
  return !bad;
}

static gboolean
doubles_finite (const guint8 *data, gsize count)
{
  for (gsize i = 0; i < count; i++)
    {
      double value;
      memcpy (&value, data + i * sizeof value, sizeof value);
      if (!isfinite (value))
        return FALSE;
    }
  return TRUE;
}

gboolean
arra_tensor_is_finite (const ArraTensor *tensor)
{
  gsize count = arra_tensor_count (tensor);

  switch (tensor->dtype)
    {
    case ARRA_F32:
      return floats_finite (tensor->data, count);
    case ARRA_F16:
      return halves_finite (tensor->data, count, 2, 0x7c00);
    case ARRA_BF16:
      return halves_finite (tensor->data, count, 2, 0x7f80);
    case ARRA_Q8_0:
      return halves_finite (tensor->data, count / ARRA_QK, sizeof (ArraBlockQ8_0), 0x7c00);
    case ARRA_F64:
      return doubles_finite (tensor->data, count);
    default:
      return TRUE;
    }
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
blocks_zero (const guint8 *data, gsize count)
{
  static const gint8 none[ARRA_QK];

  for (gsize i = 0; i < count; i++, data += sizeof (ArraBlockQ8_0))
    if (!numbers_zero (data + offsetof (ArraBlockQ8_0, d), 1, sizeof (guint16))
        && memcmp (data + offsetof (ArraBlockQ8_0, q), none, sizeof none) != 0)
      return FALSE;
  return TRUE;
}

gboolean
arra_tensor_is_zero (const ArraTensor *tensor, gsize first, gsize count)
{
  const guint8 *data = tensor->data;

  switch (tensor->dtype)
    {
    case ARRA_F32:
      return numbers_zero (data + 4 * first, count, 4);
    case ARRA_F16:
    case ARRA_BF16:
      return numbers_zero (data + 2 * first, count, 2);
    case ARRA_F64:
      return numbers_zero (data + 8 * first, count, 8);
    case ARRA_Q8_0:
      return blocks_zero (data + first / ARRA_QK * sizeof (ArraBlockQ8_0), count / ARRA_QK);
    default:
      return FALSE;
    }
}
