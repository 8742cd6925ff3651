/* clip_graph.h - CLIP's two encoders as computations on a tape, and the table of their tensors
 *
 * Reference: openai/CLIP clip/model.py; names are those of transformers' CLIPModel.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "clip_config.h"
#include "clip_pixels.h"
#include "graph_encoder.h"
#include "parameters.h"
#include "patches.h"

/* The tensors of pictures, and all of the model's, in the order of its parts. */
gboolean arra_parameters_add_vit (ArraParameters *parameters, const ArraClipConfig *config, GError **error);
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
  ArraNode *features; /* [n][projection]: of that token; without a projection that token */
  ArraNode *normed;   /* [n * tokens][width]: all tokens after the last norm; NULL unless asked for */
  ArraNode *patches;  /* [n * tokens][projection]: these projected; NULL unless asked for */
} ArraClipPictures;

/* Pictures of the same size, which may be another than the model's. Must live as long as the computation. */
typedef struct
{
  const float *pixels; /* [n][3][height][width], normalised */
  gsize n, height, width;
  const float *positions; /* (nullable): [tokens][width], in place of the model's */
  gboolean patches;
} ArraVitInput;

/* The layers of a transformer's encoder, whose tensors are called TOWER.encoder.layers.N.PART. */
typedef struct _ArraTower ArraTower;
struct _ArraTower
{
  ArraTape *tape;
  const ArraParameters *parameters;
  const ArraClipTower *tower;
  const char *name; /* of the tower's tensors */
  ArraSequenceShape shape;
  guint layer;
  ArraNode *(*attend) (const ArraTower *tower,
                       ArraNode *q,
                       ArraNode *k,
                       ArraNode *v); /* (nullable): in place of attention within sequences */
  gconstpointer user;                /* @attend's */
};

/* The tower's present layer, and all of them. */
ArraNode *arra_tower_layer (const ArraTower *tower, ArraNode *x);
ArraNode *arra_tower_layers (ArraTower *tower, ArraNode *x);
ArraNode *arra_tower_parameter (const ArraTower *tower, const char *part, const char *kind);
gboolean
arra_parameters_add_tower (ArraParameters *parameters, const ArraClipTower *tower, const char *name, GError **error);

/* [n * rows * columns][width]: @pixels, [n][3][height][width], cut into patches and multiplied with a kernel,
 * [width][3][patch][patch]. Pixels are summed row by row, their channels together: the order of the
 * reference's convolution, where large sums lose the same digits. */
ArraNode *
arra_vit_patches (ArraTape *tape, const ArraPatches *shape, const float *pixels, ArraNode *kernel, ArraNode *bias);
void arra_vit_graph (ArraTape *tape, const ArraClipNet *net, const ArraVitInput *input, ArraClipPictures *out);
/* The same for pictures of the model's size. */
void arra_clip_graph_pictures (ArraTape *tape,
                               const ArraClipNet *net,
                               const float *pixels,
                               gsize n,
                               gboolean patches,
                               ArraClipPictures *out);

/* Texts of one length, those that are shorter padded on the right: attention is causal, so whatever the
 * padding holds never reaches a text's own tokens. */
typedef struct
{
  gsize n, length;     /* length <= context */
  const guint32 *ids;  /* [n][length], below vocab_size */
  const guint32 *ends; /* [n]: the row of ids, counted through all texts, whose token stands for the text */
} ArraClipTexts;

/* Features [n][projection]. */
ArraNode *arra_clip_graph_texts (ArraTape *tape, const ArraClipNet *net, const ArraClipTexts *texts);

/* SHA-256 of what decides the features of a picture: the shape, the tensors of pictures among @parameters,
 * and @pixels. (transfer full) */
GChecksum *arra_vit_hash (const ArraClipConfig *config, const ArraParameters *parameters, const ArraClipPixels *pixels);

/* Nodes that both make at most, a loss included. */
guint arra_clip_graph_nodes (const ArraClipConfig *config);
