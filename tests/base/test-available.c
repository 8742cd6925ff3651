/* test-available.c - how much memory there is: bounded by the machine and by ARRA_MEMORY_LIMIT
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <unistd.h>

#include "mem.h"

static void
test_machine (void)
{
  guint64 all = (guint64) sysconf (_SC_PHYS_PAGES) * (guint64) sysconf (_SC_PAGE_SIZE);
  guint64 available;

  g_unsetenv ("ARRA_MEMORY_LIMIT");
  available = arra_mem_available ();
  g_test_message ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " bytes", available, all);
  g_assert_cmpuint (available, >, 1 << 20);
  g_assert_cmpuint (available, <=, all);
}

/* The limit lowers what there is, and never raises it. */
static void
test_limit (void)
{
  g_setenv ("ARRA_MEMORY_LIMIT", "1000000", TRUE);
  g_assert_cmpuint (arra_mem_available (), ==, 1000000);
  g_setenv ("ARRA_MEMORY_LIMIT", "9000000000000000000", TRUE);
  g_assert_cmpuint (arra_mem_available (), <, G_GUINT64_CONSTANT (9000000000000000000));
  g_setenv ("ARRA_MEMORY_LIMIT", "", TRUE);
  g_assert_cmpuint (arra_mem_available (), >, 1000000);
  g_setenv ("ARRA_MEMORY_LIMIT", "lots", TRUE);
  g_assert_cmpuint (arra_mem_available (), >, 1000000);
  g_unsetenv ("ARRA_MEMORY_LIMIT");
}

/* What is larger than the machine is refused, with its name and size; what is not is had. */
static void
test_within (void)
{
  g_autoptr (GError) error = NULL;
  g_automem guint8 *block = NULL;

  g_setenv ("ARRA_MEMORY_LIMIT", "1000000", TRUE);
  g_assert_null (arra_mem_new_within (1001, 1000, "the pictures", &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, "the pictures ("));
  g_assert_nonnull (strstr (error->message, "1001000 bytes"));
  block = arra_mem_new_within (1000, 1000, "the pictures", NULL);
  g_assert_nonnull (block);
  g_unsetenv ("ARRA_MEMORY_LIMIT");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/available/machine", test_machine);
  g_test_add_func ("/available/limit", test_limit);
  g_test_add_func ("/available/within", test_within);
  return g_test_run ();
}
