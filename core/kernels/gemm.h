/* gemm.h - products of matrices for VQGAN, encoders and training (never for what decides tokens)
 *
 * They are ours, with the same bits on every machine that has AVX2 (kernels.h says in which order they are added), and
 * OpenBLAS's elsewhere. OpenBLAS is held to one thread for good; parallel work is cut into tiles of fixed borders by
 * the caller's pool, so that the result is the same for any thread count and nobody fights over cores.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "pool.h"

/* C[m][n] = alpha * op(A) op(B) + beta * C, row-major, one thread. op(A) is m x k, op(B) is k x n. */
void arra_sgemm (gboolean trans_a,
                 gboolean trans_b,
                 gsize m,
                 gsize n,
                 gsize k,
                 float alpha,
                 const float *a,
                 gsize lda,
                 const float *b,
                 gsize ldb,
                 float beta,
                 float *c,
                 gsize ldc);

/* The same over @pool, in tiles whose size depends on the shape alone. */
void arra_sgemm_pool (ArraPool *pool,
                      gboolean trans_a,
                      gboolean trans_b,
                      gsize m,
                      gsize n,
                      gsize k,
                      float alpha,
                      const float *a,
                      gsize lda,
                      const float *b,
                      gsize ldb,
                      float beta,
                      float *c,
                      gsize ldc);
