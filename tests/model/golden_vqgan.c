/* golden_vqgan.c - the golden VQGANs, for the tests that use them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "golden_vqgan.h"

const ArraVqganConfig vqgan_small = { .ch = 32,
                                      .n_levels = 2,
                                      .ch_mult = { 2, 1 },
                                      .n_res_blocks = 1,
                                      .resolution = 32,
                                      .in_channels = 3,
                                      .out_channels = 3,
                                      .z_channels = 24,
                                      .embed_dim = 16,
                                      .n_embed = 64,
                                      .norm_groups = 32 };
const ArraVqganConfig vqgan_f16 = { .ch = 32,
                                    .n_levels = 5,
                                    .ch_mult = { 1, 1, 1, 1, 1 },
                                    .n_res_blocks = 1,
                                    .n_attn = 1,
                                    .attn_resolutions = { 8 },
                                    .resolution = 32,
                                    .in_channels = 3,
                                    .out_channels = 3,
                                    .z_channels = 32,
                                    .embed_dim = 8,
                                    .n_embed = 8192,
                                    .norm_groups = 32 };
const ArraVqganConfig vqgan_upstream = { .ch = 32,
                                         .n_levels = 2,
                                         .ch_mult = { 1, 1 },
                                         .n_res_blocks = 1,
                                         .resolution = 16,
                                         .in_channels = 3,
                                         .out_channels = 3,
                                         .z_channels = 32,
                                         .embed_dim = 8,
                                         .n_embed = 64,
                                         .norm_groups = 32 };

char *
golden_path (const char *name)
{
  return g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", name, NULL);
}

ArraSource *
golden_source (const char *name)
{
  g_autofree char *path = golden_path (name);
  GError *error = NULL;
  ArraSource *source = g_str_has_suffix (name, ".ckpt") ? arra_torch_open (path, "state_dict", &error)
                                                        : arra_safetensors_open (path, &error);

  g_assert_no_error (error);
  return source;
}

ArraVqgan *
golden_vqgan (const ArraVqganConfig *config, const char *name, const char *prefix)
{
  g_autoptr (ArraSource) source = golden_source (name);
  GError *error = NULL;
  ArraVqgan *vqgan = arra_vqgan_new (config, source, prefix, NULL, NULL, &error);

  g_assert_no_error (error);
  return vqgan;
}

const ArraTensor *
golden_tensor (ArraSource *source, const char *format, guint k)
{
  g_autofree char *name = g_strdup_printf (format, k);
  const ArraTensor *found = arra_source_find (source, name);

  if (found == NULL)
    g_error ("no tensor %s", name);
  return found;
}
