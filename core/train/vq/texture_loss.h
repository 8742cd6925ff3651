/* texture_loss.h - how much texture pictures have, place by place, beside others
 *
 * Of each square of TEXTURE_CELL pixels: the root mean square of the differences between neighbours across, down and
 * along both diagonals, of red, green and blue each. Where those of two pictures agree, fine texture is as strong and
 * runs the same way, wherever its single grains lie: what a distance of pixels cannot ask for (it is least where
 * texture that cannot be placed is left out), and what critics, which look for it anywhere, need not ask for at this
 * place. The energy of filters as a description of texture: Laws, "Rapid Texture Identification", 1980; compared over
 * means instead of place by place: Gatys et al., arXiv 1505.07376.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#define TEXTURE_CELL 8

/* The mean over squares, directions and colours of how far @made is from @wanted, [height][width][3], whose sides are
 * multiples of 4; @factor times its gradient is added to @grad. */
double
arra_texture_loss (const float *made, const float *wanted, gsize height, gsize width, double factor, float *grad);

/* The same of all pixels that lie at the same place within squares of @period pixels, in the mean over these places. A
 * decoder that makes @period pixels of a code tends to make more texture at some of them, which is seen as a weave over
 * what is smooth; and over so many pixels the strength of texture that falls now here, now there, is known, where in
 * one square the safest is less than there should be. */
double arra_comb_loss (const float *made,
                       const float *wanted,
                       gsize height,
                       gsize width,
                       gsize period,
                       double factor,
                       float *grad);
