/* classifier.h - an attribute classifier of pictures: the judge of evaluations, and the encoder of their Fréchet
 * distance
 *
 * Convolutions that halve the sides, residual blocks of group normalisation, swish and 3x3 convolutions between them
 * (He et al., arXiv 1603.05027), and a linear head for each attribute over the last map, every place of it with weights
 * of its own, as "left" and "upper zone" are attributes, too; for the same reason two channels beside the colours (or
 * their mean) hold x and y in -1..1 (Liu et al., arXiv 1807.03247). The features are the mean of the last map over its
 * places. On disk: a folder with config.json and model.safetensors.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "graph.h"
#include "graph_conv.h"
#include "parameters.h"
#include "picture.h"

#define ARRA_CLASSIFIER_LEVELS 8
#define ARRA_CLASSIFIER_ATTRIBUTES 64
#define ARRA_CLASSIFIER_VALUES 256 /* of one attribute */

typedef struct
{
  char *name;
  char **values; /* NULL-terminated */
} ArraClassifierAttribute;

typedef struct
{
  guint size;                                       /* pixels on a side, a multiple of 2^n_levels */
  guint colours;                                    /* 3, or 1: the mean of red, green and blue */
  guint n_levels, channels[ARRA_CLASSIFIER_LEVELS]; /* after each halving */
  guint norm_groups;
  guint n_attributes;
  ArraClassifierAttribute *attributes;
  guint32 starts[ARRA_CLASSIFIER_ATTRIBUTES + 1]; /* columns of each attribute among the probabilities */
} ArraClassifierConfig;

/* classifier_config.c */

/* Copies @attributes, [n], into a shape that has none. */
void arra_classifier_config_set_attributes (ArraClassifierConfig *config,
                                            const ArraClassifierAttribute *attributes,
                                            guint n);
/* all but the attributes */
gboolean arra_classifier_config_check_shape (const ArraClassifierConfig *config, const char *name, GError **error);
/* Fills starts and checks ranges; @name starts messages. */
gboolean arra_classifier_config_check (ArraClassifierConfig *config, const char *name, GError **error);
/* untrusted; @config is cleared on failure */
gboolean arra_classifier_config_load (ArraClassifierConfig *config, const char *path, GError **error);
gboolean arra_classifier_config_save (const ArraClassifierConfig *config, const char *path, GError **error);
void arra_classifier_config_clear (ArraClassifierConfig *config);
guint arra_classifier_width (const ArraClassifierConfig *config);    /* of the features */
guint arra_classifier_n_values (const ArraClassifierConfig *config); /* of all attributes */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ArraClassifierConfig, arra_classifier_config_clear)

/* classifier_graph.c: written once, for training and use. */

gboolean
arra_parameters_add_classifier (ArraParameters *parameters, const ArraClassifierConfig *config, GError **error);
guint arra_classifier_graph_nodes (const ArraClassifierConfig *config);
gsize arra_classifier_inputs (const ArraClassifierConfig *config); /* channels: colours and the place */
/* @pixels: [n * size * size][inputs], made by arra_classifier_input(). Logits [n][n_values]; *@features (nullable):
 * [n][width]. */
ArraNode *arra_classifier_graph (ArraTape *tape,
                                 const ArraClassifierConfig *config,
                                 const ArraParameters *parameters,
                                 ArraNode *pixels,
                                 gsize n,
                                 ArraNode **features);
/* RGB [size][size][3] in 0..1 to one picture's input. */
void arra_classifier_input (const ArraClassifierConfig *config, const float *rgb, float *input);

/* classifier.c: use. */

typedef struct _ArraClassifier ArraClassifier;

/* @exec must outlive it. Errors name file and fault. */
ArraClassifier *arra_classifier_open (const char *directory, const ArraExec *exec, GError **error);
void arra_classifier_free (ArraClassifier *classifier); /* nullable */
const ArraClassifierConfig *arra_classifier_config (const ArraClassifier *classifier);

/* A picture of any size, grey, RGB or RGBA, to one of those that predict takes: blended with white, its centre cropped
 * to a square and resized, as the data sets of training are (dataset.h).
 * @rgb: [size][size][3]. */
gboolean
arra_classifier_picture (const ArraClassifier *classifier, const ArraRaster *picture, guint8 *rgb, GError **error);
/* @rgb: [n][size][size][3]. @probabilities: [n][n_values], those of each attribute sum to 1; @features: (nullable):
 * [n][width]. One thread at a time. */
gboolean arra_classifier_predict (ArraClassifier *classifier,
                                  const guint8 *rgb,
                                  guint n,
                                  float *probabilities,
                                  float *features,
                                  GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraClassifier, arra_classifier_free)
