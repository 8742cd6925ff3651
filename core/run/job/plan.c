/* plan.c - the memory a request needs, added up from what every part says it takes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan.h"

#include <inttypes.h>
#include <string.h>

#include "checkpoint_private.h"
#include "fail.h"
#include "job.h"
#include "mem.h"
#include "memory_plan.h"
#include "prompt.h"
#include "request.h"
#include "request_mosaic.h"

#define BLOCK_ROWS 64                      /* tokens of a prompt that go through the weights together */
#define PROMPT_GUESS 128                   /* tokens, when the prompt is not known yet */
#define PROGRAM ((guint64) 32 << 20)       /* code, libraries and GLib's own memory, measured */
#define THREAD_STACK ((guint64) 256 << 10) /* of a thread's stack, what is touched */

static guint
answer_room (const ArraCheckpoint *checkpoint, const ArraRequest *request, guint prompt_tokens)
{
  guint room = checkpoint->decoder.context - prompt_tokens;

  return request->max_tokens > 0 ? MIN (room, request->max_tokens) : room;
}

/* When the model chooses: squares of all codes that fit into the answer, and whatever is no longer on any
 * side. */
static guint
longest_side (const ArraCheckpoint *checkpoint, guint answer_tokens)
{
  const guint grid = checkpoint->layout->grid, most = grid * checkpoint->layout->n_grids;
  guint side = 0;

  while (side + grid <= most && (guint64) (side + grid) * (side + grid) <= answer_tokens)
    side += grid;
  return side;
}

static gboolean
fail_length (guint prompt_tokens, guint64 answer, guint context, GError **error)
{
  return arra_fail (error, ARRA_ERROR_ARGUMENT,
                    "The prompt has %u tokens and the picture %" PRIu64
                    ", together more than the %u the model can read: "
                    "shorten the prompt or ask for a smaller picture",
                    prompt_tokens, answer, context);
}

guint
arra_capacities_kept (const ArraCapacities *capacities)
{
  return capacities->mosaic_codes > 0 ? capacities->mosaic_codes : capacities->answer_tokens;
}

/* A window of the mosaic takes the place of the picture. */
static gboolean
take_mosaic (const ArraCheckpoint *checkpoint, const ArraRequest *request, ArraCapacities *capacities, GError **error)
{
  ArraMosaicShape shape;

  if (!arra_request_check_mosaic (request, checkpoint, error))
    return FALSE;
  shape = arra_request_mosaic (request, checkpoint);
  if (!arra_mosaic_count (&shape, &capacities->mosaic_codes, error))
    return FALSE;
  capacities->picture_rows = shape.window_rows;
  capacities->picture_columns = shape.window_columns;
  return TRUE;
}

static gboolean
take_picture (const ArraCheckpoint *checkpoint, const ArraRequest *request, ArraCapacities *capacities, GError **error)
{
  if (request->width == 0)
    return TRUE;
  if (arra_request_is_mosaic (request, checkpoint))
    return take_mosaic (checkpoint, request, capacities, error);
  capacities->picture_rows = arra_checkpoint_codes (checkpoint, request->height);
  capacities->picture_columns = arra_checkpoint_codes (checkpoint, request->width);
  return TRUE;
}

gboolean
arra_plan_capacities (const ArraCheckpoint *checkpoint,
                      const ArraRequest *request,
                      guint prompt_tokens,
                      guint uncond_tokens,
                      ArraCapacities *capacities,
                      GError **error)
{
  guint context = checkpoint->decoder.context;
  gboolean fixed = request->width > 0;
  guint64 answer;

  *capacities = (ArraCapacities) { .prompt_tokens = prompt_tokens, .uncond_tokens = uncond_tokens, .rows = BLOCK_ROWS };
  if (!take_picture (checkpoint, request, capacities, error))
    return FALSE;
  answer = fixed ? arra_layout_tokens (checkpoint->layout, capacities->picture_rows, capacities->picture_columns) : 1;
  if (prompt_tokens >= context || prompt_tokens + answer > context)
    return fail_length (prompt_tokens, answer, context, error);
  capacities->answer_tokens = fixed ? (guint) answer : answer_room (checkpoint, request, prompt_tokens);
  if (!fixed)
    capacities->picture_rows = capacities->picture_columns = longest_side (checkpoint, capacities->answer_tokens);
  capacities->context = prompt_tokens + capacities->answer_tokens;
  capacities->uncond_context = arra_request_reads_both (request) ? uncond_tokens + capacities->answer_tokens : 0;
  capacities->threads = request->threads > 0 ? request->threads : MIN (arra_cpu_count (), 64);
  return TRUE;
}

/* Tokenizer and tables of the vocabulary, which every open checkpoint holds. */
static guint64
table_bytes (const ArraCheckpoint *checkpoint)
{
  const ArraLayout *layout = checkpoint->layout;
  guint64 bytes = (guint64) layout->n_tokens * sizeof (gint32) + (guint64) layout->n_codes * sizeof (guint32);
  gsize json = 0;

  if (checkpoint->tokenizer != NULL)
    arra_tokenizer_json (checkpoint->tokenizer, &json);
  else if (checkpoint->text_encoder != NULL)
    arra_tokenizer_json (checkpoint->text_encoder->tokenizer, &json);
  return bytes + 3 * (guint64) json;
}

