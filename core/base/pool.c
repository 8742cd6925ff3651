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
#define CHUNK_BITS 32
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

  /* The loop at hand. Written before its ticket is out; who has drawn a chunk of that ticket may rely on what it read
   * of these before. */
  _Atomic (ArraPoolFunc) func;
  atomic_uintptr_t data;
  atomic_size_t n_items, grain;

  atomic_uint_fast64_t ticket; /* the loop's number above, chunks left to draw below (CHUNK_BITS) */
  atomic_size_t unfinished;    /* chunks of the loop that are not done */
  atomic_bool quit;
  atomic_uint sleepers; /* helpers asleep on `wake` */
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

static guint64
loop_of (guint64 ticket)
{
  return ticket >> CHUNK_BITS;
}

static guint64
chunks_left (guint64 ticket)
{
  return ticket & (((guint64) 1 << CHUNK_BITS) - 1);
}

static gsize
count_chunks (gsize n_items, gsize grain)
{
  return n_items / grain + (n_items % grain != 0);
}

/* Wakes a caller that sleeps until the last chunk is done. */
static void
finish_chunk (ArraPool *pool)
{
  if (atomic_fetch_sub (&pool->unfinished, 1) != 1 || !atomic_load (&pool->caller_sleeps))
    return;
  g_mutex_lock (&pool->lock);
  g_cond_signal (&pool->done);
  g_mutex_unlock (&pool->lock);
}

/* Draws chunks in order until none is left. A chunk drawn keeps its loop from ending, so what was read of the loop
 * before is still true. */
static void
work (ArraPool *pool, guint index)
{
  guint64 ticket = atomic_load (&pool->ticket);

  while (chunks_left (ticket) > 0)
    {
      ArraPoolFunc func = atomic_load (&pool->func);
      gpointer data = (gpointer) atomic_load (&pool->data);
      gsize n_items = atomic_load (&pool->n_items), grain = atomic_load (&pool->grain);
      gsize begin = (count_chunks (n_items, grain) - (gsize) chunks_left (ticket)) * grain;

      if (!atomic_compare_exchange_weak (&pool->ticket, &ticket, ticket - 1))
        continue;
      func (begin, MIN (begin + grain, n_items), index, data);
      finish_chunk (pool);
      ticket = atomic_load (&pool->ticket);
    }
}

/* Returns the number of a loop that is not @seen. */
static guint64
wait_for_loop (ArraPool *pool, guint64 seen)
{
  for (int i = 0; i < SPINS; i++)
    {
      guint64 loop = loop_of (atomic_load (&pool->ticket));

      if (loop != seen)
        return loop;
      relax ();
    }
  g_mutex_lock (&pool->lock);
  atomic_fetch_add (&pool->sleepers, 1);
  while (loop_of (atomic_load (&pool->ticket)) == seen)
    g_cond_wait (&pool->wake, &pool->lock);
  atomic_fetch_sub (&pool->sleepers, 1);
  g_mutex_unlock (&pool->lock);
  return loop_of (atomic_load (&pool->ticket));
}

static gpointer
worker_main (gpointer data)
{
  Worker *worker = data;
  ArraPool *pool = worker->pool;
  guint64 seen = 0;

  for (;;)
    {
      seen = wait_for_loop (pool, seen);
      if (atomic_load (&pool->quit))
        return NULL;
      work (pool, worker->index);
    }
}

static void
start_loop (ArraPool *pool, gsize n_chunks)
{
  const guint64 next = loop_of (atomic_load (&pool->ticket)) + 1;

  atomic_store (&pool->ticket, next << CHUNK_BITS | n_chunks);
  if (atomic_load (&pool->sleepers) == 0)
    return;
  g_mutex_lock (&pool->lock);
  g_cond_broadcast (&pool->wake);
  g_mutex_unlock (&pool->lock);
}

static void
wait_for_chunks (ArraPool *pool)
{
  for (int i = 0; i < SPINS; i++)
    {
      if (atomic_load (&pool->unfinished) == 0)
        return;
      relax ();
    }
  g_mutex_lock (&pool->lock);
  atomic_store (&pool->caller_sleeps, TRUE);
  while (atomic_load (&pool->unfinished) != 0)
    g_cond_wait (&pool->done, &pool->lock);
  atomic_store (&pool->caller_sleeps, FALSE);
  g_mutex_unlock (&pool->lock);
}

/* A helper that has no processor is not waited for: the others draw its chunks. */
void
arra_pool_run (ArraPool *pool, gsize n_items, gsize grain, ArraPoolFunc func, gpointer data)
{
  gsize n_chunks;

  g_assert (grain > 0);
  n_chunks = count_chunks (n_items, grain);
  if (pool == NULL || pool->n_threads == 1 || n_chunks <= 1 || n_chunks >> CHUNK_BITS != 0)
    {
      for (gsize begin = 0; begin < n_items; begin += MIN (grain, n_items - begin))
        func (begin, begin + MIN (grain, n_items - begin), 0, data);
      return;
    }
  atomic_store (&pool->func, func);
  atomic_store (&pool->data, (guintptr) data);
  atomic_store (&pool->n_items, n_items);
  atomic_store (&pool->grain, grain);
  atomic_store (&pool->unfinished, n_chunks);
  start_loop (pool, n_chunks);
  work (pool, 0);
  wait_for_chunks (pool);
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
      pool->workers[i] = (Worker) { pool, i };
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
  start_loop (pool, 0);
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
