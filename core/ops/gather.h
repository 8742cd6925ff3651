/* gather.h - rows chosen by index
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* y[i] = x[rows[i]] for each of @n rows of @width. */
void arra_gather (const ArraExec *exec, const float *x, const guint32 *rows, gsize n, gsize width, float *y);

/* dx[rows[i]] += dy[i]; no row may be chosen twice. */
void arra_gather_vjp (const ArraExec *exec, const guint32 *rows, const float *dy, gsize n, gsize width, float *dx);
