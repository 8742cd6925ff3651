/* chameleon_weights.c - the table of the transformer's weights, and what walks it: loading, measuring, saving
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "chameleon_private.h"

#include "fail.h"
#include "mem.h"

#define NAME_SIZE 96

typedef enum
{
  DIM_NONE,
  DIM_VOCAB,
  DIM_HIDDEN,
  DIM_INTERMEDIATE,
  DIM_KV, /* kv heads * head_dim */
  DIM_HEAD,
  DIM_Q_ROWS, /* model parallel ranks, or heads */
  DIM_K_ROWS, /* model parallel ranks, or kv heads */
} Dim;

typedef struct
{
  const char *name; /* in a layer: after "model.layers.N." */
  gsize offset;     /* of the ArraWeight in the model, or in a layer */
  ArraParamKind kind;
  Dim dims[2];
} Entry;

#define IN_MODEL(member) G_STRUCT_OFFSET (struct _ArraChameleon, member)
#define IN_LAYER(member) G_STRUCT_OFFSET (ArraChameleonLayer, member)

static const Entry before_layers[] = {
  { "model.embed_tokens.weight", IN_MODEL (embedding), ARRA_PARAM_MATRIX, { DIM_VOCAB, DIM_HIDDEN } },
};

static const Entry in_layer[] = {
  { "input_layernorm.weight", IN_LAYER (input_norm), ARRA_PARAM_VECTOR, { DIM_HIDDEN } },
  { "self_attn.q_proj.weight", IN_LAYER (q), ARRA_PARAM_MATRIX, { DIM_HIDDEN, DIM_HIDDEN } },
  { "self_attn.k_proj.weight", IN_LAYER (k), ARRA_PARAM_MATRIX, { DIM_KV, DIM_HIDDEN } },
  { "self_attn.v_proj.weight", IN_LAYER (v), ARRA_PARAM_MATRIX, { DIM_KV, DIM_HIDDEN } },
  { "self_attn.q_norm.weight", IN_LAYER (q_norm), ARRA_PARAM_VECTOR, { DIM_Q_ROWS, DIM_HEAD } },
  { "self_attn.q_norm.bias", IN_LAYER (q_norm_bias), ARRA_PARAM_VECTOR, { DIM_Q_ROWS, DIM_HEAD } },
  { "self_attn.k_norm.weight", IN_LAYER (k_norm), ARRA_PARAM_VECTOR, { DIM_K_ROWS, DIM_HEAD } },
  { "self_attn.k_norm.bias", IN_LAYER (k_norm_bias), ARRA_PARAM_VECTOR, { DIM_K_ROWS, DIM_HEAD } },
  { "self_attn.o_proj.weight", IN_LAYER (o), ARRA_PARAM_MATRIX, { DIM_HIDDEN, DIM_HIDDEN } },
  { "post_attention_layernorm.weight", IN_LAYER (post_attention_norm), ARRA_PARAM_VECTOR, { DIM_HIDDEN } },
  { "mlp.gate_proj.weight", IN_LAYER (gate), ARRA_PARAM_MATRIX, { DIM_INTERMEDIATE, DIM_HIDDEN } },
  { "mlp.up_proj.weight", IN_LAYER (up), ARRA_PARAM_MATRIX, { DIM_INTERMEDIATE, DIM_HIDDEN } },
  { "mlp.down_proj.weight", IN_LAYER (down), ARRA_PARAM_MATRIX, { DIM_HIDDEN, DIM_INTERMEDIATE } },
};

static const Entry after_layers[] = {
  { "model.norm.weight", IN_MODEL (norm), ARRA_PARAM_VECTOR, { DIM_HIDDEN } },
  { "lm_head.weight", IN_MODEL (head), ARRA_PARAM_MATRIX, { DIM_VOCAB, DIM_HIDDEN } },
};

/* What is done with each parameter of the table, in order. FALSE with @error set stops the walk. */
typedef struct _Visit Visit;
struct _Visit
{
  gboolean (*func) (const Visit *visit, const ArraParam *param, GError **error);
  const ArraChameleonConfig *config;
  ArraSource *source;
  ArraDType dtype;
  ArraChameleon *model; /* nullable: weights are not bound */
  ArraPool *pool;
  GCancellable *cancellable;
  guint64 *mapped, *owned;
  ArraParamFunc each;
  ArraShapeFunc describe;
  gpointer data;
};

/* The norms of q and k have a row for each model parallel rank, or for each head. */
static gint64
norm_rows (const Visit *visit, const char *name, guint heads)
{
  const ArraTensor *stored = visit->source != NULL ? arra_source_find (visit->source, name) : NULL;

  return stored != NULL && stored->n_dims > 0 && stored->shape[0] == heads ? heads
                                                                           : visit->config->model_parallel;
}

static gint64
dim_size (const Visit *visit, Dim dim, const char *name)
{
  const ArraChameleonConfig *config = visit->config;

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
      return norm_rows (visit, name, config->n_heads);
    case DIM_K_ROWS:
      return norm_rows (visit, name, config->n_kv_heads);
    case DIM_NONE:
      break;
    }
  g_assert_not_reached ();
}

