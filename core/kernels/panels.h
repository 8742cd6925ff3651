/* panels.h - quantised weights as products read them fastest: the same blocks, in as many bytes, eight rows interleaved
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kernels.h"

#define ARRA_PANEL_FIELDS 4

/* @count numbers of @size bytes (1, 2 or 4), @at bytes from a block's beginning */
typedef struct
{
  gsize at, size, count;
} ArraPanelField;

typedef struct _ArraPanelLayout ArraPanelLayout;

/* A panel holds ARRA_PANEL_ROWS rows. For each block of @bytes bytes (superblock, where a type has those) in turn, and
 * each of its fields in turn: the field's first number of each row, then the second of each row, and so on. A panel
 * begins where its first row would. */
struct _ArraPanelLayout
{
  gsize bytes;
  ArraPanelField fields[ARRA_PANEL_FIELDS]; /* the last ones may be empty; together all of the block */
};

extern const ArraPanelLayout arra_panels_q8_0, arra_panels_q4_0, arra_panels_q4_k, arra_panels_q6_k;

/* @n_blocks blocks of each of ARRA_PANEL_ROWS rows, @stride bytes apart at @rows, as a part of a panel at @panel. */
void arra_panels_pack (const ArraPanelLayout *layout, const guint8 *rows, gsize stride, gsize n_blocks, guint8 *panel);

/* The block of row @row (below ARRA_PANEL_ROWS) out of those of all rows at @panel */
void arra_panels_unpack (const ArraPanelLayout *layout, const guint8 *panel, gsize row, void *block);
