/* fixture_made.c - what tests do with checkpoints: make one, change a file of it, expect an error
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture.h"

#include <string.h>

char *
fixture_make (const Fixture *fixture)
{
  char *directory = fixture_directory ();
  g_autoptr (GError) error = NULL;

  fixture_write (fixture, directory, &error);
  g_assert_no_error (error);
  return directory;
}

char *
fixture_make_named (const char *name)
{
  Fixture fixture;

  g_assert_true (fixture_init_named (&fixture, name));
  return fixture_make (&fixture);
}

void
fixture_put (const char *directory, const char *name, const void *bytes, gssize size)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, bytes, size, &error);
  g_assert_no_error (error);
}

void
fixture_replace (const char *directory, const char *name, const char *from, const char *to)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) text = NULL;
  g_autofree char *contents = NULL;

  g_file_get_contents (path, &contents, NULL, &error);
  g_assert_no_error (error);
  text = g_string_new (contents);
  g_assert_cmpuint (g_string_replace (text, from, to, 1), ==, 1);
  fixture_put (directory, name, text->str, (gssize) text->len);
}

void
fixture_assert_error (const GError *error, int code, const char *const *words)
{
  g_assert_nonnull (error);
  if (!g_error_matches (error, ARRA_ERROR, code))
    g_error ("another error than expected: %s", error->message);
  for (; *words != NULL; words++)
    if (strstr (error->message, *words) == NULL)
      g_error ("'%s' is missing in: %s", *words, error->message);
}
