/* augment.c - small changes that do not change what a picture shows
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "augment.h"

#include <string.h>

#include "noise.h"

#define CHANGES 0x41554730 /* the stream of random numbers for changes, */
#define GRAIN 0x41554731   /* and for noise */

enum
{
  SHIFT_X,
  SHIFT_Y,
  BRIGHTNESS,
  CONTRAST,
  BLUR,
  NOISE,
  GRAIN_SEED,
  N_DRAWS,
};

typedef struct
{
  double draws[N_DRAWS]; /* 0 <= x < 1 */
  guint32 grain;
} Draws;

static Draws
draw (guint64 seed, guint64 step, guint item)
{
  Draws d;

  for (guint i = 0; i < N_DRAWS; i++)
    {
      guint32 bits = arra_noise_bits (seed ^ CHANGES, (guint32) (step >> 32), (guint32) step, N_DRAWS * item + i);

      d.draws[i] = bits * 0x1p-32;
      d.grain = bits; /* the last one's */
    }
  return d;
}

/* -@most .. @most */
static double
spread (double draw, double most)
{
  return (2 * draw - 1) * most;
}

static gssize
offset (double draw, guint most)
{
  return (gssize) (draw * (2 * most + 1)) - (gssize) most;
}

static void
shift (const guint8 *rgb, gssize size, gssize dx, gssize dy, float *out)
{
  for (gssize y = 0; y < size; y++)
    for (gssize x = 0; x < size; x++)
      {
        const guint8 *from = rgb + 3 * (CLAMP (y + dy, 0, size - 1) * size + CLAMP (x + dx, 0, size - 1));

        for (guint c = 0; c < 3; c++)
          *out++ = from[c] / 255.0f;
      }
}

/* 1 2 1 along one direction: neighbours are @stride floats away, @n of them in a line. */
static void
blur_line (const float *in, gsize n, gsize stride, float *out)
{
  for (gsize i = 0; i < n; i++)
    {
      float before = in[(i > 0 ? i - 1 : 0) * stride], after = in[(i + 1 < n ? i + 1 : i) * stride];

      out[i * stride] = (before + 2 * in[i * stride] + after) / 4;
    }
}

static void
blur (float *x, gsize size, float *scratch)
{
  for (gsize row = 0; row < size; row++)
    for (gsize c = 0; c < 3; c++)
      blur_line (x + 3 * row * size + c, size, 3, scratch + 3 * row * size + c);
  for (gsize column = 0; column < 3 * size; column++)
    blur_line (scratch + column, size, 3 * size, x + column);
}

static void
change_light (float *x, gsize n, double brightness, double contrast)
{
  double sum = 0;
  float mean, scale = (float) (1 + contrast);

  for (gsize i = 0; i < n; i++)
    sum += (double) x[i];
  mean = (float) (sum / (double) n);
  for (gsize i = 0; i < n; i++)
    x[i] = mean + (float) brightness + scale * (x[i] - mean);
}

/* Nearly normal: the sum of four even numbers; the same in all colours of a pixel. */
static void
add_noise (float *x, gsize n_pixels, double deviation, guint64 seed, guint32 grain)
{
  const double scale = deviation * 1.7320508075688772 / 128; /* four bytes: deviation 2 * 256 / sqrt (12) */

  for (gsize i = 0; i < n_pixels; i++)
    {
      guint32 bits = arra_noise_bits (seed ^ GRAIN, grain, 0, (guint32) i);
      int sum = (int) (bits >> 24) + (int) (bits >> 16 & 255) + (int) (bits >> 8 & 255) + (int) (bits & 255);

      for (guint c = 0; c < 3; c++)
        x[3 * i + c] += (float) (scale * 0.5 * (sum - 510));
    }
}

void
arra_augment (const ArraAugment *augment,
              const guint8 *rgb,
              guint size,
              guint64 seed,
              guint64 step,
              guint item,
              float *scratch,
              float *out)
{
  Draws d = draw (seed, step, item);
  gsize pixels = (gsize) size * size;

  shift (rgb, size, offset (d.draws[SHIFT_X], augment->shift), offset (d.draws[SHIFT_Y], augment->shift), out);
  if (d.draws[BLUR] < augment->blur)
    blur (out, size, scratch);
  change_light (out, 3 * pixels, spread (d.draws[BRIGHTNESS], augment->brightness),
                spread (d.draws[CONTRAST], augment->contrast));
  if (augment->noise > 0)
    add_noise (out, pixels, d.draws[NOISE] * augment->noise, seed, d.grain);
}
