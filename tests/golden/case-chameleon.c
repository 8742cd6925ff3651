/* case-chameleon.c - the transformer: logits, hidden states, caches, RoPE variants; HF's image encoder; Meta's form
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "check.h"
#include "chameleon.h"
#include "jsonguard.h"
#include "vocabulary.h"
#include "vqgan.h"

#define CASE "case.safetensors"

typedef struct
{
  Check *check;
  const char *name; /* config.json's path */
  JsonObject *json;
  ArraSource *weights;
  ArraChameleonConfig config;
  guint8 *masked; /* image tokens by id */
} Model;

static ArraChameleon *
build (Model *model, const ArraChameleonConfig *config, GError **error)
{
  return arra_chameleon_new (config, model->weights, ARRA_N_DTYPES, model->masked, model->check->exec.pool, NULL,
                             error);
}

/* ---- hidden states, caught while a sequence runs */

typedef struct
{
  guint n_layers;
  guint hidden;
  float **states; /* n_layers + 1 of rows x hidden; the last after the final norm */
  float *last;    /* the last layer's raw output */
  guint *n_seen;  /* rows so far, for each state; [n_layers + 1] for `last` */
} Caught;

static void
catch_rows (Caught *caught, guint index, float *into, const float *data, guint rows)
{
  memcpy (into + (gsize) caught->n_seen[index] * caught->hidden, data, sizeof (float) * rows * caught->hidden);
  caught->n_seen[index] += rows;
}

static void catch (const char *what, int layer, guint input, const float *data, guint rows, guint width, gpointer user)
{
  Caught *caught = user;

  if (strcmp (what, "embedding") == 0)
    catch_rows (caught, 0, caught->states[0], data, rows);
  else if (strcmp (what, "layer") == 0 && (guint) layer + 1 < caught->n_layers)
    catch_rows (caught, (guint) layer + 1, caught->states[layer + 1], data, rows);
  else if (strcmp (what, "layer") == 0)
    catch_rows (caught, caught->n_layers + 1, caught->last, data, rows);
  else if (strcmp (what, "final_norm") == 0)
    catch_rows (caught, caught->n_layers, caught->states[caught->n_layers], data, rows);
}

static void
check_caught (Check *check, ArraSource *file, const char *file_name, Caught *caught)
{
  for (guint i = 0; i <= caught->n_layers; i++)
    {
      g_autofree char *name = g_strdup_printf ("out.hidden_states.%u", i);
      check_floats (check, file, file_name, name, caught->states[i], (gsize) caught->n_seen[i] * caught->hidden);
    }
  check_floats (check, file, file_name, "out.last_layer_before_norm", caught->last,
                (gsize) caught->n_seen[caught->n_layers + 1] * caught->hidden);
}

static guint32 *
read_ids (Check *check, ArraSource *file, const char *name, gsize *n)
{
  g_autofree gint64 *wide = check_read_ints (check, file, name, n);
  guint32 *ids;

  if (wide == NULL)
    return NULL;
  ids = g_new (guint32, *n);
  for (gsize i = 0; i < *n; i++)
    ids[i] = (guint32) wide[i];
  return ids;
}

/* ---- the parts of a case */

/* One pass over in.input_ids: out.logits, hidden states, caches. */
static gboolean
check_sequence (Model *model,
                const ArraChameleonConfig *config,
                ArraSource *file,
                const char *file_name,
                GError **error)
{
  Check *check = model->check;
  gsize n;
  g_autofree guint32 *ids = read_ids (check, file, "in.input_ids", &n);
  g_autoptr (ArraChameleon) net = build (model, config, error);
  g_autoptr (ArraKvCache) cache
      = net == NULL || ids == NULL ? NULL : arra_chameleon_kv_cache_new (config, (guint) n, error);
  g_autoptr (ArraTransformerRun) run
      = cache == NULL
            ? NULL
            : arra_transformer_run_new (arra_chameleon_transformer (net), &check->exec,
                                        config->rope_scaling == ARRA_ROPE_DYNAMIC ? (guint) n : 8, (guint) n, error);
  g_autofree float *logits = g_new (float, n * config->vocab_size);
  g_autofree float **states = g_new0 (float *, config->n_layers + 2);
  g_autofree float *store = g_new (float, n * config->hidden_size * (config->n_layers + 2));
  g_autofree guint *n_seen = g_new0 (guint, config->n_layers + 2);
  Caught caught = { config->n_layers, config->hidden_size, states,
                    store + n * config->hidden_size * (config->n_layers + 1), n_seen };
  ArraTransformerInput input = { .cache = cache, .ids = ids, .n_ids = (guint) n, .logits = logits, .all_logits = TRUE };

  for (guint i = 0; i <= config->n_layers; i++)
    states[i] = store + n * config->hidden_size * i;
  if (run == NULL || !arra_transformer_forward (run, &input, 1, catch, &caught, NULL, error))
    return FALSE;
  check_floats (check, file, file_name, "out.logits", logits, n * config->vocab_size);
  check_caught (check, file, file_name, &caught);
  if (check_tensor (file, "out.k_cache.layer0") != NULL)
    {
      const gsize size = n * config->n_kv_heads * config->head_dim;

      check_floats (check, file, file_name, "out.k_cache.layer0", arra_kv_cache_row (cache, 0, 1).keys, size);
      check_floats (check, file, file_name, "out.v_cache.layer0", arra_kv_cache_row (cache, 0, 1).values, size);
    }
  return TRUE;
}

