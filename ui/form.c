/* form.c - the parts that all groups of the dialog are made of: named, labelled, aligned alike
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "form.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define LABEL_WIDTH 17 /* characters: so that the columns of grids below each other begin alike */

void
arra_form_name (GtkWidget *widget, const char *name)
{
  atk_object_set_name (gtk_widget_get_accessible (widget), name);
}

/* "Si_ze:" names a widget "Size". */
static void
name_by (GtkWidget *widget, const char *mnemonic)
{
  g_auto (GStrv) parts = g_strsplit (mnemonic, "_", -1);
  g_autofree char *name = g_strjoinv ("", parts);

  if (g_str_has_suffix (name, ":"))
    name[strlen (name) - 1] = '\0';
  arra_form_name (widget, name);
}

GtkGrid *
arra_form_grid (void)
{
  GtkGrid *grid = GTK_GRID (gtk_grid_new ());

  gtk_grid_set_row_spacing (grid, ARRA_FORM_GAP);
  gtk_grid_set_column_spacing (grid, 2 * ARRA_FORM_GAP);
  return grid;
}

GtkWidget *
arra_form_row (GtkGrid *grid, int row, const char *mnemonic, GtkWidget *widget)
{
  GtkWidget *label = gtk_label_new_with_mnemonic (mnemonic);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_width_chars (GTK_LABEL (label), LABEL_WIDTH);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), widget);
  gtk_widget_set_hexpand (widget, TRUE);
  name_by (widget, mnemonic);
  gtk_grid_attach (grid, label, 0, row, 1, 1);
  gtk_grid_attach (grid, widget, 1, row, 1, 1);
  return label;
}

GtkWidget *
arra_form_text (gboolean dim)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_yalign (GTK_LABEL (label), 0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  if (dim)
    gtk_style_context_add_class (gtk_widget_get_style_context (label), GTK_STYLE_CLASS_DIM_LABEL);
  return label;
}

GtkWidget *
arra_form_heading (const char *mnemonic, GtkWidget *target)
{
  GtkWidget *label = gtk_label_new_with_mnemonic (mnemonic);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), "arra-heading");
  if (target != NULL)
    {
      gtk_label_set_mnemonic_widget (GTK_LABEL (label), target);
      name_by (target, mnemonic);
    }
  return label;
}

void
arra_form_dress_icon (GtkWidget *button, const char *icon, const char *name)
{
  gtk_container_add (GTK_CONTAINER (button), gtk_image_new_from_icon_name (icon, GTK_ICON_SIZE_BUTTON));
  gtk_widget_set_tooltip_text (button, name);
  arra_form_name (button, name);
}

GtkWidget *
arra_form_icon_button (const char *icon, const char *name)
{
  GtkWidget *button = gtk_button_new ();

  arra_form_dress_icon (button, icon, name);
  return button;
}

GtkWidget *
arra_form_button (const char *mnemonic)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (mnemonic);

  name_by (button, mnemonic);
  return button;
}

void
arra_form_set_button (GtkButton *button, const char *mnemonic)
{
  gtk_button_set_label (button, mnemonic);
  name_by (GTK_WIDGET (button), mnemonic);
}

GtkWidget *
arra_form_scrolled (GtkWidget *child, const char *name, gboolean framed)
{
  GtkWidget *scrolled = gtk_scrolled_window_new (NULL, NULL);

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  if (framed)
    gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (scrolled), GTK_SHADOW_IN);
  gtk_container_add (GTK_CONTAINER (scrolled), child);
  arra_form_name (scrolled, name);
  return scrolled;
}

static void
destroy_child (GtkWidget *child, gpointer data)
{
  gtk_widget_destroy (child);
}

void
arra_form_empty (GtkWidget *container)
{
  gtk_container_foreach (GTK_CONTAINER (container), destroy_child, NULL);
}

static gboolean
has_focus (GtkWidget *widget)
{
  GtkWidget *window = gtk_widget_get_toplevel (widget);
  GtkWidget *focus = GTK_IS_WINDOW (window) ? gtk_window_get_focus (GTK_WINDOW (window)) : NULL;

  return focus != NULL && (focus == widget || gtk_widget_is_ancestor (focus, widget));
}

/* The widget's own handler is kept from the wheel, which goes on to what scrolls around the widget. */
static gboolean
scrolled_over (GtkWidget *widget, GdkEventScroll *event, gpointer data)
{
  if (!has_focus (widget))
    g_signal_stop_emission_by_name (widget, "scroll-event");
  return GDK_EVENT_PROPAGATE;
}

