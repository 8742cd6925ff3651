/* get_row.c - one checkpoint that can be got: what it draws, what it takes, or why it cannot be used
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "get_row.h"

#include <glib/gi18n-lib.h>

#include "form.h"
#include "words.h"

static GtkWidget *
add_text (GtkWidget *box, const char *text, gboolean dim)
{
  GtkWidget *label = arra_form_text (dim);

  gtk_label_set_text (GTK_LABEL (label), text);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 60);
  gtk_container_add (GTK_CONTAINER (box), label);
  return label;
}

static void
append (GString *line, char *part)
{
  if (line->len > 0)
    g_string_append (line, " · ");
  g_string_append (line, part);
  g_free (part);
}

/* @format has "%s" for the bytes. */
static void
append_bytes (GString *line, const char *format, guint64 bytes)
{
  g_autofree char *words = arra_words_bytes (bytes);
  g_auto (GStrv) parts = g_strsplit (format, "%s", 2);

  if (bytes > 0)
    append (line, g_strjoinv (words, parts));
}

/* (transfer full): what it takes; what is not known is left out */
static char *
needs_of (const ArraOffer *offer)
{
  GString *line = g_string_new (NULL);
  g_autofree char *duration = arra_words_duration (offer->seconds);

  if (offer->side > 0)
    append (line, g_strdup_printf (_ ("%u × %u pixels"), offer->side, offer->side));
  append_bytes (line, _ ("%s to fetch"), offer->fetched_bytes);
  if (offer->fetched_bytes == 0)
    append (line, g_strdup (_ ("the hub says how much is fetched")));
  append_bytes (line, _ ("%s on the disk then"), offer->file_bytes);
  append_bytes (line, _ ("%s of memory"), offer->memory);
  if (offer->seconds > 0 && offer->seconds < 1)
    append (line, g_strdup_printf (_ ("a picture in %s on this computer (estimated)"), duration));
  else if (offer->seconds > 0)
    append (line, g_strdup_printf (_ ("a picture in about %s on this computer (estimated)"), duration));
  return g_string_free (line, FALSE);
}

GtkWidget *
arra_get_row_new (const ArraOffer *offer)
{
  g_autofree char *title = arra_words_plain (offer->title, 80), *draws = arra_words_plain (offer->draws, 400);
  g_autofree char *problem = arra_words_plain (offer->problem, 400), *needs = needs_of (offer);
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  gtk_style_context_add_class (gtk_widget_get_style_context (add_text (box, title, FALSE)), "arra-heading");
  add_text (box, draws, FALSE);
  add_text (box, needs, TRUE);
  if (offer->problem != NULL)
    add_text (box, problem, FALSE);
  g_object_set (box, "margin", ARRA_FORM_GAP, NULL);
  gtk_container_add (GTK_CONTAINER (row), box);
  gtk_widget_set_sensitive (row, offer->problem == NULL);
  arra_form_name (row, title);
  atk_object_set_description (gtk_widget_get_accessible (row), offer->problem != NULL ? problem : draws);
  return row;
}
