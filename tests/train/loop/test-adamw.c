/* test-adamw.c - AdamW against its definition in double, and clipping
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "adamw.h"
#include "allocations.h"

#define N 50
#define STEPS 7

static ArraParameters *
make (void)
{
  const gint64 shape = N;
  g_autoptr (GError) error = NULL;
  ArraParameters *p = arra_parameters_new (&error);

  if (p == NULL || !arra_parameters_add (p, "norm.weight", FALSE, 1, &shape, &error)
      || !arra_parameters_allocate (p, TRUE, &error))
    g_error ("%s", error->message);
  for (guint i = 0; i < N; i++)
    p->data[i] = sinf ((float) i);
  return p;
}

static float
gradient (guint step, guint i)
{
  return i == 0 ? 0 : cosf ((float) (step * N + i)) * (i % 2 == 0 ? 1e-4f : 2.0f);
}

static void
test_steps (void)
{
  const ArraAdamWSettings settings = ARRA_ADAMW_REFERENCE;
  const ArraExec exec = { arra_kernels_get (ARRA_CPU_C), NULL };
  g_autoptr (ArraParameters) p = make ();
  g_autoptr (ArraAdamW) adamw = arra_adamw_new (&settings, p, NULL);
  double value[N], mean[N] = { 0 }, square[N] = { 0 };

  for (guint i = 0; i < N; i++)
    value[i] = (double) p->data[i];
  for (guint step = 1; step <= STEPS; step++)
    {
      double rate = 1e-2 / step;

      for (guint i = 0; i < N; i++)
        {
          double g = (double) (p->grad[i] = gradient (step, i));

          value[i] *= 1 - rate * settings.weight_decay;
          mean[i] = settings.beta1 * mean[i] + (1 - settings.beta1) * g;
          square[i] = settings.beta2 * square[i] + (1 - settings.beta2) * g * g;
          value[i] -= rate * (mean[i] / (1 - pow (settings.beta1, step)))
                      / (sqrt (square[i] / (1 - pow (settings.beta2, step))) + settings.eps);
        }
      arra_adamw_step (adamw, &exec, rate, p);
      g_assert_cmpuint (adamw->step, ==, step);
      for (guint i = 0; i < N; i++)
        g_assert_cmpfloat_with_epsilon ((double) p->data[i], value[i], 1e-6);
    }
  for (gsize i = N; i < p->size; i++) /* the padding stays nothing */
    g_assert_cmpfloat (p->data[i], ==, 0);
}

static void
test_clip (void)
{
  const ArraExec exec = { arra_kernels_get (ARRA_CPU_C), NULL };
  g_autoptr (ArraParameters) p = make ();

  p->grad[0] = 3;
  p->grad[7] = -4;
  g_assert_cmpfloat (arra_clip_gradients (&exec, p, 6), ==, 5);
  g_assert_cmpfloat (p->grad[0], ==, 3);
  g_assert_cmpfloat (arra_clip_gradients (&exec, p, 1), ==, 5);
  g_assert_cmpfloat_with_epsilon ((double) p->grad[0], 3 / (5 + 1e-6), 1e-7);
  g_assert_cmpfloat_with_epsilon ((double) p->grad[7], -4 / (5 + 1e-6), 1e-7);
  p->grad[1] = NAN;
  g_assert_true (isnan (arra_clip_gradients (&exec, p, 1e-3)));
  g_assert_cmpfloat_with_epsilon ((double) p->grad[0], 0.6, 1e-6);
}

static gboolean
make_adamw (gpointer data, GError **error)
{
  const ArraAdamWSettings settings = ARRA_ADAMW_REFERENCE;
  g_autoptr (ArraAdamW) adamw = arra_adamw_new (&settings, data, error);

  return adamw != NULL;
}

static void
test_no_memory (void)
{
  g_autoptr (ArraParameters) p = make ();

  g_assert_cmpuint (allocations_check (make_adamw, p), >=, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/adamw/steps", test_steps);
  g_test_add_func ("/train/adamw/clip", test_clip);
  g_test_add_func ("/train/adamw/no-memory", test_no_memory);
  return g_test_run ();
}
