/* atomic_file.c - files that appear whole or not at all
 *
 * The data go to a file without a name (O_TMPFILE), which vanishes with the process, and which is linked to its place
 * when it is complete. Where the file system has no such thing, a hidden file beside the place is renamed or removed.
 * What goes into a device or a pipe, which can be neither replaced nor written out of order, is collected in the folder
 * for temporary files.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "output_place.h"
#include "write_all.h"

#define N_TRIES 100
#define PIECE 65536 /* bytes that go into a stream at once */

struct _ArraAtomicFile
{
  char *path; /* as it was asked for */
  ArraOutputPlace place;
  char *directory; /* that the data are written to */
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
  g_autofree char *base = g_path_get_basename (file->place.path);
  g_autofree char *name = g_strdup_printf (".%.200s.%08x.part", base, g_random_int ());

  return g_build_filename (file->directory, name, NULL);
}

/* What is replaced may be secret: until it is, nobody else reads what comes in its place. */
static mode_t
first_mode (const ArraAtomicFile *file)
{
  struct stat old;

  return file->place.is_stream || stat (file->place.path, &old) == 0 ? 0600 : 0666;
}

static void
open_named (ArraAtomicFile *file)
{
  mode_t mode = first_mode (file);

  for (guint i = 0; i < N_TRIES && file->fd < 0; i++)
    {
      g_autofree char *name = temporary_name (file);

      file->fd = open (name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
      if (file->fd >= 0)
        file->temporary = g_steal_pointer (&name);
      else if (errno != EEXIST)
        return;
    }
}

static void
open_nameless (ArraAtomicFile *file)
{
  if (g_access ("/proc/self/fd", X_OK) == 0)
    file->fd = open (file->directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
}

/* Of the data themselves, before they are where they belong. */
static gboolean
fail_data (const ArraAtomicFile *file, const char *what, int number, GError **error)
{
  g_autofree char *collected = NULL;

  if (file->place.is_stream)
    collected = g_strdup_printf (arra_translate ("%s (collected in %s)"), file->path, file->directory);
  return fail_errno (error, collected != NULL ? collected : file->path, what, number);
}

static ArraAtomicFile *
file_new (const char *path, gboolean named, GError **error)
{
  g_autoptr (ArraAtomicFile) file = g_new0 (ArraAtomicFile, 1);

  file->fd = -1;
  file->path = g_strdup (path);
  if (!arra_output_place_find (&file->place, path, error))
    return NULL;
  file->directory = file->place.is_stream ? g_strdup (g_get_tmp_dir ()) : g_path_get_dirname (file->place.path);
  if (g_file_test (file->place.path, G_FILE_TEST_IS_DIR))
    {
      fail_errno (error, path, "cannot be created", EISDIR);
      return NULL;
    }
  if (!named)
    open_nameless (file);
  if (file->fd < 0)
    open_named (file);
  if (file->fd >= 0)
    return g_steal_pointer (&file);
  fail_data (file, N_ ("cannot be created"), errno, error);
  return NULL;
}

ArraAtomicFile *
arra_atomic_file_new_named (const char *path, GError **error)
{
  g_return_val_if_fail (path != NULL, NULL);
  return file_new (path, TRUE, error);
}

ArraAtomicFile *
arra_atomic_file_new (const char *path, GError **error)
{
  g_return_val_if_fail (path != NULL, NULL);
  return file_new (path, FALSE, error);
}

gboolean
arra_atomic_file_write_at (ArraAtomicFile *file, guint64 offset, const void *data, gsize size, GError **error)
{
  int number;

  g_return_val_if_fail (file != NULL && file->fd >= 0, FALSE);
  if (size > G_MAXINT64 || offset > (guint64) G_MAXINT64 - size)
    return fail_errno (error, file->path, "cannot be written", EFBIG);
  number = arra_write_all (file->fd, data, size, (gint64) offset);
  if (number != 0)
    {
      file->failed = TRUE;
      /* EFAULT: the bytes lie in a mapped file that was cut short. */
      return fail_data (
          file, number == EFAULT ? N_ ("cannot be written, its source could not be read") : N_ ("cannot be written"),
          number, error);
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
      int number = link_nameless (file, file->place.path);

      if (number == EEXIST)
        number = link_beside (file);
      if (number != 0 || file->temporary == NULL)
        return number;
    }
  if (g_rename (file->temporary, file->place.path) != 0)
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

/* The file that is replaced hands on its mode, and its owner where that is allowed. */
static void
inherit (const ArraAtomicFile *file)
{
  struct stat old;
  gboolean owned;

  if (stat (file->place.path, &old) != 0 || !S_ISREG (old.st_mode))
    return;
  owned = fchown (file->fd, old.st_uid, old.st_gid) == 0;
  fchmod (file->fd, old.st_mode & (owned ? 07777 : 0777));
}

static gboolean
replace (ArraAtomicFile *file, GError **error)
{
  int number;

  inherit (file);
  if (fsync (file->fd) != 0 && errno != EINVAL && errno != EROFS)
    return fail_errno (error, file->path, "cannot be written", errno);
  number = put_in_place (file);
  if (number != 0)
    return fail_errno (error, file->path, "cannot be put in place", number);
  sync_directory (file->directory);
  return TRUE;
}

/* Copies what was collected to @to: 0 or an errno. */
static int
pour (const ArraAtomicFile *file, int to)
{
  g_autofree guint8 *piece = g_malloc (PIECE);
  int number = 0;

  for (guint64 done = 0; done < file->end && number == 0;)
    {
      gssize n = pread (file->fd, piece, MIN (PIECE, file->end - done), (off_t) done);

      if (n <= 0)
        return n == 0 ? EIO : errno;
      number = arra_write_all (to, piece, (gsize) n, -1);
      done += (guint64) n;
    }
  return number;
}

static gboolean
write_through (ArraAtomicFile *file, GError **error)
{
  int to = arra_output_place_open (&file->place), number;

  if (to < 0)
    return fail_errno (error, file->path, "cannot be opened", errno);
  number = pour (file, to);
  close (to);
  return number == 0 || fail_errno (error, file->path, "cannot be written", number);
}

gboolean
arra_atomic_file_commit (ArraAtomicFile *file, GError **error)
{
  g_return_val_if_fail (file != NULL && file->fd >= 0, FALSE);
  if (file->failed)
    return arra_fail (error, ARRA_ERROR_FAILED, "%s: is incomplete: an earlier write failed", file->path);
  if (!(file->place.is_stream ? write_through (file, error) : replace (file, error)))
    return FALSE;
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
  arra_output_place_clear (&file->place);
  g_free (file->temporary);
  g_free (file->directory);
  g_free (file->path);
  g_free (file);
}

gboolean
arra_write_file (const char *path, const void *data, gsize size, GError **error)
{
  g_autoptr (ArraAtomicFile) file = arra_atomic_file_new (path, error);

  return file != NULL && arra_atomic_file_write (file, data, size, error) && arra_atomic_file_commit (file, error);
}
