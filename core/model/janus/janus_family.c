/* janus_family.c - Janus' row in the table of families
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "janus_family.h"

#include <string.h>

#include "fail.h"
#include "janus_graph.h"
#include "janus_private.h"
#include "mem.h"
#include "raster.h"

#define BEGIN "<｜begin▁of▁sentence｜>"
#define PAD "<｜▁pad▁｜>"
#define IMAGE "<begin_of_image>"
#define USER "<|User|>"
#define CODE_SIZE 8 /* numbers of a code's vector, as published */

static gboolean
read_files (ArraDecoder *decoder, const ArraModelFiles *files, GError **error)
{
  ArraJanusForm form;

  decoder->config = g_new0 (ArraJanusConfig, 1);
  decoder->prefix = arra_janus_find_prefix (files->source, &form);
  if (decoder->prefix == NULL)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: the weights are not those of a model that makes pictures",
                      files->name);
  decoder->weights.form = form;
  return arra_janus_config_read (decoder->config, files->config, files->source, decoder->prefix, form, files->name,
                                 error);
}

static gboolean
load (ArraDecoder *decoder, const ArraGguf *gguf, GError **error)
{
  decoder->config = g_new0 (ArraJanusConfig, 1);
  decoder->weights.form = ARRA_JANUS_ORIGINAL;
  return arra_janus_config_load (decoder->config, gguf, error);
}

static void
store (const ArraDecoder *decoder, ArraGgufWriter *writer)
{
  arra_janus_config_store (decoder->config, writer);
}

static gboolean
make (ArraDecoder *decoder, const ArraModelPlan *plan, const char *name, GError **error)
{
  const ArraTransformerShape *shape = &plan->shape;
  ArraJanusConfig *config = g_new (ArraJanusConfig, 1);

  *config = (ArraJanusConfig) { .n_text = shape->n_ids,
                                .hidden_size = shape->hidden_size,
                                .intermediate_size = shape->intermediate_size,
                                .n_layers = shape->n_layers,
                                .n_heads = shape->n_heads,
                                .n_kv_heads = shape->n_kv_heads,
                                .context = plan->context,
                                .n_codes = plan->n_codes,
                                .code_size = CODE_SIZE,
                                .head_size = shape->hidden_size,
                                .norm_eps = 1e-6f,
                                .rope_theta = plan->rope_theta,
                                .side = plan->side };
  decoder->config = config;
  return arra_janus_config_check (config, name, error);
}

static char *
to_json (const ArraDecoder *decoder)
{
  return arra_janus_config_to_json (decoder->config);
}

static char *
settings (const ArraDecoder *decoder)
{
  const ArraJanusConfig *config = decoder->config;

  return g_strdup_printf ("%u %u %u %.9g %.17g", config->n_heads, config->n_kv_heads, config->side,
                          (double) config->norm_eps, config->rope_theta);
}

static gboolean
find_token (const ArraTokenizer *tokenizer, const char *token, guint32 *id, GError **error)
{
  if (arra_tokenizer_id (tokenizer, token, id))
    return TRUE;
  return arra_fail (error, ARRA_ERROR_NOT_FOUND, "The tokenizer has no token \"%s\", which prompts need", token);
}

/* As the reference's conversation has it; the first Janus has its roles in words. */
static char *
conversation (const ArraTokenizer *tokenizer, const char *prompt)
{
  guint32 id;

  return arra_tokenizer_id (tokenizer, USER, &id) ? g_strconcat (USER ": ", prompt, "\n\n<|Assistant|>:" IMAGE, NULL)
                                                  : g_strconcat ("User: ", prompt, "\n\nAssistant:" IMAGE, NULL);
}

/* Ids behind the text's would be codes. */
static gboolean
check_ids (const ArraJanusConfig *config, const ArraPrefix *prefix, GError **error)
{
  for (guint i = 0; i < prefix->n; i++)
    if (prefix->ids[i] >= config->n_text)
      return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                        "The tokenizer does not fit the model: id %u of a vocabulary of %u", prefix->ids[i],
                        config->n_text);
  return TRUE;
}

