/* params.c - binding weights by name: presence, type, shape, finiteness, conversion
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "params.h"

#include <stdatomic.h>
#include <string.h>

#include "fail.h"
#include "kernels.h"
#include "mem.h"
#include "quantised.h"

#define CHUNK 4096         /* elements converted at a time, on the stack */
#define LARGE ((gsize) 1 << 12) /* numbers of a tensor whose half is zero by no accident */
#define GRAIN (16 * CHUNK) /* elements handed to a thread at a time; both are multiples of ARRA_MAX_BLOCK */

typedef struct
{
  const ArraTensor *stored;
  ArraDType dtype;
  guint8 *out; /* nullable: values are only checked */
  GCancellable *cancellable;
  atomic_bool bad, cancelled;
} Job;

static const char *
file_of (ArraSource *source, const char *name)
{
  const char *file = arra_source_file_of (source, name);

  if (file == NULL && arra_source_count (source) > 0)
    file = arra_source_file_of (source, arra_source_name (source, 0));
  return file != NULL ? file : "memory";
}

static char *
describe_shape (const ArraParam *param)
{
  GString *text = g_string_new ("[");

  for (guint i = 0; i < param->n_dims; i++)
    {
      g_string_append (text, i == 0 ? "" : ", ");
      if (param->shape[i] < 0)
        g_string_append (text, "any");
      else
        g_string_append_printf (text, "%" G_GINT64_FORMAT, param->shape[i]);
    }
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

static gboolean
shape_fits (const ArraParam *param, const ArraTensor *stored)
{
  if (stored->n_dims != param->n_dims)
    return FALSE;
  for (guint i = 0; i < param->n_dims; i++)
    if (param->shape[i] >= 0 && stored->shape[i] != param->shape[i])
      return FALSE;
  return arra_tensor_count (stored) > 0;
}

/* Whether it is one without which nothing comes out: a matrix, a kernel, or the scale of a norm. */
static gboolean
needs_numbers (const ArraParam *param)
{
  if (g_str_has_suffix (param->name, "bias"))
    return FALSE;
  return param->n_dims >= 2 || (param->n_dims == 1 && g_str_has_suffix (param->name, "norm.weight"));
}

/* Tables hold a row for each token, code or place; those that nothing uses may be zero, as are the rows of
 * image tokens when a training begins with a model that wrote text. */
static gboolean
is_table (const char *name)
{
  return strstr (name, "embed") != NULL || strstr (name, "head.") != NULL || g_str_equal (name, "output.weight");
}

/* A download that stopped leaves zeros where it had reserved room. Sound tensors are left at their first
 * number. */
static gboolean
check_not_zero (const ArraParam *param, const ArraTensor *stored, ArraSource *source, GError **error)
{
  gsize count = arra_tensor_count (stored), half = count / 2 / ARRA_MAX_BLOCK * ARRA_MAX_BLOCK;
  gboolean first, second;

  if (!needs_numbers (param))
    return TRUE;
  first = arra_tensor_is_zero (stored, 0, half);
  second = arra_tensor_is_zero (stored, half, count - half);
  if (first && second)
    return arra_fail (
        error, ARRA_ERROR_INVALID_DATA,
        "%s: tensor \"%s\" is all zero: the file is damaged, as by a download that stopped; get it again",
        file_of (source, param->name), param->name);
  if ((!first && !second) || count < LARGE || is_table (param->name))
    return TRUE;
  return arra_fail (
      error, ARRA_ERROR_INVALID_DATA,
      "%s: half of tensor \"%s\" is zero: the file is damaged, as by a download that stopped; get it again",
      file_of (source, param->name), param->name);
}

/* The stored tensor, once its type and shape are right. TRUE with *@stored NULL when an optional one is
 * absent. */
static gboolean
find (const ArraParam *param, ArraSource *source, const ArraTensor **stored, GError **error)
{
  g_autofree char *is = NULL, *expected = NULL;

  *stored = arra_source_find (source, param->name);
  if ((*stored == NULL || !arra_dtype_is_float ((*stored)->dtype))
      && arra_quantised_explain (source, param->name, error))
    return FALSE;
  if (*stored == NULL && arra_source_is_absent (source, param->name, error))
    return FALSE;
  if (*stored == NULL && param->optional)
    return TRUE;
  if (*stored == NULL)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: tensor \"%s\" is missing",
                      file_of (source, param->name), param->name);
  if (arra_dtype_is_float ((*stored)->dtype) && shape_fits (param, *stored))
    return check_not_zero (param, *stored, source, error);
  is = arra_tensor_describe (*stored);
  expected = describe_shape (param);
  return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                    "%s: tensor \"%s\" is %s; numbers of a floating-point type in the shape %s are expected",
                    file_of (source, param->name), param->name, is, expected);
}

ArraDType
arra_param_matrix_dtype (const char *name, const ArraTensor *stored, ArraDType asked)
{
  if (asked != ARRA_N_DTYPES && is_table (name))
    asked = arra_dtype_traits (asked)->table;
  if (asked != ARRA_N_DTYPES && !arra_tensor_has_blocks (stored, asked))
    asked = arra_dtype_traits (asked)->ragged;
  if (asked == ARRA_N_DTYPES || !arra_tensor_has_blocks (stored, asked))
    asked = stored->dtype;
  return asked == ARRA_F64 ? ARRA_F32 : asked;
}

/* The type a weight takes in memory. */
static ArraDType
kept_dtype (const ArraParam *param, const ArraTensor *stored, ArraDType asked)
{
  return param->kind == ARRA_PARAM_VECTOR ? ARRA_F32 : arra_param_matrix_dtype (param->name, stored, asked);
}

