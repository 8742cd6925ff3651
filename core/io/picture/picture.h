/* picture.h - pictures in and out: 8-bit RGB in memory, any gdk-pixbuf format read, PNG written with its recipe and AI
 * label
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "picture_format.h"

typedef struct
{
  gsize width, height;
  guint channels; /* 1, 3 or 4 */
  guint8 *pixels; /* height x width x channels, dense; arra_mem memory owned by the picture */
} ArraRaster;

/* A raster of undefined contents. Too many pixels: ARGUMENT. */
gboolean arra_raster_init (ArraRaster *raster, gsize width, gsize height, guint channels, GError **error);
void arra_raster_clear (ArraRaster *raster);

/* Reads the first picture of a file, whatever its name ends in: PNG, JPEG, GIF, BMP, TIFF, PNM, Targa, and WebP, AVIF,
 * HEIF where gdk-pixbuf has a loader. It is turned as EXIF says; grey files come as RGB. A file that ends too early, or
 * would take too long, is refused before it is decoded (picture_format.h), as is one of more than
 * ARRA_RASTER_MAX_PIXELS: INVALID_DATA; a format that is not read: UNSUPPORTED. */
gboolean arra_raster_load (ArraRaster *raster, const char *path, GError **error);

/* Whether a whole picture lies at @path, by its structure alone: what a run that was killed, or a full disk, left
 * behind may be empty or cut. */
gboolean arra_picture_is_whole (const char *path);

/* RGB, RGBA (blended with white, truncating) or grey -> RGB. Source: ARRA chameleon_vae_ori/image_tokenizer.py. */
gboolean arra_raster_whiten (const ArraRaster *raster, ArraRaster *rgb, GError **error);

typedef struct
{
  const char *parameters;          /* (nullable): recipe text of the `parameters` chunk: tEXt when Latin-1, else iTXt */
  const char *digital_source_type; /* (nullable): IPTC code, e.g. "trainedAlgorithmicMedia", into the XMP packet */
  const char *description;         /* (nullable): XMP dc:description, e.g. "synthetic - not for diagnosis" */
  const char *software;            /* (nullable): Software chunk */
} ArraPictureLabels;

/* A PNG in memory; (transfer full) arra_mem memory. */
guint8 *arra_raster_to_png (const ArraRaster *raster, const ArraPictureLabels *labels, gsize *size, GError **error);
/* atomic */
gboolean
arra_raster_save_png (const ArraRaster *raster, const ArraPictureLabels *labels, const char *path, GError **error);

static inline void
arra_raster_auto_clear (ArraRaster *raster)
{
  arra_raster_clear (raster);
}
#define g_autoraster __attribute__ ((cleanup (arra_raster_auto_clear)))
