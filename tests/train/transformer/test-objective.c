/* test-objective.c - the objective's gradient against its losses, for every choice that the golden cases
 * leave out, and what else it promises
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <string.h>

#include "allocations.h"
#include "mem.h"
#include "small_training.h"

/* ---- finite differences: the losses are single precision inside, so the bound is 1e-3 of the tensor's
 * gradient, and a floor for their noise */

#define BOUND 1e-3
#define FLOOR 2e-5

/* The loss with one tensor moved along its gradient by @by (its length). */
static double
moved (SmallTraining *t, const ArraParameter *item, const float *grad, double norm, double by)
{
  float *data = t->parameters->data + item->offset;
  g_autofree float *kept = g_memdup2 (data, item->count * sizeof *data);
  double total;

  for (gsize i = 0; i < item->count; i++)
    data[i] = (float) ((double) kept[i] + by * (double) grad[i] / norm);
  total = small_training_gradients (t).total; /* with dropout, as in the gradient */
  memcpy (data, kept, item->count * sizeof *data);
  return total;
}

static double
error_of (SmallTraining *t, const ArraParameter *item, const float *grad, double h)
{
  double square = 0, norm, slope;

  for (gsize i = 0; i < item->count; i++)
    square += (double) grad[i] * (double) grad[i];
  norm = sqrt (square);
  g_assert_cmpfloat (norm, >, 0);
  slope = (8 * (moved (t, item, grad, norm, h) - moved (t, item, grad, norm, -h))
           - (moved (t, item, grad, norm, 2 * h) - moved (t, item, grad, norm, -2 * h)))
          / (12 * h);
  return fabs (slope - norm) / (BOUND * norm + FLOOR);
}

/* @h: the step of the differences. */
static void
check_gradient_by (SmallTraining *t, double h)
{
  g_autofree float *grad = NULL;
  double worst = 0, spoilt;

  small_training_start (t);
  small_training_gradients (t);
  grad = g_memdup2 (t->parameters->grad, t->parameters->size * sizeof *grad);
  for (guint i = 0; i < t->parameters->n; i++)
    {
      double error = error_of (t, &t->parameters->items[i], grad + t->parameters->items[i].offset, h);

      if (!(error <= 1))
        g_error ("%s: %g times what is allowed", t->parameters->items[i].name, error);
      worst = fmax (worst, error);
    }
  g_test_message ("worst: %.3g of what is allowed", worst);
  for (gsize i = 0; i < t->parameters->items[0].count; i++) /* a gradient that is too long by a fiftieth is noticed */
    grad[i] *= 1.02f;
  spoilt = error_of (t, &t->parameters->items[0], grad, h);
  g_assert_cmpfloat (spoilt, >, 1);
  small_training_clear (t);
}

static void
check_gradient (SmallTraining *t)
{
  check_gradient_by (t, 0.01);
}

static void
test_image_positions (void)
{
  SmallTraining t;

  small_training_init (&t, 1);
  check_gradient (&t);
}

static void
test_swin_mse (void)
{
  SmallTraining t;

  small_training_init (&t, 2);
  t.config.swin_norm = TRUE;
  t.objective.alignment.measure = ARRA_ALIGN_MSE;
  t.objective.alignment.positions = ARRA_ALIGN_WINDOW;
  t.objective.alignment.layer = 2;
  t.objective.alignment.weight = 0.5;
  check_gradient (&t);
}

static void
test_max_pool_dropout (void)
{
  SmallTraining t;

  small_training_init (&t, 2);
  t.objective.dropout = 0.2;
  t.objective.alignment.head = ARRA_ALIGN_MAX_POOL;
  t.objective.alignment.layer = 0;
  t.objective.alignment.weight = 2;
  check_gradient (&t);
}

/* Parts alone, where they are predicted, and both targets, of one layer and of two. What the head makes of small
 * numbers is smaller still, and its direction bends soon: differences take short steps, and those of parts alone the
 * shortest. With both targets the losses are larger, and so is their noise over so short a step. */
