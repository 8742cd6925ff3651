/* session_together.c - several sequences of one model that go on side by side, in one pass over its weights
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "session_together.h"

#include <string.h>

#include "checkpoint.h"
#include "mem.h"
#include "session_private.h"

static gboolean
make_caches (ArraSession *branch, const ArraSession *session, const ArraCapacities *capacities, GError **error)
{
  ArraKvShape shape = arra_transformer_kv_shape (&session->model->shape);

  shape.dtype = arra_kv_cache_dtype (session->cond);
  branch->cond = arra_kv_cache_new (&shape, capacities->context, error);
  if (branch->cond == NULL || session->uncond == NULL)
    return branch->cond != NULL;
  branch->uncond = arra_kv_cache_new (&shape, capacities->uncond_context, error);
  return branch->uncond != NULL;
}

/* The ids that a branch reads lie behind what stands in front of it. */
static gboolean
make_ids (ArraSession *branch, const ArraSession *session, GError **error)
{
  for (guint i = 0; i < ARRA_N_BRANCHES; i++)
    {
      if (session->read[i] == NULL)
        continue;
      branch->read[i]
          = arra_mem_new ((gsize) session->n_front[i] + session->capacity, sizeof (guint32), "tokens", error);
      if (branch->read[i] == NULL)
        return FALSE;
    }
  branch->ids = arra_mem_new (session->capacity, sizeof (guint32), "tokens", error);
  return branch->ids != NULL;
}

gboolean
arra_session_branch_init (ArraSession *branch,
                          const ArraSession *session,
                          const ArraCapacities *capacities,
                          GError **error)
{
  const guint n_logits = session->model->shape.n_logits, n_branches = session->uncond != NULL ? 2 : 1;

  *branch = *session;
  branch->borrows = TRUE;
  branch->cond = branch->uncond = NULL;
  branch->ids = branch->read[ARRA_CONDITIONAL] = branch->read[ARRA_UNCONDITIONAL] = NULL;
  branch->scores[0] = branch->scores[1] = NULL;
  branch->lookahead = (ArraLookahead) { 0 };
  branch->sampler = (ArraSampler) { 0 };
  branch->n_ids = 0;
  if (!make_caches (branch, session, capacities, error) || !make_ids (branch, session, error))
    return FALSE;
  for (guint i = 0; i < n_branches; i++)
    {
      branch->scores[i] = arra_mem_new (n_logits, sizeof (float), "scores of tokens", error);
      if (branch->scores[i] == NULL)
        return FALSE;
    }
  return arra_sampler_init (&branch->sampler, n_logits, error);
}

guint64
arra_session_branch_bytes (const ArraCheckpoint *checkpoint, const ArraCapacities *capacities)
{
  const guint64 n_logits = checkpoint->decoder.shape.n_logits;
  const guint64 n_ids
      = (guint64) 3 * (capacities->prompt_tokens + capacities->answer_tokens) + capacities->uncond_tokens;
  const ArraDType kv = arra_quant_dtype (checkpoint->kv);
  guint64 bytes = arra_decoder_kv_cache_bytes (&checkpoint->decoder, capacities->context, kv)
                  + n_logits * 2 * sizeof (float) + arra_sampler_bytes ((guint32) n_logits) + n_ids * sizeof (guint32);

  if (capacities->uncond_context > 0)
    bytes += arra_decoder_kv_cache_bytes (&checkpoint->decoder, capacities->uncond_context, kv);
  return bytes;
}

/* Tokens that both begin with. */
static guint
common (const ArraSession *branch, const ArraSession *session)
{
  const guint n = MIN (branch->n_ids, session->n_ids);
  guint i = 0;

  while (i < n && branch->ids[i] == session->ids[i])
    i++;
  return i;
}

/* What both caches hold of the first @n_ids tokens stays; the remainder is copied. */
static void
follow_cache (ArraSession *branch, const ArraSession *session, guint which, guint n_ids)
{
  ArraKvCache *cache = arra_session_cache (branch, which);
  guint n = n_ids + session->n_front[which];

  if (cache == NULL)
    return;
  if (which == ARRA_UNCONDITIONAL)
    n = branch->picture_start == session->picture_start && n_ids > session->picture_start ? n - session->picture_start
                                                                                          : 0;
  arra_kv_cache_truncate (cache, n);
  arra_kv_cache_take (cache, arra_session_cache (session, which));
}

