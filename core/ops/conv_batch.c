/* conv_batch.c - convolution of a batch of feature maps and its gradients
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "conv_batch.h"

#include <string.h>

#define MAX_TAPS 16
#define STRIP_FLOATS 40960 /* of a strip with its border: with its outputs it stays in a core's cache */
#define CHUNKS 8           /* parts of the pixels whose gradients of weights are added up apart */
#define CHUNK_PIXELS 2048  /* fewer are not worth a part */
#define LINE 16            /* rows of packed weights are multiples of a register */

/* One tap along an axis: where it reads, from the grid's place in the source, and which of the kernel's
 * weights it sums (a bit for each). */
typedef struct
{
  gint offset;
  guint mask;
} AxisTap;

/* Both axes are alike. */
typedef struct
{
  guint n_phases; /* outputs for each point of the grid */
  guint step;     /* of the source, for each point of the grid */
  gint low, high; /* least and largest offset */
  guint n_taps[2];
  AxisTap taps[2][4];
} Axis;

static const Axis forward_axes[] = {
  [ARRA_CONV_1X1] = { 1, 1, 0, 0, { 1 }, { { { 0, 1 } } } },
  [ARRA_CONV_3X3] = { 1, 1, -1, 1, { 3 }, { { { -1, 1 }, { 0, 2 }, { 1, 4 } } } },
  [ARRA_CONV_DOWN] = { 1, 2, 0, 2, { 3 }, { { { 0, 1 }, { 1, 2 }, { 2, 4 } } } },
  [ARRA_CONV_UP] = { 2, 1, -1, 1, { 2, 2 }, { { { -1, 1 }, { 0, 6 } }, { { 0, 3 }, { 1, 4 } } } },
};
static const Axis backward_axes[] = {
  [ARRA_CONV_1X1] = { 1, 1, 0, 0, { 1 }, { { { 0, 1 } } } },
  [ARRA_CONV_3X3] = { 1, 1, -1, 1, { 3 }, { { { -1, 4 }, { 0, 2 }, { 1, 1 } } } },
  [ARRA_CONV_DOWN] = { 2, 1, -1, 0, { 2, 1 }, { { { -1, 4 }, { 0, 1 } }, { { 0, 2 } } } },
  [ARRA_CONV_UP] = { 1, 2, -1, 2, { 4 }, { { { -1, 4 }, { 0, 6 }, { 1, 3 }, { 2, 1 } } } },
};

/* A convolution from a source to outputs, forward or backward. */
typedef struct
{
  const ArraExec *exec;
  const Axis *axis;
  gsize n, height, width; /* of the grid */
  gsize source_height, source_width, n_in, n_out;
  gsize w_step, strip, n_strips, halo_width, halo_floats;
  guint n_weights; /* taps of all phases */

  const float *x, *weights, *bias, *residual;
  float *y, *halos;
} Pass;

typedef struct
{
  gsize item, first, rows; /* rows of the grid */
} Strip;

static gsize
aligned (gsize floats)
{
  return (floats + LINE - 1) / LINE * LINE;
}

static guint
side_of (ArraConvForm form)
{
  return form == ARRA_CONV_1X1 ? 1 : 3;
}

void
arra_conv_batch_output_size (const ArraConvBatch *conv, gsize *height, gsize *width)
{
  gsize up = conv->form == ARRA_CONV_UP ? 2 : 1, down = conv->form == ARRA_CONV_DOWN ? 2 : 1;

  *height = conv->height * up / down;
  *width = conv->width * up / down;
}

static void
lay_out (Pass *pass)
{
  const Axis *axis = pass->axis;
  gsize border = (gsize) (axis->high - axis->low), taps = axis->n_taps[0] + axis->n_taps[1];

  pass->halo_width = (pass->width - 1) * axis->step + border + 1;
  pass->strip = STRIP_FLOATS / (pass->halo_width * pass->n_in * axis->step);
  pass->strip = CLAMP (pass->strip, border + 1, pass->height + border) - border;
  pass->n_strips = (pass->height + pass->strip - 1) / pass->strip;
  pass->halo_floats = aligned (((pass->strip - 1) * axis->step + border + 1) * pass->halo_width * pass->n_in);
  pass->w_step = aligned (pass->n_out);
  pass->n_weights = (guint) (taps * taps);
}

static Pass
forward_pass (const ArraConvBatch *conv)
{
  const Axis *axis = &forward_axes[conv->form];
  Pass pass = { .axis = axis,
                .n = conv->n,
                .height = conv->height / axis->step,
                .width = conv->width / axis->step,
                .source_height = conv->height,
                .source_width = conv->width,
                .n_in = conv->in_channels,
                .n_out = conv->out_channels };

  lay_out (&pass);
  return pass;
}

