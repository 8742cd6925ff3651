/* transformer.c - the weights of a transformer in memory
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "transformer.h"

#include "mem.h"

ArraKvShape
arra_transformer_kv_shape (const ArraTransformerShape *shape)
{
  return (ArraKvShape) { shape->n_layers, shape->n_kv_heads, shape->head_dim, ARRA_F32 };
}

/* Where queries, keys and values are one matrix, each is a view of its rows. */
static void
split_qkv (ArraTransformer *transformer)
{
  const ArraTransformerShape *shape = &transformer->shape;
  gsize all = (gsize) shape->n_heads * shape->head_dim, kv = (gsize) shape->n_kv_heads * shape->head_dim;

  for (guint i = 0; i < shape->n_layers; i++)
    {
      ArraTransformerLayer *layer = &transformer->layers[i];

      if (layer->qkv.view.data == NULL)
        continue;
      layer->q.view = arra_weight_rows (&layer->qkv, 0, all);
      layer->k.view = arra_weight_rows (&layer->qkv, all, kv);
      layer->v.view = arra_weight_rows (&layer->qkv, all + kv, kv);
    }
}

gboolean
arra_transformer_bind (ArraTransformer *transformer,
                       const ArraTransformerClass *klass,
                       gpointer family,
                       ArraTransformerShape shape,
                       const ArraWeights *weights,
                       ArraDType dtype,
                       ArraPool *pool,
                       GCancellable *cancellable,
                       GError **error)
{
  *transformer = (ArraTransformer) { .klass = klass, .family = family, .shape = shape };
  transformer->layers = arra_mem_new0 (shape.n_layers, sizeof *transformer->layers, "the model's layers", error);
  if (transformer->layers == NULL
      || !arra_weights_bind (weights, dtype, family, transformer->layers, pool, cancellable, error)
      || !arra_source_check (weights->source, error))
    return FALSE;
  split_qkv (transformer);
  return TRUE;
}

void
arra_transformer_clear (ArraTransformer *transformer, const ArraWeights *weights)
{
  if (transformer->layers != NULL)
    arra_weights_clear (weights, (gpointer) transformer->family, transformer->layers);
  arra_mem_clear (&transformer->layers);
}
