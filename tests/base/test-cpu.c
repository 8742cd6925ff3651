/* test-cpu.c - the choice of kernels: what the machine has, and what ARRA_CPU asks for
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cpu.h"

#include <string.h>

static void
test_levels (void)
{
  const char *missing = NULL;

  g_assert_true (arra_cpu_supports (ARRA_CPU_C, NULL));
  for (ArraCpu cpu = ARRA_CPU_C + 1; cpu < ARRA_N_CPU; cpu++)
    {
      if (arra_cpu_supports (cpu, &missing))
        g_assert_true (arra_cpu_supports (cpu - 1, NULL)); /* each level holds the one below */
      else
        g_assert_nonnull (missing);
    }
}

static void
test_best (void)
{
  const char *const values[] = { NULL, "" };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (GError) error = NULL;
      ArraCpu cpu;

      if (values[i] == NULL)
        g_unsetenv ("ARRA_CPU");
      else
        g_setenv ("ARRA_CPU", values[i], TRUE);
      g_assert_true (arra_cpu_choose (&cpu, &error));
      g_assert_no_error (error);
      g_assert_true (arra_cpu_supports (cpu, NULL));
      g_assert_true (cpu + 1 == ARRA_N_CPU || !arra_cpu_supports (cpu + 1, NULL));
    }
}

static void
test_asked (void)
{
  for (ArraCpu wanted = ARRA_CPU_C; wanted < ARRA_N_CPU; wanted++)
    {
      g_autoptr (GError) error = NULL;
      const char *missing = NULL;
      ArraCpu cpu;

      g_setenv ("ARRA_CPU", arra_cpu_name (wanted), TRUE);
      if (arra_cpu_supports (wanted, &missing))
        {
          g_assert_true (arra_cpu_choose (&cpu, &error));
          g_assert_no_error (error);
          g_assert_cmpint (cpu, ==, wanted);
          continue;
        }
      g_assert_false (arra_cpu_choose (&cpu, &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_UNAVAILABLE);
      g_assert_nonnull (strstr (error->message, missing));
    }
  g_unsetenv ("ARRA_CPU");
}

static void
test_unknown (void)
{
  const char *const names[] = { "sse2", "AVX2", "avx", "c " };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;
      ArraCpu cpu;

      g_setenv ("ARRA_CPU", names[i], TRUE);
      g_assert_false (arra_cpu_choose (&cpu, &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
      g_assert_nonnull (strstr (error->message, names[i]));
    }
  g_unsetenv ("ARRA_CPU");
}

static void
test_count (void)
{
  g_assert_cmpuint (arra_cpu_count (), >=, 1);
  g_assert_cmpuint (arra_cpu_count (), <=, g_get_num_processors ());
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cpu/levels", test_levels);
  g_test_add_func ("/cpu/best", test_best);
  g_test_add_func ("/cpu/asked", test_asked);
  g_test_add_func ("/cpu/unknown", test_unknown);
  g_test_add_func ("/cpu/count", test_count);
  return g_test_run ();
}
