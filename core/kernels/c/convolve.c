/* convolve.c - convolutions of pixels and the gradients of their weights (scalar)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "spec.h"

#include <math.h>

static void
convolve_pixel (const ArraConvShape *s, const float *x, const float *w, float *y)
{
  for (gsize t = 0; t < s->n_taps; t++)
    for (gsize i = 0; i < s->n_in; i++, w += s->w_step)
      for (gsize o = 0; o < s->n_out; o++)
        y[o] = fmaf (x[s->taps[t] + i], w[o], y[o]);
}

void
arra_c_convolve (const ArraConvShape *s, const float *x, const float *w, float *y)
{
  for (gsize row = 0; row < s->n_rows; row++)
    for (gsize p = 0; p < s->n_pixels; p++)
      convolve_pixel (s, x + row * s->x_row + p * s->x_step, w, y + row * s->y_row + p * s->y_step);
}

static void
weights_of_pixel (const ArraConvShape *s, const float *x, const float *dy, float *dw)
{
  for (gsize t = 0; t < s->n_taps; t++)
    for (gsize i = 0; i < s->n_in; i++, dw += s->w_step)
      for (gsize o = 0; o < s->n_out; o++)
        dw[o] = fmaf (x[s->taps[t] + i], dy[o], dw[o]);
}

void
arra_c_convolve_weights (const ArraConvShape *s, const float *x, const float *dy, float *dw)
{
  for (gsize row = 0; row < s->n_rows; row++)
    for (gsize p = 0; p < s->n_pixels; p++)
      weights_of_pixel (s, x + row * s->x_row + p * s->x_step, dy + row * s->y_row + p * s->y_step, dw);
}

static void
finish_pixel (const ArraConvFinish *f, const float *x, const float *residual, float *y)
{
  if (residual == NULL)
    for (gsize c = 0; c < f->channels; c++)
      y[c] = x[c] + f->bias[c];
  else
    for (gsize c = 0; c < f->channels; c++)
      y[c] = residual[c] + (x[c] + f->bias[c]);
}

static void
add_moments (const float *y, gsize channels, double *restrict sums, double *restrict squares)
{
  for (gsize c = 0; c < channels; c++)
    {
      double v = (double) y[c];

      sums[c] += v;
      squares[c] += v * v;
    }
}

void
arra_c_convolve_finish (const ArraConvFinish *f)
{
  for (gsize p = 0; p < f->n_pixels; p++)
    {
      float *y = f->y + p * f->step;

      finish_pixel (f, f->x + p * f->channels, f->residual != NULL ? f->residual + p * f->step : NULL, y);
      if (f->sums != NULL)
        add_moments (y, f->channels, f->sums, f->squares);
    }
}
