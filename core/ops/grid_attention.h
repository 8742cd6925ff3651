/* grid_attention.h - attention within square windows of a grid, with positions relative along both axes
 *
 * Source: Li et al., arXiv 2112.01526, section 4.1 (decomposed relative positions), as segment-anything has
 * them: the score of a query for a key is scale q k + q rows[y_q - y_k] + q columns[x_q - x_k], where the
 * last two are not scaled.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

typedef struct
{
  gsize n, height, width; /* of the grids */
  gsize window;           /* cells on a side; windows that reach over the right or the lower border see padding there */
  gsize heads, head_dim;
  float scale;
} ArraGridAttention;

typedef struct
{
  const float *q, *k, *v;      /* [n][height][width][heads][head_dim] */
  const float *pad_k, *pad_v;  /* [heads][head_dim]: the key and the value of padding */
  const float *rows, *columns; /* [2 window - 1][head_dim]: place window - 1 is that of equal positions */
} ArraGridAttentionInputs;

gsize arra_grid_attention_scratch (const ArraGridAttention *shape, guint threads); /* floats */
/* @out: the shape of q. The same bits for any number of threads. */
void arra_grid_attention (const ArraExec *exec,
                          const ArraGridAttention *shape,
                          const ArraGridAttentionInputs *in,
                          float *scratch,
                          float *out);
