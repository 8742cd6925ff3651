/* conv2d.c - two-dimensional convolution by im2col on tiles
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "conv2d.h"

#include <string.h>

#include "conv_input.h"
#include "gemm.h"
#include "winograd.h"

#define TILE 16      /* pixels on a side for kernel 3; kernel 1 takes TILE * TILE pixels in a row */
#define TILE_WIDE 32 /* pixels across for Winograd's products: weights that are read serve so many more */

static gsize
ceil_div (gsize a, gsize b)
{
  return (a + b - 1) / b;
}

/* A side of a tile as Winograd's squares cover it. */
static gsize
covered (gsize side)
{
  return ceil_div (side, ARRA_WINOGRAD_SIDE) * ARRA_WINOGRAD_SIDE;
}

typedef struct
{
  gsize height, width, rows, columns; /* of a tile, and of the grid of tiles */
} Grid;

typedef struct
{
  const ArraConv2d *conv;
  ArraConvInput input;
  const ArraFeatureMap *residual, *out;
  double *moments;
  const ArraMapWork *work;
  Grid grid;
  gboolean transformed; /* by Winograd's products */
} Call;

/* At most TILE x TILE_WIDE pixels, in tiles of about one size; a map that is small is cut in two for all that. */
static Grid
grid_transformed (gsize height, gsize width)
{
  Grid grid = { .height = covered (ceil_div (height, MAX (ceil_div (height, TILE), 2))),
                .width = covered (ceil_div (width, ceil_div (width, TILE_WIDE))) };

  grid.rows = ceil_div (height, grid.height);
  grid.columns = ceil_div (width, grid.width);
  return grid;
}

/* Pixels of a 1x1 convolution are independent: the map counts as one long row. */
static Grid
grid_of (const ArraConv2d *conv, gsize height, gsize width, gboolean transformed)
{
  if (transformed && arra_conv2d_transformed (conv, height, width) > 0)
    return grid_transformed (height, width);
  if (conv->kernel == 1)
    return (Grid) { 1, MIN (TILE * TILE, height * width), 1, ceil_div (height * width, TILE * TILE) };
  return (Grid) { MIN (TILE, height), MIN (TILE, width), ceil_div (height, TILE), ceil_div (width, TILE) };
}

static gsize
aligned (gsize floats)
{
  return (floats + 15) & ~(gsize) 15;
}

static gsize
halo_floats (const ArraConv2d *conv, gsize tile_height, gsize tile_width)
{
  gsize border = conv->kernel - 1;

  return aligned ((tile_height + border) * (tile_width + border) * conv->in_channels);
}

/* Channels of a tile that are made together. */
static gsize
outputs_of (const ArraConv2d *conv, gboolean transformed)
{
  return transformed ? MIN (ARRA_WINOGRAD_OUTPUTS, conv->out_channels) : conv->out_channels;
}

static gsize
transformed_scratch (const ArraConv2d *conv, const Grid *grid)
{
  const gsize pixels = grid->height * grid->width;

  return halo_floats (conv, grid->height, grid->width) + arra_winograd_scratch (conv, pixels)
         + aligned (pixels * outputs_of (conv, TRUE));
}

gsize
arra_conv2d_scratch (const ArraConv2d *conv, gsize out_height, gsize out_width, gboolean transformed)
{
  const Grid grid = grid_of (conv, out_height, out_width, transformed);
  gsize pixels = grid.height * grid.width, halo;

  if (transformed && arra_conv2d_transformed (conv, out_height, out_width) > 0)
    return transformed_scratch (conv, &grid);
  halo = conv->stride == 1 ? halo_floats (conv, grid.height, grid.width) : 0;
  if (conv->kernel == 1)
    return halo + aligned (pixels * conv->out_channels);
  return halo + aligned (pixels * 3 * conv->in_channels) + aligned (pixels * conv->out_channels);
}

/* Few channels, and maps of less than a square, are not worth it. */
gsize
arra_conv2d_transformed (const ArraConv2d *conv, gsize out_height, gsize out_width)
{
  if (conv->kernel != 3 || conv->stride != 1 || MIN (conv->in_channels, conv->out_channels) < 16
      || MIN (out_height, out_width) < ARRA_WINOGRAD_SIDE)
    return 0;
  return arra_winograd_weights (conv->in_channels, conv->out_channels);
}

