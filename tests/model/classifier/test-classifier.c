/* test-classifier.c - the shape's file, a folder opened, and what it says of pictures
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "classifier.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "../io/scratch.h"
#include "noise.h"

#define SIZE 8
#define VALUES 5
#define WIDTH 8

static const char good[] = "{\"model_type\": \"arra-classifier\", \"size\": 8, \"colours\": 1, \"channels\": [4, 8], "
                           "\"norm_groups\": 4, \"attributes\": [{\"name\": \"view\", \"values\": [\"PA\", \"AP\"]}, "
                           "{\"name\": \"side\", \"values\": [\"none\", \"left\", \"right\"]}]}";

/* ---- config.json */

static void
test_config (void)
{
  g_autofree char *path = scratch_path ("config.json"), *again = scratch_path ("again.json");
  g_auto (ArraClassifierConfig) config = { 0 }, second = { 0 };
  GError *error = NULL;

  scratch_write (path, good, strlen (good));
  g_assert_true (arra_classifier_config_load (&config, path, &error));
  g_assert_no_error (error);
  g_assert_true (arra_classifier_config_save (&config, again, &error));
  g_assert_no_error (error);
  g_assert_true (arra_classifier_config_load (&second, again, NULL));
  g_assert_cmpuint (second.size, ==, SIZE);
  g_assert_cmpuint (second.colours, ==, 1);
  g_assert_cmpuint (second.n_levels, ==, 2);
  g_assert_cmpuint (arra_classifier_width (&second), ==, WIDTH);
  g_assert_cmpuint (arra_classifier_n_values (&second), ==, VALUES);
  g_assert_cmpuint (second.starts[1], ==, 2);
  g_assert_cmpstr (second.attributes[1].name, ==, "side");
  g_assert_cmpstr (second.attributes[1].values[2], ==, "right");
}

/* The good file with @from replaced; the message names the file and @word. */
static void
refuse (const char *from, const char *to, const char *word)
{
  g_autofree char *path = scratch_path ("n_config.json");
  g_auto (GStrv) parts = g_strsplit (good, from, 2);
  g_autofree char *text = g_strjoinv (to, parts);
  ArraClassifierConfig config;
  GError *error = NULL;

  g_assert_cmpuint (g_strv_length (parts), ==, 2);
  scratch_write (path, text, strlen (text));
  g_assert_false (arra_classifier_config_load (&config, path, &error));
  scratch_assert_fault (&error, "n_config.json", word);
}

static void
test_broken_config (void)
{
  refuse ("arra-classifier", "clip", "model_type");
  refuse ("\"size\": 8", "\"size\": 6", "size");
  refuse ("\"size\": 8", "\"size\": 1000000000", "size");
  refuse ("\"size\": 8", "\"size\": -8", "size");
  refuse ("\"size\": 8, ", "", "size");
  refuse ("\"colours\": 1", "\"colours\": 2", "colours");
  refuse ("[4, 8]", "[]", "channels");
  refuse ("[4, 8]", "[4, 6]", "norm_groups");
  refuse ("[4, 8]", "[4, 8, 8, 8, 8, 8, 8, 8, 8]", "channels");
  refuse ("[4, 8]", "[4, \"many\"]", "channels");
  refuse ("[4, 8]", "[4, 9223372036854775807]", "channels");
  refuse ("\"norm_groups\": 4", "\"norm_groups\": 0", "norm_groups");
  refuse ("[\"PA\", \"AP\"]", "[]", "view");
  refuse ("[\"PA\", \"AP\"]", "[\"PA\", 3]", "value");
  refuse ("[\"PA\", \"AP\"]", "\"PA\"", "values");
  refuse ("{\"name\": \"view\", \"values\": [\"PA\", \"AP\"]}", "7", "attribute");
  refuse ("\"name\": \"view\", ", "", "name");
  refuse ("\"attributes\": [", "\"attributes\": [[], ", "attribute");
}

