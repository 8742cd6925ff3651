/* panels.c - how rows of blocks are interleaved
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "panels.h"

#include <string.h>

const ArraPanelLayout arra_panels_q8_0
    = { sizeof (ArraBlockQ8_0), { { 0, 2, 1 }, { offsetof (ArraBlockQ8_0, q), 4, ARRA_QK / 4 } } };

const ArraPanelLayout arra_panels_q4_0
    = { sizeof (ArraBlockQ4_0), { { 0, 2, 1 }, { offsetof (ArraBlockQ4_0, q), 4, ARRA_QK / 8 } } };

const ArraPanelLayout arra_panels_q4_k = {
  sizeof (ArraBlockQ4_K),
  { { 0, 2, 2 }, { offsetof (ArraBlockQ4_K, scales), 1, 12 }, { offsetof (ArraBlockQ4_K, q), 4, ARRA_QK_K / 8 } }
};

const ArraPanelLayout arra_panels_q6_k = { sizeof (ArraBlockQ6_K),
                                           { { 0, 4, ARRA_QK_K / 8 },
                                             { offsetof (ArraBlockQ6_K, high), 4, ARRA_QK_K / 16 },
                                             { offsetof (ArraBlockQ6_K, scales), 1, ARRA_QK_K / 16 },
                                             { offsetof (ArraBlockQ6_K, d), 2, 1 } } };

/* Inlined where @size is a constant: copies of a number are one instruction then. */
static inline guint8 *
interleave (const guint8 *rows, gsize stride, gsize size, gsize count, guint8 *out)
{
  for (gsize i = 0; i < count; i++)
    for (gsize r = 0; r < ARRA_PANEL_ROWS; r++, out += size)
      memcpy (out, rows + r * stride + i * size, size);
  return out;
}

static guint8 *
pack_field (const ArraPanelField *field, const guint8 *rows, gsize stride, guint8 *out)
{
  rows += field->at;
  if (field->size == 4)
    return interleave (rows, stride, 4, field->count, out);
  if (field->size == 2)
    return interleave (rows, stride, 2, field->count, out);
  return interleave (rows, stride, 1, field->count, out);
}

void
arra_panels_pack (const ArraPanelLayout *layout, const guint8 *rows, gsize stride, gsize n_blocks, guint8 *panel)
{
  for (gsize b = 0; b < n_blocks; b++, rows += layout->bytes)
    for (gsize f = 0; f < ARRA_PANEL_FIELDS; f++)
      panel = pack_field (&layout->fields[f], rows, stride, panel);
}

void
arra_panels_unpack (const ArraPanelLayout *layout, const guint8 *panel, gsize row, void *block)
{
  for (gsize f = 0; f < ARRA_PANEL_FIELDS; f++)
    {
      const ArraPanelField *field = &layout->fields[f];
      guint8 *out = (guint8 *) block + field->at;

      for (gsize i = 0; i < field->count; i++, panel += ARRA_PANEL_ROWS * field->size)
        memcpy (out + i * field->size, panel + row * field->size, field->size);
    }
}
