/* vqgan_trainee.h - a VQGAN in training: Meta's form, learnt from pictures alone
 *
 * Reconstruction (pixel_loss.h), commitment of the encoder to its codes, a codebook of moving averages (codebook.h),
 * gradients straight through the choice of codes, and if wanted a critic of patches (patch_critic.h), whose weight is
 * fixed or a share of the norm that the other losses' gradient has on the pixels (arXiv 2012.09841, equation 7, takes
 * it at the last layer). Configuration: vqgan_settings.h and picture_supply.h. Validation is of whole pictures that
 * were held out.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "picture_supply.h"
#include "trainee.h"

/* ArraTraineeNew: pictures come from the configuration's data sets. */
gboolean arra_vqgan_trainee_new (const ArraYaml *config, const ArraTrainSetup *setup, ArraTrainee *out, GError **error);
/* The same with pictures at hand, @supply (transfer full, in any case). */
gboolean arra_vqgan_trainee_new_from (const ArraYaml *config,
                                      const ArraTrainSetup *setup,
                                      ArraPictureSupply *supply,
                                      ArraTrainee *out,
                                      GError **error);
