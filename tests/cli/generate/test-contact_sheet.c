/* test-contact_sheet.c - `arra contact-sheet`: a sheet of a drawn series
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "harness.h"

static void
test_sheet (void)
{
  g_autoptr (Outcome) drawn = NULL, sheet = NULL, quiet = NULL;
  g_autofree char *path = NULL, *bytes = NULL;
  guint width, height;
  gsize size;

  harness_begin ();
  drawn = arra_run ("domain", "phantom-cxr", "-n", "5", "--seed", "1", "--size", "32", "-o", "set", NULL);
  assert_status (drawn, 0);
  sheet = arra_run ("contact-sheet", "--data", "set", "--limit", "4", "--columns", "3", "--cell", "50", "--title",
                    "four", "-o", "sheet.png", NULL);
  assert_status (sheet, 0);
  g_assert_cmpstr (sheet->out, ==, "sheet.png: 4 pictures\n");
  picture_size ("sheet.png", &width, &height);
  g_assert_cmpuint (width, ==, 12 + 3 * 62);
  g_assert_cmpuint (height, >, 12 + 2 * 62);
  path = scratch_path ("sheet.png");
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_nonnull (memmem (bytes, size, "four; " ARRA_MEDICAL_NOTE, strlen ("four; " ARRA_MEDICAL_NOTE)));
  quiet = arra_run ("contact-sheet", "-q", "-d", "set/metadata.jsonl", "-o", "all.png", NULL);
  assert_status (quiet, 0);
  g_assert_cmpstr (quiet->out, ==, "");
  picture_size ("all.png", &width, &height);
  g_assert_cmpuint (width, ==, 12 + 5 * 204);
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/contact-sheet/sheet", test_sheet);
  return g_test_run ();
}