gsize
arra_conv2d_tiles (const ArraConv2d *conv, gsize out_height, gsize out_width, gboolean transformed)
{
  const Grid grid = grid_of (conv, out_height, out_width, transformed);

  return grid.rows * grid.columns;
}

void
arra_conv2d_output_size (const ArraConv2d *conv,
                         gboolean upsample,
                         gsize height,
                         gsize width,
                         gsize *out_height,
                         gsize *out_width)
{
  gsize factor = upsample ? 2 : 1;

  *out_height = height * factor / conv->stride;
  *out_width = width * factor / conv->stride;
}

void
arra_conv2d_pack (const float *weight,
                  gsize out_channels,
                  gsize in_channels,
                  guint kernel,
                  gsize first,
                  gsize row,
                  float *packed)
{
  gsize taps = (gsize) kernel * kernel;

  for (gsize o = 0; o < out_channels; o++)
    for (gsize i = 0; i < in_channels; i++)
      for (gsize t = 0; t < taps; t++)
        packed[(t * in_channels + i) * row + first + o] = weight[(o * in_channels + i) * taps + t];
}

static ArraConvTile
tile_at (const Call *call, gsize index)
{
  const gsize height = call->conv->kernel == 1 ? 1 : call->out->height,
              width = call->conv->kernel == 1 ? call->out->height * call->out->width : call->out->width;
  const Grid *grid = &call->grid;
  ArraConvTile tile = { .y = index / grid->columns * grid->height, .x = index % grid->columns * grid->width };

  tile.height = MIN (grid->height, height - tile.y);
  tile.width = MIN (grid->width, width - tile.x);
  return tile;
}

static void
multiply_3x3 (const Call *call, const ArraConvTile *tile, float *scratch, float *result)
{
  const ArraConv2d *conv = call->conv;
  gsize depth = 3 * conv->in_channels;
  gboolean has_halo = arra_conv_input_has_halo (&call->input);
  float *patches = scratch + (has_halo ? halo_floats (conv, tile->height, tile->width) : 0);

  if (has_halo)
    arra_conv_input_halo (&call->input, tile, scratch);
  for (guint ky = 0; ky < 3 && !g_cancellable_is_cancelled (call->work->cancellable); ky++)
    {
      arra_conv_input_patches (&call->input, tile, ky, scratch, patches);
      arra_sgemm (FALSE, FALSE, tile->height * tile->width, conv->out_channels, depth, 1.0f, patches, depth,
                  conv->weight + ky * depth * conv->out_channels, conv->out_channels, ky > 0 ? 1.0f : 0.0f, result,
                  conv->out_channels);
    }
}

static void
multiply_1x1 (const Call *call, const ArraConvTile *tile, float *scratch, float *result)
{
  const ArraConv2d *conv = call->conv;
  const ArraConv2dReading *reading = &call->input.reading;
  const float *pixels = call->input.map->data + tile->x * conv->in_channels;

  if (reading->scale != NULL)
    {
      call->work->exec->kernels->affine_swish (pixels, tile->width, conv->in_channels, reading->scale, reading->shift,
                                               reading->swish, scratch);
      pixels = scratch;
    }
  arra_sgemm (FALSE, FALSE, tile->width, conv->out_channels, conv->in_channels, 1.0f, pixels, conv->in_channels,
              conv->weight, conv->out_channels, 0.0f, result, conv->out_channels);
}

/* @n channels from @first on; @width: of a row of the result */
static void
write_tile (const Call *call,
            const ArraConvTile *tile,
            const float *result,
            gsize width,
            gsize first,
            gsize n,
            double *moments)
{
  const ArraFeatureMap *out = call->out;
  ArraConvFinish finish = { .n_pixels = tile->width,
                            .channels = n,
                            .bias = call->conv->bias + first,
                            .step = out->channels,
                            .sums = moments != NULL ? moments + first : NULL,
                            .squares = moments != NULL ? moments + out->channels + first : NULL };

  for (gsize y = 0; y < tile->height; y++)
    {
      gsize at = ((tile->y + y) * out->width + tile->x) * out->channels + first;

      finish.x = result + y * width * n;
      finish.residual = call->residual != NULL ? call->residual->data + at : NULL;
      finish.y = out->data + at;
      call->work->exec->kernels->convolve_finish (&finish);
    }
}

