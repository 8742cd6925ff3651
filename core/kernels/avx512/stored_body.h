/* stored_body.h - the product of stored panels with quantised tokens (AVX-512 VNNI), included once for each type of
 * weights
 *
 * PRODUCT is its name; REST, another product of such panels, makes few tokens, and the rows that fill no two panels.
 * Beside these the file says what packed_body.h asks for.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "packed_body.h"

void
PRODUCT (const void *w,
         gsize w_stride,
         gsize n_rows,
         gsize k,
         const void *x,
         gsize x_stride,
         gsize n_tokens,
         float *y,
         gsize y_stride)
{
  const BlockProduct p = { w, w_stride, k / ARRA_QK, x, x_stride, n_tokens, y, y_stride };
  const gsize done = n_tokens > FEW_TOKENS ? multiply_packed (&p, n_rows) : 0;

  REST (p.w + done * w_stride, w_stride, n_rows - done, k, x, x_stride, n_tokens, y + done, y_stride);
}
