/* weight_table.h - the one table of a transformer's weights, and what walks it: loading, measuring, saving, training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "params.h"

#define ARRA_TABLE_FORMS 2 /* sets of names that one family may be published under */

typedef struct
{
  const char *names[ARRA_TABLE_FORMS]; /* in a layer: what follows its number */
  gsize offset;                        /* of the ArraWeight in the model, or in a layer */
  ArraParamKind kind;
  guint dims[2]; /* as the family numbers its sizes; 0: no further dimension */
} ArraTableEntry;

typedef struct
{
  const ArraTableEntry *before, *in_layer, *after;
  gsize n_before, n_in_layer, n_after;
  const char *layers[ARRA_TABLE_FORMS]; /* before a layer's number: "model.layers." */
  gsize layer_size;
  /* The size that the family gives number @dim. @name and @source (nullable): the tensor at hand, where its shape tells
   * it. */
  gint64 (*size) (gconstpointer config, guint dim, const ArraSource *source, const char *name);
} ArraWeightTable;

/* The members of an ArraWeightTable that say its entries: three arrays. */
#define ARRA_TABLE_ENTRIES(before_array, in_layer_array, after_array)                                                \
  .before = before_array, .in_layer = in_layer_array, .after = after_array, .n_before = G_N_ELEMENTS (before_array), \
  .n_in_layer = G_N_ELEMENTS (in_layer_array), .n_after = G_N_ELEMENTS (after_array)

/* A table with what its sizes hang on, and where the weights are. */
typedef struct
{
  const ArraWeightTable *table;
  gconstpointer config;
  guint n_layers;
  guint form;         /* whose names the source has */
  const char *prefix; /* before every name of the source */
  ArraSource *source; /* nullable: for arra_weights_describe() */
  guint cut;          /* matrices may be cut by rows at multiples of it; 0: never */
} ArraWeights;

/* Binds every weight into @model and its @layers (n_layers structs of layer_size). Matrices get @dtype (ARRA_N_DTYPES:
 * as stored). After an error what was bound is cleared by arra_weights_clear(). */
gboolean arra_weights_bind (const ArraWeights *weights,
                            ArraDType dtype,
                            gpointer model,
                            gpointer layers,
                            ArraPool *pool,
                            GCancellable *cancellable,
                            GError **error);
void arra_weights_clear (const ArraWeights *weights, gpointer model, gpointer layers);
/* Bytes by where they lie are added to *@mapped and *@owned, and every shape is checked, without loading anything. */
gboolean
arra_weights_measure (const ArraWeights *weights, ArraDType dtype, guint64 *mapped, guint64 *owned, GError **error);
/* Each stored tensor in order, under its name in the first form, without prefix: what a saver must write. */
gboolean arra_weights_foreach (const ArraWeights *weights, ArraParamFunc func, gpointer data, GError **error);
/* Names (of the first form) and shapes in order, with no file: what such a model is trained as. */
gboolean arra_weights_describe (const ArraWeights *weights, ArraShapeFunc func, gpointer data, GError **error);
/* Each weight in order: its name in the first form, and what the source calls it. */
typedef gboolean (*ArraNameFunc) (const char *plain, const char *stored, gpointer data, GError **error);
gboolean arra_weights_names (const ArraWeights *weights, ArraNameFunc func, gpointer data, GError **error);

/* Dimension @dim of the tensor @prefix@leaf; 0: there is no such tensor, or no model is that large. */
guint arra_weights_size (const ArraSource *source, const char *prefix, const char *leaf, guint dim);

/* Rows @first .. @first + @n - 1 of a bound matrix, which must outlive the view. */
ArraTensor arra_weight_rows (const ArraWeight *weight, gsize first, gsize n);

/* A bound vector's numbers; NULL when it was not bound. */
static inline const float *
arra_weight_floats (const ArraWeight *weight)
{
  return weight->view.data;
}
