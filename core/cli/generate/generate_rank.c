/* generate_rank.c - pictures sorted by how much of them the prompt explains
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "generate.h"

/* The higher score first; of equal ones the earlier picture. */
static int
compare (gconstpointer a, gconstpointer b)
{
  const GenerateRank *first = a, *second = b;

  if (first->score != second->score)
    return first->score > second->score ? -1 : 1;
  return first->answer < second->answer ? -1 : 1;
}

gboolean
generate_rank (ArraJob *job, GArray *ranks, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < arra_job_n_answers (job); i++)
    {
      GenerateRank rank = { .answer = i };

      if (!arra_job_score (job, i, &rank.score, cancellable, error))
        return FALSE;
      g_array_append_val (ranks, rank);
    }
  g_array_sort (ranks, compare);
  return TRUE;
}
