/* matmul_q4_0.c - products of stored panels of Q4_0 with many quantised tokens (AVX-512 VNNI)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define UNIT_SIZE sizeof (ArraBlockQ4_0)
#define UNIT_BLOCKS 1
#define FEW_TOKENS 2
#include "eighths.h"
#include "stored.h"

/* Block @unit of sixteen rows from @w: q - 8 + 128 */
ALWAYS_INLINE void
pack (const guint8 *w, gsize w_stride, gsize unit, Panel *panel)
{
  const __m512i centre = _mm512_set1_epi8 (128 - 8);
  const Stored s = stored_unit (w, w_stride, unit);

  panel->d = stored_halves (s, offsetof (ArraBlockQ4_0, d));
  UNROLL
  for (gsize c = 0; c < COLUMNS / 2; c++)
    {
      __m512i both = stored_columns (s, offsetof (ArraBlockQ4_0, q), c);

      panel->q[c] = _mm512_add_epi8 (nibbles (both, 0), centre);
      panel->q[c + COLUMNS / 2] = _mm512_add_epi8 (nibbles (both, 4), centre);
    }
}

#include "packed_body.h"

void
arra_avx512_matmul_q4_0_panels (const void *w,
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

  arra_avx2_matmul_q4_0_panels (p.w + done * w_stride, w_stride, n_rows - done, k, x, x_stride, n_tokens, y + done,
                                y_stride);
}
