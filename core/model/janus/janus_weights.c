/* janus_weights.c - the table of Janus' weights under the names of both its forms: loading, measuring, saving
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "janus_private.h"

#include "fail.h"
#include "mem.h"

enum
{
  DIM_NONE,
  DIM_TEXT,
  DIM_HIDDEN,
  DIM_INTERMEDIATE,
  DIM_KV, /* kv heads * head_dim */
  DIM_CODES,
  DIM_CODE, /* numbers of a code's vector */
  DIM_HEAD, /* between the layers of the head */
};

#define IN_MODEL(member) G_STRUCT_OFFSET (ArraJanus, member)
#define IN_LAYER(member) G_STRUCT_OFFSET (ArraTransformerLayer, member)
#define BOTH(name) { name, name }

static const ArraTableEntry before_layers[] = {
  { { "language_model.model.embed_tokens.weight", "language_model.embed_tokens.weight" },
    IN_MODEL (embedding),
    ARRA_PARAM_TABLE,
    { DIM_TEXT, DIM_HIDDEN } },
};

static const ArraTableEntry in_layer[] = {
  { BOTH ("input_layernorm.weight"), IN_LAYER (input_norm), ARRA_PARAM_VECTOR, { DIM_HIDDEN } },
  { BOTH ("self_attn.q_proj.weight"), IN_LAYER (q), ARRA_PARAM_MATRIX, { DIM_HIDDEN, DIM_HIDDEN } },
  { BOTH ("self_attn.k_proj.weight"), IN_LAYER (k), ARRA_PARAM_MATRIX, { DIM_KV, DIM_HIDDEN } },
  { BOTH ("self_attn.v_proj.weight"), IN_LAYER (v), ARRA_PARAM_MATRIX, { DIM_KV, DIM_HIDDEN } },
  { BOTH ("self_attn.o_proj.weight"), IN_LAYER (o), ARRA_PARAM_MATRIX, { DIM_HIDDEN, DIM_HIDDEN } },
  { BOTH ("post_attention_layernorm.weight"), IN_LAYER (post_attention_norm), ARRA_PARAM_VECTOR, { DIM_HIDDEN } },
  { BOTH ("mlp.gate_proj.weight"), IN_LAYER (gate), ARRA_PARAM_MATRIX, { DIM_INTERMEDIATE, DIM_HIDDEN } },
  { BOTH ("mlp.up_proj.weight"), IN_LAYER (up), ARRA_PARAM_MATRIX, { DIM_INTERMEDIATE, DIM_HIDDEN } },
  { BOTH ("mlp.down_proj.weight"), IN_LAYER (down), ARRA_PARAM_MATRIX, { DIM_HIDDEN, DIM_INTERMEDIATE } },
};

static const ArraTableEntry after_layers[] = {
  { { "language_model.model.norm.weight", "language_model.norm.weight" },
    IN_MODEL (transformer.norm),
    ARRA_PARAM_VECTOR,
    { DIM_HIDDEN } },
  { { "gen_embed.weight", "generation_embeddings.weight" },
    IN_MODEL (codes),
    ARRA_PARAM_TABLE,
    { DIM_CODES, DIM_CODE } },
  { { "gen_aligner.layers.0.weight", "generation_aligner.fc1.weight" },
    IN_MODEL (aligner_1),
    ARRA_PARAM_MATRIX,
    { DIM_HIDDEN, DIM_CODE } },
  { { "gen_aligner.layers.0.bias", "generation_aligner.fc1.bias" },
    IN_MODEL (aligner_1_bias),
    ARRA_PARAM_VECTOR,
    { DIM_HIDDEN } },
  { { "gen_aligner.layers.2.weight", "generation_aligner.hidden_layers.0.weight" },
    IN_MODEL (aligner_2),
    ARRA_PARAM_MATRIX,
    { DIM_HIDDEN, DIM_HIDDEN } },
  { { "gen_aligner.layers.2.bias", "generation_aligner.hidden_layers.0.bias" },
    IN_MODEL (aligner_2_bias),
    ARRA_PARAM_VECTOR,
    { DIM_HIDDEN } },
  { { "gen_head.output_mlp_projector.weight", "generation_head.proj_out.weight" },
    IN_MODEL (head_1),
    ARRA_PARAM_MATRIX,
    { DIM_HEAD, DIM_HIDDEN } },
  { { "gen_head.output_mlp_projector.bias", "generation_head.proj_out.bias" },
    IN_MODEL (head_1_bias),
    ARRA_PARAM_VECTOR,
    { DIM_HEAD } },
  { { "gen_head.vision_head.weight", "generation_head.vision_head.weight" },
    IN_MODEL (head_2),
    ARRA_PARAM_MATRIX,
    { DIM_CODES, DIM_HEAD } },
  { { "gen_head.vision_head.bias", "generation_head.vision_head.bias" },
    IN_MODEL (head_2_bias),
    ARRA_PARAM_VECTOR,
    { DIM_CODES } },
};

