/* class_box.h - a prompt that is one of the classes which a checkpoint makes pictures of: found by its names or its
 * number
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

typedef struct _ArraClassBox ArraClassBox;

/* Lives as long as its widget. @changed: the text; @submit: Enter was pressed, and the text is a class, or like none.
 */
ArraClassBox *arra_class_box_new (void (*changed) (gpointer data), void (*submit) (gpointer data), gpointer data);
GtkWidget *arra_class_box_widget (ArraClassBox *box);
GtkWidget *arra_class_box_entry (ArraClassBox *box); /* where the text is written */

/* As arra_checkpoint_classes() has them; copied. Empty: they have no names. */
void arra_class_box_set_classes (ArraClassBox *box, const char *const *classes);
/* The text is no class, but begins or is part of one: the list shows which. */
gboolean arra_class_box_is_searching (ArraClassBox *box);
const char *arra_class_box_get (ArraClassBox *box); /* valid until it changes */
void arra_class_box_set (ArraClassBox *box, const char *text);