static void
test_picture_parts (void)
{
  SmallTraining t;

  small_training_init (&t, 1);
  t.objective.alignment.positions = ARRA_ALIGN_NONE;
  t.objective.parts = (ArraPartAlignment) { SMALL_PART, 9, 2, TRUE, 1.5 };
  check_gradient_by (&t, 0.0025);
  small_training_init (&t, 2);
  t.objective.dropout = 0.1;
  t.objective.parts = (ArraPartAlignment) { SMALL_PART, 9, 1, FALSE, 0.7 };
  check_gradient_by (&t, 0.004);
  small_training_init (&t, 1);
  t.objective.parts = (ArraPartAlignment) { SMALL_PART, 9, 2, FALSE, 2 };
  check_gradient_by (&t, 0.004);
}

/* Every code counts once, and a part of a batch adds its share. */
static void
test_parts_counts (void)
{
  SmallTraining t;
  ArraLosses whole, half, rest;

  small_training_init (&t, 1);
  t.objective.parts = (ArraPartAlignment) { SMALL_PART, 9, 1, FALSE, 1 };
  small_training_start (&t);
  whole = small_training_losses (&t);
  g_assert_cmpuint (whole.n_with_parts, ==, 7 + 4 + 7);
  g_assert_cmpfloat (whole.parts, >, 0);
  g_assert_cmpfloat (whole.parts, <, 2);
  t.batch.n_labels = whole.n_labels;
  t.batch.n_aligned = whole.n_aligned;
  t.batch.n_with_parts = whole.n_with_parts;
  t.batch.n = 1;
  half = small_training_losses (&t);
  t.batch.n = SMALL_N - 1;
  t.batch.ids += SMALL_LENGTH;
  t.batch.labels += SMALL_LENGTH;
  t.batch.lengths += 1;
  t.batch.features += SMALL_FEATURE;
  t.batch.parts += SMALL_PARTS * SMALL_PART;
  rest = small_training_losses (&t);
  g_assert_cmpfloat_with_epsilon (half.parts + rest.parts, whole.parts, 1e-6);
  small_training_clear (&t);
}

static void
test_no_alignment (void)
{
  SmallTraining t;

  small_training_init (&t, 1);
  t.objective.alignment.positions = ARRA_ALIGN_NONE;
  check_gradient (&t);
}

/* ---- promises */

static void
test_threads (void)
{
  SmallTraining t, other;
  ArraLosses a, b;

  small_training_init (&t, 1);
  small_training_init (&other, 3);
  t.objective.dropout = other.objective.dropout = 0.1;
  small_training_start (&t);
  small_training_start (&other);
  a = small_training_gradients (&t);
  b = small_training_gradients (&other);
  g_assert_cmpmem (&a, sizeof a, &b, sizeof b);
  g_assert_cmpmem (t.parameters->grad, t.parameters->size * sizeof (float), other.parameters->grad,
                   other.parameters->size * sizeof (float));
  small_training_clear (&t);
  small_training_clear (&other);
}

/* What stands in the padding changes nothing where positions are the picture's. */
static void
test_padding (void)
{
  SmallTraining t;
  ArraLosses a, b;

  small_training_init (&t, 1);
  small_training_start (&t);
  a = small_training_losses (&t);
  t.ids[2 * SMALL_LENGTH - 1] = 41;
  b = small_training_losses (&t);
  g_assert_cmpmem (&a, sizeof a, &b, sizeof b);
  g_assert_cmpuint (a.n_labels, ==, 7 + 4 + 7);
  g_assert_cmpuint (a.n_aligned, ==, 7 + 4 + 7);
  g_assert_cmpfloat (a.total, ==, a.cross_entropy + 1e-2 * a.z + a.alignment);
  small_training_clear (&t);
}

