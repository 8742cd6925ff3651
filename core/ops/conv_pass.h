/* conv_pass.h - how a convolution of a batch is laid out: taps, strips and where they lie
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "conv_batch.h"

#define ARRA_CONV_MAX_TAPS 36

/* One tap along an axis: where it reads, from the grid's place in the source, and how much of each of the kernel's
 * weights it sums. */
typedef struct
{
  gint offset;
  float share[3];
} ArraConvAxisTap;

/* Both axes are alike. */
typedef struct
{
  guint n_phases; /* outputs for each point of the grid */
  guint step;     /* of the source, for each point of the grid */
  gint low, high; /* least and largest offset */
  guint n_taps[2];
  ArraConvAxisTap taps[2][6];
} ArraConvAxis;

/* A convolution from a source to outputs, forward or backward. */
typedef struct
{
  const ArraExec *exec;
  const ArraConvAxis *axis;
  gsize n, height, width; /* of the grid */
  gsize border;           /* points of the grid outside of the source, on each side */
  ArraPadding padding;    /* of the source */
  gsize source_height, source_width, n_in, n_out;
  gsize w_step, strip, n_strips, halo_width, halo_floats;
  guint n_weights; /* taps of all phases */

  const float *x, *weights, *bias, *residual;
  float *y, *halos;
} ArraConvPass;

/* A tap of a phase. */
typedef struct
{
  guint phase_y, phase_x;
  ArraConvAxisTap y, x;
} ArraConvTap;

typedef struct
{
  gsize item, first, rows; /* rows of the grid */
} ArraConvStrip;

/* Floats, rounded up to a multiple of a register. */
gsize arra_conv_aligned (gsize floats);

/* Weights along a side of the kernel */
guint arra_conv_side (ArraConvForm form);

/* From the input to the output, or from the gradient of the output to that of the input; exec and pointers are the
 * caller's to set. */
ArraConvPass arra_conv_pass_forward (const ArraConvBatch *conv);
ArraConvPass arra_conv_pass_backward (const ArraConvBatch *conv);

gsize arra_conv_pass_packed (const ArraConvPass *pass); /* floats of the packed weights: [n_weights][n_in][w_step] */

/* All taps, in the order of the packed weights; returns how many. */
guint arra_conv_pass_taps (const ArraConvAxis *axis, ArraConvTap taps[ARRA_CONV_MAX_TAPS]);
/* Where a tap reads, from the first of a strip's floats on */
gsize arra_conv_pass_place (const ArraConvPass *pass, const ArraConvAxisTap *y, const ArraConvAxisTap *x);

/* Of n * n_strips */
ArraConvStrip arra_conv_strip_at (const ArraConvPass *pass, gsize index);
/* The strip's source with its border, in @halo (halo_floats); a map without a border is read where it lies. */
const float *arra_conv_strip_read (const ArraConvPass *pass, const ArraConvStrip *strip, float *halo);
/* What the kernels are told; @taps is kept. */
ArraConvShape arra_conv_strip_shape (const ArraConvPass *pass, const ArraConvStrip *strip, gsize *taps);
/* Where the strip's outputs of a phase begin */
gsize arra_conv_strip_output (const ArraConvPass *pass, const ArraConvStrip *strip, guint py, guint px);
