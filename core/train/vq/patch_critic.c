/* patch_critic.c - two small networks that tell made patches from real ones
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "patch_critic.h"

#include <math.h>
#include <string.h>

#include "bound_stretch.h"
#include "graph_conv.h"
#include "halve.h"
#include "judgements.h"
#include "mem.h"

#define SCALES ARRA_PATCH_CRITIC_SCALES
#define N_LAYERS 4
#define N_BOUND (N_LAYERS - 1) /* layers that must not stretch */
#define N_DOWN 2               /* layers of stride 2 */
#define MAX_NODES 128
#define CLIP 1.0
#define FIRST_ROUNDS 20   /* of the search for singular values, before the first step */
#define STREAM 0x43524954 /* of random numbers */

typedef struct
{
  ArraPatchCritic *critic;
  gboolean learns; /* the parameters are wanted, not the pictures */
  gsize n;         /* pictures */
  double loss;
  ArraPatchCriticView *view;
} Judging;

/* What the layers make of pictures: features, and judgements at last. */
typedef struct
{
  ArraNode *layers[N_LAYERS];
} Judged;

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

static void
name_parameter (char out[ARRA_PARAMETER_NAME], guint scale, guint layer, const char *leaf)
{
  g_snprintf (out, ARRA_PARAMETER_NAME, "critic.scale%u.conv%u.%s", scale, layer, leaf);
}

static gboolean
add_layer (ArraPatchCritic *critic, guint scale, guint layer, GError **error)
{
  const gint64 in = (gint64) inputs_of (critic, layer), out = (gint64) outputs_of (critic, layer);
  const gint64 kernel[] = { out, in, 3, 3 };
  char weight[ARRA_PARAMETER_NAME], bias[ARRA_PARAMETER_NAME];

  name_parameter (weight, scale, layer, "weight");
  name_parameter (bias, scale, layer, "bias");
  return arra_parameters_add (critic->parameters, weight, FALSE, 4, kernel, error)
         && arra_parameters_add (critic->parameters, bias, FALSE, 1, &out, error);
}

/* ---- bounds */

static gboolean
bind_layers (ArraPatchCritic *critic, guint rounds, GError **error)
{
  gsize columns = 9 * inputs_of (critic, N_BOUND - 1);
  g_automem double *across = arra_mem_new (columns, sizeof *across, "the critic", error);
  float *direction = critic->directions;

  if (across == NULL)
    return FALSE;
  for (guint i = 0; i < SCALES * N_BOUND; i++)
    {
      char name[ARRA_PARAMETER_NAME];
      const ArraParameter *p;
      gsize rows = outputs_of (critic, i % N_BOUND);

      name_parameter (name, i / N_BOUND, i % N_BOUND, "weight");
      p = arra_parameters_find (critic->parameters, name);
      arra_bound_stretch (critic->parameters->data + p->offset, rows, p->count / rows, rounds, direction, across);
      direction += rows;
    }
  return TRUE;
}

/* ---- making one */

static gboolean
make_parameters (ArraPatchCritic *critic, guint64 seed, GError **error)
{
  const ArraAdamWSettings settings = { 0, 0.99, 1e-8, 0 };

  critic->parameters = arra_parameters_new (error);
  if (critic->parameters == NULL)
    return FALSE;
  for (guint i = 0; i < SCALES * N_LAYERS; i++)
    if (!add_layer (critic, i / N_LAYERS, i % N_LAYERS, error))
      return FALSE;
  if (!arra_parameters_allocate (critic->parameters, TRUE, error))
    return FALSE;
  arra_parameters_start_by_inputs (critic->parameters, seed ^ STREAM);
  critic->adamw = arra_adamw_new (&settings, critic->parameters, error);
  return critic->adamw != NULL;
}

static gboolean
make_directions (ArraPatchCritic *critic, GError **error)
{
  for (guint layer = 0; layer < N_BOUND; layer++)
    critic->n_directions += SCALES * outputs_of (critic, layer);
  critic->directions = arra_mem_new (critic->n_directions, sizeof (float), "the critic", error);
  if (critic->directions == NULL)
    return FALSE;
  for (gsize i = 0; i < critic->n_directions; i++)
    critic->directions[i] = 1;
  return bind_layers (critic, FIRST_ROUNDS, error);
}

