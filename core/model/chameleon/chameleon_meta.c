/* chameleon_meta.c - Meta's own form of Chameleon: params.json, consolidated*.pth
 *
 * Its rotary embedding pairs neighbours where Hugging Face's pairs halves, so the rows of the projections of
 * q and k, and their norms, come in another order; with model parallelism each file holds a part of every
 * matrix. Turned and joined tensors are put together as they are read. Source: facebookresearch/chameleon,
 * chameleon/inference/{transformer,loader}.py.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "chameleon_private.h"

#include <string.h>

#include "fail.h"
#include "jsonguard.h"
#include "mem.h"

#define MAX_PARTS 64
#define MAX_WIDTH (1 << 20)

/* ------------------------------------------------------------------- config */

/* Meta's FeedForward: two thirds of four times the width, times a factor, rounded up. */
static gint64
intermediate_size (gint64 width, double factor, gint64 multiple)
{
  gint64 size = (gint64) (factor * (double) (2 * (4 * width) / 3));

  return (size + multiple - 1) / multiple * multiple;
}

static gboolean
read_counts (ArraChameleonConfig *config, JsonObject *model, const char *name, GError **error)
{
  gint64 width, layers, heads, kv_heads, vocab, multiple;
  double factor;

  if (!arra_json_get_int (model, name, "dim", 1, MAX_WIDTH, &width, error)
      || !arra_json_get_int (model, name, "n_layers", 1, MAX_WIDTH, &layers, error)
      || !arra_json_get_int (model, name, "n_heads", 1, MAX_WIDTH, &heads, error)
      || !arra_json_get_int_default (model, name, "n_kv_heads", 1, MAX_WIDTH, heads, &kv_heads, error)
      || !arra_json_get_int (model, name, "vocab_size", 1, 1 << 24, &vocab, error)
      || !arra_json_get_int_default (model, name, "multiple_of", 1, MAX_WIDTH, 256, &multiple, error)
      || !arra_json_get_double_default (model, name, "ffn_dim_multiplier", 1, &factor, error))
    return FALSE;
  if (!(factor > 0 && factor <= 64))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: ffn_dim_multiplier must be above 0 and at most 64", name);
  config->hidden_size = (guint) width;
  config->n_layers = (guint) layers;
  config->n_heads = (guint) heads;
  config->n_kv_heads = (guint) kv_heads;
  config->vocab_size = (guint) vocab;
  config->intermediate_size = (guint) intermediate_size (width, factor, multiple);
  return TRUE;
}

/* params.json's "model" */
static gboolean
read_params (ArraChameleonConfig *config, JsonObject *params, const char *name, GError **error)
{
  JsonObject *model = arra_json_get_object (params, name, "model", error);
  gboolean normalised;
  double eps;

  if (model == NULL || !read_counts (config, model, name, error)
      || !arra_json_get_double_default (model, name, "norm_eps", 1e-5, &eps, error)
      || !arra_json_get_double_default (model, name, "rope_theta", 10000, &config->rope_theta, error)
      || !arra_json_get_bool_default (model, name, "qk_normalization", TRUE, &normalised, error)
      || !arra_json_get_bool_default (model, name, "swin_norm", FALSE, &config->swin_norm, error))
    return FALSE;
  if (!normalised)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: %s %s is not supported", name, "qk_normalization", "false");
  config->norm_eps = (float) eps;
  return TRUE;
}

