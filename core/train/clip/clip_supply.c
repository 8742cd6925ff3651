/* clip_supply.c - captioned pictures of a training, and batches of them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "clip_supply.h"

#include <string.h>

#include "dataset.h"
#include "mem.h"
#include "noise.h"

#define PAIRS 0x434c4950 /* the stream of random numbers for pairs */

void
arra_clip_supply_free (ArraClipSupply *supply)
{
  if (supply == NULL)
    return;
  arra_picture_supply_free (supply->pictures);
  arra_mem_free (supply->ids);
  arra_mem_free (supply->tokens);
  arra_mem_free (supply->captions);
  arra_mem_free (supply);
}

/* A caption's ids end before the room they have. */
static void
hash_caption (const ArraClipTokens *tokens, const guint32 *ids, GChecksum *hash)
{
  const guint32 shape[] = { tokens->n, tokens->end };

  g_checksum_update (hash, (const guchar *) shape, sizeof shape);
  g_checksum_update (hash, (const guchar *) ids, (gssize) (tokens->n * sizeof *ids));
}

void
arra_clip_supply_hash (const ArraClipSupply *supply, GChecksum *hash)
{
  guint n = supply->pictures->n + supply->pictures->n_valid;

  arra_picture_supply_hash (supply->pictures, hash);
  for (guint i = 0; i < supply->n_captions; i++)
    hash_caption (&supply->tokens[i], supply->ids + (gsize) i * supply->context, hash);
  g_checksum_update (hash, (const guchar *) supply->captions, (gssize) (n * sizeof *supply->captions));
}

/* ---- captions */

static gboolean
make_room (ArraClipSupply *supply, guint n, GError **error)
{
  supply->captions = arra_mem_new (n, sizeof *supply->captions, "the captions", error);
  if (supply->captions == NULL)
    return FALSE;
  supply->tokens = arra_mem_new (n, sizeof *supply->tokens, "the captions", error);
  if (supply->tokens == NULL)
    return FALSE;
  supply->ids = arra_mem_new (n, supply->context * sizeof *supply->ids, "the captions", error);
  return supply->ids != NULL;
}

static gboolean
take_captions (ArraClipSupply *supply,
               const char *const *captions,
               guint n,
               const ArraTokenizer *tokenizer,
               const ArraClipConfig *config,
               GError **error)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < n; i++)
    {
      gpointer value;

      if (!g_hash_table_lookup_extended (known, captions[i], NULL, &value))
        {
          guint number = supply->n_captions++;

          if (!arra_clip_encode_text (tokenizer, config, captions[i], supply->ids + (gsize) number * supply->context,
                                      &supply->tokens[number], error))
            return FALSE;
          value = GUINT_TO_POINTER (number);
          g_hash_table_insert (known, (gpointer) captions[i], value);
        }
      supply->captions[i] = GPOINTER_TO_UINT (value);
    }
  return TRUE;
}

ArraClipSupply *
arra_clip_supply_new (ArraPictureSupply *pictures,
                      const char *const *captions,
                      const ArraTokenizer *tokenizer,
                      const ArraClipConfig *config,
                      GError **error)
{
  g_autoptr (ArraClipSupply) supply = arra_mem_new0 (1, sizeof *supply, "the captions", error);
  guint n = pictures->n + pictures->n_valid;

  if (supply == NULL)
    {
      arra_picture_supply_free (pictures);
      return NULL;
    }
  supply->pictures = pictures;
  supply->context = config->context;
  if (!make_room (supply, n, error) || !take_captions (supply, captions, n, tokenizer, config, error))
    return NULL;
  return g_steal_pointer (&supply);
}

/* As the pictures lie: what is learnt from of each data set, then what is held out of each. */
static GPtrArray *
list_captions (GPtrArray *datasets, guint held)
{
  GPtrArray *captions = g_ptr_array_new ();

  for (guint part = 0; part < 2; part++)
    for (guint i = 0; i < datasets->len; i++)
      {
        const ArraDataset *dataset = datasets->pdata[i];
        guint size = arra_dataset_size (dataset), border = size - held;

        for (guint item = part == 0 ? 0 : border; item < (part == 0 ? border : size); item++)
          g_ptr_array_add (captions, (gpointer) arra_dataset_caption (dataset, item));
      }
  return captions;
}

ArraClipSupply *
arra_clip_supply_load (const ArraYaml *config,
                       const ArraClipSettings *settings,
                       const ArraTokenizer *tokenizer,
                       const ArraTrainSetup *setup,
                       GError **error)
{
  g_autoptr (GPtrArray) datasets = arra_picture_supply_datasets (config, setup, error);
  g_autoptr (GPtrArray) captions = NULL;
  ArraPictureSupply *pictures;

  for (guint i = 0; datasets != NULL && i < datasets->len; i++)
    if (!arra_dataset_check_captions (datasets->pdata[i], NULL, error))
      return NULL;
  if (datasets == NULL)
    return NULL;
  pictures = arra_picture_supply_gather (datasets, settings->size, settings->held, config, setup, error);
  if (pictures == NULL)
    return NULL;
  captions = list_captions (datasets, settings->held);
  return arra_clip_supply_new (pictures, (const char *const *) captions->pdata, tokenizer, &settings->model, error);
}

/* ---- batches */

