/* estimate.c - how long decoding will take, before anything was measured
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "estimate.h"

#define VECTOR_RATE 80e9 /* operations a second and thread: wide vectors */
#define SCALAR_RATE 2e9

static double
conv (double side, double in, double out)
{
  return 2 * side * side * in * out;
}

double
arra_estimate_decoder_flop (const ArraVqganConfig *config)
{
  double in, flop, pixels = 1;

  if (config->n_levels == 0)
    return 0;
  in = (double) arra_vqgan_decoder_channels (config, config->n_levels - 1);
  /* first convolution and the two blocks around the middle attention, at one pixel for each code */
  flop = conv (3, config->z_channels, in) + 4 * conv (3, in, in);
  if (!config->plain_middle)
    flop += 4 * conv (1, in, in);
  for (guint level = config->n_levels; level-- > 0;)
    {
      const double out = (double) arra_vqgan_decoder_channels (config, level);

      for (guint block = 0; block < arra_vqgan_decoder_blocks (config); block++, in = out)
        flop += pixels * (conv (3, in, out) + conv (3, out, out) + (in != out ? conv (1, in, out) : 0));
      if (level > 0)
        {
          pixels *= 4;
          flop += pixels * conv (3, out, out);
        }
    }
  return flop + pixels * conv (3, in, config->out_channels);
}

double
arra_estimate_decode (const ArraVqganConfig *config, const ArraKernels *kernels, guint threads)
{
  const double rate = kernels == arra_kernels_get (ARRA_CPU_C) ? SCALAR_RATE : VECTOR_RATE;

  return arra_estimate_decoder_flop (config) / (rate * MAX (threads, 1));
}
