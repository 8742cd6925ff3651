/* attend.c - attention over a cache of floats (AVX-512)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define ATTEND arra_avx512_attend
#define BYTES(n) ((n) * sizeof (float))
#define STEP ARRA_LANES
#define SIXTEEN(row, i) _mm512_loadu_ps ((const float *) (const void *) (row) + (i))
#define PART(row, i, n) _mm512_maskz_loadu_ps (first_lanes (n), (const float *) (const void *) (row) + (i))
#include "attend_body.h"
