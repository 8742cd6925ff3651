/* patch_critic.h - two small networks that tell made patches from real ones, and what that teaches the maker
 *
 * One looks at pictures as they are, one at pictures of half the size: two convolutions of stride 2 and two more, leaky
 * ReLU between them: one judgement for each 4 x 4 pixels that sees about 24 x 24. Hinge losses, or pairs: a made patch
 * is judged beside the real one of the same place, and what counts is which of the two judgements is the higher, so
 * that nothing is won any more where made ones have overtaken theirs (with hinge losses the maker may win without end
 * in one place, and puts noise there). If wanted, the maker also learns to have the features of the real picture, which
 * are the numbers between layers. No convolution but the last may stretch its input: after each step its matrix is
 * divided by its largest singular value where that is above 1, so that judgements cannot become steep where made and
 * real pictures are easily told apart. There is no normalisation: how much contrast a patch has is part of what is
 * judged. Sources: arXiv 1611.07004, section 3.2.2 (patches); arXiv 1711.11585, section 3.2 (scales); arXiv 1802.05957
 * (singular values); arXiv 2012.09841, section 3.1 (use in a VQGAN); 1807.00734 and 2501.05441 (pairs); 1711.11585,
 * section 3.3 (features).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "adamw.h"
#include "tape.h"
#include "trainee.h"

#define ARRA_PATCH_CRITIC_SCALES 2

typedef struct
{
  guint channels;  /* of the first layer; the others have twice and four times as many */
  gboolean pairs;  /* judgements are compared with those of the real pictures in their places */
  double features; /* weight of the distance of features beside the judgements; 0: none */
} ArraPatchCriticSettings;

/* Pictures of one scale, [2 n][height][width][3]. */
typedef struct
{
  gsize height, width;
  float *pixels; /* to judge: @n made ones, then @n real; to learn from: @n real, then @n made ones */
  float *grad;   /* of the made ones */
  float *slopes; /* of the judgements */
} ArraPatchCriticScale;

typedef struct
{
  ArraPatchCriticSettings settings;
  ArraParameters *parameters;
  ArraAdamW *adamw;
  ArraTape *tape;
  gsize n;
  ArraPatchCriticScale scales[ARRA_PATCH_CRITIC_SCALES];
  gsize n_directions;
  float *directions; /* of the largest singular value, one for each output of each convolution that has a bound */
} ArraPatchCritic;

/* For @n pictures [height][width][3], whose sides are multiples of 8. */
ArraPatchCritic *arra_patch_critic_new (const ArraPatchCriticSettings *settings,
                                        const ArraExec *exec,
                                        gsize n,
                                        gsize height,
                                        gsize width,
                                        guint64 seed,
                                        GError **error);
void arra_patch_critic_free (ArraPatchCritic *critic); /* nullable */

/* What @made should make small, of which @real are what is wanted. */
typedef struct
{
  /* minus the mean judgement, or with pairs the mean of ln (1 + e^(real - made)); both scales added */
  double judgement;
  double features; /* the mean over layers and scales of |made - real| over |real|; 0 when its weight is */
} ArraPatchCriticView;

/* @grad [n][height][width][3]: set to the gradient of the weighted sum. Fails only for want of memory. */
gboolean arra_patch_critic_judge (ArraPatchCritic *critic,
                                  const float *real,
                                  const float *made,
                                  float *grad,
                                  ArraPatchCriticView *view,
                                  GError **error);
/* One step of the critic's own optimiser: judgements of @real above 1, of @made below -1; or with pairs those of @real
 * above those of @made. *@loss: the mean hinge, 1 when it knows nothing, or ln (1 + e^(made - real)), .69 then; 0 when
 * it knows all. */
gboolean arra_patch_critic_learn (ArraPatchCritic *critic,
                                  const float *real,
                                  const float *made,
                                  double learning_rate,
                                  double *loss,
                                  GError **error);
gboolean arra_patch_critic_visit (ArraPatchCritic *critic, ArraStateFunc func, gpointer user, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraPatchCritic, arra_patch_critic_free)
