/* card_view.c - what a checkpoint says about itself, and what it needs of this machine
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "card_view.h"

#include <glib/gi18n-lib.h>

#include "form.h"
#include "words.h"

#define LONGEST 600  /* characters of a field */
#define BRIEF 24     /* of a licence in the one line */
#define ENDLESS 4000 /* of its tooltip, which has all of it */

enum
{
  ROW_TRAINING,
  ROW_USE,
  ROW_LICENSE,
  ROW_MEMORY,
  ROW_TIME,
  N_ROWS,
};

struct _ArraCardView
{
  GtkWidget *root, *brief, *about, *description, *warning, *refusal;
  char *license; /* (nullable): of the card, shortened */
  GtkWidget *labels[N_ROWS], *values[N_ROWS];
  GtkWidget *link;
};

/* What was too long to show stands in the tooltip. */
static void
set_text (GtkWidget *label, const char *text)
{
  g_autofree char *plain = arra_words_plain (text, LONGEST), *whole = arra_words_plain (text, ENDLESS);

  gtk_label_set_text (GTK_LABEL (label), plain);
  gtk_widget_set_tooltip_text (label, g_str_equal (plain, whole) ? NULL : whole);
  gtk_widget_set_visible (label, *plain != '\0');
}

static void
show_row (ArraCardView *view, int row, const char *text)
{
  set_text (view->values[row], text);
  gtk_widget_set_visible (view->labels[row], gtk_widget_get_visible (view->values[row]));
}

static void
show_license (ArraCardView *view, const ArraCard *card)
{
  const char *link = card != NULL ? card->license_link : NULL;
  const char *license = card != NULL ? card->license : NULL;
  const gboolean linked = arra_words_is_web_link (link);
  g_autofree char *plain = arra_words_plain (license != NULL ? license : link, LONGEST);

  show_row (view, ROW_LICENSE, plain);
  if (*plain == '\0' && card != NULL)
    show_row (view, ROW_LICENSE, _ ("not stated"));
  gtk_widget_set_visible (view->link, linked);
  if (!linked)
    return;
  gtk_widget_hide (view->values[ROW_LICENSE]);
  gtk_widget_show (view->labels[ROW_LICENSE]);
  gtk_link_button_set_uri (GTK_LINK_BUTTON (view->link), link);
  gtk_label_set_text (GTK_LABEL (gtk_bin_get_child (GTK_BIN (view->link))), plain);
  arra_form_name (view->link, plain);
  gtk_widget_set_tooltip_text (view->link, link);
}

void
arra_card_view_set (ArraCardView *view, const ArraCard *card)
{
  set_text (view->description, card != NULL ? card->description : NULL);
  gtk_widget_set_visible (view->warning, card != NULL && card->medical);
  gtk_widget_set_sensitive (view->about, card != NULL);
  show_row (view, ROW_TRAINING, card != NULL ? card->training_data : NULL);
  show_row (view, ROW_USE, card != NULL ? card->intended_use : NULL);
  show_license (view, card);
  g_free (view->license);
  view->license = card != NULL && card->license != NULL ? arra_words_plain (card->license, BRIEF) : NULL;
}

static void
mark_error (GtkWidget *label, gboolean error)
{
  GtkStyleContext *context = gtk_widget_get_style_context (label);

  if (error)
    gtk_style_context_add_class (context, GTK_STYLE_CLASS_ERROR);
  else
    gtk_style_context_remove_class (context, GTK_STYLE_CLASS_ERROR);
}

/* "CC0 · 91 MiB · about 4 s" */
static void
show_brief (ArraCardView *view, const ArraCardNeeds *needs)
{
  const char *parts[] = { view->license, needs->memory_brief, needs->time_brief };
  g_autoptr (GString) line = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (parts[i] != NULL && *parts[i] != '\0')
      g_string_append_printf (line, "%s%s", line->len > 0 ? " · " : "", parts[i]);
  gtk_label_set_text (GTK_LABEL (view->brief), line->str);
  mark_error (view->brief, needs->short_of);
}

void
arra_card_view_set_needs (ArraCardView *view, const ArraCardNeeds *needs)
{
  gtk_widget_hide (view->refusal);
  show_row (view, ROW_MEMORY, needs->memory);
  show_row (view, ROW_TIME, needs->time);
  mark_error (view->values[ROW_MEMORY], needs->short_of);
  show_brief (view, needs);
}

void
arra_card_view_refuse (ArraCardView *view, const char *why)
{
  const ArraCardNeeds none = { 0 };

  arra_card_view_set_needs (view, &none);
  set_text (view->refusal, why);
}

