/* sam_encoder.c - the image encoder of SAM and MedSAM (arXiv 2304.02643, 2304.12306)
 *
 * References: segment-anything, modeling/image_encoder.py; transformers, models/sam/modeling_sam.py; their files.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "clip_graph.h"
#include "fail.h"
#include "graph_conv.h"
#include "grid_attention.h"
#include "mem.h"
#include "stored_names.h"
#include "vision_class.h"
#include "vision_pixels.h"

#define EPS 1e-6f
#define MAX_LAYERS 128
#define MAX_GRID 256
#define LAYER "vision_encoder.encoder.layers.#."

static const ArraStoredName transformers[] = {
  { "vision_encoder.patch_embed", "vision_encoder.patch_embed.projection", 0, 0, FALSE },
  { LAYER "layer_norm1", "vision_encoder.layers.#.layer_norm1", 0, 0, FALSE },
  { LAYER "self_attn.q_proj", "vision_encoder.layers.#.attn.qkv", 0, 3, FALSE },
  { LAYER "self_attn.k_proj", "vision_encoder.layers.#.attn.qkv", 1, 3, FALSE },
  { LAYER "self_attn.v_proj", "vision_encoder.layers.#.attn.qkv", 2, 3, FALSE },
  { LAYER "self_attn.out_proj", "vision_encoder.layers.#.attn.proj", 0, 0, FALSE },
  { LAYER "self_attn", "vision_encoder.layers.#.attn", 0, 0, FALSE },
  { LAYER "layer_norm2", "vision_encoder.layers.#.layer_norm2", 0, 0, FALSE },
  { LAYER "mlp.fc1", "vision_encoder.layers.#.mlp.lin1", 0, 0, FALSE },
  { LAYER "mlp.fc2", "vision_encoder.layers.#.mlp.lin2", 0, 0, FALSE },
};

static const ArraStoredName original[] = {
  { "vision_encoder.pos_embed", "image_encoder.pos_embed", 0, 0, FALSE },
  { "vision_encoder.patch_embed", "image_encoder.patch_embed.proj", 0, 0, FALSE },
  { LAYER "layer_norm1", "image_encoder.blocks.#.norm1", 0, 0, FALSE },
  { LAYER "self_attn.q_proj", "image_encoder.blocks.#.attn.qkv", 0, 3, FALSE },
  { LAYER "self_attn.k_proj", "image_encoder.blocks.#.attn.qkv", 1, 3, FALSE },
  { LAYER "self_attn.v_proj", "image_encoder.blocks.#.attn.qkv", 2, 3, FALSE },
  { LAYER "self_attn.out_proj", "image_encoder.blocks.#.attn.proj", 0, 0, FALSE },
  { LAYER "self_attn", "image_encoder.blocks.#.attn", 0, 0, FALSE },
  { LAYER "layer_norm2", "image_encoder.blocks.#.norm2", 0, 0, FALSE },
  { LAYER "mlp.fc1", "image_encoder.blocks.#.mlp.lin1", 0, 0, FALSE },
  { LAYER "mlp.fc2", "image_encoder.blocks.#.mlp.lin2", 0, 0, FALSE },
  { "vision_encoder.neck.conv1", "image_encoder.neck.0", 0, 0, FALSE },
  { "vision_encoder.neck.layer_norm1", "image_encoder.neck.1", 0, 0, FALSE },
  { "vision_encoder.neck.conv2", "image_encoder.neck.2", 0, 0, FALSE },
  { "vision_encoder.neck.layer_norm2", "image_encoder.neck.3", 0, 0, FALSE },
};

#define ROWS(rules) { rules, G_N_ELEMENTS (rules), NULL, FALSE }

static const struct
{
  const char *marker;
  ArraStoredNames names;
} forms[] = {
  { "vision_encoder.pos_embed", ROWS (transformers) },
  { "image_encoder.pos_embed", ROWS (original) },
};

typedef struct
{
  ArraClipTower tower;
  gsize patch, grid, outputs;
  gsize windows[MAX_LAYERS]; /* cells on a side, by layer */
  ArraVisionPixels pixels;
  ArraParameters *parameters;
  ArraTape *tape;
  float *x; /* [grid][grid][width]: between the parts of a run, each of which uses the tape's memory anew */
} Sam;

/* ---- opening */

/* The names of the file's form; @prefix keeps what they point to. FALSE: it is none. */
static gboolean
find_names (const ArraSource *source, ArraStoredNames *names, char **prefix)
{
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    if ((*prefix = arra_stored_prefix (source, forms[i].marker)) != NULL)
      {
        *names = (ArraStoredNames){ forms[i].names.rules, forms[i].names.n, *prefix, FALSE };
        return TRUE;
      }
  return FALSE;
}

