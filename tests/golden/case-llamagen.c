/* case-llamagen.c - LlamaGen's transformer: whole sequences, prefixes, generation with guidance, what a draw is made of
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "case-llamagen.h"
#include "jsonguard.h"
#include "sampler.h"

#define LOGITS_BOUND 3e-5

/* ---- the model of a case */

static ArraSource *
open_weights (const char *path, GError **error)
{
  return g_str_has_suffix (path, ".safetensors") ? arra_safetensors_open (path, error)
                                                 : arra_torch_open (path, NULL, error);
}

static gboolean
load_file (const LlamagenCase *item,
           const char *path,
           ArraSource **source,
           char **prefix,
           ArraLlamagenConfig *config,
           GError **error)
{
  JsonObject *args;
  g_autoptr (JsonParser) parser = check_json (item->check, "model_args.json", &args);

  *source = parser == NULL ? NULL : open_weights (path, error);
  if (*source == NULL)
    return FALSE;
  *prefix = arra_llamagen_find_prefix (*source);
  if (*prefix == NULL)
    check_fault (item->check, "%s holds no LlamaGen", path);
  return *prefix != NULL && arra_llamagen_config_from_tensors (config, *source, *prefix, args, path, error);
}

static gboolean
load (LlamagenCase *item, const char *path, GError **error)
{
  if (!load_file (item, path, &item->weights, &item->prefix, &item->config, error))
    return FALSE;
  item->model = arra_llamagen_new (&item->config, item->weights, item->prefix, ARRA_N_DTYPES, item->check->exec.pool,
                                   NULL, error);
  return item->model != NULL;
}

static void
clear (LlamagenCase *item)
{
  arra_llamagen_free (item->model);
  g_free (item->prefix);
  arra_source_unref (item->weights);
  arra_source_unref (item->file);
}

static ArraKvCache *
new_cache (const LlamagenCase *item, guint n, GError **error)
{
  const ArraKvShape shape = arra_transformer_kv_shape (&arra_llamagen_transformer (item->model)->shape);

  return arra_kv_cache_new (&shape, n, error);
}

static ArraTransformerRun *
new_run (const LlamagenCase *item, guint rows, guint context, GError **error)
{
  return arra_transformer_run_new (arra_llamagen_transformer (item->model), &item->check->exec, rows, context, error);
}

/* ---- positions */

static guint
side_of (gsize n_codes)
{
  return (guint) lround (sqrt ((double) n_codes));
}

/* [rows][head_dim / 2][cosine, sine] */
static void
check_angles (const LlamagenCase *item)
{
  const ArraTensor *expected = check_tensor (item->file, "out.freqs_cis");
  guint n = (guint) expected->shape[0], half = item->config.head_dim / 2, side = side_of (n - item->config.n_prefix);
  g_autofree float *frequencies = g_new (float, half), *cosine = g_new (float, half), *sine = g_new (float, half);
  g_autofree float *all = g_new (float, (gsize) n *half * 2);

  arra_llamagen_frequencies (&item->config, frequencies);
  for (guint row = 0; row < n; row++)
    {
      arra_llamagen_angles (&item->config, frequencies, row, side, cosine, sine);
      for (guint i = 0; i < half; i++)
        {
          all[((gsize) row * half + i) * 2] = cosine[i];
          all[((gsize) row * half + i) * 2 + 1] = sine[i];
        }
    }
  check_floats (item->check, item->file, CASE, "out.freqs_cis", all, (gsize) n * half * 2);
}

/* ---- class and codes in one pass */

/* The rows that an input's first id becomes. */
typedef struct
{
  float *rows;
  guint width;
} First;

static void
catch_first (const char *what, int layer, guint input, const float *data, guint rows, guint width, gpointer user)
{
  First *first = user;

  if (strcmp (what, "embedding") == 0)
    memcpy (first->rows + (gsize) input * first->width, data, sizeof (float) * first->width);
}

