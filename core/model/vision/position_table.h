/* position_table.h - a ViT's table of positions for pictures of another size
 *
 * Reference: interpolate_pos_encoding of transformers' models/dinov2/modeling_dinov2.py: torch's bicubic
 * interpolation (a = -0.75, no antialiasing, borders repeated).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* @table: [1 + grid * grid][width], the class token's row first; @out: [1 + rows * columns][width]. */
void arra_position_table_resize (const float *table, gsize grid, gsize width, gsize rows, gsize columns, float *out);
