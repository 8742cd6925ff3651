/* attribute_accuracy.h - how often a classifier finds the value that a label says
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef struct
{
  gsize n;         /* pictures with a label */
  guint n_present; /* values that occur among the labels */
  double accuracy; /* share of those that are right */
  double balanced; /* mean over the values that occur of the share of theirs that are right (mean recall) */
  double chance;   /* balanced accuracy of guessing: 1 / n_present */
} ArraAttributeAccuracy;

/* @labels: [n], negative where there is none. Picture i's probabilities are the @n_values numbers at probabilities + i
 * * @stride; the first of the largest is the answer. Without any label all is 0. */
void arra_attribute_accuracy (const float *probabilities,
                              const gint *labels,
                              gsize n,
                              guint n_values,
                              gsize stride,
                              ArraAttributeAccuracy *accuracy);

/* (generated - chance) / (attainable - chance), both balanced: 1 says that generated pictures show what was asked as
 * well as reconstructions of real ones do. NAN when
 * @attainable is not above chance. */
double arra_adherence (double generated, double attainable, double chance);
