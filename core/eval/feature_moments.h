/* feature_moments.h - mean and covariance of a set of feature vectors, gathered as they come
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Sums are of distances to the first vector, in double, so that a common offset costs no digits. */
typedef struct
{
  gsize width;
  guint64 n;
  float *first;     /* [width] */
  double *sum;      /* [width] */
  double *products; /* [width][width], the lower half */
} ArraFeatureMoments;

ArraFeatureMoments *arra_feature_moments_new (gsize width, GError **error);
void arra_feature_moments_free (ArraFeatureMoments *moments); /* nullable */
/* @features: [n][width] */
void arra_feature_moments_add (ArraFeatureMoments *moments, const float *features, gsize n);

/* @mean: [width]; @covariance: [width][width], of the sample (divided by n - 1). At least 2 vectors are needed:
 * ARGUMENT. */
gboolean
arra_feature_moments_finish (const ArraFeatureMoments *moments, double *mean, double *covariance, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraFeatureMoments, arra_feature_moments_free)
