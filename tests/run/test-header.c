/* test-header.c - the public headers against the library that is built: symbols, version, tags
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <arra.h>
#include <string.h>

static char *header; /* all, one after the other */

/* The functions that are declared, in order; a set. */
static GHashTable *
declared_functions (void)
{
  g_autoptr (GRegex) regex = g_regex_new ("^ARRA_API [^;(]*?(arra_[a-z0-9_]+) \\(", G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  GHashTable *set = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_regex_match (regex, header, 0, &match);
  for (; g_match_info_matches (match); g_match_info_next (match, NULL))
    g_hash_table_add (set, g_match_info_fetch (match, 1));
  return set;
}

/* What the library exports, less what sanitizers add to it; a set. */
static GHashTable *
exported_functions (void)
{
  const char *argv[] = { g_getenv ("ARRA_NM"), "-D", "--defined-only", g_getenv ("ARRA_LIBRARY"), NULL };
  GHashTable *set = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *out = NULL;
  g_auto (GStrv) lines = NULL;
  int status;

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  lines = g_strsplit (out, "\n", 0);
  for (char **line = lines; *line != NULL; line++)
    {
      const char *name = strrchr (*line, ' ');

      if (name != NULL && !g_str_has_prefix (name, " __"))
        g_hash_table_add (set, g_strdup (name + 1));
    }
  return set;
}

static void
assert_holds (GHashTable *set, GHashTable *parts, const char *what)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, parts);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_hash_table_contains (set, name))
      {
        g_test_message ("%s: %s", what, (const char *) name);
        g_test_fail ();
      }
}

static void
test_symbols (void)
{
  g_autoptr (GHashTable) declared = declared_functions ();
  g_autoptr (GHashTable) exported = exported_functions ();

  g_assert_cmpuint (g_hash_table_size (declared), >, 35);
  assert_holds (exported, declared, "declared, not exported");
  assert_holds (declared, exported, "exported, not declared");
}

static void
test_version (void)
{
  g_autofree char *numbers = g_strdup_printf ("%d.%d.%d", ARRA_MAJOR_VERSION, ARRA_MINOR_VERSION, ARRA_MICRO_VERSION);

  g_assert_cmpstr (arra_version (), ==, PROJECT_VERSION);
  g_assert_cmpstr (ARRA_VERSION, ==, PROJECT_VERSION);
  g_assert_cmpstr (numbers, ==, PROJECT_VERSION);
  g_assert_true (ARRA_CHECK_VERSION (0, 0, 9));
  g_assert_true (ARRA_CHECK_VERSION (ARRA_MAJOR_VERSION, ARRA_MINOR_VERSION, ARRA_MICRO_VERSION));
  g_assert_false (ARRA_CHECK_VERSION (ARRA_MAJOR_VERSION, ARRA_MINOR_VERSION, ARRA_MICRO_VERSION + 1));
  g_assert_false (ARRA_CHECK_VERSION (ARRA_MAJOR_VERSION, ARRA_MINOR_VERSION + 1, 0));
  g_assert_false (ARRA_CHECK_VERSION (ARRA_MAJOR_VERSION + 1, 0, 0));
}

/* The comment above a run of declarations says since when they are there. */
static void
test_since (void)
{
  g_auto (GStrv) lines = g_strsplit (header, "\n", 0);
  gboolean tagged = FALSE;
  guint seen = 0;

  for (char **line = lines; *line != NULL; line++)
    if (**line == '\0')
      tagged = FALSE;
    else if (strstr (*line, "Since: ") != NULL)
      tagged = TRUE;
    else if (g_str_has_prefix (*line, "ARRA_API ") || g_str_has_prefix (*line, "typedef "))
      {
        g_test_message ("%s", *line);
        g_assert_true (tagged);
        seen++;
      }
  g_assert_cmpuint (seen, >, 45);
}

static char *
read_header (const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "..", "core", name, NULL);
  char *text;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

int
main (int argc, char **argv)
{
  g_autofree char *first = NULL, *second = NULL, *third = NULL, *fourth = NULL;

  g_test_init (&argc, &argv, NULL);
  first = read_header ("arra.h");
  second = read_header ("arra-get.h");
  third = read_header ("arra-prompt.h");
  fourth = read_header ("arra-fields.h");
  header = g_strconcat (first, "\n", second, "\n", third, "\n", fourth, NULL);
  g_test_add_func ("/header/symbols", test_symbols);
  g_test_add_func ("/header/version", test_version);
  g_test_add_func ("/header/since", test_since);
  return g_test_run ();
}
