/* adamw.h - AdamW (Loshchilov and Hutter, arXiv 1711.05101) as torch.optim.AdamW computes it, and clipping of gradients
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "exec.h"
#include "parameters.h"

/* Reference: ARRA xllmx/solvers/finetune/finetune_align.py: ONE group, weight decay on every tensor, norms, biases and
 * embeddings too. */
typedef struct
{
  double beta1, beta2, eps, weight_decay;
} ArraAdamWSettings;
#define ARRA_ADAMW_REFERENCE { 0.9, 0.95, 1e-8, 0.05 }

/* Moments lie as the values of the parameters do. All members are what a checkpoint must hold to continue. */
typedef struct
{
  ArraAdamWSettings settings;
  gsize size;             /* floats of each */
  float *mean;            /* of gradients */
  float *square;          /* of their squares */
  guint64 step;           /* steps made */
  const guint8 *left_out; /* (nullable), borrowed: for each parameter of the table, whether another changes it */
} ArraAdamW;

ArraAdamW *arra_adamw_new (const ArraAdamWSettings *settings, const ArraParameters *parameters, GError **error);
void arra_adamw_free (ArraAdamW *adamw); /* nullable */
void arra_adamw_step (ArraAdamW *adamw, const ArraExec *exec, double learning_rate, ArraParameters *parameters);

/* Scales all gradients by clip / (norm + 1e-6) when that is below 1, as torch.nn.utils.clip_grad_norm_ does. Returns
 * the L2 norm of all gradients before; not finite when one of them is not, then nothing is scaled. The same bits for
 * any number of threads. */
double arra_clip_gradients (const ArraExec *exec, ArraParameters *parameters, double clip);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraAdamW, arra_adamw_free)