static Pass
backward_pass (const ArraConvBatch *conv)
{
  const Axis *axis = &backward_axes[conv->form];
  Pass pass = { .axis = axis,
                .n = conv->n,
                .height = conv->height / axis->n_phases,
                .width = conv->width / axis->n_phases,
                .n_in = conv->out_channels,
                .n_out = conv->in_channels };

  arra_conv_batch_output_size (conv, &pass.source_height, &pass.source_width);
  lay_out (&pass);
  return pass;
}

static gsize
packed_floats (const Pass *pass)
{
  return pass->n_weights * pass->n_in * pass->w_step;
}

/* ---- weights */

/* A tap of a phase. */
typedef struct
{
  guint phase_y, phase_x;
  AxisTap y, x;
} Tap;

/* All, in the order of the packed weights. */
static guint
list_taps (const Axis *axis, Tap taps[MAX_TAPS])
{
  guint n = 0;

  for (guint py = 0; py < axis->n_phases; py++)
    for (guint px = 0; px < axis->n_phases; px++)
      for (guint a = 0; a < axis->n_taps[py]; a++)
        for (guint b = 0; b < axis->n_taps[px]; b++, n++)
          taps[n] = (Tap){ py, px, axis->taps[py][a], axis->taps[px][b] };
  return n;
}

typedef struct
{
  const Pass *pass;
  const float *weight;
  float *packed;
  guint side;
  gboolean backward;
} Packing;

static float
sum_of_kernel (const float *kernel, guint side, const Tap *tap)
{
  float sum = 0;

  for (guint ky = 0; ky < side; ky++)
    for (guint kx = 0; kx < side; kx++)
      if ((tap->y.mask >> ky & 1) && (tap->x.mask >> kx & 1))
        sum += kernel[ky * side + kx];
  return sum;
}

static void
pack_taps (gsize begin, gsize end, guint worker, gpointer data)
{
  const Packing *p = data;
  gsize n_in = p->pass->n_in, n_out = p->pass->n_out, square = p->side * p->side;
  Tap taps[MAX_TAPS];

  list_taps (p->pass->axis, taps);
  for (gsize t = begin; t < end; t++)
    for (gsize i = 0; i < n_in; i++)
      {
        float *row = p->packed + (t * n_in + i) * p->pass->w_step;

        for (gsize o = 0; o < n_out; o++)
          row[o] = sum_of_kernel (p->weight + (p->backward ? i * n_out + o : o * n_in + i) * square, p->side,
                                  &taps[t]);
      }
}

/* @backward: the weights' outputs are the pass's inputs. */
static void
pack (const Pass *pass, const float *weight, guint side, gboolean backward, float *packed)
{
  Packing packing = { pass, weight, packed, side, backward };

  arra_pool_run (pass->exec->pool, pass->n_weights, 1, pack_taps, &packing);
}

/* ---- strips */

static Strip
strip_at (const Pass *pass, gsize index)
{
  Strip strip = { .item = index / pass->n_strips, .first = index % pass->n_strips * pass->strip };

  strip.rows = MIN (pass->strip, pass->height - strip.first);
  return strip;
}

static void
fill_row (const Pass *pass, gsize item, gssize y, float *row)
{
  gsize left = pass->axis->low < 0 ? (gsize) -pass->axis->low : 0, n_in = pass->n_in;
  gsize inside = MIN (pass->halo_width - left, pass->source_width);

  if (y < 0 || y >= (gssize) pass->source_height)
    {
      memset (row, 0, pass->halo_width * n_in * sizeof *row);
      return;
    }
  memset (row, 0, left * n_in * sizeof *row);
  memcpy (row + left * n_in, pass->x + (item * pass->source_height + (gsize) y) * pass->source_width * n_in,
          inside * n_in * sizeof *row);
  memset (row + (left + inside) * n_in, 0, (pass->halo_width - left - inside) * n_in * sizeof *row);
}

/* The strip's source with its border; a map without one is read where it lies. */
static const float *
read_strip (const Pass *pass, const Strip *strip, float *halo)
{
  const Axis *axis = pass->axis;
  gsize rows = (strip->rows - 1) * axis->step + (gsize) (axis->high - axis->low) + 1;

  if (axis->low == axis->high)
    return pass->x + (strip->item * pass->source_height + strip->first) * pass->source_width * pass->n_in;
  for (gsize r = 0; r < rows; r++)
    fill_row (pass, strip->item, (gssize) (strip->first * axis->step + r) + axis->low,
              halo + r * pass->halo_width * pass->n_in);
  return halo;
}

