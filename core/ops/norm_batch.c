/* norm_batch.c - group normalisation of a batch of feature maps, swish, and gradients
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "norm_batch.h"

#include <math.h>
#include <string.h>

#include "group_norm.h"

#define TILE 1024 /* pixels whose sums are kept apart */
#define BLOCK 256 /* pixels whose sums are in single precision */

typedef struct
{
  const ArraExec *exec;
  const ArraNormBatch *norm;
  const ArraNormBatchKept *kept;
  const float *x, *weight;
  double *moments; /* [n][tiles][2][channels] */
  gsize n_tiles;
  float *dy, *y;
  float *terms; /* [n][groups][2]: what dx takes of x, and its constant */
} Call;

typedef struct
{
  gsize item, tile, at, pixels; /* @at: of its first number */
} Tile;

static gsize
tiles_of (const ArraNormBatch *norm)
{
  return (norm->pixels + TILE - 1) / TILE;
}

static gsize
moments_of (const ArraNormBatch *norm)
{
  return norm->n * tiles_of (norm) * 2 * norm->channels;
}

gsize
arra_norm_batch_scratch (const ArraNormBatch *norm)
{
  return 2 * moments_of (norm) + 2 * norm->n * norm->groups;
}

static Tile
tile_at (const Call *call, gsize index)
{
  const ArraNormBatch *norm = call->norm;
  Tile tile = { .item = index / call->n_tiles, .tile = index % call->n_tiles };
  gsize first = tile.tile * TILE;

  tile.at = (tile.item * norm->pixels + first) * norm->channels;
  tile.pixels = MIN (TILE, norm->pixels - first);
  return tile;
}

static void
each_tile (const Call *call, ArraPoolFunc func)
{
  arra_pool_run (call->exec->pool, call->norm->n * call->n_tiles, 1, func, (gpointer) call);
}

static Call
make_call (const ArraExec *exec,
           const ArraNormBatch *norm,
           const ArraNormBatchKept *kept,
           const float *x,
           const float *weight,
           float *scratch)
{
  Call call = { .exec = exec, .norm = norm, .kept = kept, .x = x, .weight = weight, .n_tiles = tiles_of (norm) };

  g_assert (norm->channels % norm->groups == 0);
  call.moments = (gpointer) scratch;
  call.terms = scratch + 2 * moments_of (norm);
  memset (call.moments, 0, moments_of (norm) * sizeof *call.moments);
  return call;
}

/* Sums of a group of an item: tiles in order, in each the channels in order, weighted when there are
 * @weights. */
static void
sum_group (const Call *call, gsize item, gsize group, const float *weights, double sums[2])
{
  gsize channels = call->norm->channels, width = channels / call->norm->groups;

  sums[0] = sums[1] = 0;
  for (gsize t = 0; t < call->n_tiles; t++)
    {
      const double *moments = call->moments + (item * call->n_tiles + t) * 2 * channels;

      for (gsize c = group * width; c < (group + 1) * width; c++)
        {
          double factor = weights != NULL ? (double) weights[c] : 1;

          sums[0] += factor * moments[c];
          sums[1] += factor * moments[channels + c];
        }
    }
}

/* ---- forward */

static void
measure_tiles (gsize begin, gsize end, guint worker, gpointer data)
{
  const Call *call = data;

  for (gsize i = begin; i < end; i++)
    {
      Tile tile = tile_at (call, i);

      arra_channel_moments (call->x + tile.at, tile.pixels, call->norm->channels,
                            call->moments + i * 2 * call->norm->channels);
    }
}

static void
prepare_group (const Call *call, gsize item, gsize group, const float *bias)
{
  const ArraNormBatch *norm = call->norm;
  gsize width = norm->channels / norm->groups;
  double count = (double) (norm->pixels * width), sums[2], mean, inverse;
  double *kept = call->kept->groups + (item * norm->groups + group) * 2;
  float *scale = call->kept->affine + item * 2 * norm->channels, *shift = scale + norm->channels;

  sum_group (call, item, group, NULL, sums);
  mean = sums[0] / count;
  inverse = 1 / sqrt (MAX (sums[1] / count - mean * mean, 0) + norm->eps);
  kept[0] = mean;
  kept[1] = inverse;
  for (gsize c = group * width; c < (group + 1) * width; c++)
    {
      scale[c] = (float) ((double) call->weight[c] * inverse);
      shift[c] = (float) ((double) bias[c] - mean * ((double) call->weight[c] * inverse));
    }
}

static void
apply_tiles (gsize begin, gsize end, guint worker, gpointer data)
{
  const Call *call = data;
  gsize channels = call->norm->channels;

  for (gsize i = begin; i < end; i++)
    {
      Tile tile = tile_at (call, i);
      const float *scale = call->kept->affine + tile.item * 2 * channels;

      call->exec->kernels->affine_swish (call->x + tile.at, tile.pixels, channels, scale, scale + channels,
                                         call->norm->swish, call->y + tile.at);
    }
}

void
arra_norm_batch (const ArraExec *exec,
                 const ArraNormBatch *norm,
                 const float *x,
                 const float *weight,
                 const float *bias,
                 float *scratch,
                 const ArraNormBatchKept *kept,
                 float *y)
{
  Call call = make_call (exec, norm, kept, x, weight, scratch);

  call.y = y;
  each_tile (&call, measure_tiles);
  for (gsize item = 0; item < norm->n; item++)
    for (gsize group = 0; group < norm->groups; group++)
      prepare_group (&call, item, group, bias);
  each_tile (&call, apply_tiles);
}

