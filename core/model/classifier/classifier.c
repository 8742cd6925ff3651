/* classifier.c - a classifier in use: pictures become probabilities and features
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "classifier.h"

#include <string.h>

#include "mem.h"
#include "resize.h"

#define BATCH 16 /* pictures at a time */

struct _ArraClassifier
{
  ArraClassifierConfig config;
  ArraParameters *parameters;
  ArraTape *tape;
  float *rgb;   /* [size][size][3] of one picture */
  float *input; /* [BATCH][size][size][inputs] */
};

typedef struct
{
  ArraClassifier *classifier;
  guint n;
  ArraNode *logits, *features;
} Batch;

static gboolean
load (ArraClassifier *classifier, const char *directory, GError **error)
{
  g_autofree char *config = g_build_filename (directory, "config.json", NULL);
  g_autofree char *weights = g_build_filename (directory, "model.safetensors", NULL);
  g_autoptr (ArraSource) source = NULL;

  if (!arra_classifier_config_load (&classifier->config, config, error))
    return FALSE;
  source = arra_safetensors_open (weights, error);
  classifier->parameters = source != NULL ? arra_parameters_new (error) : NULL;
  return classifier->parameters != NULL
         && arra_parameters_add_classifier (classifier->parameters, &classifier->config, error)
         && arra_parameters_check (classifier->parameters, source, error)
         && arra_parameters_allocate (classifier->parameters, FALSE, error)
         && arra_parameters_load (classifier->parameters, source, error);
}

static gboolean
make_room (ArraClassifier *classifier, const ArraExec *exec, GError **error)
{
  const ArraClassifierConfig *config = &classifier->config;
  gsize pixels = (gsize) config->size * config->size;

  classifier->rgb = arra_mem_new (3 * pixels, sizeof (float), "a picture", error);
  if (classifier->rgb == NULL)
    return FALSE;
  classifier->input
      = arra_mem_new (BATCH * pixels * arra_classifier_inputs (config), sizeof (float), "pictures", error);
  if (classifier->input == NULL)
    return FALSE;
  classifier->tape = arra_tape_new (exec, arra_classifier_graph_nodes (config), error);
  return classifier->tape != NULL;
}

ArraClassifier *
arra_classifier_open (const char *directory, const ArraExec *exec, GError **error)
{
  g_autoptr (ArraClassifier) classifier = arra_mem_new0 (1, sizeof *classifier, "the classifier", error);

  if (classifier == NULL || !load (classifier, directory, error) || !make_room (classifier, exec, error))
    return NULL;
  return g_steal_pointer (&classifier);
}

void
arra_classifier_free (ArraClassifier *classifier)
{
  if (classifier == NULL)
    return;
  arra_classifier_config_clear (&classifier->config);
  arra_parameters_free (classifier->parameters);
  arra_tape_free (classifier->tape);
  arra_mem_free (classifier->rgb);
  arra_mem_free (classifier->input);
  arra_mem_free (classifier);
}

const ArraClassifierConfig *
arra_classifier_config (const ArraClassifier *classifier)
{
  return &classifier->config;
}

gboolean
arra_classifier_picture (const ArraClassifier *c, const ArraRaster *picture, guint8 *rgb, GError **error)
{
  gsize size = c->config.size;
  g_autoraster ArraRaster opaque = { 0 }, fitted = { 0 };

  if (!arra_raster_whiten (picture, &opaque, error) || !arra_raster_center_crop (&opaque, size, size, &fitted, error))
    return FALSE;
  memcpy (rgb, fitted.pixels, 3 * size * size);
  return TRUE;
}

static gboolean
compute (ArraTape *tape, gpointer user, GError **error)
{
  Batch *batch = user;
  ArraClassifier *c = batch->classifier;
  gsize pixels = (gsize) c->config.size * c->config.size;
  ArraNode *x = arra_tape_leaf (tape, batch->n * pixels, arra_classifier_inputs (&c->config), c->input, NULL);

  batch->logits = arra_classifier_graph (tape, &c->config, c->parameters, x, batch->n, &batch->features);
  return TRUE;
}

/* @rgb: [n][size][size][3] to the batch's input. */
static void
take_pictures (ArraClassifier *c, const guint8 *rgb, guint n)
{
  gsize pixels = (gsize) c->config.size * c->config.size, inputs = arra_classifier_inputs (&c->config);

  for (guint i = 0; i < n; i++)
    {
      for (gsize k = 0; k < 3 * pixels; k++)
        c->rgb[k] = rgb[i * 3 * pixels + k] / 255.0f;
      arra_classifier_input (&c->config, c->rgb, c->input + i * pixels * inputs);
    }
}

gboolean
arra_classifier_predict (ArraClassifier *c,
                         const guint8 *rgb,
                         guint n,
                         float *probabilities,
                         float *features,
                         GError **error)
{
  const ArraClassifierConfig *config = &c->config;
  const ArraHeads heads = { config->n_attributes, config->starts, NULL };
  gsize bytes = 3 * (gsize) config->size * config->size, width = arra_classifier_width (config);

  for (guint first = 0; first < n; first += BATCH)
    {
      Batch batch = { c, MIN (BATCH, n - first), NULL, NULL };

      take_pictures (c, rgb + first * bytes, batch.n);
      if (!arra_tape_run (c->tape, FALSE, compute, &batch, error))
        return FALSE;
      arra_head_softmax (batch.logits->data, batch.n, &heads,
                         probabilities + (gsize) first * arra_classifier_n_values (config));
      if (features != NULL)
        memcpy (features + first * width, batch.features->data, batch.n * width * sizeof *features);
    }
  return TRUE;
}
