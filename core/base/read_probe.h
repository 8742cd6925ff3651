/* read_probe.h - how fast this machine's memory can be read with the threads a model runs on
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pool.h"

typedef struct
{
  guint8 *data; /* arra_mem */
  gsize size;
} ArraReadProbe;

gboolean arra_read_probe_init (ArraReadProbe *probe, gsize size, ArraPool *pool, GError **error);
void arra_read_probe_clear (ArraReadProbe *probe);
/* Seconds for reading @size bytes with all threads of @pool; more than there are are read over and over. */
double arra_read_probe_read (const ArraReadProbe *probe, gsize size, ArraPool *pool);
/* Seconds for reading @piece bytes, the fastest of all such pieces that there are: what else runs on the machine slows
 * some of them, and hardly ever all. */
double arra_read_probe_fastest (const ArraReadProbe *probe, gsize piece, ArraPool *pool);
