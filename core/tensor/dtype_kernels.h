/* dtype_kernels.h - which kernels a type of numbers takes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "dtype.h"
#include "kernels.h"

/* The product for weights of @dtype, which must be a type of weights. */
ArraMatmulFunc arra_dtype_matmul (ArraDType dtype, const ArraKernels *kernels);

/* Attention over keys and values of @dtype: F32, F16 or Q8_0. */
ArraAttendFunc arra_dtype_attend (ArraDType dtype, const ArraKernels *kernels);

/* The type in which products with a matrix of @dtype and @rows rows are fastest: @dtype itself, or the same blocks in
 * panels. */
ArraDType arra_dtype_for_products (ArraDType dtype, gsize rows, const ArraKernels *kernels);

/* @n numbers of a float type, a multiple of its block, as floats. */
void arra_dtype_widen (ArraDType dtype, const ArraKernels *kernels, const void *src, gsize n, float *dst);