GtkWidget *
arra_form_combo (void)
{
  GtkWidget *combo = gtk_combo_box_text_new ();
  g_autoptr (GList) cells = gtk_cell_layout_get_cells (GTK_CELL_LAYOUT (combo));

  g_object_set (cells->data, "ellipsize", PANGO_ELLIPSIZE_MIDDLE, NULL);
  g_signal_connect (combo, "scroll-event", G_CALLBACK (scrolled_over), NULL);
  return combo;
}

GtkWidget *
arra_form_spin (double min, double max, double step, guint digits)
{
  GtkWidget *spin = gtk_spin_button_new_with_range (min, max, step);

  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (spin), digits);
  gtk_entry_set_activates_default (GTK_ENTRY (spin), TRUE);
  g_signal_connect (spin, "scroll-event", G_CALLBACK (scrolled_over), NULL);
  return spin;
}

GtkWidget *
arra_form_spin_field (ArraField field, double step, guint digits)
{
  const ArraFieldInfo *info = arra_field (field);

  return arra_form_spin (info->low, info->high, step, digits);
}

gboolean
arra_form_is_enter (const GdkEventKey *event)
{
  return event->keyval == GDK_KEY_Return || event->keyval == GDK_KEY_KP_Enter || event->keyval == GDK_KEY_ISO_Enter;
}

GtkWidget *
arra_form_check (const char *mnemonic, const char *hint)
{
  GtkWidget *check = gtk_check_button_new_with_mnemonic (mnemonic);

  name_by (check, mnemonic);
  gtk_widget_set_tooltip_text (check, hint);
  return check;
}

#define MOST_PIXELS 4096 /* on a side, of a thumbnail before it is made small */

/* Refuses pictures that would unpack to more than a thumbnail should. */
static void
check_size (GdkPixbufLoader *loader, int width, int height, gpointer data)
{
  if (width > MOST_PIXELS || height > MOST_PIXELS)
    gdk_pixbuf_loader_set_size (loader, 0, 0);
}

static GdkPixbuf *
shrink (GdkPixbuf *pixbuf, int side)
{
  const int width = gdk_pixbuf_get_width (pixbuf), height = gdk_pixbuf_get_height (pixbuf),
            longer = MAX (width, height);

  return gdk_pixbuf_scale_simple (pixbuf, MAX (1, width * side / longer), MAX (1, height * side / longer),
                                  GDK_INTERP_BILINEAR);
}

cairo_surface_t *
arra_form_thumbnail (const guint8 *png, gsize size, int side, int scale)
{
  g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new_with_type ("png", NULL);
  g_autoptr (GdkPixbuf) small = NULL;
  GdkPixbuf *pixbuf;
  gboolean sound;

  if (loader == NULL)
    return NULL;
  g_signal_connect (loader, "size-prepared", G_CALLBACK (check_size), NULL);
  sound = gdk_pixbuf_loader_write (loader, png, size, NULL);
  sound = gdk_pixbuf_loader_close (loader, NULL) && sound;
  pixbuf = sound ? gdk_pixbuf_loader_get_pixbuf (loader) : NULL;
  small = pixbuf != NULL ? shrink (pixbuf, side * scale) : NULL;
  return small != NULL ? gdk_cairo_surface_create_from_pixbuf (small, scale, NULL) : NULL;
}

GtkWidget *
arra_form_choose_file (GtkWindow *parent,
                       const char *title,
                       GtkFileChooserAction action,
                       const char *accept,
                       GCallback response,
                       gpointer data)
{
  GtkWidget *chooser = gtk_file_chooser_dialog_new (title, parent, action, _ ("_Cancel"), GTK_RESPONSE_CANCEL, accept,
                                                    GTK_RESPONSE_ACCEPT, NULL);

  gtk_window_set_modal (GTK_WINDOW (chooser), TRUE);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (chooser), TRUE);
  gtk_dialog_set_default_response (GTK_DIALOG (chooser), GTK_RESPONSE_ACCEPT);
  /* else it shows files of late, where a path that is typed cannot be added */
  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (chooser), g_get_home_dir ());
  g_signal_connect (chooser, "response", response, data);
  gtk_window_present (GTK_WINDOW (chooser));
  return chooser;
}