/* Without gradients nothing is dropped and gradients stay as they are; with them they add up. */
static void
test_modes (void)
{
  SmallTraining t;
  ArraLosses plain, dropped;
  g_autofree float *grad = NULL;

  small_training_init (&t, 1);
  t.objective.dropout = 0.3;
  small_training_start (&t);
  dropped = small_training_gradients (&t);
  grad = g_memdup2 (t.parameters->grad, t.parameters->size * sizeof *grad);
  plain = small_training_losses (&t);
  g_assert_cmpmem (grad, t.parameters->size * sizeof *grad, t.parameters->grad, t.parameters->size * sizeof *grad);
  g_assert_cmpfloat (fabs (plain.total - dropped.total), >, 1e-3);
  t.batch.dropout_seed++;
  g_assert_cmpfloat (fabs (small_training_gradients (&t).total - dropped.total), >, 1e-3);
  t.batch.dropout_seed--;
  g_assert_cmpfloat (small_training_gradients (&t).total, ==, dropped.total);
  g_assert_true (arra_objective_evaluate (t.run, &t.batch, TRUE, &dropped, NULL));
  for (gsize i = 0; i < t.parameters->size; i++)
    g_assert_cmpfloat_with_epsilon ((double) t.parameters->grad[i], 2 * (double) grad[i], 1e-6);
  small_training_clear (&t);
}

/* Sums are rounded in another order: what differs is small beside the whole gradient. */
static void
assert_alike (const float *a, const float *b, gsize n)
{
  double square = 0, norm = 0;

  for (gsize i = 0; i < n; i++)
    {
      square += pow ((double) (a[i] - b[i]), 2);
      norm += pow ((double) b[i], 2);
    }
  g_test_message ("difference %g of %g", sqrt (square), sqrt (norm));
  g_assert_cmpfloat (sqrt (square), <=, 32 * FLT_EPSILON * sqrt (norm)); /* a few tens of roundings */
}

/* Parts of a batch, divided by the counts of the whole, add up to the whole. */
static void
test_parts (void)
{
  SmallTraining t;
  ArraLosses whole, sum = { 0 };
  g_autofree float *grad = NULL;
  ArraBatch batch;

  small_training_init (&t, 1);
  small_training_start (&t);
  whole = small_training_gradients (&t);
  grad = g_memdup2 (t.parameters->grad, t.parameters->size * sizeof *grad);
  batch = t.batch;
  arra_parameters_zero_grad (t.parameters);
  for (guint part = 0; part < 2; part++)
    {
      guint first = part * 2;
      ArraLosses losses;

      t.batch = (ArraBatch) { .n = part == 0 ? 2 : 1,
                              .length = batch.length,
                              .ids = batch.ids + first * SMALL_LENGTH,
                              .labels = batch.labels + first * SMALL_LENGTH,
                              .lengths = batch.lengths + first,
                              .features = batch.features + first * SMALL_FEATURE,
                              .n_labels = whole.n_labels,
                              .n_aligned = whole.n_aligned };
      g_assert_true (arra_objective_evaluate (t.run, &t.batch, TRUE, &losses, NULL));
      sum.total += losses.total;
      sum.n_labels += losses.n_labels;
    }
  g_assert_cmpuint (sum.n_labels, ==, whole.n_labels);
  g_assert_cmpfloat_with_epsilon (sum.total, whole.total, 1e-6);
  assert_alike (t.parameters->grad, grad, t.parameters->size);
  small_training_clear (&t);
}

static void
test_memory (void)
{
  SmallTraining t;
  gsize n_bytes, held;

  small_training_init (&t, 1);
  small_training_start (&t);
  g_assert_true (arra_objective_measure (t.run, &t.batch, TRUE, &n_bytes, NULL));
  held = arra_mem_held ();
  small_training_gradients (&t);
  g_assert_cmpuint (arra_mem_held (), ==, held + n_bytes);
  small_training_losses (&t);
  small_training_gradients (&t);
  g_assert_cmpuint (arra_mem_held (), ==, held + n_bytes);
  small_training_clear (&t);
}

