/* presets.h - the sizes worth offering for a checkpoint
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef enum
{
  ARRA_PRESET_OWN,  /* what the checkpoint makes unasked */
  ARRA_PRESET_LIKE, /* of the shape of what it goes into */
  ARRA_PRESET_OTHER,
} ArraPresetKind;

typedef struct
{
  guint width, height; /* pixels */
  ArraPresetKind kind;
} ArraPreset;

/* Sizes that the checkpoint can make: its own first, then one like @like_width x @like_height, then squares from small
 * to large, then other shapes of about the own area. @like_width and @like_height (0 x 0: none): the canvas or
 * selection, whose shape is offered, too. (transfer full) (element-type ArraPreset): g_array_unref() */
GArray *arra_presets_find (const ArraCheckpoint *checkpoint, guint like_width, guint like_height);