static ArraConvShape
shape_of (const Pass *pass, const Strip *strip, gsize *taps)
{
  gsize step = pass->axis->step, phases = pass->axis->n_phases;
  gsize row = pass->halo_width * pass->n_in;

  return (ArraConvShape){ .taps = taps,
                          .n_in = pass->n_in,
                          .n_out = pass->n_out,
                          .w_step = pass->w_step,
                          .n_rows = strip->rows,
                          .n_pixels = pass->width,
                          .x_row = step * row,
                          .x_step = step * pass->n_in,
                          .y_row = phases * phases * pass->width * pass->n_out,
                          .y_step = phases * pass->n_out };
}

/* Where the strip's outputs of a phase begin. */
static gsize
output_at (const Pass *pass, const Strip *strip, guint py, guint px)
{
  gsize phases = pass->axis->n_phases;

  return ((strip->item * pass->height * phases + strip->first * phases + py) * pass->width * phases + px)
         * pass->n_out;
}

static gsize
tap_at (const Pass *pass, const AxisTap *y, const AxisTap *x)
{
  gint low = pass->axis->low;

  return ((gsize) (y->offset - low) * pass->halo_width + (gsize) (x->offset - low)) * pass->n_in;
}

/* The taps of a phase. */
static gsize
taps_of (const Pass *pass, guint py, guint px, gsize taps[MAX_TAPS])
{
  const Axis *axis = pass->axis;
  gsize n = 0;

  for (guint a = 0; a < axis->n_taps[py]; a++)
    for (guint b = 0; b < axis->n_taps[px]; b++)
      taps[n++] = tap_at (pass, &axis->taps[py][a], &axis->taps[px][b]);
  return n;
}

/* ---- outputs */

static void
begin_outputs (const Pass *pass, const Strip *strip)
{
  gsize phases = pass->axis->n_phases, at = output_at (pass, strip, 0, 0), channels = pass->n_out;
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
  const Pass *pass = data;
  gsize taps[MAX_TAPS];

  for (gsize index = begin; index < end; index++)
    {
      Strip strip = strip_at (pass, index);
      ArraConvShape shape = shape_of (pass, &strip, taps);
      const float *x = read_strip (pass, &strip, pass->halos + worker * pass->halo_floats);
      const float *weights = pass->weights;

      if (pass->bias != NULL)
        begin_outputs (pass, &strip);
      for (guint py = 0; py < pass->axis->n_phases; py++)
        for (guint px = 0; px < pass->axis->n_phases; px++)
          {
            shape.n_taps = taps_of (pass, py, px, taps);
            pass->exec->kernels->convolve (&shape, x, weights, pass->y + output_at (pass, &strip, py, px));
            weights += shape.n_taps * pass->n_in * pass->w_step;
          }
    }
}

static void
run_pass (Pass *pass)
{
  arra_pool_run (pass->exec->pool, pass->n * pass->n_strips, 1, convolve_strips, pass);
}

/* ---- gradients of weights */

typedef struct
{
  const Pass *pass;
  const float *dy;
  float *sums;             /* [n_chunks][n_weights][n_in][w_step] */
  double *biases;          /* [n_chunks][n_out] */
  gsize n_chunks, n_parts; /* parts: of the taps */
} Gradients;

static gsize
chunks_of (const Pass *pass)
{
  gsize n = pass->n * pass->height * pass->width / CHUNK_PIXELS;

  return MIN (CLAMP (n, 1, CHUNKS), pass->n * pass->n_strips);
}

