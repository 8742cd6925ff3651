/* position_add.h - learnt positions added to sequences, and the class token put before them (arXiv 2010.11929, equation
 * 1)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* y: [batch][length][width] = tokens + positions[0 .. length - 1]. The tokens are @x, [batch][length][width], or with
 * @first (nullable) the row @first and then @x, [batch][length - 1][width]. */
void arra_position_add (const ArraExec *exec,
                        const float *x,
                        const float *first,
                        const float *positions,
                        gsize batch,
                        gsize length,
                        gsize width,
                        float *y);

/* dx +=, dfirst (nullable: there was none) += and dpositions += the gradients. */
void arra_position_add_vjp (const ArraExec *exec,
                            const float *dy,
                            gsize batch,
                            gsize length,
                            gsize width,
                            float *dx,
                            float *dfirst,
                            float *dpositions);
