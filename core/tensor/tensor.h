/* tensor.h - a view of numbers: type, shape, data. It never owns; row-major and dense.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "dtype.h"

#define ARRA_MAX_DIMS 8

typedef struct
{
  ArraDType dtype;
  guint n_dims;
  /* slowest first, as PyTorch prints it; in numbers, the last a multiple of the type's block */
  gint64 shape[ARRA_MAX_DIMS];
  const void *data;
  gsize n_bytes;
} ArraTensor;

/* Bytes of a tensor of this type and shape. FALSE (nothing set) on a negative size, on overflow, or when the last
 * dimension is not a multiple of the type's block. */
gboolean arra_tensor_bytes (ArraDType dtype, guint n_dims, const gint64 *shape, gsize *n_bytes);

/* Whether its rows could hold numbers of @dtype: its last dimension is a multiple of the type's block. */
gboolean arra_tensor_has_blocks (const ArraTensor *tensor, ArraDType dtype);

gsize arra_tensor_count (const ArraTensor *tensor); /* elements; a scalar has one */
/* Dimension @dim; 0: @tensor (nullable) has none, or it is more than G_MAXINT32 */
guint arra_tensor_side (const ArraTensor *tensor, guint dim);
gboolean arra_tensor_has_shape (const ArraTensor *tensor, guint n_dims, ...); /* gint64 each */
char *arra_tensor_describe (const ArraTensor *tensor);                        /* (transfer full): "BF16[320, 64]" */

/* Widens @count elements from element @first on (any float type; both multiples of its block) to float. */
void arra_tensor_to_float (const ArraTensor *tensor, gsize first, gsize count, float *out);

/* Whether @count elements from element @first on (of a float type; both multiples of its block) are all 0 or -0; ends
 * at the first that is not. FALSE for integers. */
gboolean arra_tensor_is_zero (const ArraTensor *tensor, gsize first, gsize count);

/* Whether every value is finite (integers are). Of quantised types: the scales. */
gboolean arra_tensor_is_finite (const ArraTensor *tensor);
