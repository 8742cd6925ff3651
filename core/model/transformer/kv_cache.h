/* kv_cache.h - keys and values of the positions a sequence has read
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "attention.h"
#include "dtype.h"

typedef struct
{
  guint n_layers, n_kv_heads, head_dim;
  ArraDType dtype; /* F32, F16 or Q8_0, whose block head_dim is a multiple of */
} ArraKvShape;

/* [layer][kv_head][position][head_dim] for keys (after norm and RoPE) and for values. A cache fits every model of
 * its shape, whatever the type of its numbers. */
typedef struct _ArraKvCache ArraKvCache;
ArraKvCache *arra_kv_cache_new (const ArraKvShape *shape, guint capacity, GError **error);
void arra_kv_cache_free (ArraKvCache *cache); /* nullable */
guint arra_kv_cache_length (const ArraKvCache *cache);
void arra_kv_cache_truncate (ArraKvCache *cache, guint length);
guint64 arra_kv_cache_bytes (const ArraKvShape *shape, guint capacity);
ArraDType arra_kv_cache_dtype (const ArraKvCache *cache);
guint arra_kv_cache_capacity (const ArraKvCache *cache);
/* What a row attends to that sees the first @n_positions. */
ArraAttentionRow arra_kv_cache_row (const ArraKvCache *cache, guint layer, guint n_positions);
/* What @from, a cache of the same shape, holds beyond the length of @cache is copied. */
void arra_kv_cache_take (ArraKvCache *cache, const ArraKvCache *from);
/* @cache begins with what @base, a cache of the same shape and type, holds now, and has its capacity beyond that.
 * Nothing is copied: until @cache is emptied, @base must live, and keep those positions. */
void arra_kv_cache_continue (ArraKvCache *cache, const ArraKvCache *base);
gboolean arra_kv_cache_fits (const ArraKvCache *cache, const ArraKvShape *shape);

/* ---- for the forward pass: takes the keys and values ([n_kv_heads][head_dim]) of one position of one layer; the
 * length stays. Where the cache's type cannot hold one of them, all of that head's are NaN, as the scores are then.
 */
void arra_kv_cache_put (ArraKvCache *cache, guint layer, guint position, const float *keys, const float *values);
/* @n positions more than before: all of their layers have been put. */
void arra_kv_cache_grow (ArraKvCache *cache, guint n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraKvCache, arra_kv_cache_free)
