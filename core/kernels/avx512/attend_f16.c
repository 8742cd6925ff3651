/* attend_f16.c - attention over a cache of halves (AVX-512)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define ATTEND arra_avx512_attend_f16
#define BYTES(n) ((n) * sizeof (guint16))
#define STEP ARRA_LANES
#define SIXTEEN(row, i) _mm512_cvtph_ps (_mm256_loadu_si256 ((const __m256i *) (const void *) ((row) + 2 * (i))))
#define PART(row, i, n) _mm512_cvtph_ps (_mm256_maskz_loadu_epi16 (first_lanes (n), (row) + 2 * (i)))
#include "attend_body.h"
