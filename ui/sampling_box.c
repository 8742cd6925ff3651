/* sampling_box.c - guidance, temperature, top-k and top-p, for those who want them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sampling_box.h"

#include <glib/gi18n-lib.h>

#include "form.h"

struct _ArraSamplingBox
{
  GtkWidget *expander, *guidance_scale, *temperature, *top_k, *top_p;
  gboolean chosen;
  gboolean loading;
  void (*changed) (gpointer data);
  gpointer data;
};

static void
anything_changed (ArraSamplingBox *box)
{
  if (box->loading)
    return;
  box->chosen = TRUE;
  box->changed (box->data);
}

static GtkWidget *
add (ArraSamplingBox *box, GtkGrid *grid, int row, const char *name, GtkWidget *spin, const char *hint)
{
  GtkWidget *label = arra_form_row (grid, row, name, spin);

  gtk_widget_set_tooltip_text (spin, hint);
  gtk_widget_set_tooltip_text (label, hint);
  g_signal_connect_swapped (spin, "value-changed", G_CALLBACK (anything_changed), box);
  return spin;
}

ArraSamplingBox *
arra_sampling_box_new (void (*changed) (gpointer data), gpointer data)
{
  ArraSamplingBox *box = g_new0 (ArraSamplingBox, 1);
  GtkGrid *grid = arra_form_grid ();

  box->changed = changed;
  box->data = data;
  box->guidance_scale
      = add (box, grid, 0, _ ("Gui_dance:"), arra_form_spin (0, 100, 0.5, 2),
             _ ("How closely the picture follows the prompt; 1 turns guidance off and takes half the time"));
  box->temperature = add (box, grid, 1, _ ("_Temperature:"), arra_form_spin (0.01, 10, 0.05, 2),
                          _ ("Below 1: safer and smoother; above 1: more surprising"));
  box->top_k = add (box, grid, 2, _ ("T_op-k:"), arra_form_spin (0, 65536, 100, 0),
                    _ ("Choose among this many of the likeliest tokens; 0: among all"));
  box->top_p = add (box, grid, 3, _ ("Top-p (co_verage):"), arra_form_spin (0.01, 1, 0.05, 2),
                    _ ("Choose among the likeliest tokens that together have this probability; 1: among all"));
  gtk_widget_set_margin_top (GTK_WIDGET (grid), ARRA_FORM_GAP);
  box->expander = gtk_expander_new_with_mnemonic (_ ("_Advanced"));
  arra_form_name (box->expander, _ ("Advanced"));
  gtk_container_add (GTK_CONTAINER (box->expander), GTK_WIDGET (grid));
  g_object_set_data_full (G_OBJECT (box->expander), "arra-sampling-box", box, g_free);
  return box;
}

GtkWidget *
arra_sampling_box_widget (ArraSamplingBox *box)
{
  return box->expander;
}

static void
show (ArraSamplingBox *box, double guidance_scale, double temperature, guint top_k, double top_p)
{
  box->loading = TRUE;
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (box->guidance_scale), guidance_scale);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (box->temperature), temperature);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (box->top_k), top_k);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (box->top_p), top_p);
  box->loading = FALSE;
}

void
arra_sampling_box_load (ArraSamplingBox *box, const ArraSettings *settings)
{
  box->chosen = settings->sampled;
  show (box, settings->guidance_scale, settings->temperature, settings->top_k, settings->top_p);
  gtk_expander_set_expanded (GTK_EXPANDER (box->expander), settings->advanced);
}

void
arra_sampling_box_store (ArraSamplingBox *box, ArraSettings *settings)
{
  ArraRequest values;

  arra_sampling_box_fill (box, &values);
  settings->sampled = box->chosen;
  settings->guidance_scale = values.guidance_scale;
  settings->temperature = values.temperature;
  settings->top_k = values.top_k;
  settings->top_p = values.top_p;
  settings->advanced = gtk_expander_get_expanded (GTK_EXPANDER (box->expander));
}

void
arra_sampling_box_propose (ArraSamplingBox *box, const ArraRequest *own)
{
  if (!box->chosen)
    show (box, own->guidance_scale, own->temperature, own->top_k, own->top_p);
}

void
arra_sampling_box_forget (ArraSamplingBox *box)
{
  box->chosen = FALSE;
}

void
arra_sampling_box_fill (ArraSamplingBox *box, ArraRequest *request)
{
  request->guidance_scale = gtk_spin_button_get_value (GTK_SPIN_BUTTON (box->guidance_scale));
  request->temperature = gtk_spin_button_get_value (GTK_SPIN_BUTTON (box->temperature));
  request->top_k = (guint) gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (box->top_k));
  request->top_p = gtk_spin_button_get_value (GTK_SPIN_BUTTON (box->top_p));
}
