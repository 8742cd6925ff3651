/* chameleon_private.h - the inside of the Chameleon transformer, for its own files
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "chameleon.h"
#include "params.h"

#define ARRA_CHAMELEON_MASKED (-3.4028235e38f)

typedef struct
{
  ArraWeight input_norm, post_attention_norm;
  ArraWeight q, k, v, o;
  ArraWeight q_norm, q_norm_bias, k_norm, k_norm_bias;
  ArraWeight gate, up, down;
} ArraChameleonLayer;

struct _ArraChameleon
{
  ArraChameleonConfig config;
  ArraSource *source;
  ArraWeight embedding, norm, head;
  ArraChameleonLayer *layers;
  guint32 *masked_ids; /* ids whose logits become ARRA_CHAMELEON_MASKED */
  gsize n_masked;
};

/* The weights as f32, for vectors. */
static inline const float *
arra_weight_floats (const ArraWeight *weight)
{
  return weight->view.data;
}

struct _ArraKvCache
{
  guint n_layers, n_kv_heads, head_dim;
  guint capacity, length;
  float *data; /* keys [layer][position][kv_head][head_dim], then values */
};

/* Copies the keys and values ([n_kv_heads][head_dim]) of one position of one layer; the length stays. */
void arra_kv_cache_put (ArraKvCache *cache, guint layer, guint position, const float *keys, const float *values);
gboolean arra_kv_cache_fits (const ArraKvCache *cache, const ArraChameleonConfig *config);
