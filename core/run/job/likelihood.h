/* likelihood.h - how likely codes are that are there already
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "session.h"

/* Of one code, given all before it. */
typedef struct
{
  double cond;   /* log p with the prompt */
  double uncond; /* log p without it; without guidance the same */
  double guided; /* log p as pictures are drawn, at temperature 1 and of all codes */
} ArraLikelihood;

/* Room for the scores behind a run of codes; zero-initialise. */
typedef struct
{
  float *logits[ARRA_N_BRANCHES]; /* n_rows x n_logits; the second NULL without guidance */
  guint n_rows;
  float *scratch; /* of each thread: the scores of codes */
  guint *rows;    /* where in them each code's scores are */
} ArraLikelihoodRoom;

/* For runs of up to @n_codes. */
gboolean
arra_likelihood_room_init (ArraLikelihoodRoom *room, const ArraSession *session, guint n_codes, GError **error);
void arra_likelihood_room_clear (ArraLikelihoodRoom *room);
guint64 arra_likelihood_room_bytes (guint32 n_logits, guint n_codes, gboolean guided, guint threads);

/**
 * arra_session_likelihood:
 * @codes: @n codes that would follow where the session is, in the picture at hand
 * @scale: of the guidance
 * @guided_only: the others are not wanted, and may be 0
 * @likelihoods: [@n]
 *
 * What stands between codes is passed over. The sequence stays as it was. INVALID_DATA: scores that are not finite.
 */
gboolean arra_session_likelihood (ArraSession *session,
                                  ArraLikelihoodRoom *room,
                                  const guint32 *codes,
                                  guint n,
                                  double scale,
                                  gboolean guided_only,
                                  ArraLikelihood *likelihoods,
                                  GCancellable *cancellable,
                                  GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ArraLikelihoodRoom, arra_likelihood_room_clear)
