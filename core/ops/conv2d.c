/* conv2d.c - two-dimensional convolution by im2col on tiles
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "conv2d.h"

#include <string.h>

#include "conv_input.h"
#include "gemm.h"
#include "group_norm.h"
#include "winograd.h"

#define TILE 16 /* pixels on a side for kernel 3; kernel 1 takes TILE * TILE pixels in a row */

typedef struct
{
  const ArraConv2d *conv;
  ArraConvInput input;
  const ArraFeatureMap *residual, *out;
  double *moments;
  const ArraMapWork *work;
  gsize n_tiles;
  gboolean transformed; /* by Winograd's products */
} Call;

static gsize
ceil_div (gsize a, gsize b)
{
  return (a + b - 1) / b;
}

/* Pixels of a 1x1 convolution are independent: the map counts as one long row. */
static void
tile_grid (const ArraConv2d *conv, gsize height, gsize width, gsize *tile_height, gsize *tile_width, gsize *columns)
{
  if (conv->kernel == 1)
    {
      *tile_height = 1;
      *tile_width = MIN (TILE * TILE, height * width);
      *columns = ceil_div (height * width, TILE * TILE);
      return;
    }
  *tile_height = MIN (TILE, height);
  *tile_width = MIN (TILE, width);
  *columns = ceil_div (width, TILE);
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

/* A side of a tile as Winograd's squares cover it. */
static gsize
covered (gsize side)
{
  return ceil_div (side, ARRA_WINOGRAD_SIDE) * ARRA_WINOGRAD_SIDE;
}

static gsize
transformed_scratch (const ArraConv2d *conv, gsize tile_height, gsize tile_width)
{
  const gsize height = covered (tile_height), width = covered (tile_width), pixels = height * width;

  return halo_floats (conv, height, width) + arra_winograd_scratch (conv, pixels)
         + aligned (pixels * conv->out_channels);
}

gsize
arra_conv2d_scratch (const ArraConv2d *conv, gsize out_height, gsize out_width, gboolean transformed)
{
  gsize tile_height, tile_width, columns, pixels, halo;

  tile_grid (conv, out_height, out_width, &tile_height, &tile_width, &columns);
  if (transformed && arra_conv2d_transformed (conv, out_height, out_width) > 0)
    return transformed_scratch (conv, tile_height, tile_width);
  pixels = tile_height * tile_width;
  halo = conv->stride == 1 ? halo_floats (conv, tile_height, tile_width) : 0;
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
arra_conv2d_tiles (const ArraConv2d *conv, gsize out_height, gsize out_width)
{
  gsize tile_height, tile_width, columns;

  tile_grid (conv, out_height, out_width, &tile_height, &tile_width, &columns);
  return conv->kernel == 1 ? columns : columns * ceil_div (out_height, TILE);
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
  gsize tile_height, tile_width, columns;
  ArraConvTile tile;

  tile_grid (call->conv, call->out->height, call->out->width, &tile_height, &tile_width, &columns);
  if (call->conv->kernel == 1)
    {
      tile.y = 0;
      tile.x = index * TILE * TILE;
      tile.height = 1;
      tile.width = MIN (TILE * TILE, call->out->height * call->out->width - tile.x);
      return tile;
    }
  tile.y = index / columns * TILE;
  tile.x = index % columns * TILE;
  tile.height = MIN (TILE, call->out->height - tile.y);
  tile.width = MIN (TILE, call->out->width - tile.x);
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

/* The tile as squares cover it: [covered height][covered width][out_channels]. */
static void
multiply_transformed (const Call *call, const ArraConvTile *tile, float *scratch, float *result)
{
  const ArraConvTile whole = { tile->y, tile->x, covered (tile->height), covered (tile->width) };

  arra_conv_input_halo (&call->input, &whole, scratch);
  arra_winograd_multiply (call->work->exec->kernels, call->conv, call->work->transformed, scratch, whole.height,
                          whole.width, scratch + halo_floats (call->conv, whole.height, whole.width), result);
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

static void
write_row (const float *result, const float *bias, const float *residual, gsize n_pixels, gsize channels, float *out)
{
  for (gsize p = 0; p < n_pixels; p++, result += channels, out += channels)
    {
      if (residual == NULL)
        for (gsize c = 0; c < channels; c++)
          out[c] = result[c] + bias[c];
      else
        for (gsize c = 0; c < channels; c++)
          out[c] = residual[p * channels + c] + (result[c] + bias[c]);
    }
}

/* @width: of a row of the result */
static void
write_tile (const Call *call, const ArraConvTile *tile, const float *result, gsize width, double *moments)
{
  const ArraFeatureMap *out = call->out;
  gsize channels = out->channels;

  if (moments != NULL)
    memset (moments, 0, 2 * channels * sizeof *moments);
  for (gsize y = 0; y < tile->height; y++)
    {
      gsize at = ((tile->y + y) * out->width + tile->x) * channels;

      write_row (result + y * width * channels, call->conv->bias,
                 call->residual != NULL ? call->residual->data + at : NULL, tile->width, channels, out->data + at);
      if (moments != NULL)
        arra_channel_moments (out->data + at, tile->width, channels, moments);
    }
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
      gsize width = call->transformed ? covered (tile.width) : tile.width;
      gsize height = call->transformed ? covered (tile.height) : tile.height;
      float *result = work->scratch + worker * work->scratch_stride;
      float *rest = result + aligned (height * width * channels);

      if (call->transformed)
        multiply_transformed (call, &tile, rest, result);
      else if (call->conv->kernel == 1)
        multiply_1x1 (call, &tile, rest, result);
      else
        multiply_3x3 (call, &tile, rest, result);
      write_tile (call, &tile, result, width, call->moments != NULL ? call->moments + i * 2 * channels : NULL);
      if (worker == 0 && work->advanced != NULL)
        work->advanced ((double) i / (double) call->n_tiles, work->user);
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
  call.n_tiles = arra_conv2d_tiles (conv, out->height, out->width);
  arra_pool_run (work->exec->pool, call.n_tiles, 1, convolve_tiles, &call);
  return !g_cancellable_set_error_if_cancelled (work->cancellable, error);
}