static gint64
dim_size (gconstpointer data, guint dim, const ArraSource *source, const char *name)
{
  const ArraJanusConfig *config = data;

  switch (dim)
    {
    case DIM_TEXT:
      return config->n_text;
    case DIM_HIDDEN:
      return config->hidden_size;
    case DIM_INTERMEDIATE:
      return config->intermediate_size;
    case DIM_KV:
      return (gint64) config->n_kv_heads * config->head_dim;
    case DIM_CODES:
      return config->n_codes;
    case DIM_CODE:
      return config->code_size;
    case DIM_HEAD:
      return config->head_size;
    default:
      g_assert_not_reached ();
    }
}

static const ArraWeightTable table = {
  ARRA_TABLE_ENTRIES (before_layers, in_layer, after_layers),
  .layers = { "language_model.model.layers.", "language_model.layers." },
  .layer_size = sizeof (ArraTransformerLayer),
  .size = dim_size,
};

const ArraWeightTable *
arra_janus_table (void)
{
  return &table;
}

ArraWeights
arra_janus_weights (const ArraJanusConfig *config, ArraSource *source, const char *prefix, ArraJanusForm form)
{
  return (ArraWeights) {
    .table = &table, .config = config, .n_layers = config->n_layers, .form = form, .prefix = prefix, .source = source
  };
}

ArraJanus *
arra_janus_new (const ArraJanusConfig *config,
                ArraSource *source,
                const char *prefix,
                ArraJanusForm form,
                ArraDType dtype,
                ArraPool *pool,
                GCancellable *cancellable,
                GError **error)
{
  g_autoptr (ArraJanus) model = NULL;
  const ArraWeights weights = arra_janus_weights (config, source, prefix, form);
  guint64 mapped = 0, owned = 0;

  /* every shape is checked before the first value is converted */
  if (!arra_weights_measure (&weights, dtype, &mapped, &owned, error))
    return NULL;
  model = arra_mem_new0 (1, sizeof *model, "the model", error);
  if (model == NULL)
    return NULL;
  model->config = *config;
  model->form = form;
  model->source = arra_source_ref (source);
  model->prefix = g_strdup (prefix);
  if (!arra_transformer_bind (&model->transformer, &arra_janus_class, model, arra_janus_shape (config), &weights, dtype,
                              pool, cancellable, error))
    return NULL;
  return g_steal_pointer (&model);
}

void
arra_janus_free (ArraJanus *model)
{
  ArraWeights weights;

  if (model == NULL)
    return;
  weights = arra_janus_weights (&model->config, model->source, model->prefix, model->form);
  arra_transformer_clear (&model->transformer, &weights);
  arra_source_unref (model->source);
  g_free (model->prefix);
  arra_mem_free (model);
}

const ArraTransformer *
arra_janus_transformer (const ArraJanus *model)
{
  return &model->transformer;
}
