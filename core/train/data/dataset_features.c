/* dataset_features.c - features of a data set's pictures, gathered in a cache
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dataset_features.h"

#include "fail.h"
#include "mem.h"

static char *
path_of (const ArraFeatureTree *tree, const ArraDataset *dataset, guint item, GError **error)
{
  return arra_feature_path (tree->layout, tree->root, arra_dataset_picture (dataset, item), error);
}

gboolean
arra_feature_tree_width (const ArraFeatureTree *tree, const ArraDataset *dataset, guint *width, GError **error)
{
  g_autofree char *path = path_of (tree, dataset, 0, error);

  return path != NULL && arra_feature_width (path, ARRA_FEATURE_MAX_WIDTH, width, error);
}

char *
arra_feature_tree_print (const ArraFeatureTree *tree, const ArraDataset *dataset, guint width, GError **error)
{
  g_autofree char *path = path_of (tree, dataset, 0, error), *hash = NULL;
  g_automem float *feature = path != NULL ? arra_mem_new (width, sizeof (float), "a feature", error) : NULL;

  if (feature == NULL || !arra_feature_read (path, width, feature, error))
    return NULL;
  hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) feature, width * sizeof (float));
  return g_strdup_printf ("files-%d-%.16s", (int) tree->layout, hash);
}

static gboolean
gather_item (const ArraFeatureTree *tree,
             const ArraDataset *dataset,
             guint item,
             guint width,
             float *feature,
             ArraFeatureCacheWriter *writer,
             ArraBadItems *bad,
             GError **error)
{
  g_autofree char *path = path_of (tree, dataset, item, error);
  GError *fault = NULL;

  if (path == NULL)
    return FALSE;
  if (!arra_feature_read (path, width, feature, &fault))
    return arra_bad_items_take (bad, item, fault, error);
  return arra_feature_cache_writer_put (writer, item, feature, error);
}

gboolean
arra_feature_tree_gather (const ArraFeatureTree *tree,
                          const ArraDataset *dataset,
                          guint width,
                          ArraFeatureCacheWriter *writer,
                          ArraBadItems *bad,
                          ArraItemProgress progress,
                          gpointer user,
                          GCancellable *cancellable,
                          GError **error)
{
  guint n = arra_dataset_size (dataset);
  g_automem float *feature = arra_mem_new (width, sizeof (float), "a feature", error);

  if (feature == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      if (arra_feature_cache_writer_has (writer, i))
        continue;
      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !gather_item (tree, dataset, i, width, feature, writer, bad, error))
        return FALSE;
      if (progress != NULL)
        progress (i + 1, n, user);
    }
  return arra_feature_cache_writer_finish (writer, error);
}