gboolean
arra_chameleon_meta_config (ArraChameleonConfig *config, const char *directory, GError **error)
{
  g_autofree char *params_path = g_build_filename (directory, "params.json", NULL);
  g_autofree char *parts_path = g_build_filename (directory, "consolidate_params.json", NULL);
  gboolean has_parts = g_file_test (parts_path, G_FILE_TEST_EXISTS);
  JsonObject *params, *parts = NULL;
  g_autoptr (JsonParser) parser = arra_json_parse_file (params_path, &params, error);
  g_autoptr (JsonParser) parts_parser
      = parser != NULL && has_parts ? arra_json_parse_file (parts_path, &parts, error) : NULL;
  gint64 n_parts = 1;

  memset (config, 0, sizeof *config);
  config->context = 4096;
  config->rope_factor = 1;
  if (parser == NULL || (has_parts && parts_parser == NULL) || !read_params (config, params, params_path, error)
      || (parts != NULL
          && !arra_json_get_int_default (parts, parts_path, "model_parallel_size", 1, MAX_PARTS, 1, &n_parts, error)))
    return FALSE;
  config->model_parallel = (guint) n_parts;
  return arra_chameleon_config_check (config, params_path, error);
}

/* ------------------------------------------------------------------ tensors */

/* How the parts of a tensor become one */
typedef enum
{
  JOIN_ROWS,
  JOIN_COLUMNS,
  JOIN_STACK, /* a vector becomes a row */
  JOIN_SAME,  /* all files hold it whole */
} Join;

typedef struct
{
  const char *from, *to;
  Join join;
  gboolean turned; /* rows, or the numbers of a vector, are those of q or k */
} Part;

static const Part outside[] = {
  { "tok_embeddings.weight", "model.embed_tokens.weight", JOIN_COLUMNS, FALSE },
  { "norm.weight", "model.norm.weight", JOIN_SAME, FALSE },
  { "output.weight", "lm_head.weight", JOIN_ROWS, FALSE },
};

static const Part in_layer[] = {
  { "attention_norm.weight", "input_layernorm.weight", JOIN_SAME, FALSE },
  { "attention.wq.weight", "self_attn.q_proj.weight", JOIN_ROWS, TRUE },
  { "attention.wk.weight", "self_attn.k_proj.weight", JOIN_ROWS, TRUE },
  { "attention.wv.weight", "self_attn.v_proj.weight", JOIN_ROWS, FALSE },
  { "attention.wo.weight", "self_attn.o_proj.weight", JOIN_COLUMNS, FALSE },
  { "attention.q_normalization.weight", "self_attn.q_norm.weight", JOIN_STACK, TRUE },
  { "attention.q_normalization.bias", "self_attn.q_norm.bias", JOIN_STACK, TRUE },
  { "attention.k_normalization.weight", "self_attn.k_norm.weight", JOIN_STACK, TRUE },
  { "attention.k_normalization.bias", "self_attn.k_norm.bias", JOIN_STACK, TRUE },
  { "ffn_norm.weight", "post_attention_layernorm.weight", JOIN_SAME, FALSE },
  { "feed_forward.w1.weight", "mlp.gate_proj.weight", JOIN_ROWS, FALSE },
  { "feed_forward.w3.weight", "mlp.up_proj.weight", JOIN_ROWS, FALSE },
  { "feed_forward.w2.weight", "mlp.down_proj.weight", JOIN_COLUMNS, FALSE },
};

typedef struct
{
  const ArraChameleonConfig *config;
  const char *directory;
  ArraSource *parts[MAX_PARTS];
  ArraSource *out;
  guint file;
} Meta;

/* The tensor in every part, all of one shape */
static gboolean
find_parts (const Meta *meta, const char *name, const ArraTensor **tensors, GError **error)
{
  for (guint i = 0; i < meta->config->model_parallel; i++)
    {
      tensors[i] = arra_source_find (meta->parts[i], name);
      if (tensors[i] == NULL)
        return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: part %u has no tensor '%s'", meta->directory, i, name);
      if (tensors[i]->dtype != tensors[0]->dtype || tensors[i]->n_dims != tensors[0]->n_dims
          || memcmp (tensors[i]->shape, tensors[0]->shape, sizeof tensors[0]->shape[0] * tensors[0]->n_dims) != 0)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: tensor '%s' differs in shape between the parts",
                          meta->directory, name);
    }
  return TRUE;
}

