/* seamless_box.h - whether a picture is to be a tile, and which of its edges fit each other
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

typedef struct _ArraSeamlessBox ArraSeamlessBox;

/* Lives as long as its widget. @changed: by the user. Takes row @row of @grid. */
ArraSeamlessBox *arra_seamless_box_new (GtkGrid *grid, int row, void (*changed) (gpointer data), gpointer data);
/* ArraSeamless */
void arra_seamless_box_set (ArraSeamlessBox *box, guint seamless);
guint arra_seamless_box_get (ArraSeamlessBox *box);
