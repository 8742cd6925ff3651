/* test-atomic_file.c - files that appear whole or not at all
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "scratch.h"

typedef ArraAtomicFile *(*FileNew) (const char *path, GError **error);

static const FileNew makers[] = { arra_atomic_file_new, arra_atomic_file_new_named };

/* What a commit syncs, in the place of the C library's. */
static struct
{
  const char *path; /* of the file that is committed */
  guint files, directories;
  gint64 size;       /* of the file when it was synced */
  gboolean in_place; /* it had its name by then */
  gboolean fails;
} synced;

int
fsync (int fd)
{
  struct stat status, named;

  if (synced.fails)
    {
      errno = EIO;
      return -1;
    }
  if (fstat (fd, &status) == 0 && S_ISDIR (status.st_mode))
    synced.directories++;
  else
    {
      synced.files++;
      synced.size = status.st_size;
      synced.in_place = synced.path != NULL && stat (synced.path, &named) == 0 && named.st_ino == status.st_ino;
    }
  return (int) syscall (SYS_fsync, fd);
}

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

/* A file that grows past a limit fails without a signal, stays failed, and leaves nothing. */
static void
test_write_fails (void)
{
  g_autofree char *path = scratch_path ("limited");
  g_autofree char *data = g_malloc0 (100000);
  struct rlimit limit, old;
  guint before = scratch_count_files ();

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  limit = (struct rlimit) { .rlim_cur = 50000, .rlim_max = old.rlim_max };
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

/* The bytes are on the disk before they have the name, and then the name is. */
static void
test_synced (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (makers); i++)
    {
      g_autofree char *path = scratch_path ("synced");
      g_autoptr (GError) error = NULL;
      ArraAtomicFile *file;

      synced.path = path;
      synced.files = synced.directories = 0;
      write_pieces (makers[i], path);
      g_assert_cmpuint (synced.files, ==, 1);
      g_assert_cmpint (synced.size, ==, 9);
      g_assert_false (synced.in_place);
      g_assert_cmpuint (synced.directories, ==, 1);
      synced.fails = TRUE;
      file = makers[i](path, &error);
      g_assert_true (arra_atomic_file_write (file, "other", 5, &error));
      g_assert_false (arra_atomic_file_commit (file, &error));
      scratch_assert_fault (&error, path, "cannot be written");
      arra_atomic_file_free (file);
      assert_contents (path, "HEad tail");
      synced.fails = FALSE;
      synced.path = NULL;
      g_unlink (path);
    }
}

static void
test_mode_kept (void)
{
  static const mode_t modes[] = { 0600, 0640, 0755, 0444 };
  g_autofree char *path = scratch_path ("kept");
  struct stat status;

  scratch_write (path, "old", 3);
  for (guint i = 0; i < G_N_ELEMENTS (makers); i++)
    for (guint m = 0; m < G_N_ELEMENTS (modes); m++)
      {
        g_assert_cmpint (g_chmod (path, (int) modes[m]), ==, 0);
        write_pieces (makers[i], path);
        g_assert_cmpint (g_stat (path, &status), ==, 0);
        g_assert_cmpuint (status.st_mode & 07777, ==, modes[m]);
      }
  if (geteuid () == 0 && chown (path, 65534, 65534) == 0)
    {
      write_pieces (makers[0], path);
      g_assert_cmpint (g_stat (path, &status), ==, 0);
      g_assert_cmpuint (status.st_uid, ==, 65534);
      g_assert_cmpuint (status.st_gid, ==, 65534);
    }
  g_unlink (path);
}

static void
assert_link (const char *path, const char *to)
{
  g_autofree char *text = g_file_read_link (path, NULL);

  g_assert_cmpstr (text, ==, to);
}

/* A chain of links, absolute and relative, to a file that is there and to one that is not yet. */
static void
test_links (void)
{
  g_autofree char *folder = scratch_path ("aside"), *target = scratch_path ("aside/target");
  g_autofree char *first = scratch_path ("first"), *second = scratch_path ("aside/second");
  g_autofree char *loop = scratch_path ("loop");
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_cmpint (symlink (second, first), ==, 0);
  g_assert_cmpint (symlink ("../aside/target", second), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (makers); i++)
    {
      guint before = scratch_count_files ();

      write_pieces (makers[i], first);
      assert_contents (target, "HEad tail");
      scratch_write (target, "old", 3);
      write_pieces (makers[i], first);
      assert_contents (target, "HEad tail");
      assert_link (first, second);
      assert_link (second, "../aside/target");
      g_assert_cmpuint (scratch_count_files (), ==, before);
      g_unlink (target);
    }
  g_assert_cmpint (symlink ("loop", loop), ==, 0);
  g_assert_false (arra_write_file (loop, "x", 1, &error));
  scratch_assert_fault (&error, loop, "symbolic links");
  g_unlink (loop);
  g_unlink (first);
  g_unlink (second);
  g_rmdir (folder);
}

