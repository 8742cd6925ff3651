/* classifier_data.c - labelled pictures of a classifier's training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "classifier_data.h"

#include <math.h>
#include <string.h>

#include "dataset.h"
#include "fail.h"
#include "mem.h"
#include "picture_supply.h"

ArraClassifierData *
arra_classifier_data_new (guint size, guint n, guint n_valid, guint n_attributes, GError **error)
{
  g_autoptr (ArraClassifierData) data = arra_mem_new0 (1, sizeof *data, "the pictures", error);
  gsize bytes = 3 * (gsize) size * size;

  if (data == NULL)
    return NULL;
  *data = (ArraClassifierData) { .size = size, .n = n, .n_valid = n_valid, .n_attributes = n_attributes };
  data->pixels = arra_mem_new_within ((gsize) n + n_valid, bytes, "the pictures", error);
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

void
arra_classifier_data_hash (const ArraClassifierData *data, GChecksum *hash)
{
  const guint shape[] = { data->size, data->n, data->n_valid, data->n_attributes };
  gsize n = (gsize) data->n + data->n_valid;

  g_checksum_update (hash, (const guchar *) shape, sizeof shape);
  arra_pictures_hash (data->pixels, n, data->size, hash);
  g_checksum_update (hash, (const guchar *) data->labels, (gssize) (n * data->n_attributes * sizeof *data->labels));
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
says_attributes (const ArraDataset *dataset, const ArraClassifierConfig *model)
{
  if (arra_dataset_attributes (dataset) != model->n_attributes)
    return FALSE;
  for (guint a = 0; a < model->n_attributes; a++)
    {
      const ArraClassifierAttribute *attribute = &model->attributes[a];

      if (strcmp (arra_dataset_attribute (dataset, a), attribute->name) != 0
          || arra_dataset_values (dataset, a) != g_strv_length (attribute->values))
        return FALSE;
      for (guint value = 0; attribute->values[value] != NULL; value++)
        if (strcmp (arra_dataset_value (dataset, a, value), attribute->values[value]) != 0)
          return FALSE;
    }
  return TRUE;
}

/* Takes the attributes of the first, which all must have; *@n: the pictures to learn from */
static gboolean
check_datasets (GPtrArray *datasets,
                guint held,
                const char *config,
                ArraClassifierConfig *model,
                guint *n,
                GError **error)
{
  *n = 0;
  for (guint i = 0; i < datasets->len; i++)
    {
      const ArraDataset *dataset = datasets->pdata[i];
      guint size = arra_dataset_size (dataset);

      if (size <= held || arra_dataset_attributes (dataset) == 0)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                          "%s: data set %u has %u pictures and %u attributes; labelled pictures are needed, more than "
                          "the %u that \"data.validation\" holds out",
                          config, i + 1, size, arra_dataset_attributes (dataset), held);
      if (i == 0)
        take_attributes (dataset, model);
      else if (!says_attributes (dataset, model))
        return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                          "%s: data set %u has other attributes or values than data set 1; a classifier learns "
                          "one list of them",
                          config, i + 1);
      *n += size - held;
    }
  return TRUE;
}

typedef struct
{
  const ArraTrainSetup *setup;
  ArraClassifierData *data;
  guint n, n_valid; /* loaded */
} Loading;

static gboolean
load_dataset (Loading *loading, const ArraDataset *dataset, guint held, GError **error)
{
  ArraClassifierData *data = loading->data;
  const ArraTrainSetup *setup = loading->setup;
  gsize bytes = 3 * (gsize) data->size * data->size;
  guint size = arra_dataset_size (dataset);

  for (guint item = 0; item < size; item++)
    {
      gsize at = item < size - held ? loading->n++ : data->n + loading->n_valid++;

      if (g_cancellable_set_error_if_cancelled (setup->cancellable, error)
          || !arra_dataset_load (dataset, item, data->size, data->pixels + at * bytes, error))
        return FALSE;
      for (guint a = 0; a < data->n_attributes; a++)
        data->labels[at * data->n_attributes + a] = arra_dataset_label (dataset, item, a);
      if (setup->preparing != NULL)
        setup->preparing ("Reading pictures", (double) (loading->n + loading->n_valid) / (data->n + data->n_valid),
                          setup->user);
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
  g_autoptr (GPtrArray) datasets = arra_picture_supply_datasets (config, setup, error);
  g_autoptr (ArraClassifierData) data = NULL;
  Loading loading = { .setup = setup };
  guint n;

  if (datasets == NULL || !check_datasets (datasets, held, arra_yaml_path (config), model, &n, error)
      || !arra_classifier_config_check (model, arra_yaml_path (config), error))
    return NULL;
  data = arra_classifier_data_new (model->size, n, held * datasets->len, model->n_attributes, error);
  if (data == NULL)
    return NULL;
  loading.data = data;
  for (guint i = 0; i < datasets->len; i++)
    if (!load_dataset (&loading, datasets->pdata[i], held, error))
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
            = counts[value] == 0 ? 1.0f : (float) pow ((double) n / (double) (present * counts[value]), balance);
    }
}
