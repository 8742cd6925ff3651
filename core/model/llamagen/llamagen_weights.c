/* llamagen_weights.c - the table of LlamaGen's weights: loading, measuring, saving
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "llamagen_private.h"

#include "fail.h"
#include "mem.h"

enum
{
  DIM_NONE,
  DIM_CODES,
  DIM_HIDDEN,
  DIM_INTERMEDIATE,
  DIM_QKV,     /* queries, keys and values of all heads */
  DIM_QUERIES, /* heads * head_dim */
  DIM_CLASSES, /* and none */
  DIM_CAPTION,
  DIM_PREFIX,
};

#define IN_MODEL(member) G_STRUCT_OFFSET (ArraLlamagen, member)
#define IN_LAYER(member) G_STRUCT_OFFSET (ArraTransformerLayer, member)

static const ArraTableEntry before_classes[] = {
  { { "cls_embedding.embedding_table.weight" }, IN_MODEL (classes), ARRA_PARAM_TABLE, { DIM_CLASSES, DIM_HIDDEN } },
  { { "tok_embeddings.weight" }, IN_MODEL (embedding), ARRA_PARAM_TABLE, { DIM_CODES, DIM_HIDDEN } },
};

static const ArraTableEntry before_text[] = {
  { { "cls_embedding.uncond_embedding" }, IN_MODEL (no_text), ARRA_PARAM_VECTOR, { DIM_PREFIX, DIM_CAPTION } },
  { { "cls_embedding.cap_proj.fc1.weight" }, IN_MODEL (caption_1), ARRA_PARAM_MATRIX, { DIM_HIDDEN, DIM_CAPTION } },
  { { "cls_embedding.cap_proj.fc2.weight" }, IN_MODEL (caption_2), ARRA_PARAM_MATRIX, { DIM_HIDDEN, DIM_HIDDEN } },
  { { "tok_embeddings.weight" }, IN_MODEL (embedding), ARRA_PARAM_TABLE, { DIM_CODES, DIM_HIDDEN } },
};

static const ArraTableEntry in_layer[] = {
  { { "attention.wqkv.weight" }, IN_LAYER (qkv), ARRA_PARAM_MATRIX, { DIM_QKV, DIM_HIDDEN } },
  { { "attention.wo.weight" }, IN_LAYER (o), ARRA_PARAM_MATRIX, { DIM_HIDDEN, DIM_QUERIES } },
  { { "feed_forward.w1.weight" }, IN_LAYER (gate), ARRA_PARAM_MATRIX, { DIM_INTERMEDIATE, DIM_HIDDEN } },
  { { "feed_forward.w3.weight" }, IN_LAYER (up), ARRA_PARAM_MATRIX, { DIM_INTERMEDIATE, DIM_HIDDEN } },
  { { "feed_forward.w2.weight" }, IN_LAYER (down), ARRA_PARAM_MATRIX, { DIM_HIDDEN, DIM_INTERMEDIATE } },
  { { "attention_norm.weight" }, IN_LAYER (input_norm), ARRA_PARAM_VECTOR, { DIM_HIDDEN } },
  { { "ffn_norm.weight" }, IN_LAYER (post_attention_norm), ARRA_PARAM_VECTOR, { DIM_HIDDEN } },
};

static const ArraTableEntry after_layers[] = {
  { { "norm.weight" }, IN_MODEL (transformer.norm), ARRA_PARAM_VECTOR, { DIM_HIDDEN } },
  { { "output.weight" }, IN_MODEL (output), ARRA_PARAM_MATRIX, { DIM_CODES, DIM_HIDDEN } },
};

static gint64
dim_size (gconstpointer data, guint dim, const ArraSource *source, const char *name)
{
  const ArraLlamagenConfig *config = data;

  switch (dim)
    {
    case DIM_CODES:
      return config->n_codes;
    case DIM_HIDDEN:
      return config->hidden_size;
    case DIM_INTERMEDIATE:
      return config->intermediate_size;
    case DIM_QKV:
      return (gint64) (config->n_heads + 2 * config->n_kv_heads) * config->head_dim;
    case DIM_QUERIES:
      return (gint64) config->n_heads * config->head_dim;
    case DIM_CLASSES:
      return (gint64) config->n_classes + 1;
    case DIM_CAPTION:
      return config->caption_size;
    case DIM_PREFIX:
      return config->n_prefix;
    default:
      g_assert_not_reached ();
    }
}

#define TABLE(before_layers)                                    \
  {                                                             \
    ARRA_TABLE_ENTRIES (before_layers, in_layer, after_layers), \
    .layers = { "layers." },                                    \
    .layer_size = sizeof (ArraTransformerLayer),                \
    .size = dim_size,                                           \
  }

static const ArraWeightTable tables[] = {
  [ARRA_LLAMAGEN_CLASSES] = TABLE (before_classes),
  [ARRA_LLAMAGEN_TEXT] = TABLE (before_text),
};

const ArraWeightTable *
arra_llamagen_table (const ArraLlamagenConfig *config)
{
  return &tables[config->kind];
}

ArraWeights
arra_llamagen_weights (const ArraLlamagenConfig *config, ArraSource *source, const char *prefix)
{
  return (ArraWeights) { .table = &tables[config->kind],
                         .config = config,
                         .n_layers = config->n_layers,
                         .prefix = prefix,
                         .source = source,
                         .cut = config->n_kv_heads * config->head_dim };
}

ArraLlamagen *
arra_llamagen_new (const ArraLlamagenConfig *config,
                   ArraSource *source,
                   const char *prefix,
                   ArraDType dtype,
                   ArraPool *pool,
                   GCancellable *cancellable,
                   GError **error)
{
  g_autoptr (ArraLlamagen) model = NULL;
  const ArraWeights weights = arra_llamagen_weights (config, source, prefix);
  guint64 mapped = 0, owned = 0;

  /* every shape is checked before the first value is converted */
  if (!arra_weights_measure (&weights, dtype, &mapped, &owned, error))
    return NULL;
  model = arra_mem_new0 (1, sizeof *model, "the model", error);
  if (model == NULL)
    return NULL;
  model->config = *config;
  model->source = arra_source_ref (source);
  model->prefix = g_strdup (prefix);
  if (!arra_transformer_bind (&model->transformer, &arra_llamagen_class, model, arra_llamagen_shape (config), &weights,
                              dtype, pool, cancellable, error))
    return NULL;
  return g_steal_pointer (&model);
}

void
arra_llamagen_free (ArraLlamagen *model)
{
  ArraWeights weights;

  if (model == NULL)
    return;
  weights = arra_llamagen_weights (&model->config, model->source, model->prefix);
  arra_transformer_clear (&model->transformer, &weights);
  arra_source_unref (model->source);
  g_free (model->prefix);
  arra_mem_free (model);
}

const ArraTransformer *
arra_llamagen_transformer (const ArraLlamagen *model)
{
  return &model->transformer;
}
