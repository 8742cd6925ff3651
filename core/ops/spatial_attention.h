/* spatial_attention.h - single-head self-attention between all pixels of a feature map
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "feature_map.h"

gsize arra_spatial_attention_scratch (gsize height, gsize width); /* floats for each thread */

/* @qkv: [height][width][3 channels], queries, keys, values side by side. out = softmax (q k^T / sqrt (channels)) v.
 * Fails only when cancelled. */
gboolean
arra_spatial_attention (const ArraFeatureMap *qkv, const ArraFeatureMap *out, const ArraMapWork *work, GError **error);
