/* bench_source.c - weights for `arra bench`: random ones of any shape, made in memory
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"

#include <string.h>

#include "fail.h"
#include "mapping.h"
#include "mem.h"
#include "status.h"

#define MAX_NAME 96
#define GRAIN ((gsize) 1 << 16) /* weights filled at a time */

/* Dimensions as the table below names them. */
typedef enum
{
  NONE,
  VOCAB,
  HIDDEN,
  FFN,
  KV,
  RANKS,
  HEAD,
} Side;

typedef struct
{
  const char *name;
  Side rows, columns;
} Shape;

static const Shape outside_layers[] = {
  { "model.embed_tokens.weight", VOCAB, HIDDEN },
  { "model.norm.weight", HIDDEN, NONE },
  { "lm_head.weight", VOCAB, HIDDEN },
};

static const Shape in_layers[] = {
  { "input_layernorm.weight", HIDDEN, NONE },
  { "post_attention_layernorm.weight", HIDDEN, NONE },
  { "self_attn.q_proj.weight", HIDDEN, HIDDEN },
  { "self_attn.k_proj.weight", KV, HIDDEN },
  { "self_attn.v_proj.weight", KV, HIDDEN },
  { "self_attn.o_proj.weight", HIDDEN, HIDDEN },
  { "self_attn.q_norm.weight", RANKS, HEAD },
  { "self_attn.q_norm.bias", RANKS, HEAD },
  { "self_attn.k_norm.weight", RANKS, HEAD },
  { "self_attn.k_norm.bias", RANKS, HEAD },
  { "mlp.gate_proj.weight", FFN, HIDDEN },
  { "mlp.up_proj.weight", FFN, HIDDEN },
  { "mlp.down_proj.weight", HIDDEN, FFN },
};

/* Lays tensors one after the other; the first walk measures, the second one adds. */
typedef struct
{
  const ArraChameleonConfig *config;
  ArraSource *source; /* NULL: measuring */
  guint file;
  guint8 *data;
  gsize used;
} Layout;

static gint64
side_size (const ArraChameleonConfig *config, Side side)
{
  switch (side)
    {
    case VOCAB:
      return config->vocab_size;
    case HIDDEN:
      return config->hidden_size;
    case FFN:
      return config->intermediate_size;
    case KV:
      return (gint64) config->n_kv_heads * config->head_dim;
    case RANKS:
      return config->model_parallel;
    case HEAD:
      return config->head_dim;
    case NONE:
      break;
    }
  return 1;
}

static gboolean
place (Layout *layout, const char *name, const Shape *shape, GError **error)
{
  ArraTensor tensor = { .dtype = ARRA_BF16, .n_dims = shape->columns == NONE ? 1 : 2 };
  gsize rounded;

  tensor.shape[0] = side_size (layout->config, shape->rows);
  tensor.shape[1] = side_size (layout->config, shape->columns);
  if (!arra_tensor_bytes (tensor.dtype, tensor.n_dims, tensor.shape, &tensor.n_bytes)
      || !arra_size_add (tensor.n_bytes, ARRA_MEM_ALIGN - 1, &rounded))
    return cli_usage_error (error, "the model's shape is too large");
  if (layout->source != NULL)
    {
      tensor.data = layout->data + layout->used;
      if (!arra_source_add (layout->source, layout->file, name, &tensor, error))
        return FALSE;
    }
  if (!arra_size_add (layout->used, rounded / ARRA_MEM_ALIGN * ARRA_MEM_ALIGN, &layout->used))
    return cli_usage_error (error, "the model's shape is too large");
  return TRUE;
}

static gboolean
place_all (Layout *layout, GError **error)
{
  char name[MAX_NAME];

  for (gsize i = 0; i < G_N_ELEMENTS (outside_layers); i++)
    if (!place (layout, outside_layers[i].name, &outside_layers[i], error))
      return FALSE;
  for (guint layer = 0; layer < layout->config->n_layers; layer++)
    for (gsize i = 0; i < G_N_ELEMENTS (in_layers); i++)
      {
        g_snprintf (name, sizeof name, "model.layers.%u.%s", layer, in_layers[i].name);
        if (!place (layout, name, &in_layers[i], error))
          return FALSE;
      }
  return TRUE;
}

/* Four bf16 numbers at a time, of either sign, their size between 1/128 and 1/64: never zero, tiny or infinite. */
static void
fill (gsize begin, gsize end, guint worker, gpointer data)
{
  guint64 *words = data;

  for (gsize i = begin; i < end; i++)
    {
      guint64 x = (guint64) i * G_GUINT64_CONSTANT (0x9E3779B97F4A7C15);
      x = (x ^ x >> 30) * G_GUINT64_CONSTANT (0xBF58476D1CE4E5B9);
      x = (x ^ x >> 27) * G_GUINT64_CONSTANT (0x94D049BB133111EB);
      x ^= x >> 31;
      words[i] = (x & G_GUINT64_CONSTANT (0x807F807F807F807F)) | G_GUINT64_CONSTANT (0x3C003C003C003C00);
    }
}

ArraSource *
bench_random_source (const ArraChameleonConfig *config, ArraPool *pool, GError **error)
{
  g_autoptr (ArraSource) source = arra_source_new ();
  g_autoptr (ArraMapping) mapping = NULL;
  Layout layout = { .config = config };
  guint8 *data;

  if (!place_all (&layout, error))
    return NULL;
  data = arra_mem_new (layout.used, 1, "random weights", error);
  if (data == NULL)
    return NULL;
  arra_source_add_memory (source, data);
  mapping = arra_mapping_new_for_bytes ("random weights", data, layout.used);
  arra_pool_run (pool, layout.used / sizeof (guint64), GRAIN, fill, data);
  layout = (Layout){ .config = config, .source = source, .data = data };
  if (!arra_source_add_file (source, mapping, &layout.file, error) || !place_all (&layout, error))
    return NULL;
  return g_steal_pointer (&source);
}

typedef struct
{
  ArraDType dtype;
  guint64 parameters, bytes;
} Count;

static gboolean
count_tensor (const char *name, gboolean is_matrix, const ArraTensor *stored, gpointer data, GError **error)
{
  Count *count = data;
  ArraDType dtype = is_matrix ? count->dtype : ARRA_F32;
  gsize bytes;

  count->parameters += arra_tensor_count (stored);
  if (strcmp (name, "model.embed_tokens.weight") == 0)
    return TRUE;
  if (!arra_tensor_bytes (dtype, stored->n_dims, stored->shape, &bytes))
    bytes = stored->n_bytes;
  count->bytes += bytes;
  return TRUE;
}

gboolean
bench_count (const ArraChameleonConfig *config, ArraSource *source, ArraDType dtype, guint64 *parameters, guint64 *bytes_read, GError **error)
{
  Count count = { .dtype = dtype };

  if (!arra_chameleon_foreach (config, source, count_tensor, &count, error))
    return FALSE;
  *parameters = count.parameters;
  *bytes_read = count.bytes;
  return TRUE;
}
