/* training_folder.c - the folder that a training writes: one trainer at a time, and nothing in it that another one made
 *
 * A training's own folder holds its state, or until that is saved for the first time a mark. The lock is the kernel's,
 * so that it goes with the process, however that ends.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "training_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "fail.h"
#include "mapping.h"

#define MARK "training.begun"

struct _ArraTrainingFolder
{
  char *path, *state, *mark;
  int fd; /* that is locked; -1: none */
};

ArraTrainingFolder *
arra_training_folder_new (const char *path)
{
  ArraTrainingFolder *folder = g_new0 (ArraTrainingFolder, 1);

  folder->path = g_strdup (path);
  folder->state = g_build_filename (path, ARRA_TRAINING_STATE, NULL);
  folder->mark = g_build_filename (path, MARK, NULL);
  folder->fd = -1;
  return folder;
}

void
arra_training_folder_free (ArraTrainingFolder *folder)
{
  if (folder == NULL)
    return;
  if (folder->fd >= 0)
    close (folder->fd);
  g_free (folder->path);
  g_free (folder->state);
  g_free (folder->mark);
  g_free (folder);
}

static gboolean
fail_errno (const ArraTrainingFolder *folder, const char *what, GError **error)
{
  g_set_error (error, G_FILE_ERROR, (gint) g_file_error_from_errno (errno), "%s: %s: %s", folder->path, what,
               g_strerror (errno));
  return FALSE;
}

/* A file system without locks keeps nobody out. */
static gboolean
lock (ArraTrainingFolder *folder, GError **error)
{
  if (folder->fd >= 0)
    return TRUE;
  folder->fd = open (folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder->fd < 0)
    return fail_errno (folder, "cannot be opened", error);
  if (flock (folder->fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
    return TRUE;
  close (folder->fd);
  folder->fd = -1;
  return arra_fail (error, ARRA_ERROR_FAILED,
                    "%s: another process is training in this folder: wait for its end, or name another folder with "
                    "--output",
                    folder->path);
}

/* A folder without anything in it is nobody's loss. */
static gboolean
holds_something (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);

  return dir != NULL ? g_dir_read_name (dir) != NULL : g_file_test (path, G_FILE_TEST_EXISTS);
}

/* What a training would replace, and a data set that it would fall into. */
static gboolean
check_foreign (const ArraTrainingFolder *folder, GError **error)
{
  static const char *const names[]
      = { "model", "model.new", "model.old", "model.sample", "metrics.csv", "loss.png", "samples", "metadata.jsonl" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder->path, names[i], NULL);

      if (holds_something (path))
        return arra_fail (error, ARRA_ERROR_ARGUMENT,
                          "%s holds %s, but no training that made it (%s): name another folder with --output, or "
                          "put it elsewhere",
                          folder->path, names[i], ARRA_TRAINING_STATE);
    }
  return TRUE;
}

gboolean
arra_training_folder_is_begun (const ArraTrainingFolder *folder)
{
  return g_file_test (folder->state, G_FILE_TEST_EXISTS);
}

gboolean
arra_training_folder_claim (ArraTrainingFolder *folder, gboolean resume, GError **error)
{
  if (!g_file_test (folder->path, G_FILE_TEST_EXISTS))
    return TRUE;
  if (!lock (folder, error))
    return FALSE;
  if (!arra_training_folder_is_begun (folder))
    return g_file_test (folder->mark, G_FILE_TEST_EXISTS) || check_foreign (folder, error);
  return resume
         || arra_fail (error, ARRA_ERROR_ARGUMENT,
                       "%s holds a training already: continue it with --resume, or name another folder with "
                       "--output",
                       folder->path);
}

gboolean
arra_training_folder_begin (ArraTrainingFolder *folder, gboolean resume, GError **error)
{
  static const char text[] = "A training has begun in this folder, and has saved nothing yet.\n";

  if (g_mkdir_with_parents (folder->path, 0777) != 0)
    return fail_errno (folder, "cannot be created", error);
  return arra_training_folder_claim (folder, resume, error)
         && (arra_training_folder_is_begun (folder) || arra_write_file (folder->mark, text, strlen (text), error));
}

void
arra_training_folder_saved (ArraTrainingFolder *folder)
{
  g_unlink (folder->mark);
}
