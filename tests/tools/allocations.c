/* allocations.c - what happens when there is no memory
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "allocations.h"

#include "mem.h"

#define MOST 10000

guint
allocations_check (AllocationsAttempt attempt, gpointer data)
{
  gsize held = arra_mem_held ();
  gboolean failed = TRUE;
  gint64 nth;

  for (nth = 0; failed; nth++)
    {
      g_autoptr (GError) error = NULL;
      gboolean done;

      g_assert_cmpint (nth, <, MOST);
      arra_mem_fail_nth (nth);
      done = attempt (data, &error);
      failed = arra_mem_failed ();
      arra_mem_fail_nth (-1);
      g_assert_cmpint (done, ==, !failed);
      if (failed)
        g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY);
      else
        g_assert_no_error (error);
      g_assert_cmpuint (arra_mem_held (), ==, held);
    }
  g_assert_cmpint (nth, >, 1);
  return (guint) (nth - 1);
}
