/* conditioner.c - what stands before a picture
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "conditioner.h"

#include "mem.h"

gboolean
arra_prefix_init (ArraPrefix *prefix, gsize n, GError **error)
{
  prefix->ids = arra_mem_new (n, sizeof *prefix->ids, "the prompt", error);
  prefix->n = prefix->ids != NULL ? (guint) n : 0;
  return prefix->ids != NULL;
}

void
arra_condition_clear (ArraCondition *condition)
{
  arra_mem_free (condition->sequence.ids);
  for (guint i = 0; i < ARRA_N_BRANCHES; i++)
    arra_mem_free (condition->front[i].ids);
  *condition = (ArraCondition){ 0 };
}