static gboolean
evaluate (gpointer data, GError **error)
{
  SmallTraining *t = data;
  g_autoptr (ArraObjectiveRun) run
      = arra_objective_run_new (&t->objective, arra_chameleon_trainable (&t->config), t->parameters, &t->exec, error);
  ArraLosses losses;

  return run != NULL && arra_objective_evaluate (run, &t->batch, TRUE, &losses, error);
}

static void
test_no_memory (void)
{
  SmallTraining t;

  small_training_init (&t, 1);
  small_training_start (&t);
  allocations_check (evaluate, &t);
  small_training_clear (&t);
}

static void
expect_fault (SmallTraining *t, const char *words)
{
  g_autoptr (GError) error = NULL;
  ArraLosses losses;

  g_assert_false (arra_objective_evaluate (t->run, &t->batch, TRUE, &losses, &error));
  if (!g_error_matches (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT) || strstr (error->message, words) == NULL)
    g_error ("%s", error->message);
}

static void
test_bad_batches (void)
{
  SmallTraining t;
  ArraBatch good;

  small_training_init (&t, 1);
  small_training_start (&t);
  good = t.batch;
  t.ids[5] = 96;
  expect_fault (&t, "id 96 is outside");
  t.ids[5] = 95;
  t.labels[13] = 200;
  expect_fault (&t, "id 200 is outside");
  for (guint i = 0; i < SMALL_N * SMALL_LENGTH; i++)
    t.labels[i] = -100;
  t.labels[0] = 3; /* nothing predicts the first token */
  expect_fault (&t, "No position");
  t.batch.features = NULL;
  expect_fault (&t, "no features");
  t.batch = good;
  t.batch.n = 0;
  expect_fault (&t, "0 sequences");
  t.batch = good;
  t.batch.length = 1;
  expect_fault (&t, "of 1 tokens");
  t.batch.length = t.config.context + 1;
  expect_fault (&t, "are possible");
  t.batch = good;
  t.lengths[1] = SMALL_LENGTH + 1;
  expect_fault (&t, "Sequence 1 has");
  small_training_clear (&t);
}

static void
test_bad_objectives (void)
{
  SmallTraining t;
  ArraObjective bad[6];

  small_training_init (&t, 1);
  small_training_start (&t);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    bad[i] = t.objective;
  bad[0].dropout = 1;
  bad[1].dropout = NAN;
  bad[2].alignment.layer = 3;
  bad[3].alignment.feature_width = 0;
  bad[4].alignment.head = ARRA_ALIGN_MAX_POOL;
  bad[4].alignment.feature_width = 65;
  bad[5].alignment.image_ids = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (
          arra_objective_run_new (&bad[i], arra_chameleon_trainable (&t.config), t.parameters, &t.exec, &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
    }
  small_training_clear (&t);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/objective/picture-parts", test_picture_parts);
  g_test_add_func ("/train/objective/picture-parts-counts", test_parts_counts);
  g_test_add_func ("/train/objective/gradient/image-positions", test_image_positions);
  g_test_add_func ("/train/objective/gradient/swin-mse", test_swin_mse);
  g_test_add_func ("/train/objective/gradient/max-pool-dropout", test_max_pool_dropout);
  g_test_add_func ("/train/objective/gradient/no-alignment", test_no_alignment);
  g_test_add_func ("/train/objective/threads", test_threads);
  g_test_add_func ("/train/objective/padding", test_padding);
  g_test_add_func ("/train/objective/modes", test_modes);
  g_test_add_func ("/train/objective/parts", test_parts);
  g_test_add_func ("/train/objective/memory", test_memory);
  g_test_add_func ("/train/objective/no-memory", test_no_memory);
  g_test_add_func ("/train/objective/bad-batches", test_bad_batches);
  g_test_add_func ("/train/objective/bad-objectives", test_bad_objectives);
  return g_test_run ();
}
