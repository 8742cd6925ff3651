/* toy_family.c - a row in the table of families and all that stands behind it: a plain transformer over a
 * raster of codes, whose prompts are classes by number. The same matrix leads in and out.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "toy_family.h"

#include "class_names.h"
#include "mem.h"
#include "raster.h"
#include "transformer_run.h"

#define N_IDS (TOY_CODES + 4) /* codes, three classes, and none */

typedef struct
{
  ArraTransformer transformer;
  ArraWeights weights;
  ArraSource *source;
  ArraWeight embedding;
} Toy;

/* ---- weights */

enum
{
  DIM_NONE,
  DIM_IDS,
  DIM_HIDDEN,
  DIM_INNER,
};

#define IN_LAYER(member) G_STRUCT_OFFSET (ArraTransformerLayer, member)

static const ArraTableEntry before[]
    = { { { "toy.embedding" }, G_STRUCT_OFFSET (Toy, embedding), ARRA_PARAM_MATRIX, { DIM_IDS, DIM_HIDDEN } } };

static const ArraTableEntry in_layer[] = {
  { { "q" }, IN_LAYER (q), ARRA_PARAM_MATRIX, { DIM_HIDDEN, DIM_HIDDEN } },
  { { "k" }, IN_LAYER (k), ARRA_PARAM_MATRIX, { DIM_HIDDEN, DIM_HIDDEN } },
  { { "v" }, IN_LAYER (v), ARRA_PARAM_MATRIX, { DIM_HIDDEN, DIM_HIDDEN } },
  { { "o" }, IN_LAYER (o), ARRA_PARAM_MATRIX, { DIM_HIDDEN, DIM_HIDDEN } },
  { { "gate" }, IN_LAYER (gate), ARRA_PARAM_MATRIX, { DIM_INNER, DIM_HIDDEN } },
  { { "up" }, IN_LAYER (up), ARRA_PARAM_MATRIX, { DIM_INNER, DIM_HIDDEN } },
  { { "down" }, IN_LAYER (down), ARRA_PARAM_MATRIX, { DIM_HIDDEN, DIM_INNER } },
  { { "input_norm" }, IN_LAYER (input_norm), ARRA_PARAM_VECTOR, { DIM_HIDDEN } },
  { { "norm" }, IN_LAYER (post_attention_norm), ARRA_PARAM_VECTOR, { DIM_HIDDEN } },
};

static const ArraTableEntry after[]
    = { { { "toy.norm" }, G_STRUCT_OFFSET (Toy, transformer.norm), ARRA_PARAM_VECTOR, { DIM_HIDDEN } } };

static gint64
size_of (gconstpointer config, guint dim, const ArraSource *source, const char *name)
{
  static const gint64 sizes[] = { [DIM_IDS] = N_IDS, [DIM_HIDDEN] = TOY_HIDDEN, [DIM_INNER] = TOY_INNER };

  return sizes[dim];
}

static const ArraWeightTable table = {
  ARRA_TABLE_ENTRIES (before, in_layer, after),
  .layers = { "toy.layers." },
  .layer_size = sizeof (ArraTransformerLayer),
  .size = size_of,
};

/* ---- what the transformer asks */

static const ArraWeight *
embedding_of (const ArraTransformer *transformer)
{
  return &((const Toy *) transformer->family)->embedding;
}

static void
embed (ArraTransformerRun *run, const guint32 *ids, guint n, float *x)
{
  arra_transformer_run_look_up (run, embedding_of (run->transformer), ids, n, x);
}

static void
frequencies (const ArraTransformer *transformer, guint length, float *out)
{
  arra_rope_frequencies (100, TOY_HIDDEN / TOY_HEADS, out);
}

static void
angles (const ArraTransformer *transformer,
        const ArraTransformerInput *input,
        const float *turns,
        guint position,
        float *cosine,
        float *sine)
{
  arra_rope_angles (turns, TOY_HIDDEN / TOY_HEADS / 2, (float) position, cosine, sine);
}

static void
head (ArraTransformerRun *run, float *rows, guint n, float *const *logits)
{
  ArraWeight codes = *embedding_of (run->transformer);

  codes.view = arra_weight_rows (&codes, 0, TOY_CODES);
  arra_transformer_run_logits (run, &codes, NULL, rows, n, logits);
}

