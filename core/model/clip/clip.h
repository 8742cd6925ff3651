/* clip.h - a CLIP model: features of pictures and of texts in one space (arXiv 2103.00020), also BiomedCLIP
 * (arXiv 2303.00915)
 *
 * A directory in Hugging Face's form: config.json, model.safetensors, preprocessor_config.json (optional),
 * tokenizer.json (for texts; BiomedCLIP: or vocab.txt). Or one in open_clip's, which has
 * open_clip_config.json instead, with OpenAI's names of tensors or, as BiomedCLIP, timm's; or just such a
 * file of weights, whose texts cannot be read.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "clip_config.h"
#include "clip_pixels.h"
#include "encoder_memory.h"
#include "exec.h"
#include "source.h"

/* Not to be used by two threads at once. */
typedef struct _ArraClip ArraClip;

/* @source (nullable): the weights at @path, when they are open already. @exec must outlive what its members
 * point to; it is copied. */
ArraClip *arra_clip_open (const char *path, ArraSource *source, const ArraExec *exec, GError **error);
/* The same without its weights, whose names and shapes are checked: it can be measured, but neither run nor hashed. */
ArraClip *arra_clip_describe (const char *path, ArraSource *source, const ArraExec *exec, GError **error);
void arra_clip_free (ArraClip *clip); /* nullable */

const ArraClipConfig *arra_clip_config (const ArraClip *clip);
const ArraClipPixels *arra_clip_pixels (const ArraClip *clip);
gboolean arra_clip_rounds (const ArraClip *clip); /* whether its pictures are cut as torchvision cuts them */

/* SHA-256 (hex, transfer full) of what decides a picture's features: shape, weights and normalisation of the
 * image encoder; texts have no part in it. */
char *arra_clip_image_sha256 (const ArraClip *clip);

/* Where results go; each is nullable: it is not wanted. */
typedef struct
{
  float *features; /* [n][projection]: of the class token after the last norm */
  float *hidden;   /* [n][tokens][width]: what the last layer gave */
  float *pooled;   /* [n][width]: its class token after the last norm */
  float *normed;   /* [n][tokens][width]: all of it after that norm */
  float *patches;  /* [n][tokens][projection]: and projected */
} ArraClipResults;

/* What its weights take, and running @n pictures does. */
gboolean arra_clip_measure (ArraClip *clip, guint n, gboolean patches, ArraEncoderMemory *memory, GError **error);
/* Of @n pictures, normalised: [n][3][image_size][image_size]. Fails when memory is short. */
gboolean arra_clip_run (ArraClip *clip, guint n, const float *pixels, const ArraClipResults *results, GError **error);

/* Features [n][projection] of captions, not normalised. Longer ones are cut to the model's context. */
gboolean
arra_clip_text_features (ArraClip *clip, guint n, const char *const *captions, float *features, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraClip, arra_clip_free)
