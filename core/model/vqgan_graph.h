/* vqgan_graph.h - a VQGAN's encoder and decoder as computations on a tape, for training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "graph_conv.h"
#include "parameters.h"
#include "vqgan.h"

/* @n pictures of @height x @width pixels, multiples of the patch; pixels are [n][height][width][channels], values -1..1. */
typedef struct
{
  const ArraVqganConfig *config;
  const ArraParameters *parameters; /* made with arra_parameters_add_vqgan() */
  gsize n, height, width;
} ArraVqganPictures;

/* @pixels [n * height * width][3] to vectors before quantisation [n * rows * columns][embed_dim]. */
ArraNode *arra_vqgan_graph_encoder (ArraTape *tape, const ArraVqganPictures *pictures, ArraNode *pixels);
/* Vectors of codes [n * rows * columns][embed_dim] to pixels. */
ArraNode *arra_vqgan_graph_decoder (ArraTape *tape, const ArraVqganPictures *pictures, ArraNode *vectors);

/* Nodes that both make at most. */
guint arra_vqgan_graph_nodes (const ArraVqganConfig *config);
