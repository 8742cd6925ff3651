/* test-bad.c - the checks find kernels that are wrong, and pass the scalar table itself
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "bad.h"
#include "check.h"

static char *
run_check (const char *entry, const ArraKernels *variant)
{
  for (gsize i = 0; i < n_check_cases; i++)
    if (strcmp (check_cases[i].name, entry) == 0)
      {
        GRand *rand = g_rand_new_with_seed (7);
        char *fault = check_cases[i].check (arra_kernels_get (ARRA_CPU_C), variant, rand);

        g_rand_free (rand);
        return fault;
      }
  g_assert_not_reached ();
}

static void
test_bad (gconstpointer data)
{
  const BadKernel *bad = data;
  ArraKernels table = *arra_kernels_get (ARRA_CPU_C);
  g_autofree char *fault = NULL;

  bad->spoil (&table);
  fault = run_check (bad->entry, &table);
  g_assert_nonnull (fault);
  g_test_message ("%s: found, %s", bad->flaw, fault);
}

static void
test_scalar (void)
{
  for (gsize i = 0; i < n_check_cases; i++)
    {
      g_autofree char *fault = run_check (check_cases[i].name, arra_kernels_get (ARRA_CPU_C));
      g_assert_cmpstr (fault, ==, NULL);
    }
}

/* No entry is without a bad kernel. */
static void
test_complete (void)
{
  g_assert_cmpuint (n_bad_kernels, ==, n_check_cases);
  for (gsize i = 0; i < n_check_cases; i++)
    {
      gboolean found = FALSE;
      for (gsize j = 0; j < n_bad_kernels; j++)
        found |= strcmp (bad_kernels[j].entry, check_cases[i].name) == 0;
      g_assert_true (found);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < n_bad_kernels; i++)
    {
      g_autofree char *path = g_strdup_printf ("/kernels/bad/%s", bad_kernels[i].entry);
      g_test_add_data_func (path, &bad_kernels[i], test_bad);
    }
  g_test_add_func ("/kernels/bad/scalar-passes", test_scalar);
  g_test_add_func ("/kernels/bad/complete", test_complete);
  return g_test_run ();
}
