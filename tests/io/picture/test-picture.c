/* test-picture.c - reading picture files, sound ones (y_) and broken ones (n_)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <zlib.h>

#include "mem.h"
#include "picture.h"
#include "scratch.h"
#include "source.h"

static gpointer
load (const char *path, GError **error)
{
  ArraRaster *raster = g_new0 (ArraRaster, 1);

  if (arra_raster_load (raster, path, error))
    return raster;
  g_assert_null (raster->pixels);
  g_free (raster);
  return NULL;
}

static void
free_raster (gpointer raster)
{
  arra_raster_clear (raster);
  g_free (raster);
}

/* The pictures beside tests/golden/vision/preprocess/case.safetensors are those of its tensors. */
static void
test_golden (gconstpointer data)
{
  const char *name = data;
  g_autofree char *case_path = scratch_golden ("vision/preprocess/case.safetensors");
  g_autofree char *png_name = g_strdup_printf ("vision/preprocess/%s.png", name), *path = scratch_golden (png_name);
  g_autofree char *tensor_name = g_strdup_printf ("in.%s.u8", name);
  g_autoraster ArraRaster raster = { 0 };
  GError *error = NULL;
  g_autoptr (ArraSource) source = arra_safetensors_open (case_path, &error);
  const ArraTensor *expected;
  gsize channels;

  g_assert_no_error (error);
  expected = arra_source_find (source, tensor_name);
  channels = expected->n_dims == 3 ? 3 : 1;
  arra_raster_load (&raster, path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (raster.channels, ==, 3);
  g_assert_cmpuint (raster.width * raster.height * channels, ==, expected->n_bytes);
  g_assert_cmpuint (raster.height, ==, (gsize) expected->shape[0]);
  for (gsize i = 0; i < raster.width * raster.height * 3; i++)
    g_assert_cmpuint (raster.pixels[i], ==, ((const guint8 *) expected->data)[channels == 3 ? i : i / 3]);
}

/* Writes a small picture of noise in this format. */
static char *
write_picture (const char *name, const char *format, int width, int height)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, width, height);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  char *path = scratch_path (name);
  GError *error = NULL;

  for (gsize i = 0; i < gdk_pixbuf_get_byte_length (pixbuf); i++)
    gdk_pixbuf_get_pixels (pixbuf)[i] = (guint8) g_rand_int (random);
  gdk_pixbuf_save (pixbuf, path, format, &error, NULL);
  g_assert_no_error (error);
  return path;
}

static void
check_readable (const char *name, const char *format, gsize width, gsize height)
{
  g_autofree char *path = write_picture (name, format, (int) width, (int) height);
  g_autoraster ArraRaster raster = { 0 };
  GError *error = NULL;

  arra_raster_load (&raster, path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (raster.width, ==, width);
  g_assert_cmpuint (raster.height, ==, height);
}

static void
test_formats (void)
{
  check_readable ("y_one.png", "png", 1, 1);
  check_readable ("y_noise.png", "png", 67, 3);
  check_readable ("y_noise.jpg", "jpeg", 19, 40);
  check_readable ("y_png_named.jpg", "png", 5, 5); /* contents count, not names */
}

static void
check_broken (const char *path, const char *word)
{
  g_autoraster ArraRaster raster = { 0 };
  GError *error = NULL;

  g_assert_false (arra_raster_load (&raster, path, &error));
  g_assert_null (raster.pixels);
  scratch_assert_fault (&error, path, word);
}

static void
test_odd_files (void)
{
  scratch_check_odd_files (load);
}

static void
test_truncated (gconstpointer format)
{
  g_autofree char *whole = write_picture ("whole", format, 40, 40), *cut = scratch_path ("n_cut");
  g_autofree char *bytes = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (whole, &bytes, &n, NULL));
  for (gsize size = 1; size < n; size += size < 60 ? 1 : 97)
    {
      g_autoraster ArraRaster raster = { 0 };
      g_autoptr (GError) error = NULL;

      scratch_write (cut, bytes, size);
      g_assert_false (arra_raster_load (&raster, cut, &error));
      g_assert_nonnull (strstr (error->message, cut));
    }
}

