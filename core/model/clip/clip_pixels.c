/* clip_pixels.c - how pictures become what an image encoder reads
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "clip_pixels.h"

#include <json-glib/json-glib.h>

#include "fail.h"
#include "jsonguard.h"
#include "jsonpython.h"
#include "jsonwriter.h"

#define FILE_NAME "preprocessor_config.json"
#define OPEN_CLIP "open_clip_config.json"

const ArraClipPixels arra_clip_pixels_standard
    = { { 0.48145466f, 0.4578275f, 0.40821073f }, { 0.26862954f, 0.26130258f, 0.27577711f } };

static gboolean
read_three (JsonObject *object, const char *name, const char *key, double least, float out[3], GError **error)
{
  JsonArray *array;

  if (!json_object_has_member (object, key))
    return TRUE;
  array = arra_json_get_array (object, name, key, error);
  if (array == NULL)
    return FALSE;
  for (guint i = 0; i < 3; i++)
    {
      JsonNode *node = json_array_get_length (array) == 3 ? json_array_get_element (array, i) : NULL;
      GType type = node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_NONE;
      double value = type == G_TYPE_DOUBLE || type == G_TYPE_INT64 ? json_node_get_double (node) : -1;

      if (!(value >= least && value <= 1e3))
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s must be three numbers from %g to 1000", name, key,
                          least);
      out[i] = (float) value;
    }
  return TRUE;
}

static gboolean
read_open_clip (ArraClipPixels *pixels, const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, OPEN_CLIP, NULL);
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *object;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  if ((parser = arra_json_parse_config (path, &object, error)) == NULL)
    return FALSE;
  if (!json_object_has_member (object, "preprocess_cfg"))
    return TRUE;
  object = arra_json_get_object (object, path, "preprocess_cfg", error);
  return object != NULL && read_three (object, path, "mean", 0, pixels->mean, error)
         && read_three (object, path, "std", 1e-6, pixels->deviation, error);
}

gboolean
arra_clip_pixels_read (ArraClipPixels *pixels, const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, FILE_NAME, NULL);
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *object;

  *pixels = arra_clip_pixels_standard;
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return read_open_clip (pixels, directory, error);
  parser = arra_json_parse_config (path, &object, error);
  return parser != NULL && read_three (object, path, "image_mean", 0, pixels->mean, error)
         && read_three (object, path, "image_std", 1e-6, pixels->deviation, error);
}

static void
put_three (ArraJsonWriter *json, const char *key, const float values[3])
{
  arra_json_begin_array_as (json, key, ARRA_JSON_LINE);
  for (guint i = 0; i < 3; i++)
    arra_json_put_float (json, NULL, values[i]);
  arra_json_end_array (json);
}

static void
put_size (ArraJsonWriter *json, const char *key, const char *const *members, guint size)
{
  arra_json_begin_object (json, key);
  for (guint i = 0; members[i] != NULL; i++)
    arra_json_put_uint (json, members[i], size);
  arra_json_end_object (json);
}

char *
arra_clip_pixels_to_json (const ArraClipPixels *pixels, guint size)
{
  static const char *const steps[] = { "do_resize", "do_center_crop", "do_rescale", "do_normalize", "do_convert_rgb" };
  static const char *const shortest[] = { "shortest_edge", NULL }, *const both[] = { "height", "width", NULL };
  ArraJsonWriter *json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "image_processor_type", "CLIPImageProcessor");
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    arra_json_put_bool (json, steps[i], TRUE);
  arra_json_put_uint (json, "resample", 3); /* bicubic */
  arra_json_put_double (json, "rescale_factor", 1 / 255.0);
  put_size (json, "size", shortest, size);
  put_size (json, "crop_size", both, size);
  put_three (json, "image_mean", pixels->mean);
  put_three (json, "image_std", pixels->deviation);
  arra_json_end_object (json);
  return arra_json_writer_end (json);
}

void
arra_clip_pixels_place (const ArraClipPixels *pixels,
                        const guint8 *rgb,
                        gsize height,
                        gsize width,
                        gsize size,
                        float *out)
{
  for (gsize c = 0; c < 3; c++)
    for (gsize y = 0; y < height; y++)
      for (gsize x = 0; x < width; x++)
        out[(c * size + y) * size + x]
            = ((float) rgb[3 * (y * width + x) + c] / 255.0f - pixels->mean[c]) / pixels->deviation[c];
}

void
arra_clip_pixels_normalise (const ArraClipPixels *pixels, const guint8 *rgb, gsize size, float *out)
{
  arra_clip_pixels_place (pixels, rgb, size, size, size, out);
}
