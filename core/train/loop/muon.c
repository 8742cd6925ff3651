/* muon.c - Muon
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "muon.h"

#include <math.h>
#include <string.h>

#include "gemm.h"
#include "mem.h"

#define ITERATIONS 5

/* p(x) = A x + B x^3 + C x^5 of the singular values, tuned by Jordan for growing small ones fast; not to
 * bring any to 1 exactly. */
#define A 3.4445f
#define B -4.7750f
#define C 2.0315f

typedef struct
{
  const ArraMuon *muon;
  ArraParameters *parameters;
  float *mean;
  double learning_rate;
} Job;

/* Kernels count as matrices of a row for each output channel. */
static gboolean
is_hidden_matrix (const ArraParameter *parameter)
{
  const char *name = parameter->name;

  if (parameter->n_dims == 4)
    return strstr (name, ".conv1.") != NULL || strstr (name, ".conv2.") != NULL
           || strstr (name, "sample.conv.") != NULL;
  return parameter->n_dims == 2 && strstr (name, "layers.") != NULL
         && strstr (name, "norm") == NULL; /* those of q and k have a row for each head */
}

static gsize
rows_of (const ArraParameter *parameter)
{
  return (gsize) parameter->shape[0];
}

static gsize
columns_of (const ArraParameter *parameter)
{
  return parameter->count / rows_of (parameter);
}

static gsize
smaller_side (const ArraParameter *parameter)
{
  return MIN (rows_of (parameter), columns_of (parameter));
}

ArraMuon *
arra_muon_new (const ArraMuonSettings *settings, const ArraParameters *parameters, const ArraExec *exec, GError **error)
{
  g_autoptr (ArraMuon) muon = arra_mem_new0 (1, sizeof *muon, "the optimiser", error);

  if (muon == NULL)
    return NULL;
  muon->settings = *settings;
  muon->n_workers = exec->pool != NULL ? arra_pool_threads (exec->pool) : 1;
  muon->takes = arra_mem_new0 (parameters->n, sizeof *muon->takes, "the optimiser", error);
  muon->items = muon->takes == NULL ? NULL : arra_mem_new (parameters->n, sizeof *muon->items, "the optimiser", error);
  if (muon->items == NULL)
    return NULL;
  for (guint i = 0; i < parameters->n; i++)
    {
      const ArraParameter *parameter = &parameters->items[i];

      if (!is_hidden_matrix (parameter))
        continue;
      muon->takes[i] = 1;
      muon->items[muon->n_items++] = i;
      muon->matrix = MAX (muon->matrix, parameter->count);
      muon->square = MAX (muon->square, smaller_side (parameter) * smaller_side (parameter));
    }
  muon->scratch = arra_mem_new (muon->n_workers * 2 * (muon->matrix + muon->square), sizeof (float),
                                "the optimiser's matrices", error);
  return muon->scratch == NULL ? NULL : g_steal_pointer (&muon);
}

void
arra_muon_free (ArraMuon *muon)
{
  if (muon == NULL)
    return;
  arra_mem_free (muon->takes);
  arra_mem_free (muon->items);
  arra_mem_free (muon->scratch);
  arra_mem_free (muon);
}

float *
arra_muon_orthogonalize (gsize rows, gsize columns, float *x, float *other, float *squares)
{
  gsize n = rows * columns, side = MIN (rows, columns);
  gboolean tall = rows > columns;
  float *gram = squares, *polynomial = squares + side * side;
  double norm = 0;

  for (gsize i = 0; i < n; i++)
    norm += (double) x[i] * (double) x[i];
  norm = sqrt (norm);
  for (gsize i = 0; i < n; i++)
    x[i] = (float) ((double) x[i] / norm);

  for (guint k = 0; k < ITERATIONS; k++)
    {
      float *done = other;

      arra_sgemm (tall, !tall, side, side, MAX (rows, columns), 1, x, columns, x, columns, 0, gram, side);
      memcpy (polynomial, gram, side * side * sizeof (float));
      arra_sgemm (FALSE, FALSE, side, side, side, C, gram, side, gram, side, B, polynomial, side);
      for (gsize i = 0; i < side; i++)
        polynomial[i * side + i] += A;
      if (tall)
        arra_sgemm (FALSE, FALSE, rows, columns, side, 1, x, columns, polynomial, side, 0, done, columns);
      else
        arra_sgemm (FALSE, FALSE, rows, columns, side, 1, polynomial, side, x, columns, 0, done, columns);
      other = x;
      x = done;
    }
  return x;
}

/* The average follows the gradient. @ahead: the average as it would be after the same gradient once more
 * (Nesterov). Returns FALSE when that is nothing. */
static gboolean
follow (gsize n, float momentum, const float *grad, float *mean, float *ahead)
{
  gboolean any = FALSE;

  for (gsize i = 0; i < n; i++)
    {
      mean[i] = momentum * mean[i] + (1 - momentum) * grad[i];
      ahead[i] = momentum * mean[i] + (1 - momentum) * grad[i];
      any |= ahead[i] != 0;
    }
  return any;
}

static void
update (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;
  const ArraMuon *muon = job->muon;
  float *x = muon->scratch + worker * 2 * (muon->matrix + muon->square), *other = x + muon->matrix,
        *squares = other + muon->matrix;
  float decay = (float) (1 - job->learning_rate * muon->settings.weight_decay);

  for (gsize k = begin; k < end; k++)
    {
      const ArraParameter *parameter = &job->parameters->items[muon->items[k]];
      gsize rows = rows_of (parameter), columns = columns_of (parameter);
      float *values = job->parameters->data + parameter->offset;
      /* AdamW's changes have a mean square of about 0.2 squared; those of an orthogonal matrix have 1 / the
       * larger side. */
      float size = (float) (job->learning_rate * 0.2 * sqrt ((double) MAX (rows, columns)));
      const float *direction = x;

      if (follow (parameter->count, (float) muon->settings.momentum, job->parameters->grad + parameter->offset,
                  job->mean + parameter->offset, x))
        direction = arra_muon_orthogonalize (rows, columns, x, other, squares);
      for (gsize i = 0; i < parameter->count; i++)
        values[i] = values[i] * decay - size * direction[i];
    }
}

void
arra_muon_step (ArraMuon *muon, const ArraExec *exec, double learning_rate, ArraParameters *parameters, float *mean)
{
  Job job = { muon, parameters, mean, learning_rate };

  g_assert (exec->pool == NULL || arra_pool_threads (exec->pool) <= muon->n_workers);
  arra_pool_run (exec->pool, muon->n_items, 1, update, &job);
}
