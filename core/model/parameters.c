/* parameters.c - the tensors that training changes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "parameters.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "detmath.h"
#include "fail.h"
#include "mem.h"
#include "noise.h"
#include "params.h"

#define COPIES_IN_TRAINING 4     /* values, gradients, averages of these and of their squares */
#define HASHED ((gsize) 1 << 28) /* floats at a time: GLib counts bytes in a gssize */
#define ALIGN (ARRA_MEM_ALIGN / sizeof (float))

ArraParameters *
arra_parameters_new (GError **error)
{
  return arra_mem_new0 (1, sizeof (ArraParameters), "the parameters", error);
}

void
arra_parameters_free (ArraParameters *parameters)
{
  if (parameters == NULL)
    return;
  arra_mem_free (parameters->items);
  arra_mem_free (parameters->data);
  arra_mem_free (parameters->grad);
  arra_mem_free (parameters);
}

static gboolean
make_room (ArraParameters *parameters, GError **error)
{
  guint room = MAX (2 * parameters->room, 64);
  ArraParameter *items;

  if (parameters->n < parameters->room)
    return TRUE;
  items = arra_mem_resize (parameters->items, room, sizeof *items, "the parameters", error);
  if (items == NULL)
    return FALSE;
  parameters->items = items;
  parameters->room = room;
  return TRUE;
}

gboolean
arra_parameters_add (ArraParameters *parameters,
                     const char *name,
                     gboolean optional,
                     guint n_dims,
                     const gint64 *shape,
                     GError **error)
{
  ArraParameter item = { .optional = optional, .n_dims = n_dims, .count = 1, .offset = parameters->size };
  gsize end;

  g_assert (parameters->data == NULL && n_dims <= ARRA_PARAMETER_DIMS);
  g_assert (strlen (name) < ARRA_PARAMETER_NAME && arra_parameters_find (parameters, name) == NULL);
  strcpy (item.name, name);
  for (guint i = 0; i < n_dims; i++)
    {
      g_assert (shape[i] > 0);
      item.shape[i] = shape[i];
      if (!arra_size_mul (item.count, (gsize) shape[i], &item.count))
        return arra_fail (error, ARRA_ERROR_NO_MEMORY, "Not enough memory for tensor \"%s\"", name);
    }
  if (!arra_size_add (item.offset, item.count, &end) || !arra_size_add (end, ALIGN - 1, &end))
    return arra_fail (error, ARRA_ERROR_NO_MEMORY, "Not enough memory for tensor \"%s\"", name);
  if (!make_room (parameters, error))
    return FALSE;
  parameters->items[parameters->n++] = item;
  parameters->size = end / ALIGN * ALIGN;
  return TRUE;
}

gboolean
arra_parameters_add_shape (const char *name, guint n_dims, const gint64 *shape, gpointer data, GError **error)
{
  return arra_parameters_add (data, name, FALSE, n_dims, shape, error);
}

/* Before a machine without that much is brought to its knees. */
static gboolean
check_memory (gsize size, GError **error)
{
  guint64 available = arra_mem_available (), need = (guint64) size * sizeof (float) * COPIES_IN_TRAINING;

  if (available == 0 || need <= available)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_NO_MEMORY,
                    "Training %zu parameters needs %" PRIu64 " KiB for them, their gradients and two averages, %" PRIu64
                    " KiB are free: train a smaller model, or close other programs",
                    size, need >> 10, available >> 10);
}

gboolean
arra_parameters_allocate (ArraParameters *parameters, gboolean gradients, GError **error)
{
  if (gradients && !check_memory (parameters->size, error))
    return FALSE;
  parameters->data = arra_mem_new0 (parameters->size, sizeof (float), "the parameters", error);
  if (parameters->data == NULL || !gradients)
    return parameters->data != NULL;
  parameters->grad = arra_mem_new0 (parameters->size, sizeof (float), "the gradients", error);
  return parameters->grad != NULL;
}

