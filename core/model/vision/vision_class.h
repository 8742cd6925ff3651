/* vision_class.h - what a network says of itself to be an image encoder
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "vision_encoder.h"

/* What it is opened from. */
typedef struct
{
  const char *path;
  ArraSource *source;
  const ArraExec *exec;
  gboolean described; /* weights are checked, not read: it is measured, and neither run nor hashed */
} ArraVisionFiles;

typedef struct
{
  const char *name;
  const char *model_type;                      /* (nullable): of config.json */
  gboolean (*fits) (const ArraSource *source); /* whether the tensors are its own */
  gpointer (*open) (const ArraVisionFiles *files, ArraVisionShape *shape, GError **error);
  void (*free) (gpointer self);
  gboolean (*prepare) (gconstpointer self, const ArraRaster *raster, float *pixels, GError **error);
  gboolean (*run) (gpointer self, guint n, const float *pixels, float *features, float *patches, GError **error);
  char *(*sha256) (gconstpointer self);
  /* What it takes itself, @n pictures being run at once and @patches wanted. */
  gboolean (*measure) (gpointer self, guint n, gboolean patches, ArraEncoderMemory *memory, GError **error);
  gboolean (*reads_texts) (gconstpointer self); /* (nullable) */
  gboolean (
      *texts) (gpointer self, guint n, const char *const *texts, float *features, GError **error); /* (nullable) */
} ArraVisionClass;

/* The mean of @n rows of @width; sums in double, in their order. */
void arra_vision_average (const float *patches, gsize n, gsize width, float *out);

extern const ArraVisionClass arra_vision_clip, arra_vision_dinov2, arra_vision_sam, arra_vision_inception,
    arra_vision_densenet;
