/* test-attention_sequences.c - attention within whole sequences: masks of length and order, against the
 * definition in double, and the gradients
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "attention.h"
#include "vjp_test.h"

#define BATCH 3
#define LENGTH 66 /* longer than a block of queries */
#define HEADS 2
#define DIM 2
#define N (BATCH * LENGTH * HEADS * DIM)
#define SCALE 0.7f

static const guint32 lengths[BATCH] = { 66, 1, 65 };
static const ArraSequenceShape causal = { BATCH, LENGTH, HEADS, HEADS, DIM, SCALE, FALSE, NULL };
static const ArraSequenceShape full = { BATCH, LENGTH, HEADS, HEADS, DIM, SCALE, TRUE, NULL };
static const ArraSequenceShape cut = { BATCH, LENGTH, HEADS, HEADS, DIM, SCALE, TRUE, lengths };
static const ArraSequenceShape cut_causal = { BATCH, LENGTH, HEADS, HEADS, DIM, SCALE, FALSE, lengths };
static const ArraSequenceShape *shape; /* of the case at hand */

static gboolean
sees (gsize sequence, gsize row, gsize key)
{
  return (shape->full || key <= row) && (shape->lengths == NULL || key < shape->lengths[sequence]);
}

static void
define_row (const double *const *in, gsize sequence, gsize row, gsize head, double *out)
{
  gsize start = sequence * LENGTH;
  const double *q = in[0] + ((start + row) * HEADS + head) * DIM;
  double total = 0;

  memset (out, 0, DIM * sizeof *out);
  for (gsize key = 0; key < LENGTH; key++)
    {
      gsize at = ((start + key) * HEADS + head) * DIM;
      double score = 0;

      for (gsize i = 0; i < DIM; i++)
        score += q[i] * in[1][at + i];
      score = sees (sequence, row, key) ? exp (score * (double) SCALE) : 0;
      total += score;
      for (gsize i = 0; i < DIM; i++)
        out[i] += score * in[2][at + i];
    }
  for (gsize i = 0; i < DIM; i++)
    out[i] /= total;
}

static void
define (const double *const *in, double *y)
{
  for (gsize item = 0; item < BATCH * LENGTH * HEADS; item++)
    define_row (in, item / (LENGTH * HEADS), item / HEADS % LENGTH, item % HEADS, y + item * DIM);
}

static void
forward (const ArraExec *exec, const float *const *in, float *y)
{
  g_autofree float *scratch = g_new (float, arra_attention_vjp_scratch (LENGTH, 2));

  arra_attention_sequences (exec, shape, in[0], in[1], in[2], scratch, y);
}

static void
vjp_as (const ArraExec *exec, const ArraSequenceShape *as, const float *const *in, const float *dy, float *const *grads)
{
  g_autofree float *scratch = g_new (float, arra_attention_vjp_scratch (LENGTH, 2));

  arra_attention_vjp (exec, as, in[0], in[1], in[2], dy, scratch, grads[0], grads[1], grads[2]);
}

static void
vjp (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  vjp_as (exec, shape, in, dy, grads);
}

/* one of the masks forgotten, or one too many */
static void
wrong (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  ArraSequenceShape as = *shape;

  if (as.lengths != NULL)
    as.lengths = NULL;
  else
    as.full = !as.full;
  vjp_as (exec, &as, in, dy, grads);
}

static void
test_vjp (gconstpointer data)
{
  const VjpCase item = { 3, { N, N, N }, N, define, forward, vjp, wrong };

  shape = data;
  vjp_check (&item);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ops/attention-sequences/causal", &causal, test_vjp);
  g_test_add_data_func ("/ops/attention-sequences/full", &full, test_vjp);
  g_test_add_data_func ("/ops/attention-sequences/lengths", &cut, test_vjp);
  g_test_add_data_func ("/ops/attention-sequences/causal-lengths", &cut_causal, test_vjp);
  return g_test_run ();
}
