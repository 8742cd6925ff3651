/* avx512.h - AVX-512 F, BW, DQ, VL, VNNI: what the files of this folder share. ARRA_LANES lanes are one register.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <immintrin.h>
#include <string.h>

#include "kernels.h"

#define ALWAYS_INLINE static inline __attribute__ ((always_inline))
#define UNROLL _Pragma ("GCC unroll 16")

/* The lanes of the first @n <= ARRA_LANES elements. */
ALWAYS_INLINE __mmask16
first_lanes (gsize n)
{
  return (__mmask16) ((1u << n) - 1);
}

/* 16 -> 8 -> 4 -> 2 -> 1, lane j adding lane j + half */
ALWAYS_INLINE float
lanes_fold (__m512 lanes)
{
  __m256 f8 = _mm256_add_ps (_mm512_castps512_ps256 (lanes), _mm512_extractf32x8_ps (lanes, 1));
  __m128 f4 = _mm_add_ps (_mm256_castps256_ps128 (f8), _mm256_extractf128_ps (f8, 1));
  __m128 f2 = _mm_add_ps (f4, _mm_movehl_ps (f4, f4));
  return _mm_cvtss_f32 (_mm_add_ss (f2, _mm_movehdup_ps (f2)));
}

/* arra_expf() on sixteen numbers, operation by operation */
ALWAYS_INLINE __m512
exp16 (__m512 x)
{
  const __m512 magic = _mm512_set1_ps (0x1.8p23f);
  const __m512i bias = _mm512_set1_epi32 (127);
  __m512 shifted = _mm512_fmadd_ps (x, _mm512_set1_ps (0x1.715476p+0f), magic);
  __m512 n = _mm512_sub_ps (shifted, magic);
  __m512 r = _mm512_fmadd_ps (n, _mm512_set1_ps (-0x1.62e4p-1f), x);
  __m512 p = _mm512_set1_ps (0x1.6c16c2p-10f);
  __m512i exponent = _mm512_sub_epi32 (_mm512_castps_si512 (shifted), _mm512_set1_epi32 (0x4b400000));
  __m512i half = _mm512_srai_epi32 (exponent, 1);
  __m512i rest = _mm512_sub_epi32 (exponent, half);
  __m512 y;

  r = _mm512_fmadd_ps (n, _mm512_set1_ps (-0x1.7f7d1cp-20f), r);
  p = _mm512_fmadd_ps (p, r, _mm512_set1_ps (0x1.111112p-7f));
  p = _mm512_fmadd_ps (p, r, _mm512_set1_ps (0x1.555556p-5f));
  p = _mm512_fmadd_ps (p, r, _mm512_set1_ps (0x1.555556p-3f));
  p = _mm512_fmadd_ps (p, r, _mm512_set1_ps (0.5f));
  p = _mm512_fmadd_ps (p, r, _mm512_set1_ps (1.0f));
  p = _mm512_fmadd_ps (p, r, _mm512_set1_ps (1.0f));
  y = _mm512_mul_ps (p, _mm512_castsi512_ps (_mm512_slli_epi32 (_mm512_add_epi32 (half, bias), 23)));
  y = _mm512_mul_ps (y, _mm512_castsi512_ps (_mm512_slli_epi32 (_mm512_add_epi32 (rest, bias), 23)));
  y = _mm512_mask_mov_ps (y, _mm512_cmp_ps_mask (x, _mm512_set1_ps (88.72283f), _CMP_GT_OQ),
                          _mm512_set1_ps (__builtin_inff ()));
  return _mm512_mask_mov_ps (y, _mm512_cmp_ps_mask (x, _mm512_set1_ps (-87.33654f), _CMP_LT_OQ), _mm512_setzero_ps ());
}

/* One call of a product of quantised rows */
typedef struct
{
  const guint8 *w;
  gsize w_stride;
  gsize n_blocks;
  const guint8 *x;
  gsize x_stride;
  gsize n_tokens;
  float *y;
  gsize y_stride;
} BlockProduct;

/* Rows @begin..@end-1 times all tokens, made for few tokens and for the rows that fill no panel */
void arra_avx512_q8_0_quads (const BlockProduct *p, gsize begin, gsize end);

ArraMatmul arra_avx512_matmul_f32;
ArraMatmul arra_avx512_matmul_bf16;
ArraMatmul arra_avx512_matmul_f16;
ArraMatmul arra_avx512_matmul_q8_0;
ArraMatmul arra_avx512_matmul_q4_0_panels;
ArraMatmul arra_avx512_matmul_q4_k_panels;
ArraMatmul arra_avx512_matmul_q6_k_panels;
void arra_avx512_silu_mul (const float *gate, const float *up, gsize n, float *out);
void arra_avx512_exp (const float *x, gsize n, float *y);
float arra_avx512_softmax (float *x, gsize n);
void arra_avx512_attend (const ArraAttend *a, float *out);
void arra_avx512_attend_f16 (const ArraAttend *a, float *out);
void arra_avx512_attend_q8_0 (const ArraAttend *a, float *out);
void arra_avx512_affine_swish (const float *x,
                               gsize n_pixels,
                               gsize channels,
                               const float *scale,
                               const float *bias,
                               gboolean swish,
                               float *y);
void arra_avx512_affine_swish_vjp (const float *x,
                                   const float *dy,
                                   gsize n_pixels,
                                   gsize channels,
                                   const float *scale,
                                   const float *bias,
                                   float *dv,
                                   float *sums);
void arra_avx512_convolve (const ArraConvShape *shape, const float *x, const float *w, float *y);
void arra_avx512_convolve_weights (const ArraConvShape *shape, const float *x, const float *dy, float *dw);
void arra_avx512_convolve_finish (const ArraConvFinish *finish);
void arra_avx512_winograd_in (const float *x, gsize row, gsize channels, float *v, gsize step);
void arra_avx512_winograd_out (const float *m, gsize step, gsize channels, float *y, gsize row);
void arra_avx512_product (const ArraProduct *product, float *scratch);
