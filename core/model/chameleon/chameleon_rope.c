/* chameleon_rope.c - the rotary embedding's angles under the configuration's scaling
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "chameleon_private.h"

#include "rope.h"

/* With dynamic scaling, the base depends on the furthest position of a call, as in the reference. */
static double
rope_base (const ArraChameleonConfig *config, guint length)
{
  if (config->rope_scaling != ARRA_ROPE_DYNAMIC || length <= config->context)
    return config->rope_theta;
  return arra_rope_dynamic_base (config->rope_theta, config->rope_factor, length, config->context, config->head_dim);
}

void
arra_chameleon_rope_frequencies (const ArraChameleonConfig *config, guint length, float *frequencies)
{
  arra_rope_frequencies (rope_base (config, length), config->head_dim, frequencies);
}

void
arra_chameleon_rope_angles (const ArraChameleonConfig *config,
                            const float *frequencies,
                            guint position,
                            float *cosine,
                            float *sine)
{
  float at = (float) position;

  if (config->rope_scaling == ARRA_ROPE_LINEAR)
    at /= (float) config->rope_factor;
  arra_rope_angles (frequencies, config->head_dim / 2, at, cosine, sine);
}