/* The tile as squares cover it, some channels after others. */
static void
convolve_transformed (const Call *call, const ArraConvTile *tile, float *scratch, double *moments)
{
  const ArraConv2d *conv = call->conv;
  const ArraConvTile whole = { tile->y, tile->x, covered (tile->height), covered (tile->width) };
  float *halo = scratch + aligned (whole.height * whole.width * outputs_of (conv, TRUE));
  const ArraWinogradTile squares = { .kernels = call->work->exec->kernels,
                                     .conv = conv,
                                     .weights = call->work->transformed,
                                     .height = whole.height,
                                     .width = whole.width,
                                     .doubled = call->input.reading.upsample && !call->input.reading.smooth,
                                     .scratch = halo + halo_floats (conv, whole.height, whole.width) };

  arra_conv_input_halo (&call->input, &whole, halo);
  arra_winograd_read (&squares, halo);
  for (gsize first = 0; first < conv->out_channels && !g_cancellable_is_cancelled (call->work->cancellable);
       first += ARRA_WINOGRAD_OUTPUTS)
    {
      gsize n = MIN (ARRA_WINOGRAD_OUTPUTS, conv->out_channels - first);

      arra_winograd_make (&squares, first, n, scratch);
      write_tile (call, tile, scratch, whole.width, first, n, moments);
    }
}

static void
convolve_directly (const Call *call, const ArraConvTile *tile, float *scratch, double *moments)
{
  float *rest = scratch + aligned (tile->height * tile->width * call->out->channels);

  if (call->conv->kernel == 1)
    multiply_1x1 (call, tile, rest, scratch);
  else
    multiply_3x3 (call, tile, rest, scratch);
  write_tile (call, tile, scratch, tile->width, 0, call->out->channels, moments);
}

static void
convolve_tiles (gsize begin, gsize end, guint worker, gpointer data)
{
  const Call *call = data;
  const ArraMapWork *work = call->work;
  gsize channels = call->out->channels;

  for (gsize i = begin; i < end && !g_cancellable_is_cancelled (work->cancellable); i++)
    {
      ArraConvTile tile = tile_at (call, i);
      float *scratch = work->scratch + worker * work->scratch_stride;
      double *moments = call->moments != NULL ? call->moments + i * 2 * channels : NULL;

      if (moments != NULL)
        memset (moments, 0, 2 * channels * sizeof *moments);
      if (call->transformed)
        convolve_transformed (call, &tile, scratch, moments);
      else
        convolve_directly (call, &tile, scratch, moments);
      if (worker == 0 && work->advanced != NULL)
        work->advanced ((double) i / (double) (call->grid.rows * call->grid.columns), work->user);
    }
}

gboolean
arra_conv2d (const ArraConv2d *conv,
             const ArraFeatureMap *in,
             const ArraConv2dReading *reading,
             const ArraFeatureMap *residual,
             const ArraFeatureMap *out,
             double *moments,
             const ArraMapWork *work,
             GError **error)
{
  Call call = { .conv = conv, .residual = residual, .out = out, .moments = moments, .work = work };

  call.input = (ArraConvInput) { .map = in, .stride = conv->stride, .kernels = work->exec->kernels };
  if (reading != NULL)
    call.input.reading = *reading;
  g_assert (conv->kernel == 1 || conv->kernel == 3);
  g_assert (in->channels == conv->in_channels && out->channels == conv->out_channels);
  g_assert (work->scratch_stride >= arra_conv2d_scratch (conv, out->height, out->width, work->transformed != NULL));
  g_assert (call.input.reading.scale == NULL || (conv->stride == 1 && !call.input.reading.upsample));
  g_assert (!call.input.reading.smooth || call.input.reading.upsample);
  g_assert (conv->kernel == 3 || (conv->stride == 1 && !call.input.reading.upsample));
  call.transformed = work->transformed != NULL && arra_conv2d_transformed (conv, out->height, out->width) > 0;
  if (call.transformed)
    arra_winograd_transform (work->exec, conv, work->transformed);
  call.grid = grid_of (conv, out->height, out->width, call.transformed);
  arra_pool_run (work->exec->pool, call.grid.rows * call.grid.columns, 1, convolve_tiles, &call);
  return !g_cancellable_set_error_if_cancelled (work->cancellable, error);
}
