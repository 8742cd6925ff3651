/* test-estimate.c - the decoder's work, against Chameleon's known 1,005 GFLOP for 512 x 512
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "estimate.h"

static void
test_chameleon (void)
{
  const ArraVqganConfig config = { .ch = 128,
                                   .n_levels = 5,
                                   .ch_mult = { 1, 1, 2, 2, 4 },
                                   .n_res_blocks = 2,
                                   .resolution = 512,
                                   .in_channels = 3,
                                   .out_channels = 3,
                                   .z_channels = 256,
                                   .embed_dim = 256,
                                   .n_embed = 8192,
                                   .norm_groups = 32 };
  const double flop = 1024 * arra_estimate_decoder_flop (&config);
  const ArraKernels *kernels = arra_kernels_get (ARRA_CPU_C);

  g_assert_cmpfloat (flop, >, 0.97 * 1005e9);
  g_assert_cmpfloat (flop, <, 1.03 * 1005e9);
  g_assert_cmpfloat_with_epsilon (arra_estimate_decode (&config, kernels, 2),
                                  arra_estimate_decode (&config, kernels, 1) / 2, 1e-12);
}

static void
test_none (void)
{
  const ArraVqganConfig config = { 0 };

  g_assert_cmpfloat (arra_estimate_decode (&config, arra_kernels_get (ARRA_CPU_C), 0), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/estimate/chameleon", test_chameleon);
  g_test_add_func ("/estimate/none", test_none);
  return g_test_run ();
}
