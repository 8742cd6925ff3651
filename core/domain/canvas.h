/* canvas.h - float pictures to draw on
 *
 * Channels are side by side: values[(y * width + x) * channels + channel]. Pixel (x, y) has its centre at (x, y).
 * Values have no bounds until they become a raster.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "picture.h"

typedef struct
{
  gsize width, height;
  guint channels; /* 1..4 */
  float *values;  /* arra_mem memory owned by the canvas */
} ArraCanvas;

typedef enum
{
  ARRA_EDGE_CLAMP, /* beyond the edge: the edge's pixel */
  ARRA_EDGE_WRAP,  /* the other side: pictures that can be tiled */
} ArraEdge;

/* All zero. */
gboolean arra_canvas_init (ArraCanvas *canvas, gsize width, gsize height, guint channels, GError **error);
void arra_canvas_clear (ArraCanvas *canvas);
/* @colour: one value for each channel */
void arra_canvas_fill (ArraCanvas *canvas, const float *colour);

/* Gaussian blur of deviation @sigma pixels (> 0; cut off at 3 sigma). Its cost grows with sigma. */
gboolean arra_canvas_blur (ArraCanvas *canvas, float sigma, ArraEdge edge, GError **error);

/* Bilinear sample at (@x, @y): @colour[channels] */
void arra_canvas_sample (const ArraCanvas *canvas, float x, float y, ArraEdge edge, float *colour);

/* Mixes @colour over the pixel: @opacity 0 leaves it, 1 replaces it. */
void arra_canvas_blend (ArraCanvas *canvas, gsize x, gsize y, const float *colour, float opacity);

/* Writes 255 * value^(1/gamma) for values of 0..1 (others are cut off), rounded; gamma 1: as they are. A canvas of one
 * channel gives grey in a raster of three. Sizes must be the same. */
void arra_canvas_to_raster (const ArraCanvas *canvas, float gamma, ArraRaster *raster);

static inline void
arra_canvas_auto_clear (ArraCanvas *canvas)
{
  arra_canvas_clear (canvas);
}
#define g_autocanvas __attribute__ ((cleanup (arra_canvas_auto_clear)))

/* The pixel's channels */
static inline float *
arra_canvas_at (const ArraCanvas *canvas, gsize x, gsize y)
{
  return canvas->values + (y * canvas->width + x) * canvas->channels;
}

static inline float
arra_mix (float a, float b, float t)
{
  return a + t * (b - a);
}

/* The largest whole number <= @x, |x| < 1e9: floorf() without its call */
static inline float
arra_floor (float x)
{
  int i = (int) x;

  return (float) (i - (x < (float) i));
}

/* 0 below @low, 1 above @high, smooth between; @low > @high falls instead */
static inline float
arra_smoothstep (float low, float high, float x)
{
  float t = (x - low) / (high - low);

  t = CLAMP (t, 0, 1);
  return t * t * (3 - 2 * t);
}

/* Signed distances (Quilez, "2D distance functions"): negative inside. */
float arra_distance_segment (float x, float y, float ax, float ay, float bx, float by);       /* >= 0 */
float arra_distance_box (float x, float y, float half_width, float half_height, float round); /* around (0, 0) */
/* around (0, 0); first order: right near the border */
float arra_distance_ellipse (float x, float y, float rx, float ry);
