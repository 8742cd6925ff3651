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
  ARRA_PARAM_MATRIX, /* as stored, or converted to the asked type: large matrices of the transformer */
  ARRA_PARAM_VECTOR, /* always widened to f32: norms, biases, everything of the VQGAN */
} ArraParamKind;

typedef struct
{
  const char *name; /* full tensor name */
  ArraParamKind kind;
  gboolean optional;
  guint n_dims;
  gint64 shape[4]; /* -1: any size */
  ArraWeight *weight;
} ArraParam;

/* What walks over a model's weights call: for each bound weight, and for each shape without any file. */
typedef gboolean (*ArraParamFunc) (const char *name, gboolean is_matrix, const ArraTensor *stored, gpointer data, GError **error);
typedef gboolean (*ArraShapeFunc) (const char *name, guint n_dims, const gint64 *shape, gpointer data, GError **error);

/* Binds @param from @source: checks presence, float type, shape, finiteness, and that a matrix or a norm's scale is not all zero (errors name file, tensor and what was expected), converts to
 * @dtype (ARRA_N_DTYPES: as stored) in chunks over @pool. A matrix whose row is no multiple of 32 stays as stored when Q8_0 is asked. */
gboolean arra_param_bind (const ArraParam *param, ArraSource *source, ArraDType dtype, ArraPool *pool, GCancellable *cancellable, GError **error);
void arra_weight_clear (ArraWeight *weight);

/* What arra_param_bind() would take: *mapped and *owned are increased. Checks everything but whether values are finite. */
gboolean arra_param_measure (const ArraParam *param, ArraSource *source, ArraDType dtype, guint64 *mapped, guint64 *owned, GError **error);
