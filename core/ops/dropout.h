/* dropout.h - dropout (Srivastava et al., JMLR 2014) whose mask is a pure function of seed, stream, row and column
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* An element is dropped when its 16 random bits are below @rate * 65536 (rounded), the others are divided by the share
 * that is kept. Nothing is stored: the vjp draws the same mask again, and a resumed run draws the one of the run it
 * continues. */
typedef struct
{
  double rate;    /* 0 <= rate < 1 */
  guint64 seed;   /* of the step */
  guint32 stream; /* tells the masks of one step apart */
} ArraDropout;

/* y = mask x / kept; x, y: [rows][width], y may be x. */
void arra_dropout (const ArraExec *exec, const ArraDropout *dropout, const float *x, gsize rows, gsize width, float *y);

/* dx += mask dy / kept. */
void arra_dropout_vjp (const ArraExec *exec,
                       const ArraDropout *dropout,
                       const float *dy,
                       gsize rows,
                       gsize width,
                       float *dx);
