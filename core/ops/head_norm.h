/* head_norm.h - Chameleon's layer normalisation of queries and keys, head by head (arXiv 2405.09818, section 2.3)
 *
 * Reference: ARRA arra/model/chameleon/modeling_chameleon.py, ChameleonLayerNorm.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* x: [rows][heads][head_dim], in place: layer norm over head_dim. @weight, @bias: [groups][head_dim]; row g of them
 * serves the heads g * heads / groups .. (g + 1) * heads / groups - 1, groups divides heads. groups = heads is the form
 * with a row for each head. */
void arra_head_norm (const ArraExec *exec,
                     float *x,
                     const float *weight,
                     const float *bias,
                     gsize groups,
                     gsize rows,
                     gsize heads,
                     gsize head_dim,
                     float eps);

/* dx +=, dweight += and dbias += the gradients of arra_head_norm(); @x: the input, before the norm. @moments: room for
 * 2 * rows * heads floats. */
void arra_head_norm_vjp (const ArraExec *exec,
                         const float *x,
                         const float *weight,
                         const float *dy,
                         gsize groups,
                         gsize rows,
                         gsize heads,
                         gsize head_dim,
                         float eps,
                         float *moments,
                         float *dx,
                         float *dweight,
                         float *dbias);
