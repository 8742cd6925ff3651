/* checkpoint_row.c - one checkpoint among others: thumbnail, name, domain, or why it cannot be used
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint_row.h"

#include <glib/gi18n-lib.h>

#include "form.h"
#include "words.h"

static GtkWidget *
new_line (const char *text, guint max, gboolean dim)
{
  g_autofree char *plain = arra_words_plain (text, max);
  GtkWidget *label = gtk_label_new (plain);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (dim)
    gtk_style_context_add_class (gtk_widget_get_style_context (label), GTK_STYLE_CLASS_DIM_LABEL);
  return label;
}

static GtkWidget *
new_thumbnail (const ArraCard *card, int side)
{
  const int scale = gdk_monitor_get_scale_factor (gdk_display_get_monitor (gdk_display_get_default (), 0));
  cairo_surface_t *surface = NULL;
  GtkWidget *image;

  if (card != NULL && card->thumbnail != NULL)
    surface = arra_form_thumbnail (card->thumbnail, card->thumbnail_size, side, scale);
  if (surface != NULL)
    image = gtk_image_new_from_surface (surface);
  else
    image = gtk_image_new_from_icon_name (card != NULL ? "image-x-generic-symbolic" : "dialog-warning-symbolic",
                                          GTK_ICON_SIZE_DND);
  g_clear_pointer (&surface, cairo_surface_destroy);
  gtk_widget_set_size_request (image, side, side);
  arra_form_name (image, _ ("Thumbnail"));
  return image;
}

/* The last part of a path names what has no name of its own. */
static char *
name_of (const ArraCard *card, const char *path)
{
  return card != NULL ? g_strdup (card->name) : g_filename_display_basename (path);
}

static GtkWidget *
new_texts (const char *name, const char *under)
{
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  gtk_widget_set_valign (texts, GTK_ALIGN_CENTER);
  gtk_container_add (GTK_CONTAINER (texts), new_line (name, 80, FALSE));
  if (under != NULL)
    gtk_container_add (GTK_CONTAINER (texts), new_line (under, 120, TRUE));
  return texts;
}

static GtkWidget *
new_line_of (GtkWidget *thumbnail, GtkWidget *texts)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2 * ARRA_FORM_GAP);

  gtk_box_pack_start (GTK_BOX (line), thumbnail, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (line), texts, TRUE, TRUE, 0);
  return line;
}

GtkWidget *
arra_checkpoint_row_face (const ArraCard *card, const char *path, int side)
{
  g_autofree char *base = g_filename_display_basename (path);

  return new_line_of (new_thumbnail (card, side), new_texts (card->name, card->domain != NULL ? card->domain : base));
}

GtkWidget *
arra_checkpoint_row_new (const ArraFound *found, const char *problem)
{
  const ArraCard *card = found->checkpoint != NULL ? arra_checkpoint_card (found->checkpoint) : NULL;
  g_autofree char *name = name_of (card, found->path);
  g_autofree char *plain = arra_words_plain (name, 80);
  g_autofree char *words = arra_words_plain (problem, 400);
  g_autofree char *shown = g_filename_display_name (found->path);
  GtkWidget *row = gtk_list_box_row_new (), *inside;

  if (problem == NULL)
    inside = arra_checkpoint_row_face (card, found->path, 48);
  else
    {
      GtkWidget *texts = new_texts (name, NULL), *reason = arra_form_text (FALSE);

      gtk_label_set_text (GTK_LABEL (reason), words);
      gtk_label_set_max_width_chars (GTK_LABEL (reason), 40);
      gtk_container_add (GTK_CONTAINER (texts), reason);
      inside = new_line_of (new_thumbnail (NULL, 48), texts);
    }
  g_object_set (inside, "margin", ARRA_FORM_GAP, NULL);
  gtk_container_add (GTK_CONTAINER (row), inside);
  gtk_widget_set_tooltip_text (row, shown);
  gtk_widget_set_sensitive (row, problem == NULL);
  arra_form_name (row, plain);
  atk_object_set_description (gtk_widget_get_accessible (row), words);
  return row;
}
