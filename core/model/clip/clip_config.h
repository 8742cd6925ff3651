/* clip_config.h - the shape of a CLIP model, as Hugging Face's config.json has it
 *
 * Reference: transformers, models/clip/configuration_clip.py (defaults of members that are missing are its).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <json-glib/json-glib.h>

typedef struct
{
  guint width, intermediate, n_layers, n_heads;
  float eps;           /* of the norms */
  gboolean exact_gelu; /* hidden_act "gelu", not "quick_gelu" */
} ArraClipTower;

typedef struct
{
  ArraClipTower vision, text;
  guint image_size, patch_size;
  guint vocab_size, context;
  guint bos, eos; /* ids around a text */
  guint projection; /* width of features */
  double logit_scale; /* where an untrained one begins */
} ArraClipConfig;

/* Reads the root of config.json; @name starts messages. Every number is checked. UNSUPPORTED: another model, activation or number of channels. */
gboolean arra_clip_config_read (ArraClipConfig *config, JsonObject *root, const char *name, GError **error);
/* The same checks for a shape from elsewhere. */
gboolean arra_clip_config_check (const ArraClipConfig *config, const char *name, GError **error);
/* The text of such a config.json. (transfer full) */
char *arra_clip_config_to_json (const ArraClipConfig *config);

/* Tokens of a picture: its patches, and the class token before them. */
guint arra_clip_picture_tokens (const ArraClipConfig *config);
