/* sam.c - the image encoder of SAM and MedSAM: its shape and its weights
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sam.h"

#include "fail.h"
#include "mem.h"
#include "stored_names.h"

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

static const struct
{
  const char *marker;
  ArraStoredNames names;
} forms[] = {
  { "vision_encoder.pos_embed", ARRA_STORED_RULES (transformers) },
  { "image_encoder.pos_embed", ARRA_STORED_RULES (original) },
};

/* ---- opening */

/* The names of the file's form; @prefix keeps what they point to. FALSE: it is none. */
static gboolean
find_names (const ArraSource *source, ArraStoredNames *names, char **prefix)
{
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    if ((*prefix = arra_source_find_prefix (source, forms[i].marker)) != NULL)
      {
        *names = (ArraStoredNames) { forms[i].names.rules, forms[i].names.n, *prefix, FALSE, FALSE };
        return TRUE;
      }
  return FALSE;
}

gboolean
arra_sam_fits (const ArraSource *source)
{
  g_autofree char *prefix = NULL;
  ArraStoredNames names;

  return find_names (source, &names, &prefix);
}

void
arra_sam_free (gpointer self)
{
  ArraSam *sam = self;

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
read_windows (ArraSam *sam, const Shapes *s)
{
  guint layer = 0;
  gsize rows;

  for (; layer < ARRA_SAM_MAX_LAYERS && (rows = layer_side (s, layer, "self_attn.rel_pos_h", 2, 0)) > 0; layer++)
    sam->windows[layer] = (rows + 1) / 2;
  return layer;
}

static gboolean
check_shape (const ArraSam *sam, const char *path, GError **error)
{
  const ArraClipTower *tower = &sam->tower;
  gboolean ok = tower->width > 0 && tower->n_layers > 0 && tower->n_heads > 0 && tower->intermediate > 0
                && tower->width % tower->n_heads == 0 && sam->patch > 0 && sam->patch <= 64 && sam->grid > 0
                && sam->grid <= MAX_GRID && sam->outputs > 0;

  for (guint i = 0; ok && i < tower->n_layers; i++)
    ok = sam->windows[i] <= sam->grid;
  return ok
         || arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the tensors of SAM's image encoder do not fit together",
                       path);
}

static gboolean
read_shape (ArraSam *sam, const Shapes *s, const char *path, GError **error)
{
  gsize head = layer_side (s, 0, "self_attn.rel_pos_h", 2, 1), width = side (s, "vision_encoder.pos_embed", 4, 3);

  sam->patch = side (s, "vision_encoder.patch_embed.weight", 4, 3);
  sam->grid = side (s, "vision_encoder.pos_embed", 4, 1);
  sam->outputs = side (s, "vision_encoder.neck.conv2.weight", 4, 0);
  sam->tower = (ArraClipTower) { .width = (guint) width,
                                 .intermediate = (guint) layer_side (s, 0, "mlp.fc1.weight", 2, 0),
                                 .n_heads = head > 0 ? (guint) (width / head) : 0,
                                 .n_layers = read_windows (sam, s),
                                 .eps = ARRA_SAM_EPS,
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
add_tensors (ArraSam *sam, GError **error)
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
add_positions (ArraSam *sam, GError **error)
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
load (ArraSam *sam, const ArraStoredNames *names, const ArraVisionFiles *files, GError **error)
{
  gsize floats = sam->grid * sam->grid * sam->tower.width;

  if ((sam->parameters = arra_parameters_new (error)) == NULL || !add_tensors (sam, error)
      || !add_positions (sam, error)
      || !arra_stored_load (names, sam->parameters, files->source, &sam->converted, error))
    return FALSE;
  sam->x = arra_mem_new (floats, sizeof *sam->x, "the activations", error);
  sam->tape = sam->x != NULL ? arra_tape_new (files->exec, 96, error) : NULL;
  return sam->tape != NULL;
}

gpointer
arra_sam_open (const ArraVisionFiles *files, ArraVisionShape *shape, GError **error)
{
  ArraSam *sam = arra_mem_new0 (1, sizeof *sam, "the image encoder", error);
  g_autofree char *prefix = NULL;
  ArraStoredNames names = { .rules = NULL };
  const Shapes shapes = { &names, files->source };
  guint size, grid;

  if (sam == NULL)
    return NULL;
  find_names (files->source, &names, &prefix);
  names.described = files->described;
  if (!read_shape (sam, &shapes, files->path, error) || !load (sam, &names, files, error))
    {
      arra_sam_free (sam);
      return NULL;
    }
  grid = (guint) sam->grid;
  size = grid * (guint) sam->patch;
  sam->pixels = (ArraVisionPixels) { ARRA_VISION_LONGEST, ARRA_FILTER_BILINEAR, size, size, arra_vision_imagenet };
  *shape = (ArraVisionShape) { 3, size, size, grid, grid, (guint) sam->outputs, (guint) sam->outputs };
  return sam;
}
