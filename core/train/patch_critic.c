/* patch_critic.c - a small network that tells made patches from real ones
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "patch_critic.h"

#include <string.h>

#include "graph_conv.h"
#include "mem.h"

#define N_LAYERS 4
#define MAX_NODES 64
#define EPS 1e-6
#define CLIP 1.0
#define STREAM 0x43524954 /* of random numbers */

typedef struct
{
  ArraPatchCritic *critic;
  gboolean learns;     /* the parameters are wanted, not the pictures */
  gsize n;             /* pictures */
  const float *pixels; /* what is judged */
  float *grad;         /* of the pixels */
  double loss;
} Judging;

static gsize
outputs_of (const ArraPatchCritic *critic, guint layer)
{
  return layer + 1 < N_LAYERS ? (gsize) critic->settings.channels << layer : 1;
}

static gsize
inputs_of (const ArraPatchCritic *critic, guint layer)
{
  return layer == 0 ? 3 : outputs_of (critic, layer - 1);
}

static gboolean
add (ArraPatchCritic *critic,
     const char *part,
     guint layer,
     const char *leaf,
     guint n_dims,
     const gint64 *shape,
     GError **error)
{
  char name[ARRA_PARAMETER_NAME];

  g_snprintf (name, sizeof name, "critic.%s%u.%s", part, layer, leaf);
  return arra_parameters_add (critic->parameters, name, FALSE, n_dims, shape, error);
}

static gboolean
add_layer (ArraPatchCritic *critic, guint layer, GError **error)
{
  const gint64 in = (gint64) inputs_of (critic, layer), out = (gint64) outputs_of (critic, layer);
  const gint64 kernel[] = { out, in, 3, 3 };

  if (layer > 0
      && (!add (critic, "norm", layer, "weight", 1, &in, error)
          || !add (critic, "norm", layer, "bias", 1, &in, error)))
    return FALSE;
  return add (critic, "conv", layer, "weight", 4, kernel, error)
         && add (critic, "conv", layer, "bias", 1, &out, error);
}

static gboolean
make_parameters (ArraPatchCritic *critic, guint64 seed, GError **error)
{
  const ArraAdamWSettings settings = { 0.5, 0.9, 1e-8, 0 };

  critic->parameters = arra_parameters_new (error);
  if (critic->parameters == NULL)
    return FALSE;
  for (guint layer = 0; layer < N_LAYERS; layer++)
    if (!add_layer (critic, layer, error))
      return FALSE;
  if (!arra_parameters_allocate (critic->parameters, TRUE, error))
    return FALSE;
  arra_parameters_start_by_inputs (critic->parameters, seed ^ STREAM);
  critic->adamw = arra_adamw_new (&settings, critic->parameters, error);
  return critic->adamw != NULL;
}

ArraPatchCritic *
arra_patch_critic_new (const ArraPatchCriticSettings *settings,
                       const ArraExec *exec,
                       gsize n,
                       gsize height,
                       gsize width,
                       guint64 seed,
                       GError **error)
{
  g_autoptr (ArraPatchCritic) critic = arra_mem_new0 (1, sizeof *critic, "the critic", error);

  if (critic == NULL)
    return NULL;
  critic->settings = *settings;
  critic->n = n;
  critic->height = height;
  critic->width = width;
  if (!make_parameters (critic, seed, error))
    return NULL;
  critic->both = arra_mem_new (2 * n * height * width, 3 * sizeof (float), "the critic", error);
  if (critic->both == NULL)
    return NULL;
  critic->slopes = arra_mem_new (2 * n * height / 8 * width / 8, sizeof (float), "the critic", error);
  if (critic->slopes == NULL)
    return NULL;
  critic->tape = arra_tape_new (exec, MAX_NODES, error);
  return critic->tape == NULL ? NULL : g_steal_pointer (&critic);
}

void
arra_patch_critic_free (ArraPatchCritic *critic)
{
  if (critic == NULL)
    return;
  arra_parameters_free (critic->parameters);
  arra_adamw_free (critic->adamw);
  arra_tape_free (critic->tape);
  arra_mem_free (critic->both);
  arra_mem_free (critic->slopes);
  arra_mem_free (critic);
}

/* ---- judging */

static ArraNode *
parameter (const Judging *j, const char *part, guint layer, const char *leaf)
{
  char name[ARRA_PARAMETER_NAME];
  ArraNode *node;

  g_snprintf (name, sizeof name, "critic.%s%u.%s", part, layer, leaf);
  node = arra_parameters_leaf (j->critic->parameters, j->critic->tape, name);
  return j->learns ? node : arra_tape_leaf (j->critic->tape, node->rows, node->width, node->data, NULL);
}

