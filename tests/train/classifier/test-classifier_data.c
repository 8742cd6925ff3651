/* test-classifier_data.c - labelled pictures from a folder, and what their values weigh
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "classifier_data.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "../io/scratch.h"
#include "picture.h"

#define SIDE 8
#define N 5

static const char labels[N][40]
    = { "\"side\": \"left\"", "\"side\": \"right\"", "\"side\": \"none\"", "\"view\": \"PA\"", "\"side\": \"left\"" };

static void
write_picture (guint item)
{
  g_autofree char *name = g_strdup_printf ("%u.png", item), *path = scratch_path (name);
  const ArraPictureLabels none = { 0 };
  g_autoraster ArraRaster picture = { 0 };

  g_assert_true (arra_raster_init (&picture, 2 * SIDE, 2 * SIDE, 3, NULL));
  memset (picture.pixels, (int) (40 * item + 10), (gsize) 4 * SIDE * SIDE * 3);
  g_assert_true (arra_raster_save_png (&picture, &none, path, NULL));
}

/* N pictures of one grey each. */
static void
write_dataset (gboolean labelled)
{
  static const char attributes[] = "{\"side\": [\"none\", \"left\", \"right\", \"both\"], \"view\": [\"AP\", \"PA\"]}";
  g_autofree char *path = scratch_path ("attributes.json"), *lines = scratch_path ("metadata.jsonl");
  g_autoptr (GString) text = g_string_new ("");

  for (guint item = 0; item < N; item++)
    {
      write_picture (item);
      g_string_append_printf (text, "{\"file_name\": \"%u.png\", \"text\": \"a picture\"%s%s}\n", item,
                              labelled ? ", " : "", labelled ? labels[item] : "");
    }
  scratch_write (lines, text->str, text->len);
  if (labelled)
    scratch_write (path, attributes, strlen (attributes));
  else
    g_unlink (path);
}

/* @data: the configuration's "data", with %s for the data set */
static ArraClassifierData *
load_as (const char *data, guint held, ArraClassifierConfig *model, GError **error)
{
  g_autofree char *lines = scratch_path ("metadata.jsonl"), *folder = g_path_get_dirname (lines);
  g_auto (GStrv) parts = g_strsplit (data, "%s", -1);
  g_autofree char *text = g_strjoinv (folder, parts);
  g_autoptr (ArraYaml) config = arra_yaml_parse (text, strlen (text), "train.yaml", NULL);
  const ArraTrainSetup setup = { .exec = { NULL, NULL } };

  *model = (ArraClassifierConfig) { .size = SIDE, .colours = 3, .n_levels = 1, .channels = { 8 }, .norm_groups = 4 };
  return arra_classifier_data_load (config, held, &setup, model, error);
}

static ArraClassifierData *
load (guint held, ArraClassifierConfig *model, GError **error)
{
  return load_as ("data:\n  path: %s\n", held, model, error);
}

