/* recipe.c - a job as JSON: settings, seed, checkpoint and tokens, enough to make the same picture again
 *
 * {"arra_tokens": 1, "fingerprint": hex, "quant": name, "prompt": text, "template": text, "width": …,
 * "height": …, "count": …, "first": index of the first answer here among those of the request, "seed":
 * decimal text (JSON numbers lose 64-bit integers), "guidance_scale": …, "top_k": …, "text_top_k": …,
 * "temperature": …, "top_p": …, "greedy": …, "max_tokens": …, "answers": [{"finished": …, "tokens": [ids]}]}
 *
 * Of a mosaic also "seamless": 1 for the sides, 2 for top and bottom, 3 for both, "tries": …, "together": windows made
 * side by side, if any are, and where something is known "known_rows": …, "known_columns": …, "known": [codes or -1];
 * "tokens" are codes then, in the order in which windows make them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "checkpoint.h"
#include "job_mosaic.h"
#include "jsonwriter.h"
#include "mapping.h"
#include "request_mosaic.h"

static void
put_text (ArraJsonWriter *json, const char *key, const char *text)
{
  if (text != NULL)
    arra_json_put_string (json, key, text);
}

static void
put_answer (ArraJsonWriter *json, const ArraAnswer *answer)
{
  arra_json_begin_object_as (json, NULL, ARRA_JSON_LINE);
  arra_json_put_bool (json, "finished", answer->finished);
  arra_json_begin_array_as (json, "tokens", ARRA_JSON_COMPACT);
  for (guint i = 0; i < answer->n_tokens; i++)
    arra_json_put_uint (json, NULL, answer->tokens[i]);
  arra_json_end_array (json);
  arra_json_end_object (json);
}

/* What an own size has no need of is left out: older versions read such recipes. */
static void
put_mosaic (ArraJsonWriter *json, const ArraRequest *request)
{
  arra_json_put_uint (json, "seamless", request->seamless);
  arra_json_put_uint (json, "tries", arra_request_tries (request));
  if (request->together > 1)
    arra_json_put_uint (json, "together", request->together);
  if (request->known == NULL)
    return;
  arra_json_put_uint (json, "known_rows", request->known_rows);
  arra_json_put_uint (json, "known_columns", request->known_columns);
  arra_json_begin_array_as (json, "known", ARRA_JSON_COMPACT);
  for (gsize i = 0; i < (gsize) request->known_rows * request->known_columns; i++)
    arra_json_put_int (json, NULL, request->known[i]);
  arra_json_end_array (json);
}

static void
put_settings (ArraJsonWriter *json, const ArraJob *job, gboolean with_prompt)
{
  const ArraRequest *request = &job->request;
  const char *own = request->prompt_template != NULL ? request->prompt_template : job->checkpoint->prompt_template;
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, request->seed);

  put_text (json, "fingerprint", job->checkpoint->fingerprint);
  put_text (json, "quant", arra_quant_name (job->checkpoint->quant));
  if (job->checkpoint->kv != ARRA_QUANT_F32) /* left out where older versions have no need of it */
    put_text (json, "kv", arra_quant_name (job->checkpoint->kv));
  if (with_prompt)
    put_text (json, "prompt", request->prompt);
  put_text (json, "template", own);
  arra_fields_put (json, request, ARRA_FIELD_WIDTH, ARRA_FIELD_HEIGHT);
  put_text (json, "seed", seed);
  arra_fields_put (json, request, ARRA_FIELDS_SAMPLING);
  if (job->session.ids != NULL && job->session.cfg_interval >= 0)
    arra_json_put_int (json, "cfg_interval", job->session.cfg_interval);
  arra_fields_put (json, request, ARRA_FIELD_MAX_TOKENS, ARRA_FIELD_MAX_TOKENS);
  if (arra_job_is_mosaic (job))
    put_mosaic (json, request);
}

char *
arra_job_recipe (const ArraJob *job, guint answer, gboolean with_prompt)
{
  const gboolean all = answer == G_MAXUINT;
  const guint begin = all ? 0 : answer;
  ArraJsonWriter *json;
  guint end;

  g_return_val_if_fail (job != NULL && (all || answer < job->n_begun), NULL);
  end = all ? job->n_begun : answer + 1;
  json = arra_json_writer_new (ARRA_JSON_LINES);
  arra_json_begin_object (json, NULL);
  arra_json_put_uint (json, "arra_tokens", 1);
  put_settings (json, job, with_prompt);
  arra_json_put_uint (json, "count", all ? job->request.count : 1);
  arra_json_put_uint (json, "first", job->request.first + begin);
  arra_json_begin_array (json, "answers");
  for (guint i = begin; i < end; i++)
    put_answer (json, &job->answers[i]);
  arra_json_end_array (json);
  arra_json_end_object (json);
  return arra_json_writer_end (json);
}

gboolean
arra_job_save_tokens (const ArraJob *job, const char *path, GError **error)
{
  g_autofree char *json = NULL;

  g_return_val_if_fail (job != NULL && path != NULL, FALSE);
  json = arra_job_recipe (job, G_MAXUINT, TRUE);
  return arra_write_file (path, json, strlen (json), error);
}
