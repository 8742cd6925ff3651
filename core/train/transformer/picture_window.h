/* picture_window.h - windows of captioned pictures in place of whole ones
 *
 * A picture of many codes teaches in parts: a window of its rows and columns with the whole one's caption and features,
 * another one each time. Of tiles, which go on at their other side, a window may lie anywhere, and one of the whole
 * size is the tile moved along.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "picture_sequence.h"

typedef struct
{
  ArraPictureItems whole;
  gboolean tiles; /* windows go on at the other side */
  guint rows, columns;
  guint top, left; /* of what is read next */
  guint32 *codes;  /* of a whole picture; arra_mem */
  float *parts;    /* (nullable): [whole.rows][whole.columns][part_width]; arra_mem */
} ArraPictureWindow;

/* @items become windows of @rows x @columns of what they are, which then belongs to them, as does the result; it begins
 * at the top left. Fails, and leaves them, where @rows or @columns are 0 or more than a picture has (INVALID_DATA,
 * naming @name), and for want of memory. */
ArraPictureWindow *arra_picture_window_open (ArraPictureItems *items,
                                             guint rows,
                                             guint columns,
                                             gboolean tiles,
                                             const char *name,
                                             GError **error);

/* Where the next windows lie, by two numbers of 0 <= x < 2^32: any place of a tile, else any within the picture. */
void arra_picture_window_move (ArraPictureWindow *window, guint32 down, guint32 across);
