/* feature_moments.c - mean and covariance of a set of feature vectors
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "feature_moments.h"

#include <string.h>

#include "fail.h"
#include "mem.h"

ArraFeatureMoments *
arra_feature_moments_new (gsize width, GError **error)
{
  g_autoptr (ArraFeatureMoments) moments = arra_mem_new0 (1, sizeof *moments, "feature statistics", error);

  if (moments == NULL)
    return NULL;
  moments->width = width;
  moments->first = arra_mem_new0 (width, sizeof *moments->first, "feature statistics", error);
  if (moments->first == NULL)
    return NULL;
  moments->sum = arra_mem_new0 (width, sizeof *moments->sum, "feature statistics", error);
  if (moments->sum == NULL)
    return NULL;
  moments->products = arra_mem_new0 (width, width * sizeof *moments->products, "feature statistics", error);
  return moments->products == NULL ? NULL : g_steal_pointer (&moments);
}

void
arra_feature_moments_free (ArraFeatureMoments *moments)
{
  if (moments == NULL)
    return;
  arra_mem_free (moments->first);
  arra_mem_free (moments->sum);
  arra_mem_free (moments->products);
  arra_mem_free (moments);
}

static void
add_one (ArraFeatureMoments *moments, const float *x)
{
  for (gsize i = 0; i < moments->width; i++)
    {
      double *restrict row = moments->products + i * moments->width;
      double d = (double) x[i] - (double) moments->first[i];

      moments->sum[i] += d;
      for (gsize j = 0; j <= i; j++)
        row[j] += d * ((double) x[j] - (double) moments->first[j]);
    }
}

void
arra_feature_moments_add (ArraFeatureMoments *moments, const float *features, gsize n)
{
  if (moments->n == 0 && n > 0)
    memcpy (moments->first, features, moments->width * sizeof *features);
  for (gsize i = 0; i < n; i++)
    add_one (moments, features + i * moments->width);
  moments->n += n;
}

gboolean
arra_feature_moments_finish (const ArraFeatureMoments *moments, double *mean, double *covariance, GError **error)
{
  double n = (double) moments->n;

  if (moments->n < 2)
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "%" G_GUINT64_FORMAT " pictures are too few for statistics: at least 2 are needed", moments->n);
  for (gsize i = 0; i < moments->width; i++)
    {
      mean[i] = (double) moments->first[i] + moments->sum[i] / n;
      for (gsize j = 0; j <= i; j++)
        {
          gsize at = i * moments->width + j;

          covariance[at] = (moments->products[at] - moments->sum[i] * moments->sum[j] / n) / (n - 1);
          covariance[j * moments->width + i] = covariance[at];
        }
    }
  return TRUE;
}
