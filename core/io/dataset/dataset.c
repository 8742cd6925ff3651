/* dataset.c - captioned pictures on disk: opening, and what a data set is asked for
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dataset_private.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "item_cache.h"
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
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the caption is too long: %zu bytes can be used", where,
                      ARRA_DATASET_MAX_TEXT);
  item.name = g_string_chunk_insert (dataset->texts, name);
  item.picture = g_string_chunk_insert (dataset->texts, picture);
  item.caption = g_string_chunk_insert (dataset->texts, caption);
  item.fault = NULL;
  g_array_append_val (dataset->items, item);
  g_hash_table_add (dataset->pictures, (gpointer) item.picture);
  return TRUE;
}

void
arra_dataset_add_fault (ArraDataset *dataset, const char *fault)
{
  g_array_index (dataset->items, ArraDatasetItem, dataset->items->len - 1).fault
      = g_string_chunk_insert (dataset->texts, fault);
}

/* What is wrong with the caption of @item; NULL: it can be learnt from. */
static GError *
caption_fault (const ArraDatasetItem *item)
{
  GError *fault = NULL;

  if (item->fault != NULL)
    return g_error_new_literal (ARRA_ERROR, ARRA_ERROR_INVALID_DATA, item->fault);
  if (item->caption[strspn (item->caption, " \t\r\n")] == '\0')
    arra_set_error (&fault, ARRA_ERROR_INVALID_DATA, "%s: the caption is empty: say what the picture shows",
                    item->picture);
  return fault;
}

void
arra_dataset_name_folders (ArraDataset *dataset)
{
  for (guint i = 0; i < dataset->items->len; i++)
    {
      ArraDatasetItem *item = &g_array_index (dataset->items, ArraDatasetItem, i);
      g_autofree char *whole = g_canonicalize_filename (item->picture, NULL), *folder = g_path_get_dirname (whole),
                      *name = g_path_get_basename (folder), *text = g_utf8_make_valid (name, -1);

      item->caption = g_string_chunk_insert (dataset->texts, text);
      item->fault = NULL;
    }
}

gboolean
arra_dataset_check_captions (const ArraDataset *dataset, ArraBadItems *bad, GError **error)
{
  for (guint i = 0; i < dataset->items->len; i++)
    {
      GError *fault = caption_fault (&g_array_index (dataset->items, ArraDatasetItem, i));

      if (fault != NULL && !arra_bad_items_take (bad, i, fault, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
arra_dataset_has_captions (const ArraDataset *dataset, GError **error)
{
  for (guint i = 0; i < dataset->items->len; i++)
    {
      const char *fault = g_array_index (dataset->items, ArraDatasetItem, i).fault;

      if (fault != NULL)
        {
          g_set_error_literal (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA, fault);
          return FALSE;
        }
    }
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
  dataset->left_out = g_ptr_array_new_with_free_func (arra_dataset_left_out_free);
  dataset->said = g_array_new (FALSE, FALSE, sizeof (ArraDatasetLabel));
  return dataset;
}

static gboolean
read_form (ArraDataset *dataset, const char *path, GError **error)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return arra_dataset_read_folder (dataset, path, error);
  if (g_str_has_suffix (path, ".csv"))
    return arra_dataset_read_csv (dataset, path, error);
  if (g_str_has_suffix (path, ".jsonl"))
    return arra_dataset_read_metadata (dataset, path, error);
  if (arra_picture_format_inside (path) != NULL)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: is a picture, not a data set: name the folder it lies in",
                      path);
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
      g_autofree char *left_out = arra_dataset_left_out (dataset);
      g_auto (GStrv) lines = g_strsplit (left_out != NULL ? left_out : "", "\n", -1);
      g_autofree char *all = g_strjoinv ("; ", lines);

      arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the data set is empty: no picture%s%s", path,
                 left_out != NULL ? "; " : "", all);
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
  g_free (dataset->attributes_from);
  g_ptr_array_unref (dataset->left_out);
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

const char *const arra_dataset_fits[] = { "crop", "pad", "pad-black", NULL };

void
arra_dataset_set_fit (ArraDataset *dataset, ArraDatasetFit fit)
{
  dataset->fit = fit;
}

static gboolean
make_square (const ArraDataset *dataset, const ArraRaster *whole, guint size, ArraRaster *square, GError **error)
{
  if (dataset->fit == ARRA_FIT_CROP)
    return arra_raster_center_crop (whole, size, size, square, error);
  return arra_raster_center_pad (whole, size, size, dataset->fit == ARRA_FIT_PAD ? 255 : 0, square, error);
}

gboolean
arra_dataset_load (const ArraDataset *dataset, guint item, guint size, guint8 *rgb, GError **error)
{
  const char *picture = get_item (dataset, item)->picture;
  g_autoraster ArraRaster raster = { 0 }, whole = { 0 }, square = { 0 };

  if (!arra_raster_load (&raster, picture, error))
    return FALSE;
  if (!arra_raster_whiten (&raster, &whole, error) || !make_square (dataset, &whole, size, &square, error))
    {
      g_prefix_error (error, "%s: ", picture);
      return FALSE;
    }
  memcpy (rgb, square.pixels, (gsize) 3 * size * size);
  return TRUE;
}

/* Zeros: it cannot be read. */
static void
digest_file (const char *path, guint8 key[ARRA_CACHE_KEY])
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  FILE *file = g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_fopen (path, "rb") : NULL;
  guint8 chunk[1 << 14];
  gsize n, length = ARRA_CACHE_KEY;

  memset (key, 0, ARRA_CACHE_KEY);
  if (file == NULL)
    return;
  while ((n = fread (chunk, 1, sizeof chunk, file)) > 0)
    g_checksum_update (sum, chunk, (gssize) n);
  if (!ferror (file))
    g_checksum_get_digest (sum, key, &length);
  fclose (file);
}

guint8 *
arra_dataset_keys (const ArraDataset *dataset, GCancellable *cancellable, GError **error)
{
  g_automem guint8 *keys = arra_mem_new (dataset->items->len, ARRA_CACHE_KEY, "the keys of a data set", error);

  for (guint i = 0; keys != NULL && i < dataset->items->len; i++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      digest_file (get_item (dataset, i)->picture, keys + (gsize) i * ARRA_CACHE_KEY);
    }
  return g_steal_pointer (&keys);
}

char *
arra_dataset_fingerprint (const ArraDataset *dataset, const guint8 *keys)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < dataset->items->len; i++)
    g_checksum_update (sum, keys + (gsize) i * ARRA_CACHE_KEY, ARRA_CACHE_KEY);
  return g_strdup (g_checksum_get_string (sum));
}

void
arra_dataset_drop (ArraDataset *dataset, const ArraBadItems *bad)
{
  guint n_attributes = dataset->attributes->len, n = 0;

  for (guint i = 0; i < dataset->items->len; i++)
    {
      if (arra_bad_items_has (bad, i))
        continue;
      g_array_index (dataset->items, ArraDatasetItem, n) = *get_item (dataset, i);
      memmove (dataset->labels + (gsize) n * n_attributes, dataset->labels + (gsize) i * n_attributes,
               n_attributes * sizeof *dataset->labels);
      n++;
    }
  g_array_set_size (dataset->items, n);
}
