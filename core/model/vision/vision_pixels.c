/* vision_pixels.c - pictures of any size as what an image encoder reads
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision_pixels.h"

#include <math.h>
#include <string.h>

#include "fail.h"
#include "jsonguard.h"
#include "jsonpython.h"

#define MAX_SIDE 4096

const ArraClipPixels arra_vision_imagenet = { { 0.485f, 0.456f, 0.406f }, { 0.229f, 0.224f, 0.225f } };

/* ---- pictures */

/* How much of a side lies before the middle of @size pixels. */
static gsize
before (ArraVisionFit fit, gsize side, gsize size)
{
  return fit == ARRA_VISION_SQUARE ? (side - size) / 2 : (gsize) rint ((double) (side - size) / 2);
}

static gboolean
cut_square (const ArraVisionPixels *pixels, const ArraRaster *raster, ArraRaster *out, GError **error)
{
  g_autoraster ArraRaster resized = { 0 };
  gsize shorter = MAX (MIN (raster->width, raster->height), 1), size = pixels->size;

  return arra_raster_resize (raster, raster->width * pixels->side / shorter, raster->height * pixels->side / shorter,
                             pixels->filter, &resized, error)
         && arra_raster_crop (&resized, before (pixels->fit, resized.width, size),
                              before (pixels->fit, resized.height, size), size, size, out, error);
}

static gboolean
resize_longest (const ArraVisionPixels *pixels, const ArraRaster *raster, ArraRaster *out, GError **error)
{
  double scale = (double) pixels->side / (double) MAX (MAX (raster->width, raster->height), 1);

  return arra_raster_resize (raster, (gsize) MAX ((double) raster->width * scale + 0.5, 1),
                             (gsize) MAX ((double) raster->height * scale + 0.5, 1), pixels->filter, out, error);
}

gboolean
arra_vision_pixels_prepare (const ArraVisionPixels *pixels, const ArraRaster *raster, float *out, GError **error)
{
  g_autoraster ArraRaster rgb = { 0 }, cut = { 0 };

  g_return_val_if_fail (pixels->side >= pixels->size, FALSE);
  if (!arra_raster_whiten (raster, &rgb, error))
    return FALSE;
  if (!(pixels->fit == ARRA_VISION_LONGEST ? resize_longest : cut_square) (pixels, &rgb, &cut, error))
    return FALSE;
  memset (out, 0, 3 * pixels->size * pixels->size * sizeof *out);
  arra_clip_pixels_place (&pixels->normal, cut.pixels, cut.height, cut.width, pixels->size, out);
  return TRUE;
}

/* Where pixel @i of @size lies among @n: between what is returned and *@next, *@part of the way. */
static gsize
place_of (gsize i, gsize size, gsize n, gsize *next, float *part)
{
  float at = MAX (((float) i + 0.5f) * ((float) n / (float) size) - 0.5f, 0.0f);
  gsize low = MIN ((gsize) at, n - 1);

  *next = MIN (low + 1, n - 1);
  *part = at - (float) low;
  return low;
}

void
arra_stretch_bilinear (const ArraRaster *rgb, gsize size, float *out)
{
  const guint8 *from = rgb->pixels;

  for (gsize i = 0; i < size * size; i++)
    {
      gsize right, below;
      float across, down;
      gsize x = place_of (i % size, size, rgb->width, &right, &across) * 3;
      gsize y = place_of (i / size, size, rgb->height, &below, &down) * rgb->width * 3;

      right *= 3;
      below *= rgb->width * 3;
      for (gsize c = 0; c < 3; c++)
        {
          float above = (1 - across) * (float) from[y + x + c] + across * (float) from[y + right + c];
          float under = (1 - across) * (float) from[below + x + c] + across * (float) from[below + right + c];

          out[c * size * size + i] = (1 - down) * above + down * under;
        }
    }
}

void
arra_vision_pixels_hash (const ArraVisionPixels *pixels, GChecksum *sum)
{
  const guint32 counts[] = { pixels->fit, pixels->filter, (guint32) pixels->side, (guint32) pixels->size };

  g_checksum_update (sum, (const guchar *) counts, sizeof counts);
  g_checksum_update (sum, (const guchar *) &pixels->normal, sizeof pixels->normal);
}

/* ---- what a folder says */

/* A side that stands in an object, as transformers writes it now, or alone, as it did once. */
static gboolean
read_side (JsonObject *root, const char *name, const char *key, const char *member, gsize *side, GError **error)
{
  JsonNode *node = json_object_get_member (root, key);
  gint64 value;

  if (node == NULL)
    return TRUE;
  if (JSON_NODE_HOLDS_OBJECT (node))
    root = json_node_get_object (node);
  else
    member = key;
  if (!arra_json_get_int_default (root, name, member, 1, MAX_SIDE, (gint64) *side, &value, error))
    return FALSE;
  *side = (gsize) value;
  return TRUE;
}

gboolean
arra_vision_pixels_read (ArraVisionPixels *pixels, const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, "preprocessor_config.json", NULL);
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *root;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  if ((parser = arra_json_parse_config (path, &root, error)) == NULL
      || !read_side (root, path, "size", "shortest_edge", &pixels->side, error)
      || !read_side (root, path, "crop_size", "height", &pixels->size, error)
      || !arra_clip_pixels_read (&pixels->normal, directory, error))
    return FALSE;
  if (pixels->side < pixels->size)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: pictures of %zu pixels cannot be cut to %zu", path,
                      pixels->side, pixels->size);
  return TRUE;
}
