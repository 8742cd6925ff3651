/* clip_score.h - how well pictures go with their captions, by an encoder of both
 *
 * Source: Hessel et al., arXiv 2104.08718: the cosine of the picture's and the caption's features; here without that
 * paper's factor of 2.5 and its cut at zero.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Mean over rows of the cosine of images[i] and texts[i], [n][width] each, of any length; -1 to 1. A row of zeros, and
 * @n of 0, are 0. */
double arra_clip_score (const float *images, const float *texts, gsize n, gsize width);