static gboolean
fits (const ArraSource *source)
{
  g_autofree char *prefix = NULL;
  ArraStoredNames names;

  return find_names (source, &names, &prefix);
}

static void
sam_free (gpointer self)
{
  Sam *sam = self;

  arra_parameters_free (sam->parameters);
  arra_tape_free (sam->tape);
  arra_mem_free (sam->x);
  arra_mem_free (sam);
}

typedef struct
{
  const ArraStoredNames *names;
  const ArraSource *source;
} Shapes;

/* A side of a tensor; 0: it is missing, or has another number of dimensions, or a side that is too long. */
static gsize
side (const Shapes *s, const char *name, guint n_dims, guint dim)
{
  const ArraTensor *tensor = arra_stored_find (s->names, s->source, name);

  return tensor != NULL && tensor->n_dims == n_dims && tensor->shape[dim] <= G_MAXUINT16 ? (gsize) tensor->shape[dim]
                                                                                         : 0;
}

static gsize
layer_side (const Shapes *s, guint layer, const char *part, guint n_dims, guint dim)
{
  g_autofree char *name = g_strdup_printf ("vision_encoder.encoder.layers.%u.%s", layer, part);

  return side (s, name, n_dims, dim);
}

static guint
read_windows (Sam *sam, const Shapes *s)
{
  guint layer = 0;
  gsize rows;

  for (; layer < MAX_LAYERS && (rows = layer_side (s, layer, "self_attn.rel_pos_h", 2, 0)) > 0; layer++)
    sam->windows[layer] = (rows + 1) / 2;
  return layer;
}

static gboolean
check_shape (const Sam *sam, const char *path, GError **error)
{
  const ArraClipTower *tower = &sam->tower;
  gboolean ok = tower->width > 0 && tower->n_layers > 0 && tower->n_heads > 0 && tower->intermediate > 0
                && tower->width % tower->n_heads == 0 && sam->patch > 0 && sam->patch <= 64 && sam->grid > 0
                && sam->grid <= MAX_GRID && sam->outputs > 0;

  for (guint i = 0; ok && i < tower->n_layers; i++)
    ok = sam->windows[i] <= sam->grid;
  return ok || arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the tensors of SAM's image encoder do not fit together", path);
}

static gboolean
read_shape (Sam *sam, const Shapes *s, const char *path, GError **error)
{
  gsize head = layer_side (s, 0, "self_attn.rel_pos_h", 2, 1), width = side (s, "vision_encoder.pos_embed", 4, 3);

  sam->patch = side (s, "vision_encoder.patch_embed.weight", 4, 3);
  sam->grid = side (s, "vision_encoder.pos_embed", 4, 1);
  sam->outputs = side (s, "vision_encoder.neck.conv2.weight", 4, 0);
  sam->tower = (ArraClipTower){ .width = (guint) width,
                                .intermediate = (guint) layer_side (s, 0, "mlp.fc1.weight", 2, 0),
                                .n_heads = head > 0 ? (guint) (width / head) : 0,
                                .n_layers = read_windows (sam, s),
                                .eps = EPS,
                                .exact_gelu = TRUE };
  return check_shape (sam, path, error);
}

typedef struct
{
  const char *name;
  guint n_dims;
  gint64 shape[4];
} Tensor;

