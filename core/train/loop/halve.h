/* halve.h - pictures of half the size, and the way back of a gradient
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Means of two by two pixels: @n pictures [2 height][2 width][3] of @x become [height][width][3] in @half. */
void arra_halve (const float *x, gsize n, gsize height, gsize width, float *half);
/* Adds to @dx, the gradient of @x, what @dhalf makes of it. */
void arra_halve_vjp (const float *dhalf, gsize n, gsize height, gsize width, float *dx);
