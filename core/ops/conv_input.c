/* conv_input.c - pieces of what a convolution reads
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "conv_input.h"

#include <string.h>

gboolean
arra_conv_input_has_halo (const ArraConvInput *input)
{
  return input->reading.scale != NULL || input->reading.smooth;
}

/* @n pixels of an input row from column @x on, normalised. */
static void
read_pixels (const ArraConvInput *input, const float *row, gsize x, gsize n, float *out)
{
  const ArraConv2dReading *reading = &input->reading;
  gsize channels = input->map->channels;

  input->kernels->affine_swish (row + x * channels, n, channels, reading->scale, reading->shift, reading->swish, out);
}

/* The same of a column that lies outside; nothing is read for zero. */
static void
read_outside (const ArraConvInput *input, const float *row, gssize x, float *out)
{
  gssize from = arra_padding_index (input->reading.padding, x, input->map->width);

  if (from < 0)
    memset (out, 0, input->map->channels * sizeof *out);
  else
    read_pixels (input, row, (gsize) from, 1, out);
}

/* One row of a halo: @width pixels from column @x of input row @y, normalised; both may lie outside. */
static void
read_halo_row (const ArraConvInput *input, gssize y, gssize x, gsize width, float *halo)
{
  const ArraFeatureMap *in = input->map;
  gsize channels = in->channels, left = x < 0 ? (gsize) -x : 0, inside;
  gssize from = arra_padding_index (input->reading.padding, y, in->height);
  const float *row;

  if (from < 0)
    {
      memset (halo, 0, width * channels * sizeof *halo);
      return;
    }
  row = in->data + (gsize) from * in->width * channels;
  inside = MIN (width - left, in->width - (gsize) (x + (gssize) left));
  for (gsize i = 0; i < left; i++)
    read_outside (input, row, x + (gssize) i, halo + i * channels);
  read_pixels (input, row, (gsize) (x + (gssize) left), inside, halo + left * channels);
  for (gsize i = left + inside; i < width; i++)
    read_outside (input, row, x + (gssize) i, halo + i * channels);
}

static void
read_halo (const ArraConvInput *input, const ArraConvTile *tile, float *halo)
{
  gsize width = tile->width + 2;

  for (gsize y = 0; y < tile->height + 2; y++)
    read_halo_row (input, (gssize) (tile->y + y) - 1, (gssize) tile->x - 1, width,
                   halo + y * width * input->map->channels);
}

/* Adds the pixels of one input row that a row of the upsampled map is made of, @share of them: from column @x
 * on, which may lie outside. */
static void
add_smooth_row (const ArraConvInput *input, gssize y, gssize x, gsize width, float share, float *halo)
{
  const ArraFeatureMap *in = input->map;
  gssize row = arra_padding_index (input->reading.padding, y, in->height);

  for (gsize i = 0; i < width && row >= 0; i++, x++, halo += in->channels)
    for (guint k = 0; k < 2; k++) /* the nearest, and the next nearest */
      {
        gssize near = x >> 1, at = k == 0 ? near : (x & 1) != 0 ? near + 1 : near - 1;
        gssize column = arra_padding_index (input->reading.padding, at, in->width);
        float part = share * (k == 0 ? 0.75f : 0.25f);

        for (gsize c = 0; c < in->channels && column >= 0; c++)
          halo[c] += part * in->data[((gsize) row * in->width + (gsize) column) * in->channels + c];
      }
}

static void
read_halo_smooth (const ArraConvInput *input, const ArraConvTile *tile, float *halo)
{
  gsize width = tile->width + 2, row = width * input->map->channels;

  memset (halo, 0, (tile->height + 2) * row * sizeof *halo);
  for (gsize i = 0; i < tile->height + 2; i++)
    {
      gssize y = (gssize) (tile->y + i) - 1, x = (gssize) tile->x - 1, near = y >> 1;

      add_smooth_row (input, near, x, width, 0.75f, halo + i * row);
      add_smooth_row (input, (y & 1) != 0 ? near + 1 : near - 1, x, width, 0.25f, halo + i * row);
    }
}

/* A pixel as it is; of an upsampled map each counts twice along both axes. @y and @x may lie outside. */
static inline void
copy_pixel (const ArraConvInput *input, gssize y, gssize x, float *out)
{
  const ArraFeatureMap *in = input->map;
  const guint shift = input->reading.upsample ? 1 : 0;
  const gssize row = arra_padding_index (input->reading.padding, y, in->height << shift),
               column = arra_padding_index (input->reading.padding, x, in->width << shift);

  if (row < 0 || column < 0)
    memset (out, 0, in->channels * sizeof *out);
  else
    memcpy (out, in->data + ((gsize) (row >> shift) * in->width + (gsize) (column >> shift)) * in->channels,
            in->channels * sizeof *out);
}

static void
read_halo_plain (const ArraConvInput *input, const ArraConvTile *tile, float *halo)
{
  for (gsize y = 0; y < tile->height + 2; y++)
    for (gsize x = 0; x < tile->width + 2; x++, halo += input->map->channels)
      copy_pixel (input, (gssize) (tile->y + y) - 1, (gssize) (tile->x + x) - 1, halo);
}

/* Kernel row @ky of the tile's patches, from its halo: [pixels][3][in_channels]. */
static void
gather_halo (const ArraConvInput *input, const ArraConvTile *tile, guint ky, const float *halo, float *patches)
{
  gsize channels = input->map->channels;

  for (gsize y = 0; y < tile->height; y++)
    {
      const float *row = halo + (y + ky) * (tile->width + 2) * channels;
      for (gsize x = 0; x < tile->width; x++, patches += 3 * channels)
        memcpy (patches, row + x * channels, 3 * channels * sizeof *patches);
    }
}

/* The same straight from the input, for strides and upsampling. */
static void
gather_input (const ArraConvInput *input, const ArraConvTile *tile, guint ky, float *patches)
{
  gsize stride = input->stride;
  gssize border = stride == 1 ? 1 : 0;

  for (gsize y = 0; y < tile->height; y++)
    for (gsize x = 0; x < tile->width; x++)
      for (gsize kx = 0; kx < 3; kx++, patches += input->map->channels)
        copy_pixel (input, (gssize) ((tile->y + y) * stride + ky) - border,
                    (gssize) ((tile->x + x) * stride + kx) - border, patches);
}

void
arra_conv_input_halo (const ArraConvInput *input, const ArraConvTile *tile, float *halo)
{
  if (input->reading.scale != NULL)
    read_halo (input, tile, halo);
  else if (input->reading.smooth)
    read_halo_smooth (input, tile, halo);
  else
    read_halo_plain (input, tile, halo);
}

void
arra_conv_input_patches (const ArraConvInput *input,
                         const ArraConvTile *tile,
                         guint ky,
                         const float *halo,
                         float *patches)
{
  if (arra_conv_input_has_halo (input))
    gather_halo (input, tile, ky, halo, patches);
  else
    gather_input (input, tile, ky, patches);
}
