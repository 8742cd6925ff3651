/* test-chameleon_config.c - the transformer's shape from config.json and through GGUF: defaults, ranges, what
 * is not supported
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "chameleon.h"
#include "jsonguard.h"

#define SIZES \
  "\"hidden_size\": 64, \"intermediate_size\": 172, \"num_hidden_layers\": 3, \"num_attention_heads\": 4, \"vocab_size\": 320"

static gboolean
read_text (const char *text, ArraChameleonConfig *config, GError **error)
{
  JsonObject *object;
  g_autoptr (JsonParser) parser = arra_json_parse (text, strlen (text), "config.json", &object, error);

  g_assert_nonnull (parser);
  return arra_chameleon_config_read (config, object, "config.json", error);
}

static void
assert_refused (const char *text, ArraError code, const char *words)
{
  ArraChameleonConfig config;
  g_autoptr (GError) error = NULL;

  g_assert_false (read_text (text, &config, &error));
  g_assert_error (error, ARRA_ERROR, (int) code);
  if (strstr (error->message, words) == NULL || strstr (error->message, "config.json") == NULL)
    g_error ("%s: \"%s\" names no \"%s\"", text, error->message, words);
}

static void
test_defaults (void)
{
  ArraChameleonConfig config;
  g_autoptr (GError) error = NULL;

  g_assert_true (read_text ("{" SIZES "}", &config, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (config.hidden_size, ==, 64);
  g_assert_cmpuint (config.intermediate_size, ==, 172);
  g_assert_cmpuint (config.n_layers, ==, 3);
  g_assert_cmpuint (config.n_heads, ==, 4);
  g_assert_cmpuint (config.n_kv_heads, ==, 4);
  g_assert_cmpuint (config.head_dim, ==, 16);
  g_assert_cmpuint (config.vocab_size, ==, 320);
  g_assert_cmpuint (config.context, ==, 4096);
  g_assert_cmpuint (config.model_parallel, ==, 1);
  g_assert_cmpfloat (config.norm_eps, ==, 1e-5f);
  g_assert_cmpfloat (config.rope_theta, ==, 10000.0);
  g_assert_cmpint (config.rope_scaling, ==, ARRA_ROPE_PLAIN);
  g_assert_false (config.swin_norm);
  g_assert_true (config.mask_image_logits);
}

static void
test_members (void)
{
  ArraChameleonConfig config;
  g_autoptr (GError) error = NULL;

  g_assert_true (read_text (
      "{" SIZES
      ", \"num_key_value_heads\": 2, \"max_position_embeddings\": 8192, \"model_parallel_size\": 2, \"rms_norm_eps\": 1e-6,"
      " \"rope_theta\": 500000, \"rope_scaling\": {\"type\": \"linear\", \"factor\": 2.5}, \"swin_norm\": true,"
      " \"mask_image_logits\": false, \"hidden_act\": \"silu\", \"attention_bias\": false, \"tie_word_embeddings\": false}",
      &config, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (config.n_kv_heads, ==, 2);
  g_assert_cmpuint (config.context, ==, 8192);
  g_assert_cmpuint (config.model_parallel, ==, 2);
  g_assert_cmpfloat (config.norm_eps, ==, 1e-6f);
  g_assert_cmpfloat (config.rope_theta, ==, 500000.0);
  g_assert_cmpint (config.rope_scaling, ==, ARRA_ROPE_LINEAR);
  g_assert_cmpfloat (config.rope_factor, ==, 2.5);
  g_assert_true (config.swin_norm);
  g_assert_false (config.mask_image_logits);
}

static void
test_rope_forms (void)
{
  ArraChameleonConfig config;
  g_autoptr (GError) error = NULL;

  g_assert_true (
      read_text ("{" SIZES ", \"rope_scaling\": {\"rope_type\": \"dynamic\", \"factor\": 2}}", &config, &error));
  g_assert_cmpint (config.rope_scaling, ==, ARRA_ROPE_DYNAMIC);
  g_assert_cmpfloat (config.rope_factor, ==, 2.0);
  g_assert_true (read_text (
      "{" SIZES ", \"rope_scaling\": null, \"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 1000.5}}",
      &config, &error));
  g_assert_cmpint (config.rope_scaling, ==, ARRA_ROPE_PLAIN);
  g_assert_cmpfloat (config.rope_theta, ==, 1000.5);
  g_assert_no_error (error);
}

/* A scaling that names no type is none. */
static void
test_rope_without_type (void)
{
  static const char *const forms[]
      = { "\"rope_parameters\": {\"rope_theta\": 1000.5}",
          "\"rope_parameters\": {\"rope_theta\": 1000.5, \"rope_type\": null}",
          "\"rope_scaling\": {\"rope_theta\": 1000.5, \"factor\": 2}",
          "\"rope_theta\": 1000.5, \"rope_scaling\": {}",
          "\"rope_theta\": 1000.5, \"rope_parameters\": {\"type\": null}",
          "\"rope_theta\": 1000.5, \"rope_parameters\": {\"type\": \"default\", \"factor\": null}" };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autofree char *text = g_strdup_printf ("{" SIZES ", %s}", forms[i]);
      g_autoptr (GError) error = NULL;
      ArraChameleonConfig config;

      g_assert_true (read_text (text, &config, &error));
      g_assert_no_error (error);
      g_assert_cmpint (config.rope_scaling, ==, ARRA_ROPE_PLAIN);
      g_assert_cmpfloat (config.rope_theta, ==, 1000.5);
      g_assert_cmpfloat (config.rope_factor, ==, 1);
    }
}

