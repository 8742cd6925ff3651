/* stand_in.c - files that lie where another one should: Git LFS pointers, symlinks that became text, web
 * pages
 *
 * Copies that were made without Git LFS, or by a system without symlinks, hold a few bytes that say where the
 * file is.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "stand_in.h"

#include <string.h>

#include "fail.h"

#define MAX_LINK ((gsize) 1024) /* bytes of a symlink's text */

static const struct
{
  const char *start;
  const char *what;
} pointers[] = {
  { "version https://git-lfs.github.com/spec/", N_ ("is a Git LFS pointer, not the file itself: run `git lfs "
                                                    "pull` in its repository, or download the file again") },
  { "version https://hawser.github.com/spec/", N_ ("is a Git LFS pointer, not the file itself: run `git lfs "
                                                   "pull` in its repository, or download the file again") },
  { "/annex/objects/", N_ ("is a git-annex pointer, not the file itself: run `git annex get` in its repository") },
  { "XSym\n", N_ ("is a symbolic link that was copied as a file: copy or download the file that it stands for") },
  { "!<symlink>", N_ ("is a symbolic link that was copied as a file: copy or download the file that it stands for") },
};

static const char *const pages[] = { "<!doctype html", "<html" };

/* What servers answer with instead of a file. */
static const char *const answers[]
    = { "Entry not found", "Invalid username or password", "Repository not found", "Access to model " };

static gboolean
begins_with (const char *text, gsize size, const char *start)
{
  return size >= strlen (start) && g_ascii_strncasecmp (text, start, strlen (start)) == 0;
}

static gboolean
begins_with_any (const char *text, gsize size, const char *const *starts, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (begins_with (text, size, starts[i]))
      return TRUE;
  return FALSE;
}

/* Without the space around it. */
static void
trim (const char **text, gsize *size)
{
  while (*size > 0 && g_ascii_isspace (**text))
    (*text)++, (*size)--;
  while (*size > 0 && g_ascii_isspace ((*text)[*size - 1]))
    (*size)--;
}

/* One line of UTF-8 without any of @marks. */
static gboolean
is_line_without (const char *text, gsize size, const char *marks)
{
  for (gsize i = 0; i < size; i++)
    if ((guchar) text[i] < ' ' || text[i] == 0x7f || strchr (marks, text[i]) != NULL)
      return FALSE;
  return g_utf8_validate_len (text, size, NULL);
}

/* Whether @target, seen from the folder of @path, is another file that is there. */
static gboolean
leads_somewhere (const char *path, const char *target)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *whole = g_build_filename (folder, target, NULL);

  return g_file_test (whole, G_FILE_TEST_EXISTS);
}

/* (transfer full) (nullable): the path that is all of the text */
static char *
path_in (const char *path, const char *text, gsize size, ArraStandIn expected)
{
  gboolean climbs = begins_with (text, size, "../") || begins_with (text, size, "..\\");
  g_autofree char *target = NULL;

  if (size == 0 || size > MAX_LINK || !is_line_without (text, size, climbs ? "" : " {}[]<>\"'`,;:|*?"))
    return NULL;
  target = g_strndup (text, size);
  if (climbs || (expected == ARRA_STAND_IN_FORMAT && (strchr (target, '/') != NULL || leads_somewhere (path, target))))
    return g_steal_pointer (&target);
  return NULL;
}

gboolean
arra_stand_in_check (const char *path, const void *bytes, gsize size, ArraStandIn expected, GError **error)
{
  const char *text = bytes;
  g_autofree char *target = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (pointers); i++)
    if (begins_with (text, size, pointers[i].start))
      return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s", path, arra_translate (pointers[i].what));
  trim (&text, &size);
  target = path_in (path, text, size, expected);
  if (target != NULL)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: holds nothing but the path \"%s\": it was a symbolic link that became text; copy "
                      "or download the file that it "
                      "stands for",
                      path, target);
  if (expected == ARRA_STAND_IN_FORMAT
      && (begins_with_any (text, size, pages, G_N_ELEMENTS (pages))
          || (size <= MAX_LINK && begins_with_any (text, size, answers, G_N_ELEMENTS (answers)))))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: is a web page or a server's answer, not the file itself: download it again", path);
  return TRUE;
}
