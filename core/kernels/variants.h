/* variants.h - what each folder of kernels offers to the table
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kernels.h"

/* Every entry, in scalar C. */
void arra_kernels_fill_c (ArraKernels *table);

/* Replace the entries for which the folder has something better. Compiled with the folder's instructions: to be called
 * only on a machine that has them. */
void arra_kernels_overlay_avx2 (ArraKernels *table);
void arra_kernels_overlay_avx512 (ArraKernels *table);

/* The AVX2 kernel that also takes the rows AVX-512 leaves over. */
void arra_avx2_matmul_q8_0 (const void *w, gsize w_stride, gsize n_rows, gsize k, const void *x, gsize x_stride, gsize n_tokens, float *y, gsize y_stride);
