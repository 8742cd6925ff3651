/* patch_critic.h - a small network that tells made patches from real ones, and what that teaches the maker
 *
 * Three convolutions of stride 2 and one more, group normalisation and swish between them: one judgement for each 8 x 8 pixels that sees about 30 x 30. Hinge losses. Source:
 * arXiv 1611.07004, section 3.2.2 (patches); arXiv 2012.09841, section 3.1 (use in a VQGAN).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "adamw.h"
#include "tape.h"
#include "trainee.h"

typedef struct
{
  guint channels; /* of the first layer; the others have twice and four times as many. A multiple of 8 */
  guint groups;   /* of the normalisation */
} ArraPatchCriticSettings;

typedef struct
{
  ArraPatchCriticSettings settings;
  ArraParameters *parameters;
  ArraAdamW *adamw;
  ArraTape *tape;
  gsize n, height, width; /* pictures: [n][height][width][3]; sides are multiples of 8 */
  float *both;            /* [2 n] pictures */
  float *slopes;          /* of the judgements */
} ArraPatchCritic;

ArraPatchCritic *arra_patch_critic_new (const ArraPatchCriticSettings *settings, const ArraExec *exec, gsize n, gsize height, gsize width, guint64 seed, GError **error);
void arra_patch_critic_free (ArraPatchCritic *critic); /* nullable */

/* *@loss = minus the mean judgement of @made; @grad [n][height][width][3]: set to its gradient. Fails only for want of memory. */
gboolean arra_patch_critic_judge (ArraPatchCritic *critic, const float *made, float *grad, double *loss, GError **error);
/* One step of the critic's own optimiser: judgements of @real above 1, of @made below -1. *@loss: the mean hinge, 1 when it knows nothing, 0 when it knows all. */
gboolean arra_patch_critic_learn (ArraPatchCritic *critic, const float *real, const float *made, double learning_rate, double *loss, GError **error);
gboolean arra_patch_critic_visit (ArraPatchCritic *critic, ArraStateFunc func, gpointer user, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraPatchCritic, arra_patch_critic_free)