ArraClipBatch *
arra_clip_batch_new (guint n, guint crop, guint context, GError **error)
{
  g_autoptr (ArraClipBatch) batch = arra_mem_new0 (1, sizeof *batch, "the batch", error);

  if (batch == NULL)
    return NULL;
  batch->pixels = arra_mem_new (n, 3 * (gsize) crop * crop * sizeof (float), "the batch", error);
  if (batch->pixels == NULL)
    return NULL;
  batch->ids = arra_mem_new (n, context * sizeof *batch->ids, "the batch", error);
  if (batch->ids == NULL)
    return NULL;
  batch->ends = arra_mem_new (n, sizeof *batch->ends, "the batch", error);
  if (batch->ends == NULL)
    return NULL;
  batch->groups = arra_mem_new (n, sizeof *batch->groups, "the batch", error);
  return batch->groups == NULL ? NULL : g_steal_pointer (&batch);
}

void
arra_clip_batch_free (ArraClipBatch *batch)
{
  if (batch == NULL)
    return;
  arra_mem_free (batch->pixels);
  arra_mem_free (batch->ids);
  arra_mem_free (batch->ends);
  arra_mem_free (batch->groups);
  arra_mem_free (batch);
}

/* The captions batch->groups, padded with their own ends. */
static void
fill_texts (const ArraClipSupply *supply, guint n, ArraClipBatch *batch)
{
  batch->n = n;
  batch->length = 0;
  for (guint i = 0; i < n; i++)
    batch->length = MAX (batch->length, supply->tokens[batch->groups[i]].n);
  for (guint i = 0; i < n; i++)
    {
      const ArraClipTokens *tokens = &supply->tokens[batch->groups[i]];
      const guint32 *ids = supply->ids + (gsize) batch->groups[i] * supply->context;
      guint32 *to = batch->ids + (gsize) i * batch->length;

      for (guint k = 0; k < batch->length; k++)
        to[k] = ids[MIN (k, tokens->n - 1)];
      batch->ends[i] = i * batch->length + tokens->end;
    }
}

typedef struct
{
  const ArraPictureSupply *pictures;
  const ArraClipAugmentation *how;
  const guint8 *pixels;
  guint64 seed, step;
  gboolean random;
  guint first;
  float *out;
} Drawing;

/* 0 .. 1 */
static double
draw (const Drawing *d, guint item, guint which)
{
  return (double) arra_noise_bits (d->seed ^ PAIRS, (guint32) (d->step >> 32), (guint32) d->step, 8 * item + which)
         * 0x1p-32;
}

static guint
chosen (const Drawing *d, guint item)
{
  return d->random ? (guint) (draw (d, item, 0) * d->pictures->n) : d->first + item;
}

static gsize
place (const Drawing *d, guint item, guint which)
{
  guint room = d->pictures->size - d->how->crop;

  return d->random ? (gsize) (draw (d, item, which) * (room + 1)) : room / 2;
}

/* What values 0..255 of a channel become. */
static void
fill_values (const Drawing *d, guint item, guint channel, float values[256])
{
  const ArraClipPixels *pixels = &arra_clip_pixels_standard;
  double gain = 1, shift = 0;

  if (d->random)
    {
      gain += (2 * draw (d, item, 3) - 1) * d->how->contrast;
      shift += (2 * draw (d, item, 4) - 1) * d->how->brightness;
    }
  for (guint i = 0; i < 256; i++)
    {
      double value = CLAMP ((i / 255.0 - 0.5) * gain + 0.5 + shift, 0, 1);

      values[i] = ((float) value - pixels->mean[channel]) / pixels->deviation[channel];
    }
}

static void
fill_pictures (gsize begin, gsize end, guint worker, gpointer data)
{
  const Drawing *d = data;
  gsize size = d->pictures->size, crop = d->how->crop;

  for (gsize item = begin; item < end; item++)
    {
      guint number = (guint) item;
      const guint8 *rgb = d->pixels + 3 * size * size * chosen (d, number);
      gsize left = place (d, number, 1), top = place (d, number, 2);

      for (guint c = 0; c < 3; c++)
        {
          float values[256], *out = d->out + (3 * item + c) * crop * crop;

          fill_values (d, number, c, values);
          for (gsize y = 0; y < crop; y++)
            for (gsize x = 0; x < crop; x++)
              out[y * crop + x] = values[rgb[3 * ((top + y) * size + left + x) + c]];
        }
    }
}

void
arra_clip_supply_draw (const ArraClipSupply *supply,
                       const ArraExec *exec,
                       const ArraClipAugmentation *how,
                       guint64 seed,
                       guint64 step,
                       guint n,
                       ArraClipBatch *batch)
{
  Drawing drawing = { supply->pictures, how, supply->pictures->pixels, seed, step, TRUE, 0, batch->pixels };

  for (guint i = 0; i < n; i++)
    batch->groups[i] = supply->captions[chosen (&drawing, i)];
  fill_texts (supply, n, batch);
  arra_pool_run (exec->pool, n, 1, fill_pictures, &drawing);
}

void
arra_clip_supply_valid (const ArraClipSupply *supply,
                        const ArraExec *exec,
                        guint crop,
                        guint first,
                        guint n,
                        ArraClipBatch *batch)
{
  const ArraClipAugmentation how = { .crop = crop };
  Drawing drawing = { supply->pictures, &how, supply->pictures->valid, 0, 0, FALSE, first, batch->pixels };

  for (guint i = 0; i < n; i++)
    batch->groups[i] = supply->captions[supply->pictures->n + first + i];
  fill_texts (supply, n, batch);
  arra_pool_run (exec->pool, n, 1, fill_pictures, &drawing);
}
