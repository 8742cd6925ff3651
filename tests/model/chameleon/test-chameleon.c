/* test-chameleon.c - the transformer against the golden vectors, in every mode of this machine, with one and
 * two threads
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "chameleon.h"
#include "cpu.h"
#include "jsonguard.h"
#include "mem.h"

#define TOLERANCE 2e-5
#define MAX_LAYERS 8

/* A golden model on one machine mode and thread count. */
typedef struct
{
  char *folder;
  ArraChameleonConfig config;
  guint8 *masked;
  ArraSource *source;
  ArraSource *expected; /* case.safetensors */
  ArraChameleon *model;
  ArraPool *pool;
  ArraExec exec;
} Golden;

/* What the watcher saw of one input. */
typedef struct
{
  GArray *hidden[MAX_LAYERS + 1];
  GArray *before_norm;
  GHashTable *probes; /* name -> GArray, of layer 0 */
  guint n_layers;
} Seen;

static char *
path_in (const char *folder, const char *name)
{
  return g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "chameleon", folder, name, NULL);
}

static JsonParser *
read_config (Golden *golden)
{
  g_autofree char *path = path_in (golden->folder, "config.json");
  g_autoptr (GError) error = NULL;
  JsonObject *object;
  JsonParser *parser = arra_json_parse_file (path, &object, &error);

  g_assert_no_error (error);
  g_assert_true (arra_chameleon_config_read (&golden->config, object, path, &error));
  g_assert_no_error (error);
  golden->masked = g_new0 (guint8, golden->config.vocab_size);
  object = arra_json_get_object (object, path, "vocabulary_map", &error);
  for (GList *names = json_object_get_members (object), *l = names; l != NULL || (g_list_free (names), FALSE);
       l = l->next)
    if (g_str_has_prefix (l->data, "IMGIMG"))
      golden->masked[json_object_get_int_member (object, l->data)] = 1;
  return parser;
}

static void
golden_open (Golden *golden, const char *folder, ArraCpu cpu, guint threads)
{
  g_autofree char *directory = path_in (folder, "");
  g_autofree char *expected = path_in (folder, "case.safetensors");
  g_autoptr (GError) error = NULL;

  memset (golden, 0, sizeof *golden);
  golden->folder = g_strdup (folder);
  g_object_unref (read_config (golden));
  golden->source = arra_safetensors_open_directory (directory, &error);
  g_assert_no_error (error);
  golden->expected = arra_safetensors_open (expected, &error);
  g_assert_no_error (error);
  golden->pool = arra_pool_new (threads, &error);
  g_assert_no_error (error);
  golden->exec = (ArraExec) { arra_kernels_get (cpu), golden->pool };
}

static void
golden_load (Golden *golden)
{
  g_autoptr (GError) error = NULL;

  arra_chameleon_free (golden->model);
  golden->model
      = arra_chameleon_new (&golden->config, golden->source, ARRA_N_DTYPES, golden->masked, golden->pool, NULL, &error);
  g_assert_no_error (error);
}

static void
golden_close (Golden *golden)
{
  arra_chameleon_free (golden->model);
  arra_pool_free (golden->pool);
  arra_source_unref (golden->source);
  arra_source_unref (golden->expected);
  g_free (golden->masked);
  g_free (golden->folder);
}

static guint32 *
read_ids (ArraSource *source, const char *name, guint *n)
{
  const ArraTensor *tensor = arra_source_find (source, name);
  gsize count;
  guint32 *ids;

  g_assert_nonnull (tensor);
  g_assert_cmpint (tensor->dtype, ==, ARRA_I64);
  count = arra_tensor_count (tensor);
  ids = g_new (guint32, count);
  for (gsize i = 0; i < count; i++)
    {
      gint64 id;
      memcpy (&id, (const char *) tensor->data + i * sizeof id, sizeof id);
      ids[i] = (guint32) id;
    }
  *n = (guint) count;
  return ids;
}

/* @actual against the golden tensor; the whole of it when @count is all there is. */
static void
compare (ArraSource *source, const char *name, const float *actual, gsize count)
{
  const ArraTensor *tensor = arra_source_find (source, name);
  g_autofree float *expected = g_new (float, count);
  double worst = 0;

  g_assert_nonnull (tensor);
  g_assert_cmpuint (arra_tensor_count (tensor), ==, count);
  arra_tensor_to_float (tensor, 0, count, expected);
  for (gsize i = 0; i < count; i++)
    {
      double difference = fabs ((double) actual[i] - (double) expected[i]);

      if (!(difference <= TOLERANCE))
        g_error ("%s[%zu] is %.9g, %.9g expected", name, i, (double) actual[i], (double) expected[i]);
      worst = MAX (worst, difference);
    }
  g_test_message ("%s: largest error %.2g", name, worst);
}