static void
test_unsupported (void)
{
  assert_refused ("{" SIZES ", \"rope_scaling\": {\"type\": \"yarn\", \"factor\": 2}}", ARRA_ERROR_UNSUPPORTED, "yarn");
  assert_refused ("{" SIZES ", \"hidden_act\": \"gelu\"}", ARRA_ERROR_UNSUPPORTED, "gelu");
  assert_refused ("{" SIZES ", \"model_type\": \"llama\"}", ARRA_ERROR_UNSUPPORTED, "llama");
  assert_refused ("{" SIZES ", \"attention_bias\": true}", ARRA_ERROR_UNSUPPORTED, "attention_bias");
  assert_refused ("{" SIZES ", \"mlp_bias\": true}", ARRA_ERROR_UNSUPPORTED, "mlp_bias");
  assert_refused ("{" SIZES ", \"tie_word_embeddings\": true}", ARRA_ERROR_UNSUPPORTED, "tie_word_embeddings");
  assert_refused ("{" SIZES ", \"head_dim\": 32}", ARRA_ERROR_UNSUPPORTED, "head_dim");
}

static void
test_quantised (void)
{
  static const struct
  {
    const char *said, *by;
  } forms[] = {
    { "{\"load_in_4bit\": true, \"bnb_4bit_quant_type\": \"nf4\"}", "quantised by bitsandbytes (4 bit)" },
    { "{\"quant_method\": \"bitsandbytes\", \"_load_in_8bit\": true}", "quantised by bitsandbytes (8 bit)" },
    { "{\"quant_method\": \"gptq\", \"bits\": 4}", "quantised by GPTQ" },
    { "{\"quant_method\": \"awq\", \"bits\": 4}", "quantised by AWQ" },
    { "{\"quant_method\": \"fp8\"}", "quantised by FP8" },
    { "{\"quant_method\": \"hqq\"}", "quantised by hqq" },
  };
  static const char *const none[]
      = { "null", "{}", "{\"load_in_8bit\": false}",
          "{\"quant_method\": \"bitsandbytes\", \"load_in_4bit\": false, \"load_in_8bit\": false}" };

  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autofree char *text = g_strdup_printf ("{" SIZES ", \"quantization_config\": %s}", forms[i].said);

      assert_refused (text, ARRA_ERROR_UNSUPPORTED, forms[i].by);
      assert_refused (text, ARRA_ERROR_UNSUPPORTED, "get the original model");
    }
  for (gsize i = 0; i < G_N_ELEMENTS (none); i++)
    {
      g_autofree char *text = g_strdup_printf ("{" SIZES ", \"quantization_config\": %s}", none[i]);
      g_autoptr (GError) error = NULL;
      ArraChameleonConfig config;

      g_assert_true (read_text (text, &config, &error));
    }
}

#define WITH(hidden, ffn, layers, heads, vocab, more)                                            \
  "{\"hidden_size\": " hidden ", \"intermediate_size\": " ffn ", \"num_hidden_layers\": " layers \
  ", \"num_attention_heads\": " heads ", \"vocab_size\": " vocab more "}"

