/* scratch.c - a temporary directory and common checks for tests of files
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scratch.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "allocations.h"

#define NOBODY 65534

static char *directory;

char *
scratch_path (const char *name)
{
  if (directory == NULL)
    {
      directory = g_dir_make_tmp ("arra-test-XXXXXX", NULL);
      g_assert_nonnull (directory);
      g_assert_cmpint (g_chmod (directory, 0755), ==, 0);
    }
  return g_build_filename (directory, name, NULL);
}

void
scratch_write (const char *path, const void *data, gsize size)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, data, (gssize) size, &error);
  g_assert_no_error (error);
}

guint
scratch_count_files (void)
{
  g_autofree char *path = scratch_path ("");
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint count = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      if (g_file_test (inner, G_FILE_TEST_IS_DIR))
        remove_tree (inner);
      else
        g_unlink (inner);
    }
  g_rmdir (path);
}

void
scratch_remove (void)
{
  if (directory != NULL)
    remove_tree (directory);
  g_clear_pointer (&directory, g_free);
}

int
scratch_run (void)
{
  int result = g_test_run ();

  scratch_remove ();
  return result;
}

void
scratch_assert_fault (GError **error, const char *file, const char *word)
{
  g_auto (GStrv) parts = NULL;
  g_autofree char *rest = NULL;

  g_assert_nonnull (*error);
  parts = g_strsplit ((*error)->message, file, -1);
  rest = g_strjoinv ("", parts);
  if (g_strv_length (parts) < 2 || strstr (rest, word) == NULL)
    g_error ("\"%s\" does not name %s and \"%s\"", (*error)->message, file, word);
  g_clear_error (error);
}

static void
check_refused (ScratchOpen open_file, const char *path, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (open_file (path, &error));
  scratch_assert_fault (&error, path, word);
}

/* Root may read anything, so that it becomes somebody else for a moment. */
static void
check_unreadable (ScratchOpen open_file)
{
  g_autofree char *path = scratch_path ("n_unreadable");
  gboolean is_root = geteuid () == 0;

  scratch_write (path, "1234567890", 10);
  g_assert_cmpint (g_chmod (path, 0), ==, 0);
  if (is_root && seteuid (NOBODY) != 0)
    {
      g_test_message ("unreadable files not tested: this root cannot be another user");
      return;
    }
  check_refused (open_file, path, "Permission denied");
  if (is_root)
    g_assert_cmpint (seteuid (0), ==, 0);
}

void
scratch_check_odd_files (ScratchOpen open_file)
{
  g_autofree char *missing = scratch_path ("n_missing");
  g_autofree char *empty = scratch_path ("n_empty");
  g_autofree char *folder = scratch_path ("n_folder");
  g_autofree char *pipe_path = scratch_path ("n_pipe");

  check_refused (open_file, missing, "No such file");
  scratch_write (empty, "", 0);
  check_refused (open_file, empty, "empty");
  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  check_refused (open_file, folder, "directory");
  g_assert_cmpint (mkfifo (pipe_path, 0644), ==, 0);
  check_refused (open_file, pipe_path, "not a regular file");
  check_unreadable (open_file);
}

typedef struct
{
  ScratchOpen open_file;
  GDestroyNotify free_it;
  const char *path;
} Opening;

static gboolean
open_and_free (gpointer data, GError **error)
{
  const Opening *o = data;
  gpointer opened = o->open_file (o->path, error);

  if (opened != NULL)
    o->free_it (opened);
  return opened != NULL;
}

void
scratch_check_allocations (ScratchOpen open_file, GDestroyNotify free_it, const char *path)
{
  Opening opening = { open_file, free_it, path };

  allocations_check (open_and_free, &opening);
}

char *
scratch_golden (const char *name)
{
  const char *data = g_getenv ("ARRA_TEST_DATA");

  g_assert_nonnull (data);
  return g_build_filename (data, "golden", name, NULL);
}
