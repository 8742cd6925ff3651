/* llamagen_family.c - LlamaGen's row in the table of families
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "llamagen_family.h"

#include <string.h>

#include "fail.h"
#include "jsonpython.h"
#include "llamagen_graph.h"
#include "llamagen_private.h"
#include "raster.h"

#define ARGS "model_args.json" /* LlamaGen's ModelArgs, where no published size tells them */
#define SIDE 16                /* 256 pixels, 16 for each code */

static gboolean
knows (const ArraSource *source)
{
  g_autofree char *prefix = arra_llamagen_find_prefix (source);

  return prefix != NULL;
}

/* Published files have the size of their pictures in their names, and nowhere else: c2i_L_384.pt. */
static guint
side_in_name (const char *path)
{
  static const struct
  {
    const char *pixels;
    guint side;
  } sizes[] = { { "384", 24 }, { "512", 32 } };
  g_autofree char *name = g_path_get_basename (path);

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (strstr (name, sizes[i].pixels) != NULL)
      return sizes[i].side;
  return SIDE;
}

static gboolean
read_files (ArraDecoder *decoder, const ArraModelFiles *files, GError **error)
{
  g_autofree char *path = g_build_filename (files->directory, ARGS, NULL);
  g_autoptr (JsonParser) parser = NULL;
  ArraLlamagenConfig *config = g_new0 (ArraLlamagenConfig, 1);
  JsonObject *args = NULL;

  decoder->config = config;
  decoder->prefix = arra_llamagen_find_prefix (files->source);
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      parser = arra_json_parse_config (path, &args, error);
      if (parser == NULL)
        return FALSE;
    }
  if (!arra_llamagen_config_from_tensors (config, files->source, decoder->prefix, args, files->name, error))
    return FALSE;
  if (config->side == 0)
    config->side = side_in_name (files->path);
  return TRUE;
}

static gboolean
load (ArraDecoder *decoder, const ArraGguf *gguf, GError **error)
{
  ArraLlamagenConfig *config = g_new0 (ArraLlamagenConfig, 1);

  decoder->config = config;
  if (!arra_llamagen_config_load (config, gguf, error))
    return FALSE;
  if (config->side == 0)
    config->side = SIDE;
  return TRUE;
}

static void
store (const ArraDecoder *decoder, ArraGgufWriter *writer)
{
  arra_llamagen_config_store (decoder->config, writer);
}

/* A class by its number, and none. */
static gboolean
condition_on_class (const ArraDecoder *decoder,
                    const ArraLayout *layout,
                    const ArraTokenizer *tokenizer,
                    const char *prompt,
                    ArraCondition *condition,
                    GError **error)
{
  const ArraLlamagenConfig *config = decoder->config;
  g_autofree char *number = g_strstrip (g_strdup (prompt));
  guint64 class;

  if (!g_ascii_string_to_unsigned (number, 10, 0, config->n_classes - 1, &class, NULL))
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "This model makes pictures of classes: the prompt must be the number of one, 0 to %u",
                      config->n_classes - 1);
  if (!arra_prefix_init (&condition->front[ARRA_CONDITIONAL], 1, error)
      || !arra_prefix_init (&condition->front[ARRA_UNCONDITIONAL], 1, error))
    return FALSE;
  *condition->front[ARRA_CONDITIONAL].ids = config->n_codes + (guint32) class;
  *condition->front[ARRA_UNCONDITIONAL].ids = config->n_codes + config->n_classes;
  return TRUE;
}

static gboolean
refuse_text (const ArraDecoder *decoder,
             const ArraLayout *layout,
             const ArraTokenizer *tokenizer,
             const char *prompt,
             ArraCondition *condition,
             GError **error)
{
  return arra_fail (error, ARRA_ERROR_UNSUPPORTED,
                    "This model's prompts are features of a T5 encoder, which cannot be given to it yet");
}

static const ArraConditioner conditioners[] = {
  [ARRA_LLAMAGEN_CLASSES] = { .condition = condition_on_class },
  [ARRA_LLAMAGEN_TEXT] = { .condition = refuse_text },
};

static void
describe (ArraDecoder *decoder, const ArraSource *source)
{
  const ArraLlamagenConfig *config = decoder->config;

  decoder->shape = arra_llamagen_shape (config);
  decoder->weights.table = arra_llamagen_table (config);
  decoder->conditioner = &conditioners[config->kind];
  decoder->context = config->n_prefix + config->side * config->side;
  decoder->least_prompt = config->n_prefix;
  decoder->bytes = sizeof (ArraLlamagen);
}

static ArraLayout *
layout (const ArraDecoder *decoder, const ArraTokenNames *names, const char *name, GError **error)
{
  const ArraLlamagenConfig *config = decoder->config;

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
  ArraLlamagen *model = arra_llamagen_new (decoder->config, decoder->weights.source, decoder->weights.prefix,
                                           dtype, pool, cancellable, error);

  return model != NULL ? arra_llamagen_transformer (model) : NULL;
}

static void
unbind (const ArraTransformer *transformer)
{
  arra_llamagen_free ((ArraLlamagen *) transformer->family);
}

static ArraTrainable
trainable (const ArraDecoder *decoder)
{
  const ArraLlamagenConfig *config = decoder->config;

  return arra_llamagen_trainable (config, config->side);
}

static const char *const model_types[] = { NULL };

const ArraFamily arra_llamagen_family = {
  .name = "LlamaGen",
  .architecture = "arra-llamagen",
  .model_types = model_types,
  .head = { "output.weight" },
  .embedding = "tok_embeddings.weight",
  .guidance_scale = 4,
  .top_k = 2000,
  .as_torch = TRUE,
  .knows = knows,
  .read = read_files,
  .load = load,
  .store = store,
  .describe = describe,
  .layout = layout,
  .bind = bind_weights,
  .unbind = unbind,
  .trainable = trainable,
};
