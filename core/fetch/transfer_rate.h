/* transfer_rate.h - how fast bytes came lately, and how long the others will take
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#define ARRA_RATE_SAMPLES 30

/* Zero at the start. */
typedef struct
{
  struct
  {
    gint64 time;
    guint64 bytes;
  } samples[ARRA_RATE_SAMPLES]; /* one a second, a ring */
  guint n, next;
} ArraTransferRate;

/* @bytes have come in all at @time (microseconds). Returns bytes a second over the samples that are kept, the last half
 * minute; 0 until there is a second of them. */
double arra_transfer_rate_add (ArraTransferRate *rate, gint64 time, guint64 bytes);