static gboolean
stays_mapped (const ArraParam *param, const ArraTensor *stored, ArraDType dtype)
{
  return param->kind == ARRA_PARAM_MATRIX && stored->dtype == dtype;
}

/* Elements @first..@first+@count-1 of the stored tensor as a tensor of their own. */
static ArraTensor
slice (const ArraTensor *stored, gsize first, gsize count)
{
  ArraTensor part = { .dtype = stored->dtype, .n_dims = 1, .shape = { (gint64) count } };
  gint64 before = (gint64) first;
  gsize offset = 0;

  arra_tensor_bytes (part.dtype, 1, &before, &offset);
  arra_tensor_bytes (part.dtype, 1, part.shape, &part.n_bytes);
  part.data = (const guint8 *) stored->data + offset;
  return part;
}

static gboolean
take_chunk (const Job *job, gsize first, gsize count)
{
  ArraTensor part = slice (job->stored, first, count);
  const ArraDTypeTraits *traits = arra_dtype_traits (job->dtype);
  float values[CHUNK];

  if (!arra_tensor_is_finite (&part))
    return FALSE;
  if (job->out == NULL)
    return TRUE;
  if (job->dtype == part.dtype)
    memcpy (job->out + ((const guint8 *) part.data - (const guint8 *) job->stored->data), part.data,
            part.n_bytes);
  else if (job->dtype == ARRA_F32)
    {
      ArraTensor wide = {
        .dtype = ARRA_F32, .n_dims = 1, .shape = { (gint64) count }, .n_bytes = count * sizeof (float)
      };

      wide.data = job->out + first * sizeof (float);
      arra_tensor_to_float (&part, 0, count, (float *) (job->out + first * sizeof (float)));
      return part.dtype != ARRA_F64 || arra_tensor_is_finite (&wide);
    }
  else
    {
      arra_tensor_to_float (&part, 0, count, values);
      return traits->narrow (values, count, job->out + first / traits->block * traits->bytes);
    }
  return TRUE;
}

static void
take (gsize begin, gsize end, guint worker, gpointer data)
{
  Job *job = data;

  if (g_cancellable_is_cancelled (job->cancellable))
    atomic_store (&job->cancelled, TRUE);
  for (gsize first = begin; first < end && !atomic_load (&job->cancelled); first += CHUNK)
    if (!take_chunk (job, first, MIN (CHUNK, end - first)))
      atomic_store (&job->bad, TRUE);
  if (job->out != NULL) /* what was copied or converted need not stay in memory twice */
    {
      ArraTensor done = slice (job->stored, begin, end - begin);
      arra_mapping_release (done.data, done.n_bytes);
    }
}

/* Checks all values and, with job->out, converts them. */
static gboolean
take_all (Job *job, const ArraParam *param, ArraSource *source, ArraPool *pool, GError **error)
{
  arra_pool_run (pool, arra_tensor_count (job->stored), GRAIN, take, job);
  if (g_cancellable_set_error_if_cancelled (job->cancellable, error))
    return FALSE;
  if (atomic_load (&job->bad))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: tensor \"%s\" holds numbers that are not finite (or too large for %s)",
                      file_of (source, param->name), param->name, arra_dtype_name (job->dtype));
  return TRUE;
}

gboolean
arra_param_bind (const ArraParam *param, ArraSource *source, ArraDType dtype, ArraPool *pool,
                 GCancellable *cancellable, GError **error)
{
  const ArraTensor *stored;
  ArraTensor view;
  g_automem guint8 *owned = NULL;
  Job job = { .cancellable = cancellable };

  memset (param->weight, 0, sizeof *param->weight);
  if (!find (param, source, &stored, error))
    return FALSE;
  if (stored == NULL)
    return TRUE;
  job.stored = stored;
  view = *stored;
  view.dtype = job.dtype = kept_dtype (param, stored, dtype);
  if (!stays_mapped (param, stored, view.dtype))
    {
      if (!arra_tensor_bytes (view.dtype, view.n_dims, view.shape, &view.n_bytes))
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: tensor \"%s\" is too large",
                          file_of (source, param->name), param->name);
      owned = arra_mem_new (view.n_bytes, 1, param->name, error);
      if (owned == NULL)
        return FALSE;
      view.data = job.out = owned;
    }
  if (!take_all (&job, param, source, pool, error))
    return FALSE;
  if (job.out != NULL) /* the pages where two pieces met */
    arra_mapping_release (stored->data, stored->n_bytes);
  param->weight->view = view;
  param->weight->owned = g_steal_pointer (&owned);
  return TRUE;
}

void
arra_weight_clear (ArraWeight *weight)
{
  arra_mem_free (weight->owned);
  memset (weight, 0, sizeof *weight);
}

gboolean
arra_param_measure (const ArraParam *param, ArraSource *source, ArraDType dtype, guint64 *mapped,
                    guint64 *owned, GError **error)
{
  const ArraTensor *stored;
  ArraDType kept;
  gsize n_bytes;

  if (!find (param, source, &stored, error))
    return FALSE;
  if (stored == NULL)
    return TRUE;
  kept = kept_dtype (param, stored, dtype);
  if (stays_mapped (param, stored, kept))
    *mapped += stored->n_bytes;
  else if (arra_tensor_bytes (kept, stored->n_dims, stored->shape, &n_bytes))
    *owned += n_bytes;
  else
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: tensor \"%s\" is too large",
                      file_of (source, param->name), param->name);
  return TRUE;
}