static gboolean
condition_on (const ArraDecoder *decoder,
              const ArraPromptReader *reader,
              const char *prompt,
              ArraCondition *condition,
              GError **error)
{
  const ArraTokenizer *tokenizer = reader->tokenizer;
  g_autofree char *text = conversation (tokenizer, prompt);
  ArraPrefix *front = condition->front;
  g_automem guint32 *inner = NULL;
  guint32 begin, pad, image;
  gsize n;

  if (!find_token (tokenizer, BEGIN, &begin, error) || !find_token (tokenizer, PAD, &pad, error)
      || !find_token (tokenizer, IMAGE, &image, error))
    return FALSE;
  inner = arra_condition_encode (tokenizer, text, decoder->context, &n, error);
  if (inner == NULL)
    return FALSE;
  for (guint i = 0; i < ARRA_N_BRANCHES; i++)
    if (!arra_prefix_init (&front[i], n + 1, error))
      return FALSE;
  front[ARRA_CONDITIONAL].ids[0] = begin;
  memcpy (front[ARRA_CONDITIONAL].ids + 1, inner, n * sizeof *inner);
  arra_janus_unconditional (front[ARRA_CONDITIONAL].ids, (guint) n + 1, pad, front[ARRA_UNCONDITIONAL].ids);
  return check_ids (decoder->config, &front[ARRA_CONDITIONAL], error)
         && check_ids (decoder->config, &front[ARRA_UNCONDITIONAL], error);
}

static const ArraConditioner conditioner = { .reads_text = TRUE, .condition = condition_on };

static void
describe (ArraDecoder *decoder, const ArraSource *source)
{
  const ArraJanusConfig *config = decoder->config;

  decoder->shape = arra_janus_shape (config);
  decoder->weights.table = arra_janus_table ();
  decoder->conditioner = &conditioner;
  decoder->context = config->context;
  decoder->first_id = config->n_text;
  decoder->least_prompt = 2; /* its beginning and the picture's */
  decoder->bytes = sizeof (ArraJanus);
  decoder->guidance_scale = 5;
}

static ArraLayout *
layout (const ArraDecoder *decoder, const ArraTokenNames *names, const char *name, GError **error)
{
  const ArraJanusConfig *config = decoder->config;

  return arra_raster_new (config->n_codes, config->side, error);
}

static const ArraTransformer *
bind_weights (const ArraDecoder *decoder,
              const ArraLayout *tokens,
              ArraDType dtype,
              ArraPool *pool,
              GCancellable *cancellable,
              GError **error)
{
  const ArraWeights *weights = &decoder->weights;
  ArraJanus *model = arra_janus_new (decoder->config, weights->source, weights->prefix, (ArraJanusForm) weights->form,
                                     dtype, pool, cancellable, error);

  return model != NULL ? arra_janus_transformer (model) : NULL;
}

static void
unbind (const ArraTransformer *transformer)
{
  arra_janus_free ((ArraJanus *) transformer->family);
}

static gboolean
find_vqgan (const ArraDecoder *decoder,
            const ArraModelFiles *files,
            ArraVqganConfig *config,
            char **prefix,
            GError **error)
{
  const ArraJanusForm form = (ArraJanusForm) decoder->weights.form;
  g_autofree char *inner = arra_janus_vqgan_prefix (decoder->prefix, form);
  g_autofree char *codebook = g_strconcat (inner, "quantize.embedding.weight", NULL);

  *prefix = NULL;
  if (arra_source_find (files->source, codebook) == NULL)
    return TRUE;
  if (!arra_janus_vqgan_config (config, files->source, decoder->prefix, form, error))
    return FALSE;
  *prefix = g_steal_pointer (&inner);
  return TRUE;
}

static ArraTrainable
trainable (const ArraDecoder *decoder)
{
  return arra_janus_trainable (decoder->config);
}

static const char *const model_types[] = { "multi_modality", "janus", NULL };

const ArraFamily arra_janus_family = {
  .name = "Janus",
  .license = "DeepSeek Model License: commercial use is permitted, with restrictions that must be passed on",
  .architecture = "arra-janus",
  .model_types = model_types,
  .head = { "gen_head.vision_head.weight", "generation_head.vision_head.weight" },
  .needs_tokenizer = TRUE,
  .embedding = "language_model.model.embed_tokens.weight",
  .as_torch = TRUE,
  .read = read_files,
  .load = load,
  .store = store,
  .make = make,
  .to_json = to_json,
  .json_file = "config.json",
  .settings = settings,
  .describe = describe,
  .layout = layout,
  .bind = bind_weights,
  .unbind = unbind,
  .find_vqgan = find_vqgan,
  .trainable = trainable,
};
