/* pixel_loss.c - how far pictures are from others, and the gradient of that
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "pixel_loss.h"

#include <math.h>
#include <string.h>

#include "halve.h"
#include "texture_loss.h"

typedef struct
{
  const ArraPixelLoss *loss;
  const float *made, *wanted;
  gsize n, height, width;
  float *scratch, *grad;
} Call;

/* Differences, gradients and distances of one scale of one picture. */
typedef struct
{
  float *d, *grad;
  gsize height, width;
} Scale;

/* [height][width][3] of all scales */
static gsize
pyramid_floats (gsize height, gsize width)
{
  return 3 * height * width / 3 * 4;
}

/* Two pictures of half the size */
static gsize
halves_floats (gsize height, gsize width)
{
  return 2 * 3 * (height / 2) * (width / 2);
}

#define SUMS 7 /* doubles for each picture */

gsize
arra_pixel_loss_scratch (gsize n, gsize height, gsize width)
{
  return n * (2 * pyramid_floats (height, width) + halves_floats (height, width) + 2 * SUMS);
}

double
arra_pixel_loss_sum (const ArraPixelLoss *loss, const ArraPixelDistance *distance)
{
  return loss->absolute * distance->absolute + loss->squared * distance->squared
         + loss->perceptual * distance->perceptual + loss->colour * distance->colour + loss->coarse * distance->coarse
         + loss->texture * distance->texture + loss->comb * distance->comb;
}

static float
sign (float x)
{
  return x > 0 ? 1.0f : x < 0 ? -1.0f : 0.0f;
}

/* The sum of |d[i + step] - d[i]| over @n numbers; @factor goes into the gradients. */
static double
neighbours (const float *d, gsize n, gsize step, float factor, float *grad)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    {
      float difference = d[i + step] - d[i], slope = factor * sign (difference);

      sum += (double) fabsf (difference);
      grad[i + step] += slope;
      grad[i] -= slope;
    }
  return sum;
}

/* The mean over numbers and over scales. @n: pictures. */
static double
roughness (const Scale *s, gsize n, double weight)
{
  double share = 1 / ((double) (3 * n * s->height * s->width) * PIXEL_LOSS_SCALES), sum = 0;
  gsize row = 3 * s->width;

  for (gsize y = 0; y < s->height; y++)
    sum += neighbours (s->d + y * row, row - 3, 3, (float) (weight * share), s->grad + y * row);
  sum += neighbours (s->d, (s->height - 1) * row, row, (float) (weight * share), s->grad);
  return sum * share;
}

/* The square of @x; its slope times @factor goes into @up and, against it, into @down (nullable). */
static double
square (float x, float factor, float *up, float *down)
{
  float slope = 2 * factor * x;

  *up += slope;
  if (down != NULL)
    *down -= slope;
  return (double) x * (double) x;
}

/* The mean over one scale of d^2 and of the square of how much more it differs in one of red, green and blue
 * than in the next. */
static double
tint (const Scale *s, gsize n, double weight)
{
  gsize size = 3 * s->height * s->width;
  double share = 1 / (double) (n * size), sum = 0;
  float factor = (float) (weight * share);

  for (gsize i = 0; i < size; i++)
    {
      gsize next = i % 3 == 2 ? i - 2 : i + 1;

      sum += square (s->d[i], factor, &s->grad[i], NULL);
      sum += square (s->d[i] - s->d[next], factor, &s->grad[i], &s->grad[next]);
    }
  return sum * share;
}

/* The mean of |d| over the numbers of one scale and over the scales below the full one. @n: pictures. */
static double
offset (const Scale *s, gsize n, double weight)
{
  gsize size = 3 * s->height * s->width;
  double share = 1 / ((double) (n * size) * (PIXEL_LOSS_SCALES - 1)), sum = 0;
  float slope = (float) (weight * share);

  for (gsize i = 0; i < size; i++)
    {
      sum += (double) fabsf (s->d[i]);
      s->grad[i] += slope * sign (s->d[i]);
    }
  return sum * share;
}

/* Sets @sums to the means over the two largest scales of how much strengths of texture differ, in squares and by places
 * within a code. */
