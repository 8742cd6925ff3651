/* insert_box.h - how pictures become layers, and what goes with them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "dialog.h"
#include "settings.h"

typedef struct _ArraInsertBox ArraInsertBox;

/* Lives as long as its widget. @aimed: the user chose another image, or 0: a new one. */
ArraInsertBox *arra_insert_box_new (void (*aimed) (int image, gpointer data), gpointer data);
GtkWidget *arra_insert_box_widget (ArraInsertBox *box);
void arra_insert_box_set_place (ArraInsertBox *box, const ArraDialogPlace *place);
/* @images: (nullable): those to choose from; @chosen: the number of one, or 0; @titles: of the host's windows, which
 * name the images that they show: the uppermost comes first */
void arra_insert_box_set_images (ArraInsertBox *box, const GPtrArray *images, int chosen, const char *const *titles);
/* what is possible now of what the user chose, which is what is stored */
ArraInsertMode arra_insert_box_mode (ArraInsertBox *box);
void arra_insert_box_load (ArraInsertBox *box, const ArraSettings *settings);
void arra_insert_box_store (ArraInsertBox *box, ArraSettings *settings);
