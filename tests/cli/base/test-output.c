/* test-output.c - names of output files
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output.h"

static void
assert_name (char *name, const char *expected)
{
  g_assert_cmpstr (name, ==, expected);
  g_free (name);
}

static void
test_numbered (void)
{
  assert_name (cli_output_numbered ("fox.png", 2), "fox-2.png");
  assert_name (cli_output_numbered ("a.b/fox", 12), "a.b/fox-12");
  assert_name (cli_output_numbered ("fox.PNG", 1), "fox-1.PNG");
  assert_name (cli_output_numbered ("dir/.png", 1), "dir/.png-1");
}

static void
test_sibling (void)
{
  assert_name (cli_output_sibling ("fox.png", ".tokens.json"), "fox.tokens.json");
  assert_name (cli_output_sibling ("fox.tokens.json", ".png"), "fox.png");
  assert_name (cli_output_sibling ("fox", ".tokens.json"), "fox.tokens.json");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/output/numbered", test_numbered);
  g_test_add_func ("/cli/output/sibling", test_sibling);
  return g_test_run ();
}
