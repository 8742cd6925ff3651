/* test-muon.c - Muon against its definition in double, for tall, wide and square matrices
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "muon.h"

#include <math.h>
#include <string.h>

#include "allocations.h"
#include "noise.h"

#define STEPS 4
#define MOMENTUM 0.9
#define DECAY 0.1
#define RATE 0.02
#define MOST 240 /* elements of the largest matrix here */

static const gint64 shapes[][2] = { { 12, 20 }, { 20, 12 }, { 9, 9 }, { 1, 17 }, { 4, 18 } };
static const char *const names[]
    = { "layers.0.wide", "layers.0.tall", "layers.1.square", "layers.1.row", "down.0.block.0.conv1.weight" };
static const ArraMuonSettings settings = { MOMENTUM, DECAY };
static ArraExec exec;

static double
number (guint32 a, guint32 b)
{
  return (double) arra_noise_bits (5, 0, a, b) * 0x1p-31 - 1;
}

/* Four matrices of layers and a kernel, and what Muon leaves alone: an embedding, a first convolution, and norms of a
 * layer, for each head too. */
static ArraParameters *
make (void)
{
  static const gint64 embedding[] = { 7, 5 }, vector = 6, heads[] = { 2, 4 }, first[] = { 4, 3, 3, 3 };
  g_autoptr (GError) error = NULL;
  ArraParameters *p = arra_parameters_new (&error);

  g_assert_true (arra_parameters_add (p, "embed_tokens.weight", FALSE, 2, embedding, &error));
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      const gint64 kernel[] = { shapes[i][0], shapes[i][1] / 9, 3, 3 };
      gboolean is_kernel = strstr (names[i], "conv1") != NULL;

      g_assert_true (
          arra_parameters_add (p, names[i], FALSE, is_kernel ? 4 : 2, is_kernel ? kernel : shapes[i], &error));
    }
  g_assert_true (arra_parameters_add (p, "encoder.conv_in.weight", FALSE, 4, first, &error));
  g_assert_true (arra_parameters_add (p, "layers.1.input_layernorm.weight", FALSE, 1, &vector, &error));
  g_assert_true (arra_parameters_add (p, "layers.1.self_attn.q_norm.weight", FALSE, 2, heads, &error));
  g_assert_true (arra_parameters_allocate (p, TRUE, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < p->n; i++)
    for (gsize k = 0; k < p->items[i].count; k++)
      p->data[p->items[i].offset + k] = (float) number (i, (guint32) k);
  return p;
}

static void
set_gradients (ArraParameters *p, guint step)
{
  for (guint i = 0; i < p->n; i++)
    for (gsize k = 0; k < p->items[i].count; k++)
      p->grad[p->items[i].offset + k] = (float) number (100 * (step + 1) + i, (guint32) k);
}

/* ---- the definition, in double */

/* X <- a X + (b X Xt + c (X Xt)^2) X */
static void
iterate (gsize rows, gsize columns, double *x)
{
  double gram[20][20], square[20][20], next[MOST];

  for (gsize i = 0; i < rows; i++)
    for (gsize j = 0; j < rows; j++)
      {
        gram[i][j] = 0;
        for (gsize k = 0; k < columns; k++)
          gram[i][j] += x[i * columns + k] * x[j * columns + k];
      }
  for (gsize i = 0; i < rows; i++)
    for (gsize j = 0; j < rows; j++)
      {
        square[i][j] = 0;
        for (gsize k = 0; k < rows; k++)
          square[i][j] += gram[i][k] * gram[k][j];
      }
  for (gsize i = 0; i < rows; i++)
    for (gsize j = 0; j < columns; j++)
      {
        double sum = 3.4445 * x[i * columns + j];

        for (gsize k = 0; k < rows; k++)
          sum += (-4.7750 * gram[i][k] + 2.0315 * square[i][k]) * x[k * columns + j];
        next[i * columns + j] = sum;
      }
  memcpy (x, next, rows * columns * sizeof *x);
}

static void
orthogonalize (gsize rows, gsize columns, double *x)
{
  double norm = 0;

  for (gsize i = 0; i < rows * columns; i++)
    norm += x[i] * x[i];
  for (gsize i = 0; i < rows * columns; i++)
    x[i] /= sqrt (norm);
  for (guint k = 0; k < 5; k++)
    iterate (rows, columns, x);
}

/* One step of one matrix. */
static void
step_one (const ArraParameter *parameter, const float *grad, double *value, double *mean)
{
  gsize rows = (gsize) parameter->shape[0], columns = parameter->count / rows;
  double x[MOST], size = RATE * 0.2 * sqrt ((double) MAX (rows, columns));

  for (gsize i = 0; i < rows * columns; i++)
    {
      mean[i] = MOMENTUM * mean[i] + (1 - MOMENTUM) * (double) grad[i];
      x[i] = MOMENTUM * mean[i] + (1 - MOMENTUM) * (double) grad[i];
    }
  orthogonalize (rows, columns, x);
  for (gsize i = 0; i < rows * columns; i++)
    value[i] = value[i] * (1 - RATE * DECAY) - size * x[i];
}

