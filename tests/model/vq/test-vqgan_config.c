/* test-vqgan_config.c - a VQGAN's configuration in its three forms, sound and broken
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "golden_vqgan.h"
#include "jsonguard.h"

static const ArraVqganConfig chameleon = { .ch = 128,
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

static void
assert_same (const ArraVqganConfig *a, const ArraVqganConfig *b)
{
  g_assert_cmpmem (a, sizeof *a, b, sizeof *b);
}

static gboolean
read_json (const char *text, ArraVqganConfig *config, GError **error)
{
  JsonObject *object;
  g_autoptr (JsonParser) parser = arra_json_parse (text, strlen (text), "test", &object, error);

  g_assert_nonnull (parser);
  return arra_vqgan_config_from_json (config, object, "FILE: vq_config", error);
}

static void
test_json (void)
{
  ArraVqganConfig config;
  GError *error = NULL;

  g_assert_true (read_json ("{}", &config, &error));
  assert_same (&config, &chameleon);
  g_assert_cmpuint (arra_vqgan_patch (&config), ==, 16);
  g_assert_true (
      read_json ("{\"attn_resolutions\": null, \"double_latent\": false, \"attn_type\": \"vanilla\", \"dropout\": 0.0}",
                 &config, &error));
  assert_same (&config, &chameleon);
  g_assert_true (read_json ("{\"base_channels\": 32, \"channel_multiplier\": [2, 1], \"num_res_blocks\": 1, "
                            "\"resolution\": 32, \"latent_channels\": 24,"
                            " \"embed_dim\": 16, \"num_embeddings\": 64, \"attn_resolutions\": []}",
                            &config, &error));
  g_assert_no_error (error);
  config.ch_mult[2] = config.ch_mult[3] = config.ch_mult[4] = 0;
  assert_same (&config, &vqgan_small);
}

static void
test_json_refused (void)
{
  static const struct
  {
    const char *text, *word;
  } cases[] = {
    { "{\"base_channels\": 33}", "base_channels" },
    { "{\"base_channels\": 4096}", "base_channels" },
    { "{\"base_channels\": \"128\"}", "base_channels" },
    { "{\"channel_multiplier\": []}", "channel_multiplier" },
    { "{\"channel_multiplier\": [1, 0]}", "channel_multiplier" },
    { "{\"channel_multiplier\": [1, \"2\"]}", "channel_multiplier" },
    { "{\"channel_multiplier\": [1, [2]]}", "channel_multiplier" },
    { "{\"channel_multiplier\": [1, 4294967297]}", "channel_multiplier" },
    { "{\"channel_multiplier\": [1, 1, 1, 1, 1, 1, 1, 1, 1]}", "channel_multiplier" },
    { "{\"channel_multiplier\": 2}", "channel_multiplier" },
    { "{\"attn_resolutions\": [0]}", "attn_resolutions" },
    { "{\"num_res_blocks\": 0}", "num_res_blocks" },
    { "{\"num_res_blocks\": 9}", "num_res_blocks" },
    { "{\"num_embeddings\": 2000000}", "num_embeddings" },
    { "{\"in_channels\": 1}", "RGB" },
    { "{\"double_latent\": true}", "double_latent" },
    { "{\"attn_type\": \"none\"}", "attn_type" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      ArraVqganConfig config;
      GError *error = NULL;

      g_assert_false (read_json (cases[i].text, &config, &error));
      g_assert_nonnull (error);
      g_assert_true (g_str_has_prefix (error->message, "FILE: vq_config"));
      g_assert_nonnull (strstr (error->message, cases[i].word));
      g_error_free (error);
    }
}

static void
check_yaml (const char *name, const ArraVqganConfig *expected)
{
  g_autofree char *path = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden/vqgan", name, "vqgan.yaml", NULL);
  ArraVqganConfig config;
  GError *error = NULL;
  g_autoptr (ArraYaml) yaml = arra_yaml_open (path, &error);

  g_assert_no_error (error);
  g_assert_true (arra_vqgan_config_from_yaml (&config, yaml, &error));
  assert_same (&config, expected);
}

static void
test_yaml (void)
{
  check_yaml ("small", &vqgan_small);
  check_yaml ("f16", &vqgan_f16);
}

static char *
scratch_file (const char *suffix)
{
  g_autofree char *pattern = g_strconcat ("arra-test-XXXXXX", suffix, NULL);
  char *path;
  int fd = g_file_open_tmp (pattern, &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  return path;
}

/* The golden YAML with one line changed. */
static void
check_yaml_refused (const char *line, const char *replacement, const char *word)
{
  g_autofree char *from = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden/vqgan/f16/vqgan.yaml", NULL);
  g_autofree char *path = scratch_file (".yaml"), *text = NULL, *changed = NULL;
  g_auto (GStrv) parts = NULL;
  ArraVqganConfig config;
  GError *error = NULL;
  g_autoptr (ArraYaml) yaml = NULL;

  g_assert_true (g_file_get_contents (from, &text, NULL, NULL));
  parts = g_strsplit (text, line, -1);
  g_assert_cmpuint (g_strv_length (parts), ==, 2);
  changed = g_strjoinv (replacement, parts);
  g_assert_true (g_file_set_contents (path, changed, -1, NULL));
  yaml = arra_yaml_open (path, &error);
  g_assert_no_error (error);
  g_assert_false (arra_vqgan_config_from_yaml (&config, yaml, &error));
  g_assert_nonnull (strstr (error->message, word));
  g_error_free (error);
  g_unlink (path);
}

