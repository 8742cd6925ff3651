/* case-e2e.c - a complete tiny model: prompt in, tokens and picture out
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "check.h"
#include "checkpoint.h"
#include "jsonguard.h"
#include "mem.h"
#include "vocabulary.h"

#define CASE "case.safetensors"
#define JSON "case.json"

static ArraCheckpoint *
open_checkpoint (Check *check, JsonObject *object, GError **error)
{
  const char *model = arra_json_get_string (object, JSON, "model_dir", error);
  const char *vqgan = model == NULL ? NULL : arra_json_get_string (object, JSON, "vqgan", error);
  g_autofree char *path = NULL, *vqgan_path = NULL;
  ArraOpenOptions options = ARRA_OPEN_OPTIONS_INIT;

  if (vqgan == NULL)
    return NULL;
  path = g_build_filename (check->root, model, NULL);
  vqgan_path = g_build_filename (check->root, vqgan, NULL);
  options.vqgan = vqgan_path;
  options.threads = check->threads;
  return arra_checkpoint_open (path, &options, NULL, error);
}

/* The logits after the prompt, before any rule. */
static gboolean
check_prompt (Check *check,
              ArraCheckpoint *checkpoint,
              ArraSource *file,
              guint k,
              const char *prompt,
              JsonArray *expected_ids,
              GError **error)
{
  g_autofree char *name = g_strdup_printf ("out.run%u.raw_logits_after_prompt", k);
  const ArraKvShape kv_shape = arra_transformer_kv_shape (&checkpoint->decoder.shape);
  guint32 n_tokens = checkpoint->decoder.shape.n_logits;
  gsize n_text = 0;
  g_automem guint32 *text = arra_tokenizer_encode (checkpoint->tokenizer, prompt, -1, FALSE, &n_text, error);
  guint n = (guint) n_text + 2;
  g_autofree guint32 *ids = g_new (guint32, n);
  g_autofree float *logits = g_new (float, n_tokens);
  g_autoptr (ArraKvCache) cache = text == NULL ? NULL : arra_kv_cache_new (&kv_shape, n, error);
  g_autoptr (ArraTransformerRun) run
      = cache == NULL ? NULL : arra_transformer_run_new (checkpoint->model, &check->exec, 16, n, error);
  ArraTransformerInput input = { .cache = cache, .ids = ids, .n_ids = n, .logits = logits };

  if (run == NULL)
    return FALSE;
  ids[0] = arra_vocabulary_of (checkpoint->layout)->bos;
  memcpy (ids + 1, text, n_text * sizeof ids[0]);
  ids[n - 1] = arra_vocabulary_of (checkpoint->layout)->stop;
  check_same_int (check, "the prompt's length", json_array_get_length (expected_ids), n);
  for (guint i = 0; i < MIN (n, json_array_get_length (expected_ids)); i++)
    check_same_int (check, "a prompt token", json_array_get_int_element (expected_ids, i), ids[i]);
  if (!arra_transformer_forward (run, &input, 1, NULL, NULL, NULL, error))
    return FALSE;
  check_floats (check, file, CASE, name, logits, n_tokens);
  return TRUE;
}

static gboolean
check_pictures (Check *check, ArraJob *job, ArraSource *file, guint k, JsonArray *sizes, GError **error)
{
  check_same_int (check, "the number of pictures", json_array_get_length (sizes), arra_job_n_pictures (job, 0));
  for (guint i = 0; i < arra_job_n_pictures (job, 0); i++)
    {
      g_autofree char *name = g_strdup_printf ("out.run%u.image%u_u8", k, i);
      const ArraPicture *picture = arra_job_decode (job, 0, i, NULL, error);

      if (picture == NULL)
        return FALSE;
      check_bytes (check, file, CASE, name, picture->pixels, (gsize) picture->width * picture->height * 3,
                   check->within);
    }
  return TRUE;
}

