/* transformer_start.c - where the transformer's training begins: tokenizer, vocabulary, shape, first values
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "fail.h"
#include "mem.h"
#include "picture_prompts.h"
#include "settings.h"
#include "text_file.h"
#include "transformer_private.h"

#define CONTEXT_STEP 256 /* room for prompts that are longer than the captions */
#define MOST_CONTEXT (1u << 19)
#define MOST_CLASSES_BYTES (16u << 20)

/* ------------------------------------------------------------------ a random start */

static gboolean
read_sizes (ArraTransformerShape *shape, const ArraYaml *config, GError **error)
{
  guint64 hidden = 0, layers = 0, heads = 0, kv_heads, ffn;

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
      || !arra_setting_bool (config, "model.swin_norm", &shape->swin_norm, error))
    return FALSE;
  shape->hidden_size = (guint) hidden;
  shape->n_layers = (guint) layers;
  shape->n_heads = (guint) heads;
  shape->n_kv_heads = (guint) kv_heads;
  shape->intermediate_size = (guint) ffn;
  return TRUE;
}

/* @longest: tokens of the longest sequence; 0: that is not known yet, and any will do. */
static gboolean
make_decoder (ArraTransformerTrainee *t, const ArraYaml *config, guint longest, GError **error)
{
  ArraModelPlan plan = { .shape = { .n_ids = t->tokenizer != NULL ? arra_tokenizer_size (t->tokenizer) : 0 },
                         .rope_theta = 10000,
                         .n_codes = t->items.n_codes,
                         .side = t->items.rows,
                         .n_classes = t->n_classes,
                         .classes = (const char *const *) t->classes,
                         .prompt_rows = t->items.prompt_rows,
                         .prompt_width = t->items.prompt_width };
  guint64 context = longest > 0 ? (longest / CONTEXT_STEP + 1) * CONTEXT_STEP : MOST_CONTEXT;

  if (!read_sizes (&plan.shape, config, error)
      || !arra_setting_uint (config, "model.context", longest, MOST_CONTEXT, &context, error)
      || !arra_setting_double (config, "model.rope_theta", 1, 1e12, &plan.rope_theta, error))
    return FALSE;
  plan.context = longest > 0 ? (guint) context : MOST_CONTEXT;
  arra_decoder_clear (&t->decoder);
  return arra_decoder_make (&t->decoder, t->settings.family, &plan, arra_yaml_path (config), error);
}

/* A name on each line. */
static gboolean
read_classes (ArraTransformerTrainee *t, const char *path, GError **error)
{
  gsize size;
  g_automem char *text = arra_read_text (path, MOST_CLASSES_BYTES, &size, error);

  if (text == NULL)
    return FALSE;
  t->classes = g_strsplit (g_strchomp (text), "\n", -1);
  for (char **name = t->classes; *name != NULL; name++)
    g_strstrip (*name);
  t->n_classes = g_strv_length (t->classes);
  return TRUE;
}

/* A model that can read prompts; how long its sequences are is not known yet. */
static gboolean
begin_random (ArraTransformerTrainee *t, const ArraYaml *config, GError **error)
{
  const char *classes = t->settings.classes;

  if (classes == NULL)
    t->classes = arra_picture_classes (&t->items, &t->n_classes);
  return (classes == NULL || read_classes (t, classes, error)) && make_decoder (t, config, 0, error);
}

/* ------------------------------------------------------------------ values */

