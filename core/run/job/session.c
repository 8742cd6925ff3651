/* session.c - one sequence being written: caches, scores, grammar and the step from token to token
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "session_private.h"

#include <string.h>

#include "checkpoint.h"
#include "fail.h"
#include "mem.h"

/* What a branch reads first, with room for the sequence behind it. */
static gboolean
take_front (ArraSession *session, guint branch, const ArraPrefix *front, GError **error)
{
  const gsize n = (gsize) session->capacity + (branch == ARRA_UNCONDITIONAL ? front->n : 0);

  session->n_front[branch] = front->n;
  session->left_out[branch] = front->left_out;
  session->read[branch] = arra_mem_new (n, sizeof (guint32), "tokens", error);
  if (session->read[branch] == NULL)
    return FALSE;
  if (front->n > 0 && !front->features)
    memcpy (session->read[branch], front->ids, front->n * sizeof (guint32));
  if (front->features)
    session->rows = arra_mem_new (front->n, session->model->shape.hidden_size * sizeof (float), "the prompt", error);
  return !front->features || session->rows != NULL;
}

static gboolean
take_fronts (ArraSession *session, const ArraCondition *condition, gboolean guided, GError **error)
{
  static const ArraCondition nothing = { 0 };
  const ArraPrefix *front = condition != NULL ? condition->front : nothing.front;

  return take_front (session, ARRA_CONDITIONAL, &front[ARRA_CONDITIONAL], error)
         && (!guided || front[ARRA_UNCONDITIONAL].n == 0
             || take_front (session, ARRA_UNCONDITIONAL, &front[ARRA_UNCONDITIONAL], error));
}

static gboolean
allocate (ArraSession *session,
          const ArraTransformerShape *shape,
          ArraDType kv,
          const ArraCapacities *capacities,
          const ArraCondition *condition,
          gboolean guided,
          GError **error)
{
  ArraKvShape kv_shape = arra_transformer_kv_shape (shape);
  const guint n_branches = guided ? 2 : 1;

  kv_shape.dtype = kv;
  session->run
      = arra_transformer_run_new (session->model, &session->exec, capacities->rows, capacities->context, error);
  if (session->run == NULL)
    return FALSE;
  session->cond = arra_kv_cache_new (&kv_shape, capacities->context, error);
  if (session->cond == NULL)
    return FALSE;
  if (guided)
    {
      session->uncond = arra_kv_cache_new (&kv_shape, capacities->uncond_context, error);
      if (session->uncond == NULL)
        return FALSE;
    }
  for (guint branch = 0; branch < n_branches; branch++)
    {
      session->scores[branch]
          = arra_mem_new0 ((gsize) ARRA_SESSION_ROWS * shape->n_logits, sizeof (float), "scores of tokens", error);
      session->logits[branch] = session->scores[branch];
      if (session->scores[branch] == NULL)
        return FALSE;
    }
  session->ids = arra_mem_new (session->capacity, sizeof (guint32), "tokens", error);
  return session->ids != NULL && take_fronts (session, condition, guided, error)
         && arra_sampler_init (&session->sampler, shape->n_logits, error);
}

gboolean
arra_session_init (ArraSession *session,
                   const ArraCheckpoint *checkpoint,
                   const ArraExec *exec,
                   const ArraCapacities *capacities,
                   const ArraCondition *condition,
                   gboolean guided,
                   GError **error)
{
  *session = (ArraSession) { .path = checkpoint->path,
                             .model = checkpoint->model,
                             .source = checkpoint->source,
                             .exec = *exec,
                             .cfg_interval = -1,
                             .first_id = checkpoint->decoder.first_id,
                             .capacity = capacities->prompt_tokens + capacities->answer_tokens,
                             .block = MAX (capacities->rows, 1) };
  arra_grammar_init (&session->grammar, checkpoint->layout);
  if (arra_lookahead_init (&session->lookahead, error)
      && allocate (session, &checkpoint->decoder.shape, arra_quant_dtype (checkpoint->kv), capacities, condition,
                   guided, error))
    return TRUE;
  arra_session_clear (session);
  return FALSE;
}

