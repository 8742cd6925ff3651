/* test-picture_format.c - what a picture file is, and whether it is whole, before anything is decoded
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <zlib.h>

#include "mem.h"
#include "picture.h"
#include "scratch.h"

/* Files beside this one; those of the first letters are read everywhere, of the others the structure alone is
 * looked at. */
static const struct
{
  const char *name, *format;
  gboolean readable;
} files[] = {
  { "bits.pbm", "PNM", TRUE },         { "text.pnm", "PNM", TRUE },       { "lzw.tiff", "TIFF", TRUE },
  { "progressive.jpg", "JPEG", TRUE }, { "runs.bmp", "BMP", TRUE },       { "runs.tga", "TGA", TRUE },
  { "turned.jpg", "JPEG", TRUE },      { "two-frames.gif", "GIF", TRUE }, { "upright.png", "PNG", TRUE },
  { "lossless.webp", "WebP", FALSE },  { "small.avif", "AVIF", FALSE },   { "small.heic", "HEIF", FALSE },
};

static guint8 *
read_data (const char *name, gsize *n)
{
  g_autofree char *path = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "io/pictures", name, NULL);
  char *bytes = NULL;
  GError *error = NULL;

  g_file_get_contents (path, &bytes, n, &error);
  g_assert_no_error (error);
  return (guint8 *) bytes;
}

/* What the structure says; NULL: nothing is wrong. Only what lies before the end may be read: the bytes are
 * copied to memory of that size. */
static const char *
look (const guint8 *bytes, gsize n, ArraPictureFacts *facts)
{
  g_autofree guint8 *exact = g_memdup2 (bytes, n);
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (ArraPicturePart));
  const ArraPictureFormat *format = arra_picture_format_find (exact, n);
  const char *fault;

  *facts = (ArraPictureFacts) { .orientation = 1, .parts = parts };
  fault = format == NULL || format->look == NULL ? "none" : format->look (exact, n, facts);
  for (guint i = 0; i < parts->len; i++)
    {
      const ArraPicturePart *part = &g_array_index (parts, ArraPicturePart, i);

      g_assert_cmpuint (part->at, <=, n);
      g_assert_cmpuint (part->size, <=, n - part->at);
    }
  facts->parts = NULL;
  return fault;
}

static gboolean
load_bytes (const guint8 *bytes, gsize n, GError **error)
{
  g_autofree char *path = scratch_path ("a_picture");
  g_autoraster ArraRaster raster = { 0 };

  scratch_write (path, bytes, n);
  return arra_raster_load (&raster, path, error);
}

static void
test_whole (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      gsize n;
      g_autofree guint8 *bytes = read_data (files[i].name, &n);
      const ArraPictureFormat *format = arra_picture_format_find (bytes, n);
      g_autoptr (GError) error = NULL;
      ArraPictureFacts facts;

      g_assert_nonnull (format);
      g_assert_cmpstr (format->name, ==, files[i].format);
      g_assert_true (format == arra_picture_format_named (files[i].name));
      g_assert_null (look (bytes, n, &facts));
      g_assert_cmpuint (facts.width, >, 0);
      g_assert_cmpuint (facts.height, >, 0);
      if (files[i].readable)
        g_assert_true (load_bytes (bytes, n, &error));
      g_assert_no_error (error);
    }
}

/* Numbers in letters may be cut at their end without a trace. */
static void
test_cut (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      gsize n, sure;
      g_autofree guint8 *bytes = read_data (files[i].name, &n);
      ArraPictureFacts facts;

      sure = g_str_equal (files[i].name, "text.pnm") ? n - 8 : n;
      for (gsize size = 1; size < sure; size++)
        g_assert_nonnull (look (bytes, size, &facts));
    }
}

/* Sizes are reserved by many that download: what is missing is zero then. */
static void
test_zero_tail (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      gsize n;
      g_autofree guint8 *bytes = read_data (files[i].name, &n), *cut = NULL;
      ArraPictureFacts facts;

      if (g_str_equal (files[i].name, "bits.pbm"))
        continue; /* white to the end is a picture, too */
      for (gsize size = n / 8; size < n - n / 8; size += 7)
        {
          cut = g_memdup2 (bytes, n);
          memset (cut + size, 0, n - size);
          if (look (cut, n, &facts) == NULL)
            g_assert_false (load_bytes (cut, n, NULL) || !files[i].readable);
          g_clear_pointer (&cut, g_free);
        }
    }
}

/* 24-bit pixels of noise, of which rows from @first on are black, and those of one row before from @column
 * on. */
