/* ms_ssim.h - multi-scale structural similarity of two pictures
 *
 * Source: Wang, Simoncelli, Bovik, "Multiscale structural similarity for image quality assessment", Asilomar 2003, with
 * that paper's five weights; the single-scale terms are those of Wang et al., IEEE TIP 13 (2004): 11 x 11 Gaussian
 * window (deviation 1.5) where it fits whole, K1 0.01, K2 0.03. Between scales the picture is averaged over 2 x 2
 * pixels. Means of contrast and structure below zero count as zero. Colour channels are measured apart and averaged.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "picture.h"

#define ARRA_MS_SSIM_SCALES 5
#define ARRA_MS_SSIM_WINDOW 11

/* How many scales a picture has room for: the window must fit into each. A picture below 176 pixels has fewer than 5;
 * the weights of those are then made to sum to 1. */
guint arra_ms_ssim_scales (gsize width, gsize height);

/* 0 to 1; 1 for equal pictures. ARGUMENT: other sizes or channels, or a side below 11 pixels. Channels: 1 or 3. */
gboolean arra_ms_ssim (const ArraRaster *a, const ArraRaster *b, double *similarity, GError **error);
