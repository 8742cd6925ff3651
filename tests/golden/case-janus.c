/* case-janus.c - Janus in both its forms: prompts to codes with guidance, codes to pictures and back
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "check.h"
#include "janus.h"

#define CASE "case.safetensors"
#define EMBED_BOUND 1e-5

typedef struct
{
  Check *check;
  ArraSource *file, *weights;
  char *prefix, *vqgan_prefix;
  ArraJanusForm form;
  ArraJanusConfig config;
  ArraJanus *model;
  ArraVqganConfig vqgan_config;
  ArraVqgan *vqgan;
  double guidance;
  guint32 pad;
} Janus;

/* The number behind @word in the manifest's words on the case. */
static double
said (Check *check, const char *word)
{
  const char *what = json_object_get_string_member_with_default (check->entry, "what", "");
  const char *at = strstr (what, word);

  if (at != NULL)
    return g_ascii_strtod (at + strlen (word), NULL);
  check_fault (check, "the manifest does not say the %s", word);
  return 0;
}

static gboolean
load (Janus *janus, const char *path, GError **error)
{
  Check *check = janus->check;
  JsonObject *json;
  g_autoptr (JsonParser) parser = check_json (check, "config.json", &json);

  janus->weights = g_str_has_suffix (path, ".safetensors") ? arra_safetensors_open (path, error)
                                                           : arra_torch_open (path, NULL, error);
  if (parser == NULL || janus->weights == NULL)
    return FALSE;
  janus->prefix = arra_janus_find_prefix (janus->weights, &janus->form);
  if (janus->prefix == NULL)
    check_fault (check, "%s holds no Janus", path);
  if (janus->prefix == NULL
      || !arra_janus_config_read (&janus->config, json, janus->weights, janus->prefix, janus->form, "config.json",
                                  error)
      || !arra_janus_vqgan_config (&janus->vqgan_config, janus->weights, janus->prefix, janus->form, error))
    return FALSE;
  janus->vqgan_prefix = arra_janus_vqgan_prefix (janus->prefix, janus->form);
  janus->model = arra_janus_new (&janus->config, janus->weights, janus->prefix, janus->form, ARRA_N_DTYPES,
                                 check->exec.pool, NULL, error);
  janus->vqgan = arra_vqgan_new (&janus->vqgan_config, janus->weights, janus->vqgan_prefix, check->exec.pool, NULL,
                                 janus->model != NULL ? error : NULL);
  return janus->model != NULL && janus->vqgan != NULL;
}

static void
clear (Janus *janus)
{
  arra_janus_free (janus->model);
  arra_vqgan_free (janus->vqgan);
  arra_source_unref (janus->weights);
  arra_source_unref (janus->file);
  g_free (janus->prefix);
  g_free (janus->vqgan_prefix);
}

/* "out.run0.tokens" */
static char *
name_of (const char *kind, const char *run, const char *what)
{
  return g_strdup_printf ("%s.%s.%s", kind, run, what);
}

/* ---- codes to a picture */

static void
check_picture (const Janus *janus, const char *stem, const float *planes, guint height, guint width)
{
  gsize n = (gsize) height * width;
  g_autofree float *turned = g_new (float, 3 * n);
  g_autofree guint8 *rgb = g_new (guint8, 3 * n);
  g_autofree char *decoded = name_of ("out", stem, "decoded"), *hwc = name_of ("out", stem, "decoded_hwc"),
                  *bytes = name_of ("out", stem, "u8");

  for (gsize c = 0; c < 3; c++)
    for (gsize i = 0; i < n; i++)
      turned[3 * i + c] = planes[c * n + i];
  arra_vqgan_to_u8 (&janus->vqgan_config, planes, height, width, rgb);
  check_floats (janus->check, janus->file, CASE, decoded, planes, 3 * n);
  check_floats (janus->check, janus->file, CASE, hwc, turned, 3 * n);
  check_bytes (janus->check, janus->file, CASE, bytes, rgb, 3 * n, janus->check->within);
}

