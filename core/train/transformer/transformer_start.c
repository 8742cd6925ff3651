/* transformer_start.c - where the transformer's training begins: tokenizer, vocabulary, shape, first values
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "fail.h"
#include "jsonguard.h"
#include "jsonpython.h"
#include "mem.h"
#include "settings.h"
#include "transformer_private.h"

#define CONTEXT_STEP 256 /* room for prompts that are longer than the captions */

/* ------------------------------------------------------------------ a random start */

static gboolean
read_shape (ArraTransformerTrainee *t, const ArraYaml *config, GError **error)
{
  guint64 hidden = 0, layers = 0, heads = 0, kv_heads, ffn,
          longest = arra_picture_sequence_longest (&t->items, t->layout),
          context = (longest / CONTEXT_STEP + 1) * CONTEXT_STEP;
  ArraTransformerShape shape = { .n_ids = t->decoder.shape.n_ids };
  double rope_theta = 10000;

  if (!arra_setting_uint (config, "model.hidden_size", 1, 1 << 20, &hidden, error)
      || !arra_setting_uint (config, "model.layers", 1, 4096, &layers, error)
      || !arra_setting_uint (config, "model.heads", 1, 1 << 20, &heads, error))
    return FALSE;
  if (hidden == 0 || layers == 0 || heads == 0)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND,
                      "%s: a random start needs \"model.hidden_size\", \"model.layers\" and \"model.heads\"",
                      arra_yaml_path (config));
  kv_heads = heads;
  ffn = (hidden * 8 / 3 + 31) / 32 * 32;
  if (!arra_setting_uint (config, "model.kv_heads", 1, 1 << 20, &kv_heads, error)
      || !arra_setting_uint (config, "model.intermediate_size", 1, 1 << 20, &ffn, error)
      || !arra_setting_uint (config, "model.context", longest, 1 << 19, &context, error)
      || !arra_setting_double (config, "model.rope_theta", 1, 1e12, &rope_theta, error)
      || !arra_setting_bool (config, "model.swin_norm", &shape.swin_norm, error))
    return FALSE;
  shape.hidden_size = (guint) hidden;
  shape.n_layers = (guint) layers;
  shape.n_heads = (guint) heads;
  shape.n_kv_heads = (guint) kv_heads;
  shape.intermediate_size = (guint) ffn;
  return arra_decoder_make (&t->decoder, &shape, (guint) context, rope_theta, arra_yaml_path (config), error);
}

/* ------------------------------------------------------------------ a checkpoint's */

/* Whether it can be learnt on: prompts lie in the sequence, and what read it can write it. */
static gboolean
check_family (const ArraFamily *family, const char *name, GError **error)
{
  if (family != NULL && family->to_json != NULL && family->settings != NULL)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: a training cannot begin with a model of this family", name);
}

static gboolean
open_gguf (ArraTransformerTrainee *t, GError **error)
{
  const char *path = t->settings.from, *text;
  g_autofree char *name = g_strconcat (path, ": " ARRA_TOKENIZER_KEY, NULL);
  const ArraFamily *family = NULL;
  gsize length;

  t->gguf = arra_gguf_open (path, error);
  if (t->gguf == NULL || !arra_gguf_get_string (t->gguf, "general.architecture", &text, &length, error))
    return FALSE;
  family = arra_family_of_architecture (text, length);
  t->source = arra_source_ref (arra_gguf_source (t->gguf));
  if (!check_family (family, path, error) || !arra_decoder_load (&t->decoder, family, t->gguf, t->source, error)
      || !arra_gguf_get_string (t->gguf, ARRA_TOKENIZER_KEY, &text, &length, error))
    return FALSE;
  t->tokenizer = arra_tokenizer_new (text, length, name, error);
  return t->tokenizer != NULL;
}

static gboolean
open_folder (ArraTransformerTrainee *t, GError **error)
{
  g_autofree char *config = g_build_filename (t->settings.from, "config.json", NULL);
  g_autofree char *tokenizer = g_build_filename (t->settings.from, "tokenizer.json", NULL);
  g_autoptr (JsonParser) parser = NULL;
  ArraModelFiles files = { .directory = t->settings.from, .path = t->settings.from, .name = config };
  const ArraFamily *family;

  parser = arra_json_parse_config (config, &files.config, error);
  family = parser != NULL ? arra_family_of_config (files.config, config, error) : NULL;
  if (family == NULL || !check_family (family, t->settings.from, error))
    return FALSE;
  t->source = files.source = arra_safetensors_open_directory (t->settings.from, error);
  if (t->source == NULL || !arra_decoder_read (&t->decoder, family, &files, error))
    return FALSE;
  t->tokenizer = arra_tokenizer_open (tokenizer, error);
  return t->tokenizer != NULL;
}

