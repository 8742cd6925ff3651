/* session.h - one sequence being written: caches of both branches, scores, grammar and the step from token to token
 *
 * The sequence (prompt, then answer) is the truth; the caches follow it when scores are needed. So a cancelled, rewound
 * or resumed sequence needs no special case: the next step reads whatever the caches lack, and reading many tokens at
 * once gives the same bits as reading them one by one. In pictures a pass may read guesses behind the sequence's end
 * (lookahead.h); what was guessed wrong leaves the caches when another token is pushed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "conditioner.h"
#include "layout.h"
#include "plan.h"
#include "sampler.h"
#include "transformer.h"
#include "lookahead.h"

#define ARRA_SESSION_ROWS (ARRA_LOOKAHEAD + 1)

typedef struct
{
  const char *path; /* of the checkpoint, for messages; borrowed */
  const ArraTransformer *model;
  const ArraSource *source; /* nullable: where its weights lie; borrowed */
  ArraExec exec;
  ArraTransformerRun *run;
  ArraKvCache *cond;
  ArraKvCache *uncond;     /* NULL without guidance */
  float *scores[2];        /* scores of the last pass, ARRA_SESSION_ROWS x n_logits each: conditional, unconditional */
  float *logits[2];        /* of scores, those of the next token */
  ArraLookahead lookahead; /* which tokens of the sequence rows are scores for, and what was guessed behind its end */
  ArraSampler sampler;
  ArraGrammar grammar;            /* after all of ids */
  guint32 *ids;                   /* capacity */
  guint32 *read[ARRA_N_BRANCHES]; /* the same as the transformer's ids, behind what stands in front of the branch; NULL:
                                   * nothing does, and the conditional branch's are read */
  guint n_front[ARRA_N_BRANCHES];
  guint left_out[ARRA_N_BRANCHES]; /* positions before the first */
  float *rows;       /* (nullable): what stands in front of the conditional branch, as rows: [n_front][hidden_size] */
  gint cfg_interval; /* the last token of a picture that is guided, counted from the one after the first; -1: all are.
                        The owner sets it */
  gboolean borrows;  /* run and rows are another session's */
  gboolean unguided; /* the unconditional branch is there to be compared with alone. The owner sets it */
  guint32 first_id;  /* of the transformer, for id 0 */
  guint n_ids, capacity;
  guint picture_start; /* where in ids the unconditional branch begins: the start token of the last picture */
  guint block;         /* most tokens read at once */
} ArraSession;

/* Tells how far reading has come: @done of @total tokens that the caches lacked. */
typedef void (*ArraSessionRead) (guint done, guint total, gpointer data);

/* @condition (nullable): of which only what stands in front of the branches is taken. @guided: with the unconditional
 * branch. @checkpoint and @exec must outlive the session. */
gboolean arra_session_init (ArraSession *session,
                            const ArraCheckpoint *checkpoint,
                            const ArraExec *exec,
                            const ArraCapacities *capacities,
                            const ArraCondition *condition,
                            gboolean guided,
                            GError **error);
void arra_session_clear (ArraSession *session);

/* Bytes of arra_session_init() without the caches: activations, scores, ids. */
guint64 arra_session_bytes (const ArraCheckpoint *checkpoint, const ArraCapacities *capacities, gboolean guided);

/* Makes the rows in front of the conditional branch of @features, one for each id that its condition had: before the
 * first step of a session whose condition has features. */
void arra_session_take_features (ArraSession *session,
                                 const ArraConditioner *conditioner,
                                 const float *features,
                                 guint width);

/* Appends a token. FAILED when it cannot stand there or the sequence is full. */
gboolean arra_session_push (ArraSession *session, guint32 id, GError **error);

/* Back to the first @n_prompt tokens, and then what stands before the first code of a picture of @rows x @columns. */
gboolean arra_session_begin_picture (ArraSession *session, guint n_prompt, guint rows, guint columns, GError **error);
/* Appends what stands between two codes, if anything does. */
gboolean arra_session_pass_between (ArraSession *session, GError **error);
/* Appends @code, and what stands before it. */
gboolean arra_session_push_code (ArraSession *session, guint32 code, GError **error);

/* Back to the first @n_ids tokens; what the caches hold of them stays. */
void arra_session_rewind (ArraSession *session, guint n_ids);

/* Tokens arra_session_next() must read before it can choose. */
guint arra_session_unread (const ArraSession *session);

/**
 * arra_session_next:
 * @picture, @position: with seed and token the arguments of the noise
 * @read: (nullable): called after each block of a long reading
 *
 * Chooses the next token, without appending it. A forced one needs no work. INVALID_DATA when the model's scores are
 * not finite or its file was cut meanwhile; cancelled: what is read stays read. Allocates nothing.
 */
gboolean arra_session_next (ArraSession *session,
                            const ArraSampling *sampling,
                            guint32 picture,
                            guint32 position,
                            guint32 *id,
                            ArraSessionRead read,
                            gpointer data,
                            GCancellable *cancellable,
                            GError **error);
