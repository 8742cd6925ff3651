/* job.c - making and freeing jobs, and what can be asked of them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "job.h"

#include <string.h>

#include "checkpoint.h"
#include "estimate.h"
#include "fail.h"
#include "job_mosaic.h"
#include "mem.h"
#include "memory_plan.h"
#include "prompt.h"
#include "request.h"

static gboolean
can_decode (const ArraCheckpoint *checkpoint)
{
  return checkpoint->vqgan != NULL && arra_vqgan_has_decoder (checkpoint->vqgan);
}

static guint64
picture_codes (const ArraCapacities *capacities)
{
  return (guint64) capacities->picture_rows * capacities->picture_columns;
}

static guint64
pixels_of_code (const ArraCheckpoint *checkpoint)
{
  const guint64 patch = arra_vqgan_patch (&checkpoint->vqgan_config);

  return patch * patch;
}

guint64
arra_job_bytes (const ArraCheckpoint *checkpoint, const ArraRequest *request, const ArraCapacities *capacities)
{
  const guint64 codes = picture_codes (capacities);
  guint64 bytes = arra_session_bytes (checkpoint, capacities, arra_request_reads_both (request))
                  + (guint64) request->count
                        * (sizeof (ArraAnswer) + (guint64) arra_capacities_kept (capacities) * sizeof (guint32));

  bytes += arra_job_score_bytes (checkpoint, request, capacities);
  if (checkpoint->vqgan_config.n_embed > 0 && codes > 0)
    bytes += arra_vqgan_run_bytes (&checkpoint->vqgan_config, capacities->picture_rows, capacities->picture_columns,
                                   FALSE, capacities->threads);
  if (capacities->mosaic_codes > 0)
    return bytes + arra_job_mosaic_bytes (checkpoint, request, capacities);
  if (checkpoint->vqgan_config.n_embed == 0)
    return bytes;
  bytes += codes * (sizeof (guint32) + pixels_of_code (checkpoint) * 3 * (sizeof (float) + 1));
  return bytes + request->count * codes * pixels_of_code (checkpoint) * 3;
}

static gboolean
copy_known (ArraJob *job, const ArraRequest *request, GError **error)
{
  gsize n;

  if (request->known == NULL)
    return TRUE;
  if (!arra_size_mul (request->known_rows, request->known_columns, &n))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "A picture of %u x %u codes is too large", request->known_columns,
                      request->known_rows);
  job->known = arra_mem_new (n, sizeof *job->known, "a picture", error);
  if (job->known == NULL)
    return FALSE;
  memcpy (job->known, request->known, n * sizeof *job->known);
  job->request.known = job->known;
  return TRUE;
}

static gboolean
copy_request (ArraJob *job, const ArraRequest *request, GError **error)
{
  job->request = *request;
  job->request.prompt = job->request.prompt_template = NULL;
  job->request.known = NULL;
  if (request->prompt != NULL)
    {
      job->prompt = arra_mem_strndup (request->prompt, strlen (request->prompt), "the prompt", error);
      if (job->prompt == NULL)
        return FALSE;
    }
  if (request->prompt_template != NULL)
    {
      job->prompt_template
          = arra_mem_strndup (request->prompt_template, strlen (request->prompt_template), "the prompt", error);
      if (job->prompt_template == NULL)
        return FALSE;
    }
  if (!copy_known (job, request, error))
    return FALSE;
  job->request.prompt = job->prompt;
  job->request.prompt_template = job->prompt_template;
  job->sampling = (ArraSampling) { .guidance_scale = request->guidance_scale,
                                   .temperature = request->temperature,
                                   .top_p = request->top_p,
                                   .top_k = request->top_k,
                                   .text_top_k = request->text_top_k,
                                   .greedy = request->greedy,
                                   .seed = request->seed };
  return TRUE;
}

static gboolean
make_answers (ArraJob *job, GError **error)
{
  gsize n_tokens;

  if (!arra_size_mul (job->request.count, arra_capacities_kept (&job->capacities), &n_tokens))
    return arra_fail (error, ARRA_ERROR_NO_MEMORY, "Not enough memory for the tokens of %u answers",
                      job->request.count);
  job->answers = arra_mem_new0 (job->request.count, sizeof (ArraAnswer), "tokens", error);
  if (job->answers == NULL)
    return FALSE;
  job->tokens = arra_mem_new (n_tokens, sizeof (guint32), "tokens", error);
  if (job->tokens == NULL)
    return FALSE;
  for (gsize i = 0; i < job->request.count; i++)
    job->answers[i].tokens = job->tokens + i * arra_capacities_kept (&job->capacities);
  return TRUE;
}

static gboolean
make_decoder (ArraJob *job, GError **error)
{
  const guint64 codes = picture_codes (&job->capacities);
  gsize values;

  if (!can_decode (job->checkpoint) || codes == 0)
    return TRUE;
  if (!arra_size_mul (codes, pixels_of_code (job->checkpoint) * 3, &values))
    return arra_fail (error, ARRA_ERROR_NO_MEMORY, "Not enough memory for pictures of %u x %u codes",
                      job->capacities.picture_rows, job->capacities.picture_columns);
  job->decoder = arra_vqgan_run_new (job->checkpoint->vqgan, &job->exec, job->capacities.picture_rows,
                                     job->capacities.picture_columns, FALSE, error);
  if (job->decoder == NULL)
    return FALSE;
  if (job->capacities.mosaic_codes > 0)
    return arra_job_mosaic_init_decoder (job, error);
  job->codes = arra_mem_new (codes, sizeof (guint32), "a picture", error);
  if (job->codes == NULL)
    return FALSE;
  job->planes = arra_mem_new (values, sizeof (float), "a picture", error);
  if (job->planes == NULL)
    return FALSE;
  job->preview = arra_mem_new (values, 1, "a preview", error);
  return job->preview != NULL;
}

/* The prompt's tokens into the session, after which answers begin. */
static gboolean
push_prompt (ArraJob *job, const ArraPrefix *prompt, GError **error)
{
  for (guint i = 0; i < prompt->n; i++)
    if (!arra_session_push (&job->session, prompt->ids[i], error))
      {
        g_clear_error (error);
        return arra_fail (error, ARRA_ERROR_ARGUMENT,
                          "The prompt contains tokens of a picture that do not make one (token %u)", i);
      }
  if (prompt->n > 0 && job->session.grammar.expect != ARRA_EXPECT_TEXT)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "The prompt contains a picture without an end");
  job->prompt_length = prompt->n;
  return TRUE;
}

