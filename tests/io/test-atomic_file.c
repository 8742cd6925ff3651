/* test-atomic_file.c - files that appear whole or not at all
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mapping.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"

typedef ArraAtomicFile *(*FileNew) (const char *path, GError **error);

static const FileNew makers[] = { arra_atomic_file_new, arra_atomic_file_new_named };

static void
assert_contents (const char *path, const char *expected)
{
  g_autofree char *text = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  g_assert_cmpmem (text, size, expected, strlen (expected));
}

static void
write_pieces (FileNew maker, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraAtomicFile) file = maker (path, &error);

  g_assert_no_error (error);
  g_assert_true (arra_atomic_file_write (file, "head ", 5, &error));
  g_assert_true (arra_atomic_file_write (file, "tail", 4, &error));
  g_assert_true (arra_atomic_file_write_at (file, 0, "HE", 2, &error));
  g_assert_cmpuint (arra_atomic_file_tell (file), ==, 9);
  g_assert_true (arra_atomic_file_commit (file, &error));
  g_assert_no_error (error);
}

static void
test_commit (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (makers); i++)
    {
      g_autofree char *path = scratch_path ("committed");
      guint before = scratch_count_files ();
      struct stat status;
      mode_t mask = umask (027);

      write_pieces (makers[i], path);
      umask (mask);
      assert_contents (path, "HEad tail");
      g_assert_cmpint (g_stat (path, &status), ==, 0);
      g_assert_cmpuint (status.st_mode & 0777, ==, 0640);
      g_assert_cmpuint (scratch_count_files (), ==, before + 1);
      scratch_write (path, "old", 3);
      write_pieces (makers[i], path);
      assert_contents (path, "HEad tail");
      g_assert_cmpuint (scratch_count_files (), ==, before + 1);
      g_unlink (path);
    }
}

static void
test_given_up (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (makers); i++)
    {
      g_autofree char *path = scratch_path ("given-up");
      g_autoptr (GError) error = NULL;
      guint before;
      ArraAtomicFile *file;

      scratch_write (path, "old", 3);
      before = scratch_count_files ();
      file = makers[i](path, &error);
      g_assert_true (arra_atomic_file_write (file, "half", 4, &error));
      arra_atomic_file_free (file);
      assert_contents (path, "old");
      g_assert_cmpuint (scratch_count_files (), ==, before);
    }
}

/* A file that grows past a limit fails, stays failed, and leaves nothing. */
static void
test_write_fails (void)
{
  g_autofree char *path = scratch_path ("limited");
  g_autofree char *data = g_malloc0 (100000);
  struct rlimit limit, old;
  guint before = scratch_count_files ();

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  limit = (struct rlimit){ .rlim_cur = 50000, .rlim_max = old.rlim_max };
  signal (SIGXFSZ, SIG_IGN);
  for (guint i = 0; i < G_N_ELEMENTS (makers); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraAtomicFile) file = makers[i](path, &error);

      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
      g_assert_false (arra_atomic_file_write (file, data, 100000, &error));
      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
      scratch_assert_fault (&error, path, "cannot be written");
      g_assert_false (arra_atomic_file_commit (file, &error));
      scratch_assert_fault (&error, path, "incomplete");
    }
  g_assert_cmpuint (scratch_count_files (), ==, before);
}

static gboolean
has_nameless_files (void)
{
  g_autofree char *folder = scratch_path ("");
  int fd = open (folder, O_TMPFILE | O_WRONLY, 0600);

  if (fd < 0)
    return FALSE;
  close (fd);
  return TRUE;
}

static void
test_killed (void)
{
  g_autofree char *path = scratch_path ("killed");
  guint before = scratch_count_files ();
  int status;
  pid_t child;

  if (!has_nameless_files ())
    {
      g_test_skip ("this file system has no O_TMPFILE");
      return;
    }
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      ArraAtomicFile *file = arra_atomic_file_new (path, NULL);

      if (file != NULL && arra_atomic_file_write (file, "half", 4, NULL))
        kill (getpid (), SIGKILL);
      _exit (1);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpuint (scratch_count_files (), ==, before);
}

/* Bytes of a mapped file that was cut cannot be written: an error, not a crash. */
static void
test_source_cut (void)
{
  g_autofree char *from = scratch_path ("from");
  g_autofree char *path = scratch_path ("to");
  g_autofree char *data = g_malloc0 (100000);
  g_autoptr (ArraMapping) mapping = NULL;
  g_autoptr (GError) error = NULL;
  guint before;

  scratch_write (from, data, 100000);
  before = scratch_count_files ();
  mapping = arra_mapping_open (from, &error);
  g_assert_no_error (error);
  g_assert_cmpint (truncate (from, 0), ==, 0);
  g_assert_false (arra_write_file (path, arra_mapping_data (mapping), arra_mapping_size (mapping), &error));
  scratch_assert_fault (&error, path, "source could not be read");
  g_assert_cmpuint (scratch_count_files (), ==, before);
}

static void
test_bad_places (void)
{
  g_autofree char *folder = scratch_path ("folder");
  g_autofree char *nowhere = scratch_path ("nowhere/file");
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_false (arra_write_file (folder, "x", 1, &error));
  scratch_assert_fault (&error, folder, "directory");
  g_assert_false (arra_write_file (nowhere, "x", 1, &error));
  scratch_assert_fault (&error, nowhere, "No such file");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/atomic-file/commit", test_commit);
  g_test_add_func ("/io/atomic-file/given-up", test_given_up);
  g_test_add_func ("/io/atomic-file/write-fails", test_write_fails);
  g_test_add_func ("/io/atomic-file/killed", test_killed);
  g_test_add_func ("/io/atomic-file/source-cut", test_source_cut);
  g_test_add_func ("/io/atomic-file/bad-places", test_bad_places);
  return scratch_run ();
}