static gboolean
check_sequences (const LlamagenCase *item, gboolean none, const char *name, GError **error)
{
  gsize n = 0, n_codes = 0;
  g_autofree gint64 *classes = check_read_ints (item->check, item->file, "in.class_ids", &n);
  g_autofree gint64 *codes = check_read_ints (item->check, item->file, "in.idx", &n_codes);
  guint length = (guint) (n_codes / n) + 1;
  gsize size = (gsize) length * item->config.n_codes;
  g_autofree guint32 *ids = g_new (guint32, n * length);
  g_autofree float *logits = g_new (float, n *size), *embedded = g_new (float, n * item->config.hidden_size);
  g_autofree ArraTransformerInput *inputs = g_new0 (ArraTransformerInput, n);
  g_autoptr (ArraTransformerRun) run = new_run (item, (guint) n * length, length, error);
  First first = { embedded, item->config.hidden_size };
  gboolean ok = run != NULL;

  for (gsize i = 0; i < n && ok; i++)
    {
      ids[i * length] = item->config.n_codes + (none ? item->config.n_classes : (guint) classes[i]);
      for (guint j = 1; j < length; j++)
        ids[i * length + j] = (guint32) codes[i * (length - 1) + j - 1];
      inputs[i] = (ArraTransformerInput) { .cache = new_cache (item, length, error),
                                           .ids = ids + i * length,
                                           .n_ids = length,
                                           .columns = side_of (length),
                                           .logits = logits + i * size,
                                           .all_logits = TRUE };
      ok = inputs[i].cache != NULL;
    }
  ok = ok && arra_transformer_forward (run, inputs, (guint) n, catch_first, &first, NULL, error);
  if (ok)
    check_floats (item->check, item->file, CASE, name, logits, n * size);
  if (ok && !none)
    check_floats (item->check, item->file, CASE, "out.cls_embedding", embedded, n * item->config.hidden_size);
  for (gsize i = 0; i < n; i++)
    arra_kv_cache_free (inputs[i].cache);
  return ok;
}

/* ---- generation */

/* One of the sequences that go on together: what it begins with, its cache. */
typedef struct
{
  ArraKvCache *cache;
  guint32 *ids; /* of the prefix, or */
  float *rows;
  guint n, left_out;
} Branch;

typedef struct
{
  const LlamagenCase *item;
  double guidance;
  int interval; /* the last step that is guided, counted after the first; negative: all */
  gboolean masked;
  guint n, n_branches, steps;
  Branch *branches; /* conditional ones, then unconditional ones */
  float *logits;    /* [branch][step][code] */
  gint64 *tokens;   /* [n][steps] */
} Generation;

static float *
logits_at (const Generation *g, guint branch, guint step)
{
  return g->logits + ((gsize) branch * g->steps + step) * g->item->config.n_codes;
}

/* The prefix of a class, or of none. */
static void
begin_class (const Generation *g, guint index, gboolean none, Branch *branch)
{
  gsize n;
  g_autofree gint64 *classes = check_read_ints (g->item->check, g->item->file, "in.class_ids", &n);
  const ArraLlamagenConfig *config = &g->item->config;

  branch->ids = g_new (guint32, 1);
  branch->ids[0] = config->n_codes + (none ? config->n_classes : (guint) classes[index]);
  branch->n = 1;
}

/* The prefix of a text's features without its padding, or of no text at the same places. */
static void
begin_text (const Generation *g, guint index, gboolean none, ArraTransformerRun *run, Branch *branch)
{
  const ArraLlamagenConfig *config = &g->item->config;
  guint padding = g->item->padding[index];
  const float *features = g->item->features + ((gsize) index * config->n_prefix) * config->caption_size;

  branch->left_out = g->masked ? padding : 0;
  branch->n = config->n_prefix - branch->left_out;
  branch->ids = g_new (guint32, branch->n);
  for (guint i = 0; i < branch->n; i++)
    branch->ids[i] = config->n_codes + branch->left_out + i;
  if (none)
    return;
  branch->rows = g_new (float, (gsize) branch->n * config->hidden_size);
  arra_llamagen_project (run, features + (gsize) branch->left_out * config->caption_size, branch->n, branch->rows);
}

