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

#define PRODUCT arra_avx512_matmul_q4_0_panels
#define REST arra_avx2_matmul_q4_0_panels
#include "stored_body.h"
