/* tokens_file.c - a saved job is read again: every value checked, then the job goes on where it stopped
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "checkpoint.h"
#include "fail.h"
#include "job.h"
#include "jsonguard.h"
#include "request.h"

#define VERSION 1

typedef struct
{
  const char *path;
  JsonObject *root;
} File;

/* Not there: NULL without an error. */
static gboolean
read_text (const File *file, const char *key, const char **text, GError **error)
{
  *text = NULL;
  if (!json_object_has_member (file->root, key) || json_object_get_null_member (file->root, key))
    return TRUE;
  *text = arra_json_get_string (file->root, file->path, key, error);
  return *text != NULL;
}

static gboolean
read_uint (const File *file, const char *key, guint *value, GError **error)
{
  gint64 number;

  if (!arra_json_get_int (file->root, file->path, key, 0, G_MAXUINT32, &number, error))
    return FALSE;
  *value = (guint) number;
  return TRUE;
}

static gboolean
read_seed (const File *file, guint64 *seed, GError **error)
{
  const char *text = arra_json_get_string (file->root, file->path, "seed", error);

  if (text == NULL)
    return FALSE;
  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, seed, NULL))
    return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"seed\" is no whole number between 0 and 2^64 - 1", file->path);
}

static gboolean
read_settings (const File *file, ArraRequest *request, GError **error)
{
  const char *prompt, *prompt_template;

  if (!read_text (file, "prompt", &prompt, error) || !read_text (file, "template", &prompt_template, error)
      || !read_uint (file, "width", &request->width, error) || !read_uint (file, "height", &request->height, error)
      || !read_uint (file, "count", &request->count, error) || !read_seed (file, &request->seed, error)
      || !read_uint (file, "top_k", &request->top_k, error) || !read_uint (file, "text_top_k", &request->text_top_k, error)
      || !read_uint (file, "max_tokens", &request->max_tokens, error)
      || !arra_json_get_double_default (file->root, file->path, "guidance_scale", request->guidance_scale, &request->guidance_scale, error)
      || !arra_json_get_double_default (file->root, file->path, "temperature", request->temperature, &request->temperature, error)
      || !arra_json_get_double_default (file->root, file->path, "top_p", request->top_p, &request->top_p, error)
      || !arra_json_get_bool_default (file->root, file->path, "greedy", request->greedy, &request->greedy, error))
    return FALSE;
  request->prompt = prompt;
  request->prompt_template = prompt_template;
  return TRUE;
}

/* The same model in the same number format, or the tokens would not go on as they began. */
static gboolean
check_origin (const File *file, const ArraCheckpoint *checkpoint, GError **error)
{
  const char *fingerprint = arra_json_get_string (file->root, file->path, "fingerprint", error);
  const char *quant;

  if (fingerprint == NULL)
    return FALSE;
  if (g_strcmp0 (fingerprint, checkpoint->fingerprint) != 0)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s was made with another checkpoint (%.16s…) than %s (%.16s…)", file->path, fingerprint, checkpoint->path,
                      checkpoint->fingerprint != NULL ? checkpoint->fingerprint : "");
  quant = arra_json_get_string (file->root, file->path, "quant", error);
  if (quant == NULL)
    return FALSE;
  if (strcmp (quant, arra_quant_name (checkpoint->quant)) != 0)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s was made with weights as %s, but the checkpoint was opened as %s", file->path, quant,
                      arra_quant_name (checkpoint->quant));
  return TRUE;
}

/* Tokens must stand where the grammar allows them: the answer may come from anybody. */
static gboolean
read_tokens (const File *file, ArraJob *job, ArraAnswer *answer, JsonArray *tokens, GError **error)
{
  g_autoptr (GError) fault = NULL;
  ArraGrammar grammar;
  const guint n = json_array_get_length (tokens);

  if (n > job->capacities.answer_tokens)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: an answer has %u tokens, more than the %u it can have", file->path, n, job->capacities.answer_tokens);
  arra_grammar_init (&grammar, &job->checkpoint->vocabulary);
  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (tokens, i);
      gint64 id;

      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: token %u of an answer is no whole number", file->path, i);
      id = json_node_get_int (node);
      if (id < 0 || id >= job->checkpoint->vocabulary.n_tokens)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: token %u of an answer is outside the vocabulary", file->path, i);
      if (!arra_grammar_push (&grammar, (guint32) id, &fault))
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: token %u of an answer: %s", file->path, i, fault->message);
      answer->tokens[answer->n_tokens++] = (guint32) id;
    }
  return TRUE;
}

/* With a size asked for an answer is one picture of that size. */
static gboolean
check_picture (const File *file, const ArraJob *job, const ArraAnswer *answer, GError **error)
{
  const guint grid = arra_job_grid (job->checkpoint);
  ArraPictureSpan span;

  if (job->request.width == 0 || answer->n_tokens == 0)
    return TRUE;
  if (!arra_answer_find_picture (answer, &job->checkpoint->vocabulary, 0, &span) || span.begin != 0 || span.end != answer->n_tokens
      || span.rows != 2 * (job->request.height / grid) || span.columns != 2 * (job->request.width / grid))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: an answer is not one picture of %u x %u", file->path, job->request.width, job->request.height);
  if (answer->finished != (answer->n_tokens == job->capacities.answer_tokens))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: an answer is said to be %s but is not", file->path, answer->finished ? "finished" : "unfinished");
  return TRUE;
}

static gboolean
read_answer (const File *file, ArraJob *job, guint index, JsonNode *node, GError **error)
{
  ArraAnswer *answer = &job->answers[index];
  JsonObject *object;
  JsonArray *tokens;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: answer %u is no object", file->path, index);
  object = json_node_get_object (node);
  tokens = arra_json_get_array (object, file->path, "tokens", error);
  if (tokens == NULL || !arra_json_get_bool_default (object, file->path, "finished", FALSE, &answer->finished, error))
    return FALSE;
  return read_tokens (file, job, answer, tokens, error) && check_picture (file, job, answer, error);
}

static gboolean
read_answers (const File *file, ArraJob *job, GError **error)
{
  JsonArray *answers = arra_json_get_array (file->root, file->path, "answers", error);
  guint n;

  if (answers == NULL || !read_uint (file, "first", &job->first, error))
    return FALSE;
  n = json_array_get_length (answers);
  if (n > job->request.count || job->first > ARRA_MAX_COUNT)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: more answers than \"count\" or \"first\" allow", file->path);
  for (guint i = 0; i < n; i++)
    if (!read_answer (file, job, i, json_array_get_element (answers, i), error))
      return FALSE;
  job->n_begun = n;
  return TRUE;
}

ArraJob *
arra_job_resume (ArraCheckpoint *checkpoint, const char *path, const ArraRequest *request, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (ArraJob) job = NULL;
  ArraRequest saved;
  File file = { path, NULL };
  gint64 version;

  g_return_val_if_fail (checkpoint != NULL && path != NULL, NULL);
  parser = arra_json_parse_file (path, &file.root, error);
  if (parser == NULL || !arra_json_get_int (file.root, path, "arra_tokens", VERSION, VERSION, &version, error) || !check_origin (&file, checkpoint, error))
    return NULL;
  arra_request_init (&saved, checkpoint);
  if (!read_settings (&file, &saved, error))
    return NULL;
  saved.threads = request != NULL ? request->threads : 0;
  saved.memory_limit = request != NULL ? request->memory_limit : 0;
  job = arra_job_build (checkpoint, &saved, saved.prompt != NULL, error);
  if (job == NULL || !read_answers (&file, job, error))
    return NULL;
  return g_steal_pointer (&job);
}