static ArraNode *
judge (const Judging *j, ArraNode *x)
{
  const ArraPatchCritic *critic = j->critic;
  ArraTape *tape = critic->tape;

  for (guint i = 0; i < N_LAYERS; i++)
    {
      ArraConvForm form = i + 1 < N_LAYERS ? ARRA_CONV_DOWN : ARRA_CONV_3X3;
      const ArraConvBatch conv = {
        form, j->n, critic->height >> i, critic->width >> i, inputs_of (critic, i), outputs_of (critic, i)
      };
      const ArraNormBatch norm
          = { j->n, conv.height * conv.width, conv.in_channels, critic->settings.groups, EPS, TRUE };

      if (i > 0)
        x = arra_graph_norm (tape, x, parameter (j, "norm", i, "weight"), parameter (j, "norm", i, "bias"),
                             &norm);
      x = arra_graph_conv (tape, x, parameter (j, "conv", i, "weight"), parameter (j, "conv", i, "bias"),
                           NULL, &conv);
    }
  return x;
}

/* Minus the mean. */
static double
please (const ArraNode *judgements, float *slopes)
{
  double sum = 0;

  for (gsize i = 0; i < judgements->rows; i++)
    {
      sum -= (double) judgements->data[i];
      slopes[i] = -1.0f / (float) judgements->rows;
    }
  return sum / (double) judgements->rows;
}

/* The first half is real. */
static double
hinge (const ArraNode *judgements, float *slopes)
{
  gsize n = judgements->rows;
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    {
      float side = i < n / 2 ? 1.0f : -1.0f, margin = 1 - side * judgements->data[i];

      sum += margin > 0 ? (double) margin : 0;
      slopes[i] = margin > 0 ? -side / (float) n : 0;
    }
  return sum / (double) n;
}

static gboolean
compute (ArraTape *tape, gpointer user, GError **error)
{
  Judging *j = user;
  const ArraPatchCritic *critic = j->critic;
  ArraNode *pixels = arra_tape_leaf (tape, j->n * critic->height * critic->width, 3, j->pixels, j->grad);
  ArraNode *judgements = judge (j, pixels);

  if (arra_tape_computes (tape))
    j->loss = j->learns ? hinge (judgements, critic->slopes) : please (judgements, critic->slopes);
  arra_graph_given_gradient (tape, judgements, critic->slopes);
  arra_tape_backward (tape);
  return TRUE;
}

gboolean
arra_patch_critic_judge (
    ArraPatchCritic *critic, const float *made, float *grad, double *loss, GError **error)
{
  Judging j = { .critic = critic, .n = critic->n, .pixels = made, .grad = grad };

  memset (grad, 0, critic->n * critic->height * critic->width * 3 * sizeof *grad);
  if (!arra_tape_run (critic->tape, TRUE, compute, &j, error))
    return FALSE;
  *loss = j.loss;
  return TRUE;
}

gboolean
arra_patch_critic_learn (ArraPatchCritic *critic,
                         const float *real,
                         const float *made,
                         double learning_rate,
                         double *loss,
                         GError **error)
{
  Judging j = { .critic = critic, .learns = TRUE, .n = 2 * critic->n, .pixels = critic->both };
  const ArraExec *exec = arra_tape_exec (critic->tape);
  gsize size = critic->n * critic->height * critic->width * 3;

  memcpy (critic->both, real, size * sizeof *real);
  memcpy (critic->both + size, made, size * sizeof *made);
  arra_parameters_zero_grad (critic->parameters);
  if (!arra_tape_run (critic->tape, TRUE, compute, &j, error))
    return FALSE;
  arra_clip_gradients (exec, critic->parameters, CLIP);
  arra_adamw_step (critic->adamw, exec, learning_rate, critic->parameters);
  *loss = j.loss;
  return TRUE;
}

gboolean
arra_patch_critic_visit (ArraPatchCritic *critic, ArraStateFunc func, gpointer user, GError **error)
{
  gsize size = critic->parameters->size;

  return func ("critic.parameters", ARRA_F32, size, critic->parameters->data, user, error)
         && func ("critic.mean", ARRA_F32, size, critic->adamw->mean, user, error)
         && func ("critic.square", ARRA_F32, size, critic->adamw->square, user, error)
         && func ("critic.step", ARRA_I64, 1, &critic->adamw->step, user, error);
}
