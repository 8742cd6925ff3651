/* average.h - an exponential moving average of parameters: the model that is kept
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "exec.h"
#include "parameters.h"

typedef struct
{
  double decay;
  gsize size;
  float *data; /* laid out as the parameters' values */
} ArraAverage;

/* @decay: 0 <= decay < 1. Begins with the parameters' values. */
ArraAverage *arra_average_new (double decay, const ArraParameters *parameters, GError **error);
void arra_average_free (ArraAverage *average); /* nullable */
/* average += (1 - d) * (parameters - average), d = min (decay, (1 + step) / (10 + step)) for @step from 0: the start is
 * soon forgotten. */
void arra_average_update (ArraAverage *average, const ArraExec *exec, guint64 step, const ArraParameters *parameters);
/* Puts the average in the place of the values, and the other way round when called again. */
void arra_average_swap (ArraAverage *average, ArraParameters *parameters);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraAverage, arra_average_free)
