/* fill_picture.c - what `arra fill` reads: a picture, and which of its pixels are to be made
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fill.h"

#include <string.h>

#include "fail.h"
#include "status.h"
#include "values.h"

#define MAX_EXTEND 16384

gboolean
fill_extend_parse (const char *text, FillExtend *extend, GError **error)
{
  struct
  {
    const char *name;
    guint *pixels;
  } sides[] = {
    { "left=", &extend->left }, { "right=", &extend->right }, { "top=", &extend->top }, { "bottom=", &extend->bottom }
  };
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  *extend = (FillExtend) { 0 };
  for (guint i = 0; parts[i] != NULL; i++)
    {
      gsize side = 0;

      while (side < G_N_ELEMENTS (sides) && !g_str_has_prefix (parts[i], sides[side].name))
        side++;
      if (side == G_N_ELEMENTS (sides))
        return cli_usage_error (error, "--extend: '%s' is no side: give pixels as in left=256,top=64", parts[i]);
      if (!cli_value_guint ("--extend", parts[i] + strlen (sides[side].name), 0, MAX_EXTEND, sides[side].pixels, error))
        return FALSE;
    }
  return TRUE;
}

static guint8
grey_of (const guint8 *rgb)
{
  return (guint8) ((rgb[0] * 299u + rgb[1] * 587u + rgb[2] * 114u + 500) / 1000);
}

/* The mask of a picture without more around: what @given (nullable, RGB) and transparency say. */
static void
fill_mask (const ArraRaster *picture, const ArraRaster *given, ArraRaster *mask)
{
  const gsize n = picture->width * picture->height;

  for (gsize i = 0; i < n; i++)
    {
      const guint8 asked = given != NULL ? grey_of (given->pixels + 3 * i) : 0;
      const guint8 clear = picture->channels == 4 ? 255 - picture->pixels[4 * i + 3] : 0;

      mask->pixels[i] = MAX (asked, clear);
    }
}

static gboolean
load_mask (const char *path, const ArraRaster *picture, const char *picture_path, ArraRaster *mask, GError **error)
{
  g_autoraster ArraRaster given = { 0 }, rgb = { 0 };

  if (!arra_raster_init (mask, picture->width, picture->height, 1, error))
    return FALSE;
  if (path == NULL)
    {
      fill_mask (picture, NULL, mask);
      return TRUE;
    }
  if (!arra_raster_load (&given, path, error) || !arra_raster_whiten (&given, &rgb, error))
    return FALSE;
  if (rgb.width != picture->width || rgb.height != picture->height)
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "%s has %zu x %zu pixels, but %s has %zu x %zu: a mask has the picture's size", path, rgb.width,
                      rgb.height, picture_path, picture->width, picture->height);
  fill_mask (picture, &rgb, mask);
  return TRUE;
}

/* @raster in the middle of a larger one, whose other bytes are @around. */
static gboolean
widen (ArraRaster *raster, const FillExtend *extend, guint8 around, GError **error)
{
  const gsize width = raster->width + extend->left + extend->right,
              height = raster->height + extend->top + extend->bottom;
  ArraRaster wide = { 0 };

  if (!arra_raster_init (&wide, width, height, raster->channels, error))
    return FALSE;
  memset (wide.pixels, around, width * height * raster->channels);
  for (gsize y = 0; y < raster->height; y++)
    memcpy (wide.pixels + ((extend->top + y) * width + extend->left) * raster->channels,
            raster->pixels + y * raster->width * raster->channels, raster->width * raster->channels);
  arra_raster_clear (raster);
  *raster = wide;
  return TRUE;
}

gboolean
fill_picture_load (const char *path,
                   const char *mask_path,
                   const FillExtend *extend,
                   ArraRaster *rgb,
                   ArraRaster *mask,
                   GError **error)
{
  g_autoraster ArraRaster picture = { 0 };

  return arra_raster_load (&picture, path, error) && load_mask (mask_path, &picture, path, mask, error)
         && arra_raster_whiten (&picture, rgb, error) && widen (rgb, extend, 0, error)
         && widen (mask, extend, 255, error);
}
