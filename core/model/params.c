/* params.c - binding weights by name: presence, type, shape, finiteness, conversion
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "params.h"

#include <stdatomic.h>
#include <string.h>

#include "dtype_kernels.h"
#include "fail.h"
#include "mem.h"
#include "panels.h"
#include "quantised.h"

#define CHUNK 4096              /* elements converted at a time, on the stack */
#define LARGE ((gsize) 1 << 12) /* numbers of a tensor whose half is zero by no accident */
#define GRAIN (16 * CHUNK)      /* elements handed to a thread at a time; both are multiples of ARRA_MAX_BLOCK */
#define PIECE (CHUNK / ARRA_PANEL_ROWS) /* of each row of a panel */

typedef struct
{
  const ArraSource *source;
  const ArraTensor *stored;
  ArraDType dtype;
  const ArraPanelLayout *layout; /* nullable: rows stay apart */
  guint8 *out;                   /* nullable: values are only checked */
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

/* Whether these numbers are all zero; ends soon after the first that is not. */
static gboolean
is_zero (const ArraSource *source, const ArraTensor *stored, gsize first, gsize count)
{
  double buffer[CHUNK];

  for (gsize n; count > 0; first += n, count -= n)
    {
      ArraTensor part;

      n = MIN (CHUNK, count);
      part = arra_source_part (source, stored, first, n, buffer);
      if (!arra_tensor_is_zero (&part, 0, n))
        return FALSE;
    }
  return TRUE;
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
  first = is_zero (source, stored, 0, half);
  second = is_zero (source, stored, half, count - half);
  if (first && second)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
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
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: tensor \"%s\" is missing", file_of (source, param->name),
                      param->name);
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

/* The type a weight takes in memory, whichever way its rows lie. */
static ArraDType
kept_dtype (const ArraParam *param, const ArraTensor *stored, ArraDType asked)
{
  return param->kind == ARRA_PARAM_VECTOR ? ARRA_F32 : arra_param_matrix_dtype (param->name, stored, asked);
}

/* The same with the way they lie */
static ArraDType
laid_dtype (const ArraParam *param, const ArraTensor *stored, ArraDType kept)
{
  ArraCpu cpu;

  if (param->kind != ARRA_PARAM_MATRIX || stored->n_dims != 2 || param->cut % ARRA_PANEL_ROWS != 0)
    return kept;
  return arra_dtype_for_products (kept, (gsize) stored->shape[0],
                                  arra_kernels_get (arra_cpu_choose (&cpu, NULL) ? cpu : ARRA_CPU_C));
}

static gboolean
stays_mapped (const ArraParam *param, const ArraSource *source, const ArraTensor *stored, ArraDType laid)
{
  return param->kind != ARRA_PARAM_VECTOR && stored->dtype == laid && !arra_source_is_gathered (source, stored);
}

/* Elements @first..@first+@count-1 as job->dtype at @out (nullable: values are only checked). */
static gboolean
take_to (const Job *job, gsize first, gsize count, guint8 *out)
{
  double buffer[CHUNK];
  float values[CHUNK];
  const ArraTensor part = arra_source_part (job->source, job->stored, first, count, buffer);

  if (!arra_tensor_is_finite (&part))
    return FALSE;
  if (out == NULL)
    return TRUE;
  if (job->dtype == part.dtype)
    memcpy (out, part.data, part.n_bytes);
  else if (job->dtype == ARRA_F32)
    {
      ArraTensor wide = {
        .dtype = ARRA_F32, .n_dims = 1, .shape = { (gint64) count }, .n_bytes = count * sizeof (float), .data = out
      };

      arra_tensor_to_float (&part, 0, count, (float *) out);
      return part.dtype != ARRA_F64 || arra_tensor_is_finite (&wide);
    }
  else
    {
      arra_tensor_to_float (&part, 0, count, values);
      return arra_dtype_traits (job->dtype)->narrow (values, count, out);
    }
  return TRUE;
}

/* Where element @first of the weight goes; NULL: nowhere */
static guint8 *
place_of (const Job *job, gsize first)
{
  const ArraDTypeTraits *traits = arra_dtype_traits (job->dtype);

  return job->out == NULL ? NULL : job->out + first / traits->block * traits->bytes;
}

static gboolean
take_chunk (const Job *job, gsize first, gsize count)
{
  return take_to (job, first, count, place_of (job, first));
}

/* Elements @first..@first+@count-1, PIECE at most, of the rows of the panel that begins with row @row */
static gboolean
take_panel_piece (const Job *job, gsize row, gsize first, gsize count)
{
  const gsize width = (gsize) job->stored->shape[1];
  const gsize n_blocks = count / arra_dtype_traits (job->dtype)->block;
  guint8 rows[ARRA_PANEL_ROWS][2 * PIECE];

  for (gsize r = 0; r < ARRA_PANEL_ROWS; r++)
    if (!take_to (job, (row + r) * width + first, count, rows[r]))
      return FALSE;
  arra_panels_pack (job->layout, rows[0], sizeof rows[0], n_blocks,
                    place_of (job, row * width + first * ARRA_PANEL_ROWS));
  return TRUE;
}

/* What was copied or converted need not stay in memory twice. */
static void
release (const Job *job, gsize begin, gsize end)
{
  if (job->out != NULL)
    arra_source_release (job->source, job->stored, begin, end - begin);
}

static gboolean
goes_on (Job *job)
{
  if (g_cancellable_is_cancelled (job->cancellable))
    atomic_store (&job->cancelled, TRUE);
  return !atomic_load (&job->cancelled);
}

static void
take (gsize begin, gsize end, guint worker, gpointer data)
{
  Job *job = data;

  for (gsize first = begin; first < end && goes_on (job); first += CHUNK)
    if (!take_chunk (job, first, MIN (CHUNK, end - first)))
      atomic_store (&job->bad, TRUE);
  release (job, begin, end);
}

static void
take_panels (gsize begin, gsize end, guint worker, gpointer data)
{
  Job *job = data;
  const gsize width = (gsize) job->stored->shape[1];

  for (gsize panel = begin; panel < end && goes_on (job); panel++)
    for (gsize first = 0; first < width; first += PIECE)
      if (!take_panel_piece (job, panel * ARRA_PANEL_ROWS, first, MIN (PIECE, width - first)))
        atomic_store (&job->bad, TRUE);
  release (job, begin * ARRA_PANEL_ROWS * width, end * ARRA_PANEL_ROWS * width);
}

/* Checks all values and, with job->out, converts them. */
static gboolean
take_all (Job *job, const ArraParam *param, ArraSource *source, ArraPool *pool, GError **error)
{
  const gsize count = arra_tensor_count (job->stored);

  if (job->layout == NULL)
    arra_pool_run (pool, count, GRAIN, take, job);
  else
    {
      const gsize rows = (gsize) job->stored->shape[0];
      arra_pool_run (pool, rows / ARRA_PANEL_ROWS, GRAIN / (count / rows * ARRA_PANEL_ROWS) + 1, take_panels, job);
    }
  if (g_cancellable_set_error_if_cancelled (job->cancellable, error))
    return FALSE;
  if (atomic_load (&job->bad))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: tensor \"%s\" holds numbers that are not finite (or too large for %s)",
                      file_of (source, param->name), param->name, arra_dtype_name (job->dtype));
  return TRUE;
}

