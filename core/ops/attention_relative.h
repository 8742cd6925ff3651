/* attention_relative.h - attention within a sequence whose scores depend on the distance as well
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* One sequence */
typedef struct
{
  gsize length, heads, head_dim;
  gsize n_seen;      /* positions that are seen, the first ones, by every position; at least 1 */
  float scale;       /* of q k^T */
  const float *bias; /* [heads][2 * length - 1]: what is added for a key at a distance of -(length - 1) .. length - 1 */
} ArraRelativeShape;

/* out = softmax (q k^T * scale + bias) v for each head; q, k, v, out: [length][heads][head_dim]. The same bits on
 * every machine and for any number of threads: it may decide tokens. @scratch: arra_attention_relative_scratch()
 * floats. Raffel et al. 2020 (arXiv 1910.10683), section 2.1. */
void arra_attention_relative (const ArraExec *exec,
                              const ArraRelativeShape *shape,
                              const float *q,
                              const float *k,
                              const float *v,
                              float *scratch,
                              float *out);

gsize arra_attention_relative_scratch (gsize length, gsize head_dim, guint threads);
