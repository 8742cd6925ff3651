/* picture_supply.c - the pictures of a training, all in memory, and crops of them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture_supply.h"

#include <string.h>

#include "dataset.h"
#include "fail.h"
#include "mem.h"
#include "noise.h"
#include "settings.h"

#define MAX_SIZE 4096
#define MAX_DATASETS 64
#define CROPS 0x43524f50 /* the stream of random numbers for crops */

ArraPictureSupply *
arra_picture_supply_new (guint size, guint n, guint n_valid, GError **error)
{
  g_autoptr (ArraPictureSupply) supply = arra_mem_new0 (1, sizeof *supply, "the pictures", error);
  gsize bytes = 3 * (gsize) size * size;

  if (supply == NULL)
    return NULL;
  supply->size = size;
  supply->n = n;
  supply->n_valid = n_valid;
  supply->pixels = arra_mem_new_within (n, bytes, "the pictures", error);
  if (supply->pixels == NULL)
    return NULL;
  supply->valid = arra_mem_new (n_valid, bytes, "the pictures", error);
  return supply->valid == NULL ? NULL : g_steal_pointer (&supply);
}

void
arra_picture_supply_free (ArraPictureSupply *supply)
{
  if (supply == NULL)
    return;
  arra_mem_free (supply->pixels);
  arra_mem_free (supply->valid);
  arra_mem_free (supply);
}

void
arra_pictures_hash (const guint8 *pixels, gsize n, guint size, GChecksum *hash)
{
  gsize one = (gsize) size * size * 3;

  for (gsize i = 0; i < n; i++)
    g_checksum_update (hash, pixels + i * one, (gssize) one);
}

void
arra_picture_supply_hash (const ArraPictureSupply *supply, GChecksum *hash)
{
  const guint shape[] = { supply->size, supply->n, supply->n_valid };

  g_checksum_update (hash, (const guchar *) shape, sizeof shape);
  arra_pictures_hash (supply->pixels, supply->n, supply->size, hash);
  arra_pictures_hash (supply->valid, supply->n_valid, supply->size, hash);
}

/* ---- loading */

static gboolean
open_one (const ArraYaml *config, const char *key, GPtrArray *datasets, GError **error)
{
  g_autofree char *path = NULL;
  ArraDataset *dataset;

  if (!arra_setting_file (config, key, &path, error))
    return FALSE;
  if (path == NULL)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: \"data.path\" is missing", arra_yaml_path (config));
  dataset = arra_dataset_open (path, error);
  if (dataset == NULL)
    return FALSE;
  g_ptr_array_add (datasets, dataset);
  return TRUE;
}

/* "data.fit" of all data sets */
static gboolean
set_fit (const ArraYaml *config, GPtrArray *datasets, GError **error)
{
  guint fit = ARRA_FIT_CROP;

  if (!arra_setting_choice (config, "data.fit", arra_dataset_fits, &fit, error))
    return FALSE;
  for (guint i = 0; i < datasets->len; i++)
    arra_dataset_set_fit (datasets->pdata[i], (ArraDatasetFit) fit);
  return TRUE;
}

static gboolean
open_all (const ArraYaml *config, GPtrArray *datasets, GError **error)
{
  if (!arra_yaml_has (config, "data.paths.0"))
    return open_one (config, "data.path", datasets, error);
  for (guint i = 0; i < MAX_DATASETS; i++)
    {
      g_autofree char *key = g_strdup_printf ("data.paths.%u", i);

      if (!arra_yaml_has (config, key))
        return TRUE;
      if (!open_one (config, key, datasets, error))
        return FALSE;
    }
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"data.paths\" has more than %d entries",
                    arra_yaml_path (config), MAX_DATASETS);
}

static gboolean
count (const ArraYaml *config, GPtrArray *datasets, guint held, guint *n, GError **error)
{
  *n = 0;
  for (guint i = 0; i < datasets->len; i++)
    {
      guint size = arra_dataset_size (datasets->pdata[i]);

      if (size <= held)
        return arra_fail (
            error, ARRA_ERROR_INVALID_DATA,
            "%s: a data set has %u pictures, of which \"data.validation\" holds out %u: none is left to learn "
            "from; hold out fewer, as with --set data.validation=%u",
            arra_yaml_path (config), size, held, size / 8);
      *n += size - held;
    }
  return TRUE;
}

typedef struct
{
  const ArraTrainSetup *setup;
  ArraPictureSupply *supply;
  guint n, n_valid, all; /* loaded, loaded, to be loaded */
} Loading;

