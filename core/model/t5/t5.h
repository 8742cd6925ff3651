/* t5.h - the encoder of T5 v1.1 and FLAN-T5: features of a text
 *
 * Source: arXiv 1910.10683; transformers' modeling_t5.py, T5EncoderModel.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <json-glib/json-glib.h>
#include "exec.h"
#include "gguf.h"
#include "source.h"
#include "tokenizer.h"
#include "weight_table.h"

typedef struct
{
  /* n_heads * head_dim need not be hidden_size */
  guint vocab_size, hidden_size, intermediate_size, n_layers, n_heads, head_dim;
  guint n_buckets, max_distance; /* of the relative positions' bias */
  guint32 pad;
  float norm_eps;
} ArraT5Config;

/* Reads config.json's members; only gated GELU. @name starts messages. */
gboolean arra_t5_config_read (ArraT5Config *config, JsonObject *object, const char *name, GError **error);
/* From and to GGUF metadata ("arra-t5.*"). */
gboolean arra_t5_config_load (ArraT5Config *config, const ArraGguf *gguf, GError **error);
void arra_t5_config_store (const ArraT5Config *config, ArraGgufWriter *writer);

typedef struct _ArraT5 ArraT5; /* immutable once made */

/* Binds the encoder's weights; a decoder's are left alone. Matrices get @dtype (ARRA_N_DTYPES: as stored). @source
 * is referenced. */
ArraT5 *arra_t5_new (const ArraT5Config *config,
                     ArraSource *source,
                     ArraDType dtype,
                     ArraPool *pool,
                     GCancellable *cancellable,
                     GError **error);
void arra_t5_free (ArraT5 *model); /* nullable */
const ArraT5Config *arra_t5_config (const ArraT5 *model);
/* All of them. */
ArraWeights arra_t5_weights (const ArraT5Config *config, ArraSource *source);

/* Ids of @text as T5's tokenizer pads them to @length: @ids [length], of which the first *@n_seen are the text's and
 * its end's; a text that is too long is cut, but its end is kept. INVALID_DATA: the tokenizer has ids beyond the
 * vocabulary. */
gboolean arra_t5_encode_text (const ArraT5Config *config,
                              const ArraTokenizer *tokenizer,
                              const char *text,
                              guint length,
                              guint32 *ids,
                              guint *n_seen,
                              GError **error);

/* The last hidden states [length][hidden_size] of one text of @length ids, of which the first @n_seen are seen by
 * all; those of the others are computed, too. The same bits on every machine and for any number of threads. */
gboolean arra_t5_forward (const ArraT5 *model,
                          const ArraExec *exec,
                          const guint32 *ids,
                          guint length,
                          guint n_seen,
                          float *features,
                          GCancellable *cancellable,
                          GError **error);
/* Bytes that a forward pass takes beside the weights and its result. */
guint64 arra_t5_run_bytes (const ArraT5Config *config, guint length, guint threads);

/* The bias of each distance -(length - 1) .. length - 1: @bias [n_heads][2 * length - 1]. */
void arra_t5_bias (const ArraT5 *model, guint length, float *bias);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraT5, arra_t5_free)
