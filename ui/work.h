/* work.h - the thread that makes pictures, so that the window stays alive
 *
 * The thread calls libarra alone. What it has to tell reaches the main loop's thread as callbacks from an
 * idle source; frames that were not fetched yet are replaced by newer ones, so a slow screen never holds
 * the work up.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#include "made.h"
#include "making.h"
#include "question.h"
#include "ticket.h"

typedef struct _ArraWork ArraWork;

typedef enum
{
  ARRA_WORK_OPENING, /* reading the checkpoint */
  ARRA_WORK_LOOKING, /* at what is there already */
  ARRA_WORK_PROMPT,
  ARRA_WORK_TOKENS,
  ARRA_WORK_DECODING,
  ARRA_WORK_ASKING, /* how likely a picture is */
} ArraWorkPhase;

typedef struct
{
  ArraWorkPhase phase;
  guint answer, count;
  double fraction; /* of everything, 0..1; negative: not known */
  double rate;     /* tokens/s; 0: not known */
  double left;     /* seconds; negative: not known */
  guint height;    /* of the preview when it is whole; 0: not known */
} ArraWorkState;

/* All are called by the thread that runs the default main context. */
typedef struct
{
  /* @preview: (nullable): a new partial picture, valid during the call */
  void (*progress) (const ArraWorkState *state, const ArraPicture *preview, gpointer data);
  /* @made: (transfer full): a finished picture, or the finished rows of a stopped one */
  void (*made) (ArraMade *made, gpointer data);
  /* the model, which chose what to answer, answered without a picture */
  void (*said) (const char *text, gpointer data);
  /* @error: NULL when everything is finished; G_IO_ERROR_CANCELLED after arra_work_stop(). */
  void (*done) (const GError *error, gpointer data);
  /* arra_work_ask() has ended: the answer, valid during the call; or NULL and why there is none, G_IO_ERROR_CANCELLED
   * after arra_work_stop(). */
  void (*answered) (const ArraQuestion *question, const ArraLikeliness *answer, const GError *error, gpointer data);
} ArraWorkFuncs;

ArraWork *arra_work_new (const ArraWorkFuncs *funcs, gpointer data);

/* Pictures that are made from then on are kept in that gallery (nullable: in none), unless they were made from a scene:
 * their tokens would hold what lies around. @with_prompt: their prompts, too. */
void arra_work_set_gallery (ArraWork *work, const char *folder, gboolean with_prompt);
/* Begins a new batch; what could have been continued is dropped. @described: the open checkpoint whose card
 * the pictures have (metadata is enough); it is opened whole at its path by the thread, unless it is open
 * from the last time. What is in @request is copied. @order: (nullable): NULL for pictures from nothing. */
void arra_work_start (ArraWork *work, ArraCheckpoint *described, const ArraRequest *request, const ArraOrder *order);
void arra_work_begin (ArraWork *work, ArraTicket *ticket); /* the same; (transfer full) */
void arra_work_continue (ArraWork *work);                  /* only when that is possible */
void arra_work_stop (ArraWork *work);                      /* done() or answered() follows */
/* Asks how likely a picture is, while nothing else is done. What can be continued stays so. @question: (transfer full)
 */
void arra_work_ask (ArraWork *work, ArraQuestion *question);
/* (transfer none) (nullable): what is being asked; NULL: nothing is, though pictures may be made */
const ArraQuestion *arra_work_asks (const ArraWork *work);

gboolean arra_work_is_running (const ArraWork *work);
gboolean arra_work_is_stopping (const ArraWork *work); /* it runs, and done() follows soon */
gboolean arra_work_can_continue (const ArraWork *work);
guint arra_work_batch (const ArraWork *work); /* 1 for the first */
/* (transfer none) (nullable): the checkpoint of the last batch, with its card */
ArraCheckpoint *arra_work_checkpoint (const ArraWork *work);
/* Of the last batch; all 0 before there was one. */
const ArraRequest *arra_work_request (const ArraWork *work);

/* Gives back the memory of what could be continued. */
void arra_work_drop (ArraWork *work);

/* Stops, and waits for the thread: no callback comes any more. (nullable) */
void arra_work_free (ArraWork *work);
