/* notice.c - what went wrong or must be known, said where it happens
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "notice.h"

#include <glib/gi18n-lib.h>

#include "form.h"
#include "words.h"

#define LONGEST 600 /* characters */

struct _ArraNotice
{
  GtkWidget *bar, *label;
};

ArraNotice *
arra_notice_new (void)
{
  ArraNotice *notice = g_new0 (ArraNotice, 1);

  notice->bar = gtk_info_bar_new ();
  notice->label = arra_form_text (FALSE);
  gtk_label_set_selectable (GTK_LABEL (notice->label), TRUE);
  gtk_widget_set_can_focus (notice->label, FALSE);
  gtk_label_set_yalign (GTK_LABEL (notice->label), 0.5);
  gtk_info_bar_set_show_close_button (GTK_INFO_BAR (notice->bar), TRUE);
  gtk_container_add (GTK_CONTAINER (gtk_info_bar_get_content_area (GTK_INFO_BAR (notice->bar))), notice->label);
  gtk_widget_show (notice->label);
  gtk_widget_set_no_show_all (notice->bar, TRUE);
  arra_form_name (notice->bar, _ ("Message"));
  g_signal_connect_swapped (notice->bar, "response", G_CALLBACK (arra_notice_hide), notice);
  g_object_set_data_full (G_OBJECT (notice->bar), "arra-notice", notice, g_free);
  return notice;
}

GtkWidget *
arra_notice_widget (ArraNotice *notice)
{
  return notice->bar;
}

void
arra_notice_show (ArraNotice *notice, GtkMessageType type, const char *text)
{
  g_autofree char *plain = arra_words_plain (text, LONGEST);

  gtk_info_bar_set_message_type (GTK_INFO_BAR (notice->bar), type);
  gtk_label_set_text (GTK_LABEL (notice->label), plain);
  gtk_widget_show (notice->bar);
  gtk_info_bar_set_revealed (GTK_INFO_BAR (notice->bar), TRUE);
}

void
arra_notice_hide (ArraNotice *notice)
{
  gtk_widget_hide (notice->bar);
}