/* ---- a folder */

static void
make_config (ArraClassifierConfig *config)
{
  g_autofree char *path = scratch_path ("config.json");

  scratch_write (path, good, strlen (good));
  g_assert_true (arra_classifier_config_load (config, path, NULL));
}

/* The folder of a classifier whose numbers come from a seed. */
static char *
make_folder (const ArraClassifierConfig *config)
{
  g_autoptr (ArraParameters) parameters = arra_parameters_new (NULL);
  g_autofree char *weights = scratch_path ("model.safetensors"), *path = scratch_path ("config.json");

  g_assert_true (arra_parameters_add_classifier (parameters, config, NULL));
  g_assert_true (arra_parameters_allocate (parameters, FALSE, NULL));
  arra_parameters_start_by_inputs (parameters, 3);
  g_assert_true (arra_parameters_save (parameters, parameters->data, weights, NULL));
  g_assert_true (arra_classifier_config_save (config, path, NULL));
  return g_path_get_dirname (weights);
}

static void
paint (guint8 *rgb, guint n)
{
  for (guint i = 0; i < n * SIZE * SIZE * 3; i++)
    rgb[i] = (guint8) (i * i * 7 + i / 11 * 31);
}

/* Sums of probabilities; features that do not depend on the company a picture is in; grey is what is seen of
 * colours. */
static void
test_predict (void)
{
  enum
  {
    N = 19 /* more than are taken at a time */
  };
  const ArraExec exec = { arra_kernels_default (NULL), NULL };
  g_auto (ArraClassifierConfig) config = { 0 };
  g_autoptr (ArraClassifier) classifier = NULL;
  g_autofree char *folder = NULL;
  guint8 rgb[N * SIZE * SIZE * 3];
  float p[N * VALUES], features[N * WIDTH], alone[VALUES], feature[WIDTH];
  GError *error = NULL;

  make_config (&config);
  folder = make_folder (&config);
  classifier = arra_classifier_open (folder, &exec, &error);
  g_assert_no_error (error);
  paint (rgb, N);
  g_assert_true (arra_classifier_predict (classifier, rgb, N, p, features, &error));
  for (guint i = 0; i < N; i++)
    {
      g_assert_cmpfloat_with_epsilon (p[VALUES * i] + p[VALUES * i + 1], 1, 1e-6);
      g_assert_cmpfloat_with_epsilon (p[VALUES * i + 2] + p[VALUES * i + 3] + p[VALUES * i + 4], 1, 1e-6);
    }
  g_assert_true (arra_classifier_predict (classifier, rgb + 17 * SIZE * SIZE * 3, 1, alone, feature, &error));
  g_assert_cmpmem (alone, sizeof alone, p + 17 * VALUES, sizeof alone);
  g_assert_cmpmem (feature, sizeof feature, features + 17 * WIDTH, sizeof feature);
  for (guint i = 0; i < SIZE * SIZE; i++)
    {
      guint8 *pixel = rgb + (17 * SIZE * SIZE + i) * 3, first = pixel[0];

      pixel[0] = pixel[2];
      pixel[2] = first;
    }
  g_assert_true (arra_classifier_predict (classifier, rgb + 17 * SIZE * SIZE * 3, 1, alone, NULL, &error));
  for (guint i = 0; i < VALUES; i++)
    g_assert_cmpfloat_with_epsilon (alone[i], p[17 * VALUES + i], 1e-5);
}

