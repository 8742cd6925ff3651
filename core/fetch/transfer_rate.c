/* transfer_rate.c - how fast bytes came lately, and how long the others will take
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "transfer_rate.h"

double
arra_transfer_rate_add (ArraTransferRate *rate, gint64 time, guint64 bytes)
{
  guint newest = (rate->next + ARRA_RATE_SAMPLES - 1) % ARRA_RATE_SAMPLES, oldest;

  if (rate->n == 0 || time - rate->samples[newest].time >= G_USEC_PER_SEC)
    {
      rate->samples[rate->next].time = time;
      rate->samples[rate->next].bytes = bytes;
      rate->next = (rate->next + 1) % ARRA_RATE_SAMPLES;
      rate->n = MIN (rate->n + 1, ARRA_RATE_SAMPLES);
    }
  oldest = rate->n < ARRA_RATE_SAMPLES ? 0 : rate->next;
  if (time - rate->samples[oldest].time < G_USEC_PER_SEC || bytes < rate->samples[oldest].bytes)
    return 0;
  return (double) (bytes - rate->samples[oldest].bytes)
         / ((double) (time - rate->samples[oldest].time) / G_USEC_PER_SEC);
}
