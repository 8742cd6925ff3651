/* test-dropout.c - share and scale of what is kept, repeatable masks, and the gradient
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "dropout.h"
#include "vjp_test.h"

#define ROWS 9
#define WIDTH 33
#define N (ROWS * WIDTH)

static const ArraDropout some = { 0.25, 77, 3 };

/* what the mask of the operation makes of ones */
static void
mask (double *kept)
{
  const ArraExec exec = { arra_kernels_get (ARRA_CPU_C), NULL };
  float ones[N];

  for (gsize i = 0; i < N; i++)
    ones[i] = 1;
  arra_dropout (&exec, &some, ones, ROWS, WIDTH, ones);
  for (gsize i = 0; i < N; i++)
    kept[i] = (double) ones[i];
}

static void
define (const double *const *in, double *y)
{
  double kept[N];

  mask (kept);
  for (gsize i = 0; i < N; i++)
    y[i] = kept[i] * in[0][i];
}

static void
forward (const ArraExec *exec, const float *const *in, float *y)
{
  arra_dropout (exec, &some, in[0], ROWS, WIDTH, y);
}

static void
vjp (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_dropout_vjp (exec, &some, dy, ROWS, WIDTH, grads[0]);
}

/* another mask than the forward pass had */
static void
wrong (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  const ArraDropout other = { some.rate, some.seed, some.stream + 1 };

  arra_dropout_vjp (exec, &other, dy, ROWS, WIDTH, grads[0]);
}

static void
test_vjp (void)
{
  const VjpCase item = { 1, { N }, N, define, forward, vjp, wrong };

  vjp_check (&item);
}

static void
test_share (void)
{
  enum
  {
    MANY = 400
  };
  const ArraExec exec = { arra_kernels_get (ARRA_CPU_C), NULL };
  g_autofree float *x = g_new (float, MANY *MANY);
  gsize dropped = 0;

  for (gsize i = 0; i < MANY * MANY; i++)
    x[i] = 1;
  arra_dropout (&exec, &some, x, MANY, MANY, x);
  for (gsize i = 0; i < MANY * MANY; i++)
    if (x[i] == 0)
      dropped++;
    else
      g_assert_cmpfloat_with_epsilon (x[i], 1 / 0.75, 1e-6);
  g_assert_cmpfloat_with_epsilon ((double) dropped / (MANY * MANY), 0.25, 0.005); /* 4.6 standard deviations */
}

static gboolean
same_mask (const ArraDropout *other)
{
  const ArraExec exec = { arra_kernels_get (ARRA_CPU_C), NULL };
  g_autofree float *x = op_random (1, N);
  float a[N], b[N];

  arra_dropout (&exec, &some, x, ROWS, WIDTH, a);
  arra_dropout (&exec, other, x, ROWS, WIDTH, b);
  return memcmp (a, b, sizeof a) == 0;
}

static void
test_streams (void)
{
  g_assert_true (same_mask (&some));
  g_assert_false (same_mask (&(ArraDropout) { some.rate, some.seed + 1, some.stream }));
  g_assert_false (same_mask (&(ArraDropout) { some.rate, some.seed, some.stream + 1 }));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/dropout/vjp", test_vjp);
  g_test_add_func ("/ops/dropout/share", test_share);
  g_test_add_func ("/ops/dropout/streams", test_streams);
  return g_test_run ();
}