/* Box and Muller's normal number. */
static float
normal (guint64 seed, guint32 tensor, gsize element)
{
  guint32 low = (guint32) element, high = (guint32) (element >> 32);
  double u = ((double) arra_noise_bits (seed, tensor, 2 * high, low) + 0.5) * 0x1p-32;
  double angle = (double) arra_noise_bits (seed, tensor, 2 * high + 1, low) * 0x1p-32 * 2 * G_PI;
  double sine, cosine;

  arra_sincos (angle, &sine, &cosine);
  return (float) (sqrt (-2 * arra_log (u)) * cosine);
}

static void
start_tensor (ArraParameters *parameters, guint tensor, guint64 seed, float deviation)
{
  const ArraParameter *item = &parameters->items[tensor];
  gboolean norm = strstr (item->name, "norm") != NULL, bias = g_str_has_suffix (item->name, "bias");
  float *data = parameters->data + item->offset;

  for (gsize i = 0; i < item->count; i++)
    data[i] = bias ? 0.0f : norm ? 1.0f : deviation * normal (seed, tensor, i);
}

void
arra_parameters_start (ArraParameters *parameters, guint64 seed, float deviation)
{
  for (guint tensor = 0; tensor < parameters->n; tensor++)
    start_tensor (parameters, tensor, seed, deviation);
}

void
arra_parameters_start_by_inputs (ArraParameters *parameters, guint64 seed)
{
  for (guint tensor = 0; tensor < parameters->n; tensor++)
    {
      const ArraParameter *item = &parameters->items[tensor];

      start_tensor (parameters, tensor, seed, 1.0f / sqrtf ((float) (item->count / (gsize) item->shape[0])));
    }
}

static ArraParam
param_of (const ArraParameter *item, ArraWeight *weight)
{
  ArraParam param = {
    .name = item->name, .kind = ARRA_PARAM_VECTOR, .optional = item->optional, .n_dims = item->n_dims, .weight = weight
  };

  memcpy (param.shape, item->shape, sizeof item->shape);
  return param;
}

