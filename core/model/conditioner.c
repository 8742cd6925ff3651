/* conditioner.c - what stands before a picture
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "conditioner.h"

#include "fail.h"
#include "mem.h"

guint32 *
arra_condition_encode (const ArraTokenizer *tokenizer, const char *text, guint most, gsize *n, GError **error)
{
  g_automem guint32 *ids = arra_tokenizer_encode (tokenizer, text, -1, FALSE, n, error);

  if (ids == NULL || *n <= most)
    return g_steal_pointer (&ids);
  arra_fail (error, ARRA_ERROR_ARGUMENT, "The prompt is too long: %zu tokens, but the model reads at most %u", *n,
             most);
  return NULL;
}

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
  *condition = (ArraCondition) { 0 };
}
