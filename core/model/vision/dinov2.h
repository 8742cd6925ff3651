/* dinov2.h - DINOv2's vision transformers (arXiv 2304.07193): features of pictures of any size that patches
 * divide
 *
 * Reference: transformers, models/dinov2/modeling_dinov2.py. Files: those of transformers, and
 * facebookresearch/dinov2's.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "clip_config.h"
#include "clip_pixels.h"
#include "encoder_memory.h"
#include "exec.h"
#include "source.h"

typedef struct _ArraDinov2 ArraDinov2; /* not to be used by two threads at once */

/* Whether it is a file of one of these, by the names of its tensors. */
gboolean arra_dinov2_fits (const ArraSource *source);
/* @path: a folder, whose config.json (nullable: heads of 64 numbers) says how many heads there are, or a
 * file. UNSUPPORTED: forms with registers or SwiGLU. */
ArraDinov2 *arra_dinov2_open (const char *path, ArraSource *source, const ArraExec *exec, GError **error);
/* The same without its weights, whose names and shapes are checked: it can be measured, but neither run nor hashed. */
ArraDinov2 *arra_dinov2_describe (const char *path, ArraSource *source, const ArraExec *exec, GError **error);
void arra_dinov2_free (ArraDinov2 *dino); /* nullable */
const ArraClipConfig *arra_dinov2_config (const ArraDinov2 *dino);

/* What its weights take, and running a picture of that size does. */
gboolean arra_dinov2_measure (ArraDinov2 *dino,
                              gsize height,
                              gsize width,
                              gboolean patches,
                              ArraEncoderMemory *memory,
                              GError **error);
/* Of one picture, normalised: [3][height][width], both multiples of the patch. @cls (nullable): [width],
 * @patches (nullable): [rows][columns][width], both after the last norm. */
gboolean arra_dinov2_run (ArraDinov2 *dino,
                          gsize height,
                          gsize width,
                          const float *pixels,
                          float *cls,
                          float *patches,
                          GError **error);
/* SHA-256 of shape, weights and @normal, to which the caller adds what else decides features. (transfer full)
 */
GChecksum *arra_dinov2_hash (const ArraDinov2 *dino, const ArraClipPixels *normal);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraDinov2, arra_dinov2_free)
