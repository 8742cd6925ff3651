/* gallery_window.h - the gallery: pictures made of late, to have again
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "made.h"

typedef struct
{
  /* (transfer none) (nullable): the open checkpoint (metadata is enough) with that fingerprint, if it is here */
  ArraCheckpoint *(*find) (const char *fingerprint, gpointer data);
  void (*same_picture) (ArraMade *made, gpointer data);      /* (transfer full) */
  void (*same_settings) (ArraRecipe *recipe, gpointer data); /* (transfer full): with another seed */
  void (*keep) (gboolean on, gpointer data);                 /* whether new pictures are to be kept */
} ArraGalleryFuncs;

/* A window above @parent that is shown, and lives until it is closed. @keeps: new pictures are kept. Returns: (transfer
 * none) */
GtkWidget *arra_gallery_window_new (GtkWindow *parent,
                                    const char *folder,
                                    gboolean keeps,
                                    const ArraGalleryFuncs *funcs,
                                    gpointer data);
