/* check-convolve.c - compares convolutions of pixels with the scalar ones, bit for bit
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#define MAX_TAPS 5
#define ROUNDS 400

typedef struct
{
  ArraConvShape shape;
  gsize taps[MAX_TAPS];
  gsize n_x, n_w, n_y; /* floats, those between the rows too */
} Draw;

static gsize
pick (GRand *rand, gint first, gint last)
{
  return (gsize) g_rand_int_range (rand, first, last + 1);
}

static void
draw_shape (GRand *rand, gsize round, Draw *d)
{
  ArraConvShape *s = &d->shape;

  *d = (Draw) { .shape = { .taps = d->taps, .n_rows = pick (rand, 1, 3), .n_pixels = pick (rand, 1, 29) } };
  s->n_taps = pick (rand, 1, MAX_TAPS);
  s->n_in = pick (rand, 1, 27);
  s->n_out = round % 3 == 0 ? pick (rand, 1, 70) : 16 * pick (rand, 1, 3);
  s->w_step = s->n_out + pick (rand, 0, 5);
  s->x_step = s->n_in * pick (rand, 1, 2);
  s->x_row = s->n_pixels * s->x_step + pick (rand, 0, 9);
  s->y_step = s->n_out * pick (rand, 1, 2);
  s->y_row = s->n_pixels * s->y_step + pick (rand, 0, 9);
  for (gsize t = 0; t < s->n_taps; t++)
    d->taps[t] = pick (rand, 0, 60);
  d->n_x = s->n_rows * s->x_row + 60 + s->n_in;
  d->n_w = s->n_taps * s->n_in * s->w_step;
  d->n_y = s->n_rows * s->y_row;
}

char *
check_convolve (const ArraKernels *spec, const ArraKernels *variant, GRand *rand)
{
  char *fault = NULL;

  for (gsize round = 0; round < ROUNDS && fault == NULL; round++)
    {
      Values values = (Values) g_rand_int_range (rand, 0, N_VALUES);
      Draw d;

      draw_shape (rand, round, &d);
      g_autofree float *x = drawn_floats (rand, values, d.n_x), *w = drawn_floats (rand, values, d.n_w);
      g_autofree float *a = drawn_floats (rand, VALUES_ORDINARY, d.n_y);
      g_autofree float *b = g_memdup2 (a, d.n_y * sizeof *a);

      spec->convolve (&d.shape, x, w, a);
      variant->convolve (&d.shape, x, w, b);
      fault = difference ("convolve", d.shape.n_out, a, b, d.n_y);
    }
  return fault;
}

char *
check_convolve_weights (const ArraKernels *spec, const ArraKernels *variant, GRand *rand)
{
  char *fault = NULL;

  for (gsize round = 0; round < ROUNDS && fault == NULL; round++)
    {
      Values values = (Values) g_rand_int_range (rand, 0, N_VALUES);
      Draw d;

      draw_shape (rand, round, &d);
      g_autofree float *x = drawn_floats (rand, values, d.n_x), *dy = drawn_floats (rand, values, d.n_y);
      g_autofree float *a = drawn_floats (rand, VALUES_ORDINARY, d.n_w);
      g_autofree float *b = g_memdup2 (a, d.n_w * sizeof *a);

      spec->convolve_weights (&d.shape, x, dy, a);
      variant->convolve_weights (&d.shape, x, dy, b);
      fault = difference ("convolve_weights", d.shape.n_out, a, b, d.n_w);
    }
  return fault;
}

char *
check_affine_swish_vjp (const ArraKernels *spec, const ArraKernels *variant, GRand *rand)
{
  char *fault = NULL;

  for (gsize round = 0; round < ROUNDS && fault == NULL; round++)
    {
      gsize channels = pick (rand, 1, 70), n_pixels = pick (rand, 1, 9), n = channels * n_pixels;
      Values values = (Values) g_rand_int_range (rand, 0, N_VALUES);
      g_autofree float *x = drawn_floats (rand, values, n), *dy = drawn_floats (rand, values, n);
      g_autofree float *scale = drawn_floats (rand, values, channels), *bias = drawn_floats (rand, values, channels);
      g_autofree float *a = drawn_floats (rand, VALUES_ORDINARY, n + 2 * channels + 20);
      g_autofree float *b = g_memdup2 (a, (n + 2 * channels + 20) * sizeof *a);

      spec->affine_swish_vjp (x, dy, n_pixels, channels, scale, bias, a, a + n + 10);
      variant->affine_swish_vjp (x, dy, n_pixels, channels, scale, bias, b, b + n + 10);
      fault = difference ("affine_swish_vjp", channels, a, b, n + 2 * channels + 20);
    }
  return fault;
}

