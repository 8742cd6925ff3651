/* vqgan_net.h - the layers of a VQGAN, and the one table of its tensors
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "conv2d.h"
#include "vqgan.h"

#define VQGAN_NORM_EPS 1e-6
#define VQGAN_MAX_BLOCKS 8 /* of the encoder's levels; the decoder's may have one more */

typedef struct
{
  const float *weight, *bias;
} VqganNorm;

typedef struct
{
  VqganNorm norm1, norm2;
  ArraConv2d conv1, conv2;
  gboolean has_shortcut;
  ArraConv2d shortcut;
} VqganResBlock;

typedef struct
{
  VqganNorm norm;
  ArraConv2d qkv, proj_out;
} VqganAttention;

typedef struct
{
  guint n_blocks;
  VqganResBlock blocks[VQGAN_MAX_BLOCKS + 1];
  gboolean attends; /* after each block */
  VqganAttention attentions[VQGAN_MAX_BLOCKS + 1];
  gboolean resamples; /* at its end, down or up */
  ArraConv2d sample;
} VqganLevel;

/* Encoder or decoder. Levels are counted as in taming's tensor names: 0 is the full size. */
typedef struct
{
  gboolean present;
  ArraConv2d conv_in;
  VqganLevel levels[ARRA_VQGAN_MAX_LEVELS];
  VqganResBlock block_1, block_2;
  gboolean attends; /* between the two */
  VqganAttention attn_1;
  VqganNorm norm_out;
  ArraConv2d conv_out;
  ArraConv2d code_conv; /* quant_conv, post_quant_conv */
} VqganHalf;

typedef struct
{
  VqganHalf encoder, decoder;
  float *codebook; /* [n_embed][embed_dim] */
  float *squares;  /* [n_embed]: |e|^2 */
} VqganNet;

/* What the parts are called in a form of names; numbers follow. */
typedef struct
{
  const char *down, *up, *block, *attention, *middle[3];
  gboolean up_from_lowest; /* the decoder's levels are counted in the order of use */
} VqganNames;

const VqganNames *vqgan_names (ArraVqganNames names);

/* One row of the table: a tensor of a file, and where it goes. */
typedef struct
{
  const char *name; /* without the prefix */
  guint n_dims;
  gint64 shape[4];
  float *place;     /* NULL without an arena */
  gsize first, row; /* convolutions: columns from @first in packed rows of @row; else 0 */
} VqganParam;

typedef gboolean (*VqganVisit) (const VqganParam *param, gpointer data, GError **error);

/* Walks the table: codebook, then encoder and decoder where @net says that they are present, calling @visit (nullable)
 * for each tensor and filling in @net's layers. Weights lie in @arena; NULL: sizes only. *@floats (nullable): what the
 * arena needs. */
gboolean vqgan_net_walk (VqganNet *net,
                         const ArraVqganConfig *config,
                         float *arena,
                         gsize *floats,
                         VqganVisit visit,
                         gpointer data,
                         GError **error);
