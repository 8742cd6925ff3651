/* clip_settings.h - how an image and text encoder is trained, as its configuration says
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "clip_config.h"
#include "learner.h"
#include "tokenizer.h"
#include "yamlfile.h"

typedef struct
{
  guint crop; /* the model's image_size */
  /* pictures' values, 0..1, are multiplied around a half by 1 - contrast .. 1 + contrast, and moved by up to brightness
   */
  double contrast, brightness;
} ArraClipAugmentation;

typedef struct
{
  ArraClipConfig model;
  ArraClipAugmentation augmentation;
  /* pictures of a step; pixels on a side in memory; pictures of each data set that are held out */
  guint batch, size, held;
  ArraLearnerSettings learner;
  char *tokenizer;   /* its path */
  char *start, *end; /* tokens around a text */
} ArraClipSettings;

/* Reads (default):
 *   model.tokenizer             tokenizer.json, or its folder; must be there
 *   model.start, model.end      tokens around a caption ("<s>", "<reserved08706>"); the feature is taken at the end
 *   model.image_size (128), .patch_size (16), .width (192), .layers (6), .heads (3)
 *   model.text_width (128), .text_layers (3), .text_heads (2), .context (64: tokens of a caption, start and end
 * included) model.projection (128), .average (0) data.path, data.paths       data sets with captions (picture_supply.h)
 *   data.size (image_size + 8), .validation (64: held out of each data set), .batch (96), .contrast (0.1), .brightness
 * (0.05) optimizer.method (adamw; or muon), .momentum (0.95; of muon) optimizer.beta1 (0.9), .beta2 (0.98),
 * .weight_decay (0.05), .clip (1) The vocabulary and the ids of start and end are left to be set by the tokenizer. */
gboolean arra_clip_settings_read (ArraClipSettings *settings, const ArraYaml *config, GError **error);
void arra_clip_settings_clear (ArraClipSettings *settings);

/* Sets what the tokenizer decides, and checks the whole shape. */
gboolean arra_clip_settings_adopt (ArraClipSettings *settings,
                                   const ArraYaml *config,
                                   const ArraTokenizer *tokenizer,
                                   GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ArraClipSettings, arra_clip_settings_clear)
