/* t5_weights.c - the table of the encoder's weights: loading, measuring
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "t5_private.h"

#include "fail.h"
#include "mem.h"

enum
{
  DIM_NONE,
  DIM_VOCAB,
  DIM_HIDDEN,
  DIM_INTERMEDIATE,
  DIM_INNER, /* heads * head_dim */
  DIM_BUCKETS,
  DIM_HEADS,
};

#define IN_MODEL(member) G_STRUCT_OFFSET (ArraT5, member)
#define IN_LAYER(member) G_STRUCT_OFFSET (ArraT5Layer, member)
#define BOTH(name) { name, name }

static const ArraTableEntry before_layers[] = {
  { { "shared.weight", "encoder.embed_tokens.weight" },
    IN_MODEL (embedding),
    ARRA_PARAM_TABLE,
    { DIM_VOCAB, DIM_HIDDEN } },
  { BOTH ("encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"),
    IN_MODEL (bias),
    ARRA_PARAM_VECTOR,
    { DIM_BUCKETS, DIM_HEADS } },
};

static const ArraTableEntry in_layer[] = {
  { BOTH ("layer.0.layer_norm.weight"), IN_LAYER (attention_norm), ARRA_PARAM_VECTOR, { DIM_HIDDEN } },
  { BOTH ("layer.0.SelfAttention.q.weight"), IN_LAYER (q), ARRA_PARAM_MATRIX, { DIM_INNER, DIM_HIDDEN } },
  { BOTH ("layer.0.SelfAttention.k.weight"), IN_LAYER (k), ARRA_PARAM_MATRIX, { DIM_INNER, DIM_HIDDEN } },
  { BOTH ("layer.0.SelfAttention.v.weight"), IN_LAYER (v), ARRA_PARAM_MATRIX, { DIM_INNER, DIM_HIDDEN } },
  { BOTH ("layer.0.SelfAttention.o.weight"), IN_LAYER (o), ARRA_PARAM_MATRIX, { DIM_HIDDEN, DIM_INNER } },
  { BOTH ("layer.1.layer_norm.weight"), IN_LAYER (feed_norm), ARRA_PARAM_VECTOR, { DIM_HIDDEN } },
  { BOTH ("layer.1.DenseReluDense.wi_0.weight"), IN_LAYER (gate), ARRA_PARAM_MATRIX, { DIM_INTERMEDIATE, DIM_HIDDEN } },
  { BOTH ("layer.1.DenseReluDense.wi_1.weight"), IN_LAYER (up), ARRA_PARAM_MATRIX, { DIM_INTERMEDIATE, DIM_HIDDEN } },
  { BOTH ("layer.1.DenseReluDense.wo.weight"), IN_LAYER (down), ARRA_PARAM_MATRIX, { DIM_HIDDEN, DIM_INTERMEDIATE } },
};

static const ArraTableEntry after_layers[] = {
  { BOTH ("encoder.final_layer_norm.weight"), IN_MODEL (norm), ARRA_PARAM_VECTOR, { DIM_HIDDEN } },
};

static gint64
dim_size (gconstpointer data, guint dim, const ArraSource *source, const char *name)
{
  const ArraT5Config *config = data;

  switch (dim)
    {
    case DIM_VOCAB:
      return config->vocab_size;
    case DIM_HIDDEN:
      return config->hidden_size;
    case DIM_INTERMEDIATE:
      return config->intermediate_size;
    case DIM_INNER:
      return (gint64) config->n_heads * config->head_dim;
    case DIM_BUCKETS:
      return config->n_buckets;
    case DIM_HEADS:
      return config->n_heads;
    default:
      g_assert_not_reached ();
    }
}

static const ArraWeightTable table = {
  ARRA_TABLE_ENTRIES (before_layers, in_layer, after_layers),
  .layers = BOTH ("encoder.block."),
  .layer_size = sizeof (ArraT5Layer),
  .size = dim_size,
};

/* The encoder's files may keep the embedding under its own name. */
ArraWeights
arra_t5_weights (const ArraT5Config *config, ArraSource *source)
{
  return (ArraWeights) { .table = &table,
                         .config = config,
                         .n_layers = config->n_layers,
                         .form = arra_source_find (source, "shared.weight") != NULL ? 0 : 1,
                         .prefix = "",
                         .source = source };
}

ArraT5 *
arra_t5_new (const ArraT5Config *config,
             ArraSource *source,
             ArraDType dtype,
             ArraPool *pool,
             GCancellable *cancellable,
             GError **error)
{
  g_autoptr (ArraT5) model = NULL;
  const ArraWeights weights = arra_t5_weights (config, source);
  guint64 mapped = 0, owned = 0;

  /* every shape is checked before the first value is converted */
  if (!arra_weights_measure (&weights, dtype, &mapped, &owned, error))
    return NULL;
  model = arra_mem_new0 (1, sizeof *model, "the model", error);
  if (model == NULL)
    return NULL;
  model->config = *config;
  model->source = arra_source_ref (source);
  model->layers = arra_mem_new0 (config->n_layers, sizeof *model->layers, "the model's layers", error);
  if (model->layers == NULL || !arra_weights_bind (&weights, dtype, model, model->layers, pool, cancellable, error)
      || !arra_source_check (source, error))
    return NULL;
  return g_steal_pointer (&model);
}

void
arra_t5_free (ArraT5 *model)
{
  ArraWeights weights;

  if (model == NULL)
    return;
  weights = arra_t5_weights (&model->config, model->source);
  if (model->layers != NULL)
    arra_weights_clear (&weights, model, model->layers);
  arra_mem_free (model->layers);
  arra_source_unref (model->source);
  arra_mem_free (model);
}

const ArraT5Config *
arra_t5_config (const ArraT5 *model)
{
  return &model->config;
}
