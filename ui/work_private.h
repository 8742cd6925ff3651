/* work_private.h - between the files of the work: its state, and the mail from its thread to the main loop's
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "work.h"

/* What waits to be told. */
typedef struct
{
  gboolean has_state;
  ArraWorkState state;
  ArraPicture preview; /* pixels NULL: none */
  GPtrArray *made;     /* ArraMade */
  GPtrArray *said;     /* text */
  gboolean done;
  GError *error; /* of done, or of answered */
  gboolean answered;
  ArraLikeliness answer; /* grey NULL: none */
} ArraWorkMail;

struct _ArraWork
{
  const ArraWorkFuncs *funcs;
  gpointer data;
  GThread *thread;
  gboolean stopped; /* the last batch can be continued */

  /* the thread's while it runs, the main loop's else */
  ArraTicket *ticket;        /* (nullable): what is being made, which these are of: */
  ArraCheckpoint *described; /* (nullable) */
  ArraRequest request;
  ArraOrder order;
  ArraCheckpoint *checkpoint; /* (nullable): open */
  ArraMaking making;
  char *gallery; /* (nullable) */
  gboolean kept_prompt;
  GPtrArray *stopped_ids; /* what the gallery calls the rows of the answer that was stopped */
  guint batch;
  guint n_told; /* answers whose pictures were told whole */
  double rate;  /* told last */
  gint64 began; /* when it began or went on, with so many tokens: */
  guint64 tokens_before;
  ArraQuestion *question; /* (nullable): what is asked now; then the thread makes nothing */
  GCancellable *abandon;  /* cancelled when nobody waits for pictures any more */

  GMutex lock; /* of all below */
  GCancellable *current;
  gboolean stop;
  ArraWorkMail mail;
  guint source;
};

gpointer arra_work_thread (gpointer data);
gpointer arra_work_ask_thread (gpointer data);

/* ---- what both threads need */
/* A cancellable for one stretch of work, cancelled already when all is to stop. */
GCancellable *arra_work_begin_stretch (ArraWork *work);
/* Opens what @described describes, whole, unless it is open. */
gboolean arra_work_open_checkpoint (ArraWork *work,
                                    ArraCheckpoint *described,
                                    const char *text_encoder,
                                    guint count,
                                    GError **error);

/* Called by the thread. Pixels, pictures and errors are taken. */
void arra_work_post_state (ArraWork *work, const ArraWorkState *state, const ArraPicture *preview);
void arra_work_post_made (ArraWork *work, ArraMade *made);
void arra_work_post_said (ArraWork *work, char *text);
void arra_work_post_done (ArraWork *work, GError *error);
void arra_work_post_answer (ArraWork *work, const ArraLikeliness *answer, GError *error);
void arra_work_mail_clear (ArraWorkMail *mail);
