/* test-pool.c - the thread pool: every item once, fixed borders, own scratch, 1 to 8 threads
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool.h"

#include <stdatomic.h>
#include <string.h>

#include "cpu.h"
#include "mem.h"
#include "no_threads.h"

#define MAX_ITEMS 1000

typedef struct
{
  atomic_uint seen[MAX_ITEMS];   /* calls that held the item */
  atomic_uint border[MAX_ITEMS]; /* items at which a chunk began */
  atomic_uint inside[64];        /* calls running as this worker */
  gsize n_items, grain;
  guint n_workers;
} Loop;

static void
visit (gsize begin, gsize end, guint worker, gpointer data)
{
  Loop *loop = data;

  g_assert_cmpuint (worker, <, loop->n_workers);
  g_assert_cmpuint (atomic_fetch_add (&loop->inside[worker], 1), ==, 0);
  g_assert_cmpuint (begin % loop->grain, ==, 0);
  g_assert_cmpuint (end, ==, MIN (begin + loop->grain, loop->n_items));
  atomic_fetch_add (&loop->border[begin], 1);
  for (gsize i = begin; i < end; i++)
    atomic_fetch_add (&loop->seen[i], 1);
  atomic_fetch_sub (&loop->inside[worker], 1);
}

static void
check_loop (ArraPool *pool, gsize n_items, gsize grain)
{
  static Loop loop;

  loop = (Loop) { .n_items = n_items, .grain = grain, .n_workers = arra_pool_threads (pool) };
  arra_pool_run (pool, n_items, grain, visit, &loop);
  for (gsize i = 0; i < MAX_ITEMS; i++)
    {
      g_assert_cmpuint (atomic_load (&loop.seen[i]), ==, i < n_items);
      g_assert_cmpuint (atomic_load (&loop.border[i]), ==, i < n_items && i % grain == 0);
    }
}

static void
test_items (void)
{
  const gsize counts[] = { 0, 1, 2, 7, 8, 63, 1000 }, grains[] = { 1, 3, 8, 64, 5000 };

  for (guint threads = 1; threads <= 8; threads++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraPool) pool = arra_pool_new (threads, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (arra_pool_threads (pool), ==, threads);
      for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
        for (gsize j = 0; j < G_N_ELEMENTS (grains); j++)
          check_loop (pool, counts[i], grains[j]);
    }
}

static void
test_none (void)
{
  g_assert_cmpuint (arra_pool_threads (NULL), ==, 1);
  check_loop (NULL, 100, 7);
  arra_pool_free (NULL);
}

/* Many short loops, with pauses in which the workers fall asleep: what one loop wrote the next one reads. */
static void
step (gsize begin, gsize end, guint worker, gpointer data)
{
  guint *numbers = data;

  for (gsize i = begin; i < end; i++)
    numbers[i] = numbers[i] * 5 + 1;
}

static void
test_many_loops (void)
{
  for (guint threads = 1; threads <= 8; threads += threads == 1 ? 1 : 2)
    {
      g_autoptr (ArraPool) pool = arra_pool_new (threads, NULL);
      guint numbers[50] = { 0 }, expected = 0;

      for (guint loop = 0; loop < 1000; loop++)
        {
          arra_pool_run (pool, G_N_ELEMENTS (numbers), 3, step, numbers);
          expected = expected * 5 + 1;
          if (loop % 200 == 199)
            g_usleep (3000);
        }
      for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
        g_assert_cmpuint (numbers[i], ==, expected);
    }
}

static void
test_limits (void)
{
  gsize held = arra_mem_held ();
  g_autoptr (GError) error = NULL;
  ArraPool *pool;

  g_assert_null (arra_pool_new (65, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_clear_error (&error);
  arra_mem_fail_nth (0);
  g_assert_null (arra_pool_new (2, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY);
  arra_mem_fail_nth (-1);
  pool = arra_pool_new (0, NULL);
  g_assert_cmpuint (arra_pool_threads (pool), ==, arra_cpu_count ());
  arra_pool_free (pool);
  g_assert_cmpuint (arra_mem_held (), ==, held);
}

static gboolean
is_refused (gpointer data)
{
  gsize held = arra_mem_held ();
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraPool) pool = arra_pool_new (2, &error), alone = arra_pool_new (1, NULL);

  return pool == NULL && alone != NULL && g_error_matches (error, ARRA_ERROR, ARRA_ERROR_FAILED)
         && strstr (error->message, "ulimit -u") != NULL && arra_mem_held () > held;
}

static void
test_no_threads (void)
{
  g_assert_true (no_threads_check (is_refused, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pool/items", test_items);
  g_test_add_func ("/pool/none", test_none);
  g_test_add_func ("/pool/many-loops", test_many_loops);
  g_test_add_func ("/pool/limits", test_limits);
  g_test_add_func ("/pool/no-threads", test_no_threads);
  return g_test_run ();
}
