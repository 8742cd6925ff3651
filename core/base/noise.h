/* noise.h - counter-based random numbers: a pure function of (seed, picture, position, token)
 *
 * No state: any draw can be repeated in any order, so several tokens can be verified in one pass, and a resumed or a
 * differently threaded run gives the same picture. Philox4x32-10 (Salmon et al., SC 2011) with the seed as key.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

guint32 arra_noise_bits (guint64 seed, guint32 picture, guint32 position, guint32 token);

/* Standard Gumbel noise -log(-log(u)), u uniform in (0,1) from 32 bits; the same bits on every machine. */
float arra_noise_gumbel (guint64 seed, guint32 picture, guint32 position, guint32 token);
float arra_noise_gumbel_of (guint32 bits);
/* A bound of that without logarithms; noise of more than 2 is nearer to it than log (4). */
float arra_noise_gumbel_limit (guint32 bits);