static gboolean
make_scales (ArraPatchCritic *critic, gsize height, gsize width, GError **error)
{
  for (guint i = 0; i < SCALES; i++)
    {
      ArraPatchCriticScale *s = &critic->scales[i];
      gsize pixels = 2 * critic->n * (height >> i) * (width >> i);

      s->height = height >> i;
      s->width = width >> i;
      s->pixels = arra_mem_new (3 * pixels, sizeof (float), "the critic", error);
      if (s->pixels == NULL)
        return FALSE;
      s->grad = arra_mem_new (3 * pixels / 2, sizeof (float), "the critic", error);
      if (s->grad == NULL)
        return FALSE;
      s->slopes = arra_mem_new (pixels >> 2 * N_DOWN, sizeof (float), "the critic", error);
      if (s->slopes == NULL)
        return FALSE;
    }
  return TRUE;
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
  if (!make_parameters (critic, seed, error) || !make_directions (critic, error)
      || !make_scales (critic, height, width, error))
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
  arra_mem_free (critic->directions);
  for (guint i = 0; i < SCALES; i++)
    {
      arra_mem_free (critic->scales[i].pixels);
      arra_mem_free (critic->scales[i].grad);
      arra_mem_free (critic->scales[i].slopes);
    }
  arra_mem_free (critic);
}

/* ---- judging */

static ArraNode *
parameter (const Judging *j, guint scale, guint layer, const char *leaf)
{
  char name[ARRA_PARAMETER_NAME];
  ArraNode *node;

  name_parameter (name, scale, layer, leaf);
  node = arra_parameters_leaf (j->critic->parameters, j->critic->tape, name);
  return j->learns ? node : arra_tape_leaf (j->critic->tape, node->rows, node->width, node->data, NULL);
}

static Judged
judge (const Judging *j, guint scale, ArraNode *x)
{
  const ArraPatchCritic *critic = j->critic;
  const ArraPatchCriticScale *s = &critic->scales[scale];
  Judged judged;

  for (guint i = 0; i < N_LAYERS; i++)
    {
      ArraConvForm form = i < N_DOWN ? ARRA_CONV_DOWN : ARRA_CONV_3X3;
      guint halved = MIN (i, N_DOWN);
      const ArraConvBatch conv = { form,
                                   j->n,
                                   s->height >> halved,
                                   s->width >> halved,
                                   inputs_of (critic, i),
                                   outputs_of (critic, i),
                                   ARRA_PADDING_REPLICATE };

      x = arra_graph_conv (critic->tape, x, parameter (j, scale, i, "weight"), parameter (j, scale, i, "bias"), NULL,
                           &conv);
      judged.layers[i] = x = i + 1 < N_LAYERS ? arra_graph_leaky_relu (critic->tape, x) : x;
    }
  return judged;
}

static void
liken_features (const Judging *j, const Judged *made, const Judged *real)
{
  ArraTape *tape = j->critic->tape;
  const double share = 1.0 / (SCALES * N_BOUND);

  for (guint i = 0; i < N_BOUND; i++)
    {
      ArraNode *node = made->layers[i];
      float *slopes = arra_tape_keep (tape, node->rows * node->width, sizeof *slopes);

      if (arra_tape_computes (tape))
        j->view->features += share
                             * arra_judgements_liken (node->data, real->layers[i]->data, node->rows * node->width,
                                                      share * j->critic->settings.features, slopes);
      arra_graph_given_gradient (tape, node, slopes);
    }
}

static ArraNode *
pixels_of (const Judging *j, const ArraPatchCriticScale *s, guint half, float *grad)
{
  gsize rows = j->n * s->height * s->width;

  return arra_tape_leaf (j->critic->tape, rows, 3, s->pixels + half * 3 * rows, grad);
}

/* What the maker learns. */
static void
view_scale (const Judging *j, guint scale)
{
  const ArraPatchCriticSettings *settings = &j->critic->settings;
  const ArraPatchCriticScale *s = &j->critic->scales[scale];
  ArraTape *tape = j->critic->tape;
  Judged real = { { NULL } }, made = judge (j, scale, pixels_of (j, s, 0, s->grad));
  const ArraNode *judgements = made.layers[N_BOUND];

  if (settings->pairs || settings->features > 0)
    real = judge (j, scale, pixels_of (j, s, 1, NULL));
  if (arra_tape_computes (tape))
    j->view->judgement += settings->pairs ? arra_judgements_compare (judgements->data, real.layers[N_BOUND]->data,
                                                                     judgements->rows, s->slopes, NULL)
                                          : arra_judgements_please (judgements->data, judgements->rows, s->slopes);
  arra_graph_given_gradient (tape, made.layers[N_BOUND], s->slopes);
  if (settings->features > 0)
    liken_features (j, &made, &real);
}

