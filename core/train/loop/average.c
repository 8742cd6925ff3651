/* average.c - an exponential moving average of parameters
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "average.h"

#include <string.h>

#include "mem.h"

#define GRAIN 16384 /* elements: fewer are not worth waking a thread for */

typedef struct
{
  float *average;
  const float *data;
  float share;
} Job;

ArraAverage *
arra_average_new (double decay, const ArraParameters *parameters, GError **error)
{
  g_autoptr (ArraAverage) average = arra_mem_new0 (1, sizeof *average, "the averaged parameters", error);

  if (average == NULL)
    return NULL;
  average->decay = decay;
  average->size = parameters->size;
  average->data = arra_mem_new (average->size, sizeof (float), "the averaged parameters", error);
  if (average->data == NULL)
    return NULL;
  memcpy (average->data, parameters->data, average->size * sizeof (float));
  return g_steal_pointer (&average);
}

void
arra_average_free (ArraAverage *average)
{
  if (average == NULL)
    return;
  arra_mem_free (average->data);
  arra_mem_free (average);
}

static void
update (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize i = begin; i < end; i++)
    job->average[i] += job->share * (job->data[i] - job->average[i]);
}

void
arra_average_update (ArraAverage *average, const ArraExec *exec, guint64 step, const ArraParameters *parameters)
{
  double decay = MIN (average->decay, (1.0 + (double) step) / (10.0 + (double) step));
  Job job = { average->data, parameters->data, (float) (1 - decay) };

  arra_pool_run (exec->pool, average->size, GRAIN, update, &job);
}

void
arra_average_swap (ArraAverage *average, ArraParameters *parameters)
{
  float *values = parameters->data;

  parameters->data = average->data;
  average->data = values;
}
