/* dataset.c - captioned pictures on disk: opening, and what a data set is asked for
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dataset_private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "fail.h"
#include "mem.h"
#include "resize.h"

#define BYTES_PER_BYTE 4 /* of metadata: paths are written out, and tables made */

gboolean
arra_dataset_is_inside (const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, G_DIR_SEPARATOR_S, -1);

  return *name != '\0' && !g_path_is_absolute (name) && !g_strv_contains ((const char *const *) parts, "..");
}

gboolean
arra_dataset_is_room (gsize size, const char *path, GError **error)
{
  g_automem void *room = arra_mem_new (size, BYTES_PER_BYTE, path, error);

  return room != NULL;
}

gboolean
arra_dataset_add (ArraDataset *dataset,
                  const char *where,
                  const char *name,
                  const char *picture,
                  const char *caption,
                  GError **error)
{
  ArraDatasetItem item;

  if (g_hash_table_contains (dataset->pictures, picture))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the picture %s appears twice", where, name);
  if (strlen (caption) > ARRA_DATASET_MAX_TEXT)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the caption is too long: %zu bytes can be used",
                      where, ARRA_DATASET_MAX_TEXT);
  item.name = g_string_chunk_insert (dataset->texts, name);
  item.picture = g_string_chunk_insert (dataset->texts, picture);
  item.caption = g_string_chunk_insert (dataset->texts, caption);
  g_array_append_val (dataset->items, item);
  g_hash_table_add (dataset->pictures, (gpointer) item.picture);
  return TRUE;
}

static ArraDataset *
dataset_new (const char *path)
{
  ArraDataset *dataset = g_new0 (ArraDataset, 1);

  dataset->path = g_strdup (path);
  dataset->texts = g_string_chunk_new (1 << 16);
  dataset->items = g_array_new (FALSE, FALSE, sizeof (ArraDatasetItem));
  dataset->pictures = g_hash_table_new (g_str_hash, g_str_equal);
  dataset->attributes = g_ptr_array_new_with_free_func (arra_dataset_attribute_free);
  dataset->said = g_array_new (FALSE, FALSE, sizeof (ArraDatasetLabel));
  return dataset;
}

static gboolean
read_form (ArraDataset *dataset, const char *path, GError **error)
{
  g_autofree char *metadata = g_build_filename (path, "metadata.jsonl", NULL);

  if (g_file_test (metadata, G_FILE_TEST_EXISTS))
    return arra_dataset_read_metadata (dataset, metadata, error);
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return arra_dataset_read_folder (dataset, path, error);
  if (g_str_has_suffix (path, ".jsonl"))
    return arra_dataset_read_metadata (dataset, path, error);
  return arra_dataset_read_conversations (dataset, path, error);
}

ArraDataset *
arra_dataset_open (const char *path, GError **error)
{
  g_autoptr (ArraDataset) dataset = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  dataset = dataset_new (path);
  if (!read_form (dataset, path, error) || !arra_dataset_close_labels (dataset, error))
    return NULL;
  if (dataset->items->len == 0)
    {
      arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the data set is empty: no picture with a caption",
                 path);
      return NULL;
    }
  return g_steal_pointer (&dataset);
}

void
arra_dataset_free (ArraDataset *dataset)
{
  if (dataset == NULL)
    return;
  g_free (dataset->path);
  g_hash_table_unref (dataset->pictures);
  g_array_unref (dataset->items);
  g_ptr_array_unref (dataset->attributes);
  g_clear_pointer (&dataset->said, g_array_unref);
  g_string_chunk_free (dataset->texts);
  arra_mem_free (dataset->labels);
  g_free (dataset);
}

guint
arra_dataset_size (const ArraDataset *dataset)
{
  return dataset->items->len;
}

static const ArraDatasetItem *
get_item (const ArraDataset *dataset, guint item)
{
  g_assert (item < dataset->items->len);
  return &g_array_index (dataset->items, ArraDatasetItem, item);
}

const char *
arra_dataset_picture (const ArraDataset *dataset, guint item)
{
  return get_item (dataset, item)->picture;
}

const char *
arra_dataset_caption (const ArraDataset *dataset, guint item)
{
  return get_item (dataset, item)->caption;
}

gboolean
arra_dataset_load (const ArraDataset *dataset, guint item, guint size, guint8 *rgb, GError **error)
{
  const char *picture = get_item (dataset, item)->picture;
  g_autoraster ArraRaster raster = { 0 }, whole = { 0 }, square = { 0 };

  if (!arra_raster_load (&raster, picture, error))
    return FALSE;
  if (!arra_raster_whiten (&raster, &whole, error)
      || !arra_raster_center_crop (&whole, size, size, &square, error))
    {
      g_prefix_error (error, "%s: ", picture);
      return FALSE;
    }
  memcpy (rgb, square.pixels, (gsize) 3 * size * size);
  return TRUE;
}

static gboolean
digest_item (GChecksum *sum, const ArraDatasetItem *item, GError **error)
{
  g_autofree char *numbers = NULL;
  GStatBuf file;

  if (g_stat (item->picture, &file) != 0)
    {
      int number = errno;

      return arra_fail (error, number == ENOENT ? ARRA_ERROR_NOT_FOUND : ARRA_ERROR_INVALID_DATA, "%s: %s",
                        item->picture, g_strerror (number));
    }
  numbers = g_strdup_printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld", (gint64) file.st_size,
                             (gint64) file.st_mtim.tv_sec, (long) file.st_mtim.tv_nsec);
  g_checksum_update (sum, (const guchar *) item->name, (gssize) strlen (item->name) + 1);
  g_checksum_update (sum, (const guchar *) item->caption, (gssize) strlen (item->caption) + 1);
  g_checksum_update (sum, (const guchar *) numbers, (gssize) strlen (numbers) + 1);
  return TRUE;
}

char *
arra_dataset_fingerprint (const ArraDataset *dataset, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < dataset->items->len; i++)
    if (!digest_item (sum, get_item (dataset, i), error))
      return NULL;
  return g_strdup (g_checksum_get_string (sum));
}
