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
          const ArraCapacities *capacities,
          const ArraCondition *condition,
          gboolean guided,
          GError **error)
{
  const ArraKvShape kv_shape = arra_transformer_kv_shape (shape);
  const guint n_branches = guided ? 2 : 1;

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
      session->logits[branch] = arra_mem_new (shape->n_logits, sizeof (float), "scores of tokens", error);
      if (session->logits[branch] == NULL)
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
  if (allocate (session, &checkpoint->decoder.shape, capacities, condition, guided, error))
    return TRUE;
  arra_session_clear (session);
  return FALSE;
}

void
arra_session_clear (ArraSession *session)
{
  arra_transformer_run_free (session->run);
  arra_kv_cache_free (session->cond);
  arra_kv_cache_free (session->uncond);
  arra_mem_free (session->logits[0]);
  arra_mem_free (session->logits[1]);
  arra_mem_free (session->ids);
  arra_mem_free (session->read[ARRA_CONDITIONAL]);
  arra_mem_free (session->read[ARRA_UNCONDITIONAL]);
  arra_mem_free (session->rows);
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
         + (guint64) shape->n_logits * sizeof (float) * (guided ? 2 : 1) + arra_sampler_bytes (shape->n_logits)
         + n_ids * sizeof (guint32) + rows * sizeof (float);
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

static void
shorten (ArraSession *session, guint branch, ArraKvCache *cache)
{
  if (arra_kv_cache_length (cache) > arra_session_length (session, branch))
    arra_kv_cache_truncate (cache, arra_session_length (session, branch));
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
  if (session->grammar.n_pictures != n_pictures)
    {
      session->picture_start = session->n_ids;
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
  for (guint i = 0; i < n_ids; i++)
    {
      const guint n_pictures = session->grammar.n_pictures;
      gboolean stood = arra_grammar_push (&session->grammar, session->ids[i], NULL);

      g_assert (stood);
      if (session->grammar.n_pictures != n_pictures)
        session->picture_start = i;
    }
  shorten (session, ARRA_CONDITIONAL, session->cond);
  if (session->uncond == NULL)
    return;
  if (session->picture_start != old_start)
    arra_kv_cache_truncate (session->uncond, 0);
  else
    shorten (session, ARRA_UNCONDITIONAL, session->uncond);
}

/* Reference: LlamaGen's generate(), whose cfg_interval counts the steps after the first. */
static gboolean
is_in_interval (const ArraSession *session)
{
  const ArraGrammar *grammar = &session->grammar;
  const guint64 first = grammar->layout->class->place (grammar->layout, grammar->columns, 0);

  return session->cfg_interval < 0 || grammar->place <= first + (guint64) session->cfg_interval + 1;
}

static gboolean
is_guided (const ArraSession *session)
{
  return session->uncond != NULL && session->grammar.expect == ARRA_EXPECT_CODE && is_in_interval (session);
}

guint
arra_session_lacking (const ArraSession *session, guint branch)
{
  const ArraKvCache *cache = branch == ARRA_CONDITIONAL ? session->cond : session->uncond;
  const guint n = arra_session_length (session, branch);

  return MAX (n - MIN (arra_kv_cache_length (cache), n), 1);
}

guint
arra_session_unread (const ArraSession *session)
{
  guint n = arra_session_lacking (session, ARRA_CONDITIONAL);

  if (session->grammar.expect == ARRA_EXPECT_FORCED)
    return 0;
  if (is_guided (session))
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
  ArraKvCache *cache = branch == ARRA_CONDITIONAL ? session->cond : session->uncond;
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
  const gboolean guided = is_guided (session);
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

static void
leave_last_token (ArraKvCache *cache, guint n)
{
  if (arra_kv_cache_length (cache) >= n)
    arra_kv_cache_truncate (cache, n - 1);
}

/* The scores after the last token, of both branches where guidance applies, in one pass over the weights. */
static gboolean
compute_logits (ArraSession *session, ArraSessionRead read, gpointer data, GCancellable *cancellable, GError **error)
{
  ArraTransformerInput inputs[2];
  guint n_inputs = 1;

  leave_last_token (session->cond, arra_session_length (session, ARRA_CONDITIONAL));
  if (is_guided (session))
    leave_last_token (session->uncond, arra_session_length (session, ARRA_UNCONDITIONAL));
  if (!read_ahead (session, read, data, cancellable, error))
    return FALSE;
  inputs[0] = arra_session_input (session, ARRA_CONDITIONAL, arra_session_lacking (session, ARRA_CONDITIONAL),
                                  session->logits[0]);
  if (is_guided (session))
    inputs[n_inputs++] = arra_session_input (session, ARRA_UNCONDITIONAL,
                                             arra_session_lacking (session, ARRA_UNCONDITIONAL), session->logits[1]);
  return arra_transformer_forward (session->run, inputs, n_inputs, NULL, NULL, cancellable, error);
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
  g_return_val_if_fail (arra_session_length (session, ARRA_CONDITIONAL) > 0, FALSE);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (session->grammar.expect == ARRA_EXPECT_FORCED)
    {
      *id = session->grammar.forced;
      return TRUE;
    }
  if (!compute_logits (session, read, data, cancellable, error)
      || (session->source != NULL && !arra_source_check (session->source, error)))
    return FALSE;
  if (!arra_sampler_filter (&session->sampler, session->exec.kernels, &session->grammar, sampling, session->logits[0],
                            is_guided (session) ? session->logits[1] : NULL, error))
    {
      g_prefix_error (error, "%s: ", session->path);
      return FALSE;
    }
  *id = arra_sampler_pick (&session->sampler, sampling, picture, position);
  return TRUE;
}
