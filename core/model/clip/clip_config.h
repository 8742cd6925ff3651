/* clip_config.h - the shape of a CLIP model, as Hugging Face's config.json has it
 *
 * Reference: transformers, models/clip/configuration_clip.py (defaults of members that are missing are its);
 * for BiomedCLIP, whose pictures go through a plain ViT and whose texts through BERT,
 * configuration_biomed_clip.py of its port.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <json-glib/json-glib.h>

typedef struct
{
  guint width, intermediate, n_layers, n_heads;
  float eps;           /* of the norms */
  gboolean exact_gelu; /* hidden_act "gelu", not "quick_gelu" */
  gboolean norm_after; /* each norm follows what it goes with and the addition (BERT), instead of coming before */
} ArraClipTower;

typedef struct
{
  ArraClipTower vision, text;
  guint image_size, patch_size;
  guint vocab_size, context;
  guint bos, eos;         /* ids around a text */
  guint projection;       /* width of features; 0: they are not projected (a ViT that stands alone) */
  gboolean plain_patches; /* patches have a bias, and no norm comes before the first layer (ViT) */
  guint token_types;      /* BERT's; its text is that of type 0 */
  guint text_hidden;      /* BERT's projection of texts has two layers, with a GELU and so many numbers between
                             them */
  double logit_scale;     /* where an untrained one begins */
} ArraClipConfig;

/* Reads the root of config.json; @name starts messages. Every number is checked. UNSUPPORTED: another model,
 * activation or number of channels. */
gboolean arra_clip_config_read (ArraClipConfig *config, JsonObject *root, const char *name, GError **error);
/* The same checks for a shape from elsewhere. */
gboolean arra_clip_config_check (const ArraClipConfig *config, const char *name, GError **error);
/* The text of such a config.json. (transfer full) */
char *arra_clip_config_to_json (const ArraClipConfig *config);

/* Tokens of a picture: its patches, and the class token before them. */
guint arra_clip_picture_tokens (const ArraClipConfig *config);