static gboolean
flag_image_ids (ArraTransformerTrainee *t, GError **error)
{
  const guint32 first = t->decoder.first_id;

  t->image_ids = arra_mem_new0 (t->decoder.family->trainable (&t->decoder).n_ids, 1, "the image tokens", error);
  if (t->image_ids == NULL)
    return FALSE;
  for (guint id = 0; id < t->layout->n_tokens; id++)
    t->image_ids[first + id] = arra_layout_code (t->layout, id) >= 0;
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

/* The values of a random start, but for what the family has otherwise. */
static void
start_parameters (ArraTransformerTrainee *t, const ArraTrainable *model)
{
  arra_parameters_start (t->parameters, t->seed, (float) t->settings.deviation);
  start_adaptor (t);
  if (model->zeroed != NULL && t->settings.start == ARRA_START_RANDOM)
    arra_parameters_zero (t->parameters, model->zeroed);
  if (model->fixed != NULL)
    arra_parameters_fix (t->parameters, model->fixed);
}

static gboolean
make_parameters (ArraTransformerTrainee *t, GError **error)
{
  const ArraTrainable model = t->decoder.family->trainable (&t->decoder);

  t->parameters = arra_parameters_new (error);
  if (t->parameters == NULL
      || !arra_weights_describe (&t->decoder.weights, arra_parameters_add_shape, t->parameters, error)
      || !arra_objective_add_parameters (&t->settings.objective, model, t->parameters, error)
      || !arra_parameters_allocate (t->parameters, TRUE, error))
    return FALSE;
  start_parameters (t, &model);
  if (t->source != NULL && !arra_parameters_load_weights (t->parameters, &t->decoder.weights, error))
    return FALSE;
  if (t->settings.start == ARRA_START_TEXT_ONLY)
    arra_parameters_zero_rows (t->parameters, t->decoder.family->head[0], t->image_ids + model.first_label);
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

#define WIDEST_HEAD 2048 /* as published for models of any size */

static void
finish_parts (ArraPartAlignment *parts, const ArraTransformerShape *shape)
{
  if (parts->layer == ARRA_NO_LAYER)
    parts->layer = MAX (shape->n_layers / 3, 1);
  if (parts->hidden == 0)
    parts->hidden = MIN (4 * shape->hidden_size, WIDEST_HEAD);
}

/* What the objective can only know from the vocabulary, and the shape. */
static gboolean
finish_objective (ArraTransformerTrainee *t, const ArraYaml *config, GError **error)
{
  ArraAlignment *alignment = &t->settings.objective.alignment;
  guint32 head[ARRA_LAYOUT_HEAD];
  const char *token = t->settings.rep_token;

  alignment->image_ids = t->image_ids;
  finish_parts (&t->settings.objective.parts, &t->decoder.shape);
  if (alignment->positions != ARRA_ALIGN_TOKEN)
    return TRUE;
  if (t->tokenizer == NULL || (token == NULL && !arra_layout_has_text (t->layout)))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: \"objective.token\": sequences of a %s begin with no token that rep could align at: hybnext "
                      "can",
                      arra_yaml_path (config), t->decoder.family->name);
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
  if (t->settings.start != ARRA_START_RANDOM)
    return arra_transformer_open_checkpoint (t, error);
  if (t->settings.tokenizer != NULL)
    t->tokenizer = arra_tokenizer_open (t->settings.tokenizer, error);
  return t->settings.tokenizer == NULL || t->tokenizer != NULL;
}

static gboolean
open_layout (ArraTransformerTrainee *t, const ArraYaml *config, GError **error)
{
  const ArraTransformerSettings *s = &t->settings;
  const char *name = s->start != ARRA_START_RANDOM ? s->from
                     : s->tokenizer != NULL        ? s->tokenizer
                                                   : arra_yaml_path (config);

  arra_layout_free (t->layout);
  t->layout = arra_decoder_layout (&t->decoder, t->tokenizer, name, error);
  return t->layout != NULL;
}

gboolean
arra_transformer_read_prompts (ArraTransformerTrainee *t, const ArraYaml *config, GError **error)
{
  const gboolean random = t->settings.start == ARRA_START_RANDOM;
  ArraPromptReader reader = { .tokenizer = t->tokenizer };
  ArraTrainable model;

  if ((random && !begin_random (t, config, error)) || !open_layout (t, config, error))
    return FALSE;
  if (arra_layout_has_text (t->layout) && !t->items.is_text)
    return TRUE;
  reader.layout = t->layout;
  model = t->decoder.family->trainable (&t->decoder);
  return arra_picture_prompts_open (&t->items, &t->decoder, &model, &reader, arra_yaml_path (config), error);
}

/* With windows, sequences are shorter, and pictures smaller. */
static gboolean
finish_random (ArraTransformerTrainee *t, const ArraYaml *config, GError **error)
{
  return make_decoder (t, config, arra_picture_sequence_longest (&t->items, t->layout), error)
         && open_layout (t, config, error);
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

gboolean
arra_transformer_begin (ArraTransformerTrainee *t, const ArraYaml *config, GError **error)
{
  gboolean random = t->settings.start == ARRA_START_RANDOM;
  const char *name = random ? arra_yaml_path (config) : t->settings.from;

  if ((random && !finish_random (t, config, error)) || !check_pictures (t, name, config, error)
      || !arra_transformer_look_at_vqgan (t, config, error)
      || (t->settings.card != NULL && !arra_transformer_card_read (&t->card, t->settings.card, error))
      || (!random && !arra_transformer_card_hand_on (&t->card, t->gguf, t->settings.from, error)))
    return FALSE;
  arra_decoder_draw (&t->decoder);
  if (!flag_image_ids (t, error) || !finish_objective (t, config, error) || !make_parameters (t, error))
    return FALSE;
  t->decoder.weights.source = NULL;
  g_clear_pointer (&t->source, arra_source_unref);
  g_clear_pointer (&t->gguf, arra_gguf_free);
  return TRUE;
}
