/* test-tape.c - recording, gradients in reverse, memory measured and used again
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "allocations.h"
#include "mem.h"
#include "op_test.h"
#include "tape.h"

#define N 1000 /* numbers of a node */

/* A chain y = 2 x, @depth long, over a leaf, whose sum is the loss. */
typedef struct
{
  guint depth;
  gboolean over; /* in place */
  gboolean fails;
  float x[N], grad[N];
  guint n_vjps;
  gsize scratch;
} Chain;

static Chain *chain;

static void
double_vjp (ArraTape *tape, ArraNode *y)
{
  float *scratch = arra_tape_scratch (tape, chain->scratch);

  if (!arra_tape_computes (tape))
    return;
  chain->n_vjps++;
  for (gsize i = 0; i < chain->scratch; i++)
    scratch[i] = -1;
  for (gsize i = 0; i < N; i++)
    y->inputs[0]->grad[i] += *ARRA_NODE_SETTINGS_OF (float, y) * y->grad[i];
}

static void
sum_vjp (ArraTape *tape, ArraNode *loss)
{
  if (arra_tape_computes (tape))
    for (gsize i = 0; i < N; i++)
      loss->inputs[0]->grad[i] += 1;
}

static gboolean
compute (ArraTape *tape, gpointer user, GError **error)
{
  const float two = 2;
  ArraNode *x = arra_tape_leaf (tape, 1, N, chain->x, chain->grad);

  for (guint i = 0; i < chain->depth; i++)
    {
      ArraNode *y = chain->over && i > 0 ? arra_tape_node_over (tape, x, double_vjp, &x, 1, &two, sizeof two)
                                         : arra_tape_node (tape, 1, N, double_vjp, &x, 1, &two, sizeof two);

      for (gsize k = 0; arra_tape_computes (tape) && k < N; k++)
        y->data[k] = two * x->data[k];
      x = y;
    }
  if (arra_tape_computes (tape))
    g_assert_cmpfloat (x->data[N - 1], ==, chain->x[N - 1] * (float) (1 << chain->depth));
  arra_tape_node (tape, 0, 0, sum_vjp, &x, 1, NULL, 0);
  arra_tape_backward (tape);
  if (chain->fails)
    g_set_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT, "stopped");
  return !chain->fails;
}

static Chain *
new_chain (guint depth)
{
  g_autofree float *x = op_random (1, N);
  Chain *c = g_new0 (Chain, 1);

  c->depth = depth;
  c->scratch = 10;
  memcpy (c->x, x, sizeof c->x);
  chain = c;
  return c;
}

static ArraTape *
new_tape (void)
{
  const ArraExec exec = { arra_kernels_get (ARRA_CPU_C), NULL };
  ArraTape *tape = arra_tape_new (&exec, 32, NULL);

  g_assert_nonnull (tape);
  return tape;
}

static void
check_gradient (gconstpointer over)
{
  g_autofree Chain *c = new_chain (6);
  g_autoptr (ArraTape) tape = new_tape ();
  g_autoptr (GError) error = NULL;

  c->over = over != NULL;
  for (guint run = 1; run < 3; run++) /* leaves' gradients add up */
    {
      g_assert_true (arra_tape_run (tape, TRUE, compute, NULL, &error));
      g_assert_no_error (error);
      for (gsize i = 0; i < N; i++)
        g_assert_cmpfloat (c->grad[i], ==, 64.0f * (float) run);
      g_assert_cmpuint (c->n_vjps, ==, 6 * run);
    }
}

static void
test_not_recording (void)
{
  g_autofree Chain *c = new_chain (6);
  g_autoptr (ArraTape) tape = new_tape ();

  g_assert_true (arra_tape_run (tape, FALSE, compute, NULL, NULL));
  g_assert_cmpuint (c->n_vjps, ==, 0);
  g_assert_cmpfloat (c->grad[0], ==, 0);
}

/* Data of all nodes and the gradients of two at a time: 1,000 floats and padding each. */
static void
test_memory (void)
{
  const gsize node = 4032;
  g_autofree Chain *c = new_chain (6);
  g_autoptr (ArraTape) tape = new_tape ();
  gsize n_bytes, held = arra_mem_held ();

  g_assert_true (arra_tape_measure (tape, TRUE, compute, NULL, &n_bytes, NULL));
  g_assert_cmpuint (n_bytes, ==, 8 * node + 64);
  g_assert_cmpuint (arra_mem_held (), ==, held);
  g_assert_true (arra_tape_run (tape, TRUE, compute, NULL, NULL));
  g_assert_cmpuint (arra_mem_held (), ==, held + n_bytes);
  c->depth = 3;
  g_assert_true (arra_tape_measure (tape, FALSE, compute, NULL, &n_bytes, NULL));
  g_assert_cmpuint (n_bytes, ==, 3 * node);
  g_assert_true (arra_tape_run (tape, TRUE, compute, NULL, NULL));
  g_assert_cmpuint (arra_mem_held (), ==, held + 8 * node + 64); /* used again */
}

static void
test_failures (void)
{
  g_autofree Chain *c = new_chain (4);
  g_autoptr (ArraTape) tape = new_tape ();
  g_autoptr (GError) error = NULL;

  arra_mem_fail_nth (0);
  g_assert_false (arra_tape_run (tape, TRUE, compute, NULL, &error));
  arra_mem_fail_nth (-1);
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY);
  g_clear_error (&error);
  g_setenv ("ARRA_MEMORY_LIMIT", "1000", TRUE);
  g_assert_false (arra_tape_run (tape, TRUE, compute, NULL, &error));
  g_unsetenv ("ARRA_MEMORY_LIMIT");
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY);
  g_assert_nonnull (strstr (error->message, "a smaller batch"));
  g_clear_error (&error);
  c->fails = TRUE;
  g_assert_false (arra_tape_run (tape, TRUE, compute, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  c->fails = FALSE;
  g_assert_true (arra_tape_run (tape, TRUE, compute, NULL, NULL));
  g_assert_cmpfloat (c->grad[0], ==, 16);
}

static gboolean
ask_too_much (ArraTape *tape, gpointer user, GError **error)
{
  arra_tape_node (tape, G_MAXSIZE / 2, 3, sum_vjp, NULL, 0, NULL, 0);
  return TRUE;
}

static void
test_overflow (void)
{
  g_autoptr (ArraTape) tape = new_tape ();
  g_autoptr (GError) error = NULL;

  g_assert_false (arra_tape_run (tape, TRUE, ask_too_much, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY);
}

static gboolean
make_tape (gpointer data, GError **error)
{
  const ArraExec exec = { arra_kernels_get (ARRA_CPU_C), NULL };
  g_autoptr (ArraTape) tape = arra_tape_new (&exec, 8, error);

  return tape != NULL;
}

static void
test_no_tape (void)
{
  g_assert_cmpuint (allocations_check (make_tape, NULL), >=, 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ops/tape/gradient", NULL, check_gradient);
  g_test_add_data_func ("/ops/tape/gradient-over", "over", check_gradient);
  g_test_add_func ("/ops/tape/not-recording", test_not_recording);
  g_test_add_func ("/ops/tape/memory", test_memory);
  g_test_add_func ("/ops/tape/failures", test_failures);
  g_test_add_func ("/ops/tape/overflow", test_overflow);
  g_test_add_func ("/ops/tape/no-tape", test_no_tape);
  return g_test_run ();
}
