/* adamw.c - AdamW and clipping of gradients
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "adamw.h"

#include <math.h>

#include "mem.h"

#define GRAIN 16384 /* elements: fewer are not worth waking a thread for */

typedef struct
{
  const float *grad;
  float *data, *mean, *square;
  float beta1, beta2, eps, decay, step_size, square_correction;
} Job;

ArraAdamW *
arra_adamw_new (const ArraAdamWSettings *settings, const ArraParameters *parameters, GError **error)
{
  g_autoptr (ArraAdamW) adamw = arra_mem_new0 (1, sizeof *adamw, "the optimiser", error);

  if (adamw == NULL)
    return NULL;
  adamw->settings = *settings;
  adamw->size = parameters->size;
  adamw->mean = arra_mem_new0 (adamw->size, sizeof (float), "the optimiser's moments", error);
  if (adamw->mean == NULL)
    return NULL;
  adamw->square = arra_mem_new0 (adamw->size, sizeof (float), "the optimiser's moments", error);
  return adamw->square == NULL ? NULL : g_steal_pointer (&adamw);
}

void
arra_adamw_free (ArraAdamW *adamw)
{
  if (adamw == NULL)
    return;
  arra_mem_free (adamw->mean);
  arra_mem_free (adamw->square);
  arra_mem_free (adamw);
}

static void
update (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize i = begin; i < end; i++)
    {
      float g = job->grad[i];
      float mean = job->beta1 * job->mean[i] + (1 - job->beta1) * g;
      float square = job->beta2 * job->square[i] + (1 - job->beta2) * g * g;

      job->mean[i] = mean;
      job->square[i] = square;
      job->data[i]
          = job->data[i] * job->decay - job->step_size * mean / (sqrtf (square) * job->square_correction + job->eps);
    }
}

/* Those that are neither left out nor fixed, tensor by tensor. @left_out: (nullable) */
static void
update_rest (const Job *all, const ArraExec *exec, const guint8 *left_out, const ArraParameters *parameters)
{
  for (guint i = 0; i < parameters->n; i++)
    {
      gsize offset = parameters->items[i].offset;
      Job job = *all;

      if (parameters->items[i].fixed || (left_out != NULL && left_out[i]))
        continue;
      job.grad += offset;
      job.data += offset;
      job.mean += offset;
      job.square += offset;
      arra_pool_run (exec->pool, parameters->items[i].count, GRAIN, update, &job);
    }
}

void
arra_adamw_step (ArraAdamW *adamw, const ArraExec *exec, double learning_rate, ArraParameters *parameters)
{
  const ArraAdamWSettings *s = &adamw->settings;
  double step = (double) ++adamw->step;
  Job job = {
    .grad = parameters->grad,
    .data = parameters->data,
    .mean = adamw->mean,
    .square = adamw->square,
    .beta1 = (float) s->beta1,
    .beta2 = (float) s->beta2,
    .eps = (float) s->eps,
    .decay = (float) (1 - learning_rate * s->weight_decay),
    .step_size = (float) (learning_rate / (1 - pow (s->beta1, step))),
    .square_correction = (float) (1 / sqrt (1 - pow (s->beta2, step))),
  };

  g_assert (adamw->size == parameters->size);
  if (adamw->left_out == NULL && parameters->n_fixed == 0)
    arra_pool_run (exec->pool, adamw->size, GRAIN, update, &job);
  else
    update_rest (&job, exec, adamw->left_out, parameters);
}

/* ---- clipping */

typedef struct
{
  float *grad;
  float scale;
} ScaleJob;

static void
scale_gradients (gsize begin, gsize end, guint worker, gpointer data)
{
  const ScaleJob *job = data;

  for (gsize i = begin; i < end; i++)
    job->grad[i] *= job->scale;
}

double
arra_clip_gradients (const ArraExec *exec, ArraParameters *parameters, double clip)
{
  double sum = 0, norm, scale;

  for (gsize i = 0; i < parameters->size; i++)
    sum += (double) parameters->grad[i] * (double) parameters->grad[i];
  norm = sqrt (sum);
  scale = clip / (norm + 1e-6);
  if (isfinite (norm) && scale < 1)
    {
      ScaleJob job = { parameters->grad, (float) scale };
      arra_pool_run (exec->pool, parameters->size, GRAIN, scale_gradients, &job);
    }
  return norm;
}
