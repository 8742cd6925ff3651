/* sam.h - the image encoder of SAM and MedSAM (arXiv 2304.02643, 2304.12306): its shape and its weights
 *
 * References: segment-anything, modeling/image_encoder.py; transformers, models/sam/modeling_sam.py; their
 * files.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "clip_graph.h"
#include "vision_class.h"
#include "vision_pixels.h"

#define ARRA_SAM_EPS 1e-6f
#define ARRA_SAM_MAX_LAYERS 128

typedef struct
{
  ArraClipTower tower;
  gsize patch, grid, outputs;
  gsize windows[ARRA_SAM_MAX_LAYERS]; /* cells on a side, by layer */
  ArraVisionPixels pixels;
  ArraParameters *parameters;
  ArraTape *tape;
  gsize converted; /* bytes of the largest tensor that was read by way of a copy */
  float *x;        /* [grid][grid][width]: between the parts of a run, each of which uses the tape's memory anew */
} ArraSam;

gboolean arra_sam_fits (const ArraSource *source);
/* An ArraVisionClass's open and free. */
gpointer arra_sam_open (const ArraVisionFiles *files, ArraVisionShape *shape, GError **error);
void arra_sam_free (gpointer self);
