/* gallery_tile.c - a picture of the gallery as it lies among the others
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gallery_tile.h"

#include <glib/gi18n-lib.h>

#include "form.h"
#include "words.h"

#define KEY_TILE "arra-tile"
#define LONGEST 300 /* characters of a prompt */

typedef struct
{
  ArraGalleryItem *item;
  GtkWidget *image, *mark;
  gboolean seen;
  void (*on_seen) (GtkWidget *tile, gpointer data);
  gpointer data;
} Tile;

static Tile *
tile_of (GtkWidget *child)
{
  return g_object_get_data (G_OBJECT (child), KEY_TILE);
}

static void
free_tile (gpointer data)
{
  Tile *tile = data;

  arra_gallery_item_free (tile->item);
  g_free (tile);
}

/* Only what is in sight is drawn. */
static gboolean
drawn (GtkWidget *image, cairo_t *cr, gpointer child)
{
  Tile *tile = tile_of (child);

  if (tile->seen)
    return GDK_EVENT_PROPAGATE;
  tile->seen = TRUE;
  tile->on_seen (child, tile->data);
  return GDK_EVENT_PROPAGATE;
}

char *
arra_gallery_tile_words (GtkWidget *child)
{
  const ArraGalleryItem *item = tile_of (child)->item;
  g_autofree char *prompt = arra_words_plain (item->prompt, LONGEST);
  g_autofree char *problem = arra_words_plain (item->problem, LONGEST);
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, item->seed);

  if (item->problem != NULL)
    return g_steal_pointer (&problem);
  return g_strdup_printf (_ ("%s (%u × %u, picture %u of seed %s)"),
                          item->prompt != NULL ? prompt : _ ("Prompt not remembered"), item->width, item->height,
                          item->answer + 1, seed);
}

static void
name (GtkWidget *child)
{
  const ArraGalleryItem *item = tile_of (child)->item;
  g_autofree char *words = arra_gallery_tile_words (child);
  g_autofree char *starred = g_strdup_printf (_ ("Favourite: %s"), words);

  arra_form_name (child, item->favourite ? starred : words);
  gtk_widget_set_tooltip_text (child, words);
}

void
arra_gallery_tile_set_favourite (GtkWidget *child, gboolean favourite)
{
  Tile *tile = tile_of (child);

  tile->item->favourite = favourite;
  gtk_widget_set_visible (tile->mark, favourite);
  name (child);
}

void
arra_gallery_tile_set_picture (GtkWidget *child, cairo_surface_t *surface)
{
  gtk_image_set_from_surface (GTK_IMAGE (tile_of (child)->image), surface);
}

void
arra_gallery_tile_set_problem (GtkWidget *child, const char *problem)
{
  Tile *tile = tile_of (child);
  char *before = tile->item->problem;

  gtk_image_set_from_icon_name (GTK_IMAGE (tile->image), "image-missing", GTK_ICON_SIZE_DIALOG);
  tile->item->problem = g_strdup (problem);
  g_free (before);
  name (child);
}

static GtkWidget *
new_face (Tile *tile)
{
  GtkWidget *overlay = gtk_overlay_new ();

  tile->image = gtk_image_new_from_icon_name ("image-x-generic-symbolic", GTK_ICON_SIZE_DIALOG);
  tile->mark = gtk_image_new_from_icon_name ("starred-symbolic", GTK_ICON_SIZE_MENU);
  gtk_widget_set_size_request (tile->image, ARRA_GALLERY_SIDE, ARRA_GALLERY_SIDE);
  gtk_container_add (GTK_CONTAINER (overlay), tile->image);
  gtk_widget_set_halign (tile->mark, GTK_ALIGN_END);
  gtk_widget_set_valign (tile->mark, GTK_ALIGN_START);
  gtk_style_context_add_class (gtk_widget_get_style_context (tile->mark), "arra-mark");
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), tile->mark);
  return overlay;
}

GtkWidget *
arra_gallery_tile_new (ArraGalleryItem *item, void (*seen) (GtkWidget *tile, gpointer data), gpointer data)
{
  GtkWidget *child = gtk_flow_box_child_new ();
  Tile *tile = g_new0 (Tile, 1);

  *tile = (Tile) { .item = item, .on_seen = seen, .data = data };
  gtk_container_add (GTK_CONTAINER (child), new_face (tile));
  g_object_set_data_full (G_OBJECT (child), KEY_TILE, tile, free_tile);
  gtk_widget_show_all (child);
  arra_gallery_tile_set_favourite (child, item->favourite);
  g_signal_connect (tile->image, "draw", G_CALLBACK (drawn), child);
  return child;
}

const ArraGalleryItem *
arra_gallery_tile_item (GtkWidget *child)
{
  return tile_of (child)->item;
}
