/* test-docs.c - manual page and bash completion know every option, and no other; recipes name none that is not there
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "harness.h"

static const char *const commands[] = { "generate", "fill",   "map",     "encode",          "decode",      "tokenize",
                                        "info",     "get",    "convert", "tokenizer-train", "pretokenize", "features",
                                        "train",    "domain", "eval",    "contact-sheet",   "bench" };

static char *
read_source (const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "..", "data", name, NULL);
  g_autoptr (GError) error = NULL;
  char *text;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

/* The options in a text, by @pattern with the option as its first group; a set. */
static GHashTable *
options_in (const char *text, const char *pattern)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  GHashTable *set = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_regex_match (regex, text, 0, &match);
  for (; g_match_info_matches (match); g_match_info_next (match, NULL))
    g_hash_table_add (set, g_match_info_fetch (match, 1));
  return set;
}

/* @a has all that @b has. */
static void
assert_has_all (GHashTable *a, GHashTable *b, const char *what)
{
  GHashTableIter iter;
  gpointer option;

  g_hash_table_iter_init (&iter, b);
  while (g_hash_table_iter_next (&iter, &option, NULL))
    if (!g_hash_table_contains (a, option))
      {
        g_test_message ("%s: %s is missing", what, (const char *) option);
        g_test_fail ();
      }
}

static GHashTable *
options_of_help (const char *command)
{
  g_autoptr (Outcome) outcome = arra_run (command, "--help", NULL);
  const char *options = strstr (outcome->out, "Options:");

  assert_status (outcome, 0);
  g_assert_nonnull (options);
  return options_in (options, "(?:^  |, )(-[a-z]|--[a-z][a-z-]*)(?=[,= \\n])");
}

/* From the heading of @command to the next one. */
static char *
section_of_manual (const char *manual, const char *command)
{
  g_autofree char *upper = g_ascii_strup (command, -1);
  g_autofree char *heading = g_strdup_printf ("\n.SH %s\n", upper);
  const char *start = strstr (manual, heading);
  const char *end;

  g_assert_nonnull (start);
  start += strlen (heading);
  end = strstr (start, "\n.SH ");
  g_assert_nonnull (end);
  return g_strndup (start, (gsize) (end - start));
}

static void
test_manual (void)
{
  g_autofree char *manual = read_source ("man/arra.1");

  harness_begin ();
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *section = section_of_manual (manual, commands[i]);
      g_autoptr (GString) plain = g_string_new (section);
      g_autoptr (GHashTable) help = options_of_help (commands[i]);
      g_autoptr (GHashTable) found = NULL;
      g_autoptr (GHashTable) defined = NULL;

      g_string_append (plain, "\n.BR \\-h\n.BR \\-\\-help\n"); /* told once for all commands */
      g_string_replace (plain, "\\-", "-", 0);
      found = options_in (plain->str, "(?<![a-z0-9-])(-[a-z]|--[a-z][a-z-]*)(?=[^a-z-])");
      defined = options_in (plain->str, "^\\.BR (?:-[a-z] \", \" )?(--[a-z][a-z-]*)");
      g_assert_cmpuint (g_hash_table_size (help), >, 4);
      assert_has_all (found, help, commands[i]);
      assert_has_all (help, defined, commands[i]);
    }
  harness_end ();
}

static void
test_completion (void)
{
  g_autofree char *completion = read_source ("completions/arra");

  harness_begin ();
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *label = g_strdup_printf ("\n    %s)", commands[i]);
      const char *start = strstr (completion, label);
      g_autofree char *branch = NULL;
      g_autoptr (GHashTable) help = options_of_help (commands[i]);
      g_autoptr (GHashTable) found = NULL;

      g_assert_nonnull (start);
      branch = g_strndup (start, (gsize) (strstr (start, ";;") - start));
      found = options_in (branch, "(?<![a-z0-9-])(-[a-z]|--[a-z][a-z-]*)(?=[ \"\\n])");
      assert_has_all (found, help, commands[i]);
      assert_has_all (help, found, commands[i]);
    }
  harness_end ();
}

/* Each `arra COMMAND ...` of a recipe's comments, and each line of commands, has options that the command knows. */
static guint
check_recipe (const char *name, const char *text)
{
  g_autoptr (GRegex) regex = g_regex_new ("^#(?:   |.*`)arra ([a-z-]+)( [^`\n]*)", G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  guint n = 0;

  g_regex_match (regex, text, 0, &match);
  for (; g_match_info_matches (match); g_match_info_next (match, NULL), n++)
    {
      g_autofree char *command = g_match_info_fetch (match, 1), *rest = g_match_info_fetch (match, 2);
      g_autoptr (GHashTable) help = options_of_help (command);
      g_autoptr (GHashTable) used = options_in (rest, "(?<= )(-[a-z]|--[a-z][a-z-]*)(?=[ =]|$)");

      assert_has_all (help, used, name);
    }
  return n;
}

static void
test_recipes (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "..", "data", "checkpoints", "recipes", NULL);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (folder);
  harness_begin ();
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *inner = g_build_filename ("checkpoints", "recipes", name, NULL);
      g_autofree char *text = read_source (inner);

      n += check_recipe (name, text);
    }
  g_assert_cmpuint (n, >=, 8);
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/docs/manual", test_manual);
  g_test_add_func ("/cli/docs/completion", test_completion);
  g_test_add_func ("/cli/docs/recipes", test_recipes);
  return g_test_run ();
}