/* A picture of another size and form becomes what predict takes; of the right one it stays as it is. */
static void
test_picture (void)
{
  const ArraExec exec = { arra_kernels_default (NULL), NULL };
  g_auto (ArraClassifierConfig) config = { 0 };
  g_autoptr (ArraClassifier) classifier = NULL;
  g_autofree char *folder = NULL;
  g_autoraster ArraRaster same = { 0 }, grey = { 0 };
  guint8 rgb[SIZE * SIZE * 3];
  GError *error = NULL;

  make_config (&config);
  folder = make_folder (&config);
  classifier = arra_classifier_open (folder, &exec, &error);
  g_assert_no_error (error);
  g_assert_true (arra_raster_init (&same, SIZE, SIZE, 3, NULL));
  paint (same.pixels, 1);
  g_assert_true (arra_classifier_picture (classifier, &same, rgb, &error));
  g_assert_cmpmem (rgb, sizeof rgb, same.pixels, sizeof rgb);
  g_assert_true (arra_raster_init (&grey, 40, 20, 1, NULL));
  memset (grey.pixels, 77, 40 * 20);
  g_assert_true (arra_classifier_picture (classifier, &grey, rgb, &error));
  for (guint i = 0; i < sizeof rgb; i++)
    g_assert_cmpuint (rgb[i], ==, 77);
}

/* Channels of the input: colours in -1..1, x and y. */
static void
test_input (void)
{
  g_auto (ArraClassifierConfig) config = { 0 };
  float rgb[SIZE * SIZE * 3], input[SIZE * SIZE * 3];

  make_config (&config);
  for (guint i = 0; i < SIZE * SIZE * 3; i++)
    rgb[i] = i % 3 == 0 ? 1 : 0.25f;
  arra_classifier_input (&config, rgb, input);
  g_assert_cmpuint (arra_classifier_inputs (&config), ==, 3);
  for (guint i = 0; i < SIZE * SIZE; i++)
    {
      g_assert_cmpfloat_with_epsilon (input[3 * i], 0, 1e-6);
      g_assert_cmpfloat_with_epsilon (input[3 * i + 1], -1 + 2.0 * (i % SIZE) / (SIZE - 1), 1e-6);
      g_assert_cmpfloat_with_epsilon (input[3 * i + 2], -1 + 2.0 * (i / SIZE) / (SIZE - 1), 1e-6);
    }
}

/* ---- gradients */

typedef struct
{
  const ArraClassifierConfig *config;
  ArraParameters *parameters;
  const float *pixels, *slopes; /* @slopes: of the features */
  double loss;
} Slope;

/* The loss of two pictures, and the sum of their features times the slopes. */
static gboolean
compute_slope (ArraTape *tape, gpointer user, GError **error)
{
  static const gint32 labels[] = { 1, 2, 0, -1 };
  Slope *s = user;
  const ArraHeads heads = { s->config->n_attributes, s->config->starts, NULL };
  ArraNode *in = arra_tape_leaf (tape, 2 * SIZE * SIZE, arra_classifier_inputs (s->config), s->pixels, NULL);
  ArraNode *features, *logits = arra_classifier_graph (tape, s->config, s->parameters, in, 2, &features);
  double sum = 0;

  for (gsize i = 0; i < 2 * WIDTH && arra_tape_computes (tape); i++)
    sum += (double) features->data[i] * (double) s->slopes[i];
  arra_graph_given_gradient (tape, features, s->slopes);
  arra_graph_head_cross_entropy (tape, logits, labels, &heads, 1, &s->loss);
  s->loss += sum;
  arra_tape_backward (tape);
  return TRUE;
}

