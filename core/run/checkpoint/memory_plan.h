/* memory_plan.h - whether what was measured fits into memory
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* TRUE when it fits; else NO_MEMORY with both numbers and what to do. */
gboolean arra_plan_check (const ArraMemoryPlan *plan, guint64 limit, GError **error);
