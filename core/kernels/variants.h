/* variants.h - what each folder of kernels offers to the table
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kernels.h"

/* How many bytes ahead of its reading a stream of weights is asked for, measured: less comes late, more is pushed out
 * of the first cache again. It may lie beyond the weights, where a prefetch does nothing. */
#define ARRA_PREFETCH 2048

/* Every entry, in scalar C. */
void arra_kernels_fill_c (ArraKernels *table);

/* Replace the entries for which the folder has something better. Compiled with the folder's instructions: to be called
 * only on a machine that has them. */
void arra_kernels_overlay_avx2 (ArraKernels *table);
void arra_kernels_overlay_avx512 (ArraKernels *table);

/* What AVX-512 leaves to AVX2: products of panels with few tokens, which are bound by memory, and of a panel without a
 * neighbour. */
ArraMatmul arra_avx2_matmul_q4_0_panels;
ArraMatmul arra_avx2_matmul_q4_k_panels;
ArraMatmul arra_avx2_matmul_q6_k_panels;