/* The gradients of taps @first..@last-1 from one strip. */
static void
gradients_of_strip (
    const Gradients *g, const Strip *strip, const float *x, guint first, guint last, float *sums)
{
  const Pass *pass = g->pass;
  gsize tap;
  ArraConvShape shape = shape_of (pass, strip, &tap);
  Tap taps[MAX_TAPS];

  list_taps (pass->axis, taps);
  shape.n_taps = 1;
  for (guint t = first; t < last; t++)
    {
      tap = tap_at (pass, &taps[t].y, &taps[t].x);
      pass->exec->kernels->convolve_weights (
          &shape, x, g->dy + output_at (pass, strip, taps[t].phase_y, taps[t].phase_x),
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
gradients_of_bias (const Gradients *g, const Strip *strip, double *sums)
{
  gsize phases = g->pass->axis->n_phases;

  add_pixels (g->dy + output_at (g->pass, strip, 0, 0), strip->rows * g->pass->width * phases * phases,
              g->pass->n_out, sums);
}

static void
gradients_of_task (gsize begin, gsize end, guint worker, gpointer data)
{
  const Gradients *g = data;
  const Pass *pass = g->pass;
  gsize n_strips = pass->n * pass->n_strips;

  for (gsize task = begin; task < end; task++)
    {
      gsize chunk = task / g->n_parts, part = task % g->n_parts;
      guint first = (guint) (part * pass->n_weights / g->n_parts);
      guint last = (guint) ((part + 1) * pass->n_weights / g->n_parts);
      float *sums = g->sums + chunk * packed_floats (pass);
      double *biases = g->biases + chunk * pass->n_out;
      gsize row = pass->n_in * pass->w_step;

      memset (sums + first * row, 0, (last - first) * row * sizeof *sums);
      if (part == 0)
        memset (biases, 0, pass->n_out * sizeof *biases);
      for (gsize i = chunk * n_strips / g->n_chunks; i < (chunk + 1) * n_strips / g->n_chunks; i++)
        {
          Strip strip = strip_at (pass, i);

          gradients_of_strip (g, &strip, read_strip (pass, &strip, pass->halos + worker * pass->halo_floats),
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
    g->pass->exec->kernels->add (g->sums + chunk * packed_floats (g->pass) + at, n, g->sums + at);
}

/* To the weights of input channels @begin..@end-1. */
static void
unpack_channels (gsize begin, gsize end, guint worker, gpointer data)
{
  const Unpacking *u = data;
  const Pass *pass = u->gradients->pass;
  Tap taps[MAX_TAPS];
  guint n = list_taps (pass->axis, taps);

  for (gsize i = begin; i < end; i++)
    for (guint t = 0; t < n; t++)
      {
        gsize at = (t * pass->n_in + i) * pass->w_step;

        add_chunks (u->gradients, at, pass->n_out);
        for (guint k = 0; k < u->side * u->side; k++)
          if ((taps[t].y.mask >> (k / u->side) & 1) && (taps[t].x.mask >> (k % u->side) & 1))
            for (gsize o = 0; o < pass->n_out; o++)
              u->dweight[(o * pass->n_in + i) * u->side * u->side + k] += u->gradients->sums[at + o];
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

static void
run_gradients (const Pass *pass, const float *dy, guint side, float *scratch, float *dweight, float *dbias)
{
  Gradients g = { .pass = pass, .dy = dy, .n_chunks = chunks_of (pass) };
  Unpacking unpacking = { &g, side, dweight };

  g.n_parts = g.n_chunks < CHUNKS ? pass->n_weights : 1;
  g.biases = (gpointer) scratch;
  g.sums = scratch + aligned (2 * g.n_chunks * pass->n_out);
  arra_pool_run (pass->exec->pool, g.n_chunks * g.n_parts, 1, gradients_of_task, &g);
  arra_pool_run (pass->exec->pool, pass->n_in, 1, unpack_channels, &unpacking);
  add_biases (&g, dbias);
}

/* ---- the whole */

gsize
arra_conv_batch_scratch (const ArraConvBatch *conv, guint threads)
{
  Pass pass = forward_pass (conv);

  return aligned (packed_floats (&pass)) + threads * pass.halo_floats;
}

gsize
arra_conv_batch_vjp_scratch (const ArraConvBatch *conv, guint threads)
{
  Pass forward = forward_pass (conv), backward = backward_pass (conv);
  gsize n_chunks = chunks_of (&forward);
  gsize sums = n_chunks * packed_floats (&forward) + aligned (2 * n_chunks * forward.n_out);

  return MAX (aligned (packed_floats (&backward)), sums)
         + threads * MAX (forward.halo_floats, backward.halo_floats);
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
  Pass pass = forward_pass (conv);

  pass.exec = exec;
  pass.x = x;
  pass.bias = bias;
  pass.residual = residual;
  pass.y = y;
  pass.weights = scratch;
  pass.halos = scratch + aligned (packed_floats (&pass));
  pack (&pass, weight, side_of (conv->form), FALSE, scratch);
  run_pass (&pass);
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
  Pass forward = forward_pass (conv), backward = backward_pass (conv);
  guint threads = arra_pool_threads (exec->pool);
  float *halos = scratch;

  scratch += threads * MAX (forward.halo_floats, backward.halo_floats);
  forward.exec = backward.exec = exec;
  forward.halos = backward.halos = halos;
  forward.x = x;
  backward.x = dy;
  backward.y = dx;
  backward.weights = scratch;
  if (dx != NULL)
    {
      pack (&backward, weight, side_of (conv->form), TRUE, scratch);
      run_pass (&backward);
    }
  if (dweight != NULL)
    run_gradients (&forward, dy, side_of (conv->form), scratch, dweight, dbias);
}