static void
test_noise (void)
{
  g_autofree char *text = scratch_path ("n_text.png"), *damaged = scratch_path ("n_damaged.png");
  g_autofree char *whole = write_picture ("whole.png", "png", 40, 40), *bytes = NULL;
  gsize n;

  scratch_write (text, "this is no picture at all, only words", 37);
  check_broken (text, "cannot be read as a picture");
  g_assert_true (g_file_get_contents (whole, &bytes, &n, NULL));
  bytes[n / 2] ^= 0x55;
  scratch_write (damaged, bytes, n);
  check_broken (damaged, "cannot be read as a picture");
}

/* Where the pixel at @x, @y of the turned picture lies in the stored one of @width x @height; EXIF 2.32, section 4.6.4.
 */
static gsize
stored_place (guint orientation, gsize x, gsize y, gsize width, gsize height)
{
  const gsize across = width - 1, down = height - 1;
  const gsize places[8][2] = { { x, y }, { across - x, y }, { across - x, down - y }, { x, down - y },
                               { y, x }, { y, down - x },   { across - y, down - x }, { across - y, x } };

  return places[orientation - 1][1] * width + places[orientation - 1][0];
}

/* @file with another orientation, at @at its number of two bytes. */
static void
check_orientation (char *file, gsize n, gsize at, guint orientation, gboolean big_endian, const ArraRaster *stored)
{
  g_autofree char *path = scratch_path ("y_turned");
  g_autoraster ArraRaster raster = { 0 };
  GError *error = NULL;
  gsize width = orientation > 4 ? stored->height : stored->width, channels = stored->channels;

  file[at + (big_endian ? 1 : 0)] = (char) orientation;
  scratch_write (path, file, n);
  arra_raster_load (&raster, path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (raster.width, ==, width);
  g_assert_cmpuint (raster.width * raster.height, ==, stored->width * stored->height);
  for (gsize i = 0; i < raster.width * raster.height; i++)
    g_assert_cmpmem (raster.pixels + channels * i, channels,
                     stored->pixels
                         + channels * stored_place (orientation, i % width, i / width, stored->width, stored->height),
                     channels);
}

/* The number of the orientation's value in a TIFF or an EXIF block somewhere in @file. */
static gsize
find_orientation (const char *file, gsize n, gboolean *big_endian)
{
  static const char little[] = { 0x12, 1, 3, 0, 1, 0, 0, 0 }, big[] = { 1, 0x12, 0, 3, 0, 0, 0, 1 };

  for (gsize i = 0; i + 10 <= n; i++)
    if (memcmp (file + i, little, 8) == 0 || memcmp (file + i, big, 8) == 0)
      {
        *big_endian = file[i] == 1;
        return i + 8;
      }
  g_assert_not_reached ();
}

static void
test_orientation (gconstpointer name)
{
  g_autofree char *path = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "io/pictures", name, NULL);
  g_autofree char *file = NULL, *upright = scratch_path ("y_upright");
  g_autoraster ArraRaster stored = { 0 };
  gboolean big_endian;
  gsize n, at;

  g_assert_true (g_file_get_contents (path, &file, &n, NULL));
  at = find_orientation (file, n, &big_endian);
  file[at + (big_endian ? 1 : 0)] = 1;
  scratch_write (upright, file, n);
  g_assert_true (arra_raster_load (&stored, upright, NULL));
  for (guint orientation = 1; orientation <= 8; orientation++)
    check_orientation (file, n, at, orientation, big_endian, &stored);
}

/* A picture of a phone lying on its side, as it was seen */
static void
test_turned (void)
{
  g_autofree char *folder = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "io/pictures", NULL);
  g_autofree char *turned = g_build_filename (folder, "turned.jpg", NULL),
                  *upright = g_build_filename (folder, "upright.png", NULL);
  g_autoraster ArraRaster a = { 0 }, b = { 0 };
  guint64 difference = 0;

  g_assert_true (arra_raster_load (&a, turned, NULL));
  g_assert_true (arra_raster_load (&b, upright, NULL));
  g_assert_cmpuint (a.width, ==, 64);
  g_assert_cmpuint (a.height, ==, 96);
  for (gsize i = 0; i < 3 * 64 * 96; i++)
    difference += (guint64) ABS (a.pixels[i] - b.pixels[i]);
  g_assert_cmpuint (difference, <, 3 * 64 * 96 * 16);
}

