/* sampling_box.c - guidance and how long it lasts, temperature, top-k and top-p, for those who want them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sampling_box.h"

#include <glib/gi18n-lib.h>

#include "form.h"

#define ROW_CFG_INTERVAL 1

struct _ArraSamplingBox
{
  GtkWidget *expander, *guidance_scale, *temperature, *top_k, *top_p;
  GtkWidget *cfg_interval, *cfg_interval_label; /* seen where guidance may end */
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

/* Returns the label. */
static GtkWidget *
add (ArraSamplingBox *box, GtkGrid *grid, int row, const char *name, GtkWidget *spin, const char *hint)
{
  GtkWidget *label = arra_form_row (grid, row, name, spin);

  gtk_widget_set_tooltip_text (spin, hint);
  gtk_widget_set_tooltip_text (label, hint);
  g_signal_connect_swapped (spin, "value-changed", G_CALLBACK (anything_changed), box);
  return label;
}

static void
add_cfg_interval (ArraSamplingBox *box, GtkGrid *grid)
{
  box->cfg_interval = arra_form_spin (-1, ARRA_CFG_INTERVAL_MAX, 1, 0);
  box->cfg_interval_label = add (box, grid, ROW_CFG_INTERVAL, _ ("Guidance interval:"), box->cfg_interval,
                                 _ ("Guide only so many image tokens after the first; -1: all"));
  gtk_widget_set_no_show_all (box->cfg_interval, TRUE);
  gtk_widget_set_no_show_all (box->cfg_interval_label, TRUE);
}

ArraSamplingBox *
arra_sampling_box_new (void (*changed) (gpointer data), gpointer data)
{
  ArraSamplingBox *box = g_new0 (ArraSamplingBox, 1);
  GtkGrid *grid = arra_form_grid ();

  box->changed = changed;
  box->data = data;
  box->guidance_scale = arra_form_spin_field (ARRA_FIELD_GUIDANCE_SCALE, 0.5, 2);
  box->temperature = arra_form_spin_field (ARRA_FIELD_TEMPERATURE, 0.05, 2);
  box->top_k = arra_form_spin_field (ARRA_FIELD_TOP_K, 100, 0);
  box->top_p = arra_form_spin_field (ARRA_FIELD_TOP_P, 0.05, 2);
  add (box, grid, 0, _ ("Gui_dance:"), box->guidance_scale,
       _ ("How closely the picture follows the prompt; 1 turns guidance off and takes half the time"));
  add_cfg_interval (box, grid);
  add (box, grid, 2, _ ("_Temperature:"), box->temperature,
       _ ("Below 1: safer and smoother; above 1: more surprising"));
  add (box, grid, 3, _ ("T_op-k:"), box->top_k, _ ("Choose among this many of the likeliest tokens; 0: among all"));
  add (box, grid, 4, _ ("Top-p (co_verage):"), box->top_p,
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

static void
show_cfg_interval (ArraSamplingBox *box, gint cfg_interval)
{
  box->loading = TRUE;
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (box->cfg_interval), cfg_interval);
  box->loading = FALSE;
}

void
arra_sampling_box_load (ArraSamplingBox *box, const ArraSettings *settings)
{
  box->chosen = settings->sampled;
  show (box, settings->guidance_scale, settings->temperature, settings->top_k, settings->top_p);
  show_cfg_interval (box, settings->cfg_interval);
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
  settings->cfg_interval = gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (box->cfg_interval));
  settings->advanced = gtk_expander_get_expanded (GTK_EXPANDER (box->expander));
}

void
arra_sampling_box_propose (ArraSamplingBox *box, const ArraRequest *own, gboolean has_cfg_interval)
{
  gtk_widget_set_visible (box->cfg_interval, has_cfg_interval);
  gtk_widget_set_visible (box->cfg_interval_label, has_cfg_interval);
  if (box->chosen)
    return;
  show (box, own->guidance_scale, own->temperature, own->top_k, own->top_p);
  show_cfg_interval (box, -1);
}

gint
arra_sampling_box_cfg_interval (ArraSamplingBox *box)
{
  if (!gtk_widget_get_visible (box->cfg_interval))
    return -1;
  return gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (box->cfg_interval));
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
