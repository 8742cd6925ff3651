/* grid_attention.c - attention within square windows of a grid, with positions relative along both axes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "grid_attention.h"

#include <string.h>

#include "gemm.h"

#define BLOCK 64 /* queries whose scores are held at once */

typedef struct
{
  const ArraKernels *kernels;
  const ArraGridAttention *shape;
  const ArraGridAttentionInputs *in;
  float *scratch, *out;
} Job;

/* One head in one window. */
typedef struct
{
  const Job *job;
  gsize n, top, left, head; /* which grid, and where in it */
  float *k, *v;             /* [cells][head_dim] */
  float *q, *scores;        /* [BLOCK][head_dim], [BLOCK][cells] */
  float *along;             /* [2][window]: of one query */
} View;

static gsize
cells_of (const ArraGridAttention *shape)
{
  return shape->window * shape->window;
}

static gsize
windows_along (gsize size, gsize window)
{
  return (size + window - 1) / window;
}

gsize
arra_grid_attention_scratch (const ArraGridAttention *shape, guint threads)
{
  gsize cells = cells_of (shape);

  return (2 * cells * shape->head_dim + BLOCK * (shape->head_dim + cells) + 2 * shape->window) * threads;
}

/* Where the head's numbers of a window's cell begin; FALSE: it is padding. */
static gboolean
place_of (const View *view, gsize cell, gsize *place)
{
  const ArraGridAttention *s = view->job->shape;
  gsize y = view->top + cell / s->window, x = view->left + cell % s->window;

  *place = (((view->n * s->height + y) * s->width + x) * s->heads + view->head) * s->head_dim;
  return y < s->height && x < s->width;
}

static void
read_keys (const View *view)
{
  const ArraGridAttention *s = view->job->shape;
  const ArraGridAttentionInputs *in = view->job->in;
  gsize n_bytes = s->head_dim * sizeof (float), pad = view->head * s->head_dim, place;

  for (gsize cell = 0; cell < cells_of (s); cell++)
    {
      gboolean inside = place_of (view, cell, &place);

      memcpy (view->k + cell * s->head_dim, inside ? in->k + place : in->pad_k + pad, n_bytes);
      memcpy (view->v + cell * s->head_dim, inside ? in->v + place : in->pad_v + pad, n_bytes);
    }
}

/* Adds what relative positions give to the scores of the query of @cell. */
static void
add_positions (const View *view, gsize cell, const float *q, float *scores)
{
  const ArraGridAttention *s = view->job->shape;
  const ArraKernels *kernels = view->job->kernels;
  gsize y = cell / s->window, x = cell % s->window;
  float *rows = view->along, *columns = rows + s->window;

  for (gsize i = 0; i < s->window; i++)
    {
      rows[i] = kernels->dot (q, view->job->in->rows + (y + s->window - 1 - i) * s->head_dim, s->head_dim);
      columns[i] = kernels->dot (q, view->job->in->columns + (x + s->window - 1 - i) * s->head_dim, s->head_dim);
    }
  for (gsize i = 0; i < s->window; i++)
    for (gsize j = 0; j < s->window; j++)
      scores[i * s->window + j] += rows[i] + columns[j];
}

/* The queries of the cells from @first on, as many as a block holds; those of padding are passed over. */
static gsize
read_queries (const View *view, gsize first, gsize *cells)
{
  const ArraGridAttention *s = view->job->shape;
  gsize n = 0, place;

  for (gsize cell = first; cell < MIN (first + BLOCK, cells_of (s)); cell++)
    if (place_of (view, cell, &place))
      {
        memcpy (view->q + n * s->head_dim, view->job->in->q + place, s->head_dim * sizeof (float));
        cells[n++] = cell;
      }
  return n;
}

static void
attend_block (const View *view, gsize first)
{
  const ArraGridAttention *s = view->job->shape;
  gsize all = cells_of (s), dim = s->head_dim, cells[BLOCK], n = read_queries (view, first, cells), place;

  if (n == 0)
    return;
  arra_sgemm (FALSE, TRUE, n, all, dim, s->scale, view->q, dim, view->k, dim, 0, view->scores, all);
  for (gsize i = 0; i < n; i++)
    {
      add_positions (view, cells[i], view->q + i * dim, view->scores + i * all);
      view->job->kernels->softmax (view->scores + i * all, all);
    }
  arra_sgemm (FALSE, FALSE, n, dim, all, 1, view->scores, all, view->v, dim, 0, view->q, dim);
  for (gsize i = 0; i < n; i++)
    {
      place_of (view, cells[i], &place);
      memcpy (view->job->out + place, view->q + i * dim, dim * sizeof (float));
    }
}

static View
view_of (const Job *job, gsize item, guint worker)
{
  const ArraGridAttention *s = job->shape;
  gsize across = windows_along (s->width, s->window), down = windows_along (s->height, s->window);
  gsize cells = cells_of (s), window = item / s->heads;
  float *scratch = job->scratch + worker * arra_grid_attention_scratch (s, 1);
  View view = { .job = job, .head = item % s->heads };

  view.n = window / (across * down);
  view.top = window / across % down * s->window;
  view.left = window % across * s->window;
  view.k = scratch;
  view.v = view.k + cells * s->head_dim;
  view.q = view.v + cells * s->head_dim;
  view.scores = view.q + BLOCK * s->head_dim;
  view.along = view.scores + BLOCK * cells;
  return view;
}

/* An item is a head in a window. */
static void
run (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize item = begin; item < end; item++)
    {
      const View view = view_of (job, item, worker);

      read_keys (&view);
      for (gsize first = 0; first < cells_of (job->shape); first += BLOCK)
        attend_block (&view, first);
    }
}

void
arra_grid_attention (const ArraExec *exec,
                     const ArraGridAttention *shape,
                     const ArraGridAttentionInputs *in,
                     float *scratch,
                     float *out)
{
  Job job = { exec->kernels, shape, in, scratch, out };
  gsize windows = shape->n * windows_along (shape->height, shape->window) * windows_along (shape->width, shape->window);

  arra_pool_run (exec->pool, windows * shape->heads, 1, run, &job);
}
