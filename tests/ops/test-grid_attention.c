/* test-grid_attention.c - attention in windows with relative positions, against its definition
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "grid_attention.h"

#include <math.h>

#include "op_test.h"

/* Windows that fit, that reach over both borders, that are the whole grid, and cells that take two blocks of
 * queries. */
static const ArraGridAttention cases[] = {
  { 2, 4, 6, 2, 3, 5, 0.5f },
  { 1, 5, 7, 3, 2, 4, 0.25f },
  { 1, 6, 6, 6, 1, 8, 0.3f },
  { 1, 9, 9, 9, 2, 3, 0.7f },
};

static gsize
place (const ArraGridAttention *s, gsize n, gsize y, gsize x, gsize head)
{
  return (((n * s->height + y) * s->width + x) * s->heads + head) * s->head_dim;
}

static double
dot (const float *a, const float *b, gsize n)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += (double) a[i] * (double) b[i];
  return sum;
}

/* The weights of the window's cells for the query at @y, @x: unnormalised. */
static double
score (const ArraGridAttention *s, const ArraGridAttentionInputs *in, gsize n, gsize y, gsize x, gsize head, gsize cell)
{
  gsize row = y / s->window * s->window + cell / s->window, column = x / s->window * s->window + cell % s->window;
  const float *q = in->q + place (s, n, y, x, head);
  const float *k
      = row < s->height && column < s->width ? in->k + place (s, n, row, column, head) : in->pad_k + head * s->head_dim;

  return exp ((double) s->scale * dot (q, k, s->head_dim)
              + dot (q, in->rows + (y + s->window - 1 - row) * s->head_dim, s->head_dim)
              + dot (q, in->columns + (x + s->window - 1 - column) * s->head_dim, s->head_dim));
}

static double
defined (const ArraGridAttention *s, const ArraGridAttentionInputs *in, gsize n, gsize y, gsize x, gsize head, gsize i)
{
  double sum = 0, all = 0;

  for (gsize cell = 0; cell < s->window * s->window; cell++)
    {
      gsize row = y / s->window * s->window + cell / s->window, column = x / s->window * s->window + cell % s->window;
      double weight = score (s, in, n, y, x, head, cell);
      const float *v = row < s->height && column < s->width ? in->v + place (s, n, row, column, head)
                                                            : in->pad_v + head * s->head_dim;

      sum += weight * (double) v[i];
      all += weight;
    }
  return sum / all;
}

static void
check (const ArraExec *exec, gconstpointer data)
{
  const ArraGridAttention *s = data;
  gsize count = s->n * s->height * s->width * s->heads * s->head_dim, table = (2 * s->window - 1) * s->head_dim;
  g_autofree float *q = op_random (1, count), *k = op_random (2, count), *v = op_random (3, count);
  g_autofree float *pad_k = op_random (4, s->heads * s->head_dim), *pad_v = op_random (5, s->heads * s->head_dim);
  g_autofree float *rows = op_random (6, table), *columns = op_random (7, table), *out = g_new (float, count);
  g_autofree float *scratch = g_new (float, arra_grid_attention_scratch (s, arra_pool_threads (exec->pool)));
  const ArraGridAttentionInputs in = { q, k, v, pad_k, pad_v, rows, columns };

  arra_grid_attention (exec, s, &in, scratch, out);
  for (gsize i = 0; i < count; i++)
    {
      gsize cell = i / s->head_dim / s->heads, head = i / s->head_dim % s->heads;
      gsize y = cell / s->width % s->height, n = cell / s->width / s->height;

      g_assert_cmpfloat (fabs ((double) out[i] - defined (s, &in, n, y, cell % s->width, head, i % s->head_dim)), <,
                         1e-5);
    }
}

static void
test_definition (gconstpointer data)
{
  op_each_exec (check, data);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/ops/grid-attention/%zu", i);

      g_test_add_data_func (path, &cases[i], test_definition);
    }
  return g_test_run ();
}
