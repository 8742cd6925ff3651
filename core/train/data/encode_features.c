/* encode_features.c - features of a data set's pictures by an image encoder
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dataset_features.h"

#include <string.h>

#include "fail.h"
#include "mem.h"

#define BATCH ARRA_FEATURE_BATCH

const char *const arra_feature_aggregations[] = { "cls", "average", "both", "patches", NULL };

typedef struct
{
  const ArraFeatureEncoder *encoder;
  const ArraDataset *dataset;
  gsize floats;    /* of a picture */
  guint first, n;  /* items of the batch at hand */
  float *pixels;   /* [BATCH][floats]; arra_mem, as the next */
  float *features; /* [BATCH][numbers] */
  GError *faults[BATCH];
  ArraBadItems *bad; /* (nullable) */
} Batch;

static void
batch_clear (Batch *batch)
{
  for (guint i = 0; i < BATCH; i++)
    g_clear_error (&batch->faults[i]);
  arra_mem_free (batch->pixels);
  arra_mem_free (batch->features);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Batch, batch_clear)

static gboolean
batch_init (Batch *batch, const ArraFeatureEncoder *encoder, const ArraDataset *dataset, GError **error)
{
  gsize numbers = arra_vision_encoder_numbers (encoder->vision, encoder->aggregation);

  *batch = (Batch) { .encoder = encoder, .dataset = dataset, .floats = arra_vision_encoder_floats (encoder->vision) };
  batch->pixels = arra_mem_new (BATCH, batch->floats * sizeof (float), "the pictures", error);
  if (batch->pixels == NULL)
    return FALSE;
  batch->features = arra_mem_new (BATCH, numbers * sizeof (float), "the features", error);
  return batch->features != NULL;
}

/* ---- pictures */

static gboolean
load_picture (const Batch *batch, guint place, GError **error)
{
  const char *path = arra_dataset_picture (batch->dataset, batch->first + place);
  g_autoraster ArraRaster raster = { 0 };

  if (!arra_raster_load (&raster, path, error))
    return FALSE;
  if (arra_vision_encoder_prepare (batch->encoder->vision, &raster, batch->pixels + place * batch->floats, error))
    return TRUE;
  g_prefix_error (error, "%s: ", path);
  return FALSE;
}

static void
load_places (gsize begin, gsize end, guint worker, gpointer data)
{
  Batch *batch = data;

  for (gsize place = begin; place < end; place++)
    load_picture (batch, (guint) place, &batch->faults[place]);
}

/* The first picture's fault is the one that is told. */
static gboolean
load_batch (Batch *batch, GError **error)
{
  arra_pool_run (batch->encoder->pool, batch->n, 1, load_places, batch);
  for (guint i = 0; i < batch->n; i++)
    if (batch->faults[i] != NULL)
      {
        memset (batch->pixels + i * batch->floats, 0, batch->floats * sizeof (float));
        if (!arra_bad_items_take (batch->bad, batch->first + i, g_steal_pointer (&batch->faults[i]), error))
          return FALSE;
      }
  return TRUE;
}

/* ---- features */

/* The whole batch even when some of it is there: what stands beside a picture in a product may change its
 * last bits. */
static gboolean
encode_batch (Batch *batch, ArraFeatureCacheWriter *writer, GError **error)
{
  const ArraFeatureEncoder *encoder = batch->encoder;
  gsize numbers = arra_vision_encoder_numbers (encoder->vision, encoder->aggregation);

  if (!load_batch (batch, error)
      || !arra_vision_encoder_features (encoder->vision, batch->n, batch->pixels, encoder->aggregation, batch->features,
                                        error))
    return FALSE;
  for (guint i = 0; i < batch->n; i++)
    if (!arra_feature_cache_writer_has (writer, batch->first + i) && !arra_bad_items_has (batch->bad, batch->first + i)
        && !arra_feature_cache_writer_put (writer, batch->first + i, batch->features + i * numbers, error))
      return FALSE;
  return TRUE;
}

static gboolean
has_batch (const Batch *batch, const ArraFeatureCacheWriter *writer)
{
  for (guint i = 0; i < batch->n; i++)
    if (!arra_feature_cache_writer_has (writer, batch->first + i))
      return FALSE;
  return TRUE;
}

gboolean
arra_feature_encoder_gather (const ArraFeatureEncoder *encoder,
                             const ArraDataset *dataset,
                             ArraFeatureCacheWriter *writer,
                             ArraBadItems *bad,
                             ArraItemProgress progress,
                             gpointer user,
                             GCancellable *cancellable,
                             GError **error)
{
  guint n = arra_dataset_size (dataset);
  g_auto (Batch) batch = { 0 };

  if (!batch_init (&batch, encoder, dataset, error))
    return FALSE;
  batch.bad = bad;
  for (batch.first = 0; batch.first < n; batch.first += BATCH)
    {
      batch.n = MIN (BATCH, n - batch.first);
      if (has_batch (&batch, writer))
        continue;
      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !encode_batch (&batch, writer, error))
        return FALSE;
      if (progress != NULL)
        progress (n - arra_feature_cache_writer_left (writer), n, user);
    }
  return arra_feature_cache_writer_finish (writer, error);
}
