/* feature_file.h - features of pictures, extracted once: NAME_visual_feature.pt by the reference's rules
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Reference: ARRA arra/model/modeling_xllmx_chameleon_align.py, load_feature_for_image. */
typedef enum
{
  ARRA_FEATURES_MIMIC,      /* .../A/B/C/NAME.ext: ROOT/A/visual_features/NAME_visual_feature.pt */
  ARRA_FEATURES_LAION_COCO, /* .../A/NAME.ext: ROOT/A/NAME_visual_feature.pt */
} ArraFeatureLayout;

/* (transfer full): NULL with @error set when @image lies in too few folders, or has no name. */
char *arra_feature_path (ArraFeatureLayout layout, const char *root, const char *image, GError **error);

/* How many numbers the one tensor of @path holds, 1..@max. */
gboolean arra_feature_width (const char *path, guint max, guint *width, GError **error);

/* Reads the @width numbers of the one tensor of @path (torch.save's zip form, any shape and float type) into @feature:
 * finite, or an error, after which @feature is undefined. */
gboolean arra_feature_read (const char *path, guint width, float *feature, GError **error);
