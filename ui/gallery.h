/* gallery.h - pictures made of late, on the disk: their recipes, which hold tokens and settings and no pixels
 *
 * A folder with a file for each picture, whole or not there. Favourites lie in a folder of their own in it.
 * All of it reads and writes files, and so belongs into a thread that may wait.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#define ARRA_GALLERY_MAX 200 /* pictures kept beside favourites */

/* A picture that is kept. */
typedef struct
{
  char *id;
  gboolean favourite;
  char *problem; /* (nullable): why its file cannot be used; then nothing below is known */
  char *prompt;  /* (nullable): it was not to be remembered */
  char *fingerprint;
  guint width, height; /* 0 x 0: the model chose */
  guint64 seed;
  guint answer; /* of the seed */
} ArraGalleryItem;

void arra_gallery_item_free (ArraGalleryItem *item);

/* Keeps the @index'th picture of the one answer of @recipe; the oldest ones of too many go. Returns: (transfer full):
 * what it is called from then on: g_free(). */
char *arra_gallery_add (const char *folder, const char *recipe, guint index, GError **error);
/* (transfer full) (element-type utf8): what all are called, newest first: g_ptr_array_unref() */
GPtrArray *arra_gallery_list (const char *folder);
/* (transfer full): never NULL */
ArraGalleryItem *arra_gallery_look (const char *folder, const char *id);
/* (transfer full): its recipe as a file: g_free() */
char *arra_gallery_path (const char *folder, const char *id);
guint arra_gallery_index (const char *id); /* which of the answer's pictures it is */
/* (transfer full): NULL with @error set for a file that is cut, foreign or huge */
ArraRecipe *arra_gallery_read (const char *folder, const char *id, GError **error);
gboolean arra_gallery_is_favourite (const char *folder, const char *id);
gboolean arra_gallery_favour (const char *folder, const char *id, gboolean favourite, GError **error);
gboolean arra_gallery_remove (const char *folder, const char *id, GError **error);
gboolean arra_gallery_clear (const char *folder, GError **error); /* favourites too */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraGalleryItem, arra_gallery_item_free)