/* out.logits_kv: half the sequence at once, then token by token. */
static gboolean
check_stepwise (Model *model, ArraSource *file, GError **error)
{
  Check *check = model->check;
  const ArraChameleonConfig *config = &model->config;
  gsize n, done;
  g_autofree guint32 *ids = read_ids (check, file, "in.input_ids", &n);
  g_autoptr (ArraChameleon) net = build (model, config, error);
  g_autoptr (ArraKvCache) cache
      = net == NULL || ids == NULL ? NULL : arra_chameleon_kv_cache_new (config, (guint) n, error);
  g_autoptr (ArraTransformerRun) run
      = cache == NULL
            ? NULL
            : arra_transformer_run_new (arra_chameleon_transformer (net), &check->exec, (guint) n, (guint) n, error);
  g_autofree float *logits = g_new (float, n * config->vocab_size);

  if (run == NULL)
    return FALSE;
  for (done = 0; done < n;)
    {
      guint count = done == 0 ? (guint) (n / 2) : 1;
      ArraTransformerInput input = { .cache = cache,
                                     .ids = ids + done,
                                     .n_ids = count,
                                     .logits = logits + done * config->vocab_size,
                                     .all_logits = TRUE };

      if (!arra_transformer_forward (run, &input, 1, NULL, NULL, NULL, error))
        return FALSE;
      done += count;
    }
  check_floats (check, file, CASE, "out.logits_kv", logits, n * config->vocab_size);
  return TRUE;
}

/* Two rows with their own position ids, in one pass. */
static gboolean
check_batch (Model *model, ArraSource *file, GError **error)
{
  Check *check = model->check;
  const ArraChameleonConfig *config = &model->config;
  gsize n, n_positions;
  g_autofree guint32 *ids = read_ids (check, file, "in.batch2.input_ids", &n);
  g_autofree guint32 *positions = read_ids (check, file, "in.batch2.position_ids", &n_positions);
  g_autoptr (ArraChameleon) net = build (model, config, error);
  g_autofree float *logits = g_new (float, n * config->vocab_size);
  guint half = (guint) n / 2;
  g_autoptr (ArraKvCache) first = net == NULL ? NULL : arra_chameleon_kv_cache_new (config, half, error);
  g_autoptr (ArraKvCache) second = first == NULL ? NULL : arra_chameleon_kv_cache_new (config, half, error);
  g_autoptr (ArraTransformerRun) run = second == NULL ? NULL
                                                      : arra_transformer_run_new (arra_chameleon_transformer (net),
                                                                                  &check->exec, (guint) n, 256, error);
  ArraTransformerInput inputs[2] = {
    { .cache = first, .ids = ids, .n_ids = half, .positions = positions, .logits = logits, .all_logits = TRUE },
    { .cache = second,
      .ids = ids + half,
      .n_ids = half,
      .positions = positions + half,
      .logits = logits + half * config->vocab_size,
      .all_logits = TRUE },
  };

  if (run == NULL || ids == NULL || positions == NULL || n_positions != n)
    return FALSE;
  if (!arra_transformer_forward (run, inputs, 2, NULL, NULL, NULL, error))
    return FALSE;
  check_floats (check, file, CASE, "out.batch2.logits", logits, n * config->vocab_size);
  return TRUE;
}

