/* output.c - names of output files, and whether they can be written, before any work is done
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "output_place.h"
#include "status.h"

#define STANDARD_OUTPUT "/dev/stdout"

const char *
cli_output_path (const char *path)
{
  return path != NULL && strcmp (path, "-") == 0 ? STANDARD_OUTPUT : path;
}

gboolean
cli_output_is_standard (const char *path)
{
  static const char *const names[] = { "-", STANDARD_OUTPUT, "/dev/fd/1", "/proc/self/fd/1", NULL };

  return path != NULL && g_strv_contains (names, path);
}

gboolean
cli_output_is_stream (const char *path)
{
  g_auto (ArraOutputPlace) place = { .path = NULL };

  return cli_output_is_standard (path) || (arra_output_place_find (&place, path, NULL) && place.is_stream);
}

static gboolean
check_standard (const char *option, GError **error)
{
  int flags = fcntl (STDOUT_FILENO, F_GETFL);

  if (flags < 0 || (flags & O_PATH) != 0 || (flags & O_ACCMODE) == O_RDONLY)
    return cli_usage_error (error, "%s: standard output is closed", option);
  cli_print_aside ();
  return TRUE;
}

static gboolean
check_place (const char *option, const char *path, const char *place, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (place);

  if (g_file_test (place, G_FILE_TEST_IS_DIR))
    return cli_usage_error (error, "%s: %s is a folder; give a file name", option, path);
  if (!g_file_test (folder, G_FILE_TEST_EXISTS))
    return cli_usage_error (error, "%s: the folder %s does not exist", option, folder);
  if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    return cli_usage_error (error, "%s: %s is not a folder", option, folder);
  if (access (folder, W_OK | X_OK) != 0)
    return cli_usage_error (error, "%s: the folder %s is not writable", option, folder);
  if (g_file_test (place, G_FILE_TEST_EXISTS) && access (place, W_OK) != 0)
    return cli_usage_error (error, "%s: %s exists and is write-protected", option, path);
  return TRUE;
}

gboolean
cli_output_check (const char *option, const char *path, GError **error)
{
  g_auto (ArraOutputPlace) place = { .path = NULL };

  if (*path == '\0')
    return cli_usage_error (error, "%s: the file name is empty", option);
  if (cli_output_is_standard (path))
    return check_standard (option, error);
  if (!arra_output_place_find (&place, path, error))
    return FALSE;
  if (!place.is_stream)
    return check_place (option, path, place.path, error);
  return access (place.path, W_OK) == 0 || cli_usage_error (error, "%s: %s is write-protected", option, path);
}

gboolean
cli_output_check_binary (const char *option, const char *path, GError **error)
{
  if (cli_output_is_standard (path) && isatty (STDOUT_FILENO))
    return cli_usage_error (error,
                            "%s: standard output is a terminal, which cannot show this: give a file name, or "
                            "send it into a file or a pipe",
                            option);
  return cli_output_check (option, path, error);
}

gboolean
cli_output_check_file (const char *option, const char *path, GError **error)
{
  if (*path != '\0' && cli_output_is_stream (path))
    return cli_usage_error (error, "%s: what is written can be gone on with later: give the name of a file, not %s",
                            option, path);
  return cli_output_check (option, path, error);
}

gboolean
cli_output_check_folder (const char *option, const char *path, GError **error)
{
  if (*path == '\0')
    return cli_usage_error (error, "%s: the name of the folder is empty", option);
  if (strcmp (path, "-") == 0)
    return cli_usage_error (error, "%s: a folder is written: give its name, not -", option);
  if (g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_DIR))
    return cli_usage_error (error, "%s: %s is no folder; give the name of a folder", option, path);
  return TRUE;
}

/* ".jpg" of "a.b/fox.jpg"; NULL without one. */
static const char *
ending_of (const char *path)
{
  const char *slash = strrchr (path, '/'), *name = slash != NULL ? slash + 1 : path;
  const char *dot = strrchr (name, '.');

  return dot != name ? dot : NULL;
}

gboolean
cli_output_check_picture (const char *option, const char *path, GError **error)
{
  const char *ending = ending_of (path);

  if (ending != NULL && g_ascii_strcasecmp (ending, ".png") != 0 && !cli_output_is_stream (path))
    return cli_usage_error (error, "%s: pictures are written as PNG; give a name that ends in .png, not in %s", option,
                            ending);
  return cli_output_check_binary (option, path, error);
}

gboolean
cli_output_check_count (const char *option, const char *path, guint n, GError **error)
{
  if (n <= 1 || !cli_output_is_stream (path))
    return TRUE;
  return cli_usage_error (error, "%s: %u pictures do not go into %s: give a file name, to which numbers are added",
                          option, n, cli_output_is_standard (path) ? "standard output" : path);
}

/* Where the ending of the file's name starts. */
static gsize
stem_length (const char *path)
{
  static const char *const endings[] = { ".tokens.json", ".png", ".PNG" };

  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      gsize length = strlen (path), ending = strlen (endings[i]);
      if (length > ending && g_str_has_suffix (path, endings[i]) && path[length - ending - 1] != '/')
        return length - ending;
    }
  return strlen (path);
}

char *
cli_output_numbered (const char *path, guint number)
{
  gsize stem = stem_length (path);

  return g_strdup_printf ("%.*s-%u%s", (int) stem, path, number, path + stem);
}

char *
cli_output_sibling (const char *path, const char *ending)
{
  return g_strdup_printf ("%.*s%s", (int) stem_length (path), path, ending);
}
