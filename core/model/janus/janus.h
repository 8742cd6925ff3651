/* janus.h - Janus and Janus-Pro, the parts that make pictures: configuration, weights, what its ids mean
 *
 * Source: arXiv 2410.13848, 2501.17811; Janus generation_inference.py, janus/models/modeling_vlm.py, projector.py.
 *
 * A Llama reads a prompt's text ids, then the picture's codes, a plain raster without row ends. Ids below n_text are
 * text, n_text + CODE is a code; what comes out are n_codes numbers for the next code. The tower that sees pictures and
 * the head for text are not loaded.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <json-glib/json-glib.h>
#include "gguf.h"
#include "transformer.h"
#include "vqgan.h"

typedef enum
{
  ARRA_JANUS_ORIGINAL,     /* deepseek-ai's names: "gen_embed", "language_model.model" */
  ARRA_JANUS_TRANSFORMERS, /* transformers': "model.generation_embeddings", "model.language_model" */
} ArraJanusForm;

typedef struct
{
  guint n_text, hidden_size, intermediate_size, n_layers, n_heads, n_kv_heads, head_dim, context;
  guint n_codes, code_size; /* numbers of a code's vector */
  guint head_size;          /* between the two layers of the head */
  float norm_eps;
  double rope_theta;
  guint side; /* codes on a side of a picture */
} ArraJanusConfig;

/* Which form the tensors have and what stands before their names, (transfer full); NULL when these are no Janus'. */
char *arra_janus_find_prefix (const ArraSource *source, ArraJanusForm *form);
/* config.json's language_config or text_config; what is left out there are Llama's defaults. Sizes around the codes
 * come from the tensors. */
gboolean arra_janus_config_read (ArraJanusConfig *config,
                                 JsonObject *object,
                                 const ArraSource *source,
                                 const char *prefix,
                                 ArraJanusForm form,
                                 const char *name,
                                 GError **error);
/* From and to GGUF metadata ("arra-janus.*"). */
gboolean arra_janus_config_load (ArraJanusConfig *config, const ArraGguf *gguf, GError **error);
void arra_janus_config_store (const ArraJanusConfig *config, ArraGgufWriter *writer);
/* config.json, as arra_janus_config_read() takes it; (transfer full) */
char *arra_janus_config_to_json (const ArraJanusConfig *config);
/* Ranges and divisibility; sets head_dim. */
gboolean arra_janus_config_check (ArraJanusConfig *config, const char *name, GError **error);

/* The image tokenizer beside it: what stands before its tensors' names (transfer full), and its configuration. */
char *arra_janus_vqgan_prefix (const char *prefix, ArraJanusForm form);
gboolean arra_janus_vqgan_config (ArraVqganConfig *config,
                                  const ArraSource *source,
                                  const char *prefix,
                                  ArraJanusForm form,
                                  GError **error);

typedef struct _ArraJanus ArraJanus; /* immutable once made */

/* Binds all weights. Matrices get @dtype (ARRA_N_DTYPES: as stored). @source is referenced. */
ArraJanus *arra_janus_new (const ArraJanusConfig *config,
                           ArraSource *source,
                           const char *prefix,
                           ArraJanusForm form,
                           ArraDType dtype,
                           ArraPool *pool,
                           GCancellable *cancellable,
                           GError **error);
void arra_janus_free (ArraJanus *model); /* nullable */
const ArraTransformer *arra_janus_transformer (const ArraJanus *model);
/* All of them, under the original names for whoever writes them. @source: nullable. */
ArraWeights
arra_janus_weights (const ArraJanusConfig *config, ArraSource *source, const char *prefix, ArraJanusForm form);
ArraTransformerShape arra_janus_shape (const ArraJanusConfig *config);

/* The unconditional branch of a prompt of @n ids: as long, with @pad between its first and its last id; nothing is
 * masked. */
void arra_janus_unconditional (const guint32 *ids, guint n, guint32 pad, guint32 *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraJanus, arra_janus_free)
