/* checked_strv.c - GLib's functions on arrays of strings, which read the array first where a sanitizer sees
 * it
 *
 * GLib is not built with sanitizers: an array without an end is read past its last string unnoticed, the more
 * so since the zone that AddressSanitizer lays behind it is zero, which ends the array. Preloaded, these are
 * found before GLib's own.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <dlfcn.h>
#include <glib.h>

static void
read_all (char *const *texts)
{
  for (; texts != NULL && *texts != NULL; texts++)
    {
      volatile char first = **texts;

      (void) first;
    }
}

/* GLib's function in a pointer of its type. */
#define REAL(name)                \
  __typeof__ (&name) real = NULL; \
  *(void **) &real = dlsym (RTLD_NEXT, #name)

char *
g_strjoinv (const char *separator, char **texts)
{
  REAL (g_strjoinv);
  read_all (texts);
  return real (separator, texts);
}

guint
g_strv_length (char **texts)
{
  REAL (g_strv_length);
  read_all (texts);
  return real (texts);
}

char **
g_strdupv (char **texts)
{
  REAL (g_strdupv);
  read_all (texts);
  return real (texts);
}

gboolean (g_strv_contains) (const char *const *texts, const char *text)
{
  REAL (g_strv_contains);
  read_all ((char **) texts);
  return real (texts, text);
}

gboolean
g_strv_equal (const char *const *a, const char *const *b)
{
  REAL (g_strv_equal);
  read_all ((char **) a);
  read_all ((char **) b);
  return real (a, b);
}

char *
g_build_filenamev (char **texts)
{
  REAL (g_build_filenamev);
  read_all (texts);
  return real (texts);
}
