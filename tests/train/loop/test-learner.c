/* test-learner.c - a step is clipping, AdamW and the average, one after another, and none of it where a
 * gradient is no number
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "learner.h"

#include <math.h>

#define N 32 /* no padding */
#define STEPS 5

static const ArraAdamWSettings adamw_settings = ARRA_ADAMW_REFERENCE;
static ArraExec exec;

static ArraParameters *
start (void)
{
  ArraParameters *parameters = arra_parameters_new (NULL);
  gint64 shape = N;

  g_assert_true (arra_parameters_add (parameters, "x", FALSE, 1, &shape, NULL));
  g_assert_true (arra_parameters_allocate (parameters, TRUE, NULL));
  for (guint i = 0; i < N; i++)
    parameters->data[i] = (float) i;
  return parameters;
}

static void
begin (ArraLearner *learner, ArraParameters *parameters, double clip, double average)
{
  const ArraLearnerSettings settings = { ARRA_ADAMW_REFERENCE, clip, average, 0 };

  g_assert_true (arra_learner_init (learner, &settings, parameters, &exec, NULL));
}

static void
set_gradients (ArraParameters *parameters, guint step)
{
  for (gsize i = 0; i < parameters->size; i++)
    parameters->grad[i] = (float) sin ((double) i + 7.0 * step);
}

static void
test_step (void)
{
  g_autoptr (ArraParameters) a = start (), b = start ();
  g_autoptr (ArraAdamW) adamw = arra_adamw_new (&adamw_settings, b, NULL);
  g_autoptr (ArraAverage) average = arra_average_new (0.5, b, NULL);
  ArraLearner learner = { 0 };

  begin (&learner, a, 0.5, 0.5);
  for (guint i = 0; i < STEPS; i++)
    {
      const ArraTrainStep step = { i, 0.1, 1 };
      double norm;

      set_gradients (a, i);
      set_gradients (b, i);
      norm = arra_clip_gradients (&exec, b, 0.5);
      arra_adamw_step (adamw, &exec, 0.1, b);
      arra_average_update (average, &exec, i, b);
      g_assert_cmpfloat (arra_learner_step (&learner, &exec, &step), ==, norm);
      g_assert_cmpfloat (norm, >, 0.5);
    }
  g_assert_cmpmem (a->data, N * sizeof (float), b->data, N * sizeof (float));
  g_assert_cmpmem (arra_learner_weights (&learner), N * sizeof (float), average->data, N * sizeof (float));
  arra_learner_swap (&learner);
  g_assert_cmpmem (a->data, N * sizeof (float), average->data, N * sizeof (float));
  arra_learner_clear (&learner);
}

/* A layer's matrix is Muon's, what is beside it AdamW's; both follow the clipped gradient. */
static void
test_muon (void)
{
  static const gint64 matrix[] = { 4, 8 }, norms[] = { 2, 4 };
  const ArraLearnerSettings settings = { ARRA_ADAMW_REFERENCE, 0.5, 0, 0.9 };
  const ArraMuonSettings muon_settings = { 0.9, adamw_settings.weight_decay };
  ArraParameters *both[2];
  g_autoptr (ArraAdamW) adamw = NULL;
  g_autoptr (ArraMuon) muon = NULL;
  ArraLearner learner = { 0 };

  for (guint i = 0; i < 2; i++)
    {
      both[i] = arra_parameters_new (NULL);
      g_assert_true (arra_parameters_add (both[i], "layers.0.q_norm.weight", FALSE, 2, norms, NULL));
      g_assert_true (arra_parameters_add (both[i], "layers.0.weight", FALSE, 2, matrix, NULL));
      g_assert_true (arra_parameters_add (both[i], "lm_head.weight", FALSE, 2, norms, NULL));
      g_assert_true (arra_parameters_allocate (both[i], TRUE, NULL));
      arra_parameters_start (both[i], 1, 0.5f);
    }
  g_assert_true (arra_learner_init (&learner, &settings, both[0], &exec, NULL));
  adamw = arra_adamw_new (&adamw_settings, both[1], NULL);
  adamw->left_out = (const guint8[]) { 0, 1, 0 };
  muon = arra_muon_new (&muon_settings, both[1], &exec, NULL);
  for (guint i = 0; i < STEPS; i++)
    {
      const ArraTrainStep step = { i, 0.1, 1 };

      set_gradients (both[0], i);
      set_gradients (both[1], i);
      arra_clip_gradients (&exec, both[1], 0.5);
      arra_adamw_step (adamw, &exec, 0.1, both[1]);
      arra_muon_step (muon, &exec, 0.1, both[1], adamw->mean);
      arra_learner_step (&learner, &exec, &step);
    }
  g_assert_cmpmem (both[0]->data, both[0]->size * sizeof (float), both[1]->data, both[1]->size * sizeof (float));
  for (gsize i = 0; i < both[0]->items[1].count; i++)
    g_assert_cmpfloat (learner.adamw->square[both[0]->items[1].offset + i], ==, 0); /* AdamW left it alone */
  g_assert_cmpfloat (learner.adamw->square[both[0]->items[2].offset], >, 0);
  arra_learner_clear (&learner);
  arra_parameters_free (both[0]);
  arra_parameters_free (both[1]);
}