/* Rows of channels are @far apart, and of pixels as many as there are times that. */
typedef void (*Square) (const ArraKernels *table, const float *x, gsize channels, gsize far, float *y);

static char *
check_squares (const ArraKernels *spec,
               const ArraKernels *variant,
               GRand *rand,
               const char *name,
               gsize x_pixels,
               gsize y_pixels,
               Square square)
{
  char *fault = NULL;

  for (gsize round = 0; round < ROUNDS && fault == NULL; round++)
    {
      gsize channels = pick (rand, 1, 40), far = channels + pick (rand, 0, 9), n = y_pixels * far;
      Values values = (Values) g_rand_int_range (rand, 0, N_VALUES);
      g_autofree float *x = drawn_floats (rand, values, x_pixels * far);
      g_autofree float *a = drawn_floats (rand, VALUES_ORDINARY, n + 20);
      g_autofree float *b = g_memdup2 (a, (n + 20) * sizeof *a);

      square (spec, x, channels, far, a);
      square (variant, x, channels, far, b);
      fault = difference (name, channels, a, b, n + 20);
    }
  return fault;
}

static void
to_products (const ArraKernels *table, const float *x, gsize channels, gsize far, float *y)
{
  table->winograd_in (x, 6 * far, channels, y, far);
}

static void
to_pixels (const ArraKernels *table, const float *x, gsize channels, gsize far, float *y)
{
  table->winograd_out (x, far, channels, y, 4 * far);
}

char *
check_winograd_in (const ArraKernels *spec, const ArraKernels *variant, GRand *rand)
{
  return check_squares (spec, variant, rand, "winograd_in", 36, 36, to_products);
}

char *
check_winograd_out (const ArraKernels *spec, const ArraKernels *variant, GRand *rand)
{
  return check_squares (spec, variant, rand, "winograd_out", 36, 16, to_pixels);
}

/* Doubles as floats and what those lack: the same only where the doubles are. */
static void
split_doubles (const double *from, gsize n, float *to)
{
  for (gsize i = 0; i < n; i++)
    {
      to[2 * i] = (float) from[i];
      to[2 * i + 1] = (float) (from[i] - (double) to[2 * i]);
    }
}

/* What @table makes of pixels that begin @apart: the pixels, and behind them the sums. */
static void
finish_pixels (const ArraKernels *table, const ArraConvFinish *draw, gsize n, gboolean in_place, float *y)
{
  ArraConvFinish finish = *draw;
  double moments[2 * 100 + 2];

  for (gsize i = 0; i < G_N_ELEMENTS (moments); i++)
    moments[i] = 0.1 * (double) i;
  finish.y = y;
  if (in_place)
    finish.residual = y;
  if (draw->sums != NULL)
    {
      finish.sums = moments;
      finish.squares = moments + draw->channels + 1;
    }
  table->convolve_finish (&finish);
  split_doubles (moments, G_N_ELEMENTS (moments), y + n);
}

char *
check_convolve_finish (const ArraKernels *spec, const ArraKernels *variant, GRand *rand)
{
  char *fault = NULL;

  for (gsize round = 0; round < 600 && fault == NULL; round++)
    {
      double wanted;
      ArraConvFinish draw = { .n_pixels = (gsize) g_rand_int_range (rand, 1, 9),
                              .channels = (gsize) g_rand_int_range (rand, 1, 100),
                              .sums = round % 3 == 0 ? NULL : &wanted };
      const Values values = (Values) g_rand_int_range (rand, 0, N_VALUES);
      const gsize n = draw.n_pixels * (draw.channels + 3), whole = n + 2 * (2 * 100 + 2);
      g_autofree float *x = drawn_floats (rand, values, n), *bias = drawn_floats (rand, values, draw.channels),
                       *residual = drawn_floats (rand, values, n), *a = drawn_floats (rand, VALUES_ORDINARY, whole),
                       *b = g_memdup2 (a, whole * sizeof *a);

      draw.step = draw.channels + 3;
      draw.x = x;
      draw.bias = bias;
      draw.residual = round % 2 == 0 ? residual : NULL;
      finish_pixels (spec, &draw, n, round % 5 == 0, a);
      finish_pixels (variant, &draw, n, round % 5 == 0, b);
      fault = difference ("convolve_finish", draw.channels, a, b, whole);
    }
  return fault;
}
