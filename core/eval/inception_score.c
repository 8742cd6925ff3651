/* inception_score.c - how certain a classifier is of single pictures, and how varied over all of them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "inception_score.h"

#include <math.h>

#include "fail.h"

/* KL (p(y|x) || p(y)) summed over rows and classes: with H the entropy, n H (mean) - sum of H (row). */
static double
score_of (const float *rows, gsize n, gsize n_classes, gsize stride)
{
  double divergence = 0;

  for (gsize c = 0; c < n_classes; c++)
    {
      double sum = 0;

      for (gsize i = 0; i < n; i++)
        {
          double p = (double) rows[i * stride + c];

          sum += p;
          divergence += p > 0 ? p * log (p) : 0;
        }
      divergence -= sum > 0 ? sum * log (sum / (double) n) : 0;
    }
  return exp (divergence / (double) n);
}

gboolean
arra_inception_score (const float *probabilities,
                      gsize n,
                      gsize n_classes,
                      gsize stride,
                      guint splits,
                      ArraInceptionScore *score,
                      GError **error)
{
  double sum = 0, squares = 0;

  if (splits == 0 || n < splits)
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "%" G_GSIZE_FORMAT " pictures cannot be cut into %u parts for an Inception score", n, splits);
  for (guint i = 0; i < splits; i++)
    {
      gsize begin = n * i / splits, end = n * (i + 1) / splits;
      double one = score_of (probabilities + begin * stride, end - begin, n_classes, stride);

      sum += one;
      squares += one * one;
    }
  score->mean = sum / splits;
  score->deviation = sqrt (MAX (squares / splits - score->mean * score->mean, 0));
  return TRUE;
}