/* No clipping, no average. */
static void
test_bare (void)
{
  g_autoptr (ArraParameters) a = start (), b = start ();
  g_autoptr (ArraAdamW) adamw = arra_adamw_new (&adamw_settings, b, NULL);
  const ArraTrainStep step = { 0, 0.1, 1 };
  ArraLearner learner = { 0 };

  begin (&learner, a, 0, 0);
  set_gradients (a, 0);
  set_gradients (b, 0);
  arra_adamw_step (adamw, &exec, 0.1, b);
  arra_learner_step (&learner, &exec, &step);
  arra_learner_swap (&learner);
  g_assert_true (arra_learner_weights (&learner) == a->data);
  g_assert_cmpmem (a->data, N * sizeof (float), b->data, N * sizeof (float));
  arra_learner_clear (&learner);
}

static void
test_not_finite (void)
{
  g_autoptr (ArraParameters) a = start (), b = start ();
  const ArraTrainStep step = { 0, 0.1, 1 };
  ArraLearner learner = { 0 };

  begin (&learner, a, 1, 0.5);
  set_gradients (a, 0);
  a->grad[3] = NAN;
  g_assert_false (isfinite (arra_learner_step (&learner, &exec, &step)));
  g_assert_cmpmem (a->data, N * sizeof (float), b->data, N * sizeof (float));
  g_assert_cmpmem (learner.average->data, N * sizeof (float), b->data, N * sizeof (float));
  g_assert_cmpuint (learner.adamw->step, ==, 0);
  arra_learner_clear (&learner);
}

static gboolean
count_part (const char *name, ArraDType dtype, gsize count, void *data, gpointer user, GError **error)
{
  g_string_append_printf (user, "%s:%d:%zu ", name, (int) (dtype == ARRA_F32), count);
  return TRUE;
}

static void
test_state (void)
{
  g_autoptr (ArraParameters) parameters = start ();
  g_autoptr (GString) parts = g_string_new (NULL);
  ArraLearner learner = { 0 };

  begin (&learner, parameters, 1, 0.5);
  g_assert_true (arra_learner_visit (&learner, count_part, parts, NULL));
  g_assert_cmpstr (parts->str, ==, "parameters:1:32 adamw.mean:1:32 adamw.square:1:32 adamw.step:0:1 average:1:32 ");
  arra_learner_clear (&learner);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  exec.kernels = arra_kernels_get (ARRA_CPU_C);
  g_test_add_func ("/learner/step", test_step);
  g_test_add_func ("/learner/muon", test_muon);
  g_test_add_func ("/learner/bare", test_bare);
  g_test_add_func ("/learner/not-finite", test_not_finite);
  g_test_add_func ("/learner/state", test_state);
  return g_test_run ();
}
