/* conv_batch.c - convolution of a batch of feature maps
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "conv_batch.h"

#include <string.h>

#include "conv_gradients.h"
#include "conv_pass.h"

typedef struct
{
  const ArraConvPass *pass;
  const float *weight;
  float *packed;
  guint side;
  gboolean backward;
} Packing;

static float
sum_of_kernel (const float *kernel, guint side, const ArraConvTap *tap)
{
  float sum = 0;

  for (guint ky = 0; ky < side; ky++)
    for (guint kx = 0; kx < side; kx++)
      if (tap->y.share[ky] > 0 && tap->x.share[kx] > 0)
        sum += tap->y.share[ky] * tap->x.share[kx] * kernel[ky * side + kx];
  return sum;
}

static void
pack_taps (gsize begin, gsize end, guint worker, gpointer data)
{
  const Packing *p = data;
  gsize n_in = p->pass->n_in, n_out = p->pass->n_out, square = p->side * p->side;
  ArraConvTap taps[ARRA_CONV_MAX_TAPS];

  arra_conv_pass_taps (p->pass->axis, taps);
  for (gsize t = begin; t < end; t++)
    for (gsize i = 0; i < n_in; i++)
      {
        float *row = p->packed + (t * n_in + i) * p->pass->w_step;

        for (gsize o = 0; o < n_out; o++)
          row[o] = sum_of_kernel (p->weight + (p->backward ? i * n_out + o : o * n_in + i) * square, p->side, &taps[t]);
      }
}

/* @backward: the weights' outputs are the pass's inputs. */
static void
pack (const ArraConvPass *pass, const float *weight, guint side, gboolean backward, float *packed)
{
  Packing packing = { pass, weight, packed, side, backward };

  arra_pool_run (pass->exec->pool, pass->n_weights, 1, pack_taps, &packing);
}

/* The taps of a phase. */
static gsize
taps_of (const ArraConvPass *pass, guint py, guint px, gsize taps[ARRA_CONV_MAX_TAPS])
{
  const ArraConvAxis *axis = pass->axis;
  gsize n = 0;

  for (guint a = 0; a < axis->n_taps[py]; a++)
    for (guint b = 0; b < axis->n_taps[px]; b++)
      taps[n++] = arra_conv_pass_place (pass, &axis->taps[py][a], &axis->taps[px][b]);
  return n;
}

static void
begin_outputs (const ArraConvPass *pass, const ArraConvStrip *strip)
{
  gsize phases = pass->axis->n_phases, at = arra_conv_strip_output (pass, strip, 0, 0), channels = pass->n_out;
  gsize n = strip->rows * phases * pass->width * phases;
  float *y = pass->y + at;

  if (pass->residual == NULL)
    for (gsize p = 0; p < n; p++)
      memcpy (y + p * channels, pass->bias, channels * sizeof *y);
  else
    for (gsize p = 0; p < n; p++)
      for (gsize c = 0; c < channels; c++)
        y[p * channels + c] = pass->residual[at + p * channels + c] + pass->bias[c];
}

static void
convolve_strips (gsize begin, gsize end, guint worker, gpointer data)
{
  const ArraConvPass *pass = data;
  gsize taps[ARRA_CONV_MAX_TAPS];

  for (gsize index = begin; index < end; index++)
    {
      ArraConvStrip strip = arra_conv_strip_at (pass, index);
      ArraConvShape shape = arra_conv_strip_shape (pass, &strip, taps);
      const float *x = arra_conv_strip_read (pass, &strip, pass->halos + worker * pass->halo_floats);
      const float *weights = pass->weights;

      if (pass->bias != NULL)
        begin_outputs (pass, &strip);
      for (guint py = 0; py < pass->axis->n_phases; py++)
        for (guint px = 0; px < pass->axis->n_phases; px++)
          {
            shape.n_taps = taps_of (pass, py, px, taps);
            pass->exec->kernels->convolve (&shape, x, weights, pass->y + arra_conv_strip_output (pass, &strip, py, px));
            weights += shape.n_taps * pass->n_in * pass->w_step;
          }
    }
}

static void
run_pass (ArraConvPass *pass)
{
  arra_pool_run (pass->exec->pool, pass->n * pass->n_strips, 1, convolve_strips, pass);
}

void
arra_conv_batch_output_size (const ArraConvBatch *conv, gsize *height, gsize *width)
{
  gsize up = conv->form == ARRA_CONV_UP || conv->form == ARRA_CONV_UP_SMOOTH ? 2 : 1,
        down = conv->form == ARRA_CONV_DOWN ? 2 : 1;

  *height = conv->height * up / down;
  *width = conv->width * up / down;
}

