/* test-llamagen.c - LlamaGen: published sizes, styles of keys, refusals, GGUF, and bits that hang on nothing
 * but the sequence
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "family_test.h"
#include "golden_vqgan.h"
#include "jsonguard.h"
#include "llamagen.h"

#define N_CODES 16384

/* What tells the shape of a class-conditional model. */
static ArraSource *
shapes (const char *prefix, guint hidden, guint layers, guint feed_forward, guint qkv)
{
  guint file;
  ArraSource *source = family_empty_source (&file);
  g_autofree char *table = g_strconcat (prefix, "cls_embedding.embedding_table.weight", NULL);
  g_autofree char *codes = g_strconcat (prefix, "tok_embeddings.weight", NULL);
  g_autofree char *gate = g_strconcat (prefix, "layers.0.feed_forward.w1.weight", NULL);

  family_add_shape (source, file, table, 1001, hidden);
  family_add_shape (source, file, codes, N_CODES, hidden);
  family_add_shape (source, file, gate, feed_forward, hidden);
  for (guint i = 0; i < layers; i++)
    {
      g_autofree char *name = g_strdup_printf ("%slayers.%u.attention.wqkv.weight", prefix, i);

      family_add_shape (source, file, name, qkv, hidden);
    }
  return source;
}

static JsonParser *
parse (const char *text, JsonObject **object)
{
  JsonParser *parser = arra_json_parse (text, strlen (text), "model_args.json", object, NULL);

  g_assert_nonnull (parser);
  return parser;
}

/* ---- configuration */

static void
test_sizes (void)
{
  static const struct
  {
    const char *name;
    guint hidden, layers, heads, feed_forward;
  } published[] = { { "B", 768, 12, 12, 2048 },
                    { "L", 1024, 24, 16, 2816 },
                    { "XL", 1280, 36, 20, 3584 },
                    { "XXL", 1536, 48, 24, 4096 },
                    { "3B", 3200, 24, 32, 8704 } };

  for (gsize i = 0; i < G_N_ELEMENTS (published); i++)
    {
      g_autoptr (ArraSource) source
          = shapes ("", published[i].hidden, published[i].layers, published[i].feed_forward, 3 * published[i].hidden);
      g_autoptr (GError) error = NULL;
      ArraLlamagenConfig config;

      arra_llamagen_config_from_tensors (&config, source, "", NULL, "model.pt", &error);
      g_assert_no_error (error);
      g_assert_cmpstr (arra_llamagen_size (&config), ==, published[i].name);
      g_assert_cmpuint (config.n_heads, ==, published[i].heads);
      g_assert_cmpuint (config.n_kv_heads, ==, published[i].heads);
      g_assert_cmpuint (config.n_layers, ==, published[i].layers);
      g_assert_cmpuint (config.intermediate_size, ==, published[i].feed_forward);
      g_assert_cmpuint (config.n_classes, ==, 1000);
      g_assert_cmpuint (config.n_prefix, ==, 1);
      g_assert_cmpuint (config.n_codes, ==, N_CODES);
    }
}

/* As they are published: the DDP trainer's, deepspeed's, others', and bare ones. */
static void
test_keys (void)
{
  static const char *const styles[] = { "", "model.", "module.", "state_dict.", "model._orig_mod." };

  for (gsize i = 0; i < G_N_ELEMENTS (styles); i++)
    {
      g_autoptr (ArraSource) source = shapes (styles[i], 768, 12, 2048, 3 * 768);
      g_autofree char *prefix = arra_llamagen_find_prefix (source);
      ArraLlamagenConfig config;

      g_assert_cmpstr (prefix, ==, styles[i]);
      g_assert_true (arra_llamagen_config_from_tensors (&config, source, prefix, NULL, "model.pt", NULL));
    }
}

static void
test_args (void)
{
  g_autoptr (ArraSource) source = shapes ("", 64, 2, 256, 128); /* 4 heads of 16, 2 of them for keys */
  JsonObject *args;
  g_autoptr (JsonParser) parser = parse ("{\"n_head\": 4, \"norm_eps\": 1e-6, \"rope_base\": 500}", &args);
  ArraLlamagenConfig config;
  GError *error = NULL;

  g_assert_nonnull (parser);
  g_assert_false (arra_llamagen_config_from_tensors (&config, source, "", NULL, "model.pt", &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "model_args.json"));
  g_clear_error (&error);
  g_assert_true (arra_llamagen_config_from_tensors (&config, source, "", args, "model.pt", &error));
  g_assert_cmpuint (config.n_kv_heads, ==, 2);
  g_assert_cmpuint (config.head_dim, ==, 16);
  g_assert_cmpfloat (config.rope_base, ==, 500);
  g_assert_cmpfloat (config.norm_eps, ==, 1e-6f);
  g_assert_null (arra_llamagen_size (&config));
}

