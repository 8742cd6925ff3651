/* llamagen_private.h - the inside of LlamaGen's transformer, for its own files
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "llamagen.h"

#define ARRA_LLAMAGEN_CLASS_NAMES "class_names" /* a member of model_args.json that is our own */

struct _ArraLlamagen
{
  ArraTransformer transformer;
  ArraLlamagenConfig config;
  ArraSource *source;
  char *prefix;
  ArraWeight embedding, output;
  ArraWeight classes;                       /* [n_classes + 1][hidden] */
  ArraWeight caption_1, caption_2, no_text; /* the last: [n_prefix][caption_size] */
};

const ArraWeightTable *arra_llamagen_table (const ArraLlamagenConfig *config);
extern const ArraTransformerClass arra_llamagen_class;
/* (nullable): names of so many classes, NULL-terminated: ImageNet's where there are as many. */
const char *const *arra_llamagen_class_names (guint n_classes);
