/* llamagen.h - LlamaGen's transformer, class- and text-conditional: configuration, weights, what its ids mean
 *
 * Source: arXiv 2406.06525; LlamaGen autoregressive/models/gpt.py.
 *
 * A sequence is a prefix and then the picture's codes, a plain raster. Ids below n_codes are codes. Those behind them
 * stand for rows of the prefix: with classes n_codes + CLASS, where CLASS n_classes is none (the unconditional branch);
 * with text n_codes + I is row I of the unconditional prefix. A text's own rows are ready embeddings:
 * arra_llamagen_project() of its features.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <json-glib/json-glib.h>
#include "gguf.h"
#include "transformer.h"

typedef enum
{
  ARRA_LLAMAGEN_CLASSES, /* "c2i" */
  ARRA_LLAMAGEN_TEXT,    /* "t2i" */
} ArraLlamagenKind;

typedef struct
{
  ArraLlamagenKind kind;
  guint hidden_size, intermediate_size, n_layers, n_heads, n_kv_heads, head_dim;
  guint n_codes;
  guint n_classes;    /* classes only */
  guint caption_size; /* text only: numbers of a feature */
  guint n_prefix;     /* rows before the first code */
  guint side;         /* codes on a side of the pictures it was trained on; no weight tells it. 0: not said */
  float norm_eps;
  double rope_base;
} ArraLlamagenConfig;

/* What stands before the names of its tensors ("", "model.", "module."), (transfer full); NULL when these are no
 * LlamaGen's. */
char *arra_llamagen_find_prefix (const ArraSource *source);
/* The shape, told by the tensors. How many heads there are no tensor tells: the published sizes do, and for others
 * @args (nullable), LlamaGen's ModelArgs as JSON (n_head, rope_base, norm_eps). @name starts messages. */
gboolean arra_llamagen_config_from_tensors (ArraLlamagenConfig *config,
                                            const ArraSource *source,
                                            const char *prefix,
                                            JsonObject *args,
                                            const char *name,
                                            GError **error);
/* From and to GGUF metadata ("arra-llamagen.*"). */
gboolean arra_llamagen_config_load (ArraLlamagenConfig *config, const ArraGguf *gguf, GError **error);
void arra_llamagen_config_store (const ArraLlamagenConfig *config, ArraGgufWriter *writer);
/* LlamaGen's ModelArgs, which arra_llamagen_config_from_tensors() takes, with the names of @classes (nullable);
 * (transfer full) */
char *arra_llamagen_config_to_json (const ArraLlamagenConfig *config, const char *const *classes);
/* Ranges and divisibility; sets head_dim. */
gboolean arra_llamagen_config_check (ArraLlamagenConfig *config, const char *name, GError **error);
/* (nullable): the published size it has: "B", "L", "XL", "XXL", "3B", … */
const char *arra_llamagen_size (const ArraLlamagenConfig *config);

typedef struct _ArraLlamagen ArraLlamagen; /* immutable once made */

/* Binds all weights. Matrices get @dtype (ARRA_N_DTYPES: as stored). @source is referenced. */
ArraLlamagen *arra_llamagen_new (const ArraLlamagenConfig *config,
                                 ArraSource *source,
                                 const char *prefix,
                                 ArraDType dtype,
                                 ArraPool *pool,
                                 GCancellable *cancellable,
                                 GError **error);
void arra_llamagen_free (ArraLlamagen *model); /* nullable */
/* its inputs give the picture's columns */
const ArraTransformer *arra_llamagen_transformer (const ArraLlamagen *model);
/* All of them. @source: nullable. */
ArraWeights arra_llamagen_weights (const ArraLlamagenConfig *config, ArraSource *source, const char *prefix);
ArraTransformerShape arra_llamagen_shape (const ArraLlamagenConfig *config);

/* cosine and sine [head_dim / 2] of a position in a picture of @columns codes a row: 0 for the prefix, whose queries
 * and keys vanish. */
void arra_llamagen_frequencies (const ArraLlamagenConfig *config, float *frequencies); /* [head_dim / 4] */
void arra_llamagen_angles (const ArraLlamagenConfig *config,
                           const float *frequencies,
                           guint position,
                           guint columns,
                           float *cosine,
                           float *sine);

/* features [n][caption_size] of a text -> rows [n][hidden_size] for the prefix, at most the max_rows of @run. Padding
 * in front of a text is left out of the sequence: ArraTransformerInput.left_out says how much. */
void arra_llamagen_project (ArraTransformerRun *run, const float *features, guint n, float *rows);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraLlamagen, arra_llamagen_free)
