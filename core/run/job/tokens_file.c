/* tokens_file.c - a saved job is read again: every value checked, then the job goes on where it stopped
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "checkpoint.h"
#include "fail.h"
#include "job.h"
#include "job_mosaic.h"
#include "jsonguard.h"
#include "recipe_read.h"
#include "request.h"

/* The same model in the same number format, or the tokens would not go on as they began. */
static gboolean
check_origin (const ArraRecipe *recipe, const ArraCheckpoint *checkpoint, GError **error)
{
  const char *quant = arra_quant_name (checkpoint->quant), *kv = arra_quant_name (checkpoint->kv);

  if (g_strcmp0 (recipe->fingerprint, checkpoint->fingerprint) != 0)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s was made with another checkpoint than %s", recipe->name,
                      checkpoint->path);
  if (strcmp (recipe->quant, quant) != 0)
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "%s was made with weights as \"%s\", but the checkpoint was opened as \"%s\"", recipe->name,
                      recipe->quant, quant);
  if (strcmp (recipe->kv, kv) != 0)
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "%s was made with keys and values as \"%s\", but the checkpoint was opened with \"%s\"",
                      recipe->name, recipe->kv, kv);
  return TRUE;
}

/* Tokens must stand where the grammar allows them: the answer may come from anybody. */
static gboolean
read_tokens (const ArraRecipe *recipe, ArraJob *job, ArraAnswer *answer, JsonArray *tokens, GError **error)
{
  g_autoptr (GError) fault = NULL;
  ArraGrammar grammar;
  const gboolean mosaic = arra_job_is_mosaic (job); /* codes alone */
  const guint32 n_ids = mosaic ? job->checkpoint->layout->n_codes : job->checkpoint->layout->n_tokens;
  const guint n = json_array_get_length (tokens);

  if (n > arra_capacities_kept (&job->capacities))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: an answer has %u tokens, more than the %u it can have",
                      recipe->name, n, arra_capacities_kept (&job->capacities));
  arra_grammar_init (&grammar, job->checkpoint->layout);
  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (tokens, i);
      gint64 id;

      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: token %u of an answer is no whole number", recipe->name,
                          i);
      id = json_node_get_int (node);
      if (id < 0 || id >= n_ids)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: token %u of an answer is outside the vocabulary",
                          recipe->name, i);
      if (!mosaic && !arra_grammar_push (&grammar, (guint32) id, &fault))
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: token %u of an answer: %s", recipe->name, i,
                          fault->message);
      answer->tokens[answer->n_tokens++] = (guint32) id;
    }
  return TRUE;
}

static gboolean
is_one_picture (const ArraJob *job, const ArraAnswer *answer)
{
  ArraPictureSpan span;

  return arra_answer_find_picture (answer, job->checkpoint->layout, 0, &span) && span.begin == 0
         && span.end == answer->n_tokens && span.rows == job->capacities.picture_rows
         && span.columns == job->capacities.picture_columns;
}

/* With a size asked for an answer is one picture of that size. */
static gboolean
check_picture (const ArraRecipe *recipe, const ArraJob *job, const ArraAnswer *answer, GError **error)
{
  if (job->request.width == 0 || answer->n_tokens == 0)
    return TRUE;
  if (!arra_job_is_mosaic (job) && !is_one_picture (job, answer))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: an answer is not one picture of %u x %u", recipe->name,
                      job->request.width, job->request.height);
  if (answer->finished != (answer->n_tokens == arra_capacities_kept (&job->capacities)))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"finished\" of an answer does not agree with its tokens",
                      recipe->name);
  return TRUE;
}

static gboolean
read_answer (const ArraRecipe *recipe, ArraJob *job, guint index, JsonNode *node, GError **error)
{
  ArraAnswer *answer = &job->answers[index];
  JsonObject *object;
  JsonArray *tokens;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: answer %u is no object", recipe->name, index);
  object = json_node_get_object (node);
  tokens = arra_json_get_array (object, recipe->name, "tokens", error);
  if (tokens == NULL || !arra_json_get_bool_default (object, recipe->name, "finished", FALSE, &answer->finished, error))
    return FALSE;
  return read_tokens (recipe, job, answer, tokens, error) && check_picture (recipe, job, answer, error);
}

static gboolean
read_answers (const ArraRecipe *recipe, ArraJob *job, GError **error)
{
  JsonArray *answers = arra_recipe_answers (recipe, error);
  guint n;

  if (answers == NULL)
    return FALSE;
  n = json_array_get_length (answers);
  if (n > job->request.count)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: there are more answers than \"count\" says", recipe->name);
  for (guint i = 0; i < n; i++)
    if (!read_answer (recipe, job, i, json_array_get_element (answers, i), error))
      return FALSE;
  job->n_begun = n;
  return TRUE;
}

/* (transfer full): @checkpoint, or its image tokenizer alone where no weights were read. */
static ArraCheckpoint *
with_decoder (ArraCheckpoint *checkpoint, GError **error)
{
  ArraOpenOptions options = ARRA_OPEN_OPTIONS_INIT;

  if (checkpoint->model != NULL || checkpoint->vqgan != NULL)
    return arra_checkpoint_ref (checkpoint);
  options.vqgan = checkpoint->vqgan_path;
  options.quant = checkpoint->quant;
  return arra_checkpoint_open_vqgan (checkpoint->path, &options, NULL, error);
}

ArraJob *
arra_job_resume_sized (ArraCheckpoint *checkpoint,
                       const char *path,
                       const ArraRequest *request,
                       gsize request_size,
                       GError **error)
{
  g_autoptr (ArraRecipe) recipe = NULL;
  g_autoptr (ArraCheckpoint) decoder = NULL;
  g_autoptr (ArraJob) job = NULL;
  ArraRequest saved, machine = { 0 };

  g_return_val_if_fail (checkpoint != NULL && path != NULL, NULL);
  recipe = arra_recipe_read_file (path, error);
  if (recipe == NULL || !check_origin (recipe, checkpoint, error))
    return NULL;
  decoder = with_decoder (checkpoint, error);
  if (decoder == NULL || !check_origin (recipe, decoder, error))
    return NULL;
  if (request != NULL)
    machine = arra_request_take (request, request_size, checkpoint);
  saved = recipe->request;
  saved.threads = machine.threads;
  saved.memory_limit = machine.memory_limit;
  saved.scored = machine.scored;
  job = arra_job_build (decoder, &saved, saved.prompt != NULL && decoder->model != NULL, error);
  if (job == NULL || !read_answers (recipe, job, error))
    return NULL;
  arra_job_set_cfg_interval (job, recipe->cfg_interval);
  return g_steal_pointer (&job);
}
