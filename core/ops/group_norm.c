/* group_norm.c - group normalisation: statistics and the affine form of their use
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "group_norm.h"

#include <math.h>

void
arra_channel_moments (const float *x, gsize n_pixels, gsize channels, double *moments)
{
  double *restrict sums = moments;
  double *restrict squares = moments + channels;

  for (gsize p = 0; p < n_pixels; p++, x += channels)
    for (gsize c = 0; c < channels; c++)
      {
        double v = (double) x[c];
        sums[c] += v;
        squares[c] += v * v;
      }
}

/* The group's sum and sum of squares: tiles in order, in each the channels in order. */
static void
group_moments (const double *moments, gsize n_tiles, gsize channels, gsize first, gsize n, double *sum, double *squares)
{
  *sum = *squares = 0.0;
  for (gsize t = 0; t < n_tiles; t++, moments += 2 * channels)
    for (gsize c = first; c < first + n; c++)
      {
        *sum += moments[c];
        *squares += moments[channels + c];
      }
}

void
arra_group_norm_prepare (const double *moments,
                         gsize n_tiles,
                         gsize n_pixels,
                         gsize channels,
                         gsize groups,
                         double eps,
                         const float *weight,
                         const float *bias,
                         float *scale,
                         float *shift)
{
  gsize n = channels / groups;

  g_assert (channels % groups == 0);
  for (gsize first = 0; first < channels; first += n)
    {
      double count = (double) n_pixels * (double) n;
      double sum, squares, mean, deviation;

      group_moments (moments, n_tiles, channels, first, n, &sum, &squares);
      mean = sum / count;
      deviation = sqrt (MAX (squares / count - mean * mean, 0.0) + eps);
      for (gsize c = first; c < first + n; c++)
        {
          scale[c] = (float) ((double) weight[c] / deviation);
          shift[c] = (float) ((double) bias[c] - mean * ((double) weight[c] / deviation));
        }
    }
}
