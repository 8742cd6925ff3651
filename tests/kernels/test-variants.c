/* test-variants.c - every entry of every table this machine can run has the bits of scalar C
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

typedef struct
{
  ArraCpu cpu;
  const CheckCase *entry;
} Subject;

static void
test_entry (gconstpointer data)
{
  const Subject *subject = data;
  const char *missing = NULL;
  g_autofree char *fault = NULL;
  GRand *rand;

  if (!arra_cpu_supports (subject->cpu, &missing))
    {
      g_autofree char *reason = g_strdup_printf ("this machine lacks %s", missing);
      g_test_skip (reason);
      return;
    }
  rand = g_rand_new_with_seed (20250311);
  fault = subject->entry->check (arra_kernels_get (ARRA_CPU_C), arra_kernels_get (subject->cpu), rand);
  g_rand_free (rand);
  if (fault != NULL)
    g_test_fail_printf ("%s", fault);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (ArraCpu cpu = ARRA_CPU_C + 1; cpu < ARRA_N_CPU; cpu++)
    for (gsize i = 0; i < n_check_cases; i++)
      {
        Subject *subject = g_new (Subject, 1);
        g_autofree char *path = g_strdup_printf ("/kernels/%s/%s", arra_cpu_name (cpu), check_cases[i].name);

        *subject = (Subject) { cpu, &check_cases[i] };
        g_test_add_data_func_full (path, subject, test_entry, g_free);
      }
  return g_test_run ();
}
