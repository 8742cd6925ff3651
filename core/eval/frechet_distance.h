/* frechet_distance.h - Fréchet distance between two sets of feature vectors, each taken as a normal distribution
 *
 * Source: Dowson and Landau, J. Multivariate Anal. 12 (1982); Heusel et al., arXiv 1706.08500, section 4 ("FID", there
 * over Inception's features): d^2 = |m1 - m2|^2 + tr (C1) + tr (C2) - 2 tr ((C1^1/2 C2 C1^1/2)^1/2) The last root is of
 * a symmetric matrix without negative eigenvalues, so that covariances of less than full rank need no special case.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "feature_moments.h"

/* d^2, as FID is reported; in the square of the features' unit, 0 or more. ARGUMENT: other widths, less than 2 vectors
 * in a set; INVALID_DATA: values that are not finite. */
gboolean
arra_frechet_distance (const ArraFeatureMoments *a, const ArraFeatureMoments *b, double *distance, GError **error);
