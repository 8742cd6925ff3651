/* avx2.h - AVX2, FMA, F16C: what the files of this folder share. ARRA_LANES lanes are two registers, low and high.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <immintrin.h>
#include <string.h>

#include "kernels.h"

#define ALWAYS_INLINE static inline __attribute__ ((always_inline))
#define UNROLL _Pragma ("GCC unroll 16")

typedef struct
{
  __m256 low;
  __m256 high;
} Lanes;

ALWAYS_INLINE Lanes
lanes_zero (void)
{
  return (Lanes) { _mm256_setzero_ps (), _mm256_setzero_ps () };
}

ALWAYS_INLINE Lanes
lanes_fma (Lanes a, Lanes b, Lanes acc)
{
  return (Lanes) { _mm256_fmadd_ps (a.low, b.low, acc.low), _mm256_fmadd_ps (a.high, b.high, acc.high) };
}

ALWAYS_INLINE Lanes
lanes_load (const float *p)
{
  return (Lanes) { _mm256_loadu_ps (p), _mm256_loadu_ps (p + 8) };
}

/* The first @n < ARRA_LANES floats at @p, zeros above. */
ALWAYS_INLINE Lanes
lanes_load_part (const float *p, gsize n)
{
  float all[ARRA_LANES] = { 0 };
  memcpy (all, p, n * sizeof (float));
  return lanes_load (all);
}

/* @with in lanes 0..n-1, @without in the others. */
ALWAYS_INLINE Lanes
lanes_choose (gsize n, Lanes with, Lanes without)
{
  const __m256i index = _mm256_setr_epi32 (0, 1, 2, 3, 4, 5, 6, 7);
  __m256 low = _mm256_castsi256_ps (_mm256_cmpgt_epi32 (_mm256_set1_epi32 ((int) n), index));
  __m256 high = _mm256_castsi256_ps (_mm256_cmpgt_epi32 (_mm256_set1_epi32 ((int) n - 8), index));
  return (Lanes) { _mm256_blendv_ps (without.low, with.low, low), _mm256_blendv_ps (without.high, with.high, high) };
}

/* 4 -> 2 -> 1 */
ALWAYS_INLINE float
fold4 (__m128 f)
{
  f = _mm_add_ps (f, _mm_movehl_ps (f, f));
  return _mm_cvtss_f32 (_mm_add_ss (f, _mm_movehdup_ps (f)));
}

/* 16 -> 8 -> 4 -> 2 -> 1, lane j adding lane j + half */
ALWAYS_INLINE float
lanes_fold (Lanes lanes)
{
  __m256 f = _mm256_add_ps (lanes.low, lanes.high);
  return fold4 (_mm_add_ps (_mm256_castps256_ps128 (f), _mm256_extractf128_ps (f, 1)));
}