static gboolean
add_tensors (Sam *sam, GError **error)
{
  gint64 grid = (gint64) sam->grid, patch = (gint64) sam->patch, width = sam->tower.width,
         outputs = (gint64) sam->outputs;
  const Tensor tensors[] = {
    { "vision_encoder.patch_embed.weight", 4, { width, 3, patch, patch } },
    { "vision_encoder.patch_embed.bias", 1, { width } },
    { "vision_encoder.pos_embed", 3, { grid, grid, width } },
    { "vision_encoder.neck.conv1.weight", 4, { outputs, width, 1, 1 } },
    { "vision_encoder.neck.layer_norm1.weight", 1, { outputs } },
    { "vision_encoder.neck.layer_norm1.bias", 1, { outputs } },
    { "vision_encoder.neck.conv2.weight", 4, { outputs, outputs, 3, 3 } },
    { "vision_encoder.neck.layer_norm2.weight", 1, { outputs } },
    { "vision_encoder.neck.layer_norm2.bias", 1, { outputs } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (tensors); i++)
    if (!arra_parameters_add (sam->parameters, tensors[i].name, FALSE, tensors[i].n_dims, tensors[i].shape, error))
      return FALSE;
  return arra_parameters_add_tower (sam->parameters, &sam->tower, "vision_encoder", error);
}

static gboolean
add_positions (Sam *sam, GError **error)
{
  for (guint i = 0; i < 2 * sam->tower.n_layers; i++)
    {
      const gint64 shape[] = { 2 * (gint64) sam->windows[i / 2] - 1, sam->tower.width / sam->tower.n_heads };
      char name[ARRA_PARAMETER_NAME];

      g_snprintf (name, sizeof name, "vision_encoder.encoder.layers.%u.self_attn.rel_pos_%c", i / 2, "hw"[i % 2]);
      if (!arra_parameters_add (sam->parameters, name, FALSE, 2, shape, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
load (Sam *sam, const ArraStoredNames *names, const ArraVisionFiles *files, GError **error)
{
  gsize floats = sam->grid * sam->grid * sam->tower.width;

  if ((sam->parameters = arra_parameters_new (error)) == NULL || !add_tensors (sam, error) || !add_positions (sam, error)
      || !arra_stored_load (names, sam->parameters, files->source, error))
    return FALSE;
  sam->x = arra_mem_new (floats, sizeof *sam->x, "the activations", error);
  sam->tape = sam->x != NULL ? arra_tape_new (files->exec, 96, error) : NULL;
  return sam->tape != NULL;
}

static gpointer
sam_open (const ArraVisionFiles *files, ArraVisionShape *shape, GError **error)
{
  Sam *sam = arra_mem_new0 (1, sizeof *sam, "the image encoder", error);
  g_autofree char *prefix = NULL;
  ArraStoredNames names = { .rules = NULL };
  const Shapes shapes = { &names, files->source };
  guint size, grid;

  if (sam == NULL)
    return NULL;
  find_names (files->source, &names, &prefix);
  if (!read_shape (sam, &shapes, files->path, error) || !load (sam, &names, files, error))
    {
      sam_free (sam);
      return NULL;
    }
  grid = (guint) sam->grid;
  size = grid * (guint) sam->patch;
  sam->pixels = (ArraVisionPixels){ ARRA_VISION_LONGEST, ARRA_FILTER_BILINEAR, size, size, arra_vision_imagenet };
  *shape = (ArraVisionShape){ 3, size, size, grid, grid, (guint) sam->outputs, (guint) sam->outputs };
  return sam;
}

/* ---- pictures */

typedef struct
{
  Sam *sam;
  ArraTower tower;
  const float *pixels;
  ArraNode *made;
} Run;

static ArraNode *
leaf (const Run *run, const char *name)
{
  return arra_parameters_leaf (run->sam->parameters, run->sam->tape, name);
}

static const float *
floats (const Sam *sam, const char *name)
{
  return sam->parameters->data + arra_parameters_find (sam->parameters, name)->offset;
}

static gboolean
embed (ArraTape *tape, gpointer user, GError **error)
{
  Run *run = user;
  const Sam *sam = run->sam;
  gsize side = sam->grid * sam->patch;
  const ArraPatches shape = { 1, side, side, sam->patch };
  ArraNode *positions = arra_tape_leaf (tape, sam->grid * sam->grid, sam->tower.width,
                                        floats (sam, "vision_encoder.pos_embed"), NULL);
  ArraNode *x = arra_vit_patches (tape, &shape, run->pixels, leaf (run, "vision_encoder.patch_embed.weight"),
                                  leaf (run, "vision_encoder.patch_embed.bias"));

  run->made = arra_graph_add (tape, positions, x);
  return TRUE;
}

/* Attention of the layer, an ArraTower's: in windows whose padding has the key and the value that zeros have. */
static ArraNode *
attend (const ArraTower *tower, ArraNode *q, ArraNode *k, ArraNode *v)
{
  const Sam *sam = tower->user;
  gsize head_dim = sam->tower.width / sam->tower.n_heads;
  const ArraGridAttention shape = { 1,    sam->grid, sam->grid, sam->windows[tower->layer], sam->tower.n_heads, head_dim,
                                    1.0f / sqrtf ((float) head_dim) };
  ArraNode *const inputs[] = { q, k, v };
  ArraNode *out = arra_tape_node (tower->tape, q->rows, q->width, NULL, inputs, G_N_ELEMENTS (inputs), NULL, 0);
  const ArraExec *exec = arra_tape_exec (tower->tape);
  float *scratch
      = arra_tape_scratch (tower->tape, arra_grid_attention_scratch (&shape, arra_pool_threads (exec->pool)));
  const ArraGridAttentionInputs in = { .q = q->data,
                                       .k = k->data,
                                       .v = v->data,
                                       .pad_k = arra_tower_parameter (tower, "self_attn.k_proj", "bias")->data,
                                       .pad_v = arra_tower_parameter (tower, "self_attn.v_proj", "bias")->data,
                                       .rows = arra_tower_parameter (tower, "self_attn", "rel_pos_h")->data,
                                       .columns = arra_tower_parameter (tower, "self_attn", "rel_pos_w")->data };

  if (arra_tape_computes (tower->tape))
    arra_grid_attention (exec, &shape, &in, scratch, out->data);
  return out;
}

static ArraNode *
given (const Run *run)
{
  return arra_tape_leaf (run->sam->tape, run->sam->grid * run->sam->grid, run->sam->tower.width, run->sam->x, NULL);
}

static gboolean
layer (ArraTape *tape, gpointer user, GError **error)
{
  Run *run = user;

  run->made = arra_tower_layer (&run->tower, given (run));
  return TRUE;
}

static gboolean
neck (ArraTape *tape, gpointer user, GError **error)
{
  Run *run = user;
  gsize grid = run->sam->grid, outputs = run->sam->outputs;
  const ArraConvBatch conv = { ARRA_CONV_3X3, 1, grid, grid, outputs, outputs, ARRA_PADDING_ZEROS };
  float *zeros = arra_tape_keep (tape, outputs, sizeof *zeros);
  ArraNode *x = arra_graph_dense (tape, given (run), leaf (run, "vision_encoder.neck.conv1.weight"), NULL);

  if (arra_tape_computes (tape))
    memset (zeros, 0, outputs * sizeof *zeros);
  x = arra_graph_layer_norm (tape, x, leaf (run, "vision_encoder.neck.layer_norm1.weight"),
                             leaf (run, "vision_encoder.neck.layer_norm1.bias"), EPS);
  x = arra_graph_conv (tape, x, leaf (run, "vision_encoder.neck.conv2.weight"),
                       arra_tape_leaf (tape, 1, outputs, zeros, NULL), NULL, &conv);
  run->made = arra_graph_layer_norm (tape, x, leaf (run, "vision_encoder.neck.layer_norm2.weight"),
                                     leaf (run, "vision_encoder.neck.layer_norm2.bias"), EPS);
  return TRUE;
}

/* One part of the network, whose result is kept. */
static gboolean
run_part (Run *run, ArraTapeFunc part, float *out, GError **error)
{
  if (!arra_tape_run (run->sam->tape, FALSE, part, run, error))
    return FALSE;
  memcpy (out, run->made->data, run->made->rows * run->made->width * sizeof *out);
  return TRUE;
}

static gboolean
run_picture (Sam *sam, const float *pixels, float *map, GError **error)
{
  Run run = { .sam = sam, .pixels = pixels };

  run.tower = (ArraTower){ .tape = sam->tape,
                           .parameters = sam->parameters,
                           .tower = &sam->tower,
                           .name = "vision_encoder",
                           .attend = attend,
                           .user = sam };
  if (!run_part (&run, embed, sam->x, error))
    return FALSE;
  for (; run.tower.layer < sam->tower.n_layers; run.tower.layer++)
    if (!run_part (&run, layer, sam->x, error))
      return FALSE;
  return run_part (&run, neck, map, error);
}

static gboolean
sam_run (gpointer self, guint n, const float *pixels, float *features, float *patches, GError **error)
{
  Sam *sam = self;
  gsize cells = sam->grid * sam->grid, room = 3 * sam->pixels.size * sam->pixels.size;
  g_automem float *own = arra_mem_new (cells * sam->outputs, sizeof *own, "the map", error);

  for (guint i = 0; own != NULL && i < n; i++)
    {
      float *map = patches != NULL ? patches + i * cells * sam->outputs : own;

      if (!run_picture (sam, pixels + i * room, map, error))
        return FALSE;
      if (features != NULL)
        arra_vision_average (map, cells, sam->outputs, features + i * sam->outputs);
    }
  return own != NULL;
}

static gboolean
prepare (gconstpointer self, const ArraRaster *raster, float *pixels, GError **error)
{
  return arra_vision_pixels_prepare (&((const Sam *) self)->pixels, raster, pixels, error);
}

static char *
sha256 (gconstpointer self)
{
  const Sam *sam = self;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  g_checksum_update (sum, (const guchar *) "sam", -1);
  g_checksum_update (sum, (const guchar *) sam->windows, sizeof sam->windows);
  arra_vision_pixels_hash (&sam->pixels, sum);
  arra_parameters_hash (sam->parameters, NULL, sum);
  return g_strdup (g_checksum_get_string (sum));
}

const ArraVisionClass arra_vision_sam = { "SAM", "sam", fits, sam_open, sam_free, prepare, sam_run, sha256, NULL, NULL };