/* Visits @n entries; @place: the model or the layer their weights lie in, or NULL. */
static gboolean
walk_entries (const Visit *visit, const Entry *entries, gsize n, const char *prefix, void *place,
              GError **error)
{
  for (gsize i = 0; i < n; i++)
    {
      char name[NAME_SIZE];
      ArraParam param = { .name = name, .kind = entries[i].kind };

      g_snprintf (name, sizeof name, "%s%s", prefix, entries[i].name);
      for (; param.n_dims < 2 && entries[i].dims[param.n_dims] != DIM_NONE; param.n_dims++)
        param.shape[param.n_dims] = dim_size (visit, entries[i].dims[param.n_dims], name);
      if (place != NULL)
        param.weight = G_STRUCT_MEMBER_P (place, entries[i].offset);
      if (!visit->func (visit, &param, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
walk (const Visit *visit, GError **error)
{
  if (!walk_entries (visit, before_layers, G_N_ELEMENTS (before_layers), "", visit->model, error))
    return FALSE;
  for (guint layer = 0; layer < visit->config->n_layers; layer++)
    {
      void *place = visit->model != NULL ? &visit->model->layers[layer] : NULL;
      char prefix[NAME_SIZE];

      g_snprintf (prefix, sizeof prefix, "model.layers.%u.", layer);
      if (!walk_entries (visit, in_layer, G_N_ELEMENTS (in_layer), prefix, place, error))
        return FALSE;
    }
  return walk_entries (visit, after_layers, G_N_ELEMENTS (after_layers), "", visit->model, error);
}

static gboolean
bind (const Visit *visit, const ArraParam *param, GError **error)
{
  return arra_param_bind (param, visit->source, visit->dtype, visit->pool, visit->cancellable, error);
}

static gboolean
measure (const Visit *visit, const ArraParam *param, GError **error)
{
  return arra_param_measure (param, visit->source, visit->dtype, visit->mapped, visit->owned, error);
}

static gboolean
show (const Visit *visit, const ArraParam *param, GError **error)
{
  return measure (visit, param, error)
         && visit->each (param->name, param->kind == ARRA_PARAM_MATRIX,
                         arra_source_find (visit->source, param->name), visit->data, error);
}

static gboolean
describe (const Visit *visit, const ArraParam *param, GError **error)
{
  return visit->describe (param->name, param->n_dims, param->shape, visit->data, error);
}

static gboolean
clear (const Visit *visit, const ArraParam *param, GError **error)
{
  arra_weight_clear (param->weight);
  return TRUE;
}

gboolean
arra_chameleon_measure (const ArraChameleonConfig *config, ArraSource *source, ArraDType dtype,
                        guint64 *mapped, guint64 *owned, GError **error)
{
  Visit visit = {
    .func = measure, .config = config, .source = source, .dtype = dtype, .mapped = mapped, .owned = owned
  };

  *mapped = 0;
  *owned = sizeof (ArraChameleon) + config->n_layers * sizeof (ArraChameleonLayer);
  if (config->mask_image_logits)
    *owned += (guint64) config->vocab_size * sizeof (guint32);
  return walk (&visit, error);
}

gboolean
arra_chameleon_foreach (const ArraChameleonConfig *config, ArraSource *source, ArraParamFunc func,
                        gpointer data, GError **error)
{
  guint64 mapped = 0, owned = 0;
  Visit visit = { .func = show,
                  .config = config,
                  .source = source,
                  .dtype = ARRA_N_DTYPES,
                  .mapped = &mapped,
                  .owned = &owned };

  visit.each = func;
  visit.data = data;
  return walk (&visit, error);
}

gboolean
arra_chameleon_describe (const ArraChameleonConfig *config, ArraSource *source, ArraShapeFunc func, gpointer data,
                         GError **error)
{
  const Visit visit = { .func = describe, .config = config, .source = source, .describe = func, .data = data };

  return walk (&visit, error);
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
arra_chameleon_new (const ArraChameleonConfig *config, ArraSource *source, ArraDType dtype,
                    const guint8 *masked, ArraPool *pool, GCancellable *cancellable, GError **error)
{
  g_autoptr (ArraChameleon) model = NULL;
  Visit visit = {
    .func = bind, .config = config, .source = source, .dtype = dtype, .pool = pool, .cancellable = cancellable
  };
  guint64 mapped, owned;

  g_return_val_if_fail (dtype == ARRA_F32 || dtype == ARRA_F16 || dtype == ARRA_BF16 || dtype == ARRA_Q8_0
                            || dtype == ARRA_N_DTYPES,
                        NULL);
  /* every shape is checked before the first value is converted */
  if (!arra_chameleon_measure (config, source, dtype, &mapped, &owned, error))
    return NULL;
  model = arra_mem_new0 (1, sizeof *model, "the model", error);
  if (model == NULL)
    return NULL;
  model->config = *config;
  model->source = arra_source_ref (source);
  model->layers = arra_mem_new0 (config->n_layers, sizeof *model->layers, "the model's layers", error);
  visit.model = model;
  if (model->layers == NULL || !keep_masked (model, masked, error) || !walk (&visit, error)
      || !arra_source_check (source, error))
    return NULL;
  return g_steal_pointer (&model);
}

void
arra_chameleon_free (ArraChameleon *model)
{
  Visit visit = { .func = clear };

  if (model == NULL)
    return;
  visit.config = &model->config;
  visit.source = model->source;
  visit.model = model;
  if (model->layers != NULL)
    walk (&visit, NULL);
  arra_mem_free (model->layers);
  arra_mem_free (model->masked_ids);
  arra_source_unref (model->source);
  arra_mem_free (model);
}

const ArraChameleonConfig *
arra_chameleon_config (const ArraChameleon *model)
{
  return &model->config;
}