static void
test_steps (void)
{
  g_autoptr (ArraParameters) p = make (), start = make ();
  g_autoptr (ArraMuon) muon = arra_muon_new (&settings, p, &exec, NULL);
  g_autofree float *mean = g_new0 (float, p->size);
  g_autofree double *value = g_new0 (double, p->size), *expected_mean = g_new0 (double, p->size);

  for (gsize i = 0; i < p->size; i++)
    value[i] = (double) p->data[i];
  for (guint step = 0; step < STEPS; step++)
    {
      set_gradients (p, step);
      arra_muon_step (muon, &exec, RATE, p, mean);
      for (guint i = 1; i <= G_N_ELEMENTS (shapes); i++)
        step_one (&p->items[i], p->grad + p->items[i].offset, value + p->items[i].offset,
                  expected_mean + p->items[i].offset);
      for (gsize i = 0; i < p->size; i++) /* what is not Muon's, and the padding, stays */
        {
          g_assert_cmpfloat_with_epsilon ((double) p->data[i], value[i], 2e-6);
          g_assert_cmpfloat_with_epsilon ((double) mean[i], expected_mean[i], 1e-6);
        }
    }
  g_assert_cmpmem (p->data, p->items[0].count * sizeof (float), start->data, start->items[0].count * sizeof (float));
}

/* Of a diagonal matrix: what becomes of singular values, and that their vectors stay. */
static void
test_singular_values (void)
{
  static const float values[] = { 1, 0.5f, 0.1f, 0.02f, 0.0075f };
  enum
  {
    N = G_N_ELEMENTS (values),
  };
  float x[N * N] = { 0 }, other[N * N], squares[2 * N * N], *result;

  for (guint i = 0; i < N; i++)
    x[i * N + i] = values[i] * 1e-20f; /* the scale is nothing to it */
  result = arra_muon_orthogonalize (N, N, x, other, squares);
  for (guint i = 0; i < N; i++)
    for (guint j = 0; j < N; j++)
      {
        if (i != j)
          g_assert_cmpfloat (result[i * N + j], ==, 0);
        else
          {
            g_test_message ("%g -> %g", (double) values[i], (double) result[i * N + i]);
            g_assert_cmpfloat (result[i * N + i], >, 0.68f);
            g_assert_cmpfloat (result[i * N + i], <, 1.14f);
          }
      }
}

static void
test_no_gradient (void)
{
  g_autoptr (ArraParameters) p = make (), start = make ();
  g_autoptr (ArraMuon) muon = arra_muon_new (&settings, p, &exec, NULL);
  g_autofree float *mean = g_new0 (float, p->size);
  const ArraParameter *wide = &p->items[1];

  arra_muon_step (muon, &exec, RATE, p, mean);
  for (gsize i = wide->offset; i < wide->offset + wide->count; i++)
    g_assert_cmpfloat_with_epsilon (p->data[i], (1 - RATE * DECAY) * start->data[i], 1e-6);
}

static void
test_threads (void)
{
  g_autoptr (ArraParameters) alone = make ();
  g_autoptr (ArraMuon) muon = arra_muon_new (&settings, alone, &exec, NULL);
  g_autofree float *mean = g_new0 (float, alone->size);

  set_gradients (alone, 0);
  arra_muon_step (muon, &exec, RATE, alone, mean);
  for (guint threads = 2; threads <= 5; threads++)
    {
      g_autoptr (ArraPool) pool = arra_pool_new (threads, NULL);
      ArraExec many = { exec.kernels, pool };
      g_autoptr (ArraParameters) p = make ();
      g_autoptr (ArraMuon) its = arra_muon_new (&settings, p, &many, NULL);
      g_autofree float *its_mean = g_new0 (float, p->size);

      set_gradients (p, 0);
      arra_muon_step (its, &many, RATE, p, its_mean);
      g_assert_cmpmem (p->data, p->size * sizeof (float), alone->data, alone->size * sizeof (float));
      g_assert_cmpmem (its_mean, p->size * sizeof (float), mean, alone->size * sizeof (float));
    }
}

static gboolean
make_muon (gpointer data, GError **error)
{
  g_autoptr (ArraMuon) muon = arra_muon_new (&settings, data, &exec, error);

  return muon != NULL;
}

static void
test_no_memory (void)
{
  g_autoptr (ArraParameters) p = make ();

  g_assert_cmpuint (allocations_check (make_muon, p), >=, 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  exec.kernels = arra_kernels_get (ARRA_CPU_C);
  g_test_add_func ("/train/muon/steps", test_steps);
  g_test_add_func ("/train/muon/singular-values", test_singular_values);
  g_test_add_func ("/train/muon/no-gradient", test_no_gradient);
  g_test_add_func ("/train/muon/threads", test_threads);
  g_test_add_func ("/train/muon/no-memory", test_no_memory);
  return g_test_run ();
}
