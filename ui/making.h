/* making.h - from what is asked for to a job, and from the job to pictures: from nothing, into a hole, or from what is
 * there already
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#include "scene.h"

/**
 * ArraTask:
 * @ARRA_TASK_GENERATE: a picture from nothing, or with the codes that the request knows
 * @ARRA_TASK_FILL: what is unknown of a scene
 * @ARRA_TASK_VARY: a scene in part anew
 */
typedef enum
{
  ARRA_TASK_GENERATE,
  ARRA_TASK_FILL,
  ARRA_TASK_VARY,
  ARRA_N_TASKS,
} ArraTask;

/* What is asked for beside the request. */
typedef struct
{
  ArraTask task;
  ArraScene *scene;         /* (nullable): borrowed; of ARRA_TASK_GENERATE there is none */
  double vary;              /* share of the scene that is made anew, the least likely first; above 0 to 1 */
  const char *text_encoder; /* (nullable): folder of what reads the prompt, where the checkpoint has nothing to */
  guint from_row;           /* instead: the first row of codes that is made anew, from 1; 0: none */
  guint guided;             /* image tokens behind the first that guidance leads, where it is to end; 0: all */
} ArraOrder;

/* ArraOrder.guided of what arra_job_set_cfg_interval() takes. */
guint arra_making_guided (gint cfg_interval);

/* An order being carried out. */
typedef struct
{
  ArraFill *fill; /* of ARRA_TASK_FILL; nullable */
  ArraJob *job;   /* to be run; NULL before */
  gint32 *known;  /* of the request; nullable */
  guint8 *cut;    /* the picture asked for last, as large as its scene; nullable */
  ArraScene *scene;
} ArraMaking;

/* Looks at the scene, if there is one, and makes the job. What is in @request must be there until the end. @func:
 * (nullable): told how far looking is. */
gboolean arra_making_begin (ArraMaking *making,
                            ArraCheckpoint *checkpoint,
                            const ArraRequest *request,
                            const ArraOrder *order,
                            ArraProgressFunc func,
                            gpointer data,
                            GCancellable *cancellable,
                            GError **error);
/* A picture of an answer, as large as the scene. Its pixels belong to @making and are valid until the next call.
 * ARRA_ERROR_NOT_FOUND: it has no finished row. */
gboolean arra_making_picture (ArraMaking *making,
                              guint answer,
                              guint index,
                              ArraPicture *picture,
                              GCancellable *cancellable,
                              GError **error);
void arra_making_clear (ArraMaking *making); /* can begin again then */

/* What a model is asked about. All is borrowed. */
typedef struct
{
  const guint8 *pixels; /* [height][width][3], 8-bit sRGB */
  guint width, height;
  const guint32 *codes; /* (nullable): [code_rows][code_columns]: what they were made of, where that is known */
  guint code_rows, code_columns;
} ArraSeen;

/* How likely the model finds it. */
typedef struct
{
  guint8 *grey; /* [height][width] of what was seen, drawn as arra_checkpoint_map_grey() does: g_free() */
  double each;  /* nats for each code, on average: of surprise, or that the phrase adds */
} ArraLikeliness;

/* @request: the prompt (nullable: none), and threads; @phrase: (nullable): what it adds. */
gboolean arra_making_map (ArraCheckpoint *checkpoint,
                          const ArraRequest *request,
                          const char *phrase,
                          const ArraSeen *seen,
                          ArraLikeliness *likeliness,
                          ArraProgressFunc func,
                          gpointer data,
                          GCancellable *cancellable,
                          GError **error);

/* @known [@rows][@columns]: @codes [@code_rows][@code_columns] above row @row, from 1, and -1 where there are none and
 * from that row on. */
void arra_making_keep_above (const guint32 *codes,
                             guint code_rows,
                             guint code_columns,
                             guint row,
                             gint32 *known,
                             guint rows,
                             guint columns);
