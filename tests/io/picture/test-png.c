/* test-png.c - PNG files and what is kept in them, read back chunk by chunk
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <zlib.h>

#include "allocations.h"
#include "mem.h"
#include "picture.h"
#include "png_text.h"
#include "scratch.h"

static void
make_raster (ArraRaster *raster, gsize width, gsize height, guint channels)
{
  GError *error = NULL;

  arra_raster_init (raster, width, height, channels, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < width * height * channels; i++)
    raster->pixels[i] = (guint8) (i * 37);
}

static guint32
be32 (const guint8 *at)
{
  return (guint32) at[0] << 24 | (guint32) at[1] << 16 | (guint32) at[2] << 8 | at[3];
}

/* The data after the keyword of the chunk of this type and keyword, as text; NULL: there is none. Checks
 * every chunk on the way. */
static char *
find_text (const guint8 *png, gsize size, const char *type, const char *keyword)
{
  char *found = NULL;
  gsize at = 8;

  g_assert_cmpmem (png, 8, "\x89PNG\r\n\x1a\n", 8);
  while (at < size)
    {
      gsize length = be32 (png + at), skip = strlen (keyword) + 1;
      const guint8 *data = png + at + 8;

      g_assert_cmpuint (at + 12 + length, <=, size);
      g_assert_cmpuint (be32 (data + length), ==, crc32_z (0, png + at + 4, length + 4));
      if (memcmp (png + at + 4, type, 4) == 0 && length >= skip && memcmp (data, keyword, skip) == 0)
        {
          g_assert_null (found);
          found = g_strndup ((const char *) data + skip, length - skip);
          if (g_str_equal (type, "iTXt"))
            {
              g_free (found);
              g_assert_cmpmem (data + skip, 4, "\0\0\0\0", 4);
              found = g_strndup ((const char *) data + skip + 4, length - skip - 4);
            }
        }
      at += 12 + length;
    }
  g_assert_cmpuint (at, ==, size);
  return found;
}

static guint8 *
to_png (const ArraPictureLabels *labels, gsize *size)
{
  g_autoraster ArraRaster raster = { 0 };
  GError *error = NULL;
  guint8 *png;

  make_raster (&raster, 7, 5, 3);
  png = arra_raster_to_png (&raster, labels, size, &error);
  g_assert_no_error (error);
  return png;
}

static void
test_round_trip (void)
{
  g_autofree char *path = scratch_path ("y.png");

  for (guint channels = 1; channels <= 4; channels += channels == 1 ? 2 : 1)
    {
      g_autoraster ArraRaster raster = { 0 }, again = { 0 };
      GError *error = NULL;

      make_raster (&raster, 31, 17, channels);
      g_assert_true (arra_raster_save_png (&raster, NULL, path, &error));
      g_assert_true (arra_raster_load (&again, path, &error));
      g_assert_cmpuint (again.channels, ==, MAX (channels, 3));
      for (gsize i = 0; i < again.width * again.height * again.channels; i++)
        g_assert_cmpuint (again.pixels[i], ==, raster.pixels[channels == 1 ? i / 3 : i]);
    }
}

static void
test_latin1 (void)
{
  const ArraPictureLabels labels = { .parameters = "{\"prompt\": \"caf\xC3\xA9\"}\nline two", .software = "arra" };
  gsize size;
  g_automem guint8 *png = to_png (&labels, &size);
  g_autofree char *parameters = find_text (png, size, "tEXt", "parameters"),
                  *software = find_text (png, size, "tEXt", "Software");
  g_autofree char *unicode = find_text (png, size, "iTXt", "parameters"),
                  *xmp = find_text (png, size, "iTXt", "XML:com.adobe.xmp");

  g_assert_cmpstr (parameters, ==, "{\"prompt\": \"caf\xE9\"}\nline two");
  g_assert_cmpstr (software, ==, "arra");
  g_assert_null (unicode);
  g_assert_null (xmp);
}

static void
test_unicode (void)
{
  const char *text = "\xE6\x97\xA5\xE6\x9C\xAC – \"quoted\"\ttab";
  const ArraPictureLabels labels = { .parameters = text };
  gsize size;
  g_automem guint8 *png = to_png (&labels, &size);
  g_autofree char *latin1 = find_text (png, size, "tEXt", "parameters"),
                  *unicode = find_text (png, size, "iTXt", "parameters");

  g_assert_null (latin1);
  g_assert_cmpstr (unicode, ==, text);
}

