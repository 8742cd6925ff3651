/* read_probe.c - how fast this machine's memory can be read with the threads a model runs on
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "read_probe.h"

#include <string.h>

#include "mem.h"

#define GRAIN ((gsize) 1 << 18) /* bytes a thread takes at a time */
#define LINE ((gsize) 64)       /* bytes that memory gives at a time */
#define LINES 4                 /* in a turn */

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

/* One number of each line: memory gives whole lines, and the fewer instructions a line takes, the more lines a
 * processor waits for at a time. Loads of all bytes, 16 at a time, reached half of what the products of weights do. */
static void
sum_lines (gsize begin, gsize end, guint worker, gpointer data)
{
  Walk *walk = data;
  guint64 sums[LINES] = { 0 };

  for (gsize i = begin; i + LINES * LINE <= end; i += LINES * LINE)
    for (gsize line = 0; line < LINES; line++)
      {
        guint64 number;

        memcpy (&number, walk->data + i + line * LINE, sizeof number);
        sums[line] += number;
      }
  for (gsize line = 0; line < LINES; line++)
    walk->sums[worker] += sums[line];
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
    arra_pool_run (pool, MIN (size - done, probe->size), GRAIN, sum_lines, &walk);
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

      arra_pool_run (pool, piece, GRAIN, sum_lines, &walk);
      fastest = MIN (fastest, MAX (g_get_monotonic_time () - start, 1));
    }
  return (double) fastest * 1e-6;
}
