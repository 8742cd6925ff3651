/* inception_score.h - how certain a classifier is of single pictures, and how varied over all of them
 *
 * Source: Salimans et al., arXiv 1606.03498, section 4: exp (mean over x of KL (p(y|x) || p(y))), there with
 * Inception's classes. Here the classes are those of the classifier that judges, so that scores compare with each
 * other, not with published ones.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef struct
{
  double mean, deviation; /* over the splits; 1 (nothing is told apart) to the number of classes */
} ArraInceptionScore;

/* @probabilities: row i of @n at probabilities + i * @stride has @n_classes that sum to 1. The rows are cut into
 * @splits parts of nearly equal size, in order, each with its own p(y). ARGUMENT: fewer rows than splits. */
gboolean arra_inception_score (const float *probabilities,
                               gsize n,
                               gsize n_classes,
                               gsize stride,
                               guint splits,
                               ArraInceptionScore *score,
                               GError **error);
