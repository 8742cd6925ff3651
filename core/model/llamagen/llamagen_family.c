/* llamagen_family.c - LlamaGen's row in the table of families
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "llamagen_family.h"

#include <string.h>

#include "class_names.h"
#include "clean_caption.h"
#include "fail.h"
#include "jsonguard.h"
#include "jsonpython.h"
#include "llamagen_graph.h"
#include "llamagen_private.h"
#include "raster.h"

#define ARGS "model_args.json" /* LlamaGen's ModelArgs, where no published size tells them */
#define CLASSES_KEY "arra-llamagen." ARRA_LLAMAGEN_CLASS_NAMES
#define SIDE 16 /* 256 pixels, 16 for each code */

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
check_classes (const ArraDecoder *decoder, const char *name, GError **error)
{
  const ArraLlamagenConfig *config = decoder->config;
  const guint n = decoder->own_classes != NULL ? g_strv_length (decoder->own_classes) : config->n_classes;

  if (n == config->n_classes)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s names %u classes, but the model has %u", name,
                    ARRA_LLAMAGEN_CLASS_NAMES, n, config->n_classes);
}

/* Names of classes, where model_args.json has them. */
static gboolean
read_classes (ArraDecoder *decoder, JsonObject *args, const char *name, GError **error)
{
  JsonArray *array;
  guint n;

  if (args == NULL || !json_object_has_member (args, ARRA_LLAMAGEN_CLASS_NAMES))
    return TRUE;
  array = arra_json_get_array (args, name, ARRA_LLAMAGEN_CLASS_NAMES, error);
  if (array == NULL)
    return FALSE;
  n = json_array_get_length (array);
  decoder->own_classes = g_new0 (char *, (gsize) n + 1);
  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s: entry %u is no text", name,
                          ARRA_LLAMAGEN_CLASS_NAMES, i);
      decoder->own_classes[i] = json_node_dup_string (node);
    }
  return check_classes (decoder, name, error);
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
  if (!arra_llamagen_config_from_tensors (config, files->source, decoder->prefix, args,
                                          args != NULL ? path : files->name, error))
    return FALSE;
  if (config->side == 0)
    config->side = side_in_name (files->path);
  return read_classes (decoder, args, path, error);
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
  if (!arra_gguf_has (gguf, CLASSES_KEY))
    return TRUE;
  decoder->own_classes = arra_gguf_get_strings (gguf, CLASSES_KEY, config->n_classes, error);
  return decoder->own_classes != NULL && check_classes (decoder, arra_gguf_path (gguf), error);
}

static void
store (const ArraDecoder *decoder, ArraGgufWriter *writer)
{
  arra_llamagen_config_store (decoder->config, writer);
  if (decoder->classes != NULL)
    arra_gguf_writer_set_strings (writer, CLASSES_KEY, decoder->classes);
}

/* Commas divide the names that one class has. */
static gboolean
check_names (const char *const *classes, const char *name, GError **error)
{
  for (; classes != NULL && *classes != NULL; classes++)
    if (**classes == '\0' || strchr (*classes, ',') != NULL)
      return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                        "%s: \"%.80s\" is no name of a class: it is empty, or has a comma in it", name, *classes);
  return TRUE;
}

static gboolean
make (ArraDecoder *decoder, const ArraModelPlan *plan, const char *name, GError **error)
{
  const ArraTransformerShape *shape = &plan->shape;
  const gboolean text = plan->prompt_rows > 0;
  ArraLlamagenConfig *config = g_new (ArraLlamagenConfig, 1);

  *config = (ArraLlamagenConfig) { .kind = text ? ARRA_LLAMAGEN_TEXT : ARRA_LLAMAGEN_CLASSES,
                                   .hidden_size = shape->hidden_size,
                                   .intermediate_size = shape->intermediate_size,
                                   .n_layers = shape->n_layers,
                                   .n_heads = shape->n_heads,
                                   .n_kv_heads = shape->n_kv_heads,
                                   .n_codes = plan->n_codes,
                                   .n_classes = text ? 0 : plan->n_classes,
                                   .caption_size = text ? plan->prompt_width : 0,
                                   .n_prefix = text ? plan->prompt_rows : 1,
                                   .side = plan->side,
                                   .norm_eps = 1e-5f,
                                   .rope_base = plan->rope_theta };
  decoder->config = config;
  if (!text && !check_names (plan->classes, name, error))
    return FALSE;
  if (!text)
    decoder->own_classes = g_strdupv ((char **) plan->classes);
  return arra_llamagen_config_check (config, name, error);
}

