/* clip_score.c - how well pictures go with their captions
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "clip_score.h"

#include <math.h>

static double
cosine (const float *a, const float *b, gsize width)
{
  double product = 0, a_square = 0, b_square = 0;

  for (gsize i = 0; i < width; i++)
    {
      product += (double) a[i] * (double) b[i];
      a_square += (double) a[i] * (double) a[i];
      b_square += (double) b[i] * (double) b[i];
    }
  return a_square > 0 && b_square > 0 ? product / sqrt (a_square * b_square) : 0;
}

double
arra_clip_score (const float *images, const float *texts, gsize n, gsize width)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += cosine (images + i * width, texts + i * width, width);
  return n > 0 ? sum / (double) n : 0;
}
