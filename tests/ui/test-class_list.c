/* test-class_list.c - searching among the names of classes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <class_list.h>

static const char *const classes[] = { "tench, Tinca tinca",
                                       "crane",
                                       "crane, bird",
                                       "Tiger cat",
                                       "tabby, tabby cat",
                                       "tiger, cat",
                                       "",
                                       ",,",
                                       "night, \xc3\x9c"
                                       "bung",
                                       "house, Persian cat house",
                                       "catamaran",
                                       NULL };

static void
assert_found (const ArraClassList *list, const char *text, const char *expected)
{
  g_autoptr (GArray) found = arra_class_list_search (list, text);
  g_autoptr (GString) numbers = g_string_new (NULL);

  for (guint i = 0; i < found->len; i++)
    g_string_append_printf (numbers, "%s%u", i > 0 ? " " : "", g_array_index (found, guint, i));
  g_assert_cmpstr (numbers->str, ==, expected);
}

/* The class itself, those that have it in a name, those with a name that begins so, those that have the words. */
static void
test_search (void)
{
  g_autoptr (ArraClassList) list = arra_class_list_new (classes);

  assert_found (list, "", "0 1 2 3 4 5 6 7 8 9 10");
  assert_found (list, "  TIGER ", "5 3");
  assert_found (list, "tiger cat", "3 5");
  assert_found (list, "tinca", "0");
  assert_found (list, "cat", "5 3 4 9 10");
  assert_found (list,
                "\xc3\xbc"
                "bung",
                "8");
  assert_found (list, "4", "4");
  assert_found (list, "wolf", "");
  assert_found (list, "99999999999999999999", "");
}

static void
assert_text (const ArraClassList *list, guint class, const char *text)
{
  g_autofree char *given = arra_class_list_text (list, class);

  g_assert_cmpstr (given, ==, text);
  g_assert_cmpuint (arra_class_list_count (list, text), ==, 1);
}

/* What is chosen means that class and no other. */
static void
test_text (void)
{
  g_autoptr (ArraClassList) list = arra_class_list_new (classes);

  assert_text (list, 0, "tench");
  assert_text (list, 1, "1");
  assert_text (list, 2, "bird");
  assert_text (list, 3, "Tiger cat");
  assert_text (list, 5, "tiger");
  assert_text (list, 6, "6");
  assert_text (list, 7, "7");
  g_assert_cmpuint (arra_class_list_count (list, "crane"), ==, 2);
  g_assert_cmpuint (arra_class_list_count (list, "11"), ==, 0);
  g_assert_cmpuint (arra_class_list_count (list, "wolf"), ==, 0);
  g_assert_cmpstr (arra_class_list_name (list, 4), ==, "tabby");
  g_assert_cmpstr (arra_class_list_others (list, 4), ==, "tabby cat");
  g_assert_cmpstr (arra_class_list_others (list, 3), ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/class-list/search", test_search);
  g_test_add_func ("/ui/class-list/text", test_text);
  return g_test_run ();
}