static gboolean
check_run (Check *check, ArraCheckpoint *checkpoint, ArraSource *file, guint k, JsonObject *item, GError **error)
{
  const char *prompt = json_object_get_string_member (item, "prompt");
  JsonArray *expected = json_object_get_array_member (item, "generated_ids_without_final_8710");
  ArraRequest request;
  g_autoptr (ArraJob) job = NULL;
  const guint32 *tokens;
  gsize n;
  gboolean finished;
  g_autofree char *text = NULL;

  if (!check_prompt (check, checkpoint, file, k, prompt, json_object_get_array_member (item, "prompt_ids"), error))
    return FALSE;
  arra_request_init (&request, checkpoint);
  request.prompt = prompt;
  request.prompt_template = "{prompt}";
  request.width = request.height = 0;
  request.guidance_scale = json_object_get_double_member (item, "cfg");
  request.top_k = (guint) json_object_get_int_member (item, "image_top_k");
  request.text_top_k = (guint) json_object_get_int_member (item, "text_top_k");
  request.threads = check->threads;
  request.max_tokens = 64;
  job = arra_job_new (checkpoint, &request, error);
  if (job == NULL || !arra_job_run (job, NULL, error))
    return FALSE;
  tokens = arra_job_tokens (job, 0, &n, &finished);
  check_same_int (check, "the answer is finished", TRUE, finished);
  check_same_int (check, "the answer's length", json_array_get_length (expected), (gint64) n);
  for (gsize i = 0; i < MIN (n, json_array_get_length (expected)); i++)
    check_same_int (check, "an answer token", json_array_get_int_element (expected, (guint) i), tokens[i]);
  text = arra_job_text (job, 0);
  check_same_text (check, "the answer's text", json_object_get_string_member (item, "answer_text"), text);
  return check_pictures (check, job, file, k, json_object_get_array_member (item, "image_wh"), error);
}

/* A training picture, cropped, resized and encoded: its codes inside the item's tokens. */
static gboolean
check_training_picture (Check *check, ArraCheckpoint *checkpoint, JsonObject *item, GError **error)
{
  g_autofree char *path = g_build_filename (check->dir, json_object_get_string_member (item, "picture"), NULL);
  JsonArray *tokens = json_object_get_array_member (item, "tokens");
  JsonArray *unsure = json_object_get_array_member (item, "codes_with_margin_below_1e-3");
  guint rows, columns, k = 0;
  g_autofree guint32 *codes
      = arra_checkpoint_encode_file (checkpoint, path, 512, 512, check->threads, &rows, &columns, NULL, error);

  if (codes == NULL)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (tokens); i++)
    {
      gint64 id = json_array_get_int_element (tokens, i);
      gint32 code = id >= 0 && id < checkpoint->layout->n_tokens ? checkpoint->layout->code_of_id[id] : -1;
      gboolean may_differ = FALSE;

      if (code < 0)
        continue;
      for (guint j = 0; j < json_array_get_length (unsure); j++)
        may_differ = may_differ || json_array_get_int_element (unsure, j) == k;
      if (!may_differ && k < rows * columns)
        check_same_int (check, "a training picture's code", code, codes[k]);
      k++;
    }
  check_same_int (check, "the number of a training picture's codes", k, (gint64) rows * columns);
  return TRUE;
}

gboolean
check_e2e (Check *check)
{
  JsonObject *object;
  g_autoptr (JsonParser) parser = check_json (check, JSON, &object);
  g_autoptr (ArraSource) file = check_open (check, CASE);
  GError *error = NULL;
  g_autoptr (ArraCheckpoint) checkpoint
      = parser == NULL || file == NULL ? NULL : open_checkpoint (check, object, &error);
  JsonArray *runs = checkpoint == NULL ? NULL : arra_json_get_array (object, JSON, "runs", &error);

  for (guint k = 0; runs != NULL && error == NULL && k < json_array_get_length (runs); k++)
    check_run (check, checkpoint, file, k, json_array_get_object_element (runs, k), &error);
  if (checkpoint != NULL && error == NULL && json_object_has_member (object, "training_item"))
    check_training_picture (check, checkpoint, json_object_get_object_member (object, "training_item"), &error);
  check_error (check, error);
  return TRUE;
}
