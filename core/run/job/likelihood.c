/* likelihood.c - how likely codes are that are there already: log-softmax over the codes, all of a run in one
 * pass
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "likelihood.h"

#include <math.h>

#include "detmath.h"
#include "fail.h"
#include "mem.h"
#include "session_private.h"
#include "session_together.h"

/* Between two codes of a run stands at most one token that is none, and before the first one the last that
 * was read. */
static guint
rows_for (guint n_codes)
{
  return 2 * n_codes + 1;
}

guint64
arra_likelihood_room_bytes (guint32 n_logits, guint n_codes, gboolean guided)
{
  return (guint64) rows_for (n_codes) * n_logits * sizeof (float) * (guided ? 2 : 1) + n_codes * sizeof (guint);
}

gboolean
arra_likelihood_room_init (ArraLikelihoodRoom *room, const ArraSession *session, guint n_codes, GError **error)
{
  const guint n_branches = session->uncond != NULL ? 2 : 1;

  room->n_rows = rows_for (n_codes);
  room->rows = arra_mem_new (n_codes, sizeof *room->rows, "scores of tokens", error);
  if (room->rows == NULL)
    return FALSE;
  for (guint branch = 0; branch < n_branches; branch++)
    {
      room->logits[branch] = arra_mem_new ((gsize) room->n_rows * session->model->shape.n_logits, sizeof (float),
                                           "scores of tokens", error);
      if (room->logits[branch] == NULL)
        return FALSE;
    }
  return TRUE;
}

void
arra_likelihood_room_clear (ArraLikelihoodRoom *room)
{
  arra_mem_free (room->logits[ARRA_CONDITIONAL]);
  arra_mem_free (room->logits[ARRA_UNCONDITIONAL]);
  arra_mem_free (room->rows);
  *room = (ArraLikelihoodRoom) { 0 };
}

/* Appends all codes but the last, and what stands between them. @rows: how many tokens stand before each
 * code, from the first on. */
static gboolean
push_run (ArraSession *session, const guint32 *codes, guint n, guint *rows, GError **error)
{
  const guint begin = session->n_ids;

  for (guint i = 0; i < n; i++)
    {
      if (!arra_session_pass_between (session, error))
        return FALSE;
      if (session->grammar.expect != ARRA_EXPECT_CODE)
        return arra_fail (error, ARRA_ERROR_FAILED, "no code can stand where the picture is");
      rows[i] = session->n_ids - begin;
      if (i + 1 < n && !arra_session_push (session, arra_layout_id (session->grammar.layout, codes[i]), error))
        return FALSE;
    }
  return TRUE;
}

/* The next @n rows of @branch, whose scores go to @room from row @begin on. */
static ArraTransformerInput
next_rows (const ArraSession *session, const ArraLikelihoodRoom *room, guint branch, guint begin, guint n)
{
  ArraTransformerInput input
      = arra_session_input (session, branch, n, room->logits[branch] + (gsize) begin * session->model->shape.n_logits);

  input.all_logits = TRUE;
  return input;
}

/* Both branches in one pass over the weights, but for a row in front of the conditional one. */
static gboolean
compute (ArraSession *session, ArraLikelihoodRoom *room, guint n_rows, GCancellable *cancellable, GError **error)
{
  const guint at_once = arra_session_together (session, ARRA_CONDITIONAL, n_rows);
  const guint front = at_once < n_rows ? at_once : 0;
  ArraTransformerInput inputs[ARRA_N_BRANCHES];
  guint n_inputs = 0;

  g_assert (n_rows <= room->n_rows);
  if (front > 0)
    {
      inputs[0] = next_rows (session, room, ARRA_CONDITIONAL, 0, front);
      if (!arra_transformer_forward (session->run, inputs, 1, NULL, NULL, cancellable, error))
        return FALSE;
    }
  inputs[n_inputs++] = next_rows (session, room, ARRA_CONDITIONAL, front, n_rows - front);
  if (session->uncond != NULL)
    inputs[n_inputs++] = next_rows (session, room, ARRA_UNCONDITIONAL, 0, n_rows);
  return arra_transformer_forward (session->run, inputs, n_inputs, NULL, NULL, cancellable, error);
}

/* log p of @id among the codes. NaN when a score is not finite where it must be. */
static double
log_softmax (const ArraLayout *layout, const float *scores, guint32 id)
{
  double top = -INFINITY, sum = 0;

  for (guint32 code = 0; code < layout->n_codes; code++)
    top = MAX (top, (double) scores[arra_layout_id (layout, code)]);
  for (guint32 code = 0; code < layout->n_codes; code++)
    sum += arra_exp ((double) scores[arra_layout_id (layout, code)] - top);
  return (double) scores[id] - top - arra_log (sum);
}

static gboolean
measure (ArraSession *session,
         const ArraLikelihoodRoom *room,
         guint row,
         guint32 code,
         double scale,
         ArraLikelihood *likelihood,
         GError **error)
{
  const ArraLayout *layout = session->grammar.layout;
  const gsize n_logits = session->model->shape.n_logits;
  const guint32 id = arra_layout_id (layout, code);
  const float *cond = room->logits[ARRA_CONDITIONAL] + row * n_logits;

  likelihood->cond = likelihood->uncond = likelihood->guided = log_softmax (layout, cond, id);
  if (session->uncond != NULL)
    {
      const float *uncond = room->logits[ARRA_UNCONDITIONAL] + row * n_logits;

      likelihood->uncond = log_softmax (layout, uncond, id);
      if ((float) scale != 1.0f)
        {
          session->exec.kernels->guide (cond, uncond, (float) scale, layout->n_tokens, session->sampler.scores);
          likelihood->guided = log_softmax (layout, session->sampler.scores, id);
        }
    }
  if (isfinite (likelihood->cond) && isfinite (likelihood->uncond) && isfinite (likelihood->guided))
    return TRUE;
  arra_fail (error, ARRA_ERROR_INVALID_DATA,
             "the scores the model gives for the next token are not finite numbers; its weights are broken");
  g_prefix_error (error, "%s: ", session->path);
  return FALSE;
}

gboolean
arra_session_likelihood (ArraSession *session,
                         ArraLikelihoodRoom *room,
                         const guint32 *codes,
                         guint n,
                         double scale,
                         ArraLikelihood *likelihoods,
                         GCancellable *cancellable,
                         GError **error)
{
  const guint begin = session->n_ids;
  gboolean ok;

  ok = arra_session_read_ahead (session, cancellable, error) && push_run (session, codes, n, room->rows, error)
       && compute (session, room, session->n_ids - begin + 1, cancellable, error);
  for (guint i = 0; ok && i < n; i++)
    ok = measure (session, room, room->rows[i], codes[i], scale, &likelihoods[i], error);
  arra_session_rewind (session, begin);
  return ok;
}
