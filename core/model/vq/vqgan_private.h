/* vqgan_private.h - what the parts of the VQGAN share
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "vqgan.h"
#include "vqgan_net.h"

struct _ArraVqgan
{
  ArraVqganConfig config;
  VqganNet net;
  float *arena; /* all weights */
};

#define VQGAN_SLOTS 3

/* What a run needs, found by walking the layers without computing. */
typedef struct
{
  gsize slot_floats[VQGAN_SLOTS];
  gsize scratch_stride; /* floats for each thread */
  gsize transformed;    /* floats: of one convolution's weights */
  gsize moments;        /* doubles */
  gsize channels;       /* most channels that are normalised */
  double flops;
} VqganPlan;

struct _ArraVqganRun
{
  const ArraVqganConfig *config;
  const VqganNet *net;
  ArraExec exec;
  gboolean encode;
  guint max_rows, max_columns;

  VqganPlan *planning; /* set: shapes are walked and nothing is computed */
  float *slots[VQGAN_SLOTS];
  double *moments;
  gsize n_tiles; /* of the moments at hand */
  float *scale, *shift;
  ArraMapWork work;

  double flops_total, flops_done, flops_step, fraction_told;
  ArraVqganProgress progress;
  gpointer progress_user;
  ArraVqganWatch watch;
  gpointer watch_user;
};

/* A feature map in one of the run's slots. */
typedef struct
{
  ArraFeatureMap map;
  guint slot;
} VqganMap;

typedef enum
{
  VQGAN_PLAIN = 0,
  VQGAN_SWISH = 1 << 0,    /* after the normalisation */
  VQGAN_UPSAMPLE = 1 << 1, /* before the convolution */
  VQGAN_ADD = 1 << 2,      /* to what the output slot holds */
  VQGAN_MOMENTS = 1 << 3,  /* of the output, for a normalisation that follows */
} VqganConvFlags;

/* The map of this size in @slot; counted when planning. */
VqganMap vqgan_run_map (ArraVqganRun *run, guint slot, gsize channels, gsize height, gsize width);
/* *@out = conv (in) in slot @out_slot. @norm: (nullable): group normalisation of the input, by the moments of the map
 * last made with VQGAN_MOMENTS. @what: (nullable): name for the watch. */
gboolean vqgan_run_conv (ArraVqganRun *run,
                         const ArraConv2d *conv,
                         const VqganMap *in,
                         const VqganNorm *norm,
                         VqganConvFlags flags,
                         guint out_slot,
                         VqganMap *out,
                         GError **error);
gboolean vqgan_run_res_block (ArraVqganRun *run, const VqganResBlock *block, VqganMap *map, GError **error);
gboolean vqgan_run_attention (ArraVqganRun *run, const VqganAttention *attention, VqganMap *map, GError **error);
gboolean vqgan_run_watch (ArraVqganRun *run, const VqganMap *map, GError **error, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
void vqgan_run_begin_step (ArraVqganRun *run, double flops); /* and ends the one before */

/* The whole way from pixels [3][height][width] to codes and back; arguments may be NULL when planning. */
gboolean vqgan_run_encoder (ArraVqganRun *run,
                            const float *pixels,
                            gsize height,
                            gsize width,
                            guint32 *codes,
                            float *latent,
                            GError **error);
gboolean
vqgan_run_decoder (ArraVqganRun *run, const guint32 *codes, gsize rows, gsize columns, float *pixels, GError **error);

/* [height][width][channels] to [channels][height][width] and back */
void vqgan_to_planes (const float *x, gsize n_pixels, gsize channels, float *planes);
void vqgan_from_planes (const float *planes, gsize n_pixels, gsize channels, float *x);