/* ------------------------------------------------------------------ values */

static gboolean
flag_image_ids (ArraTransformerTrainee *t, GError **error)
{
  t->image_ids = arra_mem_new0 (t->layout->n_tokens, 1, "the image tokens", error);
  if (t->image_ids == NULL)
    return FALSE;
  for (guint id = 0; id < t->layout->n_tokens; id++)
    t->image_ids[id] = arra_layout_code (t->layout, id) >= 0;
  return TRUE;
}

/* Its own gain is about 1 at any width, as the reference's deviation 0.02 gives it at 4096: the gradient of a
 * cosine grows as what goes into it shrinks. */
static void
start_adaptor (ArraTransformerTrainee *t)
{
  for (guint i = 0; i < t->parameters->n; i++)
    {
      const ArraParameter *item = &t->parameters->items[i];
      float *data = t->parameters->data + item->offset;
      double scale;

      if (item->n_dims != 2 || !g_str_has_prefix (item->name, "adaptor."))
        continue;
      scale = 1 / (t->settings.deviation * sqrt ((double) item->shape[1]));
      for (gsize k = 0; k < item->count; k++)
        data[k] *= (float) scale;
    }
}

static gboolean
make_parameters (ArraTransformerTrainee *t, ArraSource *source, GError **error)
{
  t->parameters = arra_parameters_new (error);
  if (t->parameters == NULL
      || !arra_weights_describe (&t->decoder.weights, arra_parameters_add_shape, t->parameters, error)
      || !arra_objective_add_parameters (&t->settings.objective, t->decoder.family->trainable (&t->decoder),
                                         t->parameters, error)
      || !arra_parameters_allocate (t->parameters, TRUE, error))
    return FALSE;
  arra_parameters_start (t->parameters, t->seed, (float) t->settings.deviation);
  start_adaptor (t);
  if (source != NULL && !arra_parameters_load (t->parameters, source, error))
    return FALSE;
  if (t->settings.start == ARRA_START_TEXT_ONLY)
    arra_parameters_zero_rows (t->parameters, t->decoder.family->head[0], t->image_ids);
  return TRUE;
}

/* Guidance's share of the pictures is learnt without prompt: the token must be in what is left. */
static gboolean
check_rep_token (const ArraTransformerTrainee *t, const ArraYaml *config, const char *token, GError **error)
{
  guint length = arra_picture_sequence_length (&t->items, 0, FALSE, t->layout);
  g_autofree guint32 *ids = g_new (guint32, length);
  g_autofree gint32 *labels = g_new (gint32, length);

  arra_picture_sequence_write (&t->items, 0, FALSE, t->layout, ids, labels);
  for (guint i = 0; i < length; i++)
    if (ids[i] == t->settings.objective.alignment.rep_id)
      return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                    "%s: \"objective.rep_token\": \"%s\" is not in pictures that are learnt without their prompt: "
                    "name a token that is, or set \"data.drop_prompt\" to 0",
                    arra_yaml_path (config), token);
}

/* What the objective can only know from the vocabulary. */
static gboolean
finish_objective (ArraTransformerTrainee *t, const ArraYaml *config, GError **error)
{
  ArraAlignment *alignment = &t->settings.objective.alignment;
  guint32 head[ARRA_LAYOUT_HEAD];
  const char *token = t->settings.rep_token;

  alignment->image_ids = t->image_ids;
  if (alignment->positions != ARRA_ALIGN_TOKEN)
    return TRUE;
  arra_layout_head (t->layout, t->items.rows, t->items.columns, head);
  if (token == NULL)
    token = arra_tokenizer_token (t->tokenizer, head[0]);
  if (!arra_tokenizer_id (t->tokenizer, token, &alignment->rep_id))
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: \"objective.rep_token\": the vocabulary has no token \"%s\"",
                      arra_yaml_path (config), token);
  return t->settings.drop_prompt == 0 || check_rep_token (t, config, token, error);
}

gboolean
arra_transformer_open_start (ArraTransformerTrainee *t, GError **error)
{
  if (t->settings.start == ARRA_START_RANDOM)
    return (t->tokenizer = arra_tokenizer_open (t->settings.tokenizer, error)) != NULL;
  return g_file_test (t->settings.from, G_FILE_TEST_IS_DIR) ? open_folder (t, error) : open_gguf (t, error);
}

static gboolean
check_pictures (ArraTransformerTrainee *t, const char *name, const ArraYaml *config, GError **error)
{
  guint longest = arra_picture_sequence_longest (&t->items, t->layout);

  if (!arra_picture_items_check (&t->items, t->layout, arra_yaml_path (config), error))
    return FALSE;
  if (longest > t->decoder.context)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: a picture with its prompt has %u tokens, but the model reads at most %u", name, longest,
                      t->decoder.context);
  return TRUE;
}

