/* judged_attributes.c - what a judge finds in pictures, against what their labels say
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "judged_attributes.h"

#include <string.h>

#include "fail.h"
#include "inception_score.h"
#include "mem.h"

#define SPLITS 10 /* of an inception score, with at least as many pictures in each */

static gboolean
find_attribute (const ArraDataset *dataset, const char *name, guint *found)
{
  for (guint i = 0; i < arra_dataset_attributes (dataset); i++)
    if (strcmp (arra_dataset_attribute (dataset, i), name) == 0)
      {
        *found = i;
        return TRUE;
      }
  return FALSE;
}

static gint
find_value (const ArraClassifierAttribute *attribute, const char *value)
{
  for (gint i = 0; attribute->values[i] != NULL; i++)
    if (strcmp (attribute->values[i], value) == 0)
      return i;
  return -1;
}

/* The labels of @attribute as the judge numbers its values. */
static gboolean
take_labels (const ArraClassifierAttribute *attribute,
             const ArraDataset *dataset,
             const char *name,
             guint n,
             gint *labels,
             GError **error)
{
  guint place = 0;
  gboolean there = find_attribute (dataset, attribute->name, &place);

  for (guint i = 0; i < n; i++)
    {
      gint value = there ? arra_dataset_label (dataset, i, place) : -1;

      labels[i] = value < 0 ? -1 : find_value (attribute, arra_dataset_value (dataset, place, (guint) value));
      if (value >= 0 && labels[i] < 0)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"%s\" is \"%s\", which the judge does not know", name,
                          attribute->name, arra_dataset_value (dataset, place, (guint) value));
    }
  return TRUE;
}

gboolean
arra_judged_attributes (const ArraClassifierConfig *judge,
                        const ArraDataset *dataset,
                        const char *name,
                        guint n,
                        const float *probabilities,
                        ArraAttributeAccuracy *accuracies,
                        GError **error)
{
  g_automem gint *labels = arra_mem_new (n, sizeof *labels, "labels", error);

  if (labels == NULL)
    return FALSE;
  for (guint a = 0; a < judge->n_attributes; a++)
    {
      guint n_values = judge->starts[a + 1] - judge->starts[a];

      if (!take_labels (&judge->attributes[a], dataset, name, n, labels, error))
        return FALSE;
      arra_attribute_accuracy (probabilities + judge->starts[a], labels, n, n_values, arra_classifier_n_values (judge),
                               &accuracies[a]);
    }
  return TRUE;
}

gboolean
arra_judged_score (const ArraClassifierConfig *judge,
                   guint n,
                   const float *probabilities,
                   double *score,
                   GError **error)
{
  guint splits = n >= SPLITS * SPLITS ? SPLITS : 1;

  *score = 0;
  for (guint a = 0; a < judge->n_attributes; a++)
    {
      ArraInceptionScore of_one;

      if (!arra_inception_score (probabilities + judge->starts[a], n, judge->starts[a + 1] - judge->starts[a],
                                 arra_classifier_n_values (judge), splits, &of_one, error))
        return FALSE;
      *score += of_one.mean / judge->n_attributes;
    }
  return TRUE;
}
