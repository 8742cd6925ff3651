/* params.h - one declarative table per model: loader, saver, memory plan and tests walk the same list
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "pool.h"
#include "source.h"
#include "tensor.h"

/* A weight bound to a model. `view` may point into a source's mapping or at `owned` (arra_mem memory). */
typedef struct
{
  ArraTensor view;
  void *owned;
} ArraWeight;

/* How a weight is kept in memory. */
typedef enum
{
  /* as stored, or converted to the asked type, and laid as products read it fastest: large matrices of the transformer
   */
  ARRA_PARAM_MATRIX,
  ARRA_PARAM_TABLE,  /* the same but for how it is laid: its rows are looked up one by one */
  ARRA_PARAM_VECTOR, /* always widened to f32: norms, biases, everything of the VQGAN */
} ArraParamKind;

typedef struct
{
  const char *name; /* full tensor name */
  ArraParamKind kind;
  gboolean optional;
  guint n_dims;
  gint64 shape[4]; /* -1: any size */
  guint cut;       /* it may be cut by rows at multiples of this; 0: never */
  ArraWeight *weight;
} ArraParam;

/* What walks over a model's weights call: for each bound weight, and for each shape without any file. */
typedef gboolean (
    *ArraParamFunc) (const char *name, gboolean is_matrix, const ArraTensor *stored, gpointer data, GError **error);
typedef gboolean (*ArraShapeFunc) (const char *name, guint n_dims, const gint64 *shape, gpointer data, GError **error);

/* The type that the matrix @name gets when @asked (ARRA_N_DTYPES: as stored) is: an embedding and a head take what the
 * type's traits say for tables, rows that are no multiple of the block what they say for those, and stay as stored when
 * that does not fit either. The same when weights are converted into a file and when they are loaded. */
ArraDType arra_param_matrix_dtype (const char *name, const ArraTensor *stored, ArraDType asked);

/* Binds @param from @source: checks presence, float type, shape, finiteness, and that a matrix or a norm's scale is not
 * all zero (errors name file, tensor and what was expected), converts to
 * @dtype (ARRA_N_DTYPES: as stored) in chunks over @pool. Matrices take arra_param_matrix_dtype(). */
gboolean arra_param_bind (const ArraParam *param,
                          ArraSource *source,
                          ArraDType dtype,
                          ArraPool *pool,
                          GCancellable *cancellable,
                          GError **error);
void arra_weight_clear (ArraWeight *weight);

/* What arra_param_bind() would take: *mapped and *owned are increased. Checks everything but whether values are finite.
 */
gboolean arra_param_measure (const ArraParam *param,
                             ArraSource *source,
                             ArraDType dtype,
                             guint64 *mapped,
                             guint64 *owned,
                             GError **error);