void
arra_session_clear (ArraSession *session)
{
  if (!session->borrows)
    {
      arra_transformer_run_free (session->run);
      arra_mem_free (session->rows);
    }
  arra_kv_cache_free (session->cond);
  arra_kv_cache_free (session->uncond);
  arra_mem_free (session->scores[0]);
  arra_mem_free (session->scores[1]);
  arra_mem_free (session->ids);
  arra_mem_free (session->read[ARRA_CONDITIONAL]);
  arra_mem_free (session->read[ARRA_UNCONDITIONAL]);
  arra_sampler_clear (&session->sampler);
  *session = (ArraSession) { 0 };
}

guint64
arra_session_bytes (const ArraCheckpoint *checkpoint, const ArraCapacities *capacities, gboolean guided)
{
  const ArraTransformerShape *shape = &checkpoint->decoder.shape;
  const guint64 capacity = (guint64) capacities->prompt_tokens + capacities->answer_tokens;
  guint64 n_ids = 2 * capacity, rows = 0;

  if (guided && capacities->uncond_tokens > 0)
    n_ids += capacity + capacities->uncond_tokens;
  if (checkpoint->decoder.conditioner->reads_features)
    rows = (guint64) capacities->prompt_tokens * shape->hidden_size;
  return arra_transformer_run_bytes (shape, capacities->rows, capacities->context, capacities->threads)
         + (guint64) shape->n_logits * ARRA_SESSION_ROWS * sizeof (float) * (guided ? 2 : 1)
         + arra_sampler_bytes (shape->n_logits) + n_ids * sizeof (guint32) + rows * sizeof (float);
}

void
arra_session_take_features (ArraSession *session,
                            const ArraConditioner *conditioner,
                            const float *features,
                            guint width)
{
  const guint n = session->n_front[ARRA_CONDITIONAL];

  for (guint i = 0; i < n; i += session->block)
    conditioner->project (session->run, features + (gsize) i * width, MIN (session->block, n - i),
                          session->rows + (gsize) i * session->model->shape.hidden_size);
}

guint
arra_session_length (const ArraSession *session, guint branch)
{
  const guint n = session->n_front[branch] + session->n_ids;

  return branch == ARRA_CONDITIONAL ? n : n - session->picture_start;
}

ArraKvCache *
arra_session_cache (const ArraSession *session, guint branch)
{
  return branch == ARRA_CONDITIONAL ? session->cond : session->uncond;
}

/* A branch has read no more than its first @n tokens. */
static void
shorten (ArraSession *session, guint branch, guint n)
{
  ArraKvCache *cache = arra_session_cache (session, branch);

  if (arra_kv_cache_length (cache) > n)
    arra_kv_cache_truncate (cache, n);
}

static void
shorten_to_sequence (ArraSession *session, guint branch)
{
  shorten (session, branch, arra_session_length (session, branch));
}

void
arra_session_leave_last (ArraSession *session, guint branch)
{
  shorten (session, branch, arra_session_length (session, branch) - 1);
}

/* Token @id comes next: when it was guessed, what was read of it and behind it stays; otherwise that leaves the caches.
 */
static void
keep_guess (ArraSession *session, guint32 id)
{
  guint row;

  if (arra_lookahead_has (&session->lookahead, session->ids, session->n_ids, &row) && row + 1 < session->lookahead.n
      && session->lookahead.guesses[row] == id)
    return;
  shorten_to_sequence (session, ARRA_CONDITIONAL);
  if (session->uncond != NULL)
    shorten_to_sequence (session, ARRA_UNCONDITIONAL);
}

gboolean
arra_session_push (ArraSession *session, guint32 id, GError **error)
{
  const guint n_pictures = session->grammar.n_pictures;

  if (session->n_front[ARRA_CONDITIONAL] + session->n_ids == session->capacity)
    return arra_fail (error, ARRA_ERROR_FAILED, "the sequence is longer than the %u tokens planned for",
                      session->capacity);
  if (!arra_grammar_push (&session->grammar, id, error))
    return FALSE;
  keep_guess (session, id);
  if (session->grammar.n_pictures != n_pictures)
    {
      session->picture_start = session->n_ids;
      session->lookahead.n = 0;
      if (session->uncond != NULL)
        arra_kv_cache_truncate (session->uncond, 0);
    }
  for (guint branch = 0; branch < ARRA_N_BRANCHES; branch++)
    if (session->read[branch] != NULL)
      session->read[branch][session->n_front[branch] + session->n_ids] = session->first_id + id;
  session->ids[session->n_ids++] = id;
  return TRUE;
}

