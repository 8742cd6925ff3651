/* judgements.c - what critics and the maker learn from judgements, and their slopes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "judgements.h"

#include <math.h>

double
arra_judgements_please (const float *judgements, gsize n, float *slopes)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    {
      sum -= (double) judgements[i];
      slopes[i] = -1.0f / (float) n;
    }
  return sum / (double) n;
}

double
arra_judgements_hinge (const float *judgements, gsize n, float *slopes)
{
  double sum = 0;

  for (gsize i = 0; i < 2 * n; i++)
    {
      float side = i < n ? 1.0f : -1.0f, margin = 1 - side * judgements[i];

      sum += margin > 0 ? (double) margin : 0;
      slopes[i] = margin > 0 ? -side / (float) (2 * n) : 0;
    }
  return sum / (double) (2 * n);
}

double
arra_judgements_compare (const float *higher, const float *lower, gsize n, float *higher_slopes, float *lower_slopes)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    {
      double apart = (double) lower[i] - (double) higher[i];
      double slope = 1 / (1 + exp (-apart)) / (double) n;

      sum += fmax (apart, 0) + log1p (exp (-fabs (apart)));
      if (higher_slopes != NULL)
        higher_slopes[i] = (float) -slope;
      if (lower_slopes != NULL)
        lower_slopes[i] = (float) slope;
    }
  return sum / (double) n;
}

double
arra_judgements_liken (const float *made, const float *real, gsize n, double factor, float *slopes)
{
  double apart = 0, size = 1e-6 * (double) n;

  for (gsize i = 0; i < n; i++)
    {
      float d = made[i] - real[i];

      apart += fabs ((double) d);
      size += fabs ((double) real[i]);
      slopes[i] = d > 0 ? 1.0f : d < 0 ? -1.0f : 0.0f;
    }
  for (gsize i = 0; i < n; i++)
    slopes[i] *= (float) (factor / size);
  return apart / size;
}
