/* insert_box.h - how pictures become layers, and what goes with them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "dialog.h"
#include "settings.h"

typedef struct _ArraInsertBox ArraInsertBox;

ArraInsertBox *arra_insert_box_new (void); /* lives as long as its widget */
GtkWidget *arra_insert_box_widget (ArraInsertBox *box);
void arra_insert_box_set_place (ArraInsertBox *box, const ArraDialogPlace *place);
void arra_insert_box_load (ArraInsertBox *box, const ArraSettings *settings);
void arra_insert_box_store (ArraInsertBox *box, ArraSettings *settings);