/* A tensor whose rows lie in several files, or in another order. A vector counts as rows of one number, which are
 * stacked. */
typedef struct
{
  ArraGathered gathered;
  guint n;               /* parts */
  gsize rows, row_bytes; /* of a part */
  gboolean side_by_side; /* a row of each part makes one of the whole; else the parts follow one another */
  guint head_dim;        /* rows that are turned among themselves; 1: none */
  const guint8 *parts[];
} Joined;

/* Which row comes as row @row of q or k: a head's first half is the first ones of neighbours, the other half the
 * second. */
static gsize
turned_row (gsize row, guint head_dim)
{
  gsize within = row % head_dim, half = head_dim / 2;

  return head_dim == 1 ? row : row - within + (within < half ? 2 * within : 2 * (within - half) + 1);
}

/* Row @index of all parts together, as they come in the whole */
static const guint8 *
row_at (const Joined *joined, gsize index)
{
  gsize part = joined->side_by_side ? index % joined->n : index / joined->rows;
  gsize row = joined->side_by_side ? index / joined->n : index % joined->rows;

  return joined->parts[part] + turned_row (row, joined->head_dim) * joined->row_bytes;
}

static void
read_joined (const ArraGathered *gathered, gsize first, gsize n, guint8 *out)
{
  const Joined *joined = (const Joined *) gathered;

  while (n > 0)
    {
      gsize within = first % joined->row_bytes, count = MIN (joined->row_bytes - within, n);

      memcpy (out, row_at (joined, first / joined->row_bytes) + within, count);
      first += count;
      out += count;
      n -= count;
    }
}

/* Rows @begin .. @end - 1 of a part, counted in the whole, but whole heads only: their rows lie elsewhere among them.
 */
static void
release_rows (const Joined *joined, guint part, gsize begin, gsize end)
{
  gsize before = joined->side_by_side ? 0 : part * joined->rows;

  begin = CLAMP (begin, before, before + joined->rows) - before;
  end = CLAMP (end, before, before + joined->rows) - before;
  begin = (begin + joined->head_dim - 1) / joined->head_dim * joined->head_dim;
  end = end / joined->head_dim * joined->head_dim;
  if (begin < end)
    arra_mapping_release (joined->parts[part] + begin * joined->row_bytes, (end - begin) * joined->row_bytes);
}

static void
release_joined (const ArraGathered *gathered, gsize first, gsize n)
{
  const Joined *joined = (const Joined *) gathered;
  gsize row_bytes = joined->side_by_side ? joined->n * joined->row_bytes : joined->row_bytes;

  for (guint part = 0; part < joined->n; part++)
    release_rows (joined, part, (first + row_bytes - 1) / row_bytes, (first + n) / row_bytes);
}

static ArraTensor
joined_shape (const Part *part, const ArraTensor *tensor, guint n)
{
  ArraTensor joined = *tensor;

  if (part->join == JOIN_STACK)
    {
      joined.n_dims = 2;
      joined.shape[0] = n;
      joined.shape[1] = tensor->shape[0];
    }
  else if (part->join != JOIN_SAME)
    joined.shape[part->join == JOIN_COLUMNS ? 1 : 0] *= n;
  joined.n_bytes = part->join == JOIN_SAME ? tensor->n_bytes : tensor->n_bytes * n;
  return joined;
}

/* Vectors where vectors are due, matrices elsewhere, q's and k's of whole heads */
static gboolean
check_part (const Meta *meta, const Part *part, const ArraTensor *tensor, const char *name, GError **error)
{
  guint dims = part->join == JOIN_STACK || part->join == JOIN_SAME ? 1 : 2;

  if (tensor->n_dims != dims || (part->turned && tensor->shape[0] % meta->config->head_dim != 0)
      || tensor->n_bytes > G_MAXSIZE / MAX_PARTS)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: tensor '%s' has an impossible shape", meta->directory, name);
  return TRUE;
}