static gboolean
decode (const Janus *janus, const char *stem, const gint64 *tokens, guint rows, guint columns, GError **error)
{
  guint patch = arra_vqgan_patch (&janus->vqgan_config);
  gsize n = (gsize) rows * columns;
  g_autofree guint32 *codes = g_new (guint32, n);
  g_autofree float *planes = g_new (float, n *patch *patch * 3);
  g_autoptr (ArraVqganRun) run = arra_vqgan_run_new (janus->vqgan, &janus->check->exec, rows, columns, FALSE, error);

  for (gsize i = 0; i < n; i++)
    codes[i] = (guint32) tokens[i];
  if (run == NULL || !arra_vqgan_decode (run, codes, rows, columns, planes, NULL, NULL, NULL, error))
    return FALSE;
  check_picture (janus, stem, planes, rows * patch, columns * patch);
  return TRUE;
}

static gboolean
encode (const Janus *janus, GError **error)
{
  const ArraTensor *in = check_tensor (janus->file, "in.encode.pixels");
  guint patch = arra_vqgan_patch (&janus->vqgan_config);
  guint height = (guint) in->shape[2], width = (guint) in->shape[3], rows = height / patch, columns = width / patch;
  gsize n = (gsize) rows * columns;
  g_autofree guint32 *codes = g_new (guint32, n);
  g_autofree gint64 *wide = g_new (gint64, n);
  g_autoptr (ArraVqganRun) run = arra_vqgan_run_new (janus->vqgan, &janus->check->exec, rows, columns, TRUE, error);

  if (run == NULL || !arra_vqgan_encode (run, in->data, height, width, codes, NULL, NULL, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    wide[i] = codes[i];
  check_ints (janus->check, janus->file, CASE, "out.encode.indices", wide, n);
  return decode (janus, "encode", wide, rows, columns, error);
}

/* ---- a code's embedding */

static void
catch_embedding (const char *what, int layer, guint input, const float *data, guint rows, guint width, gpointer user)
{
  if (strcmp (what, "embedding") == 0)
    memcpy (user, data, sizeof (float) * rows * width);
}

static gboolean
check_embedding (const Janus *janus, GError **error)
{
  const ArraTransformer *transformer = arra_janus_transformer (janus->model);
  const ArraKvShape shape = arra_transformer_kv_shape (&transformer->shape);
  double bound = janus->check->bound;
  gsize n;
  g_autofree gint64 *codes = check_read_ints (janus->check, janus->file, "in.embed.codes", &n);
  g_autofree guint32 *ids = g_new (guint32, n);
  g_autofree float *rows = g_new (float, n * janus->config.hidden_size);
  g_autoptr (ArraKvCache) cache = arra_kv_cache_new (&shape, (guint) n, error);
  g_autoptr (ArraTransformerRun) run
      = arra_transformer_run_new (transformer, &janus->check->exec, (guint) n, (guint) n, error);
  ArraTransformerInput input = { .cache = cache, .ids = ids, .n_ids = (guint) n };

  for (gsize i = 0; i < n; i++)
    ids[i] = janus->config.n_text + (guint32) codes[i];
  if (cache == NULL || run == NULL || !arra_transformer_forward (run, &input, 1, catch_embedding, rows, NULL, error))
    return FALSE;
  janus->check->bound = EMBED_BOUND;
  check_floats (janus->check, janus->file, CASE, "out.embed", rows, n * janus->config.hidden_size);
  janus->check->bound = bound;
  return TRUE;
}

/* ---- generation */

typedef struct
{
  const Janus *janus;
  guint n, steps;
  guint32 *ids[2]; /* of the prompt, and of the unconditional branch */
  ArraKvCache *caches[2];
  ArraTransformerRun *run;
  float *logits; /* [step][2][code] */
  gint64 *tokens;
} Generation;

static gboolean
begin (Generation *g, GError **error)
{
  const ArraTransformer *transformer = arra_janus_transformer (g->janus->model);
  const ArraKvShape shape = arra_transformer_kv_shape (&transformer->shape);

  for (guint i = 0; i < 2; i++)
    {
      g->caches[i] = arra_kv_cache_new (&shape, g->n + g->steps, error);
      if (g->caches[i] == NULL)
        return FALSE;
    }
  g->run = arra_transformer_run_new (transformer, &g->janus->check->exec, 5, g->n + g->steps, error);
  return g->run != NULL;
}

static gboolean
step (Generation *g, guint at, GError **error)
{
  guint n_codes = g->janus->config.n_codes;
  float *logits = g->logits + (gsize) at * 2 * n_codes;
  guint32 last = at > 0 ? g->janus->config.n_text + (guint32) g->tokens[at - 1] : 0;
  g_autofree float *scores = g_new (float, n_codes);
  ArraTransformerInput inputs[2];

  for (guint i = 0; i < 2; i++)
    inputs[i] = (ArraTransformerInput) { .cache = g->caches[i],
                                         .ids = at > 0 ? &last : g->ids[i],
                                         .n_ids = at > 0 ? 1 : g->n,
                                         .logits = logits + i * n_codes };
  if (!arra_transformer_forward (g->run, inputs, 2, NULL, NULL, NULL, error))
    return FALSE;
  g->janus->check->exec.kernels->guide (logits, logits + n_codes, (float) g->janus->guidance, n_codes, scores);
  for (guint i = 1; i < n_codes; i++)
    if (scores[i] > scores[g->tokens[at]])
      g->tokens[at] = i;
  return TRUE;
}

static gboolean
generate (Generation *g, const char *stem, GError **error)
{
  Check *check = g->janus->check;
  ArraSource *file = g->janus->file;
  g_autofree char *uncond = name_of ("out", stem, "uncond_ids"), *tokens = name_of ("out", stem, "tokens"),
                  *logits = name_of ("out", stem, "raw_logits");
  g_autofree gint64 *wide = g_new (gint64, g->n);
  guint side = (guint) lround (sqrt (g->steps));

  arra_janus_unconditional (g->ids[0], g->n, g->janus->pad, g->ids[1]);
  for (guint i = 0; i < g->n; i++)
    wide[i] = g->ids[1][i];
  check_ints (check, file, CASE, uncond, wide, g->n);
  if (!begin (g, error))
    return FALSE;
  for (guint at = 0; at < g->steps; at++)
    if (!step (g, at, error))
      return FALSE;
  check_ints (check, file, CASE, tokens, g->tokens, g->steps);
  check_floats (check, file, CASE, logits, g->logits, (gsize) g->steps * 2 * g->janus->config.n_codes);
  return decode (g->janus, stem, g->tokens, side, g->steps / side, error);
}

static gboolean
check_run (const Janus *janus, const char *stem, GError **error)
{
  g_autofree char *prompt = name_of ("in", stem, "prompt_ids"), *tokens = name_of ("out", stem, "tokens");
  Generation g = { .janus = janus, .steps = (guint) check_tensor (janus->file, tokens)->shape[0] };
  gsize n;
  g_autofree gint64 *wide = check_read_ints (janus->check, janus->file, prompt, &n);
  gboolean ok;

  g.n = (guint) n;
  for (guint i = 0; i < 2; i++)
    g.ids[i] = g_new (guint32, n);
  for (gsize i = 0; wide != NULL && i < n; i++)
    g.ids[0][i] = (guint32) wide[i];
  g.logits = g_new (float, (gsize) g.steps * 2 * janus->config.n_codes);
  g.tokens = g_new0 (gint64, g.steps);
  ok = wide != NULL && generate (&g, stem, error);
  for (guint i = 0; i < 2; i++)
    {
      g_free (g.ids[i]);
      arra_kv_cache_free (g.caches[i]);
    }
  arra_transformer_run_free (g.run);
  g_free (g.logits);
  g_free (g.tokens);
  return ok;
}

/* ---- the case */

static gboolean
check_parts (const Janus *janus, GError **error)
{
  for (guint k = 0;; k++)
    {
      g_autofree char *stem = g_strdup_printf ("run%u", k), *tokens = name_of ("out", stem, "tokens");

      if (check_tensor (janus->file, tokens) == NULL)
        break;
      if (!check_run (janus, stem, error))
        return FALSE;
    }
  return (check_tensor (janus->file, "out.embed") == NULL || check_embedding (janus, error))
         && (check_tensor (janus->file, "in.encode.pixels") == NULL || encode (janus, error));
}

gboolean
check_janus (Check *check)
{
  g_autofree char *path = check_weights_path (check);
  Janus janus = { .check = check, .file = check_open (check, CASE) };
  GError *error = NULL;

  janus.guidance = said (check, "cfg ");
  janus.pad = (guint32) said (check, "pad id ");
  if (janus.file != NULL && path != NULL && load (&janus, path, &error))
    check_parts (&janus, &error);
  check_error (check, error);
  clear (&janus);
  return TRUE;
}
