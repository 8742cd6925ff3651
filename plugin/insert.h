/* insert.h - pictures become layers
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "host.h"

typedef struct
{
  const ArraPicture *picture;
  const char *prompt; /* (nullable): names the layer */
  const char *recipe; /* (nullable) */
  gboolean medical;   /* say that it is not for diagnosis */
  /* (nullable): what it was made from: the layer comes there, masked as that says, in an image that was there before */
  const ArraScene *scene;
} InsertPicture;

typedef struct
{
  HostImage image; /* in and out: an image that is gone, or HOST_NONE, is replaced by a new one */
  HostImage own;   /* in and out: the image made here, HOST_NONE when there is none */
  ArraInsertMode place;
  gboolean label;   /* say in the image's metadata that AI made it */
  gboolean display; /* show a new image */
} InsertTarget;

/* Inserts all pictures in one undo step, several as a group whose first one is on top and alone seen, or none of them;
 * appends the new layers to @layers (of HostLayer). */
gboolean
insert_pictures (InsertTarget *target, const InsertPicture *pictures, guint n_pictures, GArray *layers, GError **error);
GimpImageType insert_layer_type (HostImage image); /* with alpha */
/* A map of @scene, [height][width], as a grey layer or as the selection, in one undo step. */
gboolean insert_map (PluginCall *call, const ArraScene *scene, const guint8 *map, gboolean medical, GError **error);
/* The selection's bounding box; FALSE without a selection. */
gboolean insert_selection_box (HostImage image, int *x, int *y, int *width, int *height);
/* Whether the place is there: a selection to fit to. */
gboolean insert_check_place (HostImage image, ArraInsertMode place, GError **error);