/* Floats of what the way back makes when padding takes part in it: the gradient of the padded map. */
static gsize
padded_floats (const ArraConvPass *backward)
{
  gsize phases = backward->axis->n_phases;

  return backward->border == 0
             ? 0
             : arra_conv_aligned (backward->n * backward->height * phases * backward->width * phases * backward->n_out);
}

gsize
arra_conv_batch_scratch (const ArraConvBatch *conv, guint threads)
{
  ArraConvPass pass = arra_conv_pass_forward (conv);

  return arra_conv_aligned (arra_conv_pass_packed (&pass)) + threads * pass.halo_floats;
}

gsize
arra_conv_batch_vjp_scratch (const ArraConvBatch *conv, guint threads)
{
  ArraConvPass forward = arra_conv_pass_forward (conv), backward = arra_conv_pass_backward (conv);

  return MAX (arra_conv_aligned (arra_conv_pass_packed (&backward)), arra_conv_gradients_scratch (&forward))
         + threads * MAX (forward.halo_floats, backward.halo_floats) + padded_floats (&backward);
}

void
arra_conv_batch (const ArraExec *exec,
                 const ArraConvBatch *conv,
                 const float *x,
                 const float *weight,
                 const float *bias,
                 const float *residual,
                 float *scratch,
                 float *y)
{
  ArraConvPass pass = arra_conv_pass_forward (conv);

  pass.exec = exec;
  pass.x = x;
  pass.bias = bias;
  pass.residual = residual;
  pass.y = y;
  pass.weights = scratch;
  pass.halos = scratch + arra_conv_aligned (arra_conv_pass_packed (&pass));
  pack (&pass, weight, arra_conv_side (conv->form), FALSE, scratch);
  run_pass (&pass);
}

typedef struct
{
  const ArraExec *exec;
  const ArraConvBatch *conv;
  gsize border; /* pixels */
  const float *padded;
  float *dx;
} Folding;

static void
fold_row (const Folding *f, const float *padded, float *dx)
{
  gsize width = f->conv->width, channels = f->conv->in_channels, border = f->border;

  f->exec->kernels->add (padded + border * channels, width * channels, dx);
  for (gsize i = 0; i < 2 * border; i++)
    {
      gsize column = i < border ? i : width + i;
      gssize to = arra_padding_index (f->conv->padding, (gssize) column - (gssize) border, width);

      f->exec->kernels->add (padded + column * channels, channels, dx + (gsize) to * channels);
    }
}

/* What a pixel gave to its copies outside comes back to it. */
static void
fold_items (gsize begin, gsize end, guint worker, gpointer data)
{
  const Folding *f = data;
  const ArraConvBatch *conv = f->conv;
  gsize rows = conv->height + 2 * f->border, row = conv->width * conv->in_channels;
  gsize padded_row = row + 2 * f->border * conv->in_channels;

  for (gsize item = begin; item < end; item++)
    for (gsize y = 0; y < rows; y++)
      {
        gssize to = arra_padding_index (conv->padding, (gssize) y - (gssize) f->border, conv->height);

        fold_row (f, f->padded + (item * rows + y) * padded_row, f->dx + (item * conv->height + (gsize) to) * row);
      }
}

/* Through the gradient of the padded map @padded, if there is padding. */
static void
run_backward (ArraConvPass *pass, const ArraConvBatch *conv, float *padded, float *dx)
{
  Folding folding = { pass->exec, conv, pass->border * pass->axis->n_phases, padded, dx };

  pass->y = dx;
  if (pass->border > 0)
    {
      memset (padded, 0, padded_floats (pass) * sizeof *padded);
      pass->y = padded;
    }
  run_pass (pass);
  if (pass->border > 0)
    arra_pool_run (pass->exec->pool, pass->n, 1, fold_items, &folding);
}

void
arra_conv_batch_vjp (const ArraExec *exec,
                     const ArraConvBatch *conv,
                     const float *x,
                     const float *weight,
                     const float *dy,
                     float *scratch,
                     float *dx,
                     float *dweight,
                     float *dbias)
{
  ArraConvPass forward = arra_conv_pass_forward (conv), backward = arra_conv_pass_backward (conv);
  guint threads = arra_pool_threads (exec->pool);
  float *halos = scratch, *padded = scratch + threads * MAX (forward.halo_floats, backward.halo_floats);

  scratch = padded + padded_floats (&backward);
  forward.exec = backward.exec = exec;
  forward.halos = backward.halos = halos;
  forward.x = x;
  backward.x = dy;
  backward.weights = scratch;
  if (dx != NULL)
    {
      pack (&backward, weight, arra_conv_side (conv->form), TRUE, scratch);
      run_backward (&backward, conv, padded, dx);
    }
  if (dweight != NULL)
    arra_conv_gradients (&forward, dy, arra_conv_side (conv->form), scratch, dweight, dbias);
}
