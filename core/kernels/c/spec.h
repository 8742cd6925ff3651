/* spec.h - the scalar kernels: the specification that every overlay repeats bit for bit
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kernels.h"

/* Adds up ARRA_LANES lanes, 16 -> 8 -> 4 -> 2 -> 1, lane j adding lane j + half; @lane is overwritten. */
float arra_c_fold (float lane[ARRA_LANES]);

ArraMatmul arra_c_matmul_f32;
ArraMatmul arra_c_matmul_bf16;
ArraMatmul arra_c_matmul_f16;
ArraMatmul arra_c_matmul_q8_0;
ArraMatmul arra_c_matmul_q4_0;
ArraMatmul arra_c_matmul_q4_k;
ArraMatmul arra_c_matmul_q6_k;
ArraMatmul arra_c_matmul_q8_0_panels;
ArraMatmul arra_c_matmul_q4_0_panels;
ArraMatmul arra_c_matmul_q4_k_panels;
ArraMatmul arra_c_matmul_q6_k_panels;

void arra_c_quantize_q8a (const float *x, gsize k, ArraBlockQ8A *dst);
void arra_c_widen_bf16 (const void *src, gsize n, float *dst);
void arra_c_widen_f16 (const void *src, gsize n, float *dst);
void arra_c_widen_q8_0 (const void *src, gsize n, float *dst);
void arra_c_widen_q4_0 (const void *src, gsize n, float *dst);
void arra_c_widen_q4_k (const void *src, gsize n, float *dst);
void arra_c_widen_q6_k (const void *src, gsize n, float *dst);

/* What blocks hold, each weight's q (0 to 15, 0 to 63) in a byte of its own, and back; scales and minima are 6 bits
 * each. */
void arra_c_unpack_q4_0 (const ArraBlockQ4_0 *block, guint8 q[ARRA_QK]);
void arra_c_unpack_q4_k (const ArraBlockQ4_K *block, guint8 q[ARRA_QK_K]);
void arra_c_unpack_scales_q4_k (const guint8 packed[12], guint8 scales[8], guint8 mins[8]);
void arra_c_unpack_q6_k (const ArraBlockQ6_K *block, guint8 q[ARRA_QK_K]);
void arra_c_pack_q4_0 (const guint8 q[ARRA_QK], ArraBlockQ4_0 *block);
void arra_c_pack_q4_k (const guint8 q[ARRA_QK_K], const guint8 scales[8], const guint8 mins[8], ArraBlockQ4_K *block);
void arra_c_pack_q6_k (const guint8 q[ARRA_QK_K], ArraBlockQ6_K *block);

float arra_c_dot (const float *a, const float *b, gsize n);
void arra_c_rms_norm (const float *x, const float *w, gsize n, float eps, float *y);
void arra_c_layer_norm (const float *x, const float *w, const float *b, gsize n, float eps, float *y);
void arra_c_rope_half (float *x, const float *cosine, const float *sine, gsize n);
void arra_c_silu_mul (const float *gate, const float *up, gsize n, float *out);
void arra_c_add (const float *x, gsize n, float *y);
void arra_c_guide (const float *cond, const float *uncond, float scale, gsize n, float *out);
void arra_c_exp (const float *x, gsize n, float *y);
float arra_c_max (const float *x, gsize n);
float arra_c_softmax (float *x, gsize n);
void arra_c_attend (const ArraAttend *a, float *out);
void arra_c_attend_f16 (const ArraAttend *a, float *out);
void arra_c_attend_q8_0 (const ArraAttend *a, float *out);

void arra_c_affine_swish (const float *x,
                          gsize n_pixels,
                          gsize channels,
                          const float *scale,
                          const float *bias,
                          gboolean swish,
                          float *y);
void arra_c_affine_swish_vjp (const float *x,
                              const float *dy,
                              gsize n_pixels,
                              gsize channels,
                              const float *scale,
                              const float *bias,
                              float *dv,
                              float *sums);
void arra_c_winograd_in (const float *x, gsize row, gsize channels, float *v, gsize step);
void arra_c_winograd_out (const float *m, gsize step, gsize channels, float *y, gsize row);
void arra_c_convolve_finish (const ArraConvFinish *finish);
void arra_c_convolve (const ArraConvShape *shape, const float *x, const float *w, float *y);
void arra_c_convolve_weights (const ArraConvShape *shape, const float *x, const float *dy, float *dw);
void arra_c_product (const ArraProduct *product, float *scratch);
