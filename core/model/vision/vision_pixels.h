/* vision_pixels.h - pictures of any size as what an image encoder reads
 *
 * References: transformers, models/{clip,sam}/image_processing_*.py and BitImageProcessor (DINOv2);
 * torchvision's Resize and CenterCrop, which openai/CLIP and open_clip use.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "clip_pixels.h"
#include "resize.h"

typedef enum
{
  ARRA_VISION_SQUARE,         /* the shorter side resized, a square cut out of the middle, rounded to the top and left
                               */
  ARRA_VISION_SQUARE_ROUNDED, /* the same, its place rounded half to even */
  ARRA_VISION_LONGEST,        /* the longer side resized; zeros on the right and at the bottom, which stand for the
                                 mean */
} ArraVisionFit;

typedef struct
{
  ArraVisionFit fit;
  ArraFilter filter;
  gsize side; /* what the side in question is resized to */
  gsize size; /* pixels on a side of the result, at most @side */
  ArraClipPixels normal;
} ArraVisionPixels;

/* Mean and deviation of ImageNet's pictures. */
extern const ArraClipPixels arra_vision_imagenet;

/* Out: [3][size][size]. @raster may have any number of channels: alpha is blended with white. */
gboolean
arra_vision_pixels_prepare (const ArraVisionPixels *pixels, const ArraRaster *raster, float *out, GError **error);
/* @rgb, values 0 to 255, to out: [3][size][size]: each pixel by the four around its place, as torch's
 * bilinear interpolation has it (no antialiasing, corners not aligned). */
void arra_stretch_bilinear (const ArraRaster *rgb, gsize size, float *out);
/* Reads the sides, mean and deviation of DIRECTORY/preprocessor_config.json when it is there. */
gboolean arra_vision_pixels_read (ArraVisionPixels *pixels, const char *directory, GError **error);
void arra_vision_pixels_hash (const ArraVisionPixels *pixels, GChecksum *sum);