gboolean
arra_param_bind (const ArraParam *param,
                 ArraSource *source,
                 ArraDType dtype,
                 ArraPool *pool,
                 GCancellable *cancellable,
                 GError **error)
{
  const ArraTensor *stored;
  ArraTensor view;
  g_automem guint8 *owned = NULL;
  Job job = { .source = source, .cancellable = cancellable };

  memset (param->weight, 0, sizeof *param->weight);
  if (!find (param, source, &stored, error))
    return FALSE;
  if (stored == NULL)
    return TRUE;
  job.stored = stored;
  view = *stored;
  job.dtype = kept_dtype (param, stored, dtype);
  view.dtype = laid_dtype (param, stored, job.dtype);
  job.layout = arra_dtype_traits (view.dtype)->layout;
  if (!stays_mapped (param, source, stored, view.dtype))
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
    arra_source_release (source, stored, 0, arra_tensor_count (stored));
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
arra_param_measure (const ArraParam *param,
                    ArraSource *source,
                    ArraDType dtype,
                    guint64 *mapped,
                    guint64 *owned,
                    GError **error)
{
  const ArraTensor *stored;
  ArraDType kept;
  gsize n_bytes;

  if (!find (param, source, &stored, error))
    return FALSE;
  if (stored == NULL)
    return TRUE;
  kept = laid_dtype (param, stored, kept_dtype (param, stored, dtype));
  if (stays_mapped (param, source, stored, kept))
    *mapped += stored->n_bytes;
  else if (arra_tensor_bytes (kept, stored->n_dims, stored->shape, &n_bytes))
    *owned += n_bytes;
  else
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: tensor \"%s\" is too large", file_of (source, param->name),
                      param->name);
  return TRUE;
}
