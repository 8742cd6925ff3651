/* fuzz-picture.c - pictures of any kind, as data sets, cards and commands read them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <string.h>

#include "folder.h"
#include "mem.h"
#include "picture.h"
#include "png_text.h"
#include "thumbnail.h"

/* Every pixel of what is taken can be read. */
static void
use (const ArraRaster *raster)
{
  const gsize n = raster->width * raster->height * raster->channels;
  guint sum = 0;

  g_assert_true (raster->width > 0 && raster->height > 0);
  g_assert_true (raster->channels == 1 || raster->channels == 3 || raster->channels == 4);
  for (gsize i = 0; i < n; i++)
    sum += raster->pixels[i];
  g_assert_cmpuint (sum, <=, 255 * n);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *path = fuzz_put ("picture", data, size);
  g_autoptr (GError) error = NULL, fault = NULL;
  g_autoraster ArraRaster raster = { 0 };
  g_automem char *text = NULL;
  gboolean taken = arra_raster_load (&raster, path, &error);

  fuzz_check (taken, error, path);
  if (taken)
    use (&raster);
  taken = arra_thumbnail_check (data, size, "FILE", &fault);
  fuzz_check (taken, fault, "FILE");
  text = arra_png_text (path, "parameters", NULL);
  g_assert_true (text == NULL || strlen (text) <= 2 * size);
  return 0;
}
