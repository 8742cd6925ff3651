/* vqgan_graph.c - a VQGAN as computations on a tape, layer by layer as in vqgan_forward.c
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vqgan_graph.h"

#include <math.h>
#include <string.h>

#include "vqgan_net.h"

typedef struct
{
  ArraTape *tape;
  const ArraVqganConfig *config;
  const ArraParameters *parameters;
  gsize n, height, width; /* of the maps at hand */
  ArraPadding padding;
  gboolean by_pixel;
} Graph;

#define NODES_OF_BLOCK 16 /* res block or attention */

guint
arra_vqgan_graph_nodes (const ArraVqganConfig *config)
{
  guint blocks = config->n_levels * (2 * (config->n_res_blocks + arra_vqgan_decoder_blocks (config)) + 1) + 6;

  return blocks * NODES_OF_BLOCK + 32;
}

static ArraNode *
parameter (const Graph *g, const char *path, const char *leaf)
{
  char name[ARRA_PARAMETER_NAME];

  g_snprintf (name, sizeof name, "%s.%s", path, leaf);
  return arra_parameters_leaf (g->parameters, g->tape, name);
}

/* @path without a @leaf names the layer itself. */
static void
join (char out[ARRA_PARAMETER_NAME], const char *path, const char *leaf)
{
  if (leaf != NULL)
    g_snprintf (out, ARRA_PARAMETER_NAME, "%s.%s", path, leaf);
  else
    g_strlcpy (out, path, ARRA_PARAMETER_NAME);
}

static ArraNode *
conv (Graph *g, const char *path, const char *leaf, ArraConvForm form, ArraNode *x, ArraNode *residual)
{
  ArraConvBatch batch = { form, g->n, g->height, g->width, x->width, 0, g->padding };
  char name[ARRA_PARAMETER_NAME];
  ArraNode *weight, *bias;

  join (name, path, leaf);
  weight = parameter (g, name, "weight");
  bias = parameter (g, name, "bias");
  batch.out_channels = weight->rows;
  arra_conv_batch_output_size (&batch, &g->height, &g->width);
  return arra_graph_conv (g->tape, x, weight, bias, residual, &batch);
}

static ArraNode *
norm (Graph *g, const char *path, const char *leaf, gboolean swish, ArraNode *x)
{
  const ArraNormBatch batch = { g->n, g->height * g->width, x->width, g->config->norm_groups, VQGAN_NORM_EPS, swish };
  char name[ARRA_PARAMETER_NAME];
  ArraNode *weight, *bias;

  join (name, path, leaf);
  weight = parameter (g, name, "weight");
  bias = parameter (g, name, "bias");
  return g->by_pixel ? arra_graph_pixel_norm (g->tape, x, weight, bias, VQGAN_NORM_EPS, swish)
                     : arra_graph_norm (g->tape, x, weight, bias, &batch);
}

static ArraNode *
res_block (Graph *g, const char *path, const VqganResBlock *block, ArraNode *x)
{
  ArraNode *hidden = conv (g, path, "conv1", ARRA_CONV_3X3, norm (g, path, "norm1", TRUE, x), NULL);
  ArraNode *shortcut = block->has_shortcut ? conv (g, path, "nin_shortcut", ARRA_CONV_1X1, x, NULL) : x;

  return conv (g, path, "conv2", ARRA_CONV_3X3, norm (g, path, "norm2", TRUE, hidden), shortcut);
}

static ArraNode *
attention (Graph *g, const char *path, ArraNode *x)
{
  const ArraAttentionBatch shape = { g->n, g->height * g->width, x->width };
  ArraNode *normed = norm (g, path, "norm", FALSE, x);
  ArraNode *q = conv (g, path, "q", ARRA_CONV_1X1, normed, NULL);
  ArraNode *k = conv (g, path, "k", ARRA_CONV_1X1, normed, NULL);
  ArraNode *v = conv (g, path, "v", ARRA_CONV_1X1, normed, NULL);

  return conv (g, path, "proj_out", ARRA_CONV_1X1, arra_graph_spatial_attention (g->tape, q, k, v, &shape), x);
}

static ArraNode *
blocks (Graph *g, const VqganLevel *level, const char *path, ArraNode *x)
{
  for (guint i = 0; i < level->n_blocks; i++)
    {
      g_autofree char *block = g_strdup_printf ("%s.block.%u", path, i);
      g_autofree char *attn = g_strdup_printf ("%s.attn.%u", path, i);

      x = res_block (g, block, &level->blocks[i], x);
      if (level->attends)
        x = attention (g, attn, x);
    }
  return x;
}

static ArraNode *
middle (Graph *g, const VqganHalf *half, const char *path, ArraNode *x)
{
  g_autofree char *block_1 = g_strconcat (path, ".mid.block_1", NULL);
  g_autofree char *attn_1 = g_strconcat (path, ".mid.attn_1", NULL);
  g_autofree char *block_2 = g_strconcat (path, ".mid.block_2", NULL);

  x = res_block (g, block_1, &half->block_1, x);
  if (half->attends)
    x = attention (g, attn_1, x);
  return res_block (g, block_2, &half->block_2, x);
}

