/* gallery_tile.h - a picture of the gallery as it lies among the others
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "gallery.h"

#define ARRA_GALLERY_SIDE 96 /* pixels */

/* A GtkFlowBoxChild. @seen: it comes into sight, and has no picture yet; once. Takes @item. */
GtkWidget *arra_gallery_tile_new (ArraGalleryItem *item, void (*seen) (GtkWidget *tile, gpointer data), gpointer data);
const ArraGalleryItem *arra_gallery_tile_item (GtkWidget *tile);
void arra_gallery_tile_set_favourite (GtkWidget *tile, gboolean favourite);
void arra_gallery_tile_set_picture (GtkWidget *tile, cairo_surface_t *surface);
void arra_gallery_tile_set_problem (GtkWidget *tile, const char *problem);
/* (transfer full): what it shows, in words: g_free() */
char *arra_gallery_tile_words (GtkWidget *tile);
