/* dialog_gallery.c - the gallery and the dialog: what is made goes there, and what lies there comes back
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "dialog_private.h"
#include "gallery_window.h"

void
arra_dialog_keep (ArraDialog *dialog)
{
  arra_work_set_gallery (dialog->work, dialog->settings.gallery ? dialog->host->gallery_path : NULL,
                         dialog->settings.remember);
}

static ArraCheckpoint *
find (const char *fingerprint, gpointer data)
{
  return arra_checkpoint_box_find (((ArraDialog *) data)->checkpoints, fingerprint);
}

static void
same_picture (ArraMade *made, gpointer data)
{
  ArraDialog *dialog = data;

  arra_results_begin (dialog->results);
  arra_results_add (dialog->results, made);
  arra_dialog_show_selected (dialog);
}

/* As a press of Generate with them, unless something runs, or another checkpoint would be taken unasked. */
static void
same_settings (ArraRecipe *recipe, gpointer data)
{
  ArraDialog *dialog = data;
  gboolean known;

  arra_notice_hide (dialog->notice);
  known = arra_dialog_use_recipe (dialog, recipe,
                                  _ ("The picture was made with a checkpoint that is not here: with another one the "
                                     "same settings give another picture."));
  arra_settings_throw_seed (&dialog->settings);
  arra_picture_box_set_seed (dialog->picture, dialog->settings.seed);
  if (known)
    arra_dialog_generate (dialog);
}

static void
keep (gboolean on, gpointer data)
{
  ArraDialog *dialog = data;

  dialog->settings.gallery = on;
  arra_dialog_store (dialog);
  arra_dialog_save (dialog);
}

void
arra_dialog_show_gallery (ArraDialog *dialog)
{
  static const ArraGalleryFuncs funcs = { find, same_picture, same_settings, keep };

  if (dialog->gallery != NULL)
    {
      gtk_window_present (GTK_WINDOW (dialog->gallery));
      return;
    }
  dialog->gallery = arra_gallery_window_new (GTK_WINDOW (dialog->window), dialog->host->gallery_path,
                                             dialog->settings.gallery, &funcs, dialog);
  g_signal_connect (dialog->gallery, "destroy", G_CALLBACK (gtk_widget_destroyed), &dialog->gallery);
}
