/* output.c - names of output files, and whether they can be written, before any work is done
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output.h"

#include <string.h>
#include <unistd.h>

#include "status.h"

gboolean
cli_output_check (const char *option, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  if (*path == '\0')
    return cli_usage_error (error, "%s: the file name is empty", option);
  if (strcmp (path, "-") == 0)
    return cli_usage_error (error, "%s: standard output cannot be written to; give a file name", option);
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return cli_usage_error (error, "%s: %s is a folder; give a file name", option, path);
  if (!g_file_test (folder, G_FILE_TEST_EXISTS))
    return cli_usage_error (error, "%s: the folder %s does not exist", option, folder);
  if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    return cli_usage_error (error, "%s: %s is not a folder", option, folder);
  if (access (folder, W_OK | X_OK) != 0)
    return cli_usage_error (error, "%s: the folder %s is not writable", option, folder);
  if (g_file_test (path, G_FILE_TEST_EXISTS) && access (path, W_OK) != 0)
    return cli_usage_error (error, "%s: %s exists and is write-protected", option, path);
  return TRUE;
}

gboolean
cli_output_check_picture (const char *option, const char *path, GError **error)
{
  static const char *const others[] = { ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".avif", ".xcf" };
  g_autofree char *lower = g_ascii_strdown (path, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    if (g_str_has_suffix (lower, others[i]))
      return cli_usage_error (error, "%s: pictures are written as PNG; give a name that ends in .png, not in %s", option,
                              others[i]);
  return cli_output_check (option, path, error);
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
