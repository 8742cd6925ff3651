/* attribute_accuracy.c - how often a classifier finds the value that a label says
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attribute_accuracy.h"

#include <math.h>

static guint
answer (const float *probabilities, guint n_values)
{
  guint best = 0;

  for (guint value = 1; value < n_values; value++)
    if (probabilities[value] > probabilities[best])
      best = value;
  return best;
}

void
arra_attribute_accuracy (const float *probabilities,
                         const gint *labels,
                         gsize n,
                         guint n_values,
                         gsize stride,
                         ArraAttributeAccuracy *accuracy)
{
  gsize right_of_all = 0;

  *accuracy = (ArraAttributeAccuracy) { 0 };
  for (guint value = 0; value < n_values; value++)
    {
      gsize occurs = 0, right = 0;

      for (gsize i = 0; i < n; i++)
        if (labels[i] == (gint) value)
          {
            occurs++;
            right += answer (probabilities + i * stride, n_values) == value;
          }
      if (occurs == 0)
        continue;
      accuracy->n += occurs;
      accuracy->n_present++;
      accuracy->balanced += (double) right / (double) occurs;
      right_of_all += right;
    }
  if (accuracy->n == 0)
    return;
  accuracy->accuracy = (double) right_of_all / (double) accuracy->n;
  accuracy->balanced /= accuracy->n_present;
  accuracy->chance = 1.0 / accuracy->n_present;
}

double
arra_adherence (double generated, double attainable, double chance)
{
  return attainable > chance ? (generated - chance) / (attainable - chance) : NAN;
}
