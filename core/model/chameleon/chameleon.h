/* chameleon.h - the Chameleon transformer (Chameleon, Lumina-mGPT, ARRA): configuration, weights, forward pass
 *
 * Source: arXiv 2405.09818; ARRA arra/model/chameleon/modeling_chameleon.py;
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <json-glib/json-glib.h>
#include "exec.h"
#include "gguf.h"
#include "params.h"
#include "source.h"
#include "transformer.h"

typedef enum
{
  ARRA_ROPE_PLAIN,
  ARRA_ROPE_LINEAR,  /* position / factor */
  ARRA_ROPE_DYNAMIC, /* base grows with the length (NTK) */
} ArraRopeScaling;

typedef struct
{
  guint vocab_size, hidden_size, intermediate_size, n_layers, n_heads, n_kv_heads, head_dim, context;
  guint model_parallel; /* rows of the q/k norms in ARRA/Lumina files */
  float norm_eps;
  double rope_theta;
  ArraRopeScaling rope_scaling;
  double rope_factor;
  gboolean swin_norm;         /* norms after the sublayers, inside the residual */
  gboolean mask_image_logits; /* image tokens can never be predicted */
  /* config.json does not say, and its form is that of the models that make pictures: they are not masked */
  gboolean mask_left_out;
} ArraChameleonConfig;

/* Reads config.json's members; ranges and divisibility are checked. @name starts messages. */
gboolean arra_chameleon_config_read (ArraChameleonConfig *config, JsonObject *object, const char *name, GError **error);
/* As arra_chameleon_config_read() takes it, of a model that makes pictures; (transfer full) */
char *arra_chameleon_config_to_json (const ArraChameleonConfig *config);
/* Ranges, divisibility and what else must hold between members, for a configuration made otherwise too; sets head_dim.
 */
gboolean arra_chameleon_config_check (ArraChameleonConfig *config, const char *name, GError **error);
/* The same from and to GGUF metadata ("arra-chameleon.*"). */
gboolean arra_chameleon_config_load (ArraChameleonConfig *config, const ArraGguf *gguf, GError **error);
void arra_chameleon_config_store (const ArraChameleonConfig *config, ArraGgufWriter *writer);

/* Meta's own form: @directory with params.json, consolidate_params.json where there are several parts, and
 * consolidated.pth or consolidated.NN.pth. The source has Hugging Face's names, shapes and order of rows; what need not
 * change stays the file's own. */
gboolean arra_chameleon_meta_config (ArraChameleonConfig *config, const char *directory, GError **error);
ArraSource *arra_chameleon_meta_open (const ArraChameleonConfig *config, const char *directory, GError **error);

typedef struct _ArraChameleon ArraChameleon; /* immutable once made */

/* Binds all weights (tensor names "model.…", "lm_head.weight"). Matrices get @dtype (ARRA_N_DTYPES: as stored). @masked
 * (nullable): vocab_size flags, copied: logits of flagged ids become the lowest float when config->mask_image_logits.
 * @source is referenced. */
ArraChameleon *arra_chameleon_new (const ArraChameleonConfig *config,
                                   ArraSource *source,
                                   ArraDType dtype,
                                   const guint8 *masked,
                                   ArraPool *pool,
                                   GCancellable *cancellable,
                                   GError **error);
void arra_chameleon_free (ArraChameleon *model); /* nullable */
/* All of them, in @source (nullable). It tells whether the q and k norms have a row for each head; without one they
 * have a row for each model parallel rank. */
ArraWeights arra_chameleon_weights (const ArraChameleonConfig *config, ArraSource *source);

/* ---- rotary embedding, for inference and training alike: the frequencies when the furthest position of a call is
 * @length - 1 (dynamic scaling depends on it), then cosine and sine [head_dim / 2] of one position, below
 * ARRA_ROPE_POSITIONS. */
void arra_chameleon_rope_frequencies (const ArraChameleonConfig *config, guint length, float *frequencies);
void arra_chameleon_rope_angles (const ArraChameleonConfig *config,
                                 const float *frequencies,
                                 guint position,
                                 float *cosine,
                                 float *sine);

/* ---- KV caches and the forward pass: those of the transformer, with Chameleon's shape. Dynamic RoPE scaling beyond
 * config->context follows, as in the reference, the furthest position of each call. */
ArraKvCache *arra_chameleon_kv_cache_new (const ArraChameleonConfig *config, guint capacity, GError **error);
guint64 arra_chameleon_kv_cache_bytes (const ArraChameleonConfig *config, guint capacity);

const ArraTransformer *arra_chameleon_transformer (const ArraChameleon *model);
ArraTransformerShape arra_chameleon_shape (const ArraChameleonConfig *config);
const ArraWeightTable *arra_chameleon_table (void);
guint64 arra_chameleon_run_bytes (const ArraChameleonConfig *config, guint max_rows, guint max_context, guint threads);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraChameleon, arra_chameleon_free)
