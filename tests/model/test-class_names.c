/* test-class_names.c - classes by number, name and other name; what is none is answered with what is near
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "class_names.h"

#include <string.h>

static const char *const names[]
    = { "tench, Tinca tinca", "crane", "golden retriever", "lesser panda, red panda, bear cat", "crane", NULL };

#define N 5

static void
test_found (void)
{
  static const struct
  {
    const char *text;
    guint class;
  } found[] = {
    { "0", 0 },
    { " 4 ", 4 },
    { "tench", 0 },
    { "Tinca  TINCA", 0 },
    { " Golden_Retriever\n", 2 },
    { "red panda", 3 },
    { "tench, Tinca tinca", 0 },
    { "lesser  panda, Red panda, bear cat", 3 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (found); i++)
    {
      g_autoptr (GError) error = NULL;
      guint class;

      g_assert_true (arra_class_find (names, N, found[i].text, &class, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (class, ==, found[i].class);
    }
}

static char *
refuse (const char *const *among, const char *text)
{
  g_autoptr (GError) error = NULL;
  guint class;

  g_assert_false (arra_class_find (among, N, text, &class, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  return g_strdup (error->message);
}

/* What is near comes first. */
static void
test_suggested (void)
{
  static const struct
  {
    const char *text, *nearest;
  } refused[] = {
    { "golden retreiver", ": golden retriever (2)" },
    { "panda", ": lesser panda (3)" },
    { "bear", ": bear cat (3)" },
    { "retr", ": golden retriever (2)" },
    { "tensh", ": tench (0)" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *message = refuse (names, refused[i].text);

      g_assert_nonnull (strstr (message, refused[i].text));
      g_assert_nonnull (strstr (message, refused[i].nearest));
    }
}

static void
test_refused (void)
{
  static const char *const numbers[] = { "5", "-1", "1.0", "" };
  g_autofree char *several = refuse (names, "Crane"), *nameless = refuse (NULL, "tench");

  g_assert_true (g_str_has_suffix (several, ": crane (1), crane (4)"));
  g_assert_nonnull (strstr (nameless, "0 to 4"));
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *message = refuse (names, numbers[i]);

      g_assert_nonnull (strstr (message, "0 to 4"));
    }
}

/* Of any length, and in any writing. */
static void
test_long (void)
{
  g_autofree char *text = g_strnfill (100000, 'x'), *message = refuse (names, text), *other = refuse (names, "Käse");

  g_assert_cmpuint (strlen (message), <, 1000);
  g_assert_nonnull (other);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/class_names/found", test_found);
  g_test_add_func ("/class_names/suggested", test_suggested);
  g_test_add_func ("/class_names/refused", test_refused);
  g_test_add_func ("/class_names/long", test_long);
  return g_test_run ();
}
