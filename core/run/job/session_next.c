/* session_next.c - the step from token to token: what caches lack is read, and guesses behind it where these pay
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "fail.h"
#include "session_private.h"

/* Whether what is left can be read in one pass. */
static gboolean
fits_one_pass (const ArraSession *session, guint left)
{
  const guint cond = arra_session_lacking (session, ARRA_CONDITIONAL);

  return left <= session->block && arra_session_together (session, ARRA_CONDITIONAL, cond) == cond;
}

/* Reads blocks without scores until what is left fits one pass. A cancelled reading keeps the blocks it
 * finished. */
static gboolean
read_ahead (ArraSession *session, ArraSessionRead read, gpointer data, GCancellable *cancellable, GError **error)
{
  const gboolean guided = arra_session_is_guided (session);
  const guint total = arra_session_unread (session);

  for (guint left = total; !fits_one_pass (session, left); left = arra_session_unread (session))
    {
      const guint cond = arra_session_together (
          session, ARRA_CONDITIONAL, MIN (arra_session_lacking (session, ARRA_CONDITIONAL) - 1, session->block));
      guint uncond = 0, n_inputs = 0;
      ArraTransformerInput inputs[2];

      if (cond > 0)
        inputs[n_inputs++] = arra_session_input (session, ARRA_CONDITIONAL, cond, NULL);
      if (guided)
        uncond = MIN (arra_session_lacking (session, ARRA_UNCONDITIONAL) - 1, session->block - cond);
      if (uncond > 0)
        inputs[n_inputs++] = arra_session_input (session, ARRA_UNCONDITIONAL, uncond, NULL);
      if (n_inputs == 0)
        break;
      if (!arra_transformer_forward (session->run, inputs, n_inputs, NULL, NULL, cancellable, error))
        return FALSE;
      if (read != NULL)
        read (total - arra_session_unread (session), total, data);
    }
  return TRUE;
}

gboolean
arra_session_choose (ArraSession *session,
                     const ArraGrammar *grammar,
                     const ArraSampling *sampling,
                     guint row,
                     guint32 picture,
                     guint32 position,
                     guint32 *id,
                     GError **error)
{
  const gsize from = (gsize) row * session->model->shape.n_logits;

  for (guint branch = 0; branch < G_N_ELEMENTS (session->scores); branch++)
    session->logits[branch] = session->scores[branch] != NULL ? session->scores[branch] + from : NULL;
  if (!arra_sampler_filter (&session->sampler, session->exec.kernels, grammar, sampling, session->logits[0],
                            arra_session_is_guided (session) ? session->logits[1] : NULL, error))
    return FALSE;
  *id = arra_sampler_pick (&session->sampler, sampling, picture, position);
  return TRUE;
}

/* Makes token @n_ids + @ahead @id for a pass, behind what the branches read. */
static void
put_guess (ArraSession *session, guint ahead, guint32 id)
{
  for (guint branch = 0; branch < ARRA_N_BRANCHES; branch++)
    if (session->read[branch] != NULL)
      session->read[branch][session->n_front[branch] + session->n_ids + ahead] = session->first_id + id;
  session->lookahead.guesses[ahead] = id;
}

/* Guesses at most @most tokens of the picture at hand, of the scores there are for their positions, or else of the last
 * ones. Returns how many. */
static guint
guess (ArraSession *session, const ArraSampling *sampling, guint most, guint32 picture, guint32 position)
{
  const ArraLookahead *window = &session->lookahead;
  const guint first = session->n_ids - window->begin;
  ArraGrammar grammar = session->grammar;
  guint n = 0;

  if (window->n == 0)
    return 0;
  for (; n < most && session->n_front[ARRA_CONDITIONAL] + session->n_ids + n + 1 < session->capacity; n++)
    {
      guint32 id = grammar.forced;

      if (grammar.expect == ARRA_EXPECT_CODE
          && !arra_session_choose (session, &grammar, sampling, MIN (first + n, window->n - 1), picture, position + n,
                                   &id, NULL))
        break;
      if (!arra_grammar_push (&grammar, id, NULL)
          || (grammar.expect != ARRA_EXPECT_CODE && grammar.expect != ARRA_EXPECT_FORCED))
        break;
      put_guess (session, n, id);
    }
  return n;
}

/* Whether guesses may be read with what the branches lack: all rows go through the weights together then, and they are
 * turned by the same angles as without. */
static gboolean
may_guess (const ArraSession *session, guint most)
{
  guint n_rows = 0;

  if (session->grammar.expect != ARRA_EXPECT_CODE || session->lookahead.n == 0)
    return FALSE;
  for (guint branch = 0; branch <= (guint) arra_session_is_guided (session); branch++)
    {
      const guint length = session->left_out[branch] + arra_session_length (session, branch);
      const guint n = arra_session_lacking (session, branch) + most;

      n_rows += n;
      if (n > ARRA_SESSION_ROWS || n_rows > session->block
          || !arra_transformer_run_is_steady (session->run, length, length + most))
        return FALSE;
    }
  return TRUE;
}

