/* conv2d.c - two-dimensional convolution by im2col on tiles
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "conv2d.h"

#include <string.h>

#include "gemm.h"
#include "group_norm.h"

#define TILE 16 /* pixels on a side for kernel 3; kernel 1 takes TILE * TILE pixels in a row */

/* A rectangle of output pixels. */
typedef struct
{
  gsize y, x, height, width;
} Tile;

typedef struct
{
  const ArraConv2d *conv;
  const ArraFeatureMap *in, *residual, *out;
  ArraConv2dReading reading;
  double *moments;
  const ArraMapWork *work;
  gsize n_tiles;
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

gsize
arra_conv2d_scratch (const ArraConv2d *conv, gsize out_height, gsize out_width)
{
  gsize tile_height, tile_width, columns, pixels, halo;

  tile_grid (conv, out_height, out_width, &tile_height, &tile_width, &columns);
  pixels = tile_height * tile_width;
  halo = conv->stride == 1 ? halo_floats (conv, tile_height, tile_width) : 0;
  if (conv->kernel == 1)
    return halo + aligned (pixels * conv->out_channels);
  return halo + aligned (pixels * 3 * conv->in_channels) + aligned (pixels * conv->out_channels);
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

static Tile
tile_at (const Call *call, gsize index)
{
  gsize tile_height, tile_width, columns;
  Tile tile;

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

/* @n pixels of an input row from column @x on, normalised. */
static void
read_pixels (const Call *call, const float *row, gsize x, gsize n, float *out)
{
  const ArraConv2dReading *reading = &call->reading;
  gsize channels = call->in->channels;

  call->work->exec->kernels->affine_swish (row + x * channels, n, channels, reading->scale, reading->shift,
                                           reading->swish, out);
}

/* The same of a column that lies outside; nothing is read for zero. */
static void
read_outside (const Call *call, const float *row, gssize x, float *out)
{
  gssize from = arra_padding_index (call->reading.padding, x, call->in->width);

  if (from < 0)
    memset (out, 0, call->in->channels * sizeof *out);
  else
    read_pixels (call, row, (gsize) from, 1, out);
}

/* One row of a halo: @width pixels from column @x of input row @y, normalised; both may lie outside. */
static void
read_halo_row (const Call *call, gssize y, gssize x, gsize width, float *halo)
{
  const ArraFeatureMap *in = call->in;
  gsize channels = in->channels, left = x < 0 ? (gsize) -x : 0, inside;
  gssize from = arra_padding_index (call->reading.padding, y, in->height);
  const float *row;

  if (from < 0)
    {
      memset (halo, 0, width * channels * sizeof *halo);
      return;
    }
  row = in->data + (gsize) from * in->width * channels;
  inside = MIN (width - left, in->width - (gsize) (x + (gssize) left));
  for (gsize i = 0; i < left; i++)
    read_outside (call, row, x + (gssize) i, halo + i * channels);
  read_pixels (call, row, (gsize) (x + (gssize) left), inside, halo + left * channels);
  for (gsize i = left + inside; i < width; i++)
    read_outside (call, row, x + (gssize) i, halo + i * channels);
}

static void
read_halo (const Call *call, const Tile *tile, float *halo)
{
  gsize width = tile->width + 2;

  for (gsize y = 0; y < tile->height + 2; y++)
    read_halo_row (call, (gssize) (tile->y + y) - 1, (gssize) tile->x - 1, width,
                   halo + y * width * call->in->channels);
}

/* Adds the pixels of one input row that a row of the upsampled map is made of, @share of them: from column @x
 * on, which may lie outside. */
static void
add_smooth_row (const Call *call, gssize y, gssize x, gsize width, float share, float *halo)
{
  const ArraFeatureMap *in = call->in;
  gssize row = arra_padding_index (call->reading.padding, y, in->height);

  for (gsize i = 0; i < width && row >= 0; i++, x++, halo += in->channels)
    for (guint k = 0; k < 2; k++) /* the nearest, and the next nearest */
      {
        gssize near = x >> 1, at = k == 0 ? near : (x & 1) != 0 ? near + 1 : near - 1;
        gssize column = arra_padding_index (call->reading.padding, at, in->width);
        float part = share * (k == 0 ? 0.75f : 0.25f);

        for (gsize c = 0; c < in->channels && column >= 0; c++)
          halo[c] += part * in->data[((gsize) row * in->width + (gsize) column) * in->channels + c];
      }
}

static void
read_halo_smooth (const Call *call, const Tile *tile, float *halo)
{
  gsize width = tile->width + 2, row = width * call->in->channels;

  memset (halo, 0, (tile->height + 2) * row * sizeof *halo);
  for (gsize i = 0; i < tile->height + 2; i++)
    {
      gssize y = (gssize) (tile->y + i) - 1, x = (gssize) tile->x - 1, near = y >> 1;

      add_smooth_row (call, near, x, width, 0.75f, halo + i * row);
      add_smooth_row (call, (y & 1) != 0 ? near + 1 : near - 1, x, width, 0.25f, halo + i * row);
    }
}

/* Kernel row @ky of the tile's patches, from its halo: [pixels][3][in_channels]. */
static void
gather_halo (const Call *call, const Tile *tile, guint ky, const float *halo, float *patches)
{
  gsize channels = call->in->channels;

  for (gsize y = 0; y < tile->height; y++)
    {
      const float *row = halo + (y + ky) * (tile->width + 2) * channels;
      for (gsize x = 0; x < tile->width; x++, patches += 3 * channels)
        memcpy (patches, row + x * channels, 3 * channels * sizeof *patches);
    }
}

/* The same straight from the input, for strides and upsampling. */
static void
gather_input (const Call *call, const Tile *tile, guint ky, float *patches)
{
  const ArraFeatureMap *in = call->in;
  gsize channels = in->channels;
  guint shift = call->reading.upsample ? 1 : 0;
  gsize height = in->height << shift, width = in->width << shift;
  gsize stride = call->conv->stride;
  gssize border = stride == 1 ? 1 : 0;
  ArraPadding padding = call->reading.padding;

  for (gsize y = 0; y < tile->height; y++)
    {
      gssize from_y = arra_padding_index (padding, (gssize) ((tile->y + y) * stride + ky) - border, height);

      for (gsize x = 0; x < tile->width; x++)
        for (gsize kx = 0; kx < 3; kx++, patches += channels)
          {
            gssize from_x = arra_padding_index (padding, (gssize) ((tile->x + x) * stride + kx) - border, width);

            if (from_y < 0 || from_x < 0)
              memset (patches, 0, channels * sizeof *patches);
            else
              memcpy (patches,
                      in->data + (((gsize) from_y >> shift) * in->width + ((gsize) from_x >> shift)) * channels,
                      channels * sizeof *patches);
          }
    }
}

static void
multiply_3x3 (const Call *call, const Tile *tile, float *scratch, float *result)
{
  const ArraConv2d *conv = call->conv;
  gsize depth = 3 * conv->in_channels;
  gboolean normalised = call->reading.scale != NULL;
  gboolean through_halo = normalised || call->reading.smooth;
  float *patches = scratch + (through_halo ? halo_floats (conv, tile->height, tile->width) : 0);

  if (normalised)
    read_halo (call, tile, scratch);
  else if (through_halo)
    read_halo_smooth (call, tile, scratch);
  for (guint ky = 0; ky < 3 && !g_cancellable_is_cancelled (call->work->cancellable); ky++)
    {
      if (through_halo)
        gather_halo (call, tile, ky, scratch, patches);
      else
        gather_input (call, tile, ky, patches);
      arra_sgemm (FALSE, FALSE, tile->height * tile->width, conv->out_channels, depth, 1.0f, patches, depth,
                  conv->weight + ky * depth * conv->out_channels, conv->out_channels, ky > 0 ? 1.0f : 0.0f, result,
                  conv->out_channels);
    }
}

static void
multiply_1x1 (const Call *call, const Tile *tile, float *scratch, float *result)
{
  const ArraConv2d *conv = call->conv;
  const ArraConv2dReading *reading = &call->reading;
  const float *pixels = call->in->data + tile->x * conv->in_channels;

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

static void
write_tile (const Call *call, const Tile *tile, const float *result, double *moments)
{
  const ArraFeatureMap *out = call->out;
  gsize channels = out->channels;

  if (moments != NULL)
    memset (moments, 0, 2 * channels * sizeof *moments);
  for (gsize y = 0; y < tile->height; y++)
    {
      gsize at = ((tile->y + y) * out->width + tile->x) * channels;

      write_row (result + y * tile->width * channels, call->conv->bias,
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
      Tile tile = tile_at (call, i);
      float *result = work->scratch + worker * work->scratch_stride;
      float *rest = result + aligned (tile.height * tile.width * channels);

      if (call->conv->kernel == 1)
        multiply_1x1 (call, &tile, rest, result);
      else
        multiply_3x3 (call, &tile, rest, result);
      write_tile (call, &tile, result, call->moments != NULL ? call->moments + i * 2 * channels : NULL);
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
  Call call = { .conv = conv, .in = in, .residual = residual, .out = out, .moments = moments, .work = work };

  if (reading != NULL)
    call.reading = *reading;
  g_assert (conv->kernel == 1 || conv->kernel == 3);
  g_assert (in->channels == conv->in_channels && out->channels == conv->out_channels);
  g_assert (work->scratch_stride >= arra_conv2d_scratch (conv, out->height, out->width));
  g_assert (call.reading.scale == NULL || (conv->stride == 1 && !call.reading.upsample));
  g_assert (!call.reading.smooth || call.reading.upsample);
  g_assert (conv->kernel == 3 || (conv->stride == 1 && !call.reading.upsample));
  call.n_tiles = arra_conv2d_tiles (conv, out->height, out->width);
  arra_pool_run (work->exec->pool, call.n_tiles, 1, convolve_tiles, &call);
  return !g_cancellable_set_error_if_cancelled (work->cancellable, error);
}
