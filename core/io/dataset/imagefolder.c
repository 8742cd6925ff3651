/* imagefolder.c - captioned pictures on disk as a Hugging Face imagefolder
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "imagefolder.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "fail.h"
#include "jsonwriter.h"
#include "mapping.h"
#include "mem.h"
#include "picture.h"

#define MAX_SERIES (1u << 20) /* bytes of series.json */

char *
arra_imagefolder_name (guint64 number)
{
  return g_strdup_printf ("images/%06" G_GUINT64_FORMAT ".png", number);
}

char *
arra_imagefolder_path (const char *directory, guint64 number)
{
  g_autofree char *name = arra_imagefolder_name (number);

  return g_build_filename (directory, name, NULL);
}

gboolean
arra_imagefolder_has (const char *directory, guint64 number)
{
  g_autofree char *path = arra_imagefolder_path (directory, number);

  return arra_picture_is_whole (path);
}

static gboolean
make_directories (const char *directory, GError **error)
{
  g_autofree char *images = g_build_filename (directory, "images", NULL);

  if (g_mkdir_with_parents (images, 0777) == 0)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, (gint) g_file_error_from_errno (errno),
               arra_translate ("the folder %s cannot be made: %s"), images, g_strerror (errno));
  return FALSE;
}

/* What a series would write over, or take for its own: links, too, whatever they lead to. */
static gboolean
check_foreign (const char *directory, GError **error)
{
  static const char *const names[] = { "metadata.jsonl", "metadata.csv", "attributes.json", "words.json" };
  g_autofree char *images = g_build_filename (directory, "images", NULL);
  g_autoptr (GDir) dir = g_dir_open (images, 0, NULL);
  const char *found = dir != NULL && g_dir_read_name (dir) != NULL ? "images" : NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (names) && found == NULL; i++)
    {
      g_autofree char *path = g_build_filename (directory, names[i], NULL);
      struct stat status;

      if (g_lstat (path, &status) == 0)
        found = names[i];
    }
  return found == NULL
         || arra_fail (error, ARRA_ERROR_ARGUMENT,
                       "%s holds %s, but no series that made it (series.json): name another folder", directory, found);
}

gboolean
arra_imagefolder_claim (const char *directory, const char *series, GError **error)
{
  g_autofree char *path = g_build_filename (directory, "series.json", NULL);
  g_automem char *found = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return check_foreign (directory, error) && make_directories (directory, error)
           && arra_write_file (path, series, strlen (series), error);
  if (!make_directories (directory, error))
    return FALSE;
  found = arra_read_file (path, MAX_SERIES, NULL, error);
  if (found == NULL)
    return FALSE;
  if (strcmp (found, series) != 0)
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "%s holds another series (its series.json says which): name another folder", directory);
  return TRUE;
}

static gboolean
write_attributes (const char *directory, const ArraDataset *labels, GError **error)
{
  g_autofree char *path = g_build_filename (directory, "attributes.json", NULL);
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  for (guint a = 0; a < arra_dataset_attributes (labels); a++)
    {
      arra_json_begin_array_as (json, arra_dataset_attribute (labels, a), ARRA_JSON_LINE);
      for (guint v = 0; v < arra_dataset_values (labels, a); v++)
        arra_json_put_string (json, NULL, arra_dataset_value (labels, a, v));
      arra_json_end_array (json);
    }
  arra_json_end_object (json);
  return arra_json_writer_save (json, path, error);
}

/* The line of picture @item */
static gboolean
write_item (ArraAtomicFile *file, const char *caption, const ArraDataset *labels, guint item, GError **error)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINE);
  g_autofree char *name = arra_imagefolder_name (item);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "file_name", name);
  arra_json_put_string (json, "text", caption);
  for (guint a = 0; labels != NULL && a < arra_dataset_attributes (labels); a++)
    {
      gint value = arra_dataset_label (labels, item, a);

      if (value >= 0)
        arra_json_put_string (json, arra_dataset_attribute (labels, a), arra_dataset_value (labels, a, (guint) value));
    }
  arra_json_end_object (json);
  return arra_atomic_file_write (file, json->text->str, json->text->len, error);
}

static gboolean
write_metadata (const char *directory, const char *const *captions, guint n, const ArraDataset *labels, GError **error)
{
  g_autofree char *path = g_build_filename (directory, "metadata.jsonl", NULL);
  g_autoptr (ArraAtomicFile) file = arra_atomic_file_new (path, error);

  for (guint i = 0; file != NULL && i < n; i++)
    if (!write_item (file, captions[i], labels, i, error))
      return FALSE;
  return file != NULL && arra_atomic_file_commit (file, error);
}

gboolean
arra_imagefolder_finish (const char *directory,
                         const char *const *captions,
                         guint n,
                         const ArraDataset *labels,
                         GError **error)
{
  g_return_val_if_fail (labels == NULL || n <= arra_dataset_size (labels), FALSE);
  if (labels != NULL && arra_dataset_attributes (labels) > 0 && !write_attributes (directory, labels, error))
    return FALSE;
  return write_metadata (directory, captions, n, labels, error);
}
