/* classifier_graph.c - an attribute classifier as a computation on a tape
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "classifier.h"

#define NORM_EPS 1e-6
#define NODES_OF_LEVEL 24
#define PLACES 2 /* channels */

typedef struct
{
  ArraTape *tape;
  const ArraClassifierConfig *config;
  const ArraParameters *parameters;
  gsize n, side; /* of the maps at hand */
} Graph;

/* ---- parameters */

static gboolean
add_layer (ArraParameters *parameters, const char *path, guint n_dims, const gint64 *shape, GError **error)
{
  char weight[ARRA_PARAMETER_NAME], bias[ARRA_PARAMETER_NAME];

  g_snprintf (weight, sizeof weight, "%s.weight", path);
  g_snprintf (bias, sizeof bias, "%s.bias", path);
  return arra_parameters_add (parameters, weight, FALSE, n_dims, shape, error)
         && arra_parameters_add (parameters, bias, FALSE, 1, shape, error);
}

static gboolean
add_level (ArraParameters *parameters, guint level, gint64 in, gint64 out, GError **error)
{
  static const char *const norms[] = { "norm1", "norm2" }, *const convs[] = { "conv1", "conv2" };
  const gint64 down[] = { out, in, 3, 3 }, same[] = { out, out, 3, 3 };
  char path[ARRA_PARAMETER_NAME];

  g_snprintf (path, sizeof path, "levels.%u.down", level);
  if (!add_layer (parameters, path, 4, down, error))
    return FALSE;
  for (guint i = 0; i < 2; i++)
    {
      g_snprintf (path, sizeof path, "levels.%u.%s", level, norms[i]);
      if (!add_layer (parameters, path, 1, same, error))
        return FALSE;
      g_snprintf (path, sizeof path, "levels.%u.%s", level, convs[i]);
      if (!add_layer (parameters, path, 4, same, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
arra_parameters_add_classifier (ArraParameters *parameters, const ArraClassifierConfig *config, GError **error)
{
  gint64 side = config->size >> config->n_levels;
  const gint64 heads[] = { arra_classifier_n_values (config), side * side * arra_classifier_width (config) };
  gint64 in = (gint64) arra_classifier_inputs (config);

  for (guint i = 0; i < config->n_levels; i++)
    {
      if (!add_level (parameters, i, in, config->channels[i], error))
        return FALSE;
      in = config->channels[i];
    }
  return add_layer (parameters, "norm_out", 1, &in, error) && add_layer (parameters, "heads", 2, heads, error);
}

/* ---- the computation */

static ArraNode *
parameter (const Graph *g, const char *path, const char *leaf)
{
  char name[ARRA_PARAMETER_NAME];

  g_snprintf (name, sizeof name, "%s.%s", path, leaf);
  return arra_parameters_leaf (g->parameters, g->tape, name);
}

static ArraNode *
conv (Graph *g, const char *path, ArraConvForm form, ArraNode *x, ArraNode *residual)
{
  ArraNode *weight = parameter (g, path, "weight"), *bias = parameter (g, path, "bias");
  const ArraConvBatch batch = { form, g->n, g->side, g->side, x->width, weight->rows, ARRA_PADDING_ZEROS };
  gsize width;

  arra_conv_batch_output_size (&batch, &g->side, &width);
  return arra_graph_conv (g->tape, x, weight, bias, residual, &batch);
}

static ArraNode *
norm (const Graph *g, const char *path, ArraNode *x)
{
  const ArraNormBatch batch = { g->n, g->side * g->side, x->width, g->config->norm_groups, NORM_EPS, TRUE };

  return arra_graph_norm (g->tape, x, parameter (g, path, "weight"), parameter (g, path, "bias"), &batch);
}

static ArraNode *
level (Graph *g, guint i, ArraNode *x)
{
  char down[ARRA_PARAMETER_NAME], norms[2][ARRA_PARAMETER_NAME], convs[2][ARRA_PARAMETER_NAME];
  ArraNode *hidden;

  g_snprintf (down, sizeof down, "levels.%u.down", i);
  for (guint k = 0; k < 2; k++)
    {
      g_snprintf (norms[k], sizeof norms[k], "levels.%u.norm%u", i, k + 1);
      g_snprintf (convs[k], sizeof convs[k], "levels.%u.conv%u", i, k + 1);
    }
  x = conv (g, down, ARRA_CONV_DOWN, x, NULL);
  hidden = conv (g, convs[0], ARRA_CONV_3X3, norm (g, norms[0], x), NULL);
  return conv (g, convs[1], ARRA_CONV_3X3, norm (g, norms[1], hidden), x);
}

guint
arra_classifier_graph_nodes (const ArraClassifierConfig *config)
{
  return (config->n_levels + 1) * NODES_OF_LEVEL;
}

ArraNode *
arra_classifier_graph (ArraTape *tape,
                       const ArraClassifierConfig *config,
                       const ArraParameters *parameters,
                       ArraNode *pixels,
                       gsize n,
                       ArraNode **features)
{
  Graph g = { tape, config, parameters, n, config->size };
  ArraNode *x = pixels;

  for (guint i = 0; i < config->n_levels; i++)
    x = level (&g, i, x);
  x = norm (&g, "norm_out", x);
  if (features != NULL)
    *features = arra_graph_average_pool (tape, x, n);
  return arra_graph_dense (tape, arra_graph_flatten (tape, x, n), parameter (&g, "heads", "weight"),
                           parameter (&g, "heads", "bias"));
}

/* ---- the input */

gsize
arra_classifier_inputs (const ArraClassifierConfig *config)
{
  return config->colours + PLACES;
}

void
arra_classifier_input (const ArraClassifierConfig *config, const float *rgb, float *input)
{
  gsize size = config->size;
  float step = 2.0f / (float) (size - 1);

  for (gsize i = 0; i < size * size; i++, rgb += 3)
    {
      if (config->colours == 1)
        *input++ = 2 * (rgb[0] + rgb[1] + rgb[2]) / 3 - 1;
      else
        for (guint c = 0; c < 3; c++)
          *input++ = 2 * rgb[c] - 1;
      *input++ = step * (float) (i % size) - 1;
      *input++ = step * (float) (i / size) - 1;
    }
}
