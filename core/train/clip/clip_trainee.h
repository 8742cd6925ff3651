/* clip_trainee.h - a small CLIP in training: pictures and their captions, told apart within a batch (arXiv 2103.00020)
 *
 * Every step is one contrastive batch. Captions repeat in made domains: pairs with the same caption are no wrong
 * answers for each other (contrastive.h). The temperature is held to 1 .. 100, as there. Configuration:
 * clip_settings.h. The model is a folder in Hugging Face's form (clip.h). Validation: the mean loss of batches of
 * held-out pairs; among all of them, the share of pictures whose nearest caption, and of captions whose nearest
 * picture, is right (has that caption).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "clip_supply.h"
#include "trainee.h"

/* ArraTraineeNew: pairs come from the configuration's data sets. */
gboolean arra_clip_trainee_new (const ArraYaml *config, const ArraTrainSetup *setup, ArraTrainee *out, GError **error);
/* The same with pictures and captions at hand, as in arra_clip_supply_new(): @pictures (transfer full, in any case). */
gboolean arra_clip_trainee_new_from (const ArraYaml *config,
                                     const ArraTrainSetup *setup,
                                     ArraPictureSupply *pictures,
                                     const char *const *captions,
                                     ArraTrainee *out,
                                     GError **error);
