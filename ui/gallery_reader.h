/* gallery_reader.h - the gallery without waiting: a thread reads its files and turns tokens into pixels
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>

#include "gallery.h"
#include "made.h"

typedef struct _ArraGalleryReader ArraGalleryReader;

typedef enum
{
  ARRA_GALLERY_LIST,      /* told for each picture with its item, newest first, and once more without one */
  ARRA_GALLERY_THUMBNAIL, /* a surface */
  ARRA_GALLERY_PICTURE,   /* made */
  ARRA_GALLERY_SETTINGS,  /* a recipe */
  ARRA_GALLERY_FAVOUR,
  ARRA_GALLERY_UNFAVOUR,
  ARRA_GALLERY_DELETE,
  ARRA_GALLERY_DELETE_ALL,
} ArraGalleryAct;

/* What became of what was asked for. What is taken out of it is to be NULL then. */
typedef struct
{
  ArraGalleryAct act;
  char *id;                 /* (nullable) */
  ArraGalleryItem *item;    /* (nullable) */
  ArraMade *made;           /* (nullable) */
  ArraRecipe *recipe;       /* (nullable) */
  cairo_surface_t *surface; /* (nullable) */
  GError *error;            /* (nullable) */
} ArraGalleryReply;

/* @side, @scale: of thumbnails, as arra_surface_thumbnail(). @told: by the thread that runs the default main context.
 */
ArraGalleryReader *arra_gallery_reader_new (const char *folder,
                                            int side,
                                            int scale,
                                            void (*told) (ArraGalleryReply *reply, gpointer data),
                                            gpointer data);
/* @id: (nullable): of the picture that it is about; @described: (nullable): the open checkpoint that made it (metadata
 * is enough). Whole pictures come before thumbnails. */
void arra_gallery_reader_ask (ArraGalleryReader *reader, ArraGalleryAct act, const char *id, ArraCheckpoint *described);
void arra_gallery_reader_free (ArraGalleryReader *reader); /* nothing is told any more */
