/* form.h - the parts that all groups of the dialog are made of: named, labelled, aligned alike
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra-fields.h>
#include <gtk/gtk.h>

#define ARRA_FORM_GAP 6
#define ARRA_FORM_MARGIN 18

/* What assistive technology calls the widget. */
void arra_form_name (GtkWidget *widget, const char *name);

/* A grid for rows of label and widget. */
GtkGrid *arra_form_grid (void);

/* Puts @widget beside a label with a mnemonic, which also becomes the widget's accessible name (without
 * underscore and colon). Returns the label. */
GtkWidget *arra_form_row (GtkGrid *grid, int row, const char *mnemonic, GtkWidget *widget);

/* A label for plain text that wraps, aligned to the start; its text is its accessible name. @dim: less
 * prominent. */
GtkWidget *arra_form_text (gboolean dim);
/* A heading with a mnemonic for @target (nullable: set later). */
GtkWidget *arra_form_heading (const char *mnemonic, GtkWidget *target);

/* A button with a symbolic icon alone: @name is its accessible name and tooltip. */
GtkWidget *arra_form_icon_button (const char *icon, const char *name);
void arra_form_dress_icon (GtkWidget *button, const char *icon, const char *name);
/* A button with a mnemonic. */
GtkWidget *arra_form_button (const char *mnemonic);
void arra_form_set_button (GtkButton *button, const char *mnemonic); /* renames it */

/* @child in a scrolled window that grows with the dialog's width; @framed: with a border. */
GtkWidget *arra_form_scrolled (GtkWidget *child, const char *name, gboolean framed);

/* Destroys all that is in a container. */
void arra_form_empty (GtkWidget *container);

gboolean arra_form_is_enter (const GdkEventKey *event);
/* A number, and a list to choose from (a GtkComboBoxText). The mouse wheel changes them only while they have the
 * keyboard's focus: else it scrolls what is around them. */
GtkWidget *arra_form_spin (double min, double max, double step, guint digits);
/* The same for a number of a request: what forms offer of it */
GtkWidget *arra_form_spin_field (ArraField field, double step, guint digits);
GtkWidget *arra_form_combo (void);
GtkWidget *arra_form_check (const char *mnemonic, const char *hint);

/* A picture of PNG bytes that may come from anybody, at most @side pixels on a side, crisp on HiDPI screens.
 * Returns: (transfer full) (nullable) */
cairo_surface_t *arra_form_thumbnail (const guint8 *png, gsize size, int side, int scale);

/* A modal file chooser above @parent, at the home folder unless another one is set: @response has "response"'s
 * arguments, and destroys it. (transfer none) */
GtkWidget *arra_form_choose_file (GtkWindow *parent,
                                  const char *title,
                                  GtkFileChooserAction action,
                                  const char *accept,
                                  GCallback response,
                                  gpointer data);
