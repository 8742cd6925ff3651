/* case-llamagen.h - a case of LlamaGen's transformer, for the parts that check it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "check.h"
#include "llamagen.h"

#define CASE "case.safetensors"

typedef struct
{
  Check *check;
  ArraSource *file, *weights;
  char *prefix;
  ArraLlamagenConfig config;
  ArraLlamagen *model;
  float *features; /* of texts: [text][n_prefix][caption_size], behind their padding */
  guint *padding;  /* [text] */
} LlamagenCase;

/* Losses and gradients. */
gboolean check_llamagen_training (const LlamagenCase *item, GError **error);