static gpointer
read_pipe (gpointer path)
{
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

/* A named pipe stays one, and gets the bytes in their order. */
static void
test_pipe (void)
{
  g_autofree char *path = scratch_path ("pipe");
  struct stat status;

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (makers); i++)
    {
      GThread *reader = g_thread_new ("reader", read_pipe, path);
      guint before = scratch_count_files ();
      g_autofree char *text = NULL;

      write_pieces (makers[i], path);
      text = g_thread_join (reader);
      g_assert_cmpstr (text, ==, "HEad tail");
      g_assert_cmpint (g_lstat (path, &status), ==, 0);
      g_assert_true (S_ISFIFO (status.st_mode));
      g_assert_cmpuint (scratch_count_files (), ==, before);
    }
  g_unlink (path);
}

/* A node of our own with the numbers of /dev/null, where such may be made and used. */
static void
test_device (void)
{
  g_autofree char *path = scratch_path ("null");
  struct stat status;
  int fd = -1;

  if (mknod (path, S_IFCHR | 0600, makedev (1, 3)) == 0)
    fd = open (path, O_WRONLY);
  if (fd < 0)
    {
      g_unlink (path);
      g_test_skip ("no device can be made here");
      return;
    }
  close (fd);
  for (guint i = 0; i < G_N_ELEMENTS (makers); i++)
    {
      write_pieces (makers[i], path);
      g_assert_cmpint (g_lstat (path, &status), ==, 0);
      g_assert_true (S_ISCHR (status.st_mode));
    }
  g_unlink (path);
}

/* A terminal is a device that everybody can make. */
static void
test_terminal (void)
{
  int terminal = posix_openpt (O_RDWR | O_NOCTTY);
  struct termios raw;
  char text[10] = "";
  struct stat status;
  int slave;

  if (terminal < 0 || grantpt (terminal) != 0 || unlockpt (terminal) != 0
      || (slave = open (ptsname (terminal), O_RDWR | O_NOCTTY)) < 0)
    {
      g_test_skip ("there is no terminal here");
      return;
    }
  g_assert_cmpint (tcgetattr (slave, &raw), ==, 0);
  cfmakeraw (&raw);
  g_assert_cmpint (tcsetattr (slave, TCSANOW, &raw), ==, 0);
  write_pieces (arra_atomic_file_new, ptsname (terminal));
  g_assert_cmpint (read (terminal, text, 9), ==, 9);
  g_assert_cmpstr (text, ==, "HEad tail");
  g_assert_cmpint (g_lstat (ptsname (terminal), &status), ==, 0);
  g_assert_true (S_ISCHR (status.st_mode));
  close (slave);
  close (terminal);
}

/* An open file is written where it stands; a pipe whose reader has gone is an error, not a signal. */
static void
test_descriptor (void)
{
  g_autofree char *path = scratch_path ("opened");
  g_autofree char *name = NULL, *broken = NULL;
  g_autoptr (GError) error = NULL;
  int fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600), ends[2];

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, "before ", 7), ==, 7);
  name = g_strdup_printf ("/dev/fd/%d", fd);
  write_pieces (arra_atomic_file_new, name);
  g_assert_cmpint (write (fd, " after", 6), ==, 6);
  close (fd);
  assert_contents (path, "before HEad tail after");
  g_unlink (path);
  g_assert_cmpint (pipe (ends), ==, 0);
  close (ends[0]);
  broken = g_strdup_printf ("/proc/self/fd/%d", ends[1]);
  g_assert_false (arra_write_file (broken, "x", 1, &error));
  scratch_assert_fault (&error, broken, "Broken pipe");
  close (ends[1]);
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
  g_test_add_func ("/io/atomic-file/synced", test_synced);
  g_test_add_func ("/io/atomic-file/mode-kept", test_mode_kept);
  g_test_add_func ("/io/atomic-file/links", test_links);
  g_test_add_func ("/io/atomic-file/pipe", test_pipe);
  g_test_add_func ("/io/atomic-file/device", test_device);
  g_test_add_func ("/io/atomic-file/terminal", test_terminal);
  g_test_add_func ("/io/atomic-file/descriptor", test_descriptor);
  g_test_add_func ("/io/atomic-file/killed", test_killed);
  g_test_add_func ("/io/atomic-file/source-cut", test_source_cut);
  g_test_add_func ("/io/atomic-file/bad-places", test_bad_places);
  return scratch_run ();
}
