/* read_probe.c - how fast this machine's memory can be read with the threads a model runs on
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "read_probe.h"

#include <string.h>

#include "mem.h"

#define GRAIN ((gsize) 1 << 18) /* bytes a thread takes at a time */

/* The plain vector type of the compiler: whatever registers the target has. */
typedef guint64 Vector __attribute__ ((vector_size (32), may_alias));

typedef struct
{
  guint8 *data;
  guint64 sums[64]; /* one for each worker, so that the reading is not optimised away */
} Walk;

static void
write_pages (gsize begin, gsize end, guint worker, gpointer data)
{
  Walk *walk = data;

  memset (walk->data + begin, 0x5a, end - begin);
}

static void
sum_pages (gsize begin, gsize end, guint worker, gpointer data)
{
  Walk *walk = data;
  Vector a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 };

  for (gsize i = begin; i + 4 * sizeof (Vector) <= end; i += 4 * sizeof (Vector))
    {
      const Vector *from = (const Vector *) (const void *) (walk->data + i);
      a += from[0];
      b += from[1];
      c += from[2];
      d += from[3];
    }
  a += b + c + d;
  walk->sums[worker] += a[0] + a[1] + a[2] + a[3];
}

gboolean
arra_read_probe_init (ArraReadProbe *probe, gsize size, ArraPool *pool, GError **error)
{
  Walk walk = { 0 };

  probe->size = size;
  probe->data = arra_mem_new (size, 1, "the read probe", error);
  if (probe->data == NULL)
    return FALSE;
  walk.data = probe->data;
  arra_pool_run (pool, size, GRAIN, write_pages, &walk);
  return TRUE;
}

void
arra_read_probe_clear (ArraReadProbe *probe)
{
  arra_mem_clear (&probe->data);
}

double
arra_read_probe_read (const ArraReadProbe *probe, gsize size, ArraPool *pool)
{
  Walk walk = { .data = probe->data };
  gint64 start = g_get_monotonic_time ();

  for (gsize done = 0; done < size; done += probe->size)
    arra_pool_run (pool, MIN (size - done, probe->size), GRAIN, sum_pages, &walk);
  return (double) MAX (g_get_monotonic_time () - start, 1) * 1e-6;
}

double
arra_read_probe_fastest (const ArraReadProbe *probe, gsize piece, ArraPool *pool)
{
  gint64 fastest = G_MAXINT64;

  for (gsize at = 0; at + piece <= probe->size; at += piece)
    {
      Walk walk = { .data = probe->data + at };
      gint64 start = g_get_monotonic_time ();

      arra_pool_run (pool, piece, GRAIN, sum_pages, &walk);
      fastest = MIN (fastest, MAX (g_get_monotonic_time () - start, 1));
    }
  return (double) fastest * 1e-6;
}
