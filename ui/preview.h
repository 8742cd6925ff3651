/* preview.h - the place where a picture forms, row by row
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <gtk/gtk.h>

typedef struct _ArraPreview ArraPreview;

typedef struct
{
  /* the checkpoint's card says so, and a note says that the picture is synthetic: the note goes with the picture,
   * whatever checkpoint is chosen meanwhile */
  gboolean medical;
  guint whole_height; /* pixels: with the rows that are not finished */
  guint seamless;     /* ArraSeamless: a finished picture is shown three times along these edges */
  guint row_height;   /* pixels of a row of tokens that can be chosen; 0: none can */
} ArraPreviewLook;

/* Lives as long as its widget. @row_chosen: the user did so, by a click or the keys up and down; 1 is the uppermost, 0:
 * none any more. */
ArraPreview *arra_preview_new (void (*row_chosen) (guint row, gpointer data), gpointer data);
GtkWidget *arra_preview_widget (ArraPreview *preview);

/* Shows @picture, the finished rows of one that may be taller. No row of it is chosen. */
void arra_preview_set_picture (ArraPreview *preview, const ArraPicture *picture, const ArraPreviewLook *look);
/* What is drawn over the picture, which loses its colours meanwhile. */
typedef struct
{
  const guint8 *grey; /* [height][width], as arra_checkpoint_map_grey() draws it */
  guint width, height;
  const char *phrase; /* (nullable): it is of what this adds */
} ArraPreviewMap;

/* @map: (nullable): nothing, as after another picture was set */
void arra_preview_set_map (ArraPreview *preview, const ArraPreviewMap *map);
/* An empty frame of this shape, while no row is finished. */
void arra_preview_set_frame (ArraPreview *preview, guint width, guint height, gboolean medical);
/* What pictures are fitted to, whose shape is cut out of their middle: what is cut off is dimmed. 0 x 0: nothing. */
void arra_preview_set_target (ArraPreview *preview, guint width, guint height);
/* What the hint says while there is no picture. @ready: the prompt is written. */
void arra_preview_set_ready (ArraPreview *preview, gboolean ready);