/* arra_expf() on eight numbers, operation by operation */
ALWAYS_INLINE __m256
exp8 (__m256 x)
{
  const __m256 magic = _mm256_set1_ps (0x1.8p23f);
  const __m256i bias = _mm256_set1_epi32 (127);
  __m256 shifted = _mm256_fmadd_ps (x, _mm256_set1_ps (0x1.715476p+0f), magic);
  __m256 n = _mm256_sub_ps (shifted, magic);
  __m256 r = _mm256_fmadd_ps (n, _mm256_set1_ps (-0x1.62e4p-1f), x);
  __m256 p = _mm256_set1_ps (0x1.6c16c2p-10f);
  __m256i exponent = _mm256_sub_epi32 (_mm256_castps_si256 (shifted), _mm256_set1_epi32 (0x4b400000));
  __m256i half = _mm256_srai_epi32 (exponent, 1);
  __m256i rest = _mm256_sub_epi32 (exponent, half);
  __m256 y;

  r = _mm256_fmadd_ps (n, _mm256_set1_ps (-0x1.7f7d1cp-20f), r);
  p = _mm256_fmadd_ps (p, r, _mm256_set1_ps (0x1.111112p-7f));
  p = _mm256_fmadd_ps (p, r, _mm256_set1_ps (0x1.555556p-5f));
  p = _mm256_fmadd_ps (p, r, _mm256_set1_ps (0x1.555556p-3f));
  p = _mm256_fmadd_ps (p, r, _mm256_set1_ps (0.5f));
  p = _mm256_fmadd_ps (p, r, _mm256_set1_ps (1.0f));
  p = _mm256_fmadd_ps (p, r, _mm256_set1_ps (1.0f));
  y = _mm256_mul_ps (p, _mm256_castsi256_ps (_mm256_slli_epi32 (_mm256_add_epi32 (half, bias), 23)));
  y = _mm256_mul_ps (y, _mm256_castsi256_ps (_mm256_slli_epi32 (_mm256_add_epi32 (rest, bias), 23)));
  y = _mm256_blendv_ps (y, _mm256_set1_ps (__builtin_inff ()),
                        _mm256_cmp_ps (x, _mm256_set1_ps (88.72283f), _CMP_GT_OQ));
  return _mm256_andnot_ps (_mm256_cmp_ps (x, _mm256_set1_ps (-87.33654f), _CMP_LT_OQ), y);
}

ArraMatmul arra_avx2_matmul_f32;
ArraMatmul arra_avx2_matmul_bf16;
ArraMatmul arra_avx2_matmul_f16;
ArraMatmul arra_avx2_matmul_q8_0;
ArraMatmul arra_avx2_matmul_q4_0;
ArraMatmul arra_avx2_matmul_q4_k;
ArraMatmul arra_avx2_matmul_q6_k;
ArraMatmul arra_avx2_matmul_q8_0_panels;
void arra_avx2_quantize_q8a (const float *x, gsize k, ArraBlockQ8A *dst);
void arra_avx2_widen_bf16 (const void *src, gsize n, float *dst);
void arra_avx2_widen_f16 (const void *src, gsize n, float *dst);
void arra_avx2_widen_q8_0 (const void *src, gsize n, float *dst);
float arra_avx2_dot (const float *a, const float *b, gsize n);
void arra_avx2_rms_norm (const float *x, const float *w, gsize n, float eps, float *y);
void arra_avx2_layer_norm (const float *x, const float *w, const float *b, gsize n, float eps, float *y);
void arra_avx2_rope_half (float *x, const float *cosine, const float *sine, gsize n);
void arra_avx2_silu_mul (const float *gate, const float *up, gsize n, float *out);
void arra_avx2_add (const float *x, gsize n, float *y);
void arra_avx2_guide (const float *cond, const float *uncond, float scale, gsize n, float *out);
void arra_avx2_exp (const float *x, gsize n, float *y);
float arra_avx2_max (const float *x, gsize n);
float arra_avx2_softmax (float *x, gsize n);
void arra_avx2_attend (const ArraAttend *a, float *out);
void arra_avx2_attend_f16 (const ArraAttend *a, float *out);
void arra_avx2_attend_q8_0 (const ArraAttend *a, float *out);
void arra_avx2_affine_swish (const float *x,
                             gsize n_pixels,
                             gsize channels,
                             const float *scale,
                             const float *bias,
                             gboolean swish,
                             float *y);
void arra_avx2_affine_swish_vjp (const float *x,
                                 const float *dy,
                                 gsize n_pixels,
                                 gsize channels,
                                 const float *scale,
                                 const float *bias,
                                 float *dv,
                                 float *sums);
void arra_avx2_winograd_in (const float *x, gsize row, gsize channels, float *v, gsize step);
void arra_avx2_winograd_out (const float *m, gsize step, gsize channels, float *y, gsize row);
void arra_avx2_convolve (const ArraConvShape *shape, const float *x, const float *w, float *y);
void arra_avx2_convolve_weights (const ArraConvShape *shape, const float *x, const float *dy, float *dw);
void arra_avx2_product (const ArraProduct *product, float *scratch);