/* [rows][heads][head_dim] -> [heads][rows][head_dim], as the reference keeps it */
static void
compare_heads (ArraSource *source, const char *name, const float *actual, guint rows, guint heads, guint head_dim)
{
  g_autofree float *turned = g_new (float, (gsize) rows *heads *head_dim);

  for (guint head = 0; head < heads; head++)
    for (guint row = 0; row < rows; row++)
      memcpy (turned + ((gsize) head * rows + row) * head_dim, actual + ((gsize) row * heads + head) * head_dim,
              head_dim * sizeof (float));
  compare (source, name, turned, (gsize) rows * heads * head_dim);
}

static GArray *
floats_new (void)
{
  return g_array_new (FALSE, FALSE, sizeof (float));
}

static void
watch (const char *what, int layer, guint input, const float *data, guint rows, guint width, gpointer user)
{
  Seen *seen = user;
  GArray *place = NULL;

  if (strcmp (what, "embedding") == 0)
    place = seen->hidden[0];
  else if (strcmp (what, "layer") == 0)
    place = (guint) layer + 1 == seen->n_layers ? seen->before_norm : seen->hidden[layer + 1];
  else if (strcmp (what, "final_norm") == 0)
    place = seen->hidden[seen->n_layers];
  else if (layer <= 0)
    {
      place = g_hash_table_lookup (seen->probes, what);
      if (place == NULL)
        g_hash_table_insert (seen->probes, g_strdup (what), place = floats_new ());
    }
  if (place != NULL)
    g_array_append_vals (place, data, rows * width);
}

static void
seen_init (Seen *seen, guint n_layers)
{
  g_assert_cmpuint (n_layers, <=, MAX_LAYERS);
  seen->n_layers = n_layers;
  for (guint i = 0; i <= n_layers; i++)
    seen->hidden[i] = floats_new ();
  seen->before_norm = floats_new ();
  seen->probes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
}

static void
seen_clear (Seen *seen)
{
  for (guint i = 0; i <= seen->n_layers; i++)
    g_array_unref (seen->hidden[i]);
  g_array_unref (seen->before_norm);
  g_hash_table_unref (seen->probes);
}

static void
check_probes (Golden *golden, Seen *seen, guint n)
{
  const ArraChameleonConfig *config = &golden->config;
  const struct
  {
    const char *what;
    guint heads; /* 0: no turning */
  } probes[] = { { "q_proj", 0 },
                 { "attn_out", 0 },
                 { "mlp_out", 0 },
                 { "q_normed", config->n_heads },
                 { "q_rope", config->n_heads },
                 { "k_normed", config->n_kv_heads },
                 { "k_rope", config->n_kv_heads } };

  for (gsize i = 0; i < G_N_ELEMENTS (probes); i++)
    {
      g_autofree char *name = g_strconcat ("probe.layer0.", probes[i].what, NULL);
      GArray *data = g_hash_table_lookup (seen->probes, probes[i].what);

      g_assert_nonnull (data);
      if (arra_source_find (golden->expected, name) == NULL)
        continue;
      if (probes[i].heads == 0)
        compare (golden->expected, name, &g_array_index (data, float, 0), data->len);
      else
        compare_heads (golden->expected, name, &g_array_index (data, float, 0), n, probes[i].heads, config->head_dim);
    }
}

static void
check_seen (Golden *golden, Seen *seen, guint n)
{
  gsize count = (gsize) n * golden->config.hidden_size;

  for (guint i = 0; i <= seen->n_layers; i++)
    {
      g_autofree char *name = g_strdup_printf ("out.hidden_states.%u", i);

      g_assert_cmpuint (seen->hidden[i]->len, ==, count);
      compare (golden->expected, name, &g_array_index (seen->hidden[i], float, 0), count);
    }
  if (arra_source_find (golden->expected, "out.last_layer_before_norm") != NULL)
    compare (golden->expected, "out.last_layer_before_norm", &g_array_index (seen->before_norm, float, 0), count);
  check_probes (golden, seen, n);
}

