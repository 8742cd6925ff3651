/* chameleon_weights.c - the table of the transformer's weights, and what walks it: loading, measuring, saving
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "chameleon_private.h"

#include "fail.h"
#include "mem.h"

enum
{
  DIM_NONE,
  DIM_VOCAB,
  DIM_HIDDEN,
  DIM_INTERMEDIATE,
  DIM_KV, /* kv heads * head_dim */
  DIM_HEAD,
  DIM_Q_ROWS, /* model parallel ranks, or heads */
  DIM_K_ROWS, /* model parallel ranks, or kv heads */
};

#define IN_MODEL(member) G_STRUCT_OFFSET (struct _ArraChameleon, member)
#define IN_LAYER(member) G_STRUCT_OFFSET (ArraTransformerLayer, member)

static const ArraTableEntry before_layers[] = {
  { { "model.embed_tokens.weight" }, IN_MODEL (embedding), ARRA_PARAM_TABLE, { DIM_VOCAB, DIM_HIDDEN } },
};

static const ArraTableEntry in_layer[] = {
  { { "input_layernorm.weight" }, IN_LAYER (input_norm), ARRA_PARAM_VECTOR, { DIM_HIDDEN } },
  { { "self_attn.q_proj.weight" }, IN_LAYER (q), ARRA_PARAM_MATRIX, { DIM_HIDDEN, DIM_HIDDEN } },
  { { "self_attn.k_proj.weight" }, IN_LAYER (k), ARRA_PARAM_MATRIX, { DIM_KV, DIM_HIDDEN } },
  { { "self_attn.v_proj.weight" }, IN_LAYER (v), ARRA_PARAM_MATRIX, { DIM_KV, DIM_HIDDEN } },
  { { "self_attn.q_norm.weight" }, IN_LAYER (q_norm), ARRA_PARAM_VECTOR, { DIM_Q_ROWS, DIM_HEAD } },
  { { "self_attn.q_norm.bias" }, IN_LAYER (q_norm_bias), ARRA_PARAM_VECTOR, { DIM_Q_ROWS, DIM_HEAD } },
  { { "self_attn.k_norm.weight" }, IN_LAYER (k_norm), ARRA_PARAM_VECTOR, { DIM_K_ROWS, DIM_HEAD } },
  { { "self_attn.k_norm.bias" }, IN_LAYER (k_norm_bias), ARRA_PARAM_VECTOR, { DIM_K_ROWS, DIM_HEAD } },
  { { "self_attn.o_proj.weight" }, IN_LAYER (o), ARRA_PARAM_MATRIX, { DIM_HIDDEN, DIM_HIDDEN } },
  { { "post_attention_layernorm.weight" }, IN_LAYER (post_attention_norm), ARRA_PARAM_VECTOR, { DIM_HIDDEN } },
  { { "mlp.gate_proj.weight" }, IN_LAYER (gate), ARRA_PARAM_MATRIX, { DIM_INTERMEDIATE, DIM_HIDDEN } },
  { { "mlp.up_proj.weight" }, IN_LAYER (up), ARRA_PARAM_MATRIX, { DIM_INTERMEDIATE, DIM_HIDDEN } },
  { { "mlp.down_proj.weight" }, IN_LAYER (down), ARRA_PARAM_MATRIX, { DIM_HIDDEN, DIM_INTERMEDIATE } },
};

static const ArraTableEntry after_layers[] = {
  { { "model.norm.weight" }, IN_MODEL (transformer.norm), ARRA_PARAM_VECTOR, { DIM_HIDDEN } },
  { { "lm_head.weight" }, IN_MODEL (head), ARRA_PARAM_MATRIX, { DIM_VOCAB, DIM_HIDDEN } },
};

/* The norms of q and k have a row for each model parallel rank, or for each head. */
static gint64
norm_rows (const ArraChameleonConfig *config, const ArraSource *source, const char *name, guint heads)
{
  const ArraTensor *stored = source != NULL ? arra_source_find (source, name) : NULL;

  return stored != NULL && stored->n_dims > 0 && stored->shape[0] == heads ? heads : config->model_parallel;
}

static gint64
dim_size (gconstpointer data, guint dim, const ArraSource *source, const char *name)
{
  const ArraChameleonConfig *config = data;

  switch (dim)
    {
    case DIM_VOCAB:
      return config->vocab_size;
    case DIM_HIDDEN:
      return config->hidden_size;
    case DIM_INTERMEDIATE:
      return config->intermediate_size;
    case DIM_KV:
      return (gint64) config->n_kv_heads * config->head_dim;
    case DIM_HEAD:
      return config->head_dim;
    case DIM_Q_ROWS:
      return norm_rows (config, source, name, config->n_heads);
    case DIM_K_ROWS:
      return norm_rows (config, source, name, config->n_kv_heads);
    default:
      g_assert_not_reached ();
    }
}

static const ArraWeightTable table = {
  ARRA_TABLE_ENTRIES (before_layers, in_layer, after_layers),
  .layers = { "model.layers." },
  .layer_size = sizeof (ArraTransformerLayer),
  .size = dim_size,
};

const ArraWeightTable *
arra_chameleon_table (void)
{
  return &table;
}

ArraWeights
arra_chameleon_weights (const ArraChameleonConfig *config, ArraSource *source)
{
  return (
      ArraWeights) { .table = &table, .config = config, .n_layers = config->n_layers, .prefix = "", .source = source };
}

static gboolean
keep_masked (ArraChameleon *model, const guint8 *masked, GError **error)
{
  guint vocab = model->config.vocab_size;

  if (masked == NULL || !model->config.mask_image_logits)
    return TRUE;
  model->masked_ids = arra_mem_new (vocab, sizeof (guint32), "the masked tokens", error);
  if (model->masked_ids == NULL)
    return FALSE;
  for (guint32 id = 0; id < vocab; id++)
    if (masked[id])
      model->masked_ids[model->n_masked++] = id;
  return TRUE;
}

ArraChameleon *
arra_chameleon_new (const ArraChameleonConfig *config,
                    ArraSource *source,
                    ArraDType dtype,
                    const guint8 *masked,
                    ArraPool *pool,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (ArraChameleon) model = NULL;
  const ArraWeights weights = arra_chameleon_weights (config, source);
  guint64 mapped = 0, owned = 0;

  g_return_val_if_fail (dtype == ARRA_N_DTYPES || arra_dtype_traits (dtype)->narrow != NULL, NULL);
  /* every shape is checked before the first value is converted */
  if (!arra_weights_measure (&weights, dtype, &mapped, &owned, error))
    return NULL;
  model = arra_mem_new0 (1, sizeof *model, "the model", error);
  if (model == NULL)
    return NULL;
  model->config = *config;
  model->source = arra_source_ref (source);
  if (!keep_masked (model, masked, error)
      || !arra_transformer_bind (&model->transformer, &arra_chameleon_class, model, arra_chameleon_shape (config),
                                 &weights, dtype, pool, cancellable, error))
    return NULL;
  return g_steal_pointer (&model);
}

void
arra_chameleon_free (ArraChameleon *model)
{
  ArraWeights weights;

  if (model == NULL)
    return;
  weights = arra_chameleon_weights (&model->config, model->source);
  arra_transformer_clear (&model->transformer, &weights);
  arra_mem_free (model->masked_ids);
  arra_source_unref (model->source);
  arra_mem_free (model);
}