/* Whether a pass without guesses would read one token of each branch, as most do: those compare. */
static gboolean
lacks_one (const ArraSession *session)
{
  return arra_session_lacking (session, ARRA_CONDITIONAL) == 1
         && (!arra_session_is_guided (session) || arra_session_lacking (session, ARRA_UNCONDITIONAL) == 1);
}

/* Of the scores that a pass gave for @n tokens the last @wanted come to the beginning. */
static void
drop_rows (ArraSession *session, guint branch, guint n, guint wanted)
{
  const gsize n_logits = session->model->shape.n_logits;

  if (n > wanted)
    memmove (session->scores[branch], session->scores[branch] + (n - wanted) * n_logits,
             wanted * n_logits * sizeof (float));
}

/* Scores after the last token and @ahead guesses, of both branches where guidance applies, in one pass over the
 * weights. */
static gboolean
run_pass (ArraSession *session, guint ahead, GCancellable *cancellable, GError **error)
{
  const guint n_inputs = arra_session_is_guided (session) ? 2 : 1;
  ArraTransformerInput inputs[2];

  for (guint branch = 0; branch < n_inputs; branch++)
    {
      inputs[branch] = arra_session_input (session, branch, arra_session_lacking (session, branch) + ahead,
                                           session->scores[branch]);
      inputs[branch].all_logits = ahead > 0;
    }
  session->lookahead.n = 0;
  if (!arra_transformer_forward (session->run, inputs, n_inputs, NULL, NULL, cancellable, error)
      || (session->source != NULL && !arra_source_check (session->source, error)))
    return FALSE;
  for (guint branch = 0; branch < n_inputs && ahead > 0; branch++)
    drop_rows (session, branch, inputs[branch].n_ids, ahead + 1);
  session->lookahead.begin = session->n_ids;
  session->lookahead.n = ahead + 1;
  return TRUE;
}

/* The scores after the last token, and after guesses of what follows where these pay. */
static gboolean
compute_logits (ArraSession *session,
                const ArraSampling *sampling,
                guint32 picture,
                guint32 position,
                ArraSessionRead read,
                gpointer data,
                GCancellable *cancellable,
                GError **error)
{
  const guint most = arra_lookahead_choose (&session->lookahead) - 1;
  guint ahead = 0;
  gboolean alone;
  gint64 start;

  arra_session_leave_last (session, ARRA_CONDITIONAL);
  if (arra_session_is_guided (session))
    arra_session_leave_last (session, ARRA_UNCONDITIONAL);
  if (!read_ahead (session, read, data, cancellable, error))
    return FALSE;
  start = g_get_monotonic_time ();
  alone = lacks_one (session);
  if (most > 0 && may_guess (session, most))
    ahead = guess (session, sampling, most, picture, position);
  if (!run_pass (session, ahead, cancellable, error))
    return FALSE;
  session->lookahead.n_passes += session->grammar.expect == ARRA_EXPECT_CODE;
  if (session->grammar.expect == ARRA_EXPECT_CODE && alone)
    arra_lookahead_add_pass (&session->lookahead, ahead + 1, (double) (g_get_monotonic_time () - start) * 1e-6);
  return TRUE;
}

/* What became of the guess at the token for which row @row of the scores was wanted. */
static void
note_guess (ArraSession *session, guint row, guint32 id)
{
  if (session->grammar.expect != ARRA_EXPECT_CODE)
    return;
  session->lookahead.n_tokens++;
  if (row + 1 < session->lookahead.n)
    arra_lookahead_add_guess (&session->lookahead, row, session->lookahead.guesses[row] == id);
}

gboolean
arra_session_next (ArraSession *session,
                   const ArraSampling *sampling,
                   guint32 picture,
                   guint32 position,
                   guint32 *id,
                   ArraSessionRead read,
                   gpointer data,
                   GCancellable *cancellable,
                   GError **error)
{
  guint row;

  g_return_val_if_fail (arra_session_length (session, ARRA_CONDITIONAL) > 0, FALSE);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (session->grammar.expect == ARRA_EXPECT_FORCED)
    {
      *id = session->grammar.forced;
      return TRUE;
    }
  if (!arra_lookahead_has (&session->lookahead, session->ids, session->n_ids, &row))
    {
      row = 0;
      if (!compute_logits (session, sampling, picture, position, read, data, cancellable, error))
        return FALSE;
    }
  if (!arra_session_choose (session, &session->grammar, sampling, row, picture, position, id, error))
    {
      g_prefix_error (error, "%s: ", session->path);
      return FALSE;
    }
  note_guess (session, row, *id);
  return TRUE;
}