static void
build_rows (ArraCardView *view, GtkGrid *grid)
{
  const char *const names[N_ROWS] = { _ ("Trained on"), _ ("Meant for"), _ ("Licence"), _ ("Memory"), _ ("Time") };

  for (int row = 0; row < N_ROWS; row++)
    {
      view->labels[row] = arra_form_text (TRUE);
      gtk_label_set_line_wrap (GTK_LABEL (view->labels[row]), FALSE);
      gtk_label_set_text (GTK_LABEL (view->labels[row]), names[row]);
      view->values[row] = arra_form_text (FALSE);
      gtk_label_set_selectable (GTK_LABEL (view->values[row]), TRUE);
      gtk_label_set_max_width_chars (GTK_LABEL (view->values[row]), 34);
      gtk_widget_set_hexpand (view->values[row], TRUE);
      gtk_widget_set_no_show_all (view->labels[row], TRUE);
      gtk_widget_set_no_show_all (view->values[row], TRUE);
      gtk_grid_attach (grid, view->labels[row], 0, row, 1, 1);
      gtk_grid_attach (grid, view->values[row], 1, row, 1, 1);
    }
}

/* A link button that is as low as the text around it. */
static GtkWidget *
new_link (void)
{
  GtkWidget *link = gtk_link_button_new_with_label ("", "");
  GtkWidget *label = gtk_bin_get_child (GTK_BIN (link));

  gtk_style_context_add_class (gtk_widget_get_style_context (link), "arra-link");
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_halign (link, GTK_ALIGN_START);
  gtk_widget_set_no_show_all (link, TRUE);
  gtk_widget_show (label);
  return link;
}

/* All that the card says, behind a button. */
static GtkWidget *
new_about (ArraCardView *view)
{
  GtkWidget *button = gtk_menu_button_new (), *popover = gtk_popover_new (button),
            *all = gtk_box_new (GTK_ORIENTATION_VERTICAL, ARRA_FORM_GAP);
  GtkGrid *grid = arra_form_grid ();

  gtk_grid_set_row_spacing (grid, 3);
  build_rows (view, grid);
  view->link = new_link ();
  gtk_grid_attach (grid, view->link, 1, N_ROWS, 1, 1);
  gtk_container_child_set (GTK_CONTAINER (grid), view->link, "top-attach", ROW_LICENSE, NULL);
  gtk_label_set_max_width_chars (GTK_LABEL (view->description), 50);
  gtk_container_add (GTK_CONTAINER (all), view->description);
  gtk_container_add (GTK_CONTAINER (all), GTK_WIDGET (grid));
  g_object_set (all, "margin", 2 * ARRA_FORM_GAP, NULL);
  gtk_widget_show_all (all);
  gtk_container_add (GTK_CONTAINER (popover), all);
  arra_form_name (popover, _ ("About this checkpoint"));
  arra_form_dress_icon (button, "help-about-symbolic", _ ("About this checkpoint"));
  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), popover);
  return button;
}

static void
free_view (gpointer data)
{
  ArraCardView *view = data;

  g_free (view->license);
  g_free (view);
}

ArraCardView *
arra_card_view_new (void)
{
  ArraCardView *view = g_new0 (ArraCardView, 1);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, ARRA_FORM_GAP);

  view->root = gtk_box_new (GTK_ORIENTATION_VERTICAL, ARRA_FORM_GAP);
  view->brief = arra_form_text (TRUE);
  gtk_label_set_yalign (GTK_LABEL (view->brief), 0.5);
  view->description = arra_form_text (FALSE);
  view->warning = arra_form_text (FALSE);
  gtk_label_set_text (GTK_LABEL (view->warning), _ ("Pictures are synthetic – not for diagnosis."));
  gtk_style_context_add_class (gtk_widget_get_style_context (view->warning), "arra-note");
  view->refusal = arra_form_text (FALSE);
  mark_error (view->refusal, TRUE);
  gtk_widget_set_no_show_all (view->refusal, TRUE);
  gtk_widget_set_no_show_all (view->description, TRUE);
  gtk_widget_set_no_show_all (view->warning, TRUE);
  view->about = new_about (view);
  gtk_box_pack_start (GTK_BOX (line), view->brief, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (line), view->about, FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (view->root), line);
  gtk_container_add (GTK_CONTAINER (view->root), view->warning);
  gtk_container_add (GTK_CONTAINER (view->root), view->refusal);
  g_object_set_data_full (G_OBJECT (view->root), "arra-card-view", view, free_view);
  return view;
}

GtkWidget *
arra_card_view_widget (ArraCardView *view)
{
  return view->root;
}
