/* lookahead.h - how many tokens a pass reads, and which of them were guesses
 *
 * The noise of a position is a function of seed, picture, position and token, so a token is arg max (scores + noise) of
 * its scores alone. A pass may therefore read guesses behind the last token: as long as they are the tokens that come,
 * the scores after them are those that a pass for each would have given, bit for bit, and those passes are saved.
 * Guesses come from scores that earlier passes gave for the same positions behind guesses that were wrong (Jacobi
 * iteration with coupled noise, arXiv 2410.01699 and 2510.24211).
 *
 * How many positions a pass has follows from the clock; which tokens come never does.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#define ARRA_LOOKAHEAD 8 /* most positions of a pass */

typedef struct
{
  guint begin, n;                  /* there are scores for tokens begin .. begin + n - 1 of the sequence, */
  guint32 guesses[ARRA_LOOKAHEAD]; /* if token begin + i is guesses[i] */
  guint fixed;                     /* positions of each pass; 0: as many as are fastest */

  double seconds[ARRA_LOOKAHEAD + 1]; /* that a pass of so many positions takes of late; 0: there was none */
  double right[ARRA_LOOKAHEAD];       /* the share of guesses behind row i that come true, when those before it did */
  guint64 n_guesses[ARRA_LOOKAHEAD];
  guint64 n_passes, n_tokens; /* of pictures; tokens that passes gave scores for */
} ArraLookahead;

/* Nothing was seen yet. The environment's ARRA_LOOKAHEAD is how many positions passes have, if it is set: ARGUMENT when
 * it is no number from 1 to ARRA_LOOKAHEAD. */
gboolean arra_lookahead_init (ArraLookahead *window, GError **error);

/* Whether there are scores for token @n_ids of the sequence @ids, and which. */
gboolean arra_lookahead_has (const ArraLookahead *window, const guint32 *ids, guint n_ids, guint *row);

/* How many positions the next pass should have: as many as bring most tokens a second, judged by passes of this window
 * so far; now and then another number, to see. */
guint arra_lookahead_choose (const ArraLookahead *window);

/* A pass of @n positions took @seconds. */
void arra_lookahead_add_pass (ArraLookahead *window, guint n, double seconds);
/* Tokens of pictures for which no pass was needed, because guesses of them came true. */
guint64 arra_lookahead_saved (const ArraLookahead *window);
/* The guess behind row @row came true, or did not; those before it did. */
void arra_lookahead_add_guess (ArraLookahead *window, guint row, gboolean right);