static void
weave (const Call *call, gsize picture, const Scale *scales, float *halves, double *sums)
{
  const ArraPixelLoss *loss = call->loss;
  gsize size = 3 * call->height * call->width;
  const float *made[] = { call->made + picture * size, halves };
  const float *wanted[] = { call->wanted + picture * size, halves + size / 4 };
  double share = 1 / (double) (2 * call->n);

  sums[0] = sums[1] = 0;
  if (loss->texture <= 0 && loss->comb <= 0)
    return;
  arra_halve (made[0], 1, scales[1].height, scales[1].width, halves);
  arra_halve (wanted[0], 1, scales[1].height, scales[1].width, halves + size / 4);
  for (gsize i = 0; i < G_N_ELEMENTS (made); i++)
    {
      const Scale *s = &scales[i];

      if (loss->texture > 0)
        sums[0] += share * arra_texture_loss (made[i], wanted[i], s->height, s->width, loss->texture * share, s->grad);
      if (loss->comb > 0)
        sums[1] += share
                   * arra_comb_loss (made[i], wanted[i], s->height, s->width, MAX (loss->period >> i, 1),
                                     loss->comb * share, s->grad);
    }
}

/* Sets @sums: of edges at all scales, of colour at the last, of differences below the first, of texture, of combs. */
static void
perceive (const Call *call, gsize picture, float *d, float *grad, double *sums)
{
  Scale scales[PIXEL_LOSS_SCALES] = { { d, grad, call->height, call->width } };

  sums[0] = sums[2] = 0;
  memset (grad, 0, pyramid_floats (call->height, call->width) * sizeof *grad);
  for (gsize i = 0; i < PIXEL_LOSS_SCALES; i++)
    {
      Scale *s = &scales[i];

      if (i > 0)
        {
          gsize before = 3 * s[-1].height * s[-1].width;

          *s = (Scale) { s[-1].d + before, s[-1].grad + before, s[-1].height / 2, s[-1].width / 2 };
          arra_halve (s[-1].d, 1, s->height, s->width, s->d);
          sums[2] += offset (s, call->n, call->loss->coarse);
        }
      sums[0] += roughness (s, call->n, call->loss->perceptual);
    }
  weave (call, picture, scales, grad + pyramid_floats (call->height, call->width), sums + 3);
  sums[1] = tint (&scales[PIXEL_LOSS_SCALES - 1], call->n, call->loss->colour);
  for (gsize i = PIXEL_LOSS_SCALES - 1; i > 0; i--)
    arra_halve_vjp (scales[i].grad, 1, scales[i].height, scales[i].width, scales[i - 1].grad);
}

static void
compare_pictures (gsize begin, gsize end, guint worker, gpointer data)
{
  const Call *call = data;
  gsize size = 3 * call->height * call->width, pyramid = pyramid_floats (call->height, call->width);
  gsize halves = halves_floats (call->height, call->width);
  double share = 1 / (double) (size * call->n);
  float slope = (float) (call->loss->absolute * share), curve = (float) (2 * call->loss->squared * share);

  for (gsize i = begin; i < end; i++)
    {
      double *sums = (double *) (gpointer) call->scratch + i * SUMS;
      float *d = call->scratch + 2 * call->n * SUMS + i * (2 * pyramid + halves), *grad = d + pyramid;

      sums[0] = sums[1] = 0;
      for (gsize k = 0; k < size; k++)
        {
          d[k] = call->made[i * size + k] - call->wanted[i * size + k];
          sums[0] += (double) fabsf (d[k]);
          sums[1] += (double) d[k] * (double) d[k];
        }
      perceive (call, i, d, grad, sums + 2);
      for (gsize k = 0; k < size && call->grad != NULL; k++)
        call->grad[i * size + k] = grad[k] + (slope * sign (d[k]) + curve * d[k]);
    }
}

ArraPixelDistance
arra_pixel_loss (const ArraExec *exec,
                 const ArraPixelLoss *loss,
                 const float *made,
                 const float *wanted,
                 gsize n,
                 gsize height,
                 gsize width,
                 float *scratch,
                 float *grad)
{
  Call call = { loss, made, wanted, n, height, width, scratch, grad };
  const double *sums = (gpointer) scratch;
  double count = (double) (3 * n * height * width);
  ArraPixelDistance distance = { 0 };

  g_assert (height % 8 == 0 && width % 8 == 0 && (loss->comb <= 0 || loss->period >= 1));
  arra_pool_run (exec->pool, n, 1, compare_pictures, &call);
  for (gsize i = 0; i < n; i++, sums += SUMS)
    {
      distance.absolute += sums[0] / count;
      distance.squared += sums[1] / count;
      distance.perceptual += sums[2];
      distance.colour += sums[3];
      distance.coarse += sums[4];
      distance.texture += sums[5];
      distance.comb += sums[6];
    }
  return distance;
}
