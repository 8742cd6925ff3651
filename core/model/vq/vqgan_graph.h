/* vqgan_graph.h - a VQGAN's encoder and decoder as computations on a tape, for training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "graph_conv.h"
#include "parameters.h"
#include "vqgan.h"

/* @n pictures of @height x @width pixels, multiples of the patch; pixels are [n][height][width][channels], values
 * -1..1. */
typedef struct
{
  const ArraVqganConfig *config;
  const ArraParameters *parameters; /* made with arra_parameters_add_vqgan() */
  gsize n, height, width;
  ArraPadding padding;
} ArraVqganPictures;

/* Encoder and decoder into the table; the codebook, which follows averages instead of gradients, is left out. */
gboolean arra_parameters_add_vqgan (ArraParameters *parameters, const ArraVqganConfig *config, GError **error);

/* @pixels [n * height * width][3] to vectors before quantisation [n * rows * columns][embed_dim]. */
ArraNode *arra_vqgan_graph_encoder (ArraTape *tape, const ArraVqganPictures *pictures, ArraNode *pixels);
/* Vectors of codes [n * rows * columns][embed_dim] to pixels. */
ArraNode *arra_vqgan_graph_decoder (ArraTape *tape, const ArraVqganPictures *pictures, ArraNode *vectors);

/* The norm of the gradient that @dy, the gradient of the decoder's pixels @made, makes for the weights of the decoder's
 * last convolution; while the tape measures, its scratch is asked for and nothing computed. */
double arra_vqgan_graph_last_norm (ArraTape *tape, const ArraNode *made, const float *dy);

/* Nodes that both make at most. */
guint arra_vqgan_graph_nodes (const ArraVqganConfig *config);
