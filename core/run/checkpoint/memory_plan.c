/* memory_plan.c - whether what was measured fits into memory
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "memory_plan.h"

#include <inttypes.h>

#include "fail.h"

gboolean
arra_plan_check (const ArraMemoryPlan *plan, guint64 limit, GError **error)
{
  gboolean limited = limit > 0 && (plan->available == 0 || limit < plan->available);
  guint64 bound = limited ? limit : plan->available;
  g_autofree char *needed = NULL, *there = NULL;

  if (bound == 0 || plan->total <= bound)
    return TRUE;
  needed = g_format_size_full (plan->total, G_FORMAT_SIZE_IEC_UNITS);
  there = g_format_size_full (bound, G_FORMAT_SIZE_IEC_UNITS);
  return arra_fail (error, ARRA_ERROR_NO_MEMORY,
                    limited ? N_ ("Not enough memory: %s (%" PRIu64 " bytes) are needed, %s (%" PRIu64
                                  " bytes) are allowed; a smaller picture, or weights as q8_0, need less")
                            : N_ ("Not enough memory: %s (%" PRIu64 " bytes) are needed, %s (%" PRIu64
                                  " bytes) are available; a smaller picture, or weights as q8_0, need less"),
                    needed, plan->total, there, bound);
}