static char *
to_json (const ArraDecoder *decoder)
{
  return arra_llamagen_config_to_json (decoder->config, (const char *const *) decoder->own_classes);
}

static char *
settings (const ArraDecoder *decoder)
{
  const ArraLlamagenConfig *config = decoder->config;

  return g_strdup_printf ("%u %u %u %.9g %.17g", config->n_heads, config->n_kv_heads, config->side,
                          (double) config->norm_eps, config->rope_base);
}

/* A class by its name or number, and none. */
static gboolean
condition_on_class (const ArraDecoder *decoder,
                    const ArraPromptReader *reader,
                    const char *prompt,
                    ArraCondition *condition,
                    GError **error)
{
  const ArraLlamagenConfig *config = decoder->config;
  guint class;

  if (!arra_class_find (decoder->classes, config->n_classes, prompt, &class, error)
      || !arra_prefix_init (&condition->front[ARRA_CONDITIONAL], 1, error)
      || !arra_prefix_init (&condition->front[ARRA_UNCONDITIONAL], 1, error))
    return FALSE;
  *condition->front[ARRA_CONDITIONAL].ids = config->n_codes + class;
  *condition->front[ARRA_UNCONDITIONAL].ids = config->n_codes + config->n_classes;
  return TRUE;
}

/* Features of a text as captions were in training, behind their padding, and rows of no text at the same
 * places. */
static gboolean
condition_on_text (const ArraDecoder *decoder,
                   const ArraPromptReader *reader,
                   const char *prompt,
                   ArraCondition *condition,
                   GError **error)
{
  const ArraLlamagenConfig *config = decoder->config;
  ArraPrefix *text = &condition->front[ARRA_CONDITIONAL], *none = &condition->front[ARRA_UNCONDITIONAL];
  g_autofree char *clean = arra_clean_caption (prompt, error);

  if (reader->text_encoder->width != config->caption_size)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: features of this text encoder have %u numbers, but the model reads %u: they do not "
                      "belong together",
                      reader->text_encoder->path, reader->text_encoder->width, config->caption_size);
  if (clean == NULL || !arra_prefix_init (text, config->n_prefix, error)
      || !arra_text_encoder_encode (reader->text_encoder, clean, config->n_prefix, text->ids, &text->n, error)
      || !arra_prefix_init (none, text->n, error))
    return FALSE;
  text->features = TRUE;
  text->left_out = none->left_out = config->n_prefix - text->n;
  for (guint i = 0; i < none->n; i++)
    none->ids[i] = config->n_codes + none->left_out + i;
  return TRUE;
}

static const ArraConditioner conditioners[] = {
  [ARRA_LLAMAGEN_CLASSES] = { .condition = condition_on_class },
  [ARRA_LLAMAGEN_TEXT] = { .reads_features = TRUE, .condition = condition_on_text, .project = arra_llamagen_project },
};

/* As LlamaGen's demonstration and its script for texts have them. */
static const struct
{
  double guidance_scale;
  guint top_k;
} defaults[] = {
  [ARRA_LLAMAGEN_CLASSES] = { 4, 2000 },
  [ARRA_LLAMAGEN_TEXT] = { 7.5, 1000 },
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
  if (decoder->own_classes != NULL)
    decoder->classes = (const char *const *) decoder->own_classes;
  else if (config->kind == ARRA_LLAMAGEN_CLASSES)
    decoder->classes = arra_llamagen_class_names (config->n_classes);
  decoder->guidance_scale = defaults[config->kind].guidance_scale;
  decoder->top_k = defaults[config->kind].top_k;
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
  ArraLlamagen *model = arra_llamagen_new (decoder->config, decoder->weights.source, decoder->weights.prefix, dtype,
                                           pool, cancellable, error);

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
  .license = "MIT",
  .vqgan_published = "vq_ds16_c2i.pt, for texts vq_ds16_t2i.pt, of FoundationVision/LlamaGen",
  .architecture = "arra-llamagen",
  .model_types = model_types,
  .head = { "output.weight" },
  .embedding = "tok_embeddings.weight",
  .as_torch = TRUE,
  .has_cfg_interval = TRUE,
  .knows = knows,
  .read = read_files,
  .load = load,
  .store = store,
  .make = make,
  .to_json = to_json,
  .json_file = ARGS,
  .settings = settings,
  .describe = describe,
  .layout = layout,
  .bind = bind_weights,
  .unbind = unbind,
  .trainable = trainable,
};