static void
test_load (void)
{
  g_auto (ArraClassifierConfig) model = { 0 };
  g_autoptr (ArraClassifierData) data = NULL;
  static const gint32 expected[N][2] = { { 1, -1 }, { 2, -1 }, { 0, -1 }, { -1, 1 }, { 1, -1 } };
  GError *error = NULL;

  write_dataset (TRUE);
  data = load (2, &model, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (data->n, ==, 3);
  g_assert_cmpuint (data->n_valid, ==, 2);
  g_assert_cmpstr (model.attributes[0].name, ==, "side");
  g_assert_cmpstr (model.attributes[0].values[3], ==, "both");
  g_assert_cmpuint (model.starts[2], ==, 6);
  g_assert_cmpmem (data->labels, sizeof expected, expected, sizeof expected);
  for (guint i = 0; i < N * SIDE * SIDE * 3; i++)
    g_assert_cmpuint (data->pixels[i], ==, 40 * (i / (SIDE * SIDE * 3)) + 10);
}

/* Of several data sets the pictures to learn from come first, data set by data set. */
static void
test_several (void)
{
  g_auto (ArraClassifierConfig) model = { 0 };
  g_autoptr (ArraClassifierData) data = NULL;
  static const guint order[2 * N] = { 0, 1, 2, 0, 1, 2, 3, 4, 3, 4 };
  const guint bytes = SIDE * SIDE * 3;
  GError *error = NULL;

  write_dataset (TRUE);
  data = load_as ("data:\n  paths: [%s, %s]\n", 2, &model, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (data->n, ==, 6);
  g_assert_cmpuint (data->n_valid, ==, 4);
  for (guint i = 0; i < 2 * N * bytes; i++)
    g_assert_cmpuint (data->pixels[i], ==, 40 * order[i / bytes] + 10);
  g_assert_cmpint (data->labels[2 * 4], ==, 2);
  g_assert_cmpint (data->labels[2 * 6 + 1], ==, 1);
}

/* A second data set, beside the first, whose attributes are @attributes */
static void
refuse_second (const char *attributes)
{
  static const char line[] = "{\"file_name\": \"0.png\", \"text\": \"a picture\", \"side\": \"left\"}\n";
  g_auto (ArraClassifierConfig) model = { 0 };
  g_autofree char *folder = scratch_path ("second"), *path = g_build_filename (folder, "attributes.json", NULL);
  g_autofree char *lines = g_build_filename (folder, "metadata.jsonl", NULL);
  GError *error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  scratch_write (path, attributes, strlen (attributes));
  scratch_write (lines, line, strlen (line));
  write_dataset (TRUE);
  g_assert_null (load_as ("data:\n  paths: [%s, %s/second]\n", 0, &model, &error));
  scratch_assert_fault (&error, "train.yaml", "data set 2");
  g_unlink (path);
  g_unlink (lines);
  g_rmdir (folder);
}

static void
test_refuse_others (void)
{
  refuse_second ("{\"side\": [\"none\", \"left\", \"right\", \"both\"]}");
  refuse_second ("{\"side\": [\"none\", \"left\", \"right\"], \"view\": [\"AP\", \"PA\"]}");
  refuse_second ("{\"side\": [\"none\", \"left\", \"both\", \"right\"], \"view\": [\"AP\", \"PA\"]}");
  refuse_second ("{\"edge\": [\"none\", \"left\", \"right\", \"both\"], \"side\": [\"AP\", \"left\"]}");
}

/* Rare values count more, as much as was asked; those that never occur, or attributes without labels, do no
 * harm. */
static void
test_weights (void)
{
  g_auto (ArraClassifierConfig) model = { 0 };
  g_autoptr (ArraClassifierData) data = NULL;
  float weights[6];

  write_dataset (TRUE);
  data = load (0, &model, NULL);
  arra_classifier_data_weights (data, &model, 0, weights);
  for (guint i = 0; i < 6; i++)
    g_assert_cmpfloat_with_epsilon (weights[i], 1, 1e-6);
  arra_classifier_data_weights (data, &model, 1, weights);
  g_assert_cmpfloat_with_epsilon (weights[0], 4.0 / 3, 1e-6);
  g_assert_cmpfloat_with_epsilon (weights[1], 4.0 / 6, 1e-6);
  g_assert_cmpfloat_with_epsilon (weights[2], 4.0 / 3, 1e-6);
  g_assert_cmpfloat_with_epsilon (weights[3], 1, 1e-6);
  arra_classifier_data_weights (data, &model, 0.5, weights);
  g_assert_cmpfloat_with_epsilon (weights[1], sqrt (4.0 / 6), 1e-6);
}

static void
refuse (guint held, const char *file, const char *word)
{
  g_auto (ArraClassifierConfig) model = { 0 };
  GError *error = NULL;

  g_assert_null (load (held, &model, &error));
  scratch_assert_fault (&error, file, word);
}

static void
test_refuse (void)
{
  g_autofree char *picture = scratch_path ("3.png");

  write_dataset (TRUE);
  refuse (N, "train.yaml", "data.validation");
  scratch_write (picture, "no picture", 10);
  refuse (1, "3.png", "");
  write_dataset (FALSE);
  refuse (1, "train.yaml", "attributes");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/classifier-data/load", test_load);
  g_test_add_func ("/train/classifier-data/weights", test_weights);
  g_test_add_func ("/train/classifier-data/refuse", test_refuse);
  g_test_add_func ("/train/classifier-data/several", test_several);
  g_test_add_func ("/train/classifier-data/refuse-others", test_refuse_others);
  return scratch_run ();
}
