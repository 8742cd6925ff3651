/* conv_gradients.c - gradients of a convolution's weights and biases
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "conv_gradients.h"

#include <string.h>

#define CHUNKS 8          /* parts of the pixels whose gradients of weights are added up apart */
#define CHUNK_PIXELS 2048 /* fewer are not worth a part */

typedef struct
{
  const ArraConvPass *pass;
  const float *dy;
  float *sums;             /* [n_chunks][n_weights][n_in][w_step] */
  double *biases;          /* [n_chunks][n_out] */
  gsize n_chunks, n_parts; /* parts: of the taps */
} Gradients;

static gsize
chunks_of (const ArraConvPass *pass)
{
  gsize n = pass->n * pass->height * pass->width / CHUNK_PIXELS;

  return MIN (CLAMP (n, 1, CHUNKS), pass->n * pass->n_strips);
}

/* The gradients of taps @first..@last-1 from one strip. */
static void
gradients_of_strip (const Gradients *g,
                    const ArraConvStrip *strip,
                    const float *x,
                    guint first,
                    guint last,
                    float *sums)
{
  const ArraConvPass *pass = g->pass;
  gsize tap;
  ArraConvShape shape = arra_conv_strip_shape (pass, strip, &tap);
  ArraConvTap taps[ARRA_CONV_MAX_TAPS];

  arra_conv_pass_taps (pass->axis, taps);
  shape.n_taps = 1;
  for (guint t = first; t < last; t++)
    {
      tap = arra_conv_pass_place (pass, &taps[t].y, &taps[t].x);
      pass->exec->kernels->convolve_weights (
          &shape, x, g->dy + arra_conv_strip_output (pass, strip, taps[t].phase_y, taps[t].phase_x),
          sums + t * pass->n_in * pass->w_step);
    }
}

static void
add_pixels (const float *dy, gsize n, gsize channels, double *sums)
{
  for (gsize p = 0; p < n; p++, dy += channels)
    for (gsize c = 0; c < channels; c++)
      sums[c] += (double) dy[c];
}

static void
gradients_of_bias (const Gradients *g, const ArraConvStrip *strip, double *sums)
{
  gsize phases = g->pass->axis->n_phases;

  add_pixels (g->dy + arra_conv_strip_output (g->pass, strip, 0, 0), strip->rows * g->pass->width * phases * phases,
              g->pass->n_out, sums);
}

static void
gradients_of_task (gsize begin, gsize end, guint worker, gpointer data)
{
  const Gradients *g = data;
  const ArraConvPass *pass = g->pass;
  gsize n_strips = pass->n * pass->n_strips;

  for (gsize task = begin; task < end; task++)
    {
      gsize chunk = task / g->n_parts, part = task % g->n_parts;
      guint first = (guint) (part * pass->n_weights / g->n_parts);
      guint last = (guint) ((part + 1) * pass->n_weights / g->n_parts);
      float *sums = g->sums + chunk * arra_conv_pass_packed (pass);
      double *biases = g->biases + chunk * pass->n_out;
      gsize row = pass->n_in * pass->w_step;

      memset (sums + first * row, 0, (last - first) * row * sizeof *sums);
      if (part == 0)
        memset (biases, 0, pass->n_out * sizeof *biases);
      for (gsize i = chunk * n_strips / g->n_chunks; i < (chunk + 1) * n_strips / g->n_chunks; i++)
        {
          ArraConvStrip strip = arra_conv_strip_at (pass, i);

          gradients_of_strip (g, &strip, arra_conv_strip_read (pass, &strip, pass->halos + worker * pass->halo_floats),
                              first, last, sums);
          if (part == 0)
            gradients_of_bias (g, &strip, biases);
        }
    }
}

typedef struct
{
  const Gradients *gradients;
  guint side;
  float *dweight;
} Unpacking;

static void
add_chunks (const Gradients *g, gsize at, gsize n)
{
  for (gsize chunk = 1; chunk < g->n_chunks; chunk++)
    g->pass->exec->kernels->add (g->sums + chunk * arra_conv_pass_packed (g->pass) + at, n, g->sums + at);
}

/* To the weights of input channels @begin..@end-1. */
static void
unpack_channels (gsize begin, gsize end, guint worker, gpointer data)
{
  const Unpacking *u = data;
  const ArraConvPass *pass = u->gradients->pass;
  ArraConvTap taps[ARRA_CONV_MAX_TAPS];
  guint n = arra_conv_pass_taps (pass->axis, taps);

  for (gsize i = begin; i < end; i++)
    for (guint t = 0; t < n; t++)
      {
        gsize at = (t * pass->n_in + i) * pass->w_step;

        add_chunks (u->gradients, at, pass->n_out);
        for (guint k = 0; k < u->side * u->side; k++)
          {
            float share = taps[t].y.share[k / u->side] * taps[t].x.share[k % u->side];

            for (gsize o = 0; o < pass->n_out && share > 0; o++)
              u->dweight[(o * pass->n_in + i) * u->side * u->side + k] += share * u->gradients->sums[at + o];
          }
      }
}

static void
add_biases (const Gradients *g, float *dbias)
{
  for (gsize c = 0; c < g->pass->n_out; c++)
    {
      double sum = 0;

      for (gsize chunk = 0; chunk < g->n_chunks; chunk++)
        sum += g->biases[chunk * g->pass->n_out + c];
      dbias[c] += (float) sum;
    }
}

gsize
arra_conv_gradients_scratch (const ArraConvPass *pass)
{
  gsize n_chunks = chunks_of (pass);

  return n_chunks * arra_conv_pass_packed (pass) + arra_conv_aligned (2 * n_chunks * pass->n_out);
}

void
arra_conv_gradients (const ArraConvPass *pass,
                     const float *dy,
                     guint side,
                     float *scratch,
                     float *dweight,
                     float *dbias)
{
  Gradients g = { .pass = pass, .dy = dy, .n_chunks = chunks_of (pass) };
  Unpacking unpacking = { &g, side, dweight };

  g.n_parts = g.n_chunks < CHUNKS ? pass->n_weights : 1;
  g.biases = (gpointer) scratch;
  g.sums = scratch + arra_conv_aligned (2 * g.n_chunks * pass->n_out);
  arra_pool_run (pass->exec->pool, g.n_chunks * g.n_parts, 1, gradients_of_task, &g);
  arra_pool_run (pass->exec->pool, pass->n_in, 1, unpack_channels, &unpacking);
  add_biases (&g, dbias);
}