/* What taming has no words for, under words like its own. */
static void
test_yaml_more (void)
{
  g_autofree char *path = scratch_file (".yaml"), *text = NULL, *changed = NULL;
  g_autofree char *from = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden/vqgan/f16/vqgan.yaml", NULL);
  g_auto (GStrv) parts = NULL;
  ArraVqganConfig config, expected = vqgan_f16;
  g_autoptr (ArraYaml) yaml = NULL;
  GError *error = NULL;

  g_assert_true (g_file_get_contents (from, &text, NULL, NULL));
  parts = g_strsplit (text, "      ch: 32", -1);
  changed = g_strjoinv ("      ch: 32\n      decoder_ch: 64\n      decoder_res_blocks: 1\n      plain_middle: 1\n"
                        "      padding: 1\n      decoder_ch_mult: [5, 4, 3, 2, 1]",
                        parts);
  g_assert_true (g_file_set_contents (path, changed, -1, NULL));
  yaml = arra_yaml_open (path, &error);
  g_assert_no_error (error);
  g_assert_true (arra_vqgan_config_from_yaml (&config, yaml, &error));
  expected.decoder_ch = 64;
  expected.decoder_blocks = expected.plain_middle = 1;
  expected.padding = ARRA_PADDING_REPLICATE;
  expected.n_decoder_mult = 5;
  for (guint i = 0; i < 5; i++)
    expected.decoder_ch_mult[i] = 5 - i;
  assert_same (&config, &expected);
  g_unlink (path);
}

static void
test_yaml_refused (void)
{
  check_yaml_refused ("double_z: false", "double_z: true", "double_z");
  check_yaml_refused ("z_channels: 32", "y_channels: 32", "z_channels");
  check_yaml_refused ("ch: 32", "ch: 40", "base_channels");
  check_yaml_refused ("  ch: 32", "  norm_num_groups: 12\n      ch: 32", "norm_groups");
  check_yaml_refused ("n_embed: 8192", "n_embed: -1", "n_embed");
  check_yaml_refused ("- 8\n", "- 0\n", "attn_resolutions");
  check_yaml_refused ("      ch: 32", "      padding: 3\n      ch: 32", "padding");
}

static void
check_gguf (const ArraVqganConfig *config)
{
  g_autofree char *path = scratch_file (".gguf");
  GError *error = NULL;
  g_autoptr (ArraGgufWriter) writer = arra_gguf_writer_new (path, &error);
  g_autoptr (ArraGguf) gguf = NULL;
  ArraVqganConfig again;

  g_assert_no_error (error);
  arra_vqgan_config_store (config, writer);
  g_assert_true (arra_gguf_writer_begin (writer, &error));
  g_assert_true (arra_gguf_writer_commit (writer, NULL, &error));
  gguf = arra_gguf_open (path, &error);
  g_assert_no_error (error);
  g_assert_true (arra_vqgan_config_load (&again, gguf, &error));
  assert_same (&again, config);
  g_unlink (path);
}

/* 8 groups of 40 channels: written and read in each form; 32 is not written into GGUF, so that files stay as they were.
 */
