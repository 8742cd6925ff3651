/* overlay.c - the kernels that AVX-512 does measurably faster than AVX2
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx512.h"
#include "variants.h"

void
arra_kernels_overlay_avx512 (ArraKernels *table)
{
  table->matmul_f32 = arra_avx512_matmul_f32;
  table->matmul_bf16 = arra_avx512_matmul_bf16;
  table->matmul_f16 = arra_avx512_matmul_f16;
  table->matmul_q8_0 = arra_avx512_matmul_q8_0;
  table->q8_0_by_rows = TRUE;
  table->matmul_q4_0_panels = arra_avx512_matmul_q4_0_panels;
  table->matmul_q4_k_panels = arra_avx512_matmul_q4_k_panels;
  table->matmul_q6_k_panels = arra_avx512_matmul_q6_k_panels;
  table->silu_mul = arra_avx512_silu_mul;
  table->exp = arra_avx512_exp;
  table->softmax = arra_avx512_softmax;
  table->attend = arra_avx512_attend;
  table->attend_f16 = arra_avx512_attend_f16;
  table->attend_q8_0 = arra_avx512_attend_q8_0;
  table->affine_swish = arra_avx512_affine_swish;
  table->winograd_in = arra_avx512_winograd_in;
  table->winograd_out = arra_avx512_winograd_out;
  table->convolve_finish = arra_avx512_convolve_finish;
  table->affine_swish_vjp = arra_avx512_affine_swish_vjp;
  table->convolve = arra_avx512_convolve;
  table->convolve_weights = arra_avx512_convolve_weights;
  table->product = arra_avx512_product;
}
