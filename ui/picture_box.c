/* picture_box.c - what kind of picture: size, number, seed, and the sampling behind "Advanced"
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture_box.h"

#include <arra-prompt.h>
#include <glib/gi18n-lib.h>

#include "form.h"
#include "presets.h"
#include "sampling_box.h"
#include "seamless_box.h"
#include "seed_box.h"
#include "size_box.h"
#include "scene_box.h"

struct _ArraPictureBox
{
  GtkWidget *root, *count;
  ArraSizeBox *size;
  ArraSeamlessBox *seamless;
  ArraSceneBox *scene;
  ArraSeedBox *seed;
  ArraSamplingBox *sampling;
  gboolean sized; /* by the user */
  gboolean loading;
  void (*changed) (gpointer data);
  gpointer data;
};

static void
size_changed (gpointer data)
{
  ArraPictureBox *box = data;

  box->sized = TRUE;
  box->changed (box->data);
}

static void
anything_changed (gpointer data)
{
  ArraPictureBox *box = data;

  if (!box->loading)
    box->changed (box->data);
}

ArraPictureBox *
arra_picture_box_new (ArraTask task, void (*changed) (gpointer data), gpointer data)
{
  ArraPictureBox *box = g_new0 (ArraPictureBox, 1);
  GtkGrid *shape = arra_form_grid (), *grid = arra_form_grid ();

  box->changed = changed;
  box->data = data;
  box->root = gtk_box_new (GTK_ORIENTATION_VERTICAL, ARRA_FORM_GAP);
  box->size = arra_size_box_new (shape, 0, size_changed, box);
  box->seamless = arra_seamless_box_new (shape, 2, anything_changed, box);
  gtk_widget_set_no_show_all (GTK_WIDGET (shape), task != ARRA_TASK_GENERATE);
  box->scene = arra_scene_box_new (task);
  box->count = arra_form_spin_field (ARRA_FIELD_COUNT, 1, 0);
  arra_form_row (grid, 0, _ ("_Number of pictures:"), box->count);
  box->seed = arra_seed_box_new (grid, 1);
  box->sampling = arra_sampling_box_new (anything_changed, box);
  gtk_container_add (GTK_CONTAINER (box->root), GTK_WIDGET (shape));
  gtk_container_add (GTK_CONTAINER (box->root), arra_scene_box_widget (box->scene));
  gtk_container_add (GTK_CONTAINER (box->root), GTK_WIDGET (grid));
  gtk_container_add (GTK_CONTAINER (box->root), arra_sampling_box_widget (box->sampling));
  g_signal_connect_swapped (box->count, "value-changed", G_CALLBACK (anything_changed), box);
  g_object_set_data_full (G_OBJECT (box->root), "arra-picture-box", box, g_free);
  return box;
}

GtkWidget *
arra_picture_box_widget (ArraPictureBox *box)
{
  return box->root;
}

void
arra_picture_box_load (ArraPictureBox *box, const ArraSettings *settings)
{
  box->loading = TRUE;
  box->sized = settings->sized;
  arra_size_box_set (box->size, settings->width, settings->height);
  arra_seamless_box_set (box->seamless, settings->seamless);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (box->count), settings->count);
  arra_scene_box_load (box->scene, settings);
  arra_seed_box_load (box->seed, settings);
  arra_sampling_box_load (box->sampling, settings);
  box->loading = FALSE;
}

gboolean
arra_picture_box_store (ArraPictureBox *box, ArraSettings *settings)
{
  settings->sized = box->sized;
  arra_size_box_get (box->size, &settings->width, &settings->height);
  settings->seamless = arra_seamless_box_get (box->seamless);
  settings->count = (guint) gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (box->count));
  arra_scene_box_store (box->scene, settings);
  arra_sampling_box_store (box->sampling, settings);
  return arra_seed_box_store (box->seed, settings);
}

/* Of the shape of what it is for, where the checkpoint makes that. */
static void
set_usual_size (ArraPictureBox *box, const ArraCheckpoint *checkpoint, guint like_width, guint like_height)
{
  const ArraPreset usual = arra_presets_usual (checkpoint, like_width, like_height);

  arra_size_box_set (box->size, usual.width, usual.height);
}

void
arra_picture_box_set_checkpoint (ArraPictureBox *box,
                                 const ArraCheckpoint *checkpoint,
                                 guint like_width,
                                 guint like_height)
{
  ArraRequest own;

  arra_request_init (&own, checkpoint);
  box->loading = TRUE;
  arra_size_box_set_checkpoint (box->size, checkpoint, like_width, like_height);
  if (!box->sized && checkpoint != NULL)
    set_usual_size (box, checkpoint, like_width, like_height);
  if (checkpoint != NULL)
    arra_sampling_box_propose (box->sampling, &own, arra_checkpoint_has_cfg_interval (checkpoint));
  box->loading = FALSE;
}

void
arra_picture_box_forget (ArraPictureBox *box)
{
  box->sized = FALSE;
  arra_sampling_box_forget (box->sampling);
}

void
arra_picture_box_set_size (ArraPictureBox *box, guint width, guint height)
{
  arra_size_box_set (box->size, width, height);
  size_changed (box);
}

void
arra_picture_box_set_seed (ArraPictureBox *box, guint64 seed)
{
  arra_seed_box_show (box->seed, seed);
}

void
arra_picture_box_fill (ArraPictureBox *box, ArraRequest *request)
{
  arra_size_box_get (box->size, &request->width, &request->height);
  request->seamless = arra_seamless_box_get (box->seamless);
  request->count = (guint) gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (box->count));
  arra_sampling_box_fill (box->sampling, request);
}

gint
arra_picture_box_cfg_interval (ArraPictureBox *box)
{
  return arra_sampling_box_cfg_interval (box->sampling);
}