static gboolean
load_dataset (Loading *loading, const ArraDataset *dataset, guint held, GError **error)
{
  ArraPictureSupply *supply = loading->supply;
  const ArraTrainSetup *setup = loading->setup;
  gsize bytes = 3 * (gsize) supply->size * supply->size;
  guint size = arra_dataset_size (dataset);

  for (guint item = 0; item < size; item++)
    {
      guint8 *rgb
          = item < size - held ? supply->pixels + bytes * loading->n++ : supply->valid + bytes * loading->n_valid++;

      if (g_cancellable_set_error_if_cancelled (setup->cancellable, error)
          || !arra_dataset_load (dataset, item, supply->size, rgb, error))
        return FALSE;
      if (setup->preparing != NULL)
        setup->preparing ("Reading pictures", (double) (loading->n + loading->n_valid) / loading->all, setup->user);
    }
  return TRUE;
}

GPtrArray *
arra_picture_supply_datasets (const ArraYaml *config, const ArraTrainSetup *setup, GError **error)
{
  g_autoptr (GPtrArray) datasets = g_ptr_array_new_with_free_func ((GDestroyNotify) arra_dataset_free);

  if (!open_all (config, datasets, error) || !set_fit (config, datasets, error))
    return NULL;
  for (guint i = 0; setup->note != NULL && i < datasets->len; i++)
    {
      g_autofree char *left_out = arra_dataset_left_out (datasets->pdata[i]);

      if (left_out != NULL)
        setup->note (left_out, setup->user);
    }
  return g_steal_pointer (&datasets);
}

ArraPictureSupply *
arra_picture_supply_gather (GPtrArray *datasets,
                            guint size,
                            guint held,
                            const ArraYaml *config,
                            const ArraTrainSetup *setup,
                            GError **error)
{
  g_autoptr (ArraPictureSupply) supply = NULL;
  Loading loading = { .setup = setup };
  guint n;

  if (!count (config, datasets, held, &n, error))
    return NULL;
  supply = arra_picture_supply_new (size, n, held * datasets->len, error);
  if (supply == NULL)
    return NULL;
  loading.supply = supply;
  loading.all = supply->n + supply->n_valid;
  for (guint i = 0; i < datasets->len; i++)
    if (!load_dataset (&loading, datasets->pdata[i], held, error))
      return NULL;
  return g_steal_pointer (&supply);
}

ArraPictureSupply *
arra_picture_supply_load (const ArraYaml *config, const ArraTrainSetup *setup, GError **error)
{
  g_autoptr (GPtrArray) datasets = NULL;
  guint64 size = 256, held = 16;

  if (!arra_setting_uint (config, "data.size", 1, MAX_SIZE, &size, error)
      || !arra_setting_uint (config, "data.validation", 0, 10000, &held, error))
    return NULL;
  datasets = arra_picture_supply_datasets (config, setup, error);
  return datasets == NULL ? NULL
                          : arra_picture_supply_gather (datasets, (guint) size, (guint) held, config, setup, error);
}

/* ---- crops */

void
arra_picture_floats (const guint8 *pixels, gsize n_pixels, float *out)
{
  for (gsize i = 0; i < 3 * n_pixels; i++)
    out[i] = (float) (pixels[i] / 255.0 * 2.0 - 1.0);
}

static void
flip_row (float *row, gsize n_pixels)
{
  for (gsize i = 0; i < n_pixels / 2; i++)
    for (gsize c = 0; c < 3; c++)
      {
        float *left = row + 3 * i + c, *right = row + 3 * (n_pixels - 1 - i) + c, kept = *left;

        *left = *right;
        *right = kept;
      }
}

/* 0 .. below - 1 */
static gsize
draw (guint64 seed, guint64 step, guint item, guint which, gsize below)
{
  guint64 bits = arra_noise_bits (seed ^ CROPS, (guint32) (step >> 32), (guint32) step, 4 * item + which);

  return (gsize) (bits * below >> 32);
}

void
arra_picture_supply_draw (const ArraPictureSupply *supply,
                          const ArraCropping *cropping,
                          guint64 seed,
                          guint64 step,
                          guint n,
                          float *out)
{
  gsize size = supply->size, crop = cropping->crop;

  for (guint i = 0; i < n; i++, out += 3 * crop * crop)
    {
      const guint8 *picture = supply->pixels + 3 * size * size * draw (seed, step, i, 0, supply->n);
      gsize places = cropping->tile ? size : size - crop + 1;
      gsize x = draw (seed, step, i, 1, places), y = draw (seed, step, i, 2, places);
      gsize before = MIN (crop, size - x); /* pixels of a row before the picture ends */
      gboolean flip = cropping->flip && draw (seed, step, i, 3, 2) == 1;

      for (gsize row = 0; row < crop; row++)
        {
          const guint8 *from = picture + 3 * ((y + row) % size * size);

          arra_picture_floats (from + 3 * x, before, out + 3 * row * crop);
          arra_picture_floats (from, crop - before, out + 3 * (row * crop + before));
          if (flip)
            flip_row (out + 3 * row * crop, crop);
        }
    }
}
