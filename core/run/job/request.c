/* request.c - defaults of a request and what can be asked for
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "request.h"

#include <arra-prompt.h>

#include <math.h>
#include <string.h>

#include "checkpoint.h"
#include "fail.h"
#include "request_mosaic.h"
#include "session_together.h"

static ArraRequest
defaults (const ArraCheckpoint *checkpoint)
{
  ArraRequest request
      = { .count = 1, .guidance_scale = 4, .top_k = 2000, .text_top_k = 10, .temperature = 1, .top_p = 1 };

  if (checkpoint == NULL)
    return request;
  for (ArraField field = 0; field < ARRA_N_FIELDS; field++)
    if (arra_field (field)->is_own)
      arra_fields_copy (&request, &checkpoint->defaults, field, field);
  return request;
}

void
arra_request_init_sized (ArraRequest *request, gsize request_size, const ArraCheckpoint *checkpoint)
{
  const ArraRequest whole = defaults (checkpoint);

  g_return_if_fail (request != NULL);
  memset (request, 0, request_size);
  memcpy (request, &whole, MIN (request_size, sizeof whole));
}

ArraRequest
arra_request_take (const ArraRequest *request, gsize request_size, const ArraCheckpoint *checkpoint)
{
  ArraRequest whole = defaults (checkpoint);

  memcpy (&whole, request, MIN (request_size, sizeof whole));
  return whole;
}

gboolean
arra_request_is_guided (const ArraRequest *request)
{
  return (float) request->guidance_scale != 1.0f;
}

gboolean
arra_request_reads_both (const ArraRequest *request)
{
  return request->scored || arra_request_is_guided (request);
}

static gboolean
check_text (const ArraRequest *request, GError **error)
{
  const char *end;

  if (request->prompt == NULL || request->prompt[strspn (request->prompt, " \t\r\n")] == '\0')
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "The prompt is empty");
  if (!g_utf8_validate (request->prompt, -1, &end))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "The prompt is not UTF-8 (at byte %zu)",
                      (gsize) (end - request->prompt));
  if (request->prompt_template != NULL && !g_utf8_validate (request->prompt_template, -1, NULL))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "The prompt template is not UTF-8");
  if (request->prompt_template != NULL && strstr (request->prompt_template, "{prompt}") == NULL)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "The prompt template has no {prompt}");
  return TRUE;
}

gboolean
arra_request_check_reader (const ArraCheckpoint *checkpoint, GError **error)
{
  if (checkpoint->decoder.conditioner->reads_text && checkpoint->tokenizer == NULL)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s has no tokenizer.json, so it cannot read prompts",
                      checkpoint->path);
  if (arra_checkpoint_lacks_text_encoder (checkpoint))
    return arra_fail (error, ARRA_ERROR_NOT_FOUND,
                      "%s has no text encoder, which reads its prompts (%s): put the folder beside it, called "
                      "text_encoder, or choose it: in the dialog, or with --text-encoder FOLDER",
                      checkpoint->path, ARRA_TEXT_ENCODER_PUBLISHED);
  return TRUE;
}

gboolean
arra_request_check_prompt (const ArraRequest *request, const ArraCheckpoint *checkpoint, GError **error)
{
  return check_text (request, error) && arra_request_check_reader (checkpoint, error);
}

static gboolean
check_sampling (const ArraRequest *request, GError **error)
{
  if (!isfinite (request->temperature) || !((float) request->temperature > 0)
      || !isfinite ((float) request->temperature))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "The temperature must be a number above 0");
  if (!(request->top_p > 0) || request->top_p > 1)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "top-p must be above 0 and at most 1");
  if (!(request->guidance_scale >= 0) || request->guidance_scale > ARRA_MAX_GUIDANCE)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "The guidance scale must be between 0 and %d", ARRA_MAX_GUIDANCE);
  return TRUE;
}

gboolean
arra_request_check_ranges (const ArraRequest *request, GError **error)
{
  const guint most_threads = (guint) arra_field (ARRA_FIELD_THREADS)->most;

  if (request->count < 1 || request->count > ARRA_MAX_COUNT)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "The number of pictures must be between 1 and %d", ARRA_MAX_COUNT);
  if (request->first > ARRA_MAX_FIRST)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "The number of the first picture must be at most %d", ARRA_MAX_FIRST);
  if (request->threads > most_threads)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "At most %d threads can be used", most_threads);
  if (!check_sampling (request, error))
    return FALSE;
  if ((request->width == 0) != (request->height == 0))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "Width and height must be given together, or neither");
  if (request->width == 0 && (request->seamless != 0 || request->known != NULL))
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "A picture without seams, or one that is partly there, needs its size");
  if (request->width == 0 && request->scored)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "Pictures can be compared only when their size is given");
  if ((request->seamless & ~(guint) (ARRA_SEAMLESS_X | ARRA_SEAMLESS_Y)) != 0)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "There are no other edges than those of rows and columns");
  if (request->together > ARRA_MOST_TOGETHER)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "At most %d windows can be made side by side", ARRA_MOST_TOGETHER);
  if (request->tries > ARRA_MAX_TRIES)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "At most %d tries can be compared", ARRA_MAX_TRIES);
  return TRUE;
}

gboolean
arra_request_check (const ArraRequest *request, const ArraCheckpoint *checkpoint, gboolean need_prompt, GError **error)
{
  if ((need_prompt && !arra_request_check_prompt (request, checkpoint, error))
      || !arra_request_check_ranges (request, error))
    return FALSE;
  return request->width == 0 || !arra_request_is_mosaic (request, checkpoint)
         || arra_request_check_mosaic (request, checkpoint, error);
}
