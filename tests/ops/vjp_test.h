/* vjp_test.h - vjps against 4-point finite differences of the operation's definition in double
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "op_test.h"

#define VJP_INPUTS 4

/* |gradient - finite difference| over the largest one of the input: single precision against double. */
#define VJP_BOUND 1e-6

typedef void (*VjpFunc) (const ArraExec *exec, const float *const *inputs, const float *dy, float *const *grads);

typedef struct
{
  guint n_inputs;
  gsize sizes[VJP_INPUTS], n_out;                          /* elements */
  void (*define) (const double *const *inputs, double *y); /* what the operation means */
  void (*forward) (const ArraExec *exec, const float *const *inputs, float *y);
  VjpFunc vjp;   /* adds to grads */
  VjpFunc wrong; /* (nullable): a plausible mistake, which must be noticed */
} VjpCase;

/* On every mode of this machine: the operation computes its definition; the vjp agrees with finite differences, adds to
 * what is there, and gives the same bits alone and with 2 threads; one gradient that is off by a hundredth, and @wrong,
 * are noticed. */
void vjp_check (const VjpCase *item);
