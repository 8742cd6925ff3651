/* augment.h - small changes that do not change what a picture shows
 *
 * So that what is learnt survives what a VQGAN does to pictures: shifts, brightness and contrast, a blur, noise. No
 * mirror images: sides have names.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef struct
{
  guint shift;       /* pixels, at most, in each direction; what comes in at the border repeats it */
  double brightness; /* at most so much is added, of a range of 1 */
  double contrast;   /* distances to the mean are multiplied by 1 - contrast to 1 + contrast */
  double blur;       /* share of the pictures that are blurred: 3 x 3 binomial */
  double noise;      /* deviation, at most */
} ArraAugment;

/* RGB [size][size][3] of bytes to floats in 0..1 (and a bit beyond); what is done is a function of (@seed, @step,
 * @item). @scratch: 3 * size * size floats. */
void arra_augment (const ArraAugment *augment,
                   const guint8 *rgb,
                   guint size,
                   guint64 seed,
                   guint64 step,
                   guint item,
                   float *scratch,
                   float *out);
