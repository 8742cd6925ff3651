/* chameleon_family.c - Chameleon's row in the table of families
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "chameleon_family.h"

#include <string.h>

#include "chameleon_graph.h"
#include "chameleon_private.h"
#include "fail.h"
#include "jsonguard.h"
#include "mem.h"
#include "vocabulary.h"

#define INNER_VQGAN "model.vqmodel."

static gboolean
read_files (ArraDecoder *decoder, const ArraModelFiles *files, GError **error)
{
  decoder->config = g_new0 (ArraChameleonConfig, 1);
  return arra_chameleon_config_read (decoder->config, files->config, files->name, error);
}

/* Meta's: consolidated.pth or its parts, beside params.json. */
static gboolean
has_own_form (const char *directory)
{
  static const char *const weights[] = { "consolidated.pth", "consolidated.00.pth" };
  g_autofree char *params = g_build_filename (directory, "params.json", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (weights); i++)
    {
      g_autofree char *path = g_build_filename (directory, weights[i], NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return g_file_test (params, G_FILE_TEST_EXISTS);
    }
  return FALSE;
}

static ArraSource *
open_own_form (ArraDecoder *decoder, const char *directory, GError **error)
{
  decoder->config = g_new0 (ArraChameleonConfig, 1);
  return arra_chameleon_meta_config (decoder->config, directory, error)
             ? arra_chameleon_meta_open (decoder->config, directory, error)
             : NULL;
}

static gboolean
load (ArraDecoder *decoder, const ArraGguf *gguf, GError **error)
{
  decoder->config = g_new0 (ArraChameleonConfig, 1);
  return arra_chameleon_config_load (decoder->config, gguf, error);
}

static void
store (const ArraDecoder *decoder, ArraGgufWriter *writer)
{
  arra_chameleon_config_store (decoder->config, writer);
}

static gboolean
make (ArraDecoder *decoder, const ArraModelPlan *plan, const char *name, GError **error)
{
  const ArraTransformerShape *shape = &plan->shape;
  ArraChameleonConfig *config = g_new (ArraChameleonConfig, 1);

  *config = (ArraChameleonConfig) { .vocab_size = shape->n_ids,
                                    .hidden_size = shape->hidden_size,
                                    .intermediate_size = shape->intermediate_size,
                                    .n_layers = shape->n_layers,
                                    .n_heads = shape->n_heads,
                                    .n_kv_heads = shape->n_kv_heads,
                                    .context = plan->context,
                                    .model_parallel = 1,
                                    .norm_eps = 1e-5f,
                                    .rope_theta = plan->rope_theta,
                                    .rope_factor = 1,
                                    .swin_norm = shape->swin_norm };
  decoder->config = config;
  return arra_chameleon_config_check (config, name, error);
}

static void
draw (ArraDecoder *decoder)
{
  ArraChameleonConfig *config = decoder->config;

  config->mask_image_logits = FALSE;
}

static char *
to_json (const ArraDecoder *decoder)
{
  return arra_chameleon_config_to_json (decoder->config);
}

static char *
settings (const ArraDecoder *decoder)
{
  const ArraChameleonConfig *config = decoder->config;

  return g_strdup_printf ("%u %u %.9g %.17g %d %.17g %d", config->n_heads, config->n_kv_heads,
                          (double) config->norm_eps, config->rope_theta, (int) config->rope_scaling,
                          config->rope_factor, config->swin_norm);
}

/* `<s>` text end-of-turn, in the sequence. */
static gboolean
condition_on (const ArraDecoder *decoder,
              const ArraPromptReader *reader,
              const char *prompt,
              ArraCondition *condition,
              GError **error)
{
  const ArraVocabulary *vocabulary = arra_vocabulary_of (reader->layout);
  ArraPrefix *sequence = &condition->sequence;
  gsize n;
  g_automem guint32 *inner = arra_condition_encode (reader->tokenizer, prompt, decoder->context, &n, error);

  if (inner == NULL || !arra_prefix_init (sequence, n + 2, error))
    return FALSE;
  sequence->ids[0] = vocabulary->bos;
  memcpy (sequence->ids + 1, inner, n * sizeof *inner);
  sequence->ids[n + 1] = vocabulary->stop;
  return TRUE;
}

static const ArraConditioner conditioner = { .reads_text = TRUE, .condition = condition_on };

static void
describe (ArraDecoder *decoder, const ArraSource *source)
{
  const ArraChameleonConfig *config = decoder->config;

  decoder->shape = arra_chameleon_shape (config);
  decoder->weights.table = arra_chameleon_table ();
  decoder->context = config->context;
  decoder->conditioner = &conditioner;
  decoder->least_prompt = 2; /* its beginning and its end */
  decoder->bytes = sizeof (ArraChameleon);
  decoder->guidance_scale = 4;
  decoder->top_k = 2000;
  if (config->mask_image_logits)
    decoder->bytes += (guint64) config->vocab_size * sizeof (guint32);
  decoder->writes_only = config->mask_image_logits;
  if (config->mask_left_out)
    decoder->note = N_ ("config.json does not say mask_image_logits, and its form is that of Lumina-mGPT and "
                        "ARRA, which make pictures: the image tokens are not masked");
}

static ArraLayout *
layout (const ArraDecoder *decoder, const ArraTokenNames *names, const char *name, GError **error)
{
  if (names->lookup != NULL)
    return arra_vocabulary_new (decoder->shape.n_ids, names->n, names->lookup, names->data, name, error);
  arra_fail (error, ARRA_ERROR_NOT_FOUND,
             "%s: has neither tokenizer.json nor a vocabulary_map in config.json: nothing says "
             "which tokens stand for pictures",
             name);
  return NULL;
}

/* Flags of the image tokens, which a model of pure text must not predict, nor the beginning of a picture that
 * it could not fill. */
static guint8 *
mask_of (const ArraLayout *tokens, GError **error)
{
  const ArraVocabulary *vocabulary = arra_vocabulary_of (tokens);
  guint8 *masked = arra_mem_new (tokens->n_tokens, 1, "the masked tokens", error);

  for (guint32 id = 0; masked != NULL && id < tokens->n_tokens; id++)
    masked[id] = arra_layout_code (tokens, id) >= 0 || id == vocabulary->image_start;
  return masked;
}

static const ArraTransformer *
bind_weights (const ArraDecoder *decoder,
              const ArraLayout *tokens,
              ArraDType dtype,
              ArraPool *pool,
              GCancellable *cancellable,
              GError **error)
{
  const ArraChameleonConfig *config = decoder->config;
  g_automem guint8 *masked = NULL;
  ArraChameleon *model;

  if (config->mask_image_logits && tokens != NULL)
    {
      masked = mask_of (tokens, error);
      if (masked == NULL)
        return NULL;
    }
  model = arra_chameleon_new (config, decoder->weights.source, dtype, masked, pool, cancellable, error);
  return model != NULL ? arra_chameleon_transformer (model) : NULL;
}

static void
unbind (const ArraTransformer *transformer)
{
  arra_chameleon_free ((ArraChameleon *) transformer->family);
}

/* Encoders come in the weights of facebook/chameleon-7b and its like. */
static gboolean
find_vqgan (const ArraDecoder *decoder,
            const ArraModelFiles *files,
            ArraVqganConfig *config,
            char **prefix,
            GError **error)
{
  JsonObject *object;

  *prefix = NULL;
  if (files->config == NULL || arra_source_find (files->source, INNER_VQGAN "quantize.embedding.weight") == NULL)
    return TRUE;
  if (!json_object_has_member (files->config, "vq_config"))
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: the weights hold a VQGAN, but vq_config, its shape, is missing",
                      files->name);
  object = arra_json_get_object (files->config, files->name, "vq_config", error);
  if (object == NULL || !arra_vqgan_config_from_json (config, object, files->name, error))
    return FALSE;
  *prefix = g_strdup (INNER_VQGAN);
  return TRUE;
}

static ArraTrainable
trainable (const ArraDecoder *decoder)
{
  return arra_chameleon_trainable (decoder->config);
}

static const char *const model_types[] = { "chameleon", NULL };

const ArraFamily arra_chameleon_family = {
  .name = "Chameleon",
  .license = "Chameleon Research License: research only",
  .vqgan_published = "tokenizer/vqgan.ckpt and vqgan.yaml of facebook/chameleon",
  .architecture = "arra-chameleon",
  .model_types = model_types,
  .head = { "lm_head.weight" },
  .needs_tokenizer = TRUE,
  .embedding = "model.embed_tokens.weight",
  .has_own_form = has_own_form,
  .open_own_form = open_own_form,
  .read = read_files,
  .load = load,
  .store = store,
  .make = make,
  .draw = draw,
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