static void
test_xmp (void)
{
  const ArraPictureLabels labels
      = { .digital_source_type = "trainedAlgorithmicMedia", .description = "a <b> & \"c\"\x01 – d" };
  gsize size;
  g_automem guint8 *png = to_png (&labels, &size);
  g_autofree char *xmp = find_text (png, size, "iTXt", "XML:com.adobe.xmp");
  GMarkupParser nothing = { 0 };
  g_autoptr (GMarkupParseContext) parser = g_markup_parse_context_new (&nothing, 0, NULL, NULL);
  GError *error = NULL;

  g_assert_nonnull (xmp);
  g_assert_nonnull (strstr (xmp, ">http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia</"
                                 "Iptc4xmpExt:DigitalSourceType>"));
  g_assert_nonnull (strstr (xmp, ">a &lt;b&gt; &amp; \"c\" – d</rdf:li>"));
  g_assert_true (g_markup_parse_context_parse (parser, xmp, -1, &error));
  g_assert_true (g_markup_parse_context_end_parse (parser, &error));
}

/* What another program sees. */
static void
test_other_reader (void)
{
  const ArraPictureLabels labels
      = { .parameters = "recipe", .digital_source_type = "trainedAlgorithmicMedia", .software = "arra" };
  gsize size;
  g_automem guint8 *png = to_png (&labels, &size);
  g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new ();
  GError *error = NULL;
  GdkPixbuf *pixbuf;

  g_assert_true (gdk_pixbuf_loader_write (loader, png, size, &error));
  g_assert_true (gdk_pixbuf_loader_close (loader, &error));
  pixbuf = gdk_pixbuf_loader_get_pixbuf (loader);
  g_assert_cmpstr (gdk_pixbuf_get_option (pixbuf, "tEXt::parameters"), ==, "recipe");
  g_assert_cmpstr (gdk_pixbuf_get_option (pixbuf, "tEXt::Software"), ==, "arra");
}

static void
test_unlabelled (void)
{
  gsize size;
  g_automem guint8 *png = to_png (NULL, &size);
  const char *types[] = { "tEXt", "iTXt", "zTXt" };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    g_assert_null (memmem (png, size, types[i], 4));
}

/* Read back from the file: as it was written, and nothing from one that is cut or changed. */
static void
test_read_back (void)
{
  static const char *const texts[] = { "{\n}", "gr\xc3\xbcn \xc2\xbd", "\xe6\xa3\xae \xf0\x9f\xa6\x8a", "" };
  g_autofree char *path = scratch_path ("read.png");

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const ArraPictureLabels labels = { .parameters = texts[i], .software = "ARRA" };
      g_autoptr (GError) error = NULL;
      gsize size;
      g_automem guint8 *png = to_png (&labels, &size);
      g_automem char *text = NULL;
      guint8 *keyword = memmem (png, size, "parameters", 10);

      g_assert_true (g_file_set_contents (path, (const char *) png, (gssize) size, NULL));
      text = arra_png_text (path, "parameters", &error);
      g_assert_no_error (error);
      g_assert_cmpstr (text, ==, texts[i]);
      for (gsize cut = 1; cut < (gsize) (keyword - png); cut++)
        {
          g_assert_true (g_file_set_contents (path, (const char *) png, (gssize) cut, NULL));
          g_assert_null (arra_png_text (path, "parameters", NULL));
        }
      keyword[-1] ^= 1;
      g_assert_true (g_file_set_contents (path, (const char *) png, (gssize) size, NULL));
      g_assert_null (arra_png_text (path, "parameters", &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
    }
}

static void
test_refused (void)
{
  const ArraPictureLabels broken = { .parameters = "\xff\xfe" };
  g_autofree char *folder = scratch_path ("no/such/folder.png");
  g_autoraster ArraRaster raster = { 0 };
  ArraRaster nothing = { .channels = 3 };
  GError *error = NULL;
  gsize size;

  make_raster (&raster, 2, 2, 3);
  g_assert_null (arra_raster_to_png (&raster, &broken, &size, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (arra_raster_to_png (&nothing, NULL, &size, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (arra_raster_save_png (&raster, NULL, folder, &error));
  g_assert_nonnull (strstr (error->message, "folder.png"));
  g_clear_error (&error);
}

static gboolean
write_png (gpointer data, GError **error)
{
  const ArraPictureLabels labels
      = { .parameters = "recipe", .digital_source_type = "x", .description = "y", .software = "z" };
  gsize size;
  guint8 *png = arra_raster_to_png (data, &labels, &size, error);
  gboolean made = png != NULL;

  arra_mem_free (png);
  return made;
}

static void
test_no_memory (void)
{
  g_autoraster ArraRaster raster = { 0 };

  make_raster (&raster, 64, 64, 1);
  g_assert_cmpuint (allocations_check (write_png, &raster), >=, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/png/round-trip", test_round_trip);
  g_test_add_func ("/png/latin1", test_latin1);
  g_test_add_func ("/png/unicode", test_unicode);
  g_test_add_func ("/png/xmp", test_xmp);
  g_test_add_func ("/png/other-reader", test_other_reader);
  g_test_add_func ("/png/unlabelled", test_unlabelled);
  g_test_add_func ("/png/read-back", test_read_back);
  g_test_add_func ("/png/refused", test_refused);
  g_test_add_func ("/png/no-memory", test_no_memory);
  return scratch_run ();
}
