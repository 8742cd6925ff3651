/* recipe.c - a job as JSON: settings, seed, checkpoint and tokens, enough to make the same picture again
 *
 * {"arra_tokens": 1, "fingerprint": hex, "quant": name, "prompt": text, "template": text, "width": …,
 * "height": …, "count": …, "first": index of the first answer here among those of the request, "seed":
 * decimal text (JSON numbers lose 64-bit integers), "guidance_scale": …, "top_k": …, "text_top_k": …,
 * "temperature": …, "top_p": …, "greedy": …, "max_tokens": …, "answers": [{"finished": …, "tokens": [ids]}]}
 *
 * Of a mosaic also "seamless": 1 for the sides, 2 for top and bottom, 3 for both, "tries": …, and where
 * something is known "known_rows": …, "known_columns": …, "known": [codes or -1]; "tokens" are codes then, in
 * the order in which windows make them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "checkpoint.h"
#include "job_mosaic.h"
#include "mapping.h"
#include "request_mosaic.h"

static void
add_text (GString *json, const char *key, const char *text)
{
  if (text == NULL)
    return;
  g_string_append_printf (json, "  \"%s\": \"", key);
  for (const char *c = text; *c != '\0'; c++)
    if (*c == '"' || *c == '\\')
      g_string_append_printf (json, "\\%c", *c);
    else if ((guchar) *c < 0x20 || *c == 0x7f)
      g_string_append_printf (json, "\\u%04x", (guint) (guchar) *c);
    else
      g_string_append_c (json, *c);
  g_string_append (json, "\",\n");
}

static void
add_uint (GString *json, const char *key, guint value)
{
  g_string_append_printf (json, "  \"%s\": %u,\n", key, value);
}

/* The shortest digits that read back as the same number, whatever the locale. */
static void
add_double (GString *json, const char *key, double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (digits, sizeof digits, "%.15g", value);
  if (g_ascii_strtod (digits, NULL) != value)
    g_ascii_dtostr (digits, sizeof digits, value);
  g_string_append_printf (json, "  \"%s\": %s,\n", key, digits);
}

static void
add_answer (GString *json, const ArraAnswer *answer)
{
  g_string_append_printf (json, "    {\"finished\": %s, \"tokens\": [", answer->finished ? "true" : "false");
  for (guint i = 0; i < answer->n_tokens; i++)
    g_string_append_printf (json, i == 0 ? "%u" : ",%u", answer->tokens[i]);
  g_string_append (json, "]}");
}

/* What an own size has no need of is left out: older versions read such recipes. */
static void
add_mosaic (GString *json, const ArraRequest *request)
{
  add_uint (json, "seamless", request->seamless);
  add_uint (json, "tries", arra_request_tries (request));
  if (request->known == NULL)
    return;
  add_uint (json, "known_rows", request->known_rows);
  add_uint (json, "known_columns", request->known_columns);
  g_string_append (json, "  \"known\": [");
  for (gsize i = 0; i < (gsize) request->known_rows * request->known_columns; i++)
    g_string_append_printf (json, i == 0 ? "%d" : ",%d", request->known[i]);
  g_string_append (json, "],\n");
}

static void
add_settings (GString *json, const ArraJob *job, gboolean with_prompt)
{
  const ArraRequest *request = &job->request;
  const char *own = request->prompt_template != NULL ? request->prompt_template : job->checkpoint->prompt_template;
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, request->seed);

  add_text (json, "fingerprint", job->checkpoint->fingerprint);
  add_text (json, "quant", arra_quant_name (job->checkpoint->quant));
  if (with_prompt)
    add_text (json, "prompt", request->prompt);
  add_text (json, "template", own);
  add_uint (json, "width", request->width);
  add_uint (json, "height", request->height);
  add_text (json, "seed", seed);
  add_double (json, "guidance_scale", request->guidance_scale);
  add_uint (json, "top_k", request->top_k);
  add_uint (json, "text_top_k", request->text_top_k);
  add_double (json, "temperature", request->temperature);
  add_double (json, "top_p", request->top_p);
  g_string_append_printf (json, "  \"greedy\": %s,\n", request->greedy ? "true" : "false");
  if (job->session.ids != NULL && job->session.cfg_interval >= 0)
    add_uint (json, "cfg_interval", (guint) job->session.cfg_interval);
  add_uint (json, "max_tokens", request->max_tokens);
  if (arra_job_is_mosaic (job))
    add_mosaic (json, request);
}

char *
arra_job_recipe (const ArraJob *job, guint answer, gboolean with_prompt)
{
  const gboolean all = answer == G_MAXUINT;
  const guint begin = all ? 0 : answer;
  guint end;
  GString *json;

  g_return_val_if_fail (job != NULL && (all || answer < job->n_begun), NULL);
  end = all ? job->n_begun : answer + 1;
  json = g_string_new ("{\n  \"arra_tokens\": 1,\n");
  add_settings (json, job, with_prompt);
  add_uint (json, "count", all ? job->request.count : 1);
  add_uint (json, "first", job->request.first + begin);
  g_string_append (json, "  \"answers\": [");
  for (guint i = begin; i < end; i++)
    {
      g_string_append (json, i == begin ? "\n" : ",\n");
      add_answer (json, &job->answers[i]);
    }
  g_string_append (json, "\n  ]\n}\n");
  return g_string_free (json, FALSE);
}

gboolean
arra_job_save_tokens (const ArraJob *job, const char *path, GError **error)
{
  g_autofree char *json = NULL;

  g_return_val_if_fail (job != NULL && path != NULL, FALSE);
  json = arra_job_recipe (job, G_MAXUINT, TRUE);
  return arra_write_file (path, json, strlen (json), error);
}
