/* test-patch_critic.c - the critic's gradient on pixels, and what it learns
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "patch_critic.h"

#include <math.h>

#include "noise.h"

#define N 2
#define SIDE 16
#define SIZE (N * SIDE * SIDE * 3)

static ArraPatchCritic *
make (const ArraExec *exec)
{
  const ArraPatchCriticSettings settings = { 8 };
  ArraPatchCritic *critic = arra_patch_critic_new (&settings, exec, N, SIDE, SIDE, 3, NULL);

  g_assert_nonnull (critic);
  return critic;
}

/* Real ones have stripes, made ones noise. */
static void
fill (float *x, gboolean real, guint32 step)
{
  for (guint32 i = 0; i < SIZE; i++)
    {
      float noise = (float) arra_noise_bits (4, step, real, i) * 0x1p-31f - 1.0f;

      x[i] = real ? (i / 3 % 4 < 2 ? 0.5f : -0.5f) + 0.2f * noise : 0.6f * noise;
    }
}

static double
loss_of (ArraPatchCritic *critic, const float *x, float *grad)
{
  double loss;

  g_assert_true (arra_patch_critic_judge (critic, x, grad, &loss, NULL));
  return loss;
}

static void
test_gradient (void)
{
  const ArraExec exec = { arra_kernels_default (NULL), NULL };
  g_autoptr (ArraPatchCritic) critic = make (&exec);
  float x[SIZE], grad[SIZE], other[SIZE];
  double along = 0, square = 0, step, more, less;

  fill (x, FALSE, 0);
  loss_of (critic, x, grad);
  for (gsize i = 0; i < SIZE; i++)
    square += (double) grad[i] * (double) grad[i];
  step = 0.002 / sqrt (square);
  for (gsize i = 0; i < SIZE; i++)
    x[i] += (float) step * grad[i];
  more = loss_of (critic, x, other);
  for (gsize i = 0; i < SIZE; i++)
    x[i] -= 2 * (float) step * grad[i];
  less = loss_of (critic, x, other);
  along = (more - less) / (2 * step);
  g_test_message ("slope %g, %g expected", along, square);
  g_assert_cmpfloat (fabs (along / square - 1), <, 0.01);
}

static void
test_learn (void)
{
  const ArraExec exec = { arra_kernels_default (NULL), NULL };
  g_autoptr (ArraPatchCritic) critic = make (&exec);
  float real[SIZE], made[SIZE];
  double first = 0, loss = 0;

  for (guint32 i = 0; i < 60; i++)
    {
      fill (real, TRUE, i);
      fill (made, FALSE, i);
      g_assert_true (arra_patch_critic_learn (critic, real, made, 2e-3, &loss, NULL));
      first = i == 0 ? loss : first;
    }
  g_test_message ("%g, then %g", first, loss);
  g_assert_cmpfloat (first, >, 0.5);
  g_assert_cmpfloat (loss, <, 0.1);
}

/* The largest singular value of a bounded layer of the first scale, by many rounds of its own. */
static double
stretch (const ArraPatchCritic *critic)
{
  const ArraParameter *p = arra_parameters_find (critic->parameters, "critic.scale0.conv1.weight");
  const float *w = critic->parameters->data + p->offset;
  gsize rows = (gsize) p->shape[0], columns = p->count / rows;
  g_autofree double *u = g_new (double, rows), *v = g_new (double, columns);
  double length = 0;

  for (gsize r = 0; r < rows; r++)
    u[r] = 1 + 0.1 * (double) r;
  for (guint round = 0; round < 200; round++)
    {
      length = 0;
      for (gsize c = 0; c < columns; c++)
        {
          v[c] = 0;
          for (gsize r = 0; r < rows; r++)
            v[c] += u[r] * (double) w[r * columns + c];
          length += v[c] * v[c];
        }
      length = sqrt (length);
      for (gsize r = 0; r < rows; r++)
        {
          u[r] = 0;
          for (gsize c = 0; c < columns; c++)
            u[r] += v[c] / length * (double) w[r * columns + c];
        }
      length = 0;
      for (gsize r = 0; r < rows; r++)
        length += u[r] * u[r];
      length = sqrt (length);
      for (gsize r = 0; r < rows; r++)
        u[r] /= length;
    }
  return length;
}

/* However it learns, no layer but the last stretches. */
static void
test_bound (void)
{
  const ArraExec exec = { arra_kernels_default (NULL), NULL };
  g_autoptr (ArraPatchCritic) critic = make (&exec);
  float real[SIZE], made[SIZE];
  double loss;

  g_assert_cmpfloat (stretch (critic), <, 1.02);
  for (guint32 i = 0; i < 30; i++)
    {
      fill (real, TRUE, i);
      fill (made, FALSE, i);
      g_assert_true (arra_patch_critic_learn (critic, real, made, 1e-2, &loss, NULL));
    }
  g_test_message ("stretches by %g", stretch (critic));
  g_assert_cmpfloat (stretch (critic), <, 1.1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/patch-critic/gradient", test_gradient);
  g_test_add_func ("/patch-critic/learn", test_learn);
  g_test_add_func ("/patch-critic/bound", test_bound);
  return g_test_run ();
}