/* All but the caches. */
static void
follow_ids (ArraSession *branch, const ArraSession *session)
{
  for (guint i = 0; i < ARRA_N_BRANCHES; i++)
    if (branch->read[i] != NULL)
      memcpy (branch->read[i], session->read[i], ((gsize) session->n_front[i] + session->n_ids) * sizeof (guint32));
  memcpy (branch->ids, session->ids, session->n_ids * sizeof (guint32));
  branch->n_ids = session->n_ids;
  branch->grammar = session->grammar;
  branch->picture_start = session->picture_start;
  branch->cfg_interval = session->cfg_interval;
}

void
arra_session_follow (ArraSession *branch, const ArraSession *session)
{
  const guint n = branch->n_ids > 0 ? common (branch, session) : 0;

  for (guint i = 0; i < ARRA_N_BRANCHES; i++)
    follow_cache (branch, session, i, n);
  follow_ids (branch, session);
}

void
arra_session_continue (ArraSession *branch, const ArraSession *session)
{
  for (guint i = 0; i < ARRA_N_BRANCHES; i++)
    if (arra_session_cache (branch, i) != NULL)
      arra_kv_cache_continue (arra_session_cache (branch, i), arra_session_cache (session, i));
  follow_ids (branch, session);
}

static gboolean
read_branch (ArraSession *session, guint branch, GCancellable *cancellable, GError **error)
{
  if (arra_session_cache (session, branch) == NULL)
    return TRUE;
  arra_session_leave_last (session, branch);
  while (arra_session_lacking (session, branch) > 1)
    {
      const guint left = MIN (arra_session_lacking (session, branch) - 1, session->block);
      ArraTransformerInput input
          = arra_session_input (session, branch, arra_session_together (session, branch, left), NULL);

      if (!arra_transformer_forward (session->run, &input, 1, NULL, NULL, cancellable, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
arra_session_read_ahead (ArraSession *session, GCancellable *cancellable, GError **error)
{
  return read_branch (session, ARRA_CONDITIONAL, cancellable, error)
         && read_branch (session, ARRA_UNCONDITIONAL, cancellable, error);
}

/* What @branch is to read for its next scores, in one pass. */
static gboolean
take_input (ArraSession *session, guint branch, ArraTransformerInput *input, GCancellable *cancellable, GError **error)
{
  guint n;

  arra_session_leave_last (session, branch);
  n = arra_session_lacking (session, branch);
  if (arra_session_together (session, branch, n) < n)
    {
      if (!read_branch (session, branch, cancellable, error))
        return FALSE;
      n = 1;
    }
  *input = arra_session_input (session, branch, n, session->scores[branch]);
  return TRUE;
}

gboolean
arra_sessions_next (ArraSession *const *sessions,
                    guint n,
                    const ArraSampling *sampling,
                    const guint32 *pictures,
                    const guint32 *positions,
                    guint32 *ids,
                    GCancellable *cancellable,
                    GError **error)
{
  ArraTransformerInput inputs[ARRA_N_BRANCHES * ARRA_MOST_TOGETHER];
  guint n_inputs = 0;

  g_assert (n <= ARRA_MOST_TOGETHER);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    sessions[i]->lookahead.n = 0;                            /* its scores go */
  for (guint branch = 0; branch < ARRA_N_BRANCHES; branch++) /* those side by side that may share keys and values */
    for (guint i = 0; i < n; i++)
      if ((branch == ARRA_CONDITIONAL || arra_session_is_guided (sessions[i]))
          && !take_input (sessions[i], branch, &inputs[n_inputs++], cancellable, error))
        return FALSE;
  if (!arra_transformer_forward (sessions[0]->run, inputs, n_inputs, NULL, NULL, cancellable, error)
      || (sessions[0]->source != NULL && !arra_source_check (sessions[0]->source, error)))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!arra_session_choose (sessions[i], &sessions[i]->grammar, sampling, 0, pictures[i], positions[i], &ids[i],
                              error))
      return FALSE;
  return TRUE;
}
