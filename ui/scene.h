/* scene.h - a part of a host's image that pictures are made from: what is seen there, and what of it is made anew
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

typedef struct
{
  int image;           /* its number among those of ArraDialogHost.images; 0: none */
  int x, y;            /* where in the image it begins */
  guint width, height; /* pixels */
  guint8 *pixels;      /* [height][width][3], 8-bit sRGB */
  guint8 *unknown;     /* (nullable): [height][width]: 255 where nothing is to be read, for it is made; else 0 */
  guint8 *mask;        /* (nullable): [height][width]: how much of what is made is shown; NULL: all of it */
} ArraScene;

/* Counted; whoever fills it in does so before others have it. @holed: with @unknown and @mask, all 0. NULL with
 * ARRA_ERROR_NO_MEMORY. */
ArraScene *arra_scene_new (int image, int x, int y, guint width, guint height, gboolean holed, GError **error);
ArraScene *arra_scene_ref (ArraScene *scene);
void arra_scene_unref (ArraScene *scene);

/* The bounding box of what is shown of it; FALSE: nothing is. */
gboolean arra_scene_shown (const ArraScene *scene, guint *left, guint *top, guint *width, guint *height);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraScene, arra_scene_unref)
