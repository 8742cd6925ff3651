/* test-vqgan_pixels.c - roundings between floats and 8-bit pictures
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "vqgan.h"

static void
test_to_u8 (void)
{
  const float pixels[3 * 4]
      = { -2.0f, -1.0f, 0.0f, 1.0f, 7.0f, 0.999f, -0.999f, NAN, INFINITY, -INFINITY, 0.5f, -0.5f };
  const guint8 expected[4 * 3] = { 0, 255, 255, 0, 254, 0, 127, 0, 191, 255, 0, 63 };
  const guint8 nearest[4 * 3] = { 0, 255, 255, 0, 255, 0, 128, 0, 191, 255, 0, 64 };
  ArraVqganConfig config = { .nearest_bytes = 0 };
  guint8 rgb[4 * 3];

  arra_vqgan_to_u8 (&config, pixels, 2, 2, rgb);
  g_assert_cmpmem (rgb, sizeof rgb, expected, sizeof expected);
  config.nearest_bytes = 1;
  arra_vqgan_to_u8 (&config, pixels, 2, 2, rgb);
  g_assert_cmpmem (rgb, sizeof rgb, nearest, sizeof nearest);
}

static void
test_from_u8 (void)
{
  guint8 rgb[6] = { 0, 255, 51, 128, 1, 254 };
  const float expected[6] = { -1.0f,
                              (float) (128 / 255.0 * 2 - 1),
                              1.0f,
                              (float) (1 / 255.0 * 2 - 1),
                              (float) (51 / 255.0 * 2 - 1),
                              (float) (254 / 255.0 * 2 - 1) };
  ArraRaster raster = { .width = 2, .height = 1, .channels = 3, .pixels = rgb };
  float pixels[6];

  arra_vqgan_from_u8 (&raster, pixels);
  g_assert_cmpmem (pixels, sizeof pixels, expected, sizeof expected);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vqgan-pixels/to-u8", test_to_u8);
  g_test_add_func ("/vqgan-pixels/from-u8", test_from_u8);
  return g_test_run ();
}
