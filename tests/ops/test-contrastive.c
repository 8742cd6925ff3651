/* test-contrastive.c - against the definition in double, with repeated texts and without, and its gradients
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "contrastive.h"
#include "vjp_test.h"

#define PAIRS 10
#define WIDTH 4

static const guint32 different[PAIRS] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
static const guint32 repeated[PAIRS] = { 0, 1, 0, 3, 4, 0, 6, 3, 8, 9 };

static double
logit (const double *const *in, gsize image, gsize text)
{
  double sum = 0;

  for (gsize i = 0; i < WIDTH; i++)
    sum += in[0][image * WIDTH + i] * in[1][text * WIDTH + i];
  return exp (in[2][0]) * sum;
}

static void
define (const double *const *in, const guint32 *groups, double *y)
{
  double loss = 0;

  for (gsize i = 0; i < PAIRS; i++)
    {
      double row = 0, column = 0;

      for (gsize j = 0; j < PAIRS; j++)
        if (i == j || groups[i] != groups[j])
          {
            row += exp (logit (in, i, j));
            column += exp (logit (in, j, i));
          }
      loss += (log (row) + log (column) - 2 * logit (in, i, i)) / (2 * PAIRS);
    }
  *y = loss;
}

static void
forward (const ArraExec *exec, const float *const *in, const guint32 *groups, float *y)
{
  const ArraContrastive shape = { PAIRS, WIDTH, groups };
  g_autofree float *work = g_new (float, arra_contrastive_work (PAIRS));

  *y = (float) arra_contrastive (exec, &shape, in[0], in[1], in[2], work);
}

static void
vjp_by (const ArraExec *exec, const float *const *in, const guint32 *groups, const float *dy, float *const *grads)
{
  const ArraContrastive shape = { PAIRS, WIDTH, groups };
  g_autofree float *work = g_new (float, arra_contrastive_work (PAIRS));

  arra_contrastive (exec, &shape, in[0], in[1], in[2], work);
  arra_contrastive_vjp (exec, &shape, in[0], in[1], in[2], work, dy[0], grads[0], grads[1], grads[2]);
}

static void
define_different (const double *const *in, double *y)
{
  define (in, different, y);
}

static void
forward_different (const ArraExec *exec, const float *const *in, float *y)
{
  forward (exec, in, different, y);
}

static void
vjp_different (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  vjp_by (exec, in, different, dy, grads);
}

static void
define_repeated (const double *const *in, double *y)
{
  define (in, repeated, y);
}

static void
forward_repeated (const ArraExec *exec, const float *const *in, float *y)
{
  forward (exec, in, repeated, y);
}

static void
vjp_repeated (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  vjp_by (exec, in, repeated, dy, grads);
}

static void
test_different (void)
{
  const VjpCase item
      = { 3, { PAIRS * WIDTH, PAIRS * WIDTH, 1 }, 1, define_different, forward_different, vjp_different, vjp_repeated };

  vjp_check (&item);
}

/* equal texts pushed apart must be noticed */
static void
test_repeated (void)
{
  const VjpCase item
      = { 3, { PAIRS * WIDTH, PAIRS * WIDTH, 1 }, 1, define_repeated, forward_repeated, vjp_repeated, vjp_different };

  vjp_check (&item);
}

/* one text for all: nothing is wrong, and nothing is to be learnt */
static void
check_same (const ArraExec *exec, gconstpointer data)
{
  const guint32 same[PAIRS] = { 0 };
  g_autofree float *images = op_random (1, PAIRS * WIDTH), *texts = op_random (2, PAIRS * WIDTH);
  const float log_scale = 4, zeros[PAIRS * WIDTH] = { 0 }, *const in[] = { images, texts, &log_scale };
  const float dy = 1;
  float dimages[PAIRS * WIDTH] = { 0 }, dtexts[PAIRS * WIDTH] = { 0 }, dscale = 0;
  float *const grads[] = { dimages, dtexts, &dscale };
  float loss;

  forward (exec, in, same, &loss);
  vjp_by (exec, in, same, &dy, grads);
  g_assert_cmpfloat (loss, ==, 0);
  op_assert_same (dimages, zeros, PAIRS * WIDTH);
  op_assert_same (dtexts, zeros, PAIRS * WIDTH);
  g_assert_cmpfloat (dscale, ==, 0);
}

static void
test_same (void)
{
  op_each_exec (check_same, NULL);
}

/* a scale of 100 and a wrong answer beyond what exp can hold: the loss is large, not infinite */
static void
check_far (const ArraExec *exec, gconstpointer data)
{
  const guint32 groups[] = { 0, 1 };
  const ArraContrastive shape = { 2, 2, groups };
  const float images[] = { 1, 0, 0, 1 }, texts[] = { -1, 0, 1, 0 }, log_scale = logf (100);
  float work[16];

  g_assert_cmpuint (arra_contrastive_work (2), <=, G_N_ELEMENTS (work));
  /* rows: 200 and log 2; columns: 100 and 100 */
  g_assert_cmpfloat (fabs (arra_contrastive (exec, &shape, images, texts, &log_scale, work) - (400 + log (2)) / 4), <,
                     1e-3);
}

static void
test_far (void)
{
  op_each_exec (check_far, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/contrastive/different", test_different);
  g_test_add_func ("/ops/contrastive/repeated", test_repeated);
  g_test_add_func ("/ops/contrastive/same", test_same);
  g_test_add_func ("/ops/contrastive/far", test_far);
  return g_test_run ();
}
