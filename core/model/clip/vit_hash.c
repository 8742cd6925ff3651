/* vit_hash.c - what decides the features of a picture
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "clip_graph.h"

static void
add_shape (GChecksum *sum, const ArraClipConfig *config)
{
  const ArraClipTower *tower = &config->vision;
  const guint32 counts[] = { tower->width,       tower->intermediate,         tower->n_layers,    tower->n_heads,
                             config->projection, (guint32) tower->exact_gelu, config->image_size, config->patch_size };

  g_checksum_update (sum, (const guchar *) counts, sizeof counts);
  g_checksum_update (sum, (const guchar *) &tower->eps, sizeof tower->eps);
}

GChecksum *
arra_vit_hash (const ArraClipConfig *config, const ArraParameters *parameters, const ArraClipPixels *pixels)
{
  static const char *const pictures[] = { "vision_model.", "visual_projection.", NULL };
  GChecksum *sum = g_checksum_new (G_CHECKSUM_SHA256);

  add_shape (sum, config);
  g_checksum_update (sum, (const guchar *) pixels, sizeof *pixels);
  arra_parameters_hash (parameters, pictures, sum);
  return sum;
}
