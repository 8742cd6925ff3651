/* fuzz-dataset.c - metadata.jsonl and conversations of data sets
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dataset.h"

static char *folder;

static void
remove_folder (void)
{
  g_rmdir (folder);
  g_free (folder);
}

/* Items lie in the folder, or are absolute in conversations; labels are among the values. */
static void
check (const ArraDataset *dataset, gboolean conversations)
{
  g_assert_cmpuint (arra_dataset_size (dataset), >, 0);
  for (guint i = 0; i < arra_dataset_size (dataset); i++)
    {
      const char *picture = arra_dataset_picture (dataset, i);

      g_assert_nonnull (arra_dataset_caption (dataset, i));
      g_assert_true (conversations || g_str_has_prefix (picture, folder));
      g_assert_null (g_str_has_prefix (picture, folder) ? strstr (picture, "/../") : NULL);
      for (guint a = 0; a < arra_dataset_attributes (dataset); a++)
        g_assert_cmpint (arra_dataset_label (dataset, i, a), <, (gint) arra_dataset_values (dataset, a));
    }
}

static void
read_as (const char *name, gboolean conversations, const guint8 *data, gsize size)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraDataset) dataset = NULL;
  int fd = g_open (path, O_CREAT | O_WRONLY, 0600);

  g_assert_cmpint (write (fd, data, size), ==, (gssize) size);
  close (fd);
  dataset = arra_dataset_open (path, &error);
  g_assert_true ((dataset != NULL) == (error == NULL));
  if (dataset != NULL)
    check (dataset, conversations);
  g_unlink (path);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  if (folder == NULL)
    {
      folder = g_dir_make_tmp ("arra-fuzz-XXXXXX", NULL);
      g_assert_nonnull (folder);
      atexit (remove_folder);
    }
  read_as ("metadata.jsonl", FALSE, data, size);
  read_as ("metadata.csv", FALSE, data, size);
  read_as ("list.json", TRUE, data, size);
  return 0;
}
