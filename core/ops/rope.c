/* rope.c - rotary position embedding, in halves and in neighbouring pairs
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "rope.h"

#include "detmath.h"

#define GRAIN 4 /* rows: fewer are not worth waking a thread for */

typedef struct
{
  const ArraKernels *kernels;
  ArraRopePairing pairing;
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

void
arra_rope_angles_2d (const float *frequencies, gsize head_dim, float row, float column, float *cosine, float *sine)
{
  gsize quarter = head_dim / 4;

  arra_rope_angles (frequencies, quarter, row, cosine, sine);
  arra_rope_angles (frequencies, quarter, column, cosine + quarter, sine + quarter);
}

/* Each product rounded, then added, as the kernel does for halves. */
static void
rotate_pairs (float *x, const float *cosine, const float *sine, gsize n)
{
  for (gsize i = 0; i < n / 2; i++)
    {
      float a = x[2 * i], b = x[2 * i + 1];

      x[2 * i] = a * cosine[i] - b * sine[i];
      x[2 * i + 1] = b * cosine[i] + a * sine[i];
    }
}

static void
rotate (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;
  gsize half = job->head_dim / 2;

  for (gsize row = begin; row < end; row++)
    for (gsize head = 0; head < job->heads; head++)
      {
        float *x = job->x + (row * job->heads + head) * job->head_dim;

        if (job->pairing == ARRA_ROPE_PAIRS)
          rotate_pairs (x, job->cosine + row * half, job->sine + row * half, job->head_dim);
        else
          job->kernels->rope_half (x, job->cosine + row * half, job->sine + row * half, job->head_dim);
      }
}

void
arra_rope (const ArraExec *exec,
           ArraRopePairing pairing,
           float *x,
           const float *cosine,
           const float *sine,
           gsize rows,
           gsize heads,
           gsize head_dim)
{
  Job job = { exec->kernels, pairing, x, cosine, sine, heads, head_dim };

  arra_pool_run (exec->pool, rows, GRAIN, rotate, &job);
}

typedef struct
{
  ArraRopePairing pairing;
  const float *dy, *cosine, *sine;
  gsize heads, head_dim;
  float *dx;
} VjpJob;

static void
rotate_back (gsize begin, gsize end, guint worker, gpointer data)
{
  const VjpJob *job = data;
  gsize half = job->head_dim / 2;
  gsize step = job->pairing == ARRA_ROPE_PAIRS ? 2 : 1, apart = job->pairing == ARRA_ROPE_PAIRS ? 1 : half;

  for (gsize item = begin * job->heads; item < end * job->heads; item++)
    {
      const float *cosine = job->cosine + item / job->heads * half, *sine = job->sine + item / job->heads * half;
      const float *dy = job->dy + item * job->head_dim;
      float *dx = job->dx + item * job->head_dim;

      for (gsize i = 0; i < half; i++)
        {
          gsize a = i * step, b = a + apart;

          dx[a] += dy[a] * cosine[i] + dy[b] * sine[i];
          dx[b] += dy[b] * cosine[i] - dy[a] * sine[i];
        }
    }
}

void
arra_rope_vjp (const ArraExec *exec,
               ArraRopePairing pairing,
               const float *dy,
               const float *cosine,
               const float *sine,
               gsize rows,
               gsize heads,
               gsize head_dim,
               float *dx)
{
  VjpJob job = { pairing, dy, cosine, sine, heads, head_dim, dx };

  arra_pool_run (exec->pool, rows, GRAIN, rotate_back, &job);
}