static void
check_cache (Golden *golden, const ArraKvCache *cache)
{
  const ArraChameleonConfig *config = &golden->config;
  const guint n = arra_kv_cache_length (cache);
  const gsize size = (gsize) n * config->n_kv_heads * config->head_dim;

  g_assert_cmpuint (n, ==, arra_kv_cache_capacity (cache));
  if (arra_source_find (golden->expected, "out.k_cache.layer0") == NULL)
    return;
  compare (golden->expected, "out.k_cache.layer0", arra_kv_cache_row (cache, 0, 1).keys, size);
  compare (golden->expected, "out.v_cache.layer0", arra_kv_cache_row (cache, 0, 1).values, size);
}

/* Logits, hidden states, probes and caches of the whole sequence, read in blocks of at most @max_rows. */
static void
check_whole (Golden *golden, guint max_rows)
{
  guint n;
  g_autofree guint32 *ids = read_ids (golden->expected, "in.input_ids", &n);
  g_autofree float *logits = g_new (float, (gsize) n * golden->config.vocab_size);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraKvCache) cache = arra_chameleon_kv_cache_new (&golden->config, n, &error);
  g_autoptr (ArraTransformerRun) run
      = arra_transformer_run_new (arra_chameleon_transformer (golden->model), &golden->exec, max_rows, n, &error);
  ArraTransformerInput input = { .cache = cache, .ids = ids, .n_ids = n, .logits = logits, .all_logits = TRUE };
  Seen seen;

  seen_init (&seen, golden->config.n_layers);
  g_assert_true (arra_transformer_forward (run, &input, 1, watch, &seen, NULL, &error));
  g_assert_no_error (error);
  compare (golden->expected, "out.logits", logits, (gsize) n * golden->config.vocab_size);
  check_seen (golden, &seen, n);
  check_cache (golden, cache);
  seen_clear (&seen);
}

/* A prefill of the first half, then one token at a time. */
static void
check_decode (Golden *golden)
{
  guint n;
  g_autofree guint32 *ids = read_ids (golden->expected, "in.input_ids", &n);
  g_autofree float *logits = g_new (float, (gsize) n * golden->config.vocab_size);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraKvCache) cache = arra_chameleon_kv_cache_new (&golden->config, n, &error);
  g_autoptr (ArraTransformerRun) run
      = arra_transformer_run_new (arra_chameleon_transformer (golden->model), &golden->exec, n, n, &error);
  ArraTransformerInput input = { .cache = cache, .ids = ids, .n_ids = n / 2, .logits = logits, .all_logits = TRUE };

  g_assert_true (arra_transformer_forward (run, &input, 1, NULL, NULL, NULL, &error));
  for (guint i = n / 2; i < n; i++)
    {
      input = (ArraTransformerInput) {
        .cache = cache, .ids = ids + i, .n_ids = 1, .logits = logits + (gsize) i * golden->config.vocab_size
      };
      g_assert_true (arra_transformer_forward (run, &input, 1, NULL, NULL, NULL, &error));
    }
  if (arra_source_find (golden->expected, "out.logits_kv") != NULL)
    compare (golden->expected, "out.logits_kv", logits, (gsize) n * golden->config.vocab_size);
  else
    compare (golden->expected, "out.logits", logits, (gsize) n * golden->config.vocab_size);
}

/* Two rows with their own positions in one pass. */
static void
check_batch (Golden *golden)
{
  guint n, half;
  g_autofree guint32 *ids = read_ids (golden->expected, "in.batch2.input_ids", &n);
  g_autofree guint32 *positions = read_ids (golden->expected, "in.batch2.position_ids", &n);
  g_autofree float *logits = g_new (float, (gsize) n * golden->config.vocab_size);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraKvCache) first = arra_chameleon_kv_cache_new (&golden->config, n, &error);
  g_autoptr (ArraKvCache) second = arra_chameleon_kv_cache_new (&golden->config, n, &error);
  g_autoptr (ArraTransformerRun) run
      = arra_transformer_run_new (arra_chameleon_transformer (golden->model), &golden->exec, n, n, &error);
  ArraTransformerInput inputs[2];

  half = n / 2;
  inputs[0] = (ArraTransformerInput) {
    .cache = first, .ids = ids, .n_ids = half, .positions = positions, .logits = logits, .all_logits = TRUE
  };
  inputs[1] = (ArraTransformerInput) {
    .cache = second, .ids = ids + half, .n_ids = half, .positions = positions + half, .all_logits = TRUE
  };
  inputs[1].logits = logits + (gsize) half * golden->config.vocab_size;
  g_assert_true (arra_transformer_forward (run, inputs, 2, NULL, NULL, NULL, &error));
  compare (golden->expected, "out.batch2.logits", logits, (gsize) n * golden->config.vocab_size);
}

