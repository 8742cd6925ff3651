/* padding.h - what a convolution reads outside of a map
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef enum
{
  ARRA_PADDING_ZEROS,
  ARRA_PADDING_REPLICATE, /* the nearest pixel inside */
  ARRA_PADDING_WRAP,      /* the other side: the map is a tile */
} ArraPadding;

/* Where pixel @i of a row or column of @n is read; -1: it is zero. */
static inline gssize
arra_padding_index (ArraPadding padding, gssize i, gsize n)
{
  gssize size = (gssize) n;

  if (i >= 0 && i < size)
    return i;
  if (padding == ARRA_PADDING_ZEROS)
    return -1;
  return padding == ARRA_PADDING_REPLICATE ? CLAMP (i, 0, size - 1) : (i % size + size) % size;
}