static Joined *
joined_new (const Meta *meta, const Part *part, const ArraTensor *const *tensors, GError **error)
{
  guint n = meta->config->model_parallel;
  Joined *joined = arra_mem_new0 (1, sizeof *joined + n * sizeof *joined->parts, "tensor", error);

  if (joined == NULL)
    return NULL;
  joined->gathered = (ArraGathered) { read_joined, release_joined };
  joined->n = n;
  joined->rows = (gsize) tensors[0]->shape[0];
  joined->row_bytes = tensors[0]->n_bytes / joined->rows;
  joined->side_by_side = part->join == JOIN_COLUMNS;
  joined->head_dim = part->turned ? meta->config->head_dim : 1;
  for (guint i = 0; i < n; i++)
    joined->parts[i] = tensors[i]->data;
  return joined;
}

/* Where nothing changes, the file's own numbers serve. */
static gboolean
add_part (Meta *meta, const Part *part, const char *from, const char *to, GError **error)
{
  guint n = meta->config->model_parallel;
  const ArraTensor *tensors[MAX_PARTS] = { NULL };
  ArraTensor whole;
  Joined *joined;

  if (!find_parts (meta, from, tensors, error) || !check_part (meta, part, tensors[0], from, error))
    return FALSE;
  whole = joined_shape (part, tensors[0], n);
  if (part->join == JOIN_SAME || (n == 1 && !part->turned) || whole.n_bytes == 0)
    return arra_source_add (meta->out, meta->file, to, &whole, error);
  joined = joined_new (meta, part, tensors, error);
  return joined != NULL && arra_source_add_gathered (meta->out, meta->file, to, &whole, &joined->gathered, error);
}

static gboolean
add_layer (Meta *meta, guint layer, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (in_layer); i++)
    {
      g_autofree char *from = g_strdup_printf ("layers.%u.%s", layer, in_layer[i].from);
      g_autofree char *to = g_strdup_printf ("model.layers.%u.%s", layer, in_layer[i].to);

      if (!add_part (meta, &in_layer[i], from, to, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_all (Meta *meta, GError **error)
{
  g_autoptr (ArraMapping) path_only = arra_mapping_new_for_bytes (meta->directory, "", 0);

  if (!arra_source_add_file (meta->out, path_only, &meta->file, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (outside); i++)
    if (!add_part (meta, &outside[i], outside[i].from, outside[i].to, error))
      return FALSE;
  for (guint layer = 0; layer < meta->config->n_layers; layer++)
    if (!add_layer (meta, layer, error))
      return FALSE;
  return TRUE;
}

/* -------------------------------------------------------------------- open */

static char *
part_path (const char *directory, guint part, guint n_parts)
{
  g_autofree char *name
      = n_parts == 1 ? g_strdup ("consolidated.pth") : g_strdup_printf ("consolidated.%02u.pth", part);

  return g_build_filename (directory, name, NULL);
}

static gboolean
open_parts (Meta *meta, GError **error)
{
  for (guint i = 0; i < meta->config->model_parallel; i++)
    {
      g_autofree char *path = part_path (meta->directory, i, meta->config->model_parallel);

      meta->parts[i] = arra_torch_open (path, NULL, error);
      if (meta->parts[i] == NULL)
        return FALSE;
      arra_source_hold (meta->out, meta->parts[i]);
    }
  return TRUE;
}

ArraSource *
arra_chameleon_meta_open (const ArraChameleonConfig *config, const char *directory, GError **error)
{
  g_autoptr (ArraSource) out = arra_source_new ();
  Meta meta = { .config = config, .directory = directory, .out = out };
  gboolean ok;

  g_return_val_if_fail (config->model_parallel <= MAX_PARTS, NULL);
  ok = open_parts (&meta, error) && add_all (&meta, error);
  for (guint i = 0; i < config->model_parallel; i++)
    arra_source_unref (meta.parts[i]);
  return ok ? g_steal_pointer (&out) : NULL;
}