/* What the process may use: what is free, and what the open checkpoint holds of it already. */
static guint64
available (const ArraCheckpoint *checkpoint)
{
  guint64 bytes = arra_mem_available ();

  if (bytes > 0 && checkpoint->model != NULL && g_getenv ("ARRA_MEMORY_LIMIT") == NULL)
    bytes += checkpoint->weights_private;
  return bytes;
}

/* What reading the prompt takes beyond what the picture's tokens do, which come when the text encoder is gone. Caches
 * and buffers are reserved by then, but nothing is in them. */
static gboolean
reading_bytes (const ArraCheckpoint *checkpoint,
               const ArraCapacities *capacities,
               guint64 later,
               guint64 *bytes,
               GError **error)
{
  guint64 mapped, owned;

  *bytes = 0;
  if (checkpoint->text_encoder == NULL)
    return TRUE;
  if (!arra_text_encoder_measure (checkpoint->text_encoder, arra_checkpoint_dtype (checkpoint), &mapped, &owned, error))
    return FALSE;
  *bytes = mapped + owned
           + arra_text_encoder_run_bytes (checkpoint->text_encoder, capacities->prompt_tokens, capacities->threads);
  *bytes -= MIN (*bytes, later);
  return TRUE;
}

gboolean
arra_plan_measure (const ArraCheckpoint *checkpoint,
                   const ArraRequest *request,
                   const ArraCapacities *capacities,
                   ArraMemoryPlan *plan,
                   GError **error)
{
  guint64 work = arra_job_bytes (checkpoint, request, capacities), reading;

  if (work > G_MAXUINT64 / 2)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "A picture of %u x %u codes is too large", capacities->picture_rows,
                      capacities->picture_columns);
  *plan = (ArraMemoryPlan) { .weights_mapped = checkpoint->weights_mapped,
                             .weights_private = checkpoint->weights_private + table_bytes (checkpoint) };
  plan->cache
      = arra_decoder_kv_cache_bytes (&checkpoint->decoder, capacities->context, arra_quant_dtype (checkpoint->kv));
  if (capacities->uncond_context > 0)
    plan->cache += arra_decoder_kv_cache_bytes (&checkpoint->decoder, capacities->uncond_context,
                                                arra_quant_dtype (checkpoint->kv));
  if (!reading_bytes (checkpoint, capacities, plan->cache + work, &reading, error))
    return FALSE;
  plan->work = work + reading + PROGRAM + capacities->threads * THREAD_STACK;
  plan->total = plan->weights_mapped + plan->weights_private + plan->cache + plan->work;
  plan->available = available (checkpoint);
  return TRUE;
}

/* Tokens of the context that the picture asked for, or a window of it, leaves. */
static guint
room_for_prompt (const ArraCheckpoint *checkpoint, const ArraRequest *request)
{
  const gboolean mosaic = arra_request_is_mosaic (request, checkpoint);
  const guint width = mosaic ? checkpoint->defaults.width : request->width,
              height = mosaic ? checkpoint->defaults.height : request->height;

  return checkpoint->decoder.context
         - (guint) arra_layout_tokens (checkpoint->layout, arra_checkpoint_codes (checkpoint, height),
                                       arra_checkpoint_codes (checkpoint, width));
}

static gboolean
plan_request (const ArraCheckpoint *checkpoint, const ArraRequest *request, ArraMemoryPlan *plan, GError **error)
{
  g_auto (ArraCondition) condition = { 0 };
  ArraCapacities capacities;
  guint n = MIN (PROMPT_GUESS, checkpoint->decoder.context / 4), uncond = 0;

  if (!arra_request_check (request, checkpoint, request->prompt != NULL, error))
    return FALSE;
  if (request->prompt != NULL)
    {
      if (!arra_prompt_condition (checkpoint, request, &condition, error))
        return FALSE;
      n = condition.front[ARRA_CONDITIONAL].n + condition.sequence.n;
      uncond = condition.front[ARRA_UNCONDITIONAL].n;
    }
  else if (request->width > 0)
    n = MIN (n, room_for_prompt (checkpoint, request));
  if (request->prompt == NULL && !arra_layout_has_text (checkpoint->layout))
    uncond = n;
  return arra_plan_capacities (checkpoint, request, n, uncond, &capacities, error)
         && arra_plan_measure (checkpoint, request, &capacities, plan, error)
         && arra_plan_check (plan, request->memory_limit, error);
}

gboolean
arra_checkpoint_plan_sized (const ArraCheckpoint *checkpoint,
                            const ArraRequest *request,
                            gsize request_size,
                            ArraMemoryPlan *plan,
                            gsize plan_size,
                            GError **error)
{
  ArraMemoryPlan whole = { 0 };
  ArraRequest taken;
  gboolean ok;

  g_return_val_if_fail (checkpoint != NULL && request != NULL && plan != NULL, FALSE);
  taken = arra_request_take (request, request_size, checkpoint);
  ok = plan_request (checkpoint, &taken, &whole, error);
  memset (plan, 0, plan_size);
  memcpy (plan, &whole, MIN (plan_size, sizeof whole));
  return ok;
}
