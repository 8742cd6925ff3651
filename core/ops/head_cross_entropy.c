/* head_cross_entropy.c - weighted cross-entropy of several classifications that share a row of logits
 *
 * Rows are few and short (some dozens of values), so one thread does it, in double.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "head_cross_entropy.h"

#include "detmath.h"

static float
largest (const float *logits, guint32 n)
{
  float most = logits[0];

  for (guint32 i = 1; i < n; i++)
    most = MAX (most, logits[i]);
  return most;
}

/* The sum of exp (logit - @most). */
static double
sum_exp (const float *logits, guint32 n, float most)
{
  double sum = 0;

  for (guint32 i = 0; i < n; i++)
    sum += (double) arra_expf (logits[i] - most);
  return sum;
}

static double
minus_log_softmax (const float *logits, guint32 n, guint32 label)
{
  float most = largest (logits, n);

  return arra_log (sum_exp (logits, n, most)) + (double) most - (double) logits[label];
}

/* @out: [n], may be @logits. */
static void
softmax (const float *logits, guint32 n, float *out)
{
  float most = largest (logits, n);
  double sum = sum_exp (logits, n, most);

  for (guint32 i = 0; i < n; i++)
    out[i] = (float) ((double) arra_expf (logits[i] - most) / sum);
}

static float
weight_of (const ArraHeads *heads, guint32 column)
{
  return heads->weights != NULL ? heads->weights[column] : 1.0f;
}

double
arra_head_cross_entropy (const ArraExec *exec,
                         const float *logits,
                         const gint32 *labels,
                         gsize rows,
                         const ArraHeads *heads)
{
  gsize width = heads->starts[heads->n];
  double sum = 0;

  for (gsize row = 0; row < rows; row++, logits += width, labels += heads->n)
    for (guint h = 0; h < heads->n; h++)
      {
        guint32 begin = heads->starts[h], n = heads->starts[h + 1] - begin;

        if (labels[h] < 0)
          continue;
        sum += (double) weight_of (heads, begin + (guint32) labels[h])
               * minus_log_softmax (logits + begin, n, (guint32) labels[h]);
      }
  return sum;
}

void
arra_head_cross_entropy_vjp (const ArraExec *exec,
                             const float *logits,
                             const gint32 *labels,
                             gsize rows,
                             const ArraHeads *heads,
                             float scale,
                             float *dlogits)
{
  gsize width = heads->starts[heads->n];

  for (gsize row = 0; row < rows; row++, logits += width, dlogits += width, labels += heads->n)
    for (guint h = 0; h < heads->n; h++)
      {
        guint32 begin = heads->starts[h], n = heads->starts[h + 1] - begin;
        float factor, most;
        double sum;

        if (labels[h] < 0)
          continue;
        factor = scale * weight_of (heads, begin + (guint32) labels[h]);
        most = largest (logits + begin, n);
        sum = sum_exp (logits + begin, n, most);
        for (guint32 c = begin; c < begin + n; c++)
          dlogits[c] += factor * (float) ((double) arra_expf (logits[c] - most) / sum);
        dlogits[begin + (guint32) labels[h]] -= factor;
      }
}

void
arra_head_softmax (const float *logits, gsize rows, const ArraHeads *heads, float *probabilities)
{
  gsize width = heads->starts[heads->n];

  for (gsize row = 0; row < rows; row++, logits += width, probabilities += width)
    for (guint h = 0; h < heads->n; h++)
      softmax (logits + heads->starts[h], heads->starts[h + 1] - heads->starts[h], probabilities + heads->starts[h]);
}
