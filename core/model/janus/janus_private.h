/* janus_private.h - the inside of Janus, for its own files
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "janus.h"

struct _ArraJanus
{
  ArraTransformer transformer;
  ArraJanusConfig config;
  ArraJanusForm form;
  ArraSource *source;
  char *prefix;
  ArraWeight embedding;                                            /* of text */
  ArraWeight codes;                                                /* [n_codes][code_size] */
  ArraWeight aligner_1, aligner_1_bias, aligner_2, aligner_2_bias; /* a code's vector to an embedding */
  ArraWeight head_1, head_1_bias, head_2, head_2_bias;             /* a hidden state to logits */
};

const ArraWeightTable *arra_janus_table (void);
extern const ArraTransformerClass arra_janus_class;
