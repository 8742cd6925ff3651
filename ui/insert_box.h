/* insert_box.h - how pictures become layers, and what goes with them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "dialog.h"
#include "settings.h"

typedef struct _ArraInsertBox ArraInsertBox;

/* Lives as long as its widget. @aimed: the user chose another image, or 0: a new one. @resize: pictures of that
 * size are wanted. @fitted: they are to be fitted to something else. Pictures that are made from what is there go where
 * that is. */
ArraInsertBox *arra_insert_box_new (ArraTask task,
                                    void (*aimed) (int image, gpointer data),
                                    void (*resize) (guint width, guint height, gpointer data),
                                    void (*fitted) (gpointer data),
                                    gpointer data);
GtkWidget *arra_insert_box_widget (ArraInsertBox *box); /* where, and as what */
GtkWidget *arra_insert_box_label (ArraInsertBox *box);  /* what goes with them */
void arra_insert_box_set_place (ArraInsertBox *box, const ArraDialogPlace *place);
/* @images: (nullable): those to choose from; @chosen: the number of one, or 0; @titles: of the host's windows, which
 * name the images that they show: the uppermost comes first */
void arra_insert_box_set_images (ArraInsertBox *box, const GPtrArray *images, int chosen, const char *const *titles);
/* The size of the pictures that are to be inserted, 0 x 0: none; how much they are enlarged for it is said, when it is
 * much. */
void arra_insert_box_set_picture (ArraInsertBox *box, guint width, guint height);
/* What pictures are fitted to; 0 x 0: nothing. */
void arra_insert_box_target (ArraInsertBox *box, guint *width, guint *height);
/* what is possible now of what the user chose, which is what is stored */
ArraInsertMode arra_insert_box_mode (ArraInsertBox *box);
void arra_insert_box_load (ArraInsertBox *box, const ArraSettings *settings);
void arra_insert_box_store (ArraInsertBox *box, ArraSettings *settings);