static void
test_groups (void)
{
  ArraVqganConfig config = vqgan_f16, again;
  g_autofree char *text = NULL;
  GError *error = NULL;

  config.ch = 40;
  config.norm_groups = 8;
  text = arra_vqgan_config_to_json (&config);
  g_assert_true (read_json (text, &again, &error));
  assert_same (&again, &config);
  check_gguf (&config);
  config.norm_groups = 16;
  g_assert_false (arra_vqgan_config_check (&config, "vqgan.json", &error));
  g_assert_nonnull (strstr (error->message, "norm_groups"));
  g_error_free (error);
}

/* Another decoder, padding and a middle without attention: the same in JSON and GGUF; broken ones are refused by name.
 */
static void
test_more (void)
{
  ArraVqganConfig config = vqgan_f16, again;
  g_autofree char *text = NULL;
  GError *error = NULL;

  g_assert_cmpuint (arra_vqgan_decoder_channels (&config, 2), ==, 32);
  g_assert_cmpuint (arra_vqgan_decoder_blocks (&config), ==, config.n_res_blocks + 1);
  config.decoder_ch = 64;
  config.n_decoder_mult = 5;
  for (guint i = 0; i < 5; i++)
    config.decoder_ch_mult[i] = i + 1;
  config.decoder_blocks = 1;
  config.plain_middle = config.smooth_upsampling = config.pixel_norm = 1;
  config.padding = ARRA_PADDING_WRAP;
  config.names = ARRA_VQGAN_TRANSFORMERS;
  config.unit_codes = config.nearest_bytes = 1;
  g_assert_cmpuint (arra_vqgan_decoder_channels (&config, 2), ==, 192);
  g_assert_cmpuint (arra_vqgan_decoder_blocks (&config), ==, 1);
  text = arra_vqgan_config_to_json (&config);
  g_assert_true (read_json (text, &again, &error));
  assert_same (&again, &config);
  check_gguf (&config);
  config.n_decoder_mult = 4;
  g_assert_false (arra_vqgan_config_check (&config, "vqgan.json", &error));
  g_assert_nonnull (strstr (error->message, "decoder_channel_multiplier"));
  g_clear_error (&error);
  config.n_decoder_mult = 0;
  config.decoder_ch = 40;
  g_assert_false (arra_vqgan_config_check (&config, "vqgan.json", &error));
  g_assert_nonnull (strstr (error->message, "norm_groups"));
  g_clear_error (&error);
}

/* LlamaGen's files have no configuration: names and shapes tell it. Taming's tell too little. */
static void
test_tensors (void)
{
  const ArraVqganConfig expected = { .ch = 32,
                                     .n_levels = 2,
                                     .ch_mult = { 1, 1 },
                                     .n_res_blocks = 1,
                                     .n_attn = 1,
                                     .attn_resolutions = { 128 },
                                     .resolution = 256,
                                     .in_channels = 3,
                                     .out_channels = 3,
                                     .z_channels = 24,
                                     .embed_dim = 8,
                                     .n_embed = 64,
                                     .norm_groups = 32,
                                     .names = ARRA_VQGAN_CONV_BLOCKS,
                                     .unit_codes = 1,
                                     .nearest_bytes = 1 };
  g_autoptr (ArraSource) source = golden_source ("llamagen/vq8_like/model.safetensors");
  g_autoptr (ArraSource) taming = golden_source ("vqgan/small/vqgan.safetensors");
  ArraVqganConfig config;
  GError *error = NULL;

  g_assert_true (arra_vqgan_config_from_tensors (&config, source, "", &error));
  assert_same (&config, &expected);
  check_gguf (&config);
  g_assert_false (arra_vqgan_config_from_tensors (&config, taming, "", &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
  g_clear_error (&error);
}

static void
test_gguf (void)
{
  check_gguf (&vqgan_small);
  check_gguf (&vqgan_f16);
  check_gguf (&chameleon);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vqgan-config/json", test_json);
  g_test_add_func ("/vqgan-config/json-refused", test_json_refused);
  g_test_add_func ("/vqgan-config/yaml", test_yaml);
  g_test_add_func ("/vqgan-config/yaml-more", test_yaml_more);
  g_test_add_func ("/vqgan-config/yaml-refused", test_yaml_refused);
  g_test_add_func ("/vqgan-config/gguf", test_gguf);
  g_test_add_func ("/vqgan-config/groups", test_groups);
  g_test_add_func ("/vqgan-config/more", test_more);
  g_test_add_func ("/vqgan-config/tensors", test_tensors);
  return g_test_run ();
}
