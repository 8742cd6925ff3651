/* mapping.c - read-only mapped files, and small files read whole
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "mapping_guard.h"
#include "mem.h"
#include "stand_in.h"

struct _ArraMapping
{
  gatomicrefcount references;
  char *path;
  const guint8 *data;
  gsize size;
  int fd; /* kept to see whether the file changes; -1: borrowed bytes */
  dev_t device;
  ino_t inode;
  struct timespec modified;
  guint place; /* in the table of the SIGBUS guard */
};

/* Of files, those that are mapped now. */
static GMutex mapped_lock;
static GSList *mapped;

static void
set_mapped (ArraMapping *mapping, gboolean is_mapped)
{
  g_mutex_lock (&mapped_lock);
  mapped = is_mapped ? g_slist_prepend (mapped, mapping) : g_slist_remove (mapped, mapping);
  g_mutex_unlock (&mapped_lock);
}

gboolean
arra_mapping_is_open (const char *path)
{
  gboolean found = FALSE;
  struct stat status;

  if (stat (path, &status) != 0)
    return FALSE;
  g_mutex_lock (&mapped_lock);
  for (const GSList *l = mapped; l != NULL && !found; l = l->next)
    {
      const ArraMapping *mapping = l->data;

      found = mapping->inode == status.st_ino && mapping->device == status.st_dev;
    }
  g_mutex_unlock (&mapped_lock);
  return found;
}

static void
fail_errno (GError **error, const char *path, const char *what, int number)
{
  if (number == ENOENT || number == ENOTDIR)
    arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: %s: %s", path, arra_translate (what), g_strerror (number));
  else
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (number), arra_translate ("%s: %s: %s"), path,
                 arra_translate (what), g_strerror (number));
}

/* A file descriptor of a regular file, or -1. Does not wait at a named pipe. */
static int
open_regular (const char *path, struct stat *status, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

  if (fd < 0)
    {
      fail_errno (error, path, "cannot be opened", errno);
      return -1;
    }
  if (fstat (fd, status) != 0)
    fail_errno (error, path, "cannot be examined", errno);
  else if (S_ISDIR (status->st_mode))
    arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: is a directory, not a file", path);
  else if (!S_ISREG (status->st_mode))
    arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: is not a regular file", path);
  else
    return fd;
  close (fd);
  return -1;
}

static gsize
whole_pages (gsize size)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);

  return (size + page - 1) / page * page;
}

static gboolean
map_file (ArraMapping *mapping, GError **error)
{
  void *data = mmap (NULL, mapping->size, PROT_READ, MAP_PRIVATE, mapping->fd, 0);

  if (data == MAP_FAILED)
    {
      fail_errno (error, mapping->path, "cannot be mapped", errno);
      return FALSE;
    }
  if (!arra_mapping_guard_add (data, whole_pages (mapping->size), &mapping->place))
    {
      munmap (data, mapping->size);
      return arra_fail (error, ARRA_ERROR_FAILED, "%s: cannot be mapped: too many files are mapped already",
                        mapping->path);
    }
  mapping->data = data;
  set_mapped (mapping, TRUE);
  return TRUE;
}

static ArraMapping *
mapping_new (const char *path, const void *data, gsize size)
{
  ArraMapping *mapping = g_new0 (ArraMapping, 1);

  g_atomic_ref_count_init (&mapping->references);
  mapping->path = g_strdup (path);
  mapping->data = data;
  mapping->size = size;
  mapping->fd = -1;
  return mapping;
}

ArraMapping *
arra_mapping_open (const char *path, GError **error)
{
  g_autoptr (ArraMapping) mapping = NULL;
  struct stat status;
  int fd;

  g_return_val_if_fail (path != NULL, NULL);
  fd = open_regular (path, &status, error);
  if (fd < 0)
    return NULL;
  mapping = mapping_new (path, NULL, (gsize) status.st_size);
  mapping->fd = fd;
  mapping->modified = status.st_mtim;
  mapping->device = status.st_dev;
  mapping->inode = status.st_ino;
  if (status.st_size == 0)
    {
      arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: is empty", path);
      return NULL;
    }
  if (!map_file (mapping, error)
      || !arra_stand_in_check (path, mapping->data, mapping->size, ARRA_STAND_IN_FORMAT, error))
    return NULL;
  return g_steal_pointer (&mapping);
}

