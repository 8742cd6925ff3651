/* test-item_run.c - every item once, progress to the end, the first error and cancellation stop the rest
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "item_run.h"

#define N 1000

typedef struct
{
  guint times[N], n_workers;
  guint stop_at;     /* fails there */
  gboolean sevenths; /* every seventh item was done earlier */
  guint n_new;
  GCancellable *cancellable;
  guint first_done, last_done, last_count, n_told;
} Fixture;

static gboolean
visit (guint i, guint worker, gpointer user, GError **error)
{
  Fixture *f = user;

  g_assert_cmpuint (worker, <, f->n_workers);
  f->times[i]++;
  if (f->cancellable != NULL && i == f->stop_at)
    g_cancellable_cancel (f->cancellable);
  if (f->cancellable != NULL || i != f->stop_at)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "item %u", i);
  return FALSE;
}

static gboolean
is_done (guint i, gpointer user)
{
  return i % 7 == 0;
}

static void
hear (guint done, guint count, gpointer user)
{
  Fixture *f = user;

  g_assert_cmpuint (done, >, f->last_done);
  f->first_done = f->n_told == 0 ? done : f->first_done;
  f->last_done = done;
  f->last_count = count;
  f->n_told++;
}

static gboolean
run (Fixture *f, guint threads, GError **error)
{
  g_autoptr (ArraPool) pool = threads > 0 ? arra_pool_new (threads, NULL) : NULL;
  const ArraItemRun items = { .n = N,
                              .done = f->sevenths ? is_done : NULL,
                              .work = visit,
                              .user = f,
                              .progress = hear,
                              .progress_user = f,
                              .cancellable = f->cancellable };

  f->n_workers = MAX (threads, 1);
  return arra_item_run (pool, &items, &f->n_new, error);
}

static void
test_all (void)
{
  for (guint threads = 0; threads <= 4; threads++)
    {
      Fixture f = { .stop_at = N };

      g_assert_true (run (&f, threads, NULL));
      for (guint i = 0; i < N; i++)
        g_assert_cmpuint (f.times[i], ==, 1);
      g_assert_cmpuint (f.last_done, ==, N);
      g_assert_cmpuint (f.last_count, ==, N);
      g_assert_cmpuint (f.n_new, ==, N);
      g_assert_cmpuint (f.n_told, >, 0);
    }
}

/* What was done earlier is not done again, and counts as done. */
static void
test_earlier (void)
{
  for (guint threads = 0; threads <= 4; threads += 2)
    {
      Fixture f = { .stop_at = N, .sevenths = TRUE };

      g_assert_true (run (&f, threads, NULL));
      for (guint i = 0; i < N; i++)
        g_assert_cmpuint (f.times[i], ==, i % 7 != 0);
      g_assert_cmpuint (f.n_new, ==, N - (N + 6) / 7);
      g_assert_cmpuint (f.first_done, >, (N + 6) / 7);
      g_assert_cmpuint (f.last_done, ==, N);
    }
}

static guint
visited (const Fixture *f)
{
  guint n = 0;

  for (guint i = 0; i < N; i++)
    n += f->times[i];
  return n;
}

static void
test_error (void)
{
  for (guint threads = 0; threads <= 4; threads += 4)
    {
      g_autoptr (GError) error = NULL;
      Fixture f = { .stop_at = 20 };

      g_assert_false (run (&f, threads, &error));
      g_assert_cmpstr (error->message, ==, "item 20");
      g_assert_cmpuint (visited (&f), >, 20);
      if (threads > 0)
        continue; /* how far the others come until then is theirs */
      g_assert_cmpuint (visited (&f), ==, 21);
      g_assert_cmpuint (f.last_done, ==, 20);
    }
}

static void
test_cancel (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Fixture f = { .stop_at = 30, .cancellable = cancellable };

  g_assert_false (run (&f, 0, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (visited (&f), ==, 31);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/item-run/all", test_all);
  g_test_add_func ("/item-run/earlier", test_earlier);
  g_test_add_func ("/item-run/error", test_error);
  g_test_add_func ("/item-run/cancel", test_cancel);
  return g_test_run ();
}
