/* embedding.c - rows of a table, chosen by id
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "embedding.h"

#include "dtype_kernels.h"

void
arra_embedding (const ArraExec *exec, const ArraTensor *table, guint32 id, float *y)
{
  gsize width = (gsize) table->shape[1];
  const guint8 *row = (const guint8 *) table->data + id * (table->n_bytes / (gsize) table->shape[0]);

  g_assert (id < table->shape[0]);
  arra_dtype_widen (table->dtype, exec->kernels, row, width, y);
}

#define COLUMNS 64 /* columns a thread sums at a time, over all rows in order */

typedef struct
{
  const guint32 *ids;
  const float *dy;
  gsize rows, width;
  float *dtable;
} VjpJob;

static void
scatter (gsize begin, gsize end, guint worker, gpointer data)
{
  const VjpJob *job = data;

  for (gsize row = 0; row < job->rows; row++)
    {
      float *to = job->dtable + job->ids[row] * job->width;
      const float *from = job->dy + row * job->width;

      for (gsize i = begin; i < end; i++)
        to[i] += from[i];
    }
}

void
arra_embedding_vjp (const ArraExec *exec, const guint32 *ids, const float *dy, gsize rows, gsize width, float *dtable)
{
  VjpJob job = { ids, dy, rows, width, dtable };

  arra_pool_run (exec->pool, width, COLUMNS, scatter, &job);
}