static void
test_broken (void)
{
  assert_refused ("{}", ARRA_ERROR_NOT_FOUND, "vocab_size");
  assert_refused (WITH ("64", "172", "0", "4", "320", ""), ARRA_ERROR_INVALID_DATA, "num_hidden_layers");
  assert_refused (WITH ("-64", "172", "3", "4", "320", ""), ARRA_ERROR_INVALID_DATA, "hidden_size");
  assert_refused (WITH ("64", "99999999999", "3", "4", "320", ""), ARRA_ERROR_INVALID_DATA, "intermediate_size");
  assert_refused (WITH ("64", "172", "3", "4", "\"320\"", ""), ARRA_ERROR_INVALID_DATA, "vocab_size");
  assert_refused (WITH ("66", "172", "3", "4", "320", ""), ARRA_ERROR_INVALID_DATA, "multiple");
  assert_refused (WITH ("12", "172", "3", "4", "320", ""), ARRA_ERROR_INVALID_DATA, "even");
  assert_refused (WITH ("4", "172", "3", "8", "320", ""), ARRA_ERROR_INVALID_DATA, "");
  assert_refused ("{" SIZES ", \"num_key_value_heads\": 3}", ARRA_ERROR_INVALID_DATA, "num_key_value_heads");
  assert_refused ("{" SIZES ", \"num_key_value_heads\": 8}", ARRA_ERROR_INVALID_DATA, "num_key_value_heads");
  assert_refused ("{" SIZES ", \"model_parallel_size\": 3}", ARRA_ERROR_INVALID_DATA, "parallel");
  assert_refused ("{" SIZES ", \"num_key_value_heads\": 2, \"model_parallel_size\": 4}", ARRA_ERROR_INVALID_DATA,
                  "parallel");
  assert_refused ("{" SIZES ", \"rms_norm_eps\": 0}", ARRA_ERROR_INVALID_DATA, "epsilon");
  assert_refused ("{" SIZES ", \"rope_theta\": 0.5}", ARRA_ERROR_INVALID_DATA, "rope_theta");
  assert_refused ("{" SIZES ", \"rope_scaling\": {\"type\": \"linear\", \"factor\": 0.5}}", ARRA_ERROR_INVALID_DATA,
                  "factor");
  assert_refused ("{" SIZES ", \"rope_scaling\": {\"type\": \"linear\", \"factor\": \"2\"}}", ARRA_ERROR_INVALID_DATA,
                  "factor");
  assert_refused ("{" SIZES ", \"rope_scaling\": {\"type\": 2}}", ARRA_ERROR_INVALID_DATA, "type");
  assert_refused ("{" SIZES ", \"rope_scaling\": [2]}", ARRA_ERROR_INVALID_DATA, "rope_scaling");
  assert_refused (WITH ("8", "172", "3", "4", "320", ", \"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 2}"),
                  ARRA_ERROR_INVALID_DATA, "dynamic");
  assert_refused ("{" SIZES ", \"swin_norm\": 1}", ARRA_ERROR_INVALID_DATA, "swin_norm");
}

/* @config in a GGUF file, opened again */
static ArraGguf *
through_gguf (const ArraChameleonConfig *config)
{
  g_autofree char *directory = g_dir_make_tmp ("arra-config-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "shape.gguf", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraGgufWriter) writer = arra_gguf_writer_new (path, &error);
  const gint64 shape[] = { 1 };
  const float one = 1;
  ArraGguf *gguf;

  g_assert_no_error (error);
  arra_chameleon_config_store (config, writer);
  g_assert_true (arra_gguf_writer_add_tensor (writer, "one", ARRA_F32, 1, shape, &error));
  g_assert_true (arra_gguf_writer_begin (writer, &error));
  g_assert_true (arra_gguf_writer_write (writer, &one, sizeof one, &error));
  g_assert_true (arra_gguf_writer_commit (writer, NULL, &error));
  gguf = arra_gguf_open (path, &error);
  g_assert_no_error (error);
  g_unlink (path);
  g_rmdir (directory);
  return gguf;
}

static void
test_gguf (void)
{
  const ArraRopeScaling scalings[] = { ARRA_ROPE_PLAIN, ARRA_ROPE_LINEAR, ARRA_ROPE_DYNAMIC };

  for (gsize i = 0; i < G_N_ELEMENTS (scalings); i++)
    {
      ArraChameleonConfig config, back;
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraGguf) gguf = NULL;

      g_assert_true (read_text (
          "{" SIZES
          ", \"num_key_value_heads\": 2, \"model_parallel_size\": 2, \"rms_norm_eps\": 1e-6, \"rope_theta\": 12345.678}",
          &config, &error));
      config.swin_norm = i == 1;
      config.mask_image_logits = i == 2;
      config.rope_scaling = scalings[i];
      config.rope_factor = i == 0 ? 1.0 : 2.2;
      gguf = through_gguf (&config);
      g_assert_true (arra_chameleon_config_load (&back, gguf, &error));
      g_assert_no_error (error);
      g_assert_cmpmem (&config, sizeof config, &back, sizeof back);
    }
}

static void
test_gguf_broken (void)
{
  ArraChameleonConfig config, back;
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraGguf) gguf = NULL;

  g_assert_true (read_text ("{" SIZES "}", &config, &error));
  config.n_heads = 5;
  gguf = through_gguf (&config);
  g_assert_false (arra_chameleon_config_load (&back, gguf, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (error->message, "shape.gguf"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chameleon/config/defaults", test_defaults);
  g_test_add_func ("/chameleon/config/members", test_members);
  g_test_add_func ("/chameleon/config/rope-forms", test_rope_forms);
  g_test_add_func ("/chameleon/config/quantised", test_quantised);
  g_test_add_func ("/chameleon/config/rope-without-type", test_rope_without_type);
  g_test_add_func ("/chameleon/config/unsupported", test_unsupported);
  g_test_add_func ("/chameleon/config/broken", test_broken);
  g_test_add_func ("/chameleon/config/gguf", test_gguf);
  g_test_add_func ("/chameleon/config/gguf-broken", test_gguf_broken);
  return g_test_run ();
}
