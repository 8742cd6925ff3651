/* feature_plan.h - the memory that computing features takes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "dataset_features.h"
#include "text_encoder.h"

/* What arra_feature_encoder_gather() takes, weights of @encoder (which may be only described) among it, but for
 * pictures as their files have them, one for each thread. */
gboolean arra_feature_encoder_plan (const ArraFeatureEncoder *encoder, ArraMemoryPlan *plan, GError **error);
/* What arra_caption_features_gather() does, with captions of @rows tokens. */
gboolean arra_caption_features_plan (const ArraTextEncoder *encoder,
                                     guint rows,
                                     guint threads,
                                     ArraMemoryPlan *plan,
                                     GError **error);