/* mask_image_logits = true, last row only */
static gboolean
check_masked (Model *model, ArraSource *file, GError **error)
{
  Check *check = model->check;
  ArraChameleonConfig config = model->config;
  gsize n;
  g_autofree guint32 *ids = read_ids (check, file, "in.input_ids", &n);
  g_autoptr (ArraChameleon) net = NULL;
  g_autoptr (ArraKvCache) cache = NULL;
  g_autoptr (ArraTransformerRun) run = NULL;
  g_autofree float *logits = g_new (float, config.vocab_size);
  ArraTransformerInput input = { .ids = ids, .n_ids = (guint) n, .logits = logits };

  config.mask_image_logits = TRUE;
  net = build (model, &config, error);
  input.cache = cache = net == NULL || ids == NULL ? NULL : arra_chameleon_kv_cache_new (&config, (guint) n, error);
  run = cache == NULL ? NULL
                      : arra_transformer_run_new (arra_chameleon_transformer (net), &check->exec, 4, (guint) n, error);
  if (run == NULL || !arra_transformer_forward (run, &input, 1, NULL, NULL, NULL, error))
    return FALSE;
  check_floats (check, file, CASE, "out.logits_mask_image_true.last_row", logits, config.vocab_size);
  return TRUE;
}

/* What the manifest's notes say of case_rope_*: the rest of config.json is the same. */
static gboolean
check_rope (Model *model, const char *file_name, ArraRopeScaling scaling, double factor, guint context, GError **error)
{
  g_autofree char *path = g_build_filename (model->check->dir, file_name, NULL);
  g_autoptr (ArraSource) file = NULL;
  ArraChameleonConfig config = model->config;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  file = check_open (model->check, file_name);
  if (file == NULL)
    return TRUE;
  config.rope_scaling = scaling;
  config.rope_factor = factor;
  if (context > 0)
    config.context = context;
  return check_sequence (model, &config, file, file_name, error);
}

/* model.vqmodel.*: pixels -> latent, codes, image tokens */
static gboolean
check_encoder (Model *model, ArraSource *file, GError **error)
{
  Check *check = model->check;
  const ArraTensor *pixels = check_tensor (file, "in.pixel_values");
  JsonObject *json = arra_json_get_object (model->json, model->name, "vq_config", error);
  JsonObject *map = json == NULL ? NULL : arra_json_get_object (model->json, model->name, "vocabulary_map", error);
  ArraVqganConfig config;
  g_autoptr (ArraVqgan) vqgan = NULL;
  g_autoptr (ArraVqganRun) run = NULL;
  guint height = (guint) pixels->shape[2], width = (guint) pixels->shape[3], rows, columns;
  gsize n;
  g_autofree guint32 *codes = NULL;
  g_autofree float *latent = NULL;
  g_autofree gint64 *wide = NULL, *tokens = NULL;
  g_autoptr (GList) names = NULL;

  if (map == NULL || !arra_vqgan_config_from_json (&config, json, model->name, error))
    return FALSE;
  rows = height / arra_vqgan_patch (&config);
  columns = width / arra_vqgan_patch (&config);
  n = (gsize) rows * columns;
  vqgan = arra_vqgan_new (&config, model->weights, "model.vqmodel.", check->exec.pool, NULL, error);
  run = vqgan == NULL ? NULL : arra_vqgan_run_new (vqgan, &check->exec, rows, columns, TRUE, error);
  codes = g_new (guint32, n);
  latent = g_new (float, n *config.embed_dim);
  if (run == NULL || !arra_vqgan_encode (run, pixels->data, height, width, codes, latent, NULL, error))
    return FALSE;
  wide = g_new (gint64, n);
  tokens = g_new0 (gint64, n);
  names = json_object_get_members (map);
  for (gsize i = 0; i < n; i++)
    wide[i] = codes[i];
  for (GList *at = names; at != NULL; at = at->next)
    {
      guint32 code;
      for (gsize i = 0; arra_image_code_parse (at->data, &code) && i < n; i++)
        if (codes[i] == code)
          tokens[i] = json_object_get_int_member (map, at->data);
    }
  check_floats (check, file, CASE, "out.vq_latent", latent, n * config.embed_dim);
  check_ints (check, file, CASE, "out.vq_indices", wide, n);
  check_ints (check, file, CASE, "out.image_tokens", tokens, n);
  return TRUE;
}

