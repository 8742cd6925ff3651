/* map_span.h - the picture of a map, and what black and white stand for in it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef struct
{
  double black, white; /* nats */
} ArraMapSpan;

/**
 * arra_map_span:
 * @map: of arra_checkpoint_map(), @n numbers
 * @of_phrase: whether it is one of a phrase
 *
 * Surprise is black for the twentieth of the codes that surprise least and white for the twentieth that surprise most,
 * whose extremes would leave all others alike. A phrase's differences go as far on both sides of 0 as all but a
 * twentieth of them. Where everything is nearly the same the span is larger than that: what is no difference is not to
 * look like one.
 */
ArraMapSpan arra_map_span (const double *map, gsize n, gboolean of_phrase);
/* @pixels: [@rows * @side][@columns * @side], a square for each number. */
void arra_map_draw (const double *map,
                    guint rows,
                    guint columns,
                    guint side,
                    gboolean of_phrase,
                    const ArraMapSpan *span,
                    guint8 *pixels);