static guint8 *
plain_pixels (gsize width, gsize height, gsize row, gsize column)
{
  guint8 *pixels = g_malloc0 (3 * width * height);
  g_autoptr (GRand) random = g_rand_new_with_seed (7);

  for (gsize i = 0; i < 3 * (row * width + column); i++)
    pixels[i] = (guint8) g_rand_int_range (random, 1, 256);
  return pixels;
}

static GByteArray *
with_header (const guint8 *header, gsize n, const guint8 *pixels, gsize n_pixels)
{
  GByteArray *file = g_byte_array_new ();

  g_byte_array_append (file, header, (guint) n);
  return g_byte_array_append (file, pixels, (guint) (3 * n_pixels));
}

/* Pixels as they are, in three formats: cut, filled up with zeros amidst a row, and black from a row's border
 * on. */
static void
test_plain_pixels (void)
{
  static const guint8 ppm[] = "P6 40 30 255\n", tga[18] = { [2] = 2, [12] = 40, [14] = 30, [16] = 24 };
  static const guint8 bmp[54] = { 'B', 'M', [10] = 54, [14] = 40, [18] = 40, [22] = 30, [26] = 1, [28] = 24 };
  const struct
  {
    const guint8 *bytes;
    gsize n;
  } headers[] = { { ppm, sizeof ppm - 1 }, { tga, sizeof tga }, { bmp, sizeof bmp } };
  g_autofree guint8 *whole = plain_pixels (40, 30, 30, 0), *cut = plain_pixels (40, 30, 15, 11),
                    *black = plain_pixels (40, 30, 15, 0);

  for (gsize i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      const guint8 *header = headers[i].bytes;
      g_autoptr (GByteArray) a = with_header (header, headers[i].n, whole, 1200);
      g_autoptr (GByteArray) b = with_header (header, headers[i].n, cut, 1200);
      g_autoptr (GByteArray) c = with_header (header, headers[i].n, black, 1200);

      g_assert_true (load_bytes (a->data, a->len, NULL));
      g_assert_false (load_bytes (a->data, a->len - 1, NULL));
      g_assert_false (load_bytes (a->data, a->len / 2, NULL));
      g_assert_false (load_bytes (b->data, b->len, NULL));
      g_assert_true (load_bytes (c->data, c->len, NULL));
    }
}

/* What phones put behind the end is nobody's fault; a hole within is. */
static void
test_jpeg_odd (void)
{
  gsize n;
  g_autofree guint8 *bytes = read_data ("progressive.jpg", &n), *longer = g_malloc0 (n + 1000);
  g_autoptr (GError) error = NULL;

  memcpy (longer, bytes, n);
  memcpy (longer + n + 100, bytes, n / 2);
  load_bytes (longer, n + 1000, &error);
  g_assert_no_error (error);
  memset (bytes + n / 2, 0, n / 8);
  g_assert_false (load_bytes (bytes, n, NULL));
}

/* The same picture, its last scan over and over: each costs as much as the whole. */
static void
test_jpeg_scans (void)
{
  gsize n, at;
  g_autofree guint8 *bytes = read_data ("progressive.jpg", &n);
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GError) error = NULL;

  for (at = n - 3; bytes[at] != 0xff || bytes[at + 1] != 0xda; at--)
    ;
  g_byte_array_append (file, bytes, (guint) at);
  for (guint i = 0; i < 200; i++)
    g_byte_array_append (file, bytes + at, (guint) (n - 2 - at));
  g_byte_array_append (file, bytes + n - 2, 2);
  g_assert_false (load_bytes (file->data, file->len, &error));
  g_assert_nonnull (strstr (error->message, "too long"));
}

static void
append_chunk (GByteArray *file, const char *type, const guint8 *data, gsize n)
{
  guint32 size = GUINT32_TO_BE ((guint32) n), sum;
  guint at = file->len + 4;

  g_byte_array_append (file, (const guint8 *) &size, 4);
  g_byte_array_append (file, (const guint8 *) type, 4);
  g_byte_array_append (file, data, (guint) n);
  sum = GUINT32_TO_BE ((guint32) crc32_z (0, file->data + at, n + 4));
  g_byte_array_append (file, (const guint8 *) &sum, 4);
}

/* A few kilobytes that say they are gigabytes of text: they are no part of the picture, and never unpacked.
 */
static void
test_png_texts (void)
{
  const gsize unpacked = 1 << 20;
  gsize n;
  uLongf packed = compressBound (unpacked);
  g_autofree guint8 *bytes = read_data ("upright.png", &n), *zeros = g_malloc0 (unpacked),
                    *text = g_malloc (packed + 3);
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  ArraPictureFacts facts;

  memcpy (text, "k\0", 3);
  g_assert_cmpint (compress (text + 3, &packed, zeros, unpacked), ==, Z_OK);
  g_byte_array_append (file, bytes, 33);
  for (guint i = 0; i < 500; i++)
    append_chunk (file, "zTXt", text, packed + 3);
  g_byte_array_append (file, bytes + 33, (guint) (n - 33));
  g_assert_null (look (file->data, file->len, &facts));
  load_bytes (file->data, file->len, &error);
  g_assert_no_error (error);
}

