/* add.h - the sum of a residual branch and the stream
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

void arra_add (const ArraExec *exec, const float *x, gsize n, float *y); /* y += x over @n elements */
