/* clip_encoder.c - CLIP and BiomedCLIP as image encoders
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "clip.h"
#include "clip_forms.h"
#include "mem.h"
#include "vision_class.h"
#include "vision_pixels.h"

typedef struct
{
  ArraClip *clip;
  ArraVisionPixels pixels;
} Encoder;

static gboolean
fits (const ArraSource *source)
{
  g_autofree char *prefix = NULL;

  return arra_clip_form_of (source, &prefix) != NULL;
}

static void
encoder_free (gpointer self)
{
  Encoder *encoder = self;

  arra_clip_free (encoder->clip);
  g_free (encoder);
}

static gpointer
encoder_open (const ArraVisionFiles *files, ArraVisionShape *shape, GError **error)
{
  ArraClip *clip
      = (files->described ? arra_clip_describe : arra_clip_open) (files->path, files->source, files->exec, error);
  const ArraClipConfig *config;
  Encoder *encoder;
  guint grid;

  if (clip == NULL)
    return NULL;
  config = arra_clip_config (clip);
  grid = config->image_size / config->patch_size;
  encoder = g_new0 (Encoder, 1);
  *encoder = (Encoder) { .clip = clip,
                         .pixels = { .fit = arra_clip_rounds (clip) ? ARRA_VISION_SQUARE_ROUNDED : ARRA_VISION_SQUARE,
                                     .filter = ARRA_FILTER_BICUBIC,
                                     .side = config->image_size,
                                     .size = config->image_size,
                                     .normal = *arra_clip_pixels (clip) } };
  *shape = (ArraVisionShape) { 3,    config->image_size, config->image_size, grid,
                               grid, config->projection, config->projection };
  return encoder;
}

static gboolean
prepare (gconstpointer self, const ArraRaster *raster, float *pixels, GError **error)
{
  return arra_vision_pixels_prepare (&((const Encoder *) self)->pixels, raster, pixels, error);
}

/* All tokens of @n pictures without the class token before those of each. */
static void
leave_out_first (const float *tokens, guint n, gsize n_tokens, gsize width, float *patches)
{
  for (guint i = 0; i < n; i++)
    memcpy (patches + i * (n_tokens - 1) * width, tokens + (i * n_tokens + 1) * width,
            (n_tokens - 1) * width * sizeof *patches);
}

static gboolean
run (gpointer self, guint n, const float *pixels, float *features, float *patches, GError **error)
{
  const Encoder *encoder = self;
  const ArraClipConfig *config = arra_clip_config (encoder->clip);
  gsize n_tokens = arra_clip_picture_tokens (config), width = config->projection;
  ArraClipResults results = { .features = features };
  g_automem float *tokens = NULL;

  if (patches == NULL)
    return arra_clip_run (encoder->clip, n, pixels, &results, error);
  results.patches = tokens = arra_mem_new (n * n_tokens * width, sizeof *tokens, "the patches", error);
  if (tokens == NULL || !arra_clip_run (encoder->clip, n, pixels, &results, error))
    return FALSE;
  leave_out_first (tokens, n, n_tokens, width, patches);
  return TRUE;
}

static gboolean
measure (gpointer self, guint n, gboolean patches, ArraEncoderMemory *memory, GError **error)
{
  const Encoder *encoder = self;
  const ArraClipConfig *config = arra_clip_config (encoder->clip);

  if (!arra_clip_measure (encoder->clip, n, patches, memory, error))
    return FALSE;
  if (patches)
    memory->work += n * arra_clip_picture_tokens (config) * config->projection * sizeof (float);
  return TRUE;
}

static char *
sha256 (gconstpointer self)
{
  return arra_clip_image_sha256 (((const Encoder *) self)->clip);
}

static gboolean
reads_texts (gconstpointer self)
{
  return arra_clip_config (((const Encoder *) self)->clip)->text.width > 0;
}

static gboolean
texts (gpointer self, guint n, const char *const *captions, float *features, GError **error)
{
  return arra_clip_text_features (((const Encoder *) self)->clip, n, captions, features, error);
}

const ArraVisionClass arra_vision_clip
    = { "CLIP", "clip", fits, encoder_open, encoder_free, prepare, run, sha256, measure, reads_texts, texts };
