/* feature_cache.c - features of a data set's pictures, computed once
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "feature_cache.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "fail.h"
#include "mem.h"

struct _ArraFeatureCache
{
  ArraItemCache *items;
  guint width;
};

struct _ArraFeatureCacheWriter
{
  ArraItemCacheWriter *items;
  char *path;
  guint width;
};

/* Between this machine's order of bytes and the file's. */
static void
copy_numbers (const void *from, guint n, void *to)
{
  for (guint i = 0; i < n; i++)
    {
      guint32 bits;

      memcpy (&bits, (const guint8 *) from + 4 * (gsize) i, sizeof bits);
      bits = GUINT32_FROM_LE (bits);
      memcpy ((guint8 *) to + 4 * (gsize) i, &bits, sizeof bits);
    }
}

static gboolean
check_finite (const float *feature, guint width, const char *path, guint item, GError **error)
{
  for (guint i = 0; i < width; i++)
    if (!isfinite (feature[i]))
      return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: number %u of item %u is not finite", path, i, item);
  return TRUE;
}

static gboolean
check_items (const ArraFeatureCache *cache, const char *path, GError **error)
{
  g_automem float *feature = arra_mem_new (cache->width, sizeof (float), "a feature", error);

  if (feature == NULL)
    return FALSE;
  for (guint i = 0; i < arra_item_cache_items (cache->items); i++)
    {
      arra_feature_cache_feature (cache, i, feature);
      if (!check_finite (feature, cache->width, path, i, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_width (ArraFeatureCache *cache, const char *path, GError **error)
{
  guint64 width;

  if (!arra_item_cache_number (cache->items, N_ ("width"), 1, ARRA_FEATURE_MAX_WIDTH, &width, error))
    return FALSE;
  if (arra_item_cache_item_size (cache->items) != width * sizeof (float))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %" PRIu64 " numbers do not fill an item", path, width);
  cache->width = (guint) width;
  return TRUE;
}

ArraFeatureCache *
arra_feature_cache_open (const char *path, const ArraFeatureCachePrints *expected, GError **error)
{
  g_autoptr (ArraFeatureCache) cache = g_new0 (ArraFeatureCache, 1);
  const ArraCacheField fields[] = {
    { "dataset", N_ ("data set"), expected->dataset },
    { "encoder", N_ ("encoder"), expected->encoder },
    { "aggregation", N_ ("aggregation"), expected->aggregation },
  };

  cache->items = arra_item_cache_open (path, "features", fields, G_N_ELEMENTS (fields), error);
  if (cache->items == NULL || arra_item_cache_text (cache->items, "dataset", error) == NULL
      || arra_item_cache_text (cache->items, N_ ("aggregation"), error) == NULL || !read_width (cache, path, error)
      || !check_items (cache, path, error))
    return NULL;
  return g_steal_pointer (&cache);
}

void
arra_feature_cache_free (ArraFeatureCache *cache)
{
  if (cache == NULL)
    return;
  arra_item_cache_free (cache->items);
  g_free (cache);
}

gboolean
arra_feature_cache_check (const ArraFeatureCache *cache, guint item, GError **error)
{
  return arra_item_cache_check (cache->items, item, error);
}

guint
arra_feature_cache_items (const ArraFeatureCache *cache)
{
  return arra_item_cache_items (cache->items);
}

guint
arra_feature_cache_width (const ArraFeatureCache *cache)
{
  return cache->width;
}

const char *
arra_feature_cache_dataset (const ArraFeatureCache *cache)
{
  return arra_item_cache_text (cache->items, "dataset", NULL);
}

const char *
arra_feature_cache_aggregation (const ArraFeatureCache *cache)
{
  return arra_item_cache_text (cache->items, N_ ("aggregation"), NULL);
}

void
arra_feature_cache_feature (const ArraFeatureCache *cache, guint item, float *feature)
{
  copy_numbers (arra_item_cache_item (cache->items, item), cache->width, feature);
}

ArraFeatureCacheWriter *
arra_feature_cache_writer_open (const char *path, const ArraFeatureCacheForm *form, GError **error)
{
  g_autoptr (ArraFeatureCacheWriter) writer = NULL;
  g_autofree char *width = g_strdup_printf ("%u", form->width);
  const ArraCacheField fields[] = {
    { "dataset", N_ ("data set"), form->prints.dataset },
    { "encoder", N_ ("encoder"), form->prints.encoder },
    { "aggregation", N_ ("aggregation"), form->prints.aggregation },
    { "width", N_ ("width"), width },
  };
  const ArraCacheForm items = { .kind = "features",
                                .fields = fields,
                                .n_fields = G_N_ELEMENTS (fields),
                                .n_items = form->n_items,
                                .keys = form->keys,
                                .of_items = "dataset",
                                .item_size = (gsize) form->width * sizeof (float),
                                .shared = "" };

  g_return_val_if_fail (form->width > 0 && form->width <= ARRA_FEATURE_MAX_WIDTH, NULL);
  writer = g_new0 (ArraFeatureCacheWriter, 1);
  writer->path = g_strdup (path);
  writer->width = form->width;
  writer->items = arra_item_cache_writer_open (path, &items, error);
  return writer->items != NULL ? g_steal_pointer (&writer) : NULL;
}

void
arra_feature_cache_writer_free (ArraFeatureCacheWriter *writer)
{
  if (writer == NULL)
    return;
  arra_item_cache_writer_free (writer->items);
  g_free (writer->path);
  g_free (writer);
}

gboolean
arra_feature_cache_writer_has (const ArraFeatureCacheWriter *writer, guint item)
{
  return arra_item_cache_writer_has (writer->items, item);
}

guint
arra_feature_cache_writer_left (const ArraFeatureCacheWriter *writer)
{
  return arra_item_cache_writer_left (writer->items);
}

gboolean
arra_feature_cache_writer_put (ArraFeatureCacheWriter *writer, guint item, const float *feature, GError **error)
{
  g_automem float *record = NULL;

  if (!check_finite (feature, writer->width, writer->path, item, error))
    return FALSE;
  record = arra_mem_new (writer->width, sizeof (float), "a feature", error);
  if (record == NULL)
    return FALSE;
  copy_numbers (feature, writer->width, record);
  return arra_item_cache_writer_put (writer->items, item, record, error);
}

gboolean
arra_feature_cache_writer_finish (ArraFeatureCacheWriter *writer, GError **error)
{
  return arra_item_cache_writer_finish (writer->items, error);
}