static ArraNode *
level (Graph *g, const VqganLevel *level, const char *path, const char *sample, ArraConvForm form, ArraNode *x)
{
  x = blocks (g, level, path, x);
  return level->resamples ? conv (g, path, sample, form, x, NULL) : x;
}

/* The layers, without weights. */
static VqganNet
layers (const ArraVqganConfig *config)
{
  VqganNet net = { .encoder.present = TRUE, .decoder.present = TRUE };

  vqgan_net_walk (&net, config, NULL, NULL, NULL, NULL, NULL);
  return net;
}

static Graph
graph_of (ArraTape *tape, const ArraVqganPictures *pictures, gboolean encode)
{
  const gsize patch = encode ? 1 : arra_vqgan_patch (pictures->config);

  return (Graph) { tape,
                   pictures->config,
                   pictures->parameters,
                   pictures->n,
                   pictures->height / patch,
                   pictures->width / patch,
                   pictures->padding,
                   arra_vqgan_by_pixel (pictures->config, encode) };
}

ArraNode *
arra_vqgan_graph_encoder (ArraTape *tape, const ArraVqganPictures *pictures, ArraNode *pixels)
{
  Graph g = graph_of (tape, pictures, TRUE);
  VqganNet net = layers (pictures->config);
  ArraNode *x = conv (&g, "encoder.conv_in", NULL, ARRA_CONV_3X3, pixels, NULL);

  for (guint i = 0; i < g.config->n_levels; i++)
    {
      g_autofree char *path = g_strdup_printf ("encoder.down.%u", i);

      x = level (&g, &net.encoder.levels[i], path, "downsample.conv", ARRA_CONV_DOWN, x);
    }
  x = norm (&g, "encoder.norm_out", NULL, TRUE, middle (&g, &net.encoder, "encoder", x));
  x = conv (&g, "encoder.conv_out", NULL, ARRA_CONV_3X3, x, NULL);
  return conv (&g, "quant_conv", NULL, ARRA_CONV_1X1, x, NULL);
}

ArraNode *
arra_vqgan_graph_decoder (ArraTape *tape, const ArraVqganPictures *pictures, ArraNode *vectors)
{
  Graph g = graph_of (tape, pictures, FALSE);
  VqganNet net = layers (pictures->config);
  ArraNode *x = conv (&g, "post_quant_conv", NULL, ARRA_CONV_1X1, vectors, NULL);
  ArraConvForm up = g.config->smooth_upsampling ? ARRA_CONV_UP_SMOOTH : ARRA_CONV_UP;

  x = middle (&g, &net.decoder, "decoder", conv (&g, "decoder.conv_in", NULL, ARRA_CONV_3X3, x, NULL));
  for (guint i = g.config->n_levels; i-- > 0;)
    {
      g_autofree char *path = g_strdup_printf ("decoder.up.%u", i);

      x = level (&g, &net.decoder.levels[i], path, "upsample.conv", up, x);
    }
  x = norm (&g, "decoder.norm_out", NULL, TRUE, x);
  return conv (&g, "decoder.conv_out", NULL, ARRA_CONV_3X3, x, NULL);
}

double
arra_vqgan_graph_last_norm (ArraTape *tape, const ArraNode *made, const float *dy)
{
  const ArraNode *x = made->inputs[0], *weight = made->inputs[1], *bias = made->inputs[2];
  const ArraConvBatch *conv = ARRA_NODE_SETTINGS_OF (const ArraConvBatch, made);
  const ArraExec *exec = arra_tape_exec (tape);
  gsize n = weight->rows * weight->width, size = n + bias->rows * bias->width;
  gsize work = arra_conv_batch_vjp_scratch (conv, arra_pool_threads (exec->pool));
  float *scratch = arra_tape_scratch (tape, work + size), *grad;
  double sum = 0;

  if (!arra_tape_computes (tape))
    return 0;
  grad = scratch + work;
  memset (grad, 0, size * sizeof *grad);
  arra_conv_batch_vjp (exec, conv, x->data, weight->data, dy, scratch, NULL, grad, grad + n);
  for (gsize i = 0; i < n; i++)
    sum += (double) grad[i] * (double) grad[i];
  return sqrt (sum);
}

static gboolean
add_unless_codebook (const char *name, guint n_dims, const gint64 *shape, gpointer data, GError **error)
{
  return g_str_has_prefix (name, "quantize.") || arra_parameters_add_shape (name, n_dims, shape, data, error);
}

gboolean
arra_parameters_add_vqgan (ArraParameters *parameters, const ArraVqganConfig *config, GError **error)
{
  return arra_vqgan_describe (config, add_unless_codebook, parameters, error);
}
