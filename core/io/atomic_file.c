/* atomic_file.c - files that appear whole or not at all
 *
 * The data go to a file without a name (O_TMPFILE), which vanishes with the process, and which is linked to its place when it
 * is complete. Where the file system has no such thing, a hidden file beside the place is renamed or removed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"

#define N_TRIES 100

struct _ArraAtomicFile
{
  char *path;
  char *directory;
  char *temporary; /* (nullable): the name it has until it is committed */
  int fd;
  guint64 end;
  gboolean failed;
};

static gboolean
fail_errno (GError **error, const char *path, const char *what, int number)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (number), arra_translate ("%s: %s: %s"), path,
               arra_translate (what), g_strerror (number));
  return FALSE;
}

static char *
temporary_name (const ArraAtomicFile *file)
{
  g_autofree char *base = g_path_get_basename (file->path);
  g_autofree char *name = g_strdup_printf (".%.200s.%08x.part", base, g_random_int ());

  return g_build_filename (file->directory, name, NULL);
}

static ArraAtomicFile *
file_new (const char *path)
{
  ArraAtomicFile *file = g_new0 (ArraAtomicFile, 1);

  file->path = g_strdup (path);
  file->directory = g_path_get_dirname (path);
  file->fd = -1;
  return file;
}

ArraAtomicFile *
arra_atomic_file_new_named (const char *path, GError **error)
{
  g_autoptr (ArraAtomicFile) file = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  file = file_new (path);
  for (guint i = 0; i < N_TRIES && file->fd < 0; i++)
    {
      g_autofree char *name = temporary_name (file);

      file->fd = open (name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (file->fd >= 0)
        file->temporary = g_steal_pointer (&name);
      else if (errno != EEXIST)
        break;
    }
  if (file->fd < 0)
    {
      fail_errno (error, path, "cannot be created", errno);
      return NULL;
    }
  return g_steal_pointer (&file);
}

ArraAtomicFile *
arra_atomic_file_new (const char *path, GError **error)
{
  g_autoptr (ArraAtomicFile) file = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      fail_errno (error, path, "cannot be created", EISDIR);
      return NULL;
    }
  file = file_new (path);
  if (g_access ("/proc/self/fd", X_OK) == 0)
    file->fd = open (file->directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
  if (file->fd < 0)
    return arra_atomic_file_new_named (path, error);
  return g_steal_pointer (&file);
}

gboolean
arra_atomic_file_write_at (ArraAtomicFile *file, guint64 offset, const void *data, gsize size, GError **error)
{
  const guint8 *bytes = data;
  gsize done = 0;

  g_return_val_if_fail (file != NULL && file->fd >= 0, FALSE);
  if (size > G_MAXINT64 || offset > (guint64) G_MAXINT64 - size)
    return fail_errno (error, file->path, "cannot be written", EFBIG);
  while (done < size)
    {
      gssize n = pwrite (file->fd, bytes + done, MIN (size - done, 1u << 30), (off_t) (offset + done));

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          int number = n < 0 ? errno : ENOSPC;

          file->failed = TRUE;
          /* EFAULT: the bytes lie in a mapped file that was cut short. */
          return fail_errno (error, file->path,
                             number == EFAULT ? N_ ("cannot be written, its source could not be read")
                                              : N_ ("cannot be written"),
                             number);
        }
      done += (gsize) n;
    }
  file->end = MAX (file->end, offset + size);
  return TRUE;
}

gboolean
arra_atomic_file_write (ArraAtomicFile *file, const void *data, gsize size, GError **error)
{
  g_return_val_if_fail (file != NULL, FALSE);
  return arra_atomic_file_write_at (file, file->end, data, size, error);
}

guint64
arra_atomic_file_tell (const ArraAtomicFile *file)
{
  return file->end;
}

/* Gives the nameless file a name: 0 or an errno. */
static int
link_nameless (const ArraAtomicFile *file, const char *name)
{
  g_autofree char *self = g_strdup_printf ("/proc/self/fd/%d", file->fd);

  return linkat (AT_FDCWD, self, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
}

/* A link cannot replace a file, so that a name beside it is needed when there is one already. */
static int
link_beside (ArraAtomicFile *file)
{
  for (guint i = 0; i < N_TRIES; i++)
    {
      g_autofree char *name = temporary_name (file);
      int number = link_nameless (file, name);

      if (number == 0)
        file->temporary = g_steal_pointer (&name);
      if (number != EEXIST)
        return number;
    }
  return EEXIST;
}

static int
put_in_place (ArraAtomicFile *file)
{
  if (file->temporary == NULL)
    {
      int number = link_nameless (file, file->path);

      if (number == EEXIST)
        number = link_beside (file);
      if (number != 0 || file->temporary == NULL)
        return number;
    }
  if (g_rename (file->temporary, file->path) != 0)
    return errno;
  g_clear_pointer (&file->temporary, g_free);
  return 0;
}

/* The name is only safe on the disk when its directory is; a file system that cannot do this is no fault. */
static void
sync_directory (const char *directory)
{
  int fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    return;
  fsync (fd);
  close (fd);
}

gboolean
arra_atomic_file_commit (ArraAtomicFile *file, GError **error)
{
  int number;

  g_return_val_if_fail (file != NULL && file->fd >= 0, FALSE);
  if (file->failed)
    return arra_fail (error, ARRA_ERROR_FAILED, "%s: is incomplete: an earlier write failed", file->path);
  if (fsync (file->fd) != 0 && errno != EINVAL && errno != EROFS)
    return fail_errno (error, file->path, "cannot be written", errno);
  number = put_in_place (file);
  if (number != 0)
    return fail_errno (error, file->path, "cannot be put in place", number);
  sync_directory (file->directory);
  close (file->fd);
  file->fd = -1;
  return TRUE;
}

void
arra_atomic_file_free (ArraAtomicFile *file)
{
  if (file == NULL)
    return;
  if (file->temporary != NULL)
    g_unlink (file->temporary);
  if (file->fd >= 0)
    close (file->fd);
  g_free (file->temporary);
  g_free (file->directory);
  g_free (file->path);
  g_free (file);
}

gboolean
arra_write_file (const char *path, const void *data, gsize size, GError **error)
{
  g_autoptr (ArraAtomicFile) file = arra_atomic_file_new (path, error);

  return file != NULL && arra_atomic_file_write (file, data, size, error)
         && arra_atomic_file_commit (file, error);
}
