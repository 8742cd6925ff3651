/* chameleon_private.h - the inside of the Chameleon transformer, for its own files
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "chameleon.h"
#include "params.h"

#define ARRA_CHAMELEON_MASKED (-3.4028235e38f)

struct _ArraChameleon
{
  ArraTransformer transformer;
  ArraChameleonConfig config;
  ArraSource *source;
  ArraWeight embedding, head;
  guint32 *masked_ids; /* ids whose logits become ARRA_CHAMELEON_MASKED */
  gsize n_masked;
};

/* The class whose members are this family's. */
extern const ArraTransformerClass arra_chameleon_class;
