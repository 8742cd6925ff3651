/* job.h - the inside of ArraJob: a request, its answers, the session that writes them and the decoder that shows them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra-prompt.h>
#include "answer.h"
#include "mosaic.h"
#include "likelihood.h"
#include "pace.h"
#include "plan.h"
#include "score.h"
#include "session.h"
#include "tiles.h"
#include "vqgan.h"

#define ARRA_NO_ANSWER G_MAXUINT

/* A picture handed out by arra_job_decode(). */
typedef struct
{
  guint answer, index;
  guint8 *pixels; /* arra_mem */
  ArraPicture picture;
} ArraKeptPicture;

struct _ArraJob
{
  ArraCheckpoint *checkpoint;
  ArraRequest request;   /* its strings are the two below */
  char *prompt;          /* nullable: a saved job without its prompt; arra_mem */
  char *prompt_template; /* nullable; arra_mem */
  ArraSampling sampling;
  ArraCapacities capacities;

  ArraPool *pool;
  ArraExec exec;
  ArraSession session; /* empty in a job without a prompt */
  guint prompt_length; /* tokens of the session that all answers share */
  guint32 *text;       /* (nullable): ids of the prompt for the text encoder, which is still to read them; arra_mem */
  guint n_text;

  ArraAnswer *answers; /* request.count */
  guint32 *tokens;     /* request.count x arra_capacities_kept() */
  guint n_begun;
  guint current; /* the answer that the session holds, or ARRA_NO_ANSWER */

  /* answers that are mosaices: job_mosaic.h */
  gint32 *known; /* nullable: the request's, ours; arra_mem */
  ArraMosaicShape shape;
  ArraMosaic mosaic; /* n_stages 0: answers are none; else it holds the codes of one of them */
  ArraTiles tiles;
  ArraLikelihoodRoom room;
  ArraLikelihood *likelihoods; /* of a row of codes */
  guint32 *following;          /* likewise */
  guint32 *tried;              /* 1 + n_together windows of codes: the best try, and those being made */
  guint n_tries, n_together;   /* of a run, and of these those that are made side by side */
  ArraSession *branches;       /* [n_branches]: for tries or windows beside the first; NULL: there are none */
  guint n_branches;

  ArraScorer scorer; /* empty unless pictures are scored */
  double *scores;    /* (nullable): request.count; NaN: not measured yet; arra_mem */

  ArraVqganRun *decoder; /* nullable: no VQGAN */
  guint32 *codes;        /* of the picture being decoded */
  float *planes;         /* [3][height][width] */
  guint8 *preview;
  GPtrArray *kept; /* ArraKeptPicture */

  ArraProgressFunc progress;
  gpointer progress_data;
  gboolean previews;
  ArraFinishedFunc finished; /* nullable */
  gpointer finished_data;
  ArraPace pace;
  double fraction; /* told last: it never goes back */
  guint previewed_begin, previewed_rows;
};

/* Bytes a job takes besides its KV caches and the stacks of its threads: activations, scores, tokens, VQGAN buffers,
 * pictures. */
guint64 arra_job_bytes (const ArraCheckpoint *checkpoint, const ArraRequest *request, const ArraCapacities *capacities);

/* arra_job_new() in parts, for saved jobs: @prompted FALSE makes a job that can only decode what it is given. */
ArraJob *arra_job_build (ArraCheckpoint *checkpoint, const ArraRequest *request, gboolean prompted, GError **error);

/* The features of the prompt into the session, where it begins with them; the text encoder is in memory only meanwhile.
 */
gboolean arra_job_read_text (ArraJob *job, GCancellable *cancellable, GError **error);

/* The next token of an answer that is no mosaic, or its end: what arra_job_run() does until the answer is finished. The
 * prompt's features, where there are any, are read before. */
gboolean arra_job_step (ArraJob *job, guint index, GCancellable *cancellable, GError **error);

/* Progress: what the job is at now. @preview nullable. Throttled unless @always. */
void arra_job_report (ArraJob *job,
                      ArraPhase phase,
                      guint answer,
                      const ArraPicture *preview,
                      double decoded,
                      gboolean always);
/* Shows the finished rows of the current picture when there are new ones and time allows. */
void arra_job_preview (ArraJob *job, guint answer, GCancellable *cancellable);
/* Decodes the finished rows of @span into @pixels; FALSE as arra_vqgan_decode(). */
gboolean arra_job_decode_span (ArraJob *job,
                               const ArraAnswer *answer,
                               const ArraPictureSpan *span,
                               guint8 *pixels,
                               ArraPicture *picture,
                               gboolean preview,
                               ArraVqganProgress progress,
                               gpointer data,
                               GCancellable *cancellable,
                               GError **error);

/* What arra_job_score() needs, where the request asks for it: once the session is made. */
gboolean arra_job_score_init (ArraJob *job, GError **error);
guint64
arra_job_score_bytes (const ArraCheckpoint *checkpoint, const ArraRequest *request, const ArraCapacities *capacities);

double arra_job_clock (void); /* seconds */
