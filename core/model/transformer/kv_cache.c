/* kv_cache.c - keys and values of the positions a sequence has read
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "kv_cache.h"

#include <string.h>

#include "fail.h"
#include "mem.h"
#include "rope.h"

struct _ArraKvCache
{
  ArraKvShape shape;
  guint capacity, length;  /* in @data; in all */
  const ArraKvCache *base; /* where the first n_base positions lie, which are not in @data */
  guint n_base;
  guint8 *data; /* keys [layer][kv_head][position][head_dim], then values: what a head reads lies in one piece */
};

/* Bytes of one position in one head. */
static gsize
width (const ArraKvShape *shape)
{
  const ArraDTypeTraits *traits = arra_dtype_traits (shape->dtype);

  return (gsize) shape->head_dim / traits->block * traits->bytes;
}

static guint64
data_bytes (const ArraKvShape *shape, guint capacity)
{
  return (guint64) 2 * shape->n_layers * shape->n_kv_heads * capacity * width (shape);
}

/* Keys of a head of a layer from a position on. */
static guint8 *
keys_at (const ArraKvCache *cache, guint layer, guint head, guint position)
{
  const gsize row = ((gsize) layer * cache->shape.n_kv_heads + head) * cache->capacity + position;

  return cache->data + row * width (&cache->shape);
}

/* Values lie n_layers further on. */
static guint8 *
values_at (const ArraKvCache *cache, guint layer, guint head, guint position)
{
  return keys_at (cache, cache->shape.n_layers + layer, head, position);
}

guint64
arra_kv_cache_bytes (const ArraKvShape *shape, guint capacity)
{
  return sizeof (ArraKvCache) + data_bytes (shape, capacity);
}

ArraKvCache *
arra_kv_cache_new (const ArraKvShape *shape, guint capacity, GError **error)
{
  g_autoptr (ArraKvCache) cache = NULL;

  if (capacity == 0 || capacity > ARRA_ROPE_POSITIONS)
    {
      arra_fail (error, ARRA_ERROR_ARGUMENT, "A KV cache has room for 1 to %d positions, not %u", ARRA_ROPE_POSITIONS,
                 capacity);
      return NULL;
    }
  g_assert (shape->head_dim % arra_dtype_traits (shape->dtype)->block == 0);
  cache = arra_mem_new0 (1, sizeof *cache, "the KV cache", error);
  if (cache == NULL)
    return NULL;
  cache->shape = *shape;
  cache->capacity = capacity;
  cache->data = arra_mem_new (data_bytes (shape, capacity), 1, "the KV cache", error);
  if (cache->data == NULL)
    return NULL;
  return g_steal_pointer (&cache);
}

void
arra_kv_cache_free (ArraKvCache *cache)
{
  if (cache == NULL)
    return;
  arra_mem_free (cache->data);
  arra_mem_free (cache);
}

guint
arra_kv_cache_length (const ArraKvCache *cache)
{
  return cache->length;
}

guint
arra_kv_cache_capacity (const ArraKvCache *cache)
{
  return cache->n_base + cache->capacity;
}

void
arra_kv_cache_truncate (ArraKvCache *cache, guint length)
{
  cache->length = MIN (cache->length, length);
  cache->n_base = MIN (cache->n_base, length);
}

ArraDType
arra_kv_cache_dtype (const ArraKvCache *cache)
{
  return cache->shape.dtype;
}

ArraAttentionRow
arra_kv_cache_row (const ArraKvCache *cache, guint layer, guint n_positions)
{
  const ArraKvCache *first = cache->n_base > 0 ? cache->base : cache;
  ArraAttentionRow row = { .keys = keys_at (first, layer, 0, 0),
                           .values = values_at (first, layer, 0, 0),
                           .head_stride = (gsize) first->capacity * cache->shape.head_dim,
                           .position_stride = cache->shape.head_dim,
                           .n_positions = n_positions,
                           .dtype = cache->shape.dtype };

  if (cache->n_base == 0 || n_positions <= cache->n_base)
    return row;
  row.tail_keys = keys_at (cache, layer, 0, 0);
  row.tail_values = values_at (cache, layer, 0, 0);
  row.tail_head_stride = (gsize) cache->capacity * cache->shape.head_dim;
  row.n_tail = n_positions - cache->n_base;
  return row;
}

gboolean
arra_kv_cache_fits (const ArraKvCache *cache, const ArraKvShape *shape)
{
  return cache->shape.n_layers == shape->n_layers && cache->shape.n_kv_heads == shape->n_kv_heads
         && cache->shape.head_dim == shape->head_dim;
}

/* One head's numbers */
static void
take (const ArraKvShape *shape, const float *x, guint8 *to)
{
  if (shape->dtype == ARRA_F32)
    memcpy (to, x, width (shape));
  else if (!arra_dtype_traits (shape->dtype)->narrow (x, shape->head_dim, to))
    memset (to, 0xff, width (shape)); /* NaN of each type, or scales that are */
}

void
arra_kv_cache_put (ArraKvCache *cache, guint layer, guint position, const float *keys, const float *values)
{
  const ArraKvShape *shape = &cache->shape;

  g_assert (position >= cache->n_base && position - cache->n_base < cache->capacity);
  position -= cache->n_base;
  for (guint head = 0; head < shape->n_kv_heads; head++)
    {
      take (shape, keys + (gsize) head * shape->head_dim, keys_at (cache, layer, head, position));
      take (shape, values + (gsize) head * shape->head_dim, values_at (cache, layer, head, position));
    }
}

void
arra_kv_cache_continue (ArraKvCache *cache, const ArraKvCache *base)
{
  g_assert (base != cache && base->n_base == 0 && arra_kv_cache_fits (cache, &base->shape)
            && cache->shape.dtype == base->shape.dtype);
  cache->base = base;
  cache->n_base = cache->length = base->length;
}

void
arra_kv_cache_take (ArraKvCache *cache, const ArraKvCache *from)
{
  const guint begin = cache->n_base > 0 ? 0 : cache->length;

  g_assert (arra_kv_cache_fits (cache, &from->shape) && cache->shape.dtype == from->shape.dtype && from->n_base == 0
            && from->length <= cache->capacity);
  arra_kv_cache_truncate (cache, begin);
  if (from->length <= begin)
    return;
  for (guint layer = 0; layer < cache->shape.n_layers; layer++)
    for (guint head = 0; head < cache->shape.n_kv_heads; head++)
      {
        const gsize size = (from->length - begin) * width (&cache->shape);

        memcpy (keys_at (cache, layer, head, begin), keys_at (from, layer, head, begin), size);
        memcpy (values_at (cache, layer, head, begin), values_at (from, layer, head, begin), size);
      }
  cache->length = from->length;
}

void
arra_kv_cache_grow (ArraKvCache *cache, guint n)
{
  g_assert (n <= arra_kv_cache_capacity (cache) - cache->length);
  cache->length += n;
}