/* Contents count, not names, and formats that are not read are named. */
static void
test_others (void)
{
  static const struct
  {
    const char *bytes, *word;
  } others[] = {
    { "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>", "format SVG" },
    { "\xef\xbb\xbf <?xml version=\"1.0\"?><!-- a --><svg/>", "format SVG" },
    { "/* XPM */ static char *x[] = {\"1 1 1 1\",\"a c #000000\",\"a\"};", "format XPM" },
    { "#define a_width 8\n#define a_height 1\nstatic char a_bits[] = {0};", "format XBM" },
    { "8BPS", "format Photoshop" },
    { "gimp xcf v011", "format XCF" },
    { "%PDF-1.4", "format PDF" },
    { "Only words, and no picture", "no known format" },
    { "\x1f\x8b\x08", "no known format" },
  };
  static const guint8 icon[] = { 0, 0, 1, 0, 1, 0, 16, 16, 0, 0, 1, 0, 24, 0, 0, 0, 0, 0, 22, 0, 0, 0 };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_assert_false (load_bytes ((const guint8 *) others[i].bytes, strlen (others[i].bytes), &error));
      scratch_assert_fault (&error, "a_picture", others[i].word);
    }
  g_assert_false (load_bytes (icon, sizeof icon, &error));
  scratch_assert_fault (&error, "a_picture", "format icon");
}

/* A picture whose loader is missing names the package that has it. */
static void
test_package (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      gsize n;
      g_autofree guint8 *bytes = read_data (files[i].name, &n);
      const ArraPictureFormat *format = arra_picture_format_find (bytes, n);
      g_autoptr (GError) error = NULL;

      if (arra_picture_format_is_readable (format))
        continue;
      g_assert_nonnull (format->package);
      g_assert_false (load_bytes (bytes, n, &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_UNSUPPORTED);
      g_assert_nonnull (strstr (error->message, format->package));
    }
}

static void
test_names (void)
{
  static const struct
  {
    const char *name, *format;
  } names[] = {
    { "a.JPG", "JPEG" },  { "b.jfif", "JPEG" }, { "c.jpe", "JPEG" },    { "d.avif", "AVIF" },
    { "e.webp", "WebP" }, { "f.svg", "SVG" },   { "g.b.tiff", "TIFF" }, { "h.tga", "TGA" },
    { "a.txt", NULL },    { "jpg", NULL },      { "a.", NULL },         { "a.j", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const ArraPictureFormat *format = arra_picture_format_named (names[i].name);

      g_assert_cmpstr (format != NULL ? format->name : NULL, ==, names[i].format);
    }
}

/* A tile of a tiny TIFF that would be unpacked to gigabytes */
static void
test_tiff_tile (void)
{
  static const guint8 file[]
      = { 'I',  'I', '*',  0, 8, 0, 0, 0, 6, 0, 0, 1, 4,    0, 1, 0, 0, 0, 9, 0, 0, 0, /* width */
          1,    1,   4,    0, 1, 0, 0, 0, 9, 0, 0, 0,                                  /* height */
          0x42, 1,   4,    0, 1, 0, 0, 0, 0, 0, 2, 0,                                  /* of a tile */
          0x43, 1,   4,    0, 1, 0, 0, 0, 0, 0, 1, 0, 0x44, 1, 4, 0, 1, 0, 0, 0, 8, 0,
          0,    0,   0x45, 1, 4, 0, 1, 0, 0, 0, 8, 0, 0,    0, 0, 0, 0, 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (load_bytes (file, sizeof file, &error));
  scratch_assert_fault (&error, "a_picture", "too long");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/picture_format/whole", test_whole);
  g_test_add_func ("/picture_format/cut", test_cut);
  g_test_add_func ("/picture_format/zero-tail", test_zero_tail);
  g_test_add_func ("/picture_format/plain-pixels", test_plain_pixels);
  g_test_add_func ("/picture_format/jpeg-odd", test_jpeg_odd);
  g_test_add_func ("/picture_format/jpeg-scans", test_jpeg_scans);
  g_test_add_func ("/picture_format/png-texts", test_png_texts);
  g_test_add_func ("/picture_format/others", test_others);
  g_test_add_func ("/picture_format/package", test_package);
  g_test_add_func ("/picture_format/names", test_names);
  g_test_add_func ("/picture_format/tiff-tile", test_tiff_tile);
  return scratch_run ();
}
