/* rope.c - rotary position embedding in the half-rotation form
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "rope.h"

#include "detmath.h"

#define GRAIN 4 /* rows: fewer are not worth waking a thread for */

typedef struct
{
  const ArraKernels *kernels;
  float *x;
  const float *cosine, *sine;
  gsize heads, head_dim;
} Job;

void
arra_rope_frequencies (double base, gsize head_dim, float *frequencies)
{
  double rounded = (double) (float) base;

  for (gsize i = 0; i < head_dim / 2; i++)
    {
      float exponent = (float) (2 * i) / (float) head_dim;
      frequencies[i] = 1.0f / (float) arra_pow (rounded, (double) exponent);
    }
}

double
arra_rope_dynamic_base (double base, double factor, gsize length, gsize context, gsize head_dim)
{
  double stretch = factor * (double) length / (double) context - (factor - 1.0);

  return base * arra_pow (stretch, (double) head_dim / (double) (head_dim - 2));
}

void
arra_rope_angles (const float *frequencies, gsize half, float position, float *cosine, float *sine)
{
  for (gsize i = 0; i < half; i++)
    {
      float angle = position * frequencies[i];
      double s, c;

      arra_sincos ((double) angle, &s, &c);
      cosine[i] = (float) c;
      sine[i] = (float) s;
    }
}

static void
rotate (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;
  gsize half = job->head_dim / 2;

  for (gsize row = begin; row < end; row++)
    for (gsize head = 0; head < job->heads; head++)
      job->kernels->rope_half (job->x + (row * job->heads + head) * job->head_dim, job->cosine + row * half,
                               job->sine + row * half, job->head_dim);
}

void
arra_rope (const ArraExec *exec, float *x, const float *cosine, const float *sine, gsize rows, gsize heads,
           gsize head_dim)
{
  Job job = { exec->kernels, x, cosine, sine, heads, head_dim };

  arra_pool_run (exec->pool, rows, GRAIN, rotate, &job);
}

typedef struct
{
  const float *dy, *cosine, *sine;
  gsize heads, head_dim;
  float *dx;
} VjpJob;

static void
rotate_back (gsize begin, gsize end, guint worker, gpointer data)
{
  const VjpJob *job = data;
  gsize half = job->head_dim / 2;

  for (gsize item = begin * job->heads; item < end * job->heads; item++)
    {
      const float *cosine = job->cosine + item / job->heads * half,
                  *sine = job->sine + item / job->heads * half;
      const float *dy = job->dy + item * job->head_dim;
      float *dx = job->dx + item * job->head_dim;

      for (gsize i = 0; i < half; i++)
        {
          dx[i] += dy[i] * cosine[i] + dy[i + half] * sine[i];
          dx[i + half] += dy[i + half] * cosine[i] - dy[i] * sine[i];
        }
    }
}

void
arra_rope_vjp (const ArraExec *exec, const float *dy, const float *cosine, const float *sine, gsize rows,
               gsize heads, gsize head_dim, float *dx)
{
  VjpJob job = { dy, cosine, sine, heads, head_dim, dx };

  arra_pool_run (exec->pool, rows, GRAIN, rotate_back, &job);
}