static gboolean
plan (ArraJob *job, const ArraCondition *condition, GError **error)
{
  const guint n = condition->front[ARRA_CONDITIONAL].n + condition->sequence.n;
  ArraMemoryPlan needed;

  if (!arra_plan_capacities (job->checkpoint, &job->request, n, condition->front[ARRA_UNCONDITIONAL].n,
                             &job->capacities, error)
      || !arra_plan_measure (job->checkpoint, &job->request, &job->capacities, &needed, error))
    return FALSE;
  if (job->checkpoint->model == NULL) /* nothing of the transformer is in memory */
    needed.total = needed.work;
  return arra_plan_check (&needed, job->request.memory_limit, error);
}

/* Keeps what the text encoder is to read when the job runs. */
static void
take_text (ArraJob *job, ArraCondition *condition)
{
  ArraPrefix *front = &condition->front[ARRA_CONDITIONAL];

  if (!front->features)
    return;
  job->text = g_steal_pointer (&front->ids);
  job->n_text = front->n;
}

static gboolean
make_session (ArraJob *job, const ArraCondition *condition, GError **error)
{
  if (!arra_session_init (&job->session, job->checkpoint, &job->exec, &job->capacities, condition,
                          arra_request_reads_both (&job->request), error))
    return FALSE;
  job->session.unguided = !arra_request_is_guided (&job->request);
  return push_prompt (job, &condition->sequence, error);
}

static gboolean
build (ArraJob *job, gboolean prompted, GError **error)
{
  g_auto (ArraCondition) condition = { 0 };

  job->exec.kernels = arra_kernels_default (error);
  if (job->exec.kernels == NULL || !arra_request_check (&job->request, job->checkpoint, prompted, error))
    return FALSE;
  if (prompted && !arra_prompt_condition (job->checkpoint, &job->request, &condition, error))
    return FALSE;
  if (!plan (job, &condition, error))
    return FALSE;
  job->pool = arra_pool_new (job->capacities.threads, error);
  if (job->pool == NULL)
    return FALSE;
  job->exec.pool = job->pool;
  if (prompted && !make_session (job, &condition, error))
    return FALSE;
  if (job->capacities.mosaic_codes > 0 && !arra_job_mosaic_init (job, error))
    return FALSE;
  if (!arra_job_score_init (job, error))
    return FALSE;
  take_text (job, &condition);
  return make_answers (job, error) && make_decoder (job, error);
}