/* Along the part of the gradient that belongs to some tensors, with 4-point differences. */
static void
check_along (ArraTape *tape, Slope *s, const char *part)
{
  ArraParameters *p = s->parameters;
  g_autofree float *kept = g_memdup2 (p->data, p->size * sizeof (float));
  g_autofree float *direction = g_new0 (float, p->size);
  double square = 0, losses[4], step, slope;

  for (guint k = 0; k < p->n; k++)
    for (gsize i = p->items[k].offset; i < p->items[k].offset + p->items[k].count; i++)
      if (strstr (p->items[k].name, part) != NULL)
        {
          direction[i] = p->grad[i];
          square += (double) direction[i] * (double) direction[i];
        }
  g_assert_cmpfloat (square, >, 0);
  step = 1e-2 / sqrt (square);
  for (int i = 0; i < 4; i++)
    {
      for (gsize k = 0; k < p->size; k++)
        p->data[k] = kept[k] + (float) ((i < 2 ? i - 2 : i - 1) * step) * direction[k];
      g_assert_true (arra_tape_run (tape, FALSE, compute_slope, s, NULL));
      losses[i] = s->loss;
    }
  memcpy (p->data, kept, p->size * sizeof (float));
  slope = (8 * (losses[2] - losses[1]) - (losses[3] - losses[0])) / (12 * step);
  g_test_message ("%s: slope %g, %g expected", part, slope, square);
  g_assert_cmpfloat (fabs (slope / square - 1), <, 2e-3);
}

static void
test_gradient (void)
{
  static const char *const parts[]
      = { "", "levels.0.down", "levels.1.down", "conv1", "conv2", "norm1", "norm2", "norm_out", "bias", "heads" };
  const ArraExec exec = { arra_kernels_default (NULL), NULL };
  g_auto (ArraClassifierConfig) config = { 0 };
  g_autoptr (ArraParameters) parameters = arra_parameters_new (NULL);
  g_autoptr (ArraTape) tape = NULL;
  float pixels[2 * SIZE * SIZE * 3], slopes[2 * WIDTH];
  Slope s = { &config, parameters, pixels, slopes, 0 };

  make_config (&config);
  for (guint32 i = 0; i < G_N_ELEMENTS (pixels); i++)
    pixels[i] = (float) arra_noise_bits (7, 0, 0, i) * 0x1p-31f - 1.0f;
  for (guint32 i = 0; i < G_N_ELEMENTS (slopes); i++)
    slopes[i] = (float) arra_noise_bits (8, 0, 0, i) * 0x1p-31f - 1.0f;
  tape = arra_tape_new (&exec, arra_classifier_graph_nodes (&config) + 4, NULL);
  g_assert_true (arra_parameters_add_classifier (parameters, &config, NULL)
                 && arra_parameters_allocate (parameters, TRUE, NULL));
  arra_parameters_start_by_inputs (parameters, 5);
  g_assert_true (arra_tape_run (tape, TRUE, compute_slope, &s, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    check_along (tape, &s, parts[i]);
}

static void
open_fails (const char *folder, const char *file, const char *word)
{
  const ArraExec exec = { arra_kernels_default (NULL), NULL };
  GError *error = NULL;

  g_assert_null (arra_classifier_open (folder, &exec, &error));
  scratch_assert_fault (&error, file, word);
}

static void
test_broken_folder (void)
{
  g_autofree char *weights = scratch_path ("model.safetensors"), *path = scratch_path ("config.json");
  g_auto (ArraClassifierConfig) config = { 0 };
  g_auto (GStrv) parts = g_strsplit (good, "[4, 8]", 2);
  g_autofree char *wider = g_strjoinv ("[4, 16]", parts), *folder = NULL;

  make_config (&config);
  folder = make_folder (&config);
  scratch_write (path, wider, strlen (wider));
  open_fails (folder, "model.safetensors", "levels.1");
  scratch_write (path, good, strlen (good));
  scratch_write (weights, "none", 4);
  open_fails (folder, "model.safetensors", "short");
  g_unlink (weights);
  open_fails (folder, "model.safetensors", "");
  g_unlink (path);
  open_fails (folder, "config.json", "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/classifier/config", test_config);
  g_test_add_func ("/classifier/broken-config", test_broken_config);
  g_test_add_func ("/classifier/predict", test_predict);
  g_test_add_func ("/classifier/picture", test_picture);
  g_test_add_func ("/classifier/input", test_input);
  g_test_add_func ("/classifier/gradient", test_gradient);
  g_test_add_func ("/classifier/broken-folder", test_broken_folder);
  return scratch_run ();
}