/* ---- gradients */

static void
plain_vjp (const float *x, const float *dy, gsize n_pixels, gsize channels, float *sums)
{
  for (gsize p = 0; p < n_pixels; p++, x += channels, dy += channels)
    for (gsize c = 0; c < channels; c++)
      {
        sums[c] += dy[c];
        sums[channels + c] += dy[c] * x[c];
      }
}

static void
block_vjp (const Call *call, const Tile *tile, gsize first, float *sums)
{
  gsize channels = call->norm->channels, at = tile->at + first * channels;
  gsize n = MIN (BLOCK, tile->pixels - first);
  const float *scale = call->kept->affine + tile->item * 2 * channels;

  memset (sums, 0, 2 * channels * sizeof *sums);
  if (call->norm->swish)
    call->exec->kernels->affine_swish_vjp (call->x + at, call->dy + at, n, channels, scale, scale + channels,
                                           call->dy + at, sums);
  else
    plain_vjp (call->x + at, call->dy + at, n, channels, sums);
}

#define MAX_CHANNELS 4096

/* dy becomes the gradient of the normalised map; its sums, and those of its products with x. */
static void
sum_tiles (gsize begin, gsize end, guint worker, gpointer data)
{
  const Call *call = data;
  float sums[2 * MAX_CHANNELS];

  for (gsize i = begin; i < end; i++)
    {
      Tile tile = tile_at (call, i);
      double *moments = call->moments + i * 2 * call->norm->channels;

      for (gsize first = 0; first < tile.pixels; first += BLOCK)
        {
          block_vjp (call, &tile, first, sums);
          for (gsize c = 0; c < 2 * call->norm->channels; c++)
            moments[c] += (double) sums[c];
        }
    }
}

/* dx = inverse * (weight * dv - mean (weight * dv) - normalised x * mean (weight * dv * normalised x)) */
static void
find_terms (const Call *call, gsize item, gsize group)
{
  const ArraNormBatch *norm = call->norm;
  double count = (double) (norm->pixels * (norm->channels / norm->groups)), sums[2], slope;
  const double *kept = call->kept->groups + (item * norm->groups + group) * 2;
  float *terms = call->terms + (item * norm->groups + group) * 2;

  sum_group (call, item, group, call->weight, sums);
  slope = kept[1] * (sums[1] - kept[0] * sums[0]) / count;
  terms[0] = (float) (-kept[1] * kept[1] * slope);
  terms[1] = (float) (-kept[1] * (sums[0] / count) + kept[1] * kept[1] * slope * kept[0]);
}

static void
add_tile (const Call *call, const Tile *tile, const float *factors, const float *constants)
{
  gsize channels = call->norm->channels;
  const float *scale = call->kept->affine + tile->item * 2 * channels;
  const float *x = call->x + tile->at, *dv = call->dy + tile->at;
  float *restrict dx = call->y + tile->at;

  for (gsize p = 0; p < tile->pixels; p++, x += channels, dv += channels, dx += channels)
    for (gsize c = 0; c < channels; c++)
      dx[c] += scale[c] * dv[c] + (factors[c] * x[c] + constants[c]);
}

static void
add_tiles (gsize begin, gsize end, guint worker, gpointer data)
{
  const Call *call = data;
  gsize groups = call->norm->groups, width = call->norm->channels / groups;
  float factors[MAX_CHANNELS], constants[MAX_CHANNELS];

  for (gsize i = begin; i < end; i++)
    {
      Tile tile = tile_at (call, i);

      for (gsize c = 0; c < call->norm->channels; c++)
        {
          factors[c] = call->terms[(tile.item * groups + c / width) * 2];
          constants[c] = call->terms[(tile.item * groups + c / width) * 2 + 1];
        }
      add_tile (call, &tile, factors, constants);
    }
}

static void
add_parameters (const Call *call, gsize c, float *dweight, float *dbias)
{
  gsize channels = call->norm->channels, groups = call->norm->groups, group = c / (channels / groups);
  double weight = 0, bias = 0;

  for (gsize i = 0; i < call->norm->n * call->n_tiles; i++)
    {
      const double *moments = call->moments + i * 2 * channels;
      const double *kept = call->kept->groups + (i / call->n_tiles * groups + group) * 2;

      weight += kept[1] * (moments[channels + c] - kept[0] * moments[c]);
      bias += moments[c];
    }
  if (dweight != NULL)
    dweight[c] += (float) weight;
  if (dbias != NULL)
    dbias[c] += (float) bias;
}

void
arra_norm_batch_vjp (const ArraExec *exec,
                     const ArraNormBatch *norm,
                     const float *x,
                     const float *weight,
                     const ArraNormBatchKept *kept,
                     float *dy,
                     float *scratch,
                     float *dx,
                     float *dweight,
                     float *dbias)
{
  Call call = make_call (exec, norm, kept, x, weight, scratch);

  g_assert (norm->channels <= MAX_CHANNELS);
  call.dy = dy;
  call.y = dx;
  each_tile (&call, sum_tiles);
  for (gsize c = 0; c < norm->channels; c++)
    add_parameters (&call, c, dweight, dbias);
  if (dx == NULL)
    return;
  for (gsize item = 0; item < norm->n; item++)
    for (gsize group = 0; group < norm->groups; group++)
      find_terms (&call, item, group);
  each_tile (&call, add_tiles);
}
