/* output_place.c - where what is written to a path belongs: behind links, or into what is no file
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output_place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "fail.h"

#define MAX_LINKS 40 /* as the kernel's */

static gboolean
is_special (const char *path)
{
  struct stat status;

  return stat (path, &status) == 0 && !S_ISREG (status.st_mode) && !S_ISDIR (status.st_mode);
}

/* Links there are open files, whatever their text says. */
static gboolean
is_in_proc (const char *directory)
{
  struct statfs status;

  return statfs (directory, &status) == 0 && status.f_type == PROC_SUPER_MAGIC;
}

/* Its link leads through /proc, which need not be there. */
static gboolean
is_standard_output (const char *path)
{
  return strcmp (path, "/dev/stdout") == 0;
}

gboolean
arra_output_place_find (ArraOutputPlace *place, const char *path, GError **error)
{
  *place = (ArraOutputPlace) { .path = g_strdup (path), .is_stream = is_standard_output (path) };
  if (place->is_stream)
    return TRUE;
  for (guint i = 0; i < MAX_LINKS; i++)
    {
      g_autofree char *to = g_file_read_link (place->path, NULL);
      g_autofree char *directory = g_path_get_dirname (place->path);

      place->is_stream = to == NULL ? is_special (place->path) : is_in_proc (directory);
      if (to == NULL || place->is_stream)
        return TRUE;
      g_free (place->path);
      place->path = g_path_is_absolute (to) ? g_steal_pointer (&to) : g_build_filename (directory, to, NULL);
    }
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_LOOP, arra_translate ("%s: %s: %s"), path,
               arra_translate (N_ ("cannot be created")), g_strerror (ELOOP));
  return FALSE;
}

void
arra_output_place_clear (ArraOutputPlace *place)
{
  g_clear_pointer (&place->path, g_free);
}

/* The descriptor of this process that @path names, as /dev/fd/1 does; -1: none. */
static int
own_descriptor (const char *path)
{
  g_autofree char *directory = g_path_get_dirname (path), *name = g_path_get_basename (path);
  g_autofree char *own = g_strdup_printf ("/proc/%d/fd", (int) getpid ());
  char real[PATH_MAX];
  guint64 number;

  if (is_standard_output (path))
    return STDOUT_FILENO;
  if (realpath (directory, real) == NULL || !g_str_equal (real, own)
      || !g_ascii_string_to_unsigned (name, 10, 0, G_MAXINT, &number, NULL))
    return -1;
  return (int) number;
}

int
arra_output_place_open (const ArraOutputPlace *place)
{
  int own = own_descriptor (place->path);

  /* Opened anew, a file would be written from its start. */
  if (own >= 0)
    return fcntl (own, F_DUPFD_CLOEXEC, 0);
  return open (place->path, O_WRONLY | O_TRUNC | O_NOCTTY | O_CLOEXEC);
}
