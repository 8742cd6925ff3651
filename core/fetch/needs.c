/* needs.c - what a checkpoint of the catalogue takes of a computer, as far as what was published tells
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "needs.h"

#define PROGRAM ((guint64) 64 << 20) /* bytes of what is no weight, cache or picture */
#define PIXEL 1536                   /* bytes of work for each pixel of a picture: three layers of 128 floats */

/* Bits of a weight, with its share of its block's scale. */
static const double bits[] = {
  [ARRA_QUANT_AS_STORED] = 32, [ARRA_QUANT_F32] = 32,   [ARRA_QUANT_F16] = 16,   [ARRA_QUANT_BF16] = 16,
  [ARRA_QUANT_Q8_0] = 8.5,     [ARRA_QUANT_Q4_0] = 4.5, [ARRA_QUANT_Q4_K] = 4.5, [ARRA_QUANT_Q6_K] = 6.5625,
};

static guint64
bytes_of (guint64 parameters, ArraQuant quant)
{
  g_assert ((gsize) quant < G_N_ELEMENTS (bits));
  return (guint64) ((double) parameters * bits[quant] / 8);
}

/* The image tokenizer has half precision. */
static guint64
picture_bytes (const ArraCatalogueEntry *entry, ArraQuant quant)
{
  return bytes_of (entry->parameters, quant) + entry->vqgan_parameters * 2;
}

guint64
arra_needs_file_bytes (const ArraCatalogueEntry *entry, ArraQuant quant)
{
  return entry->parameters > 0 ? picture_bytes (entry, quant) + bytes_of (entry->t5_parameters, quant) : 0;
}

/* Keys and values are floats, and guidance runs two sequences. What reads the prompt is gone when they fill. */
guint64
arra_needs_memory (const ArraCatalogueEntry *entry, ArraQuant quant)
{
  const guint64 later
      = 2 * 2 * sizeof (float) * entry->layers * entry->width * entry->positions + entry->side * entry->side * PIXEL;

  if (entry->parameters == 0)
    return 0;
  return picture_bytes (entry, quant) + MAX (later, bytes_of (entry->t5_parameters, quant)) + PROGRAM;
}

double
arra_needs_seconds (const ArraCatalogueEntry *entry, ArraQuant quant, double reading)
{
  const double read = (double) entry->positions * (double) bytes_of (entry->parameters, quant)
                      + (double) bytes_of (entry->t5_parameters, quant);

  return reading > 0 ? read / reading : 0;
}