/* What the critic learns. */
static void
learn_scale (Judging *j, guint scale)
{
  const ArraPatchCriticScale *s = &j->critic->scales[scale];
  ArraTape *tape = j->critic->tape;
  ArraNode *judgements = judge (j, scale, pixels_of (j, s, 0, NULL)).layers[N_BOUND];
  gsize half = judgements->rows / 2;

  if (arra_tape_computes (tape))
    j->loss += (j->critic->settings.pairs ? arra_judgements_compare (judgements->data, judgements->data + half, half,
                                                                     s->slopes, s->slopes + half)
                                          : arra_judgements_hinge (judgements->data, half, s->slopes))
               / SCALES;
  arra_graph_given_gradient (tape, judgements, s->slopes);
}

static gboolean
compute (ArraTape *tape, gpointer user, GError **error)
{
  Judging *j = user;

  for (guint i = 0; i < SCALES; i++)
    if (j->learns)
      learn_scale (j, i);
    else
      view_scale (j, i);
  arra_tape_backward (tape);
  return TRUE;
}

/* @pictures, @n of them, go into the place of the first or the second half, at every scale. */
static void
show (ArraPatchCritic *critic, const float *pictures, guint half)
{
  for (guint i = 0; i < SCALES; i++)
    {
      const ArraPatchCriticScale *s = &critic->scales[i];
      gsize size = 3 * critic->n * s->height * s->width;

      if (i == 0)
        memcpy (s->pixels + half * size, pictures, size * sizeof *pictures);
      else
        arra_halve (s[-1].pixels + half * 4 * size, critic->n, s->height, s->width, s->pixels + half * size);
    }
}

gboolean
arra_patch_critic_judge (ArraPatchCritic *critic,
                         const float *real,
                         const float *made,
                         float *grad,
                         ArraPatchCriticView *view,
                         GError **error)
{
  Judging j = { .critic = critic, .n = critic->n, .view = view };
  const ArraPatchCriticScale *s = critic->scales;

  *view = (ArraPatchCriticView) { 0, 0 };
  show (critic, made, 0);
  show (critic, real, 1);
  for (guint i = 0; i < SCALES; i++)
    memset (s[i].grad, 0, 3 * critic->n * s[i].height * s[i].width * sizeof (float));
  if (!arra_tape_run (critic->tape, TRUE, compute, &j, error))
    return FALSE;
  for (guint i = SCALES - 1; i > 0; i--)
    arra_halve_vjp (s[i].grad, critic->n, s[i].height, s[i].width, s[i - 1].grad);
  memcpy (grad, s->grad, 3 * critic->n * s->height * s->width * sizeof *grad);
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
  Judging j = { .critic = critic, .learns = TRUE, .n = 2 * critic->n };
  const ArraExec *exec = arra_tape_exec (critic->tape);

  show (critic, real, 0);
  show (critic, made, 1);
  arra_parameters_zero_grad (critic->parameters);
  if (!arra_tape_run (critic->tape, TRUE, compute, &j, error))
    return FALSE;
  arra_clip_gradients (exec, critic->parameters, CLIP);
  arra_adamw_step (critic->adamw, exec, learning_rate, critic->parameters);
  *loss = j.loss;
  return bind_layers (critic, 1, error);
}

gboolean
arra_patch_critic_visit (ArraPatchCritic *critic, ArraStateFunc func, gpointer user, GError **error)
{
  gsize size = critic->parameters->size;

  return func ("critic.parameters", ARRA_F32, size, critic->parameters->data, user, error)
         && func ("critic.mean", ARRA_F32, size, critic->adamw->mean, user, error)
         && func ("critic.square", ARRA_F32, size, critic->adamw->square, user, error)
         && func ("critic.step", ARRA_I64, 1, &critic->adamw->step, user, error)
         && func ("critic.directions", ARRA_F32, critic->n_directions, critic->directions, user, error);
}
