/* select.c - the threshold that keeps the largest scores: radix selection from the top bits down
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "select.h"

#include <string.h>

#define MAX_BITS 11
#define BUCKETS (1u << MAX_BITS)

guint32
arra_select_key (float x)
{
  const float y = x + 0.0f; /* -0 becomes 0 */
  guint32 bits;

  memcpy (&bits, &y, sizeof bits);
  return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
}

/* Weights by the @n_bits bits above @shift, of the keys that agree with @prefix above them. */
static void
histogram (const ArraCandidate *candidates,
           const float *weights,
           gsize n,
           guint32 prefix,
           guint shift,
           guint n_bits,
           double sums[BUCKETS])
{
  const guint32 mask = (1u << n_bits) - 1;
  const guint64 high = (guint64) prefix >> (shift + n_bits);

  memset (sums, 0, BUCKETS * sizeof (double));
  for (gsize i = 0; i < n; i++)
    {
      const guint32 key = arra_select_key (candidates[i].score);

      if ((guint64) key >> (shift + n_bits) == high)
        sums[(key >> shift) & mask] += weights != NULL ? (double) weights[i] : 1.0;
    }
}

guint32
arra_select_threshold (const ArraCandidate *candidates, const float *weights, gsize n, double target)
{
  static const guint shifts[] = { 21, 10, 0 }, widths[] = { 11, 11, 10 };
  double sums[BUCKETS], above = 0;
  guint32 prefix = 0;

  for (guint pass = 0; pass < G_N_ELEMENTS (shifts); pass++)
    {
      gint64 bucket = (1 << widths[pass]) - 1;

      histogram (candidates, weights, n, prefix, shifts[pass], widths[pass], sums);
      for (; bucket >= 0 && above + sums[bucket] < target; bucket--)
        above += sums[bucket];
      if (bucket < 0)
        return pass == 0 ? 0 : prefix;
      prefix |= (guint32) bucket << shifts[pass];
    }
  return prefix;
}
