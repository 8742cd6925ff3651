/* size_box.h - how large a picture is to be: a preset, any other size, or what the model chooses
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <gtk/gtk.h>

typedef struct _ArraSizeBox ArraSizeBox;

/* Lives as long as its widget. @changed: by the user. Takes rows @row and @row + 1 of @grid. */
ArraSizeBox *arra_size_box_new (GtkGrid *grid, int row, void (*changed) (gpointer data), gpointer data);

/* Offers what @checkpoint can make. @like_width, @like_height: as for arra_presets_find(). Keeps the size
 * when that is possible, else takes the checkpoint's own. */
void
arra_size_box_set_checkpoint (ArraSizeBox *box, const ArraCheckpoint *checkpoint, guint like_width, guint like_height);
void arra_size_box_set (ArraSizeBox *box, guint width, guint height); /* 0 x 0: the model chooses */
void arra_size_box_get (ArraSizeBox *box, guint *width, guint *height);
