/* made.c - weights and pictures that are made by a formula
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "made.h"

#include <math.h>
#include <string.h>

static guint64
splitmix64 (guint64 x)
{
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
  x = (x ^ x >> 27) * 0x94d049bb133111ebu;
  return x ^ x >> 31;
}

/* FNV-1a of "SALT:NAME" */
static guint64
start (const char *salt, const char *name)
{
  g_autofree char *text = g_strdup_printf ("%s:%s", salt, name);
  guint64 hash = 0xcbf29ce484222325u;

  for (const char *at = text; *at != '\0'; at++)
    hash = (hash ^ (guchar) *at) * 0x100000001b3u;
  return hash;
}

static void
fill (const ArraParameter *item, const char *salt, float *out)
{
  guint64 first = start (salt, item->name);
  gboolean scale
      = (item->n_dims == 1 && g_str_has_suffix (item->name, ".weight")) || g_str_has_suffix (item->name, "running_var");
  double range = item->n_dims > 1 ? sqrt (3.0 / ((double) item->count / (double) item->shape[0])) : 0.1;

  for (gsize i = 0; i < item->count; i++)
    {
      double u = (double) (splitmix64 (first + i) >> 40) / 0x1p24;

      out[i] = (float) (scale ? 0.75 + 0.5 * u : (2 * u - 1) * range);
    }
}

ArraSource *
made_weights (ArraParameters *parameters, const char *salt)
{
  ArraSource *source = arra_source_new ();
  g_autoptr (ArraMapping) nothing = arra_mapping_new_for_bytes ("made", "", 0);
  guint file;

  g_assert_true (arra_parameters_allocate (parameters, FALSE, NULL));
  g_assert_true (arra_source_add_file (source, nothing, &file, NULL));
  for (guint i = 0; i < parameters->n; i++)
    {
      const ArraParameter *item = &parameters->items[i];
      float *data = parameters->data + item->offset;
      ArraTensor tensor
          = { .dtype = ARRA_F32, .n_dims = item->n_dims, .data = data, .n_bytes = item->count * sizeof *data };

      fill (item, salt, data);
      memcpy (tensor.shape, item->shape, item->n_dims * sizeof item->shape[0]);
      g_assert_true (arra_source_add (source, file, item->name, &tensor, NULL));
    }
  return source;
}

void
made_picture (const char *salt, const char *name, ArraRaster *raster)
{
  guint64 first = start (salt, name);

  for (gsize i = 0; i < raster->width * raster->height * raster->channels; i++)
    raster->pixels[i] = (guint8) (splitmix64 (first + i) >> 56);
}
