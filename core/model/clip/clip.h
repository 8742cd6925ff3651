/* clip.h - a CLIP model: features of pictures and of texts in one space (arXiv 2103.00020)
 *
 * A directory in Hugging Face's form: config.json, model.safetensors, preprocessor_config.json (optional), tokenizer.json (for texts).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "exec.h"

/* Not to be used by two threads at once. */
typedef struct _ArraClip ArraClip;

/* Which feature of a picture (arXiv 2503.07334, section 4.4). */
typedef enum
{
  ARRA_CLIP_CLS,     /* the projected class token: image_features */
  ARRA_CLIP_AVERAGE, /* the mean of the patches, each after the last norm and projected; the class token is left out */
  ARRA_CLIP_BOTH,    /* one after the other: twice as wide */
} ArraClipAggregation;

/* @exec must outlive what its members point to; it is copied. */
ArraClip *arra_clip_open (const char *directory, const ArraExec *exec, GError **error);
void arra_clip_free (ArraClip *clip); /* nullable */

guint arra_clip_image_size (const ArraClip *clip); /* pixels on a side */
guint arra_clip_feature_width (const ArraClip *clip, ArraClipAggregation aggregation);

/* SHA-256 (hex, transfer full) of what decides a picture's features: shape, weights and normalisation of the image encoder; texts have no part in it. */
char *arra_clip_image_sha256 (const ArraClip *clip);

/* Features [n][feature width], not normalised, of @n pictures: RGB, [image_size][image_size][3] each; they are brought to the model's mean and deviation
 * here. Fails when memory is short. */
gboolean arra_clip_image_features (ArraClip *clip, guint n, const guint8 *const *rgb, ArraClipAggregation aggregation, float *features, GError **error);
/* The same for pictures that are normalised: [n][3][image_size][image_size]. @hidden (nullable): [n][tokens][width], what the last layer gave, @pooled (nullable):
 * [n][width], its class token after the last norm. */
gboolean arra_clip_pixel_features (ArraClip *clip, guint n, const float *pixels, ArraClipAggregation aggregation, float *features, float *hidden, float *pooled, GError **error);

/* Features [n][feature width of CLS] of captions, not normalised. Longer ones are cut to the model's context. */
gboolean arra_clip_text_features (ArraClip *clip, guint n, const char *const *captions, float *features, GError **error);

/* The factor that turns cosines into the logits it was trained with. */
float arra_clip_logit_scale (const ArraClip *clip);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraClip, arra_clip_free)
