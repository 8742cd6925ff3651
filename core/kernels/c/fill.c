/* fill.c - the scalar table
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "spec.h"
#include "variants.h"

void
arra_kernels_fill_c (ArraKernels *table)
{
  *table = (ArraKernels) {
    .name = "c",
    .matmul_f32 = arra_c_matmul_f32,
    .matmul_bf16 = arra_c_matmul_bf16,
    .matmul_f16 = arra_c_matmul_f16,
    .matmul_q8_0 = arra_c_matmul_q8_0,
    .matmul_q4_0 = arra_c_matmul_q4_0,
    .matmul_q4_k = arra_c_matmul_q4_k,
    .matmul_q6_k = arra_c_matmul_q6_k,
    .matmul_q8_0_panels = arra_c_matmul_q8_0_panels,
    .matmul_q4_0_panels = arra_c_matmul_q4_0_panels,
    .matmul_q4_k_panels = arra_c_matmul_q4_k_panels,
    .matmul_q6_k_panels = arra_c_matmul_q6_k_panels,
    .quantize_q8a = arra_c_quantize_q8a,
    .widen_bf16 = arra_c_widen_bf16,
    .widen_f16 = arra_c_widen_f16,
    .widen_q8_0 = arra_c_widen_q8_0,
    .widen_q4_0 = arra_c_widen_q4_0,
    .widen_q4_k = arra_c_widen_q4_k,
    .widen_q6_k = arra_c_widen_q6_k,
    .dot = arra_c_dot,
    .rms_norm = arra_c_rms_norm,
    .layer_norm = arra_c_layer_norm,
    .rope_half = arra_c_rope_half,
    .silu_mul = arra_c_silu_mul,
    .add = arra_c_add,
    .guide = arra_c_guide,
    .exp = arra_c_exp,
    .max = arra_c_max,
    .softmax = arra_c_softmax,
    .attend = arra_c_attend,
    .attend_f16 = arra_c_attend_f16,
    .attend_q8_0 = arra_c_attend_q8_0,
    .affine_swish = arra_c_affine_swish,
    .winograd_in = arra_c_winograd_in,
    .winograd_out = arra_c_winograd_out,
    .convolve_finish = arra_c_convolve_finish,
    .affine_swish_vjp = arra_c_affine_swish_vjp,
    .convolve = arra_c_convolve,
    .convolve_weights = arra_c_convolve_weights,
    .product = arra_c_product,
  };
}