/* A PNG that says it has many more pixels than bytes. */
static void
test_huge (void)
{
  g_autofree char *whole = write_picture ("whole.png", "png", 4, 4), *path = scratch_path ("n_huge.png"), *bytes = NULL;
  const guint32 sides[][2] = { { 100000, 100000 }, { 1, 67108865 }, { 0x7fffffff, 1 }, { 8193, 8192 } };
  gsize n, before = arra_mem_held ();

  g_assert_true (g_file_get_contents (whole, &bytes, &n, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      guint32 header[2] = { GUINT32_TO_BE (sides[i][0]), GUINT32_TO_BE (sides[i][1]) };
      guint32 checksum;

      memcpy (bytes + 16, header, sizeof header);
      checksum = GUINT32_TO_BE ((guint32) crc32_z (0, (const guint8 *) bytes + 12, 17));
      memcpy (bytes + 29, &checksum, sizeof checksum);
      scratch_write (path, bytes, n);
      check_broken (path, sides[i][0] <= 1000000 && sides[i][1] <= 1000000 ? "at most" : "");
      g_assert_cmpuint (arra_mem_held (), ==, before);
    }
}

static void
test_no_memory (void)
{
  g_autofree char *path = write_picture ("y_memory.png", "png", 9, 9);

  scratch_check_allocations (load, free_raster, path);
}

static void
test_init (void)
{
  ArraRaster raster = { 0 };
  GError *error = NULL;

  g_assert_false (arra_raster_init (&raster, G_MAXSIZE / 2, 3, 3, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (arra_raster_init (&raster, ARRA_RASTER_MAX_PIXELS, 2, 1, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_true (arra_raster_init (&raster, 3, 5, 4, &error));
  arra_raster_clear (&raster);
  g_assert_null (raster.pixels);
}

static void
test_whiten (void)
{
  guint8 rgba[2 * 4] = { 10, 20, 30, 128, 200, 0, 255, 0 }, grey[2] = { 5, 250 };
  const guint8 blended[6] = { 132, 137, 142, 255, 255, 255 }, repeated[6] = { 5, 5, 5, 250, 250, 250 };
  ArraRaster with_alpha = { .width = 2, .height = 1, .channels = 4, .pixels = rgba };
  ArraRaster one = { .width = 1, .height = 2, .channels = 1, .pixels = grey };
  g_autoraster ArraRaster a = { 0 }, b = { 0 };
  ArraRaster none = { 0 };
  GError *error = NULL;

  g_assert_true (arra_raster_whiten (&with_alpha, &a, &error));
  g_assert_cmpmem (a.pixels, 6, blended, 6);
  g_assert_true (arra_raster_whiten (&one, &b, &error));
  g_assert_cmpmem (b.pixels, 6, repeated, 6);
  arra_mem_fail_nth (0);
  g_assert_false (arra_raster_whiten (&one, &none, &error));
  arra_mem_fail_nth (-1);
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY);
  g_error_free (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/picture/golden/rgb", "pic0", test_golden);
  g_test_add_data_func ("/picture/golden/grey", "gray", test_golden);
  g_test_add_func ("/picture/formats", test_formats);
  g_test_add_func ("/picture/odd-files", test_odd_files);
  g_test_add_data_func ("/picture/truncated/png", "png", test_truncated);
  g_test_add_data_func ("/picture/truncated/jpeg", "jpeg", test_truncated);
  g_test_add_func ("/picture/noise", test_noise);
  g_test_add_data_func ("/picture/orientation/jpeg", "turned.jpg", test_orientation);
  g_test_add_data_func ("/picture/orientation/png", "turned.png", test_orientation);
  g_test_add_data_func ("/picture/orientation/tiff", "lzw.tiff", test_orientation);
  g_test_add_func ("/picture/turned", test_turned);
  g_test_add_func ("/picture/huge", test_huge);
  g_test_add_func ("/picture/no-memory", test_no_memory);
  g_test_add_func ("/picture/init", test_init);
  g_test_add_func ("/picture/whiten", test_whiten);
  return scratch_run ();
}
