/* map_span.c - the picture of a map, and what black and white stand for in it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "map_span.h"

#include <math.h>
#include <stdlib.h>

#define NO_CHANGE 128
#define TWENTIETH 0.05
#define LEAST_SURPRISE 1.0    /* nats between black and white */
#define LEAST_DIFFERENCE 0.25 /* nats between grey and white */

static int
compare (gconstpointer a, gconstpointer b)
{
  const double first = *(const double *) a, second = *(const double *) b;

  return (first > second) - (first < second);
}

/* The number that @share of all do not exceed. */
static double
at_share (const double *sorted, gsize n, double share)
{
  return sorted[(gsize) (share * (double) (n - 1) + 0.5)];
}

ArraMapSpan
arra_map_span (const double *map, gsize n, gboolean of_phrase)
{
  g_autofree double *sorted = g_new (double, n);
  ArraMapSpan span;

  for (gsize i = 0; i < n; i++)
    sorted[i] = of_phrase ? fabs (map[i]) : map[i];
  qsort (sorted, n, sizeof *sorted, compare);
  span.white = at_share (sorted, n, 1 - TWENTIETH);
  if (of_phrase)
    {
      span.white = MAX (span.white, LEAST_DIFFERENCE);
      span.black = -span.white;
      return span;
    }
  span.black = at_share (sorted, n, TWENTIETH);
  span.white = MAX (span.white, span.black + LEAST_SURPRISE);
  return span;
}

static guint8
grey_of (double value, const ArraMapSpan *span, gboolean of_phrase)
{
  const double share = CLAMP (value, span->black, span->white);

  if (!of_phrase)
    return (guint8) ((share - span->black) / (span->white - span->black) * 255 + 0.5);
  return (guint8) (NO_CHANGE + share / span->white * (share > 0 ? 127 : 128) + 0.5);
}

void
arra_map_draw (const double *map,
               guint rows,
               guint columns,
               guint side,
               gboolean of_phrase,
               const ArraMapSpan *span,
               guint8 *pixels)
{
  for (gsize y = 0; y < (gsize) rows * side; y++)
    for (gsize x = 0; x < (gsize) columns * side; x++)
      *pixels++ = grey_of (map[y / side * columns + x / side], span, of_phrase);
}
