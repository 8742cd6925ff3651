/* trainable.h - a family's transformer as what training sees of it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "transformer_graph.h"

/* @n sequences of one length, the shorter ones padded on the right. Ids are below n_ids. */
typedef struct
{
  guint n, length;
  const guint32 *ids; /* [n][length] */
  /* (nullable): [n][prompt_rows][prompt_width], features of prompts: id first_prompt + R is row R of its sequence's */
  const float *prompts;
} ArraSequences;

/* Made by the family for a configuration, which must outlive it. */
typedef struct _ArraTrainable ArraTrainable;
struct _ArraTrainable
{
  guint hidden_size, n_layers, context; /* the last: positions of the longest sequence */
  guint n_ids;
  guint first_label, n_labels; /* the ids that can be predicted; logits are theirs */
  /* Of prompts that are features, 0: there are none. The ids right before first_prompt are the rows that stand for no
   * prompt, the last one's for its last row. */
  guint prompt_rows, prompt_width, first_prompt;
  const char *fixed;  /* (nullable): a tensor that is not learnt */
  const char *zeroed; /* (nullable): one that is zero at a random start */
  gconstpointer config;
  guint columns; /* codes in a row of a picture, where positions have two dimensions */

  /* (nullable): whether such sequences can be read, beyond that their ids are below n_ids */
  gboolean (*check) (const ArraTrainable *model, const ArraSequences *sequences, GError **error);
  /* @out->hidden: [n * length][hidden_size]. The stream of @dropout is set here. */
  void (*graph) (const ArraTrainable *model,
                 ArraTape *tape,
                 const ArraParameters *parameters,
                 const ArraSequences *sequences,
                 ArraTaps taps,
                 const ArraDropout *dropout,
                 ArraTransformerNodes *out);
  /* Rows of hidden states -> [rows][n_labels] */
  ArraNode *(*logits) (const ArraTrainable *model, ArraTape *tape, const ArraParameters *parameters, ArraNode *rows);
};
