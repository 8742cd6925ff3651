/* presets.h - the sizes worth offering for a checkpoint
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#define ARRA_PRESETS_LARGEST 16384 /* pixels on a side */

typedef enum
{
  ARRA_PRESET_OWN,  /* what the checkpoint makes unasked */
  ARRA_PRESET_LIKE, /* of the shape of what it goes into */
  ARRA_PRESET_OTHER,
  ARRA_PRESET_EXACT, /* of the size of what it goes into, and no size of the checkpoint's own */
  ARRA_PRESET_LARGE, /* larger than the checkpoint makes in one piece */
} ArraPresetKind;

typedef struct
{
  guint width, height; /* pixels */
  ArraPresetKind kind;
} ArraPreset;

/* Whether it may be made in several pieces; others are sizes that the model itself can choose. */
gboolean arra_preset_is_in_pieces (const ArraPreset *preset);

/* Whether the checkpoint makes that size, in one piece or in several. */
gboolean arra_presets_can_make (const ArraCheckpoint *checkpoint, guint width, guint height);

/* Sizes that the checkpoint can make: its own first, then @like_width x @like_height and one of its shape, then squares
 * from small to large, then other shapes of about the own area, then larger ones. @like_width and @like_height (0 x 0:
 * none): the canvas or selection. (transfer full) (element-type ArraPreset): g_array_unref() */
GArray *arra_presets_find (const ArraCheckpoint *checkpoint, guint like_width, guint like_height);

/* What is proposed of these: the one of that shape, else the checkpoint's own, which may be 0 x 0. */
ArraPreset arra_presets_usual (const ArraCheckpoint *checkpoint, guint like_width, guint like_height);