/* The last row's logits with the image tokens masked. */
static void
check_masked (Golden *golden)
{
  guint n;
  g_autofree guint32 *ids = read_ids (golden->expected, "in.input_ids", &n);
  g_autofree float *logits = g_new (float, golden->config.vocab_size);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraKvCache) cache = arra_chameleon_kv_cache_new (&golden->config, n, &error);
  g_autoptr (ArraTransformerRun) run = NULL;
  ArraTransformerInput input = { .cache = cache, .ids = ids, .n_ids = n, .logits = logits };

  golden->config.mask_image_logits = TRUE;
  golden_load (golden);
  run = arra_transformer_run_new (arra_chameleon_transformer (golden->model), &golden->exec, 4, n, &error);
  g_assert_true (arra_transformer_forward (run, &input, 1, NULL, NULL, NULL, &error));
  compare (golden->expected, "out.logits_mask_image_true.last_row", logits, golden->config.vocab_size);
}

static void
check_rope (Golden *golden, const char *file, ArraRopeScaling scaling, double factor, guint context)
{
  g_autofree char *path = path_in (golden->folder, file);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) expected = arra_safetensors_open (path, &error);
  guint n;
  g_autofree guint32 *ids = read_ids (expected, "in.input_ids", &n);
  g_autofree float *logits = g_new (float, (gsize) n * golden->config.vocab_size);
  g_autoptr (ArraKvCache) cache = NULL;
  g_autoptr (ArraTransformerRun) run = NULL;
  ArraTransformerInput input = { .ids = ids, .n_ids = n, .logits = logits, .all_logits = TRUE };

  golden->config.mask_image_logits = FALSE;
  golden->config.rope_scaling = scaling;
  golden->config.rope_factor = factor;
  golden->config.context = context;
  golden_load (golden);
  input.cache = cache = arra_chameleon_kv_cache_new (&golden->config, n, &error);
  run = arra_transformer_run_new (arra_chameleon_transformer (golden->model), &golden->exec, 4, n, &error);
  g_assert_true (arra_transformer_forward (run, &input, 1, NULL, NULL, NULL, &error));
  compare (expected, "out.logits", logits, (gsize) n * golden->config.vocab_size);
}

static void
check_case (const char *folder, ArraCpu cpu, guint threads)
{
  Golden golden;

  golden_open (&golden, folder, cpu, threads);
  golden_load (&golden);
  check_whole (&golden, 64);
  check_whole (&golden, 5);
  check_decode (&golden);
  if (arra_source_find (golden.expected, "out.batch2.logits") != NULL)
    {
      check_batch (&golden);
      check_masked (&golden);
    }
  if (strcmp (folder, "a_mha") == 0)
    {
      check_rope (&golden, "case_rope_linear.safetensors", ARRA_ROPE_LINEAR, 2.5, 4096);
      check_rope (&golden, "case_rope_dynamic.safetensors", ARRA_ROPE_DYNAMIC, 2.0, 8);
    }
  golden_close (&golden);
}

static void
test_case (gconstpointer folder)
{
  gsize held = arra_mem_held ();

  for (ArraCpu cpu = ARRA_CPU_C; cpu < ARRA_N_CPU; cpu++)
    for (guint threads = 1; threads <= 2 && arra_cpu_supports (cpu, NULL); threads++)
      {
        g_test_message ("%s, %s, %u threads", (const char *) folder, arra_cpu_name (cpu), threads);
        check_case (folder, cpu, threads);
      }
  g_assert_cmpuint (arra_mem_held (), ==, held);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/chameleon/a_mha", "a_mha", test_case);
  g_test_add_data_func ("/chameleon/b_gqa_swin", "b_gqa_swin", test_case);
  g_test_add_data_func ("/chameleon/c_hf_upstream", "c_hf_upstream", test_case);
  return g_test_run ();
}