static const ArraTransformerClass class = { .embed = embed,
                                            .frequencies = frequencies,
                                            .angles = angles,
                                            .head = head };

/* ---- what the family says */

static gboolean
knows (const ArraSource *source)
{
  return arra_source_find (source, "toy.embedding") != NULL;
}

static gboolean
read_files (ArraDecoder *decoder, const ArraModelFiles *files, GError **error)
{
  return TRUE;
}

static gboolean
load (ArraDecoder *decoder, const ArraGguf *gguf, GError **error)
{
  return TRUE;
}

static void
store (const ArraDecoder *decoder, ArraGgufWriter *writer)
{
}

static gboolean
condition_on (const ArraDecoder *decoder,
              const ArraPromptReader *reader,
              const char *prompt,
              ArraCondition *condition,
              GError **error)
{
  ArraPrefix *front = condition->front;
  guint chosen;

  if (!arra_class_find (decoder->classes, 3, prompt, &chosen, error)
      || !arra_prefix_init (&front[ARRA_CONDITIONAL], 1, error)
      || !arra_prefix_init (&front[ARRA_UNCONDITIONAL], 1, error))
    return FALSE;
  *front[ARRA_CONDITIONAL].ids = TOY_CODES + chosen;
  *front[ARRA_UNCONDITIONAL].ids = TOY_CODES + 3;
  return TRUE;
}

static const ArraConditioner conditioner = { .condition = condition_on };
static const char *const classes[] = { "bear", "rabbit, bunny", "doll", NULL };

static void
describe (ArraDecoder *decoder, const ArraSource *source)
{
  decoder->shape = (ArraTransformerShape) { .hidden_size = TOY_HIDDEN,
                                            .intermediate_size = TOY_INNER,
                                            .n_layers = TOY_LAYERS,
                                            .n_heads = TOY_HEADS,
                                            .n_kv_heads = TOY_HEADS,
                                            .head_dim = TOY_HIDDEN / TOY_HEADS,
                                            .n_ids = N_IDS,
                                            .n_logits = TOY_CODES,
                                            .norm_eps = 1e-5f,
                                            .pairing = ARRA_ROPE_HALVES };
  decoder->weights.table = &table;
  decoder->conditioner = &conditioner;
  decoder->classes = classes;
  decoder->context = 1 + TOY_SIDE * TOY_SIDE;
  decoder->least_prompt = 1;
  decoder->bytes = sizeof (Toy);
  decoder->guidance_scale = 2;
}

static ArraLayout *
layout (const ArraDecoder *decoder, const ArraTokenNames *names, const char *name, GError **error)
{
  return arra_raster_new (TOY_CODES, TOY_SIDE, error);
}

static void
unbind (const ArraTransformer *transformer)
{
  Toy *toy = (Toy *) transformer->family;

  arra_transformer_clear (&toy->transformer, &toy->weights);
  arra_source_unref (toy->source);
  arra_mem_free (toy);
}

static const ArraTransformer *
bind_weights (const ArraDecoder *decoder,
              const ArraLayout *tokens,
              ArraDType dtype,
              ArraPool *pool,
              GCancellable *cancellable,
              GError **error)
{
  Toy *toy = arra_mem_new0 (1, sizeof *toy, "the model", error);

  if (toy == NULL)
    return NULL;
  toy->weights = decoder->weights;
  toy->weights.prefix = "";
  toy->source = arra_source_ref (decoder->weights.source);
  if (arra_transformer_bind (&toy->transformer, &class, toy, decoder->shape, &toy->weights, dtype, pool, cancellable,
                             error))
    return &toy->transformer;
  toy->transformer.family = toy;
  unbind (&toy->transformer);
  return NULL;
}

static ArraTrainable
trainable (const ArraDecoder *decoder)
{
  return (ArraTrainable) { 0 };
}

static const char *const model_types[] = { "toy", NULL };

const ArraFamily toy_family = {
  .name = "Toy",
  .license = "none",
  .architecture = "arra-toy",
  .model_types = model_types,
  .head = { "toy.embedding" },
  .embedding = "toy.embedding",
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
