/* feature_cache.c - features of a data set's pictures, computed once
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "feature_cache.h"

#include <math.h>
#include <string.h>

#include "fail.h"
#include "mem.h"

#define ROWS "rows"
#define COLUMNS "columns"
#define N_GRID 2 /* the last fields, which only what has a grid has */

struct _ArraFeatureCache
{
  ArraItemCache *items;
  guint width, rows, columns;
};

struct _ArraFeatureCacheWriter
{
  ArraItemCacheWriter *items;
  char *path;
  gsize numbers; /* of an item */
};

static gsize
count_numbers (guint width, guint rows, guint columns)
{
  return (gsize) width * (rows > 0 ? (gsize) rows * columns : 1);
}

/* Between this machine's order of bytes and the file's. */
static void
copy_numbers (const void *from, gsize n, void *to)
{
  for (gsize i = 0; i < n; i++)
    {
      guint32 bits;

      memcpy (&bits, (const guint8 *) from + 4 * i, sizeof bits);
      bits = GUINT32_FROM_LE (bits);
      memcpy ((guint8 *) to + 4 * i, &bits, sizeof bits);
    }
}

static gboolean
check_finite (const float *feature, gsize n, const char *path, guint item, GError **error)
{
  for (gsize i = 0; i < n; i++)
    if (!isfinite (feature[i]))
      return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: number %zu of item %u is not finite", path, i, item);
  return TRUE;
}

static gboolean
check_items (const ArraFeatureCache *cache, const char *path, GError **error)
{
  const gsize n = arra_feature_cache_numbers (cache);
  g_automem float *feature = arra_mem_new (n, sizeof (float), "a feature", error);

  if (feature == NULL)
    return FALSE;
  for (guint i = 0; i < arra_item_cache_items (cache->items); i++)
    {
      arra_feature_cache_feature (cache, i, feature);
      if (!check_finite (feature, n, path, i, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_sizes (ArraFeatureCache *cache, const char *path, GError **error)
{
  guint64 width, rows = 0, columns = 0;

  if (!arra_item_cache_number (cache->items, N_ ("width"), 1, ARRA_FEATURE_MAX_WIDTH, &width, error)
      || (arra_item_cache_text (cache->items, ROWS, NULL) != NULL
          && (!arra_item_cache_number (cache->items, ROWS, 1, ARRA_FEATURE_MAX_SIDE, &rows, error)
              || !arra_item_cache_number (cache->items, COLUMNS, 1, ARRA_FEATURE_MAX_SIDE, &columns, error))))
    return FALSE;
  cache->width = (guint) width;
  cache->rows = (guint) rows;
  cache->columns = (guint) columns;
  if (arra_item_cache_item_size (cache->items) != arra_feature_cache_numbers (cache) * sizeof (float))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %zu numbers do not fill an item", path,
                      arra_feature_cache_numbers (cache));
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
      || arra_item_cache_text (cache->items, N_ ("aggregation"), error) == NULL || !read_sizes (cache, path, error)
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

guint
arra_feature_cache_rows (const ArraFeatureCache *cache)
{
  return cache->rows;
}

guint
arra_feature_cache_columns (const ArraFeatureCache *cache)
{
  return cache->columns;
}

gsize
arra_feature_cache_numbers (const ArraFeatureCache *cache)
{
  return count_numbers (cache->width, cache->rows, cache->columns);
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
  copy_numbers (arra_item_cache_item (cache->items, item), arra_feature_cache_numbers (cache), feature);
}

ArraFeatureCacheWriter *
arra_feature_cache_writer_open (const char *path, const ArraFeatureCacheForm *form, GError **error)
{
  g_autoptr (ArraFeatureCacheWriter) writer = NULL;
  g_autofree char *width = g_strdup_printf ("%u", form->width), *rows = g_strdup_printf ("%u", form->rows),
                  *columns = g_strdup_printf ("%u", form->columns);
  const ArraCacheField fields[] = {
    { "dataset", N_ ("data set"), form->prints.dataset },
    { "encoder", N_ ("encoder"), form->prints.encoder },
    { "aggregation", N_ ("aggregation"), form->prints.aggregation },
    { "width", N_ ("width"), width },
    { ROWS, N_ ("number of rows"), rows },
    { COLUMNS, N_ ("number of columns"), columns },
  };
  const gsize numbers = count_numbers (form->width, form->rows, form->columns);
  const ArraCacheForm items = { .kind = "features",
                                .fields = fields,
                                .n_fields = G_N_ELEMENTS (fields) - (form->rows > 0 ? 0 : N_GRID),
                                .n_items = form->n_items,
                                .keys = form->keys,
                                .of_items = "dataset",
                                .item_size = numbers * sizeof (float),
                                .shared = "" };

  g_return_val_if_fail (form->width > 0 && form->width <= ARRA_FEATURE_MAX_WIDTH, NULL);
  g_return_val_if_fail (numbers <= ARRA_FEATURE_MAX_NUMBERS, NULL);
  writer = g_new0 (ArraFeatureCacheWriter, 1);
  writer->path = g_strdup (path);
  writer->numbers = numbers;
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

  if (!check_finite (feature, writer->numbers, writer->path, item, error))
    return FALSE;
  record = arra_mem_new (writer->numbers, sizeof (float), "a feature", error);
  if (record == NULL)
    return FALSE;
  copy_numbers (feature, writer->numbers, record);
  return arra_item_cache_writer_put (writer->items, item, record, error);
}

gboolean
arra_feature_cache_writer_finish (ArraFeatureCacheWriter *writer, GError **error)
{
  return arra_item_cache_writer_finish (writer->items, error);
}