/* ---- the case */

static gboolean
check_parts (Model *model, ArraSource *file, GError **error)
{
  return check_sequence (model, &model->config, file, CASE, error)
         && (check_tensor (file, "out.logits_kv") == NULL || check_stepwise (model, file, error))
         && (check_tensor (file, "out.batch2.logits") == NULL || check_batch (model, file, error))
         && (check_tensor (file, "out.logits_mask_image_true.last_row") == NULL || check_masked (model, file, error))
         && (check_tensor (file, "in.pixel_values") == NULL || check_encoder (model, file, error))
         && check_rope (model, "case_rope_linear.safetensors", ARRA_ROPE_LINEAR, 2.5, 0, error)
         && check_rope (model, "case_rope_dynamic.safetensors", ARRA_ROPE_DYNAMIC, 2.0, 8, error);
}

static void
mark_image_tokens (Model *model)
{
  JsonObject *map = json_object_has_member (model->json, "vocabulary_map")
                        ? json_object_get_object_member (model->json, "vocabulary_map")
                        : NULL;
  g_autoptr (GList) names = map == NULL ? NULL : json_object_get_members (map);

  model->masked = g_new0 (guint8, model->config.vocab_size);
  for (GList *at = names; at != NULL; at = at->next)
    {
      guint32 code;
      gint64 id = json_object_get_int_member (map, at->data);

      if (arra_image_code_parse (at->data, &code) && id >= 0 && id < model->config.vocab_size)
        model->masked[id] = TRUE;
    }
}

/* The files of Meta's form hold what those of Hugging Face's, one folder up, do: exactly. */
static void
check_conversion (Check *check, ArraSource *meta, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (check->dir);
  g_autoptr (ArraSource) form = arra_safetensors_open_directory (folder, error);

  for (gsize i = 0; form != NULL && i < arra_source_count (form); i++)
    {
      const char *name = arra_source_name (form, i);
      const ArraTensor *expected = arra_source_tensor (form, i), *got = arra_source_find (meta, name);
      gsize n = arra_tensor_count (expected);
      g_autofree float *a = g_new (float, n), *b = g_new (float, n);
      g_autofree double *buffer = g_new (double, n);
      ArraTensor read;

      if (!g_str_has_prefix (name, "model.layers.") && got == NULL)
        continue;
      check_same_int (check, name, (gint64) n, got != NULL ? (gint64) arra_tensor_count (got) : -1);
      if (got == NULL || arra_tensor_count (got) != n)
        continue;
      arra_tensor_to_float (expected, 0, n, a);
      read = arra_source_part (meta, got, 0, n, buffer);
      arra_tensor_to_float (&read, 0, n, b);
      check_same_int (check, name, 0, memcmp (a, b, n * sizeof *a) != 0);
    }
}

static void
check_meta (Model *model, ArraSource *file)
{
  GError *error = NULL;
  g_autoptr (ArraSource) weights = NULL;

  if (arra_chameleon_meta_config (&model->config, model->check->dir, &error))
    model->weights = weights = arra_chameleon_meta_open (&model->config, model->check->dir, &error);
  if (weights != NULL)
    {
      check_conversion (model->check, weights, &error);
      if (error == NULL)
        check_sequence (model, &model->config, file, CASE, &error);
    }
  check_error (model->check, error);
}

gboolean
check_chameleon (Check *check)
{
  g_autofree char *config_path = g_build_filename (check->dir, "config.json", NULL);
  Model model = { .check = check, .name = config_path };
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (ArraSource) weights = NULL, file = NULL;
  GError *error = NULL;

  file = check_open (check, CASE);
  if (!g_file_test (config_path, G_FILE_TEST_EXISTS))
    {
      if (file != NULL)
        check_meta (&model, file);
      return TRUE;
    }
  parser = check_json (check, "config.json", &model.json);
  if (parser == NULL || file == NULL)
    return TRUE;
  model.weights = weights = arra_safetensors_open_directory (check->dir, &error);
  if (weights != NULL && arra_chameleon_config_read (&model.config, model.json, config_path, &error))
    {
      mark_image_tokens (&model);
      check_parts (&model, file, &error);
    }
  check_error (check, error);
  g_free (model.masked);
  return TRUE;
}
