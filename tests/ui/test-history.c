/* test-history.c - prompts that were used
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <history.h>
#include <string.h>

static void
test_order (void)
{
  g_autoptr (ArraHistory) history = arra_history_new ();

  arra_history_add (history, "one");
  arra_history_add (history, "  two\n");
  arra_history_add (history, "");
  arra_history_add (history, " \n ");
  arra_history_add (history, "one");
  g_assert_cmpuint (arra_history_length (history), ==, 2);
  g_assert_cmpstr (arra_history_get (history, 0), ==, "one");
  g_assert_cmpstr (arra_history_get (history, 1), ==, "two");
  arra_history_remove (history, 0);
  g_assert_cmpuint (arra_history_length (history), ==, 1);
  arra_history_clear (history);
  g_assert_cmpuint (arra_history_length (history), ==, 0);
}

static void
test_bounds (void)
{
  g_autoptr (ArraHistory) history = arra_history_new ();
  g_autofree char *endless = g_strnfill (20000, 'x');

  for (guint i = 0; i < ARRA_HISTORY_MAX + 50; i++)
    {
      g_autofree char *prompt = g_strdup_printf ("prompt %u", i);
      arra_history_add (history, prompt);
    }
  g_assert_cmpuint (arra_history_length (history), ==, ARRA_HISTORY_MAX);
  g_assert_cmpstr (arra_history_get (history, 0), ==, "prompt 249");
  g_assert_cmpstr (arra_history_get (history, ARRA_HISTORY_MAX - 1), ==, "prompt 50");
  arra_history_add (history, endless);
  g_assert_cmpstr (arra_history_get (history, 0), ==, "prompt 249");
}

/* Those for the chosen checkpoint are its own; the same prompt may be two checkpoints'. */
static void
test_checkpoints (void)
{
  static const char *const keys[] = { "0123456789abcdef0123", "fedcba9876543210fedc" };
  g_autoptr (ArraHistory) history = arra_history_new (), again = arra_history_new ();
  g_autoptr (GKeyFile) file = g_key_file_new ();

  arra_history_add (history, "before");
  arra_history_set_checkpoint (history, keys[0]);
  arra_history_add (history, "both");
  arra_history_set_checkpoint (history, keys[1]);
  arra_history_add (history, "both");
  arra_history_add (history, "before");
  arra_history_store (history, file);
  arra_history_load (again, file);
  g_assert_cmpuint (arra_history_length (again), ==, 3);
  arra_history_set_checkpoint (again, keys[0]);
  g_assert_cmpstr (arra_history_get (again, 0), ==, "before");
  g_assert_false (arra_history_is_own (again, 0));
  g_assert_false (arra_history_is_own (again, 1));
  g_assert_true (arra_history_is_own (again, 2));
  arra_history_set_checkpoint (again, keys[1]);
  g_assert_true (arra_history_is_own (again, 0) && arra_history_is_own (again, 1));
}

/* What older versions wrote, and what nobody did. */
static void
test_other_files (void)
{
  g_autoptr (ArraHistory) history = arra_history_new ();
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autofree char *text = NULL;

  g_key_file_load_from_data (keys,
                             "[History]\nprompts=old one;old two;\nentries=- fine;nonsense;0123456789abcdeX no;"
                             "0123456789abcdef0 no;0123456789abcdef yes; no; - ;\n",
                             G_MAXSIZE, G_KEY_FILE_NONE, NULL);
  arra_history_load (history, keys);
  g_assert_cmpuint (arra_history_length (history), ==, 4);
  g_assert_cmpstr (arra_history_get (history, 0), ==, "fine");
  g_assert_cmpstr (arra_history_get (history, 1), ==, "yes");
  g_assert_cmpstr (arra_history_get (history, 2), ==, "old one");
  arra_history_store (history, keys);
  text = g_key_file_to_data (keys, NULL, NULL);
  g_assert_null (strstr (text, "prompts="));
}

static void
test_search (void)
{
  g_assert_true (arra_history_matches ("A Storm at dusk", ""));
  g_assert_true (arra_history_matches ("A Storm at dusk", "storm"));
  g_assert_true (arra_history_matches ("A Storm at dusk", "DUSK  stor"));
  g_assert_true (arra_history_matches ("GRÜNE Wiese", "grüne"));
  g_assert_false (arra_history_matches ("A Storm at dusk", "storm dawn"));
}

static void
test_file (void)
{
  g_autoptr (ArraHistory) history = arra_history_new (), again = arra_history_new ();
  g_autoptr (GKeyFile) keys = g_key_file_new ();

  arra_history_add (history, "semicolon; and \\ backslash");
  arra_history_add (history, "two\nlines, ünïcode");
  arra_history_store (history, keys);
  arra_history_load (again, keys);
  g_assert_cmpuint (arra_history_length (again), ==, 2);
  g_assert_cmpstr (arra_history_get (again, 0), ==, "two\nlines, ünïcode");
  g_assert_cmpstr (arra_history_get (again, 1), ==, "semicolon; and \\ backslash");
  arra_history_clear (history);
  arra_history_store (history, keys);
  arra_history_load (again, keys);
  g_assert_cmpuint (arra_history_length (again), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/history/order", test_order);
  g_test_add_func ("/ui/history/bounds", test_bounds);
  g_test_add_func ("/ui/history/checkpoints", test_checkpoints);
  g_test_add_func ("/ui/history/other-files", test_other_files);
  g_test_add_func ("/ui/history/search", test_search);
  g_test_add_func ("/ui/history/file", test_file);
  return g_test_run ();
}