void
arra_session_rewind (ArraSession *session, guint n_ids)
{
  const guint old_start = session->picture_start;

  g_return_if_fail (n_ids <= session->n_ids);
  arra_grammar_init (&session->grammar, session->grammar.layout);
  session->picture_start = 0;
  session->n_ids = n_ids;
  session->lookahead.n = 0;
  for (guint i = 0; i < n_ids; i++)
    {
      const guint n_pictures = session->grammar.n_pictures;
      gboolean stood = arra_grammar_push (&session->grammar, session->ids[i], NULL);

      g_assert (stood);
      if (session->grammar.n_pictures != n_pictures)
        session->picture_start = i;
    }
  shorten_to_sequence (session, ARRA_CONDITIONAL);
  if (session->uncond == NULL)
    return;
  if (session->picture_start != old_start)
    arra_kv_cache_truncate (session->uncond, 0);
  else
    shorten_to_sequence (session, ARRA_UNCONDITIONAL);
}

/* Reference: LlamaGen's generate(), whose cfg_interval counts the steps after the first. */
static gboolean
is_in_interval (const ArraSession *session)
{
  const ArraGrammar *grammar = &session->grammar;
  const guint64 first = grammar->layout->class->place (grammar->layout, grammar->columns, 0);

  return session->cfg_interval < 0 || grammar->place <= first + (guint64) session->cfg_interval + 1;
}

gboolean
arra_session_is_guided (const ArraSession *session)
{
  return session->uncond != NULL && !session->unguided && session->grammar.expect == ARRA_EXPECT_CODE
         && is_in_interval (session);
}

guint
arra_session_lacking (const ArraSession *session, guint branch)
{
  const ArraKvCache *cache = arra_session_cache (session, branch);
  const guint n = arra_session_length (session, branch);

  return MAX (n - MIN (arra_kv_cache_length (cache), n), 1);
}

guint
arra_session_unread (const ArraSession *session)
{
  guint n = arra_session_lacking (session, ARRA_CONDITIONAL), row;

  if (session->grammar.expect == ARRA_EXPECT_FORCED
      || arra_lookahead_has (&session->lookahead, session->ids, session->n_ids, &row))
    return 0;
  if (arra_session_is_guided (session))
    n += arra_session_lacking (session, ARRA_UNCONDITIONAL);
  return n;
}

/* Rows that a branch is still to read, which cannot go through the layers together with ids. */
static guint
unread_rows (const ArraSession *session, guint branch)
{
  const guint n = session->n_front[branch];

  if (branch != ARRA_CONDITIONAL || session->rows == NULL)
    return 0;
  return n - MIN (arra_kv_cache_length (session->cond), n);
}

guint
arra_session_together (const ArraSession *session, guint branch, guint n)
{
  const guint rows = unread_rows (session, branch);

  return rows > 0 ? MIN (n, rows) : n;
}

ArraTransformerInput
arra_session_input (const ArraSession *session, guint branch, guint n, float *logits)
{
  ArraKvCache *cache = arra_session_cache (session, branch);
  const guint32 *ids = session->read[branch];
  const float *rows = NULL;

  if (ids == NULL)
    ids = session->read[ARRA_CONDITIONAL] + session->n_front[ARRA_CONDITIONAL] + session->picture_start;
  if (unread_rows (session, branch) > 0)
    rows = session->rows + (gsize) arra_kv_cache_length (cache) * session->model->shape.hidden_size;
  return (ArraTransformerInput) { .cache = cache,
                                  .ids = ids + arra_kv_cache_length (cache),
                                  .rows = rows,
                                  .n_ids = n,
                                  .left_out = session->left_out[branch],
                                  .columns = session->grammar.columns,
                                  .logits = logits };
}
