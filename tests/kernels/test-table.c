/* test-table.c - the table is whole, one for each level, and may be asked for by any thread
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels.h"

static gpointer
get (gpointer data)
{
  return (gpointer) arra_kernels_get (GPOINTER_TO_UINT (data));
}

static void
test_threads (void)
{
  for (ArraCpu cpu = ARRA_CPU_C; cpu < ARRA_N_CPU; cpu++)
    {
      GThread *thread[8];

      if (!arra_cpu_supports (cpu, NULL))
        continue;
      for (gsize i = 0; i < G_N_ELEMENTS (thread); i++)
        thread[i] = g_thread_new ("kernels", get, GUINT_TO_POINTER (cpu));
      for (gsize i = 0; i < G_N_ELEMENTS (thread); i++)
        g_assert_true (g_thread_join (thread[i]) == arra_kernels_get (cpu));
    }
}

/* All members between the name and the last one are function pointers. */
static void
test_whole (void)
{
  for (ArraCpu cpu = ARRA_CPU_C; cpu < ARRA_N_CPU; cpu++)
    {
      const ArraKernels *table;

      if (!arra_cpu_supports (cpu, NULL))
        continue;
      table = arra_kernels_get (cpu);
      g_assert_cmpstr (table->name, ==, arra_cpu_name (cpu));
      for (gsize i = 0; i < G_STRUCT_OFFSET (ArraKernels, q8_0_by_rows) / sizeof (gpointer); i++)
        g_assert_nonnull (((const gconstpointer *) table)[i]);
    }
}

static void
test_default (void)
{
  g_autoptr (GError) error = NULL;

  g_setenv ("ARRA_CPU", "c", TRUE);
  g_assert_true (arra_kernels_default (&error) == arra_kernels_get (ARRA_CPU_C));
  g_assert_no_error (error);
  g_setenv ("ARRA_CPU", "sse", TRUE);
  g_assert_null (arra_kernels_default (&error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_unsetenv ("ARRA_CPU");
  g_assert_nonnull (arra_kernels_default (NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernels/table/threads", test_threads);
  g_test_add_func ("/kernels/table/whole", test_whole);
  g_test_add_func ("/kernels/table/default", test_default);
  return g_test_run ();
}