static guint32
choose (const Generation *g, guint index, guint step)
{
  const float *c = logits_at (g, index, step);
  gboolean guided = g->guidance > 1 && (step == 0 || g->interval < 0 || (int) step - 1 <= g->interval);
  g_autofree float *scores = g_memdup2 (c, g->item->config.n_codes * sizeof *c);
  guint32 best = 0;

  if (guided)
    g->item->check->exec.kernels->guide (c, logits_at (g, index + g->n, step), (float) g->guidance,
                                         g->item->config.n_codes, scores);
  for (guint32 i = 1; i < g->item->config.n_codes; i++)
    if (scores[i] > scores[best])
      best = i;
  return best;
}

static gboolean
step (const Generation *g, ArraTransformerRun *run, guint at, GError **error)
{
  g_autofree ArraTransformerInput *inputs = g_new0 (ArraTransformerInput, g->n_branches);
  g_autofree guint32 *last = g_new0 (guint32, g->n_branches);

  for (guint i = 0; i < g->n_branches; i++)
    {
      const Branch *branch = &g->branches[i];

      inputs[i] = (ArraTransformerInput) { .cache = branch->cache,
                                           .left_out = branch->left_out,
                                           .columns = side_of (g->steps),
                                           .logits = logits_at (g, i, at),
                                           .n_ids = at == 0 ? branch->n : 1 };
      if (at > 0)
        last[i] = (guint32) g->tokens[i % g->n * g->steps + at - 1];
      inputs[i].ids = at > 0 ? &last[i] : branch->ids;
      inputs[i].rows = at > 0 ? NULL : branch->rows;
    }
  if (!arra_transformer_forward (run, inputs, g->n_branches, NULL, NULL, NULL, error))
    return FALSE;
  for (guint i = 0; i < g->n; i++)
    g->tokens[i * g->steps + at] = choose (g, i, at);
  return TRUE;
}

