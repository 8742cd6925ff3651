/* test-janus.c - Janus: both forms' names, Llama's defaults, refusals, GGUF, and bits that hang on nothing
 * but the sequence
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "family_test.h"
#include "golden_vqgan.h"
#include "janus.h"
#include "jsonguard.h"
#include "jsonpython.h"

static ArraSource *
shapes (ArraJanusForm form)
{
  guint file;
  ArraSource *source = family_empty_source (&file);
  gboolean original = form == ARRA_JANUS_ORIGINAL;

  family_add_shape (source, file, original ? "gen_embed.weight" : "model.generation_embeddings.weight", 16384, 8);
  family_add_shape (source, file, original ? "gen_head.vision_head.weight" : "model.generation_head.vision_head.weight",
                    16384, 2048);
  return source;
}

static gboolean
read_config (const char *text, ArraJanusConfig *config, GError **error)
{
  JsonObject *object;
  g_autoptr (JsonParser) parser = arra_json_parse (text, strlen (text), "config.json", &object, error);
  g_autoptr (ArraSource) source = shapes (ARRA_JANUS_ORIGINAL);

  g_assert_nonnull (parser);
  return arra_janus_config_read (config, object, source, "", ARRA_JANUS_ORIGINAL, "config.json", error);
}

static void
test_forms (void)
{
  static const char *const prefixes[] = { [ARRA_JANUS_ORIGINAL] = "", [ARRA_JANUS_TRANSFORMERS] = "model." };
  static const char *const vqgans[]
      = { [ARRA_JANUS_ORIGINAL] = "gen_vision_model.", [ARRA_JANUS_TRANSFORMERS] = "model.vqmodel." };
  guint file;
  g_autoptr (ArraSource) empty = family_empty_source (&file);
  ArraJanusForm form;

  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    {
      g_autoptr (ArraSource) source = shapes ((ArraJanusForm) i);
      g_autofree char *prefix = arra_janus_find_prefix (source, &form), *vqgan = NULL;

      g_assert_cmpstr (prefix, ==, prefixes[i]);
      g_assert_cmpuint (form, ==, i);
      vqgan = arra_janus_vqgan_prefix (prefix, form);
      g_assert_cmpstr (vqgan, ==, vqgans[i]);
    }
  g_assert_null (arra_janus_find_prefix (empty, &form));
}

/* Janus-Pro-7B's config.json says little: the rest are Llama's defaults. */
static void
test_defaults (void)
{
  g_autoptr (GError) error = NULL;
  ArraJanusConfig config;

  read_config ("{\"language_config\": {\"max_position_embeddings\": 16384, \"model_type\": \"llama\", "
               "\"num_hidden_layers\": 30, \"torch_dtype\": \"bfloat16\", \"vocab_size\": 102400}}",
               &config, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (config.n_text, ==, 102400);
  g_assert_cmpuint (config.hidden_size, ==, 4096);
  g_assert_cmpuint (config.intermediate_size, ==, 11008);
  g_assert_cmpuint (config.n_layers, ==, 30);
  g_assert_cmpuint (config.n_heads, ==, 32);
  g_assert_cmpuint (config.n_kv_heads, ==, 32);
  g_assert_cmpuint (config.context, ==, 16384);
  g_assert_cmpuint (config.n_codes, ==, 16384);
  g_assert_cmpuint (config.code_size, ==, 8);
  g_assert_cmpuint (config.head_size, ==, 2048);
  g_assert_cmpfloat (config.norm_eps, ==, 1e-6f);
  g_assert_cmpfloat (config.rope_theta, ==, 10000);
}

static void
test_refused (void)
{
  static const struct
  {
    const char *text;
    ArraError code;
    const char *word;
  } cases[] = {
    { "{}", ARRA_ERROR_NOT_FOUND, "language_config" },
    { "{\"text_config\": []}", ARRA_ERROR_INVALID_DATA, "text_config" },
    { "{\"text_config\": {\"num_attention_heads\": 3}}", ARRA_ERROR_INVALID_DATA, "heads" },
    { "{\"text_config\": {\"num_key_value_heads\": 5}}", ARRA_ERROR_INVALID_DATA, "heads" },
    { "{\"text_config\": {\"hidden_size\": 0}}", ARRA_ERROR_INVALID_DATA, "hidden_size" },
    { "{\"text_config\": {\"rms_norm_eps\": 2}}", ARRA_ERROR_INVALID_DATA, "epsilon" },
    { "{\"text_config\": {\"rope_theta\": 0.5}}", ARRA_ERROR_INVALID_DATA, "rope_theta" },
    { "{\"text_config\": {\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2}}}", ARRA_ERROR_UNSUPPORTED,
      "linear" },
    { "{\"text_config\": {\"rope_parameters\": {\"rope_type\": \"yarn\"}}}", ARRA_ERROR_UNSUPPORTED, "yarn" },
    { "{\"quantization_config\": {\"quant_method\": \"gptq\"}, \"text_config\": {}}", ARRA_ERROR_UNSUPPORTED, "GPTQ" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      ArraJanusConfig config;

      g_assert_false (read_config (cases[i].text, &config, &error));
      g_assert_error (error, ARRA_ERROR, (int) cases[i].code);
      if (strstr (error->message, cases[i].word) == NULL || strstr (error->message, "config.json") == NULL)
        g_error ("%s: %s", cases[i].text, error->message);
    }
}

static void
store (gconstpointer config, ArraGgufWriter *writer)
{
  arra_janus_config_store (config, writer);
}

static void
test_gguf (void)
{
  const ArraJanusConfig config = { 420, 64, 112, 3, 4, 2, 16, 256, 128, 8, 64, 1e-6f, 10000, 4 };
  g_autoptr (ArraGguf) gguf = family_store (store, &config);
  g_autoptr (GError) error = NULL;
  ArraJanusConfig again;

  arra_janus_config_load (&again, gguf, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (&again, G_STRUCT_OFFSET (ArraJanusConfig, norm_eps), &config,
                   G_STRUCT_OFFSET (ArraJanusConfig, norm_eps));
  g_assert_true (again.norm_eps == config.norm_eps && again.rope_theta == config.rope_theta
                 && again.side == config.side);
}

static void
test_unconditional (void)
{
  const guint32 ids[] = { 0, 11, 12, 13, 5 }, expected[] = { 0, 7, 7, 7, 5 };
  guint32 out[5];

  arra_janus_unconditional (ids, 5, 7, out);
  g_assert_cmpmem (out, sizeof out, expected, sizeof expected);
  arra_janus_unconditional (ids, 1, 7, out);
  g_assert_cmpuint (out[0], ==, 0);
}

/* ---- the golden model in transformers' form */

static void
read_golden (ArraSource *source, ArraJanusConfig *config)
{
  g_autofree char *path = golden_path ("janus/hf/config.json");
  JsonObject *object;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonParser) parser = arra_json_parse_config (path, &object, &error);

  g_assert_no_error (error);
  g_assert_nonnull (parser);
  arra_janus_config_read (config, object, source, "model.", ARRA_JANUS_TRANSFORMERS, path, &error);
  g_assert_no_error (error);
}

static gboolean
note_name (const char *name, gboolean is_matrix, const ArraTensor *stored, gpointer data, GError **error)
{
  g_assert_nonnull (stored);
  g_ptr_array_add (data, g_strdup (name));
  return TRUE;
}

static gboolean
expect_name (const char *name, guint n_dims, const gint64 *shape, gpointer data, GError **error)
{
  GPtrArray *names = data;
  g_autofree char *first = g_ptr_array_steal_index (names, 0);

  g_assert_cmpstr (first, ==, name);
  return TRUE;
}

/* What is saved are the original names, whatever the form that was read. */
static void
test_names (void)
{
  g_autoptr (ArraSource) source = golden_source ("janus/hf/model.safetensors");
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  ArraJanusConfig config;
  ArraWeights weights;

  read_golden (source, &config);
  weights = arra_janus_weights (&config, source, "model.", ARRA_JANUS_TRANSFORMERS);
  arra_weights_foreach (&weights, note_name, names, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_ptr_array_index (names, 0), ==, "language_model.model.embed_tokens.weight");
  g_assert_true (arra_weights_describe (&weights, expect_name, names, &error));
  g_assert_cmpuint (names->len, ==, 0);
}

static void
test_bits (void)
{
  const guint32 ids[] = { 0, 33, 401, 12, 5, 420 + 3, 420 + 127, 420, 420 + 64, 420 + 64, 420 + 8 };
  g_autoptr (ArraSource) source = golden_source ("janus/hf/model.safetensors");
  ArraJanusConfig config;
  const ArraDType dtypes[] = { ARRA_N_DTYPES, ARRA_F32, ARRA_Q8_0 };

  read_golden (source, &config);
  for (gsize i = 0; i < G_N_ELEMENTS (dtypes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraJanus) model
          = arra_janus_new (&config, source, "model.", ARRA_JANUS_TRANSFORMERS, dtypes[i], NULL, NULL, &error);

      g_assert_no_error (error);
      family_assert_bits (arra_janus_transformer (model), ids, G_N_ELEMENTS (ids), 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/janus/forms", test_forms);
  g_test_add_func ("/janus/defaults", test_defaults);
  g_test_add_func ("/janus/refused", test_refused);
  g_test_add_func ("/janus/gguf", test_gguf);
  g_test_add_func ("/janus/unconditional", test_unconditional);
  g_test_add_func ("/janus/names", test_names);
  g_test_add_func ("/janus/bits", test_bits);
  return g_test_run ();
}
