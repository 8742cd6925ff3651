/* map_box.h - whether it is drawn over the shown picture how likely that is, or what a phrase adds to it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

typedef struct _ArraMapBox ArraMapBox;

/* Lives as long as its widget. @changed: something else is to be drawn, or nothing. */
ArraMapBox *arra_map_box_new (void (*changed) (gpointer data), gpointer data);
GtkWidget *arra_map_box_widget (ArraMapBox *box); /* where the phrase is written; seen when there is to be one */
void arra_map_box_add_items (ArraMapBox *box, GtkMenuShell *menu);

gboolean arra_map_box_is_on (ArraMapBox *box);
/* (nullable): what the phrase adds is to be drawn; NULL: how likely the picture is. */
const char *arra_map_box_phrase (ArraMapBox *box);
/* Nothing is to be drawn until it is asked for again; a phrase can stay written. @changed is not called. */
void arra_map_box_end (ArraMapBox *box);
void arra_map_box_turn_off (ArraMapBox *box);
/* @possible: there is a picture to ask about; @phrases: its prompt is text */
void arra_map_box_set_possible (ArraMapBox *box, gboolean possible, gboolean phrases);