static void
test_refused (void)
{
  static const char *const args[] = { "{\"n_head\": 5}",
                                      "{\"n_head\": 32}",
                                      "{\"n_head\": 0}",
                                      "{\"n_head\": \"four\"}",
                                      "{\"n_head\": 4, \"rope_base\": 0}",
                                      "{\"n_head\": 4, \"dim\": 128}",
                                      "{\"n_head\": 4, \"n_layer\": 3}",
                                      "{\"n_head\": 4, \"vocab_size\": 64}",
                                      "{\"n_head\": 4, \"norm_eps\": 2}" };
  g_autoptr (ArraSource) source = shapes ("", 64, 2, 256, 192), nothing = shapes ("", 64, 0, 256, 192);
  ArraLlamagenConfig config;

  for (gsize i = 0; i < G_N_ELEMENTS (args); i++)
    {
      g_autoptr (GError) error = NULL;
      JsonObject *object;
      g_autoptr (JsonParser) parser = parse (args[i], &object);

      g_assert_nonnull (parser);
      g_assert_false (arra_llamagen_config_from_tensors (&config, source, "", object, "model.pt", &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
      g_assert_nonnull (strstr (error->message, "model.pt"));
    }
  g_assert_null (arra_llamagen_find_prefix (nothing));
}

static void
store (gconstpointer config, ArraGgufWriter *writer)
{
  arra_llamagen_config_store (config, writer);
}

static void
test_gguf (void)
{
  const ArraLlamagenConfig configs[]
      = { { ARRA_LLAMAGEN_CLASSES, 64, 256, 2, 4, 2, 16, 128, 10, 0, 1, 0, 1e-5f, 10000 },
          { ARRA_LLAMAGEN_TEXT, 64, 256, 2, 4, 4, 16, 128, 0, 32, 120, 24, 1e-6f, 500 } };

  for (gsize i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      g_autoptr (ArraGguf) gguf = family_store (store, &configs[i]);
      g_autoptr (GError) error = NULL;
      ArraLlamagenConfig again;

      arra_llamagen_config_load (&again, gguf, &error);
      g_assert_no_error (error);
      g_assert_cmpmem (&again, G_STRUCT_OFFSET (ArraLlamagenConfig, norm_eps), &configs[i],
                       G_STRUCT_OFFSET (ArraLlamagenConfig, norm_eps));
      g_assert_true (again.norm_eps == configs[i].norm_eps && again.rope_base == configs[i].rope_base);
    }
}

/* ---- the golden model */

static ArraLlamagen *
golden_model (ArraDType dtype)
{
  g_autoptr (ArraSource) source = golden_source ("llamagen/c2i/model.safetensors");
  JsonObject *args;
  g_autoptr (JsonParser) parser = parse ("{\"n_head\": 4}", &args);
  g_autoptr (GError) error = NULL;
  ArraLlamagenConfig config;
  ArraLlamagen *model;
  ArraWeights weights;
  guint64 mapped = 0, owned = 0;

  g_assert_nonnull (parser);
  arra_llamagen_config_from_tensors (&config, source, "", args, "model.safetensors", &error);
  g_assert_no_error (error);
  weights = arra_llamagen_weights (&config, source, "");
  g_assert_true (arra_weights_measure (&weights, dtype, &mapped, &owned, &error));
  g_assert_cmpuint (mapped + owned, >, 100000);
  model = arra_llamagen_new (&config, source, "", dtype, NULL, NULL, &error);
  g_assert_no_error (error);
  return model;
}

static void
test_bits (void)
{
  const ArraDType dtypes[] = { ARRA_N_DTYPES, ARRA_Q8_0 };
  const guint32 ids[] = { 64 + 7, 3, 63, 0, 17, 17, 40, 21, 5, 12, 33, 61, 2, 8, 50, 9 };

  for (gsize i = 0; i < G_N_ELEMENTS (dtypes); i++)
    {
      g_autoptr (ArraLlamagen) model = golden_model (dtypes[i]);

      family_assert_bits (arra_llamagen_transformer (model), ids, G_N_ELEMENTS (ids), 4);
    }
}

/* Ids end with the class that is none. */
static void
test_ids (void)
{
  g_autoptr (ArraLlamagen) model = golden_model (ARRA_N_DTYPES);
  const ArraTransformer *transformer = arra_llamagen_transformer (model);
  const ArraKvShape shape = arra_transformer_kv_shape (&transformer->shape);
  const ArraExec exec = { arra_kernels_get (ARRA_CPU_C), NULL };
  g_autoptr (ArraTransformerRun) run = arra_transformer_run_new (transformer, &exec, 4, 4, NULL);
  g_autoptr (ArraKvCache) cache = arra_kv_cache_new (&shape, 4, NULL);
  const guint32 none = 64 + 10, beyond = 64 + 11;
  ArraTransformerInput input = { .cache = cache, .ids = &none, .n_ids = 1, .columns = 4 };
  g_autoptr (GError) error = NULL;

  g_assert_true (arra_transformer_forward (run, &input, 1, NULL, NULL, NULL, &error));
  input.ids = &beyond;
  g_assert_false (arra_transformer_forward (run, &input, 1, NULL, NULL, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_assert_cmpuint (arra_kv_cache_length (cache), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/llamagen/sizes", test_sizes);
  g_test_add_func ("/llamagen/keys", test_keys);
  g_test_add_func ("/llamagen/args", test_args);
  g_test_add_func ("/llamagen/refused", test_refused);
  g_test_add_func ("/llamagen/gguf", test_gguf);
  g_test_add_func ("/llamagen/bits", test_bits);
  g_test_add_func ("/llamagen/ids", test_ids);
  return g_test_run ();
}
