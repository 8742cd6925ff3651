/* test-resize.c - resizing and cropping against the golden pictures, exactly
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "jsonguard.h"
#include "mem.h"
#include "resize.h"
#include "scratch.h"
#include "source.h"

static ArraSource *
open_case (void)
{
  g_autofree char *path = scratch_golden ("vision/preprocess/case.safetensors");
  GError *error = NULL;
  ArraSource *source = arra_safetensors_open (path, &error);

  g_assert_no_error (error);
  return source;
}

static const ArraTensor *
tensor (ArraSource *source, const char *format, guint k, const char *what)
{
  g_autofree char *name = g_strdup_printf ("%s.pic%u.%s", format, k, what);
  const ArraTensor *found = arra_source_find (source, name);

  g_assert_nonnull (found);
  return found;
}

static ArraRaster
input (ArraSource *source, guint k)
{
  const ArraTensor *t = tensor (source, "in", k, "u8");

  return (ArraRaster) {
    .height = (gsize) t->shape[0], .width = (gsize) t->shape[1], .channels = 3, .pixels = (guint8 *) t->data
  };
}

typedef gboolean (*Change) (const ArraRaster *raster, gsize width, gsize height, ArraRaster *out, GError **error);

static gboolean
by_box (const ArraRaster *raster, gsize width, gsize height, ArraRaster *out, GError **error)
{
  return arra_raster_resize (raster, width, height, ARRA_FILTER_BOX, out, error);
}

static gboolean
by_bicubic (const ArraRaster *raster, gsize width, gsize height, ArraRaster *out, GError **error)
{
  return arra_raster_resize (raster, width, height, ARRA_FILTER_BICUBIC, out, error);
}

static gboolean
by_bilinear (const ArraRaster *raster, gsize width, gsize height, ArraRaster *out, GError **error)
{
  return arra_raster_resize (raster, width, height, ARRA_FILTER_BILINEAR, out, error);
}

static gboolean
by_lanczos (const ArraRaster *raster, gsize width, gsize height, ArraRaster *out, GError **error)
{
  return arra_raster_resize (raster, width, height, ARRA_FILTER_LANCZOS, out, error);
}

static void
check_golden (ArraSource *source, const char *what, Change change)
{
  for (guint k = 0; k < 3; k++)
    {
      const ArraTensor *expected = tensor (source, "out", k, what);
      ArraRaster in = input (source, k);
      g_autoraster ArraRaster out = { 0 };
      GError *error = NULL;

      g_assert_true (change (&in, (gsize) expected->shape[1], (gsize) expected->shape[0], &out, &error));
      g_assert_cmpmem (out.pixels, out.width * out.height * out.channels, expected->data, expected->n_bytes);
    }
}

static void
test_resize (void)
{
  g_autoptr (ArraSource) source = open_case ();

  check_golden (source, "box_half", by_box);
  check_golden (source, "bicubic_down", by_bicubic);
  check_golden (source, "bicubic_up", by_bicubic);
  check_golden (source, "bilinear_down", by_bilinear);
  check_golden (source, "lanczos_down", by_lanczos);
}

static void
test_center_crop (void)
{
  g_autoptr (ArraSource) source = open_case ();

  check_golden (source, "arra_center_crop_20x20", arra_raster_center_crop);
  check_golden (source, "arra_center_crop_64x32", arra_raster_center_crop);
  check_golden (source, "llamagen_center_crop_arr_32", arra_raster_center_crop);
}

/* The picture of the golden training item, cropped to 512 x 512, by its checksum. */
static void
test_training_item (void)
{
  g_autofree char *json_path = scratch_golden ("e2e/case.json"), *path = scratch_golden ("e2e/train_item.png"),
                  *sum = NULL;
  g_autoraster ArraRaster raster = { 0 }, out = { 0 };
  GError *error = NULL;
  JsonObject *object, *item;
  g_autoptr (JsonParser) parser = arra_json_parse_file (json_path, &object, &error);

  g_assert_no_error (error);
  g_assert_nonnull (parser);
  item = json_object_get_object_member (object, "training_item");
  g_assert_true (arra_raster_load (&raster, path, &error));
  g_assert_true (arra_raster_center_crop (&raster, 512, 512, &out, &error));
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, out.pixels, out.width * out.height * out.channels);
  g_assert_cmpstr (sum, ==, json_object_get_string_member (item, "sha256_of_cropped_rgb_512x512x3"));
}

