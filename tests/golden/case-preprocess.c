/* case-preprocess.c - pictures as encoders and trainings read them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "check.h"
#include "vision_pixels.h"

#define CASE "case.safetensors"

typedef struct
{
  gint64 clip, sam; /* pixels on a side */
} Sizes;

/* ---- bytes */

static gboolean
box (const ArraRaster *in, gsize width, gsize height, ArraRaster *out, GError **error)
{
  return arra_raster_resize (in, width, height, ARRA_FILTER_BOX, out, error);
}

static gboolean
bilinear (const ArraRaster *in, gsize width, gsize height, ArraRaster *out, GError **error)
{
  return arra_raster_resize (in, width, height, ARRA_FILTER_BILINEAR, out, error);
}

static gboolean
bicubic (const ArraRaster *in, gsize width, gsize height, ArraRaster *out, GError **error)
{
  return arra_raster_resize (in, width, height, ARRA_FILTER_BICUBIC, out, error);
}

static gboolean
lanczos (const ArraRaster *in, gsize width, gsize height, ArraRaster *out, GError **error)
{
  return arra_raster_resize (in, width, height, ARRA_FILTER_LANCZOS, out, error);
}

/* In the middle of a black square first, which is made smaller then. */
static gboolean
square (const ArraRaster *in, gsize width, gsize height, ArraRaster *out, GError **error)
{
  gsize side = MAX (in->width, in->height), left = (side - in->width) / 2, top = (side - in->height) / 2;
  gsize row = in->width * in->channels;
  g_autoraster ArraRaster field = { 0 };

  if (!arra_raster_init (&field, side, side, in->channels, error))
    return FALSE;
  memset (field.pixels, 0, side * side * in->channels);
  for (gsize y = 0; y < in->height; y++)
    memcpy (field.pixels + ((top + y) * side + left) * in->channels, in->pixels + y * row, row);
  return arra_raster_center_crop (&field, width, height, out, error);
}

/* By the beginning of what follows the picture's name. */
static const struct
{
  const char *what;
  gboolean (*change) (const ArraRaster *in, gsize width, gsize height, ArraRaster *out, GError **error);
} changes[] = {
  { "box", box },
  { "bilinear", bilinear },
  { "bicubic", bicubic },
  { "lanczos", lanczos },
  { "arra_center_crop", arra_raster_center_crop },
  { "arra_center_resize", square },
  { "llamagen_center_crop_arr", arra_raster_center_crop },
};

static gboolean
check_change (Check *check, ArraSource *file, const char *name, const char *what, const ArraRaster *in)
{
  const ArraTensor *expected = check_tensor (file, name);
  g_autoraster ArraRaster out = { 0 };
  GError *error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    if (g_str_has_prefix (what, changes[i].what))
      {
        if (changes[i].change (in, (gsize) expected->shape[1], (gsize) expected->shape[0], &out, &error))
          check_bytes (check, file, CASE, name, out.pixels, out.width * out.height * out.channels, 0);
        check_error (check, error);
        return TRUE;
      }
  return FALSE;
}

/* ---- floats */

static void
check_pixels (Check *check, ArraSource *file, const char *name, const ArraVisionPixels *pixels, const ArraRaster *in)
{
  gsize n = 3 * pixels->size * pixels->size;
  g_autofree float *out = g_new (float, n);
  GError *error = NULL;

  if (arra_vision_pixels_prepare (pixels, in, out, &error))
    check_floats (check, file, CASE, name, out, n);
  check_error (check, error);
}

static void
check_encoder (Check *check,
               ArraSource *file,
               const char *name,
               const char *what,
               const Sizes *sizes,
               const ArraRaster *in)
{
  gsize clip = (gsize) sizes->clip, sam = (gsize) sizes->sam;
  const ArraVisionPixels hf = { ARRA_VISION_SQUARE, ARRA_FILTER_BICUBIC, clip, clip, arra_clip_pixels_standard };
  const ArraVisionPixels openai
      = { ARRA_VISION_SQUARE_ROUNDED, ARRA_FILTER_BICUBIC, clip, clip, arra_clip_pixels_standard };
  const ArraVisionPixels longest = { ARRA_VISION_LONGEST, ARRA_FILTER_BILINEAR, sam, sam, arra_vision_imagenet };

  if (g_str_has_prefix (what, "clip_hf"))
    check_pixels (check, file, name, &hf, in);
  else if (g_str_has_prefix (what, "clip_openai"))
    check_pixels (check, file, name, &openai, in);
  else if (g_str_has_prefix (what, "sam"))
    check_pixels (check, file, name, &longest, in);
}

/* ---- all of it */

static gboolean
read_sizes (Check *check, Sizes *sizes)
{
  JsonObject *root;
  g_autoptr (JsonParser) parser = check_json (check, "params.json", &root);

  if (parser == NULL)
    return FALSE;
  sizes->clip = json_object_get_int_member_with_default (root, "clip_size", 0);
  sizes->sam = json_object_get_int_member_with_default (root, "sam_longest_edge_and_pad", 0);
  return sizes->clip > 0 && sizes->sam > 0;
}

/* The picture of "out.PICTURE.WHAT", in place. */
static gboolean
find_picture (ArraSource *file, const char *name, ArraRaster *in, const char **what)
{
  const char *picture = name + strlen ("out."), *end = strchr (picture, '.');
  g_autofree char *tensor = end != NULL ? g_strdup_printf ("in.%.*s.u8", (int) (end - picture), picture) : NULL;
  const ArraTensor *found = tensor != NULL ? check_tensor (file, tensor) : NULL;

  if (found == NULL || found->n_dims < 2)
    return FALSE;
  *in = (ArraRaster) { .width = (gsize) found->shape[1],
                       .height = (gsize) found->shape[0],
                       .channels = found->n_dims == 3 ? (guint) found->shape[2] : 1,
                       .pixels = (guint8 *) found->data };
  *what = end + 1;
  return TRUE;
}

gboolean
check_preprocess (Check *check)
{
  g_autoptr (ArraSource) file = check_open (check, CASE);
  Sizes sizes;

  if (file == NULL || !read_sizes (check, &sizes))
    return TRUE;
  for (gsize i = 0; i < arra_source_count (file); i++)
    {
      const char *name = arra_source_name (file, i), *what;
      ArraRaster in;

      if (g_str_has_prefix (name, "out.") && find_picture (file, name, &in, &what)
          && !check_change (check, file, name, what, &in))
        check_encoder (check, file, name, what, &sizes, &in);
    }
  return TRUE;
}
