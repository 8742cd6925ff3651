/* t5_private.h - the encoder's weights in memory
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "t5.h"

typedef struct
{
  ArraWeight attention_norm, q, k, v, o;
  ArraWeight feed_norm, gate, up, down;
} ArraT5Layer;

struct _ArraT5
{
  ArraT5Config config;
  ArraSource *source;
  ArraWeight embedding;
  ArraWeight bias; /* [n_buckets][n_heads], the first layer's, which all share */
  ArraWeight norm;
  ArraT5Layer *layers;
};