ArraMapping *
arra_mapping_new_for_bytes (const char *name, const void *data, gsize size)
{
  g_return_val_if_fail (name != NULL && (data != NULL || size == 0), NULL);
  return mapping_new (name, data, size);
}

ArraMapping *
arra_mapping_ref (ArraMapping *mapping)
{
  g_return_val_if_fail (mapping != NULL, NULL);
  g_atomic_ref_count_inc (&mapping->references);
  return mapping;
}

void
arra_mapping_unref (ArraMapping *mapping)
{
  if (mapping == NULL || !g_atomic_ref_count_dec (&mapping->references))
    return;
  if (mapping->fd >= 0)
    {
      if (mapping->data != NULL)
        {
          set_mapped (mapping, FALSE);
          arra_mapping_guard_remove (mapping->place);
          munmap ((void *) mapping->data, mapping->size);
        }
      close (mapping->fd);
    }
  g_free (mapping->path);
  g_free (mapping);
}

const guint8 *
arra_mapping_data (const ArraMapping *mapping)
{
  return mapping->data;
}

gsize
arra_mapping_size (const ArraMapping *mapping)
{
  return mapping->size;
}

const char *
arra_mapping_path (const ArraMapping *mapping)
{
  return mapping->path;
}

gboolean
arra_mapping_check (const ArraMapping *mapping, GError **error)
{
  struct stat status;

  if (mapping->fd < 0)
    return TRUE;
  if (fstat (mapping->fd, &status) != 0)
    {
      fail_errno (error, mapping->path, "cannot be examined", errno);
      return FALSE;
    }
  if (status.st_size < 0 || (guint64) status.st_size < mapping->size)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: was cut short while it was in use", mapping->path);
  if (arra_mapping_guard_damaged (mapping->place))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: could not be read while it was in use", mapping->path);
  if (status.st_mtim.tv_sec != mapping->modified.tv_sec || status.st_mtim.tv_nsec != mapping->modified.tv_nsec)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: was changed while it was in use", mapping->path);
  return TRUE;
}

/* Reads until @size bytes or the end of the file. */
static gboolean
read_fully (int fd, const char *path, char *text, gsize *size, GError **error)
{
  gsize done = 0;

  while (done < *size)
    {
      gssize n = read (fd, text + done, MIN (*size - done, 1u << 30));

      if (n < 0 && errno != EINTR)
        {
          fail_errno (error, path, "cannot be read", errno);
          return FALSE;
        }
      if (n == 0)
        break;
      if (n > 0)
        done += (gsize) n;
    }
  *size = done;
  return TRUE;
}

char *
arra_read_file (const char *path, gsize limit, gsize *size, GError **error)
{
  g_automem char *text = NULL;
  struct stat status;
  gsize length;
  gboolean sound = FALSE;
  int fd;

  g_return_val_if_fail (path != NULL && limit < G_MAXSIZE, NULL);
  fd = open_regular (path, &status, error);
  if (fd < 0)
    return NULL;
  length = (gsize) status.st_size;
  if (length > limit)
    arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: is too large: %zu bytes, at most %zu", path, length, limit);
  else if ((text = arra_mem_new (length + 1, 1, path, error)) != NULL)
    sound = read_fully (fd, path, text, &length, error)
            && arra_stand_in_check (path, text, length, ARRA_STAND_IN_TEXT, error);
  close (fd);
  if (!sound)
    return NULL;
  text[length] = '\0';
  if (size != NULL)
    *size = length;
  return g_steal_pointer (&text);
}

void
arra_mapping_release (const void *data, gsize size)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);
  guintptr begin = ((guintptr) data + page - 1) / page * page;
  guintptr end = ((guintptr) data + size) / page * page;

  /* anonymous pages would lose their contents */
  if (begin < end && arra_mapping_guard_holds ((const void *) begin, end - begin))
    madvise ((void *) begin, end - begin, MADV_DONTNEED);
}
