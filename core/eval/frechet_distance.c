/* frechet_distance.c - Fréchet distance between two sets of feature vectors
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "frechet_distance.h"

#include <math.h>
#include <string.h>

#include "fail.h"
#include "mem.h"
#include "symmetric_eigen.h"
#include "symmetric_matrix.h"

typedef struct
{
  gsize n;
  double *mean_a, *mean_b;      /* [n] */
  double *a, *b, *half, *whole; /* [n][n]: covariances, then their products */
  double *values;               /* [n] */
} Work;

/* c = a b */
static void
multiply (const double *a, const double *b, gsize n, double *c)
{
  memset (c, 0, n * n * sizeof *c);
  for (gsize i = 0; i < n; i++)
    for (gsize k = 0; k < n; k++)
      {
        double *restrict row = c + i * n;

        for (gsize j = 0; j < n; j++)
          row[j] += a[i * n + k] * b[k * n + j];
      }
}

static double
trace (const double *matrix, gsize n)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += matrix[i * n + i];
  return sum;
}

static double
mean_distance (const Work *w)
{
  double sum = 0;

  for (gsize i = 0; i < w->n; i++)
    sum += (w->mean_a[i] - w->mean_b[i]) * (w->mean_a[i] - w->mean_b[i]);
  return sum;
}

/* tr ((A^1/2 B A^1/2)^1/2), over a */
static gboolean
root_trace (Work *w, double *sum, GError **error)
{
  if (!arra_symmetric_sqrt (w->a, w->n, error))
    return FALSE;
  multiply (w->a, w->b, w->n, w->half);
  multiply (w->half, w->a, w->n, w->whole);
  if (!arra_symmetric_eigen (w->whole, w->n, FALSE, w->values, error))
    return FALSE;
  *sum = 0;
  for (gsize i = 0; i < w->n; i++)
    *sum += sqrt (MAX (w->values[i], 0));
  return TRUE;
}

static gboolean
measure (Work *w, const ArraFeatureMoments *a, const ArraFeatureMoments *b, double *distance, GError **error)
{
  double traces, root;

  if (!arra_feature_moments_finish (a, w->mean_a, w->a, error)
      || !arra_feature_moments_finish (b, w->mean_b, w->b, error))
    return FALSE;
  traces = trace (w->a, w->n) + trace (w->b, w->n);
  if (!isfinite (traces + mean_distance (w)))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "Features are not finite numbers");
  if (!root_trace (w, &root, error))
    return FALSE;
  *distance = MAX (mean_distance (w) + traces - 2 * root, 0);
  return TRUE;
}

gboolean
arra_frechet_distance (const ArraFeatureMoments *a, const ArraFeatureMoments *b, double *distance, GError **error)
{
  gsize n = a->width;
  g_automem double *memory = NULL;
  Work w = { .n = n };

  if (a->width != b->width)
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "Features of %" G_GSIZE_FORMAT " and %" G_GSIZE_FORMAT " numbers cannot be compared", a->width,
                      b->width);
  memory = arra_mem_new (4 * n + 3, n * sizeof *memory, "a Fréchet distance", error);
  if (memory == NULL)
    return FALSE;
  w.a = memory;
  w.b = w.a + n * n;
  w.half = w.b + n * n;
  w.whole = w.half + n * n;
  w.mean_a = w.whole + n * n;
  w.mean_b = w.mean_a + n;
  w.values = w.mean_b + n;
  return measure (&w, a, b, distance, error);
}
