/* pixel_loss.h - how far pictures are from others, and the gradient of that
 *
 * |d|, d^2 and a perceptual part that needs no network: the absolute differences of d between neighbours, across and
 * down, at PIXEL_LOSS_SCALES scales, each the mean of two by two pixels of the one before. A mean of pixels may blur
 * for free what it cannot place exactly; edges and texture at every scale may not (the gradient difference loss of
 * Mathieu et al., arXiv 1511.05440, section 3.3, without the absolute values within, on the pyramid of Burt and
 * Adelson, "The Laplacian Pyramid as a Compact Image Code", 1983). And colour: at the coarsest scale, where the eye
 * looks for it, d^2 and the squares of the differences of d between red, green and blue. Without it few codes are spent
 * on hue, as lightness differs more. Squares, as absolute values are least at the median of what shares a code: a rare
 * hue, such as green, would not show in it at all, and nothing would lead there. And absolute differences at the scales
 * below the full one ("coarse"): what pictures of half, a fourth and an eighth of the size show must agree, while a
 * critic decides about what is finer. And how strong texture is at the two largest scales, in squares of TEXTURE_CELL
 * pixels, and at each place within a code ("comb"; texture_loss.h).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "exec.h"

#define PIXEL_LOSS_SCALES 4

typedef struct
{
  double absolute, squared, perceptual, colour, coarse, texture, comb; /* weights */
  guint period; /* pixels a side of a code, where comb is not 0 */
} ArraPixelLoss;

/* Means over all numbers, without the weights; texture and comb are 0 where their weights are. */
typedef struct
{
  double absolute, squared, perceptual, colour, coarse, texture, comb;
} ArraPixelDistance;

gsize arra_pixel_loss_scratch (gsize n, gsize height, gsize width); /* floats */

/* Of @made from @wanted, [n][height][width][3]; sides are multiples of 8. @grad (nullable): set to the gradient of the
 * weighted sum. The same bits for any number of threads. */
ArraPixelDistance arra_pixel_loss (const ArraExec *exec,
                                   const ArraPixelLoss *loss,
                                   const float *made,
                                   const float *wanted,
                                   gsize n,
                                   gsize height,
                                   gsize width,
                                   float *scratch,
                                   float *grad);
double arra_pixel_loss_sum (const ArraPixelLoss *loss, const ArraPixelDistance *distance);
