/* pool.c - a thread pool for short parallel loops: the caller is worker 0, the others spin briefly, then sleep
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool.h"

#include <stdatomic.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "cpu.h"
#include "fail.h"
#include "mem.h"
#include "thread.h"

#define MAX_THREADS 64
#define SPINS 4000 /* some tens of microseconds: longer than the gap between two layers, short under load */

typedef struct
{
  ArraPool *pool;
  guint index;
} Worker;

struct _ArraPool
{
  guint n_threads;
  GThread *threads[MAX_THREADS];
  Worker workers[MAX_THREADS];

  /* the loop at hand: written before `generation` rises, read after it was seen to rise */
  ArraPoolFunc func;
  gpointer data;
  gsize n_items, grain;
  atomic_size_t next;

  atomic_uint generation; /* rises with each loop, and once more to quit */
  atomic_uint busy;       /* helpers that have not finished the loop at hand */
  atomic_bool quit;
  atomic_uint sleepers;   /* helpers asleep on `wake` */
  atomic_bool caller_sleeps;
  GMutex lock;
  GCond wake, done;
};

static inline void
relax (void)
{
#ifdef __x86_64__
  _mm_pause ();
#endif
}

static void
work (ArraPool *pool, guint index)
{
  for (;;)
    {
      gsize begin = atomic_fetch_add (&pool->next, pool->grain);

      if (begin >= pool->n_items)
        return;
      pool->func (begin, MIN (begin + pool->grain, pool->n_items), index, pool->data);
    }
}

static void
wait_for_loop (ArraPool *pool, guint seen)
{
  for (int i = 0; i < SPINS; i++)
    {
      if (atomic_load (&pool->generation) != seen)
        return;
      relax ();
    }
  g_mutex_lock (&pool->lock);
  atomic_fetch_add (&pool->sleepers, 1);
  while (atomic_load (&pool->generation) == seen)
    g_cond_wait (&pool->wake, &pool->lock);
  atomic_fetch_sub (&pool->sleepers, 1);
  g_mutex_unlock (&pool->lock);
}

static gpointer
worker_main (gpointer data)
{
  Worker *worker = data;
  ArraPool *pool = worker->pool;
  guint seen = 0;

  for (;;)
    {
      wait_for_loop (pool, seen);
      seen++;
      if (atomic_load (&pool->quit))
        return NULL;
      work (pool, worker->index);
      if (atomic_fetch_sub (&pool->busy, 1) == 1 && atomic_load (&pool->caller_sleeps))
        {
          g_mutex_lock (&pool->lock);
          g_cond_signal (&pool->done);
          g_mutex_unlock (&pool->lock);
        }
    }
}

static void
start_loop (ArraPool *pool)
{
  atomic_fetch_add (&pool->generation, 1);
  if (atomic_load (&pool->sleepers) == 0)
    return;
  g_mutex_lock (&pool->lock);
  g_cond_broadcast (&pool->wake);
  g_mutex_unlock (&pool->lock);
}

static void
wait_for_workers (ArraPool *pool)
{
  for (int i = 0; i < SPINS; i++)
    {
      if (atomic_load (&pool->busy) == 0)
        return;
      relax ();
    }
  g_mutex_lock (&pool->lock);
  atomic_store (&pool->caller_sleeps, TRUE);
  while (atomic_load (&pool->busy) != 0)
    g_cond_wait (&pool->done, &pool->lock);
  atomic_store (&pool->caller_sleeps, FALSE);
  g_mutex_unlock (&pool->lock);
}

void
arra_pool_run (ArraPool *pool, gsize n_items, gsize grain, ArraPoolFunc func, gpointer data)
{
  g_assert (grain > 0);
  if (n_items == 0)
    return;
  if (pool == NULL || pool->n_threads == 1 || n_items <= grain)
    {
      for (gsize begin = 0; begin < n_items; begin += grain)
        func (begin, MIN (begin + grain, n_items), 0, data);
      return;
    }
  pool->func = func;
  pool->data = data;
  pool->n_items = n_items;
  pool->grain = grain;
  atomic_store (&pool->next, 0);
  atomic_store (&pool->busy, pool->n_threads - 1);
  start_loop (pool);
  work (pool, 0);
  wait_for_workers (pool);
}

ArraPool *
arra_pool_new (guint threads, GError **error)
{
  ArraPool *pool;

  if (threads > MAX_THREADS)
    {
      arra_fail (error, ARRA_ERROR_ARGUMENT, "%u threads: at most %d can be used", threads, MAX_THREADS);
      return NULL;
    }
  pool = arra_mem_new0 (1, sizeof *pool, "the thread pool", error);
  if (pool == NULL)
    return NULL;
  g_mutex_init (&pool->lock);
  g_cond_init (&pool->wake);
  g_cond_init (&pool->done);
  pool->n_threads = 1;
  threads = threads == 0 ? arra_cpu_count () : threads;
  for (guint i = 1; i < threads; i++)
    {
      pool->workers[i] = (Worker){ pool, i };
      pool->threads[i] = arra_thread_new ("arra-worker", worker_main, &pool->workers[i], error);
      if (pool->threads[i] == NULL)
        {
          arra_pool_free (pool);
          return NULL;
        }
      pool->n_threads = i + 1;
    }
  return pool;
}

void
arra_pool_free (ArraPool *pool)
{
  if (pool == NULL)
    return;
  atomic_store (&pool->quit, TRUE);
  start_loop (pool);
  for (guint i = 1; i < pool->n_threads; i++)
    g_thread_join (pool->threads[i]);
  g_mutex_clear (&pool->lock);
  g_cond_clear (&pool->wake);
  g_cond_clear (&pool->done);
  arra_mem_free (pool);
}

guint
arra_pool_threads (const ArraPool *pool)
{
  return pool == NULL ? 1 : pool->n_threads;
}
