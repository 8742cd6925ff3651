/* test-patch_critic.c - the critic's gradient on pixels, and what it learns
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "patch_critic.h"

#include <math.h>

#include "noise.h"

#define N 2
#define SIDE 16
#define SIZE (N * SIDE * SIDE * 3)

static const ArraPatchCriticSettings plain = { .channels = 8 }, pairs = { 8, TRUE, 0 }, both = { 8, TRUE, 2 };

static ArraPatchCritic *
make_with (const ArraPatchCriticSettings *settings, const ArraExec *exec)
{
  ArraPatchCritic *critic = arra_patch_critic_new (settings, exec, N, SIDE, SIDE, 3, NULL);

  g_assert_nonnull (critic);
  return critic;
}

static ArraPatchCritic *
make (const ArraExec *exec)
{
  return make_with (&plain, exec);
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
loss_of (ArraPatchCritic *critic, const float *real, const float *x, float *grad)
{
  ArraPatchCriticView view;

  g_assert_true (arra_patch_critic_judge (critic, real, x, grad, &view, NULL));
  return view.judgement + critic->settings.features * view.features;
}

/* Along the gradient the loss changes as it says. */
static void
check_slope (const ArraPatchCriticSettings *settings)
{
  const ArraExec exec = { arra_kernels_default (NULL), NULL };
  g_autoptr (ArraPatchCritic) critic = make_with (settings, &exec);
  float real[SIZE], x[SIZE], grad[SIZE], other[SIZE];
  double along = 0, square = 0, step, more, less;

  fill (real, TRUE, 0);
  fill (x, FALSE, 0);
  loss_of (critic, real, x, grad);
  for (gsize i = 0; i < SIZE; i++)
    square += (double) grad[i] * (double) grad[i];
  step = 0.002 / sqrt (square);
  for (gsize i = 0; i < SIZE; i++)
    x[i] += (float) step * grad[i];
  more = loss_of (critic, real, x, other);
  for (gsize i = 0; i < SIZE; i++)
    x[i] -= 2 * (float) step * grad[i];
  less = loss_of (critic, real, x, other);
  along = (more - less) / (2 * step);
  g_test_message ("slope %g, %g expected", along, square);
  g_assert_cmpfloat (fabs (along / square - 1), <, 0.01);
}

static void
test_gradient (void)
{
  check_slope (&plain);
  check_slope (&pairs);
  check_slope (&both);
}

/* Beside itself a picture is as good, and has all its features. */
static void
test_same (void)
{
  const ArraExec exec = { arra_kernels_default (NULL), NULL };
  g_autoptr (ArraPatchCritic) critic = make_with (&both, &exec);
  float real[SIZE], made[SIZE], grad[SIZE];
  ArraPatchCriticView view;

  fill (real, TRUE, 0);
  fill (made, FALSE, 0);
  g_assert_true (arra_patch_critic_judge (critic, real, real, grad, &view, NULL));
  g_assert_cmpfloat_with_epsilon (view.judgement, ARRA_PATCH_CRITIC_SCALES * G_LN2, 1e-9);
  g_assert_cmpfloat (view.features, ==, 0);
  g_assert_true (arra_patch_critic_judge (critic, real, made, grad, &view, NULL));
  g_assert_cmpfloat (view.features, >, 0.1);
}

static void
learn (const ArraPatchCriticSettings *settings)
{
  const ArraExec exec = { arra_kernels_default (NULL), NULL };
  g_autoptr (ArraPatchCritic) critic = make_with (settings, &exec);
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

static void
test_learn (void)
{
  learn (&plain);
  learn (&pairs);
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
  g_test_add_func ("/patch-critic/same", test_same);
  g_test_add_func ("/patch-critic/learn", test_learn);
  g_test_add_func ("/patch-critic/bound", test_bound);
  return g_test_run ();
}
