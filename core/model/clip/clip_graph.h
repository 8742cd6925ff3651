/* clip_graph.h - CLIP's two encoders as computations on a tape, and the table of their tensors
 *
 * Reference: openai/CLIP clip/model.py; names are those of transformers' CLIPModel.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "clip_config.h"
#include "graph_encoder.h"
#include "parameters.h"

/* All tensors of the model, in the order of its parts. */
gboolean arra_parameters_add_clip (ArraParameters *parameters, const ArraClipConfig *config, GError **error);
/* The start of an untrained model, as the reference's _init_weights, a function of @seed. */
void arra_clip_start (ArraParameters *parameters, const ArraClipConfig *config, guint64 seed);

typedef struct
{
  const ArraClipConfig *config;
  const ArraParameters *parameters; /* made with arra_parameters_add_clip() */
} ArraClipNet;

typedef struct
{
  ArraNode *hidden;   /* [n * tokens][width]: after the last layer */
  ArraNode *pooled;   /* [n][width]: the class token after the last norm */
  ArraNode *features; /* [n][projection]: of that token */
  ArraNode *patches;  /* [n * tokens][projection]: all tokens after the last norm, projected; NULL unless asked for */
} ArraClipPictures;

/* @pixels: [n][3][image_size][image_size], normalised; must live as long as the computation. */
void arra_clip_graph_pictures (ArraTape *tape, const ArraClipNet *net, const float *pixels, gsize n, gboolean patches, ArraClipPictures *out);

/* Texts of one length, those that are shorter padded on the right: attention is causal, so whatever the padding holds never reaches a text's own tokens. */
typedef struct
{
  gsize n, length;      /* length <= context */
  const guint32 *ids;   /* [n][length], below vocab_size */
  const guint32 *ends;  /* [n]: the row of ids, counted through all texts, whose token stands for the text */
} ArraClipTexts;

/* Features [n][projection]. */
ArraNode *arra_clip_graph_texts (ArraTape *tape, const ArraClipNet *net, const ArraClipTexts *texts);

/* Nodes that both make at most, a loss included. */
guint arra_clip_graph_nodes (const ArraClipConfig *config);
