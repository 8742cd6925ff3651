/* vqgan_pixels.c - between the VQGAN's floats and 8-bit pictures, as the reference rounds them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vqgan.h"

void
arra_vqgan_to_u8 (const ArraVqganConfig *config, const float *pixels, guint height, guint width, guint8 *rgb)
{
  gsize n = (gsize) height * width;
  float half = config->nearest_bytes ? 0.5f : 0.0f;

  for (gsize c = 0; c < 3; c++)
    for (gsize i = 0; i < n; i++)
      {
        float x = pixels[c * n + i];

        x = x > -1.0f ? MIN (x, 1.0f) : -1.0f; /* NaN is black */
        rgb[3 * i + c] = (guint8) ((x + 1.0f) / 2.0f * 255.0f + half);
      }
}

void
arra_vqgan_from_u8 (const ArraRaster *rgb, float *pixels)
{
  gsize n = rgb->width * rgb->height;

  for (gsize c = 0; c < 3; c++)
    for (gsize i = 0; i < n; i++)
      pixels[c * n + i] = (float) (rgb->pixels[3 * i + c] / 255.0 * 2.0 - 1.0);
}
