/* tensor.h - a view of numbers: type, shape, data. It never owns; row-major and dense.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#define ARRA_MAX_DIMS 8

typedef enum
{
  ARRA_F32,
  ARRA_F16,
  ARRA_BF16,
  ARRA_Q8_0,
  ARRA_F64,
  ARRA_I64,
  ARRA_I32,
  ARRA_I16,
  ARRA_I8,
  ARRA_U8,
  ARRA_BOOL,
  ARRA_N_DTYPES,
} ArraDType;

typedef struct
{
  ArraDType dtype;
  guint n_dims;
  gint64 shape[ARRA_MAX_DIMS]; /* slowest first, as PyTorch prints it; Q8_0 counts weights, the last a multiple of 32 */
  const void *data;
  gsize n_bytes;
} ArraTensor;

const char *arra_dtype_name (ArraDType dtype);     /* "F32", "BF16", "Q8_0", … (safetensors' spelling) */
gboolean arra_dtype_is_float (ArraDType dtype);    /* F32, F16, BF16, F64 or quantised */

/* Bytes of a tensor of this type and shape. FALSE (nothing set) on a negative size, on overflow, or for Q8_0 when the last
 * dimension is not a multiple of 32. */
gboolean arra_tensor_bytes (ArraDType dtype, guint n_dims, const gint64 *shape, gsize *n_bytes);

gsize arra_tensor_count (const ArraTensor *tensor); /* elements; a scalar has one */
/* Dimension @dim; 0: @tensor (nullable) has none, or it is more than G_MAXINT32 */
guint arra_tensor_side (const ArraTensor *tensor, guint dim);
gboolean arra_tensor_has_shape (const ArraTensor *tensor, guint n_dims, ...); /* gint64 each */
char *arra_tensor_describe (const ArraTensor *tensor); /* (transfer full): "BF16[320, 64]" */

/* Widens @count elements from element @first on (any float type; Q8_0: both multiples of 32) to float. */
void arra_tensor_to_float (const ArraTensor *tensor, gsize first, gsize count, float *out);

/* Whether @count elements from element @first on (of a float type; Q8_0: both multiples of 32) are all 0 or -0; ends at the first that is not.
 * FALSE for integers. */
gboolean arra_tensor_is_zero (const ArraTensor *tensor, gsize first, gsize count);

/* Whether every value is finite (integers are). Q8_0: the scales. */
gboolean arra_tensor_is_finite (const ArraTensor *tensor);
