/* picture_format.c - the formats of pictures, by contents and by endings
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture_format.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"

const char arra_picture_ends_early[] = N_ ("the file ends too early");
const char arra_picture_is_damaged[] = N_ ("the file is damaged");
const char arra_picture_takes_long[] = N_ ("the file would take too long or too much memory to decode");

static gboolean
has (const guint8 *bytes, gsize n, gsize at, const char *text, gsize size)
{
  return n >= at + size && memcmp (bytes + at, text, size) == 0;
}

#define HAS(at, text) has (bytes, n, at, text, sizeof text - 1)

static gboolean
is_png (const guint8 *bytes, gsize n)
{
  return HAS (0, "\x89PNG\r\n\x1a\n");
}

static gboolean
is_jpeg (const guint8 *bytes, gsize n)
{
  return HAS (0, "\xff\xd8\xff");
}

static gboolean
is_gif (const guint8 *bytes, gsize n)
{
  return HAS (0, "GIF87a") || HAS (0, "GIF89a");
}

static gboolean
is_bmp (const guint8 *bytes, gsize n)
{
  return HAS (0, "BM") && n >= 18 && bytes[15] == 0 && bytes[16] == 0 && bytes[17] == 0 && bytes[14] >= 12
         && bytes[14] <= 124;
}

static gboolean
is_tiff (const guint8 *bytes, gsize n)
{
  return HAS (0, "II*\0") || HAS (0, "MM\0*");
}

static gboolean
is_webp (const guint8 *bytes, gsize n)
{
  return HAS (0, "RIFF") && HAS (8, "WEBP");
}

/* Whether one of the brands of an ISO media file is this one. */
static gboolean
has_brand (const guint8 *bytes, gsize n, const char *brand)
{
  gsize end = HAS (4, "ftyp") ? MIN (n, (gsize) bytes[2] << 8 | bytes[3]) : 0;

  for (gsize at = 8; at + 4 <= end; at += at == 8 ? 8 : 4)
    if (memcmp (bytes + at, brand, 4) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_avif (const guint8 *bytes, gsize n)
{
  return has_brand (bytes, n, "avif") || has_brand (bytes, n, "avis");
}

static gboolean
is_heif (const guint8 *bytes, gsize n)
{
  return has_brand (bytes, n, "heic") || has_brand (bytes, n, "heix") || has_brand (bytes, n, "hevc")
         || has_brand (bytes, n, "mif1") || has_brand (bytes, n, "msf1");
}

static gboolean
is_pnm (const guint8 *bytes, gsize n)
{
  return n >= 3 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6'
         && (g_ascii_isspace (bytes[2]) || bytes[2] == '#');
}

/* Targa has no signature: its header must make sense. */
static gboolean
is_tga (const guint8 *bytes, gsize n)
{
  guint type = n >= 18 ? bytes[2] & ~8u : 0, bits = n >= 18 ? bytes[16] : 0;

  return type >= 1 && type <= 3 && bytes[2] <= 11 && bytes[1] <= 1 && (type == 1) <= bytes[1]
         && (bytes[12] | bytes[13]) != 0 && (bytes[14] | bytes[15]) != 0 && (bytes[17] & 0xc0) == 0
         && (bits == 8 || bits == 15 || bits == 16 || bits == 24 || bits == 32);
}

static gboolean
is_svg (const guint8 *bytes, gsize n)
{
  const char *text = (const char *) bytes;
  gsize length = MIN (n, ARRA_PICTURE_HEAD), at = HAS (0, "\xef\xbb\xbf") ? 3 : 0;

  while (at < length && g_ascii_isspace (text[at]))
    at++;
  return at < length && text[at] == '<'
         && (g_strstr_len (text + at, (gssize) (length - at), "<svg") != NULL
             || g_strstr_len (text + at, (gssize) (length - at), "<!DOCTYPE svg") != NULL);
}

static gboolean
is_icon (const guint8 *bytes, gsize n)
{
  gboolean windows = (HAS (0, "\0\0\1\0") || HAS (0, "\0\0\2\0")) && n >= 6 && (bytes[4] | bytes[5]) != 0;

  return windows || HAS (0, "icns") || (HAS (0, "RIFF") && HAS (8, "ACON"));
}

static gboolean
is_xpm (const guint8 *bytes, gsize n)
{
  return HAS (0, "/* XPM */");
}

static gboolean
is_xbm (const guint8 *bytes, gsize n)
{
  return HAS (0, "#define ");
}

static gboolean
is_jpeg_xl (const guint8 *bytes, gsize n)
{
  return HAS (0, "\xff\x0a") || HAS (4, "JXL ");
}

static gboolean
is_jpeg_2000 (const guint8 *bytes, gsize n)
{
  return HAS (4, "jP  ") || HAS (0, "\xff\x4f\xff\x51");
}

static gboolean
is_big_tiff (const guint8 *bytes, gsize n)
{
  return HAS (0, "II+\0") || HAS (0, "MM\0+");
}

static gboolean
is_psd (const guint8 *bytes, gsize n)
{
  return HAS (0, "8BPS");
}

static gboolean
is_xcf (const guint8 *bytes, gsize n)
{
  return HAS (0, "gimp xcf");
}

static gboolean
is_pdf (const guint8 *bytes, gsize n)
{
  return HAS (0, "%PDF") || HAS (0, "%!PS");
}

static gboolean
is_exr (const guint8 *bytes, gsize n)
{
  return HAS (0, "v/1\1");
}

static gboolean
is_dds (const guint8 *bytes, gsize n)
{
  return HAS (0, "DDS ");
}

#undef HAS

/* Targa comes last: it is known by what it is not. */
static const ArraPictureFormat formats[] = {
  { "PNG", ".png.apng", "image/png", NULL, arra_png_look, is_png },
  { "JPEG", ".jpg.jpeg.jpe.jfif.jif.mpo", "image/jpeg", NULL, arra_jpeg_look, is_jpeg },
  { "GIF", ".gif", "image/gif", NULL, arra_gif_look, is_gif },
  { "BMP", ".bmp.dib", "image/bmp", NULL, arra_bmp_look, is_bmp },
  { "TIFF", ".tif.tiff", "image/tiff", NULL, arra_tiff_look, is_tiff },
  { "WebP", ".webp", "image/webp", "webp-pixbuf-loader", arra_webp_look, is_webp },
  { "AVIF", ".avif.avifs", "image/avif", "libavif-gdk-pixbuf", arra_heif_look, is_avif },
  { "HEIF", ".heic.heif.hif", "image/heif", "heif-gdk-pixbuf", arra_heif_look, is_heif },
  { "PNM", ".ppm.pgm.pbm.pnm", "image/x-portable-anymap", NULL, arra_pnm_look, is_pnm },
  { "SVG", ".svg.svgz", NULL, NULL, NULL, is_svg },
  { "JPEG XL", ".jxl", NULL, NULL, NULL, is_jpeg_xl },
  { "JPEG 2000", ".jp2.j2k.jpx", NULL, NULL, NULL, is_jpeg_2000 },
  { "BigTIFF", ".btf.tf8", NULL, NULL, NULL, is_big_tiff },
  { "Photoshop", ".psd.psb", NULL, NULL, NULL, is_psd },
  { "XCF", ".xcf", NULL, NULL, NULL, is_xcf },
  { "PDF", ".pdf.eps.ps.ai", NULL, NULL, NULL, is_pdf },
  { "OpenEXR", ".exr", NULL, NULL, NULL, is_exr },
  { "DDS", ".dds", NULL, NULL, NULL, is_dds },
  { "XPM", ".xpm", NULL, NULL, NULL, is_xpm },
  { "XBM", ".xbm", NULL, NULL, NULL, is_xbm },
  { N_ ("icon"), ".ico.cur.ani.icns", NULL, NULL, NULL, is_icon },
  { "TGA", ".tga.targa", "image/x-tga", NULL, arra_tga_look, is_tga },
};

const ArraPictureFormat *
arra_picture_format_find (const guint8 *bytes, gsize n)
{
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    if (formats[i].is_a (bytes, n))
      return &formats[i];
  return NULL;
}

/* Whether @ending, with its dot, is one of @endings. */
static gboolean
is_among (const char *ending, const char *endings)
{
  gsize length = strlen (ending);

  for (const char *at = endings; at != NULL; at = strchr (at + 1, '.'))
    if (g_ascii_strncasecmp (at, ending, length) == 0 && (at[length] == '\0' || at[length] == '.'))
      return TRUE;
  return FALSE;
}

const ArraPictureFormat *
arra_picture_format_inside (const char *path)
{
  guint8 head[ARRA_PICTURE_HEAD];
  FILE *file = g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_fopen (path, "rb") : NULL;
  gsize n = file != NULL ? fread (head, 1, sizeof head, file) : 0;

  if (file != NULL)
    fclose (file);
  return arra_picture_format_find (head, n);
}

const ArraPictureFormat *
arra_picture_format_named (const char *name)
{
  const char *dot = strrchr (name, '.');

  for (gsize i = 0; dot != NULL && dot[1] != '\0' && i < G_N_ELEMENTS (formats); i++)
    if (is_among (dot, formats[i].endings))
      return &formats[i];
  return NULL;
}

gboolean
arra_picture_format_is_readable (const ArraPictureFormat *format)
{
  g_autoptr (GdkPixbufLoader) loader
      = format->mime != NULL ? gdk_pixbuf_loader_new_with_mime_type (format->mime, NULL) : NULL;

  if (loader != NULL)
    gdk_pixbuf_loader_close (loader, NULL);
  return loader != NULL;
}

gsize
arra_le_number (const guint8 *at, guint size)
{
  gsize value = 0;

  while (size-- > 0)
    value = value << 8 | at[size];
  return value;
}

gsize
arra_be_number (const guint8 *at, guint size)
{
  gsize value = 0;

  for (guint i = 0; i < size; i++)
    value = value << 8 | at[i];
  return value;
}

void
arra_picture_facts_add (ArraPictureFacts *facts, gsize at, gsize size)
{
  ArraPicturePart part = { at, size };
  ArraPicturePart *last
      = facts->parts->len > 0 ? &g_array_index (facts->parts, ArraPicturePart, facts->parts->len - 1) : NULL;

  if (last != NULL && last->at + last->size == at)
    last->size += size;
  else
    g_array_append_val (facts->parts, part);
}

gboolean
arra_picture_is_too_large (gsize width, gsize height)
{
  gsize n;

  return !arra_size_mul (width, height, &n) || n > ARRA_RASTER_MAX_PIXELS;
}
