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

#define SCRATCH_ROWS 2 /* of scores, for each thread */

/* Between two codes of a run stands at most one token that is none, and before the first one the last that
 * was read. */
static guint
rows_for (guint n_codes)
{
  return 2 * n_codes + 1;
}

guint64
arra_likelihood_room_bytes (guint32 n_logits, guint n_codes, gboolean guided, guint threads)
{
  return ((guint64) rows_for (n_codes) * n_logits * (guided ? 2 : 1) + SCRATCH_ROWS * (guint64) threads * n_logits)
             * sizeof (float)
         + n_codes * sizeof (guint);
}

gboolean
arra_likelihood_room_init (ArraLikelihoodRoom *room, const ArraSession *session, guint n_codes, GError **error)
{
  const guint n_branches = session->uncond != NULL ? 2 : 1;

  room->n_rows = rows_for (n_codes);
  room->rows = arra_mem_new (n_codes, sizeof *room->rows, "scores of tokens", error);
  if (room->rows == NULL)
    return FALSE;
  room->scratch = arra_mem_new (SCRATCH_ROWS * (gsize) arra_pool_threads (session->exec.pool),
                                session->model->shape.n_logits * sizeof (float), "scores of tokens", error);
  if (room->scratch == NULL)
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
  arra_mem_free (room->scratch);
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

/* A run whose scores are computed. */
typedef struct
{
  const ArraSession *session;
  const ArraLikelihoodRoom *room;
  const guint32 *codes;
  float scale;
  gboolean guided_only;
  ArraLikelihood *likelihoods;
} Run;

/* Scores of the codes alone. */
static void
gather_codes (const ArraLayout *layout, const float *logits, float *scores)
{
  for (guint32 code = 0; code < layout->n_codes; code++)
    scores[code] = logits[arra_layout_id (layout, code)];
}

/* log p of @code; its @scores are used up. NaN when one is not finite where it must be. */
static double
log_softmax (const ArraKernels *kernels, float *scores, guint32 n, guint32 code)
{
  const float top = kernels->max (scores, n), own = scores[code];

  return (double) own - (double) top - arra_log ((double) kernels->softmax (scores, n));
}

static double
branch_likelihood (const Run *run, guint branch, gsize row, guint32 code, float *scores)
{
  const ArraLayout *layout = run->session->grammar.layout;

  gather_codes (layout, run->room->logits[branch] + row * run->session->model->shape.n_logits, scores);
  return log_softmax (run->session->exec.kernels, scores, layout->n_codes, code);
}

static double
guided_likelihood (const Run *run, gsize row, guint32 code, float *scores)
{
  const ArraLayout *layout = run->session->grammar.layout;
  const gsize n_logits = run->session->model->shape.n_logits;
  const ArraKernels *kernels = run->session->exec.kernels;
  float *uncond = scores + n_logits;

  gather_codes (layout, run->room->logits[ARRA_CONDITIONAL] + row * n_logits, scores);
  gather_codes (layout, run->room->logits[ARRA_UNCONDITIONAL] + row * n_logits, uncond);
  kernels->guide (scores, uncond, run->scale, layout->n_codes, scores);
  return log_softmax (kernels, scores, layout->n_codes, code);
}

static void
measure (gsize begin, gsize end, guint worker, gpointer data)
{
  const Run *run = data;
  const gboolean guided = run->session->uncond != NULL && run->scale != 1.0f;
  float *scores = run->room->scratch + SCRATCH_ROWS * (gsize) worker * run->session->model->shape.n_logits;

  for (gsize i = begin; i < end; i++)
    {
      const guint row = run->room->rows[i];
      const guint32 code = run->codes[i];
      ArraLikelihood *likelihood = &run->likelihoods[i];

      *likelihood = (ArraLikelihood) { 0 };
      if (!guided || !run->guided_only)
        likelihood->cond = likelihood->uncond = likelihood->guided
            = branch_likelihood (run, ARRA_CONDITIONAL, row, code, scores);
      if (run->session->uncond != NULL && !run->guided_only)
        likelihood->uncond = branch_likelihood (run, ARRA_UNCONDITIONAL, row, code, scores);
      if (guided)
        likelihood->guided = guided_likelihood (run, row, code, scores);
    }
}

static gboolean
check_finite (const ArraSession *session, const ArraLikelihood *likelihoods, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    {
      const ArraLikelihood *likelihood = &likelihoods[i];

      if (isfinite (likelihood->cond) && isfinite (likelihood->uncond) && isfinite (likelihood->guided))
        continue;
      arra_fail (error, ARRA_ERROR_INVALID_DATA,
                 "the scores the model gives for the next token are not finite numbers; its weights are broken");
      g_prefix_error (error, "%s: ", session->path);
      return FALSE;
    }
  return TRUE;
}

gboolean
arra_session_likelihood (ArraSession *session,
                         ArraLikelihoodRoom *room,
                         const guint32 *codes,
                         guint n,
                         double scale,
                         gboolean guided_only,
                         ArraLikelihood *likelihoods,
                         GCancellable *cancellable,
                         GError **error)
{
  const guint begin = session->n_ids;
  Run run = { session, room, codes, (float) scale, guided_only, likelihoods };
  gboolean ok;

  ok = arra_session_read_ahead (session, cancellable, error) && push_run (session, codes, n, room->rows, error)
       && compute (session, room, session->n_ids - begin + 1, cancellable, error);
  if (ok)
    {
      arra_pool_run (session->exec.pool, n, 1, measure, &run);
      ok = check_finite (session, likelihoods, n, error);
    }
  arra_session_rewind (session, begin);
  return ok;
}
