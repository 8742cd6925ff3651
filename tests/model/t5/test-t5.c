/* test-t5.c - t5*.c: configurations, texts that are cut, bits that do not depend on threads, Q8_0 near the whole
 * numbers
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "t5.h"

#include <math.h>
#include <string.h>

#include "jsonguard.h"

#define LENGTH 40

static char *
golden (const char *file)
{
  return g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "vision", "t5_encoder", file, NULL);
}

static void
read_config (ArraT5Config *config)
{
  g_autofree char *path = golden ("config.json");
  JsonObject *json;
  g_autoptr (JsonParser) parser = arra_json_parse_file (path, &json, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (parser);
  g_assert_true (arra_t5_config_read (config, json, path, &error));
  g_assert_no_error (error);
}

static ArraT5 *
open_model (const char *file, ArraDType dtype)
{
  g_autofree char *path = golden (file);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source
      = g_str_has_suffix (file, ".bin") ? arra_torch_open (path, NULL, &error) : arra_safetensors_open (path, &error);
  ArraT5Config config;
  ArraT5 *model;

  g_assert_no_error (error);
  read_config (&config);
  model = arra_t5_new (&config, source, dtype, NULL, NULL, &error);
  g_assert_no_error (error);
  return model;
}

/* (transfer full): features of some ids */
static float *
features (const ArraT5 *model, guint threads)
{
  g_autoptr (ArraPool) pool = arra_pool_new (threads, NULL);
  ArraExec exec = { arra_kernels_default (NULL), pool };
  float *out = g_new (float, LENGTH *arra_t5_config (model)->hidden_size);
  g_autoptr (GError) error = NULL;
  guint32 ids[LENGTH];

  for (guint i = 0; i < LENGTH; i++)
    ids[i] = i < 30 ? 3 + 7 * i : 0;
  g_assert_true (arra_t5_forward (model, &exec, ids, LENGTH, 30, out, NULL, &error));
  return out;
}

static void
test_threads (void)
{
  g_autoptr (ArraT5) model = open_model ("model.safetensors", ARRA_N_DTYPES),
                     torch = open_model ("pytorch_model.bin", ARRA_N_DTYPES);
  gsize bytes = sizeof (float) * LENGTH * arra_t5_config (model)->hidden_size;
  g_autofree float *one = features (model, 1), *three = features (model, 3), *other = features (torch, 2);

  g_assert_cmpmem (one, bytes, three, bytes);
  g_assert_cmpmem (one, bytes, other, bytes);
}

static void
test_q8_0 (void)
{
  g_autoptr (ArraT5) whole = open_model ("model.safetensors", ARRA_N_DTYPES),
                     small = open_model ("model.safetensors", ARRA_Q8_0);
  g_autofree float *a = features (whole, 1), *b = features (small, 1);
  double difference = 0, size = 0;

  for (gsize i = 0; i < LENGTH * arra_t5_config (whole)->hidden_size; i++)
    {
      difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
      size += (double) a[i] * a[i];
    }
  g_assert_cmpfloat (difference, >, 0);
  g_assert_cmpfloat (sqrt (difference / size), <, 0.05);
}

static void
test_cancelled (void)
{
  g_autoptr (ArraT5) model = open_model ("model.safetensors", ARRA_N_DTYPES);
  ArraExec exec = { arra_kernels_default (NULL), NULL };
  g_autofree float *out = g_new (float, arra_t5_config (model)->hidden_size);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  const guint32 id = 1;

  g_cancellable_cancel (cancellable);
  g_assert_false (arra_t5_forward (model, &exec, &id, 1, 1, out, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* A text that is too long keeps its end; one that is short is padded. */
static void
test_text (void)
{
  g_autofree char *path
      = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "tokenizer", "t5_unigram_A_small_charsmap", NULL);
  g_autoptr (ArraTokenizer) tokenizer = arra_tokenizer_open (path, NULL);
  g_autoptr (GError) error = NULL;
  ArraT5Config config;
  guint32 ids[4] = { 9, 9, 9, 9 };
  guint n_seen;

  g_assert_nonnull (tokenizer);
  read_config (&config);
  g_assert_true (arra_t5_encode_text (&config, tokenizer, "a", 4, ids, &n_seen, &error));
  g_assert_cmpuint (n_seen, ==, 2);
  g_assert_cmpmem (ids, sizeof ids, ((guint32[]) { 10, 1, 0, 0 }), sizeof ids);
  g_assert_true (arra_t5_encode_text (&config, tokenizer, "a red fox in fresh snow", 4, ids, &n_seen, &error));
  g_assert_cmpuint (n_seen, ==, 4);
  g_assert_cmpmem (ids, sizeof ids, ((guint32[]) { 10, 31, 160, 1 }), sizeof ids);
  config.vocab_size = 100;
  g_assert_false (arra_t5_encode_text (&config, tokenizer, "a red fox in fresh snow", 4, ids, &n_seen, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
}

#define WHOLE \
  "\"model_type\":\"t5\",\"feed_forward_proj\":\"gated-gelu\",\"vocab_size\":8,\"d_model\":4,\"d_ff\":4,\"d_kv\":2,\"num_layers\":1"

static void
test_refused (void)
{
  static const struct
  {
    const char *json, *words;
  } cases[] = {
    { "{" WHOLE "}", "num_heads" },
    { "{" WHOLE ",\"num_heads\":0}", "num_heads" },
    { "{" WHOLE ",\"num_heads\":1000000}", "too many" },
    { "{" WHOLE ",\"num_heads\":2,\"relative_attention_num_buckets\":30}", "relative_attention_num_buckets" },
    { "{" WHOLE ",\"num_heads\":2,\"relative_attention_max_distance\":8}", "relative_attention_max_distance" },
    { "{" WHOLE ",\"num_heads\":2,\"pad_token_id\":8}", "pad_token_id" },
    { "{" WHOLE ",\"num_heads\":2,\"layer_norm_epsilon\":0}", "epsilon" },
    { "{\"model_type\":\"t5\"}", "feed_forward_proj" },
    { "{\"model_type\":\"t5\",\"feed_forward_proj\":\"relu\"}", "\"relu\"" },
    { "{\"model_type\":\"bert\"}", "\"bert\"" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      JsonObject *json;
      g_autoptr (JsonParser) parser
          = arra_json_parse (cases[i].json, strlen (cases[i].json), "config.json", &json, NULL);
      g_autoptr (GError) error = NULL;
      ArraT5Config config;

      g_assert_nonnull (parser);
      g_assert_false (arra_t5_config_read (&config, json, "config.json", &error));
      if (!g_str_has_prefix (error->message, "config.json") || strstr (error->message, cases[i].words) == NULL)
        g_error ("%s", error->message);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/t5/threads", test_threads);
  g_test_add_func ("/t5/q8_0", test_q8_0);
  g_test_add_func ("/t5/cancelled", test_cancelled);
  g_test_add_func ("/t5/text", test_text);
  g_test_add_func ("/t5/refused", test_refused);
  return g_test_run ();
}