static void
test_channels (void)
{
  guint8 pixels[4 * 2] = { 0, 255, 10, 20, 30, 40, 50, 60 };
  ArraRaster grey = { .width = 4, .height = 2, .channels = 1, .pixels = pixels };
  g_autoraster ArraRaster same = { 0 }, half = { 0 };
  GError *error = NULL;

  g_assert_true (arra_raster_resize (&grey, 4, 2, ARRA_FILTER_BICUBIC, &same, &error));
  g_assert_cmpmem (same.pixels, 8, pixels, 8);
  g_assert_true (arra_raster_resize (&grey, 2, 1, ARRA_FILTER_BOX, &half, &error));
  g_assert_cmpuint (half.pixels[0], ==, 82); /* (128 + 35) / 2, both rounded up to whole numbers */
  g_assert_cmpuint (half.pixels[1], ==, 35);
}

static void
test_refused (void)
{
  guint8 pixels[3] = { 0 };
  ArraRaster one = { .width = 1, .height = 1, .channels = 3, .pixels = pixels }, none = { .channels = 3 };
  const gsize sizes[][2]
      = { { 0, 1 },      { 1, 0 }, { G_MAXSIZE, 1 }, { G_MAXSIZE, G_MAXSIZE }, { 1, ARRA_RASTER_MAX_PIXELS + 1 },
          { 8193, 8193 } };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      ArraRaster out = { 0 };
      GError *error = NULL;

      g_assert_false (by_bicubic (&one, sizes[i][0], sizes[i][1], &out, &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
      g_clear_error (&error);
      g_assert_false (arra_raster_center_crop (&one, sizes[i][0], sizes[i][1], &out, &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
      g_clear_error (&error);
      g_assert_false (by_box (&none, 1, 1, &out, &error));
      g_clear_error (&error);
      g_assert_null (out.pixels);
    }
}

static gpointer
crop_it (const char *path, GError **error)
{
  guint8 pixels[9 * 7 * 3] = { 0 };
  ArraRaster in = { .width = 9, .height = 7, .channels = 3, .pixels = pixels };
  ArraRaster *out = g_new0 (ArraRaster, 1);

  if (arra_raster_center_crop (&in, 3, 2, out, error))
    return out;
  g_assert_null (out->pixels);
  g_free (out);
  return NULL;
}

static void
free_raster (gpointer raster)
{
  arra_raster_clear (raster);
  g_free (raster);
}

static void
test_no_memory (void)
{
  scratch_check_allocations (crop_it, free_raster, "");
}

/* The whole picture in the middle, however wide it is. */
static void
test_pad (void)
{
  static const gsize sizes[][2] = { { 90, 30 }, { 30, 90 }, { 32, 32 }, { 1000, 3 }, { 5, 7 } };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      gsize width = sizes[i][0], height = sizes[i][1];
      g_autoraster ArraRaster raster = { 0 }, padded = { 0 };
      gsize n_shown = 0, expected = MAX (32 * MIN (width, height) / MAX (width, height), 1) * 32;

      g_assert_true (arra_raster_init (&raster, width, height, 3, NULL));
      memset (raster.pixels, 100, 3 * width * height);
      g_assert_true (arra_raster_center_pad (&raster, 32, 32, 255, &padded, NULL));
      g_assert_cmpuint (padded.width * padded.height, ==, 32 * 32);
      for (gsize k = 0; k < 32 * 32; k++)
        n_shown += padded.pixels[3 * k] == 100;
      g_assert_cmpuint (n_shown, >=, expected);
      g_assert_cmpuint (n_shown, <=, expected + 32);
      g_assert_cmpuint (padded.pixels[3 * (15 * 32 + 15)], ==, 100);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/resize/golden", test_resize);
  g_test_add_func ("/resize/center-crop", test_center_crop);
  g_test_add_func ("/resize/training-item", test_training_item);
  g_test_add_func ("/resize/channels", test_channels);
  g_test_add_func ("/resize/refused", test_refused);
  g_test_add_func ("/resize/no-memory", test_no_memory);
  g_test_add_func ("/resize/pad", test_pad);
  return scratch_run ();
}
