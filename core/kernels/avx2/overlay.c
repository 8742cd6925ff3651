/* overlay.c - the kernels that AVX2, FMA and F16C do better than scalar C
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx2.h"
#include "variants.h"

void
arra_kernels_overlay_avx2 (ArraKernels *table)
{
  table->matmul_f32 = arra_avx2_matmul_f32;
  table->matmul_bf16 = arra_avx2_matmul_bf16;
  table->matmul_f16 = arra_avx2_matmul_f16;
  table->matmul_q8_0 = arra_avx2_matmul_q8_0;
  table->matmul_q4_0 = arra_avx2_matmul_q4_0;
  table->matmul_q4_k = arra_avx2_matmul_q4_k;
  table->matmul_q6_k = arra_avx2_matmul_q6_k;
  table->matmul_q8_0_panels = arra_avx2_matmul_q8_0_panels;
  table->matmul_q4_0_panels = arra_avx2_matmul_q4_0_panels;
  table->matmul_q4_k_panels = arra_avx2_matmul_q4_k_panels;
  table->matmul_q6_k_panels = arra_avx2_matmul_q6_k_panels;
  table->quantize_q8a = arra_avx2_quantize_q8a;
  table->widen_bf16 = arra_avx2_widen_bf16;
  table->widen_f16 = arra_avx2_widen_f16;
  table->widen_q8_0 = arra_avx2_widen_q8_0;
  table->dot = arra_avx2_dot;
  table->rms_norm = arra_avx2_rms_norm;
  table->layer_norm = arra_avx2_layer_norm;
  table->rope_half = arra_avx2_rope_half;
  table->silu_mul = arra_avx2_silu_mul;
  table->add = arra_avx2_add;
  table->guide = arra_avx2_guide;
  table->exp = arra_avx2_exp;
  table->max = arra_avx2_max;
  table->softmax = arra_avx2_softmax;
  table->attend = arra_avx2_attend;
  table->attend_f16 = arra_avx2_attend_f16;
  table->attend_q8_0 = arra_avx2_attend_q8_0;
  table->affine_swish = arra_avx2_affine_swish;
  table->winograd_in = arra_avx2_winograd_in;
  table->winograd_out = arra_avx2_winograd_out;
  table->affine_swish_vjp = arra_avx2_affine_swish_vjp;
  table->convolve = arra_avx2_convolve;
  table->convolve_weights = arra_avx2_convolve_weights;
  table->product = arra_avx2_product;
}