static void
free_kept (gpointer data)
{
  ArraKeptPicture *kept = data;

  arra_mem_free (kept->pixels);
  g_free (kept);
}

ArraJob *
arra_job_build (ArraCheckpoint *checkpoint, const ArraRequest *request, gboolean prompted, GError **error)
{
  g_autoptr (ArraJob) job = NULL;

  if (checkpoint->model == NULL && (prompted || checkpoint->vqgan == NULL))
    {
      arra_fail (error, ARRA_ERROR_ARGUMENT, "%s was opened for its metadata only", checkpoint->path);
      return NULL;
    }
  job = g_new0 (ArraJob, 1);
  job->checkpoint = arra_checkpoint_ref (checkpoint);
  job->current = ARRA_NO_ANSWER;
  job->kept = g_ptr_array_new_with_free_func (free_kept);
  if (!copy_request (job, request, error) || !build (job, prompted, error))
    return NULL;
  arra_pace_init (&job->pace,
                  arra_estimate_decode (&checkpoint->vqgan_config, job->exec.kernels, job->capacities.threads));
  return g_steal_pointer (&job);
}

ArraJob *
arra_job_new_sized (ArraCheckpoint *checkpoint, const ArraRequest *request, gsize request_size, GError **error)
{
  ArraRequest taken;

  g_return_val_if_fail (checkpoint != NULL && request != NULL, NULL);
  taken = arra_request_take (request, request_size, checkpoint);
  return arra_job_build (checkpoint, &taken, TRUE, error);
}

void
arra_job_free (ArraJob *job)
{
  if (job == NULL)
    return;
  g_ptr_array_unref (job->kept);
  arra_mem_free (job->preview);
  arra_mem_free (job->planes);
  arra_mem_free (job->codes);
  arra_job_mosaic_clear (job);
  arra_scorer_clear (&job->scorer);
  arra_mem_free (job->scores);
  arra_vqgan_run_free (job->decoder);
  arra_mem_free (job->tokens);
  arra_mem_free (job->answers);
  arra_session_clear (&job->session);
  arra_pool_free (job->pool);
  arra_mem_free (job->text);
  arra_mem_free (job->prompt);
  arra_mem_free (job->prompt_template);
  arra_checkpoint_unref (job->checkpoint);
  g_free (job);
}

void
arra_job_set_cfg_interval (ArraJob *job, gint interval)
{
  g_return_if_fail (job != NULL && interval >= -1);
  job->session.cfg_interval = interval;
}

void
arra_job_set_progress (ArraJob *job, ArraProgressFunc func, gpointer data, gboolean previews)
{
  g_return_if_fail (job != NULL);
  job->progress = func;
  job->progress_data = data;
  job->previews = previews;
}

void
arra_job_set_finished (ArraJob *job, ArraFinishedFunc func, gpointer data)
{
  g_return_if_fail (job != NULL);
  job->finished = func;
  job->finished_data = data;
}

guint
arra_job_n_answers (const ArraJob *job)
{
  g_return_val_if_fail (job != NULL, 0);
  return job->n_begun;
}

guint64
arra_job_count_tokens (const ArraJob *job)
{
  guint64 sum = 0;

  g_return_val_if_fail (job != NULL, 0);
  for (guint i = 0; i < job->n_begun; i++)
    sum += job->answers[i].n_tokens;
  return sum;
}

const guint32 *
arra_job_tokens (const ArraJob *job, guint answer, gsize *n_tokens, gboolean *finished)
{
  g_return_val_if_fail (job != NULL && answer < job->n_begun, NULL);
  if (n_tokens != NULL)
    *n_tokens = job->answers[answer].n_tokens;
  if (finished != NULL)
    *finished = job->answers[answer].finished;
  return job->answers[answer].tokens;
}

guint
arra_job_n_pictures (const ArraJob *job, guint answer)
{
  g_return_val_if_fail (job != NULL && answer < job->n_begun, 0);
  return arra_job_is_mosaic (job) ? 1 : arra_answer_n_pictures (&job->answers[answer], job->checkpoint->layout);
}