static gboolean
is_file (const char *path)
{
  return g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

/* The first of @names (NULL-terminated) in @folder: its name, NULL when there is none. */
static const char *
find_name (const char *folder, const char *const *names)
{
  for (; *names != NULL; names++)
    {
      g_autofree char *path = g_build_filename (folder, *names, NULL);

      if (is_file (path))
        return *names;
    }
  return NULL;
}

/* Where weights and configuration of "model.vqgan" lie. */
static gboolean
find_vqgan (ArraTransformerTrainee *t, const char *path, GError **error)
{
  static const char *const names[] = { "vqgan.yaml", "vqgan.json", "config.json", NULL };
  gboolean is_folder = g_file_test (path, G_FILE_TEST_IS_DIR);
  g_autofree char *file = is_folder ? arra_vqgan_file_find (path) : g_strdup (path);
  g_autofree char *folder = file != NULL ? g_path_get_dirname (file) : NULL;
  const char *name = folder != NULL ? find_name (folder, names) : NULL;

  if (name == NULL)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: there is no VQGAN with vqgan.yaml or vqgan.json beside it",
                      path);
  t->vqgan_weights = g_steal_pointer (&file);
  t->vqgan_config = g_build_filename (folder, name, NULL);
  return TRUE;
}

/* It must be the one that made the codes, when that is known. */
static gboolean
compare_vqgan (const ArraTransformerTrainee *t, const ArraYaml *config, const ArraVqganFile *file, GError **error)
{
  g_autofree char *tokens = NULL, *hash = NULL;

  if (t->items.vqgan == NULL)
    return TRUE;
  hash = arra_vqgan_encoder_sha256 (&file->config, file->source, file->prefix, error);
  if (hash == NULL || !arra_setting_path (config, "data.tokens", &tokens, error))
    return FALSE;
  if (strcmp (hash, t->items.vqgan) == 0)
    return TRUE;
  return arra_fail (
      error, ARRA_ERROR_INVALID_DATA,
      "%s: its codes are of another VQGAN (%.16s) than \"model.vqgan\", %s (%.16s): name that one, or make "
      "the codes anew with `arra pretokenize`",
      tokens, t->items.vqgan, t->settings.vqgan, hash);
}

static gboolean
check_vqgan (ArraTransformerTrainee *t, const ArraYaml *config, const ArraVqganFile *file, GError **error)
{
  if (file->config.n_embed != t->layout->n_codes)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: has %u codes, but the vocabulary names %u",
                      t->settings.vqgan, file->config.n_embed, t->layout->n_codes);
  t->patch = arra_vqgan_patch (&file->config);
  return compare_vqgan (t, config, file, error);
}

/* The VQGAN that goes into the saved model must be one for these codes. */
static gboolean
look_at_vqgan (ArraTransformerTrainee *t, const ArraYaml *config, GError **error)
{
  g_auto (ArraVqganFile) file = { .path = NULL };
  const char *path = t->settings.vqgan;

  if (path == NULL)
    return TRUE;
  if (g_str_has_suffix (path, ".gguf"))
    return arra_vqgan_file_open (&t->vqgan, path, error) && check_vqgan (t, config, &t->vqgan, error);
  return find_vqgan (t, path, error) && arra_vqgan_file_open (&file, t->vqgan_weights, error)
         && check_vqgan (t, config, &file, error);
}

gboolean
arra_transformer_begin (ArraTransformerTrainee *t, const ArraYaml *config, GError **error)
{
  gboolean random = t->settings.start == ARRA_START_RANDOM;
  const char *name = random ? t->settings.tokenizer : t->settings.from;

  if (random) /* the tokens come first: how long their sequences are decides about the shape */
    t->decoder = (ArraDecoder) { .family = arra_family_usual (), .shape.n_ids = arra_tokenizer_size (t->tokenizer) };
  t->layout = arra_decoder_layout (&t->decoder, t->tokenizer, name, error);
  if (t->layout == NULL || (random && !read_shape (t, config, error)) || !check_pictures (t, name, config, error)
      || !look_at_vqgan (t, config, error)
      || (t->settings.card != NULL && !arra_transformer_card_read (&t->card, t->settings.card, error))
      || (!random && !arra_transformer_card_hand_on (&t->card, t->gguf, t->settings.from, error)))
    return FALSE;
  arra_decoder_draw (&t->decoder);
  if (!flag_image_ids (t, error) || !finish_objective (t, config, error) || !make_parameters (t, t->source, error))
    return FALSE;
  t->decoder.weights.source = NULL;
  g_clear_pointer (&t->source, arra_source_unref);
  g_clear_pointer (&t->gguf, arra_gguf_free);
  return TRUE;
}
