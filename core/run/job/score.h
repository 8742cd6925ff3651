/* score.h - how likely the codes of a whole picture are, with its prompt and with none, window by window
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "likelihood.h"
#include "mosaic.h"

/* Room for it; zero-initialise. */
typedef struct
{
  ArraMosaic windows; /* none of whose codes is known: its stages say in which window a code is seen */
  ArraLikelihoodRoom room;
  ArraLikelihood *row; /* of a window's codes */
  guint32 *codes;      /* likewise */
} ArraScorer;

typedef void (*ArraScoreProgress) (double fraction, gpointer data);

/* @shape: of the picture and its windows; nothing of it is known, no edge wraps. */
gboolean
arra_scorer_init (ArraScorer *scorer, const ArraSession *session, const ArraMosaicShape *shape, GError **error);
void arra_scorer_clear (ArraScorer *scorer);
/* Of a session with both branches. */
guint64 arra_scorer_bytes (const ArraMosaicShape *shape, guint32 n_logits, guint threads);

/**
 * arra_scorer_measure:
 * @n_prompt: tokens of the session that stand before the picture
 * @codes: [rows][columns]
 * @with, @without: (nullable): [rows][columns]: log p of each code with the prompt and with none
 * @gain: (nullable): the sum of all their differences
 * @progress: (nullable)
 *
 * Afterwards the session holds a part of the picture. Errors are those of arra_session_likelihood().
 */
gboolean arra_scorer_measure (ArraScorer *scorer,
                              ArraSession *session,
                              guint n_prompt,
                              const guint32 *codes,
                              double *with,
                              double *without,
                              double *gain,
                              ArraScoreProgress progress,
                              gpointer data,
                              GCancellable *cancellable,
                              GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ArraScorer, arra_scorer_clear)
