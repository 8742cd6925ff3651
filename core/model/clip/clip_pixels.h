/* clip_pixels.h - how pictures become what an image encoder reads: preprocessor_config.json
 *
 * Reference: transformers, models/clip/image_processing_clip.py.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef struct
{
  float mean[3], deviation[3]; /* of values 0..1, by channel */
} ArraClipPixels;

/* Of openai/CLIP, clip/clip.py; what a folder without preprocessor_config.json means. */
extern const ArraClipPixels arra_clip_pixels_standard;

/* Reads DIRECTORY/preprocessor_config.json, or open_clip_config.json, when it is there. */
gboolean arra_clip_pixels_read (ArraClipPixels *pixels, const char *directory, GError **error);
/* The text of such a file, for pictures of @size pixels a side. (transfer full) */
char *arra_clip_pixels_to_json (const ArraClipPixels *pixels, guint size);

/* rgb: [height][width][3] to the upper left of out: [3][size][size], (value / 255 - mean) / deviation. */
void arra_clip_pixels_place (const ArraClipPixels *pixels,
                             const guint8 *rgb,
                             gsize height,
                             gsize width,
                             gsize size,
                             float *out);
/* rgb: [size][size][3] to out: [3][size][size], (value / 255 - mean) / deviation. */
void arra_clip_pixels_normalise (const ArraClipPixels *pixels, const guint8 *rgb, gsize size, float *out);
