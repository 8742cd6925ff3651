/* dinov2_encoder.c - DINOv2 as an image encoder
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dinov2.h"
#include "fail.h"
#include "vision_class.h"
#include "vision_pixels.h"

typedef struct
{
  ArraDinov2 *dino;
  ArraVisionPixels pixels;
} Encoder;

static void
encoder_free (gpointer self)
{
  Encoder *encoder = self;

  arra_dinov2_free (encoder->dino);
  g_free (encoder);
}

static gpointer
encoder_open (const ArraVisionFiles *files, ArraVisionShape *shape, GError **error)
{
  ArraVisionPixels pixels
      = { ARRA_VISION_SQUARE, ARRA_FILTER_BICUBIC, .side = 256, .size = 224, .normal = arra_vision_imagenet };
  g_autoptr (ArraDinov2) dino = NULL;
  const ArraClipConfig *config;
  Encoder *encoder;
  guint size, grid, width;

  if (!arra_vision_pixels_read (&pixels, files->path, error)
      || (dino = (files->described ? arra_dinov2_describe : arra_dinov2_open) (files->path, files->source, files->exec,
                                                                               error))
             == NULL)
    return NULL;
  config = arra_dinov2_config (dino);
  size = (guint) pixels.size;
  if (size % config->patch_size != 0)
    {
      arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: pictures of %u pixels cannot be cut into patches of %u",
                 files->path, size, config->patch_size);
      return NULL;
    }
  grid = size / config->patch_size;
  width = config->vision.width;
  *shape = (ArraVisionShape) { 3, size, size, grid, grid, width, width };
  encoder = g_new0 (Encoder, 1);
  *encoder = (Encoder) { g_steal_pointer (&dino), pixels };
  return encoder;
}

static gboolean
prepare (gconstpointer self, const ArraRaster *raster, float *pixels, GError **error)
{
  return arra_vision_pixels_prepare (&((const Encoder *) self)->pixels, raster, pixels, error);
}

static gboolean
run (gpointer self, guint n, const float *pixels, float *features, float *patches, GError **error)
{
  const Encoder *encoder = self;
  const ArraClipConfig *config = arra_dinov2_config (encoder->dino);
  gsize size = encoder->pixels.size, grid = size / config->patch_size, width = config->vision.width;

  for (guint i = 0; i < n; i++)
    if (!arra_dinov2_run (encoder->dino, size, size, pixels + i * 3 * size * size,
                          features != NULL ? features + i * width : NULL,
                          patches != NULL ? patches + i * grid * grid * width : NULL, error))
      return FALSE;
  return TRUE;
}

/* One after the other, however many there are. */
static gboolean
measure (gpointer self, guint n, gboolean patches, ArraEncoderMemory *memory, GError **error)
{
  const Encoder *encoder = self;
  gsize size = encoder->pixels.size;

  return arra_dinov2_measure (encoder->dino, size, size, patches, memory, error);
}

static char *
sha256 (gconstpointer self)
{
  const Encoder *encoder = self;
  g_autoptr (GChecksum) sum = arra_dinov2_hash (encoder->dino, &encoder->pixels.normal);

  arra_vision_pixels_hash (&encoder->pixels, sum);
  return g_strdup (g_checksum_get_string (sum));
}

const ArraVisionClass arra_vision_dinov2
    = { "DINOv2", "dinov2", arra_dinov2_fits, encoder_open, encoder_free, prepare, run, sha256, measure, NULL, NULL };
