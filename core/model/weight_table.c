/* weight_table.c - walking the table of a transformer's weights
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "weight_table.h"

#include "fail.h"

#define NAME_SIZE 160

/* What is done with each weight of the table, in order. FALSE with @error set stops the walk. */
typedef struct _Visit Visit;
struct _Visit
{
  gboolean (*func) (const Visit *visit, const char *plain, const ArraParam *param, GError **error);
  const ArraWeights *weights;
  guint8 *model, *layers; /* nullable: weights are not bound */
  ArraDType dtype;
  ArraPool *pool;
  GCancellable *cancellable;
  guint64 *mapped, *owned;
  ArraParamFunc each;
  ArraShapeFunc describe;
  ArraNameFunc name;
  gpointer data;
};

static gboolean
set_name (char out[NAME_SIZE], const char *prefix, const char *middle, const char *name, GError **error)
{
  if (g_snprintf (out, NAME_SIZE, "%s%s%s", prefix, middle, name) < NAME_SIZE)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_ARGUMENT, "The tensor name prefix “%s” is too long", prefix);
}

/* @path: of the layer, in the form of the source and in the first one. @place: the model or the layer, or
 * NULL. */
static gboolean
visit_entry (const Visit *visit,
             const ArraTableEntry *entry,
             const char *path,
             const char *plain_path,
             guint8 *place,
             GError **error)
{
  const ArraWeights *weights = visit->weights;
  char name[NAME_SIZE], plain[NAME_SIZE];
  ArraParam param = { .name = name, .kind = entry->kind, .cut = weights->cut };

  if (!set_name (name, weights->prefix, path, entry->names[weights->form], error)
      || !set_name (plain, "", plain_path, entry->names[0], error))
    return FALSE;
  for (; param.n_dims < G_N_ELEMENTS (entry->dims) && entry->dims[param.n_dims] != 0; param.n_dims++)
    param.shape[param.n_dims]
        = weights->table->size (weights->config, entry->dims[param.n_dims], weights->source, name);
  if (place != NULL)
    param.weight = G_STRUCT_MEMBER_P (place, entry->offset);
  return visit->func (visit, plain, &param, error);
}

static gboolean
visit_entries (const Visit *visit,
               const ArraTableEntry *entries,
               gsize n,
               const char *path,
               const char *plain_path,
               guint8 *place,
               GError **error)
{
  for (gsize i = 0; i < n; i++)
    if (!visit_entry (visit, &entries[i], path, plain_path, place, error))
      return FALSE;
  return TRUE;
}

static gboolean
walk (const Visit *visit, GError **error)
{
  const ArraWeights *weights = visit->weights;
  const ArraWeightTable *table = weights->table;

  if (!visit_entries (visit, table->before, table->n_before, "", "", visit->model, error))
    return FALSE;
  for (guint i = 0; i < weights->n_layers; i++)
    {
      guint8 *place = visit->layers != NULL ? visit->layers + i * table->layer_size : NULL;
      char path[NAME_SIZE], plain[NAME_SIZE];

      g_snprintf (path, sizeof path, "%s%u.", table->layers[weights->form], i);
      g_snprintf (plain, sizeof plain, "%s%u.", table->layers[0], i);
      if (!visit_entries (visit, table->in_layer, table->n_in_layer, path, plain, place, error))
        return FALSE;
    }
  return visit_entries (visit, table->after, table->n_after, "", "", visit->model, error);
}

static gboolean
bind (const Visit *visit, const char *plain, const ArraParam *param, GError **error)
{
  return arra_param_bind (param, visit->weights->source, visit->dtype, visit->pool, visit->cancellable, error);
}

static gboolean
measure (const Visit *visit, const char *plain, const ArraParam *param, GError **error)
{
  return arra_param_measure (param, visit->weights->source, visit->dtype, visit->mapped, visit->owned, error);
}

static gboolean
show (const Visit *visit, const char *plain, const ArraParam *param, GError **error)
{
  return measure (visit, plain, param, error)
         && visit->each (plain, param->kind != ARRA_PARAM_VECTOR,
                         arra_source_find (visit->weights->source, param->name), visit->data, error);
}

static gboolean
describe (const Visit *visit, const char *plain, const ArraParam *param, GError **error)
{
  return visit->describe (plain, param->n_dims, param->shape, visit->data, error);
}

static gboolean
tell_name (const Visit *visit, const char *plain, const ArraParam *param, GError **error)
{
  return visit->name (plain, param->name, visit->data, error);
}

static gboolean
clear (const Visit *visit, const char *plain, const ArraParam *param, GError **error)
{
  arra_weight_clear (param->weight);
  return TRUE;
}

gboolean
arra_weights_bind (const ArraWeights *weights,
                   ArraDType dtype,
                   gpointer model,
                   gpointer layers,
                   ArraPool *pool,
                   GCancellable *cancellable,
                   GError **error)
{
  const Visit visit = { .func = bind,
                        .weights = weights,
                        .model = model,
                        .layers = layers,
                        .dtype = dtype,
                        .pool = pool,
                        .cancellable = cancellable };

  return walk (&visit, error);
}

void
arra_weights_clear (const ArraWeights *weights, gpointer model, gpointer layers)
{
  const Visit visit = { .func = clear, .weights = weights, .model = model, .layers = layers };

  walk (&visit, NULL);
}

gboolean
arra_weights_measure (const ArraWeights *weights, ArraDType dtype, guint64 *mapped, guint64 *owned, GError **error)
{
  const Visit visit = { .func = measure, .weights = weights, .dtype = dtype, .mapped = mapped, .owned = owned };

  return walk (&visit, error);
}

gboolean
arra_weights_foreach (const ArraWeights *weights, ArraParamFunc func, gpointer data, GError **error)
{
  guint64 mapped = 0, owned = 0;
  const Visit visit = { .func = show,
                        .weights = weights,
                        .dtype = ARRA_N_DTYPES,
                        .mapped = &mapped,
                        .owned = &owned,
                        .each = func,
                        .data = data };

  return walk (&visit, error);
}

gboolean
arra_weights_describe (const ArraWeights *weights, ArraShapeFunc func, gpointer data, GError **error)
{
  const Visit visit = { .func = describe, .weights = weights, .describe = func, .data = data };

  return walk (&visit, error);
}

gboolean
arra_weights_names (const ArraWeights *weights, ArraNameFunc func, gpointer data, GError **error)
{
  const Visit visit = { .func = tell_name, .weights = weights, .name = func, .data = data };

  return walk (&visit, error);
}

ArraTensor
arra_weight_rows (const ArraWeight *weight, gsize first, gsize n)
{
  ArraTensor view = weight->view;
  gsize row = view.n_bytes / (gsize) view.shape[0];

  g_assert (first + n <= (gsize) view.shape[0] && first % arra_dtype_rows (view.dtype) == 0
            && n % arra_dtype_rows (view.dtype) == 0);
  view.data = (const guint8 *) view.data + first * row;
  view.shape[0] = (gint64) n;
  view.n_bytes = n * row;
  return view;
}

guint
arra_weights_size (const ArraSource *source, const char *prefix, const char *leaf, guint dim)
{
  g_autofree char *name = g_strconcat (prefix, leaf, NULL);

  return arra_tensor_side (arra_source_find (source, name), dim);
}
