/* classifier_data.c - labelled pictures of a classifier's training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "classifier_data.h"

#include <math.h>

#include "dataset.h"
#include "fail.h"
#include "mem.h"
#include "settings.h"

ArraClassifierData *
arra_classifier_data_new (guint size, guint n, guint n_valid, guint n_attributes, GError **error)
{
  g_autoptr (ArraClassifierData) data = arra_mem_new0 (1, sizeof *data, "the pictures", error);
  gsize bytes = 3 * (gsize) size * size;

  if (data == NULL)
    return NULL;
  *data = (ArraClassifierData){ .size = size, .n = n, .n_valid = n_valid, .n_attributes = n_attributes };
  data->pixels = arra_mem_new ((gsize) n + n_valid, bytes, "the pictures", error);
  if (data->pixels == NULL)
    return NULL;
  data->labels = arra_mem_new ((gsize) n + n_valid, n_attributes * sizeof *data->labels, "the labels", error);
  return data->labels == NULL ? NULL : g_steal_pointer (&data);
}

void
arra_classifier_data_free (ArraClassifierData *data)
{
  if (data == NULL)
    return;
  arra_mem_free (data->pixels);
  arra_mem_free (data->labels);
  arra_mem_free (data);
}

static ArraDataset *
open_dataset (const ArraYaml *config, GError **error)
{
  g_autofree char *path = NULL;

  if (!arra_setting_path (config, "data.path", &path, error))
    return NULL;
  if (path == NULL)
    {
      arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: \"data.path\" is missing", arra_yaml_path (config));
      return NULL;
    }
  return arra_dataset_open (path, error);
}

static void
take_attributes (const ArraDataset *dataset, ArraClassifierConfig *model)
{
  model->n_attributes = arra_dataset_attributes (dataset);
  model->attributes = g_new0 (ArraClassifierAttribute, model->n_attributes + 1);
  for (guint a = 0; a < model->n_attributes; a++)
    {
      guint n = arra_dataset_values (dataset, a);

      model->attributes[a].name = g_strdup (arra_dataset_attribute (dataset, a));
      model->attributes[a].values = g_new0 (char *, n + 1);
      for (guint value = 0; value < n; value++)
        model->attributes[a].values[value] = g_strdup (arra_dataset_value (dataset, a, value));
    }
}

static gboolean
load_items (const ArraDataset *dataset, const ArraTrainSetup *setup, ArraClassifierData *data, GError **error)
{
  gsize bytes = 3 * (gsize) data->size * data->size;
  guint n = data->n + data->n_valid;

  for (guint item = 0; item < n; item++)
    {
      if (g_cancellable_set_error_if_cancelled (setup->cancellable, error)
          || !arra_dataset_load (dataset, item, data->size, data->pixels + item * bytes, error))
        return FALSE;
      for (guint a = 0; a < data->n_attributes; a++)
        data->labels[(gsize) item * data->n_attributes + a] = arra_dataset_label (dataset, item, a);
      if (setup->preparing != NULL)
        setup->preparing ("Reading pictures", (item + 1.0) / n, setup->user);
    }
  return TRUE;
}

ArraClassifierData *
arra_classifier_data_load (const ArraYaml *config,
                           guint held,
                           const ArraTrainSetup *setup,
                           ArraClassifierConfig *model,
                           GError **error)
{
  g_autoptr (ArraDataset) dataset = open_dataset (config, error);
  g_autoptr (ArraClassifierData) data = NULL;
  guint size;

  if (dataset == NULL)
    return NULL;
  size = arra_dataset_size (dataset);
  if (size <= held || arra_dataset_attributes (dataset) == 0)
    {
      arra_fail (
          error, ARRA_ERROR_INVALID_DATA,
          "%s: the data set has %u pictures and %u attributes; labelled pictures are needed, more than "
          "the %u that \"data.validation\" holds out",
          arra_yaml_path (config), size, arra_dataset_attributes (dataset), held);
      return NULL;
    }
  take_attributes (dataset, model);
  if (!arra_classifier_config_check (model, arra_yaml_path (config), error))
    return NULL;
  data = arra_classifier_data_new (model->size, size - held, held, model->n_attributes, error);
  if (data == NULL || !load_items (dataset, setup, data, error))
    return NULL;
  return g_steal_pointer (&data);
}

void
arra_classifier_data_weights (const ArraClassifierData *data,
                              const ArraClassifierConfig *model,
                              double balance,
                              float *weights)
{
  for (guint a = 0; a < data->n_attributes; a++)
    {
      gsize counts[ARRA_CLASSIFIER_VALUES] = { 0 }, n = 0, present = 0;

      for (guint item = 0; item < data->n; item++)
        {
          gint32 label = data->labels[(gsize) item * data->n_attributes + a];

          if (label < 0)
            continue;
          present += counts[label]++ == 0;
          n++;
        }
      for (guint value = 0; value < model->starts[a + 1] - model->starts[a]; value++)
        weights[model->starts[a] + value]
            = counts[value] == 0 ? 1.0f
                                 : (float) pow ((double) n / (double) (present * counts[value]), balance);
    }
}
