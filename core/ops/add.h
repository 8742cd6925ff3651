/* add.h - the sum of a residual branch and the stream
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

void arra_add (const ArraExec *exec, const float *x, gsize n, float *y); /* y += x over @n elements */

/* The sum's gradient goes to both of its terms: da += dy, db += dy over @n elements. */
void arra_add_vjp (const ArraExec *exec, const float *dy, gsize n, float *da, float *db);