static gboolean
begin (const Generation *g, ArraTransformerRun *run, GError **error)
{
  for (guint i = 0; i < g->n_branches; i++)
    {
      Branch *branch = &g->branches[i];

      if (g->item->config.kind == ARRA_LLAMAGEN_CLASSES)
        begin_class (g, i % g->n, i >= g->n, branch);
      else
        begin_text (g, i % g->n, i >= g->n, run, branch);
      branch->cache = new_cache (g->item, branch->n + g->steps, error);
      if (branch->cache == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
generate (const Generation *g, const char *stem, GError **error)
{
  const ArraLlamagenConfig *config = &g->item->config;
  g_autofree char *tokens = g_strdup_printf ("out.%s.tokens", stem),
                  *logits = g_strdup_printf ("out.%s.raw_logits", stem);
  g_autoptr (ArraTransformerRun) run = new_run (g->item, config->n_prefix, config->n_prefix + g->steps, error);
  gboolean ok = run != NULL && begin (g, run, error);

  for (guint at = 0; at < g->steps && ok; at++)
    ok = step (g, run, at, error);
  if (!ok)
    return FALSE;
  check_ints (g->item->check, g->item->file, CASE, tokens, g->tokens, (gsize) g->n * g->steps);
  check_floats (g->item->check, g->item->file, CASE, logits, g->logits,
                (gsize) g->n_branches * g->steps * config->n_codes);
  return TRUE;
}

static void
clear_branches (Generation *g)
{
  for (guint i = 0; i < g->n_branches; i++)
    {
      arra_kv_cache_free (g->branches[i].cache);
      g_free (g->branches[i].ids);
      g_free (g->branches[i].rows);
    }
  g_free (g->branches);
}

/* What a name says: "cfg4", "cfg75_masked" (7.5), "cfg4_interval5". The first digit is whole. */
static void
read_name (const char *stem, Generation *g)
{
  const char *cfg = strstr (stem, "cfg"), *interval = strstr (stem, "interval");

  g->guidance = 1;
  g->interval = interval != NULL ? atoi (interval + strlen ("interval")) : -1;
  g->masked = strstr (stem, "nomask") == NULL;
  if (cfg == NULL)
    return;
  cfg += strlen ("cfg");
  g->guidance = g_ascii_digit_value (*cfg);
  for (double unit = 0.1; g_ascii_isdigit (cfg[1]); cfg++, unit /= 10)
    g->guidance += unit * g_ascii_digit_value (cfg[1]);
}

static gboolean
check_generation (const LlamagenCase *item, const char *name, GError **error)
{
  g_autofree char *stem = g_strndup (name + strlen ("out."), strlen (name) - strlen ("out.") - strlen (".tokens"));
  const ArraTensor *expected = check_tensor (item->file, name);
  Generation g = { .item = item, .n = (guint) expected->shape[0], .steps = (guint) expected->shape[1] };
  g_autofree float *logits = NULL;
  gboolean ok;

  read_name (stem, &g);
  g.tokens = g_new0 (gint64, (gsize) g.n * g.steps);
  g.n_branches = g.guidance > 1 ? 2 * g.n : g.n;
  g.logits = logits = g_new0 (float, (gsize) g.n_branches *g.steps * item->config.n_codes);
  g.branches = g_new0 (Branch, g.n_branches);
  ok = generate (&g, stem, error);
  g_free (g.tokens);
  clear_branches (&g);
  return ok;
}

static gboolean
check_generations (const LlamagenCase *item, GError **error)
{
  for (gsize i = 0; i < arra_source_count (item->file); i++)
    {
      const char *name = arra_source_name (item->file, i);

      if (g_str_has_prefix (name, "out.") && g_str_has_suffix (name, ".tokens")
          && !check_generation (item, name, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- what a draw is made of */

/* "t07_p09", "t12_k30_p05": temperature and top-p with one place behind the point, top-k */
static ArraSampling
read_sampling (const char *name)
{
  const char *t = strstr (name, ".t"), *k = strstr (name, "_k"), *p = strstr (name, "_p");
  ArraSampling sampling = { .guidance_scale = 1, .temperature = 1, .top_p = 1 };

  if (t != NULL && g_ascii_isdigit (t[3]))
    sampling.temperature = 0.1 * (10 * g_ascii_digit_value (t[2]) + g_ascii_digit_value (t[3]));
  if (k != NULL)
    sampling.top_k = (guint) atoi (k + 2);
  if (p != NULL && g_ascii_isdigit (p[2]))
    sampling.top_p = 0.1 * (10 * g_ascii_digit_value (p[2]) + g_ascii_digit_value (p[3]));
  return sampling;
}

static gboolean
weigh (const LlamagenCase *item,
       ArraSampler *sampler,
       const ArraSampling *sampling,
       const float *logits,
       guint32 n,
       float *probabilities,
       GError **error)
{
  const ArraLayout layout = { .n_tokens = n, .n_codes = n };
  const ArraGrammar grammar = { .layout = &layout, .expect = ARRA_EXPECT_CODE };
  double sum = 0;

  if (!arra_sampler_filter (sampler, item->check->exec.kernels, &grammar, sampling, logits, NULL, error))
    return FALSE;
  arra_sampler_weigh (sampler, sampling);
  memset (probabilities, 0, n * sizeof *probabilities);
  for (gsize i = 0; i < sampler->n_candidates; i++)
    sum += exp ((double) sampler->candidates[i].score);
  for (gsize i = 0; i < sampler->n_candidates; i++)
    probabilities[sampler->candidates[i].id] = (float) (exp ((double) sampler->candidates[i].score) / sum);
  return TRUE;
}

static gboolean
check_draw (const LlamagenCase *item, const char *name, GError **error)
{
  const ArraTensor *logits = check_tensor (item->file, "in.sample.logits"), *expected = check_tensor (item->file, name);
  const ArraSampling sampling = read_sampling (name + strlen ("out.sample"));
  guint32 n = (guint32) expected->shape[1];
  g_autofree float *all = g_new (float, arra_tensor_count (expected));
  ArraSampler sampler;
  gboolean ok = arra_sampler_init (&sampler, n, error);

  for (gsize row = 0; ok && row < (gsize) expected->shape[0]; row++)
    ok = weigh (item, &sampler, &sampling, (const float *) logits->data + row * n, n, all + row * n, error);
  if (ok)
    check_floats (item->check, item->file, CASE, name, all, arra_tensor_count (expected));
  arra_sampler_clear (&sampler);
  return ok;
}

static gboolean
check_draws (const LlamagenCase *item, GError **error)
{
  for (gsize i = 0; i < arra_source_count (item->file); i++)
    {
      const char *name = arra_source_name (item->file, i);

      if (g_str_has_prefix (name, "out.sample.") && !check_draw (item, name, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- texts */

/* The features, moved behind their padding, which is zero; how much of it there is. */
static gboolean
pad_left (LlamagenCase *item)
{
  const ArraLlamagenConfig *config = &item->config;
  const ArraTensor *in = check_tensor (item->file, "in.t5_embeddings");
  gsize n_mask = 0, row = config->caption_size;
  g_autofree gint64 *mask = check_read_ints (item->check, item->file, "in.t5_mask", &n_mask);
  g_autofree gint64 *turned = g_new0 (gint64, MAX (n_mask, 1));
  guint n = (guint) (n_mask / config->n_prefix);

  item->features = g_new0 (float, n_mask *row);
  item->padding = g_new0 (guint, n);
  for (guint i = 0; mask != NULL && i < n; i++)
    {
      gsize first = (gsize) i * config->n_prefix;
      guint valid = 0;

      while (valid < config->n_prefix && mask[first + valid] != 0)
        valid++;
      item->padding[i] = config->n_prefix - valid;
      arra_tensor_to_float (in, first * row, valid * row, item->features + (first + item->padding[i]) * row);
      for (guint j = item->padding[i]; j < config->n_prefix; j++)
        turned[first + j] = 1;
    }
  check_floats (item->check, item->file, CASE, "out.left_padded_embeddings", item->features, n_mask * row);
  check_ints (item->check, item->file, CASE, "out.left_padded_mask", turned, n_mask);
  return mask != NULL;
}

static gboolean
check_projection (const LlamagenCase *item, GError **error)
{
  guint n = (guint) check_tensor (item->file, "out.caption_proj")->shape[0] * item->config.n_prefix;
  g_autoptr (ArraTransformerRun) run = new_run (item, n, item->config.n_prefix, error);
  g_autofree float *rows = g_new (float, (gsize) n * item->config.hidden_size);

  if (run == NULL)
    return FALSE;
  arra_llamagen_project (run, item->features, n, rows);
  check_floats (item->check, item->file, CASE, "out.caption_proj", rows, (gsize) n * item->config.hidden_size);
  return TRUE;
}

/* What each row of the reference's first example sees, by what is left out here: padding sees itself alone. */
static void
check_seen (const LlamagenCase *item)
{
  const char *name = "out.greedy_masked.causal_mask_first_example";
  const ArraTensor *expected = check_tensor (item->file, name);
  gsize n = expected != NULL ? (gsize) expected->shape[0] : 0;
  g_autofree guint8 *seen = g_new0 (guint8, MAX (n * n, 1));

  for (gsize row = 0; row < n; row++)
    for (gsize at = 0; at <= row; at++)
      seen[row * n + at] = at == row || at >= item->padding[0];
  check_bytes (item->check, item->file, CASE, name, seen, n * n, 0);
}

/* ---- the same weights in other files */

static gboolean
is_same (const ArraTensor *a, const ArraTensor *b)
{
  gsize n = arra_tensor_count (a);
  g_autofree float *x = g_new (float, n), *y = g_new (float, n);

  if (arra_tensor_count (b) != n)
    return FALSE;
  arra_tensor_to_float (a, 0, n, x);
  arra_tensor_to_float (b, 0, n, y);
  return memcmp (x, y, n * sizeof *x) == 0;
}

typedef struct
{
  const LlamagenCase *item;
  const ArraSource *other;
  const char *prefix;
} Comparison;

static gboolean
compare_weight (const char *name, gboolean is_matrix, const ArraTensor *stored, gpointer data, GError **error)
{
  const Comparison *comparison = data;
  g_autofree char *full = g_strconcat (comparison->prefix, name, NULL);
  const ArraTensor *other = arra_source_find (comparison->other, full);

  if (other == NULL || !is_same (stored, other))
    check_fault (comparison->item->check, "%s is not the same in the other file", name);
  return TRUE;
}

static gboolean
is_same_shape (const ArraLlamagenConfig *a, const ArraLlamagenConfig *b)
{
  return memcmp (a, b, G_STRUCT_OFFSET (ArraLlamagenConfig, norm_eps)) == 0 && a->norm_eps == b->norm_eps
         && a->rope_base == b->rope_base;
}

static gboolean
check_other_file (const LlamagenCase *item, const char *file, GError **error)
{
  const ArraWeights weights = arra_llamagen_weights (&item->config, item->weights, item->prefix);
  g_autofree char *path = g_build_filename (item->check->dir, file, NULL), *prefix = NULL;
  g_autoptr (ArraSource) source = NULL;
  ArraLlamagenConfig config;
  Comparison comparison;

  if (!load_file (item, path, &source, &prefix, &config, error))
    return FALSE;
  if (!is_same_shape (&config, &item->config))
    check_fault (item->check, "%s tells another shape", file);
  comparison = (Comparison) { item, source, prefix };
  return arra_weights_foreach (&weights, compare_weight, &comparison, error);
}

static gboolean
check_other_files (const LlamagenCase *item, const char *path, GError **error)
{
  JsonArray *files = json_object_has_member (item->check->entry, "other_files")
                         ? json_object_get_array_member (item->check->entry, "other_files")
                         : NULL;

  for (guint i = 0; files != NULL && i < json_array_get_length (files); i++)
    {
      const char *file = json_array_get_string_element (files, i);

      if (g_str_has_suffix (file, ".pt") && !g_str_has_suffix (path, file) && !check_other_file (item, file, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- the case */

static gboolean
check_parts (LlamagenCase *item, const char *path, GError **error)
{
  check_angles (item);
  if (item->config.kind == ARRA_LLAMAGEN_CLASSES)
    return check_sequences (item, FALSE, "out.logits", error)
           && check_sequences (item, TRUE, "out.logits_uncond", error) && check_generations (item, error)
           && check_draws (item, error) && check_other_files (item, path, error)
           && check_llamagen_training (item, error);
  if (!pad_left (item))
    return FALSE;
  check_seen (item);
  return check_projection (item, error) && check_generations (item, error) && check_other_files (item, path, error);
}

gboolean
check_llamagen (Check *check)
{
  LlamagenCase item = { .check = check, .file = check_open (check, CASE) };
  g_autofree char *path = NULL;
  GError *error = NULL;

  if (item.file != NULL && check_tensor (item.file, "in.enc0.pixels") != NULL)
    {
      arra_source_unref (item.file);
      return check_vq (check);
    }
  if (strstr (check->tolerance, "abs ") == NULL) /* "as c2i" */
    check->bound = LOGITS_BOUND;
  path = check_weights_path (check);
  if (item.file != NULL && path != NULL && load (&item, path, &error))
    check_parts (&item, path, &error);
  check_error (check, error);
  clear (&item);
  g_free (item.features);
  g_free (item.padding);
  return TRUE;
}
