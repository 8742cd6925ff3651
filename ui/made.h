/* made.h - a picture that was made, with all a host may want to know of it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#include "scene.h"

/* Counted; nothing of it changes once it is told. */
typedef struct
{
  gatomicrefcount refs;
  guint batch;         /* counts presses of Generate */
  guint answer, index; /* of the seed, of the answer; a continued picture has those of the stopped one */
  guint64 seed;
  ArraPicture picture; /* pixels belong to it */
  guint whole_height;  /* pixels: of the picture with the rows that are not finished */
  guint seamless;      /* ArraSeamless */
  ArraScene *scene;    /* (nullable): what it was made from, and goes back to */
  guint32 *codes;      /* (nullable): of the finished rows: [code_rows][code_columns] */
  guint code_rows, code_columns;
  gboolean scored;
  double score; /* arra_job_score() */
  double pace;  /* seconds for each token since the work began or went on, all but opening counted; 0: not measured */
  char *prompt;
  char *recipe;         /* with the prompt */
  char *recipe_bare;    /* without */
  ArraCheckpoint *from; /* whose card it has */
  char *lost;           /* (nullable): why the gallery does not keep it, which was to do so */
} ArraMade;

/* A copy of @picture. Returns: (transfer full): arra_made_free(); NULL when memory is short. */
ArraMade *arra_made_new (const ArraPicture *picture, GError **error);
ArraMade *arra_made_ref (ArraMade *made);
void arra_made_free (ArraMade *made); /* gives one back; nullable */
gboolean arra_made_is_partial (const ArraMade *made);
/* Pixels with the rows that are not finished. @known: what it is when that is known, else 0 */
guint arra_made_whole_height (const ArraPicture *picture, guint known);
/* The same picture, perhaps with other rows finished. */
gboolean arra_made_is_same (const ArraMade *made, const ArraMade *other);

/* (transfer full): g_free() a copy of the pixels, NULL with @error set when memory is short. */
guint8 *arra_made_copy_pixels (const ArraPicture *picture, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraMade, arra_made_free)
