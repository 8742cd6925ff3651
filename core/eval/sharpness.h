/* sharpness.h - how sharp the pictures of a set are
 *
 * Three measures. The radially averaged power spectrum of a set, beside that of another one (real pictures), in
 * decibels: 0 where a frequency is as strong in both, below 0 where it is missing. And how well a picture survives
 * being shrunk to a fourth of its sides and enlarged again (both bicubic; 256 pixels become 64), as a peak
 * signal-to-noise ratio: high when there was nothing that a small picture does not have. And how borders differ: the
 * mean step from the outermost rows and columns to the next ones, over the mean step between neighbours inside.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "dataset.h"
#include "item_run.h"
#include "pool.h"

#define ARRA_SHARPNESS_LEAST 32 /* pixels a side */
#define ARRA_SHARPNESS_MOST 512

/* Of a set. */
typedef struct
{
  guint size;    /* pixels a side, even */
  double *power; /* [size / 2]: of each whole number of waves per side; arra_mem */
  double shrunk; /* mean PSNR after a fourth of the size, dB */
  double border; /* steps at the borders of whole pictures over those inside: 1 when they do not differ */
} ArraSharpness;

/* Means over frequencies, dB; a frequency of 1 has two pixels a wave. */
typedef struct
{
  double fine;   /* 0.225 to 0.9: the top two octaves but for the corner that resampling touches */
  double middle; /* 0.125 to 0.225: the octave below */
} ArraSharpnessBands;

/* The largest even square that all of the first @n[i] pictures of @n_sets data sets (nullable) have room for, at most
 * ARRA_SHARPNESS_MOST; 0 when one is below ARRA_SHARPNESS_LEAST. Each picture is read. */
gboolean arra_sharpness_size (const ArraDataset *const *sets,
                              const guint *n,
                              guint n_sets,
                              ArraPool *pool,
                              guint *size,
                              GCancellable *cancellable,
                              GError **error);

/* Of the first @n pictures, of each the middle @size x @size pixels as they are, never resized. Luminance is the mean
 * of red, green and blue; its mean is taken off and it fades out towards the borders (Hann window). The same for any
 * number of threads. Errors name the picture; ARGUMENT: one is smaller than @size. */
gboolean arra_sharpness_measure (const ArraDataset *dataset,
                                 guint n,
                                 guint size,
                                 ArraPool *pool,
                                 ArraSharpness *sharpness,
                                 ArraItemProgress progress,
                                 gpointer user,
                                 GCancellable *cancellable,
                                 GError **error);
void arra_sharpness_clear (ArraSharpness *sharpness);

/* @of against @real, which must be of one size. */
ArraSharpnessBands arra_sharpness_compare (const ArraSharpness *of, const ArraSharpness *real);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ArraSharpness, arra_sharpness_clear)