gboolean
arra_parameters_check (const ArraParameters *parameters, ArraSource *source, GError **error)
{
  guint64 mapped = 0, owned = 0;

  for (guint i = 0; i < parameters->n; i++)
    {
      const ArraParam param = param_of (&parameters->items[i], NULL);

      if (!arra_param_measure (&param, source, ARRA_F32, &mapped, &owned, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
arra_parameters_save (const ArraParameters *parameters, const float *data, const char *path, GError **error)
{
  g_autofree ArraNamedTensor *tensors = g_new0 (ArraNamedTensor, parameters->n);

  for (guint i = 0; i < parameters->n; i++)
    {
      const ArraParameter *item = &parameters->items[i];
      ArraTensor *tensor = &tensors[i].tensor;

      tensors[i].name = item->name;
      *tensor = (ArraTensor) { .dtype = ARRA_F32, .n_dims = item->n_dims, .data = data + item->offset };
      memcpy (tensor->shape, item->shape, sizeof item->shape);
      tensor->n_bytes = item->count * sizeof (float);
    }
  return arra_safetensors_write (path, tensors, parameters->n, error);
}

/* One of them, which @source has under the name @stored. */
static gboolean
load_one (ArraParameters *parameters, const ArraParameter *item, ArraSource *source, const char *stored, GError **error)
{
  ArraWeight weight = { .owned = NULL };
  ArraParam param = param_of (item, &weight);
  gboolean ok;

  param.name = stored;
  ok = arra_param_bind (&param, source, ARRA_F32, NULL, NULL, error);
  if (ok && weight.view.data != NULL)
    memcpy (parameters->data + item->offset, weight.view.data, item->count * sizeof (float));
  arra_weight_clear (&weight);
  return ok;
}

gboolean
arra_parameters_load (ArraParameters *parameters, ArraSource *source, GError **error)
{
  for (guint i = 0; i < parameters->n; i++)
    if (!load_one (parameters, &parameters->items[i], source, parameters->items[i].name, error))
      return FALSE;
  return arra_source_check (source, error);
}

typedef struct
{
  ArraParameters *parameters;
  ArraSource *source;
} Loading;

/* An ArraNameFunc */
static gboolean
load_named (const char *plain, const char *stored, gpointer data, GError **error)
{
  const Loading *loading = data;
  const ArraParameter *item = arra_parameters_find (loading->parameters, plain);

  g_assert (item != NULL);
  return load_one (loading->parameters, item, loading->source, stored, error);
}

gboolean
arra_parameters_load_weights (ArraParameters *parameters, const ArraWeights *weights, GError **error)
{
  Loading loading = { parameters, weights->source };

  if (!arra_weights_names (weights, load_named, &loading, error))
    return FALSE;
  for (guint i = 0; i < parameters->n; i++)
    if (parameters->items[i].optional
        && !load_one (parameters, &parameters->items[i], weights->source, parameters->items[i].name, error))
      return FALSE;
  return arra_source_check (weights->source, error);
}

void
arra_parameters_fix (ArraParameters *parameters, const char *name)
{
  const ArraParameter *item = arra_parameters_find (parameters, name);

  g_assert (item != NULL && !item->fixed);
  parameters->items[item - parameters->items].fixed = TRUE;
  parameters->n_fixed++;
}

void
arra_parameters_zero (ArraParameters *parameters, const char *name)
{
  const ArraParameter *item = arra_parameters_find (parameters, name);

  g_assert (item != NULL);
  memset (parameters->data + item->offset, 0, item->count * sizeof (float));
}

void
arra_parameters_zero_rows (ArraParameters *parameters, const char *name, const guint8 *flags)
{
  const ArraParameter *item = arra_parameters_find (parameters, name);
  gsize width;

  g_assert (item != NULL && item->n_dims == 2);
  width = (gsize) item->shape[1];
  for (gsize row = 0; row < (gsize) item->shape[0]; row++)
    if (flags[row])
      memset (parameters->data + item->offset + row * width, 0, width * sizeof (float));
}

const ArraParameter *
arra_parameters_find (const ArraParameters *parameters, const char *name)
{
  for (guint i = 0; i < parameters->n; i++)
    if (strcmp (parameters->items[i].name, name) == 0)
      return &parameters->items[i];
  return NULL;
}

static gboolean
begins_with_one (const char *name, const char *const *prefixes)
{
  for (; prefixes != NULL && *prefixes != NULL; prefixes++)
    if (g_str_has_prefix (name, *prefixes))
      return TRUE;
  return prefixes == NULL;
}

void
arra_parameters_hash (const ArraParameters *parameters, const char *const *prefixes, GChecksum *sum)
{
  for (guint i = 0; i < parameters->n; i++)
    {
      const ArraParameter *item = &parameters->items[i];
      const float *data = parameters->data + item->offset;

      for (gsize at = 0; begins_with_one (item->name, prefixes) && at < item->count; at += HASHED)
        g_checksum_update (sum, (const guchar *) (data + at), (gssize) (MIN (item->count - at, HASHED) * sizeof *data));
    }
}

void
arra_parameters_zero_grad (ArraParameters *parameters)
{
  memset (parameters->grad, 0, parameters->size * sizeof (float));
}

static ArraNode *
leaf (const ArraParameters *parameters, ArraTape *tape, const ArraParameter *item, gsize first, gsize n)
{
  gsize width = item->count / (item->n_dims <= 1 ? 1 : (gsize) item->shape[0]), offset = item->offset + first * width;

  return arra_tape_leaf (tape, n, width, parameters->data != NULL ? parameters->data + offset : NULL,
                         parameters->grad != NULL ? parameters->grad + offset : NULL);
}

ArraNode *
arra_parameters_leaf (const ArraParameters *parameters, ArraTape *tape, const char *name)
{
  const ArraParameter *item = arra_parameters_find (parameters, name);

  g_assert (item != NULL);
  return leaf (parameters, tape, item, 0, item->n_dims <= 1 ? 1 : (gsize) item->shape[0]);
}

ArraNode *
arra_parameters_leaf_rows (const ArraParameters *parameters, ArraTape *tape, const char *name, gsize first, gsize n)
{
  const ArraParameter *item = arra_parameters_find (parameters, name);

  g_assert (item != NULL && item->n_dims == 2 && first + n <= (gsize) item->shape[0]);
  return leaf (parameters, tape, item, first, n);
}
