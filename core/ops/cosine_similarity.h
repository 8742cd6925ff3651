/* cosine_similarity.h - the cosine between rows and the features they are aligned with
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* Sum over rows of cos (x[row], features[items[row]]); x: [rows][width], features: [n][width]. Each norm counts as at
 * least ARRA_COSINE_EPS, as in PyTorch's cosine_similarity. @cosines: [rows], written. */
double arra_cosine_similarity (const ArraExec *exec,
                               const float *x,
                               const float *features,
                               const guint32 *items,
                               gsize rows,
                               gsize width,
                               float *cosines);
#define ARRA_COSINE_EPS 1e-8

/* dx += scale * d cos / dx. */
void arra_cosine_similarity_vjp (const ArraExec *exec,
                                 const float *x,
                                 const float *features,
                                 const guint32 *items,
                                 gsize rows,
                                 gsize width,
                                 float scale,
                                 float *dx);
