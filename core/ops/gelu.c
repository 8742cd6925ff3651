/* gelu.c - the Gaussian error linear unit, exact and approximated
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gelu.h"

#include "detmath.h"

#define GRAIN 2048                         /* elements: fewer are not worth waking a thread for */
#define DENSITY 0.398942280401432677939946 /* 1 / sqrt (2 pi) */
#define CUBIC 0.044715

typedef struct
{
  const float *x, *dy;
  float *out;
} Job;

static double
distribution (double x)
{
  return 0.5 * (1.0 + arra_erf (x * G_SQRT2 / 2));
}

static void
forward (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize i = begin; i < end; i++)
    job->out[i] = (float) ((double) job->x[i] * distribution ((double) job->x[i]));
}

void
arra_gelu (const ArraExec *exec, const float *x, gsize n, float *y)
{
  Job job = { x, NULL, y };

  arra_pool_run (exec->pool, n, GRAIN, forward, &job);
}

/* 1 + exp (-2u): x / 2 * (1 + tanh (u)) is x divided by it */
static double
divisor_tanh (double x)
{
  return 1.0 + arra_exp (-4 * DENSITY * (x + CUBIC * x * x * x));
}

static void
forward_tanh (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize i = begin; i < end; i++)
    job->out[i] = (float) ((double) job->x[i] / divisor_tanh ((double) job->x[i]));
}

void
arra_gelu_tanh (const ArraExec *exec, const float *x, gsize n, float *y)
{
  Job job = { x, NULL, y };

  arra_pool_run (exec->pool, n, GRAIN, forward_tanh, &job);
}

/* With s = 1 / divisor: s + x s (1 - s) 2u' */
static void
vjp_tanh (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize i = begin; i < end; i++)
    {
      double x = (double) job->x[i], s = 1 / divisor_tanh (x);
      double slope = s + x * s * (1 - s) * 4 * DENSITY * (1 + 3 * CUBIC * x * x);

      job->out[i] += (float) ((double) job->dy[i] * slope);
    }
}

void
arra_gelu_tanh_vjp (const ArraExec *exec, const float *x, const float *dy, gsize n, float *dx)
{
  Job job = { x, dy, dx };

  arra_pool_run (exec->pool, n, GRAIN, vjp_tanh, &job);
}

static void
vjp (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize i = begin; i < end; i++)
    {
      double x = (double) job->x[i];
      double slope = distribution (x) + x * DENSITY * arra_exp (-0.5 * x * x);

      job->out[i] += (float) ((double) job->dy[i] * slope);
    }
}

void
arra_gelu_vjp (const ArraExec *exec, const float *x, const float *dy, gsize n, float *dx)
{
  Job job = { x, dy, dx };

  arra_pool_run (exec->pool, n, GRAIN, vjp, &job);
}
