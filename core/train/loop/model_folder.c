/* model_folder.c - a folder that is replaced as a whole
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output_place.h"

static gboolean
fail_errno (const char *path, const char *what, GError **error)
{
  g_set_error (error, G_FILE_ERROR, (gint) g_file_error_from_errno (errno), "%s: %s: %s", path, what,
               g_strerror (errno));
  return FALSE;
}

gboolean
arra_folder_remove (const char *path, GError **error)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (!g_file_test (path, G_FILE_TEST_IS_DIR) || g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    return g_unlink (path) == 0 || errno == ENOENT || fail_errno (path, "cannot be removed", error);
  dir = g_dir_open (path, 0, error);
  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (!arra_folder_remove (child, error))
        return FALSE;
    }
  return g_rmdir (path) == 0 || fail_errno (path, "cannot be removed", error);
}

static gboolean keep_one (const char *from, const char *to, GError **error);

/* Gives @to what only @from holds: what somebody has put beside a model is not the training's to remove. Both hold it
 * then, so that it is safe when the training is killed. */
static gboolean
keep_others (const char *from, const char *to, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (from, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *old = g_build_filename (from, name, NULL), *kept = g_build_filename (to, name, NULL);
      struct stat status;

      if (g_lstat (kept, &status) != 0 && !keep_one (old, kept, error))
        return FALSE;
    }
  return TRUE;
}

/* A file system without hard links gets it moved. */
static gboolean
keep_one (const char *from, const char *to, GError **error)
{
  if (g_file_test (from, G_FILE_TEST_IS_DIR) && !g_file_test (from, G_FILE_TEST_IS_SYMLINK))
    return (g_mkdir (to, 0777) == 0 || fail_errno (to, "cannot be created", error)) && keep_others (from, to, error);
  return link (from, to) == 0 || g_rename (from, to) == 0 || fail_errno (from, "cannot be kept", error);
}

/* Puts @fresh in the place of @path; what was there has the name @fresh then. */
static gboolean
swap (const char *fresh, const char *path, GError **error)
{
  g_autofree char *aside = g_strconcat (path, ".old", NULL);

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return g_rename (fresh, path) == 0 || fail_errno (path, "cannot be put in place", error);
  if (renameat2 (AT_FDCWD, fresh, AT_FDCWD, path, RENAME_EXCHANGE) == 0)
    return TRUE;
  /* A file system that cannot exchange: there is no model for a moment. */
  return (arra_folder_remove (aside, error)
          && (g_rename (path, aside) == 0 || fail_errno (path, "cannot be replaced", error))
          && (g_rename (fresh, path) == 0 || fail_errno (path, "cannot be put in place", error))
          && arra_folder_remove (aside, error));
}

gboolean
arra_model_folder_save (const char *path, const ArraTrainee *trainee, GError **error)
{
  g_auto (ArraOutputPlace) place = { .path = NULL };
  g_autofree char *fresh = NULL;

  if (!arra_output_place_find (&place, path, error))
    return FALSE;
  path = place.path;
  fresh = g_strconcat (path, ".new", NULL);
  if (!arra_folder_remove (fresh, error))
    return FALSE;
  if (g_mkdir (fresh, 0777) != 0)
    return fail_errno (fresh, "cannot be created", error);
  return trainee->klass->save_model (trainee->self, fresh, error) && keep_others (path, fresh, error)
         && swap (fresh, path, error) && arra_folder_remove (fresh, error);
}
