/* dinov2.c - DINOv2's vision transformers
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dinov2.h"

#include <math.h>
#include <string.h>

#include "clip_forms.h"
#include "clip_graph.h"
#include "fail.h"
#include "jsonguard.h"
#include "jsonpython.h"
#include "mem.h"
#include "position_table.h"

#define LAYER "vision_model.encoder.layers.#."

static const ArraStoredName transformers[] = {
  { "vision_model.embeddings.class_embedding", "embeddings.cls_token", 0, 0, FALSE },
  { "vision_model.embeddings.patch_embedding", "embeddings.patch_embeddings.projection", 0, 0, FALSE },
  { "vision_model.embeddings.position_embedding.weight", "embeddings.position_embeddings", 0, 0, FALSE },
  { LAYER "layer_norm1", "encoder.layer.#.norm1", 0, 0, FALSE },
  { LAYER "self_attn.q_proj", "encoder.layer.#.attention.attention.query", 0, 0, FALSE },
  { LAYER "self_attn.k_proj", "encoder.layer.#.attention.attention.key", 0, 0, FALSE },
  { LAYER "self_attn.v_proj", "encoder.layer.#.attention.attention.value", 0, 0, FALSE },
  { LAYER "self_attn.out_proj", "encoder.layer.#.attention.output.dense", 0, 0, FALSE },
  { LAYER "layer_norm2", "encoder.layer.#.norm2", 0, 0, FALSE },
  { LAYER "mlp", "encoder.layer.#.mlp", 0, 0, FALSE },
  { LAYER "layer_scale1", "encoder.layer.#.layer_scale1.lambda1", 0, 0, FALSE },
  { LAYER "layer_scale2", "encoder.layer.#.layer_scale2.lambda1", 0, 0, FALSE },
  { "vision_model.post_layernorm", "layernorm", 0, 0, FALSE },
};

static const ArraStoredName original[] = {
  { "vision_model.embeddings.class_embedding", "cls_token", 0, 0, FALSE },
  { "vision_model.embeddings.patch_embedding", "patch_embed.proj", 0, 0, FALSE },
  { "vision_model.embeddings.position_embedding.weight", "pos_embed", 0, 0, FALSE },
  { LAYER "layer_norm1", "blocks.#.norm1", 0, 0, FALSE },
  { LAYER "self_attn.q_proj", "blocks.#.attn.qkv", 0, 3, FALSE },
  { LAYER "self_attn.k_proj", "blocks.#.attn.qkv", 1, 3, FALSE },
  { LAYER "self_attn.v_proj", "blocks.#.attn.qkv", 2, 3, FALSE },
  { LAYER "self_attn.out_proj", "blocks.#.attn.proj", 0, 0, FALSE },
  { LAYER "layer_norm2", "blocks.#.norm2", 0, 0, FALSE },
  { LAYER "mlp", "blocks.#.mlp", 0, 0, FALSE },
  { LAYER "layer_scale1", "blocks.#.ls1.gamma", 0, 0, FALSE },
  { LAYER "layer_scale2", "blocks.#.ls2.gamma", 0, 0, FALSE },
  { "vision_model.post_layernorm", "norm", 0, 0, FALSE },
};

static const ArraClipForm forms[] = {
  { "encoder.layer.0.layer_scale1.lambda1", ARRA_STORED_RULES (transformers), 1e-6f, TRUE, FALSE },
  { "blocks.0.ls1.gamma", ARRA_STORED_RULES (original), 1e-6f, TRUE, FALSE },
};

static const ArraClipForm *
find_form (const ArraSource *source, char **prefix)
{
  return arra_clip_form_find (forms, G_N_ELEMENTS (forms), source, prefix);
}

gboolean
arra_dinov2_fits (const ArraSource *source)
{
  g_autofree char *prefix = NULL;

  return find_form (source, &prefix) != NULL;
}

struct _ArraDinov2
{
  ArraClipConfig config;
  ArraParameters *parameters;
  ArraTape *tape;
  gsize rows, columns; /* that @positions is for */
  float *positions;    /* (nullable): arra_mem */
  gsize converted;     /* bytes of the largest tensor that was read by way of a copy */
};

void
arra_dinov2_free (ArraDinov2 *dino)
{
  if (dino == NULL)
    return;
  arra_parameters_free (dino->parameters);
  arra_tape_free (dino->tape);
  arra_mem_free (dino->positions);
  arra_mem_free (dino);
}

const ArraClipConfig *
arra_dinov2_config (const ArraDinov2 *dino)
{
  return &dino->config;
}

/* ---- opening */

/* What the shapes of tensors cannot tell. */
static gboolean
read_config (ArraClipConfig *config, const char *path, GError **error)
{
  g_autofree char *file = g_build_filename (path, "config.json", NULL);
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *root;
  gint64 heads;
  double eps;

  if (!g_file_test (file, G_FILE_TEST_EXISTS))
    return TRUE;
  if ((parser = arra_json_parse_config (file, &root, error)) == NULL
      || !arra_json_get_int_default (root, file, "num_attention_heads", 1, G_MAXINT16, config->vision.n_heads, &heads,
                                     error)
      || !arra_json_get_double_default (root, file, "layer_norm_eps", (double) config->vision.eps, &eps, error))
    return FALSE;
  config->vision.n_heads = (guint) heads;
  config->vision.eps = (float) eps;
  return TRUE;
}

static gboolean
read_shape (ArraDinov2 *dino,
            const ArraClipForm *form,
            const ArraStoredNames *names,
            const char *path,
            ArraSource *source,
            GError **error)
{
  g_autofree char *registers = arra_source_find_prefix (source, "register_tokens");

  if (registers != NULL)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: DINOv2 with registers is not supported, only without", path);
  arra_clip_form_config (form, names, source, &dino->config);
  if (dino->config.vision.intermediate == 0)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED,
                      "%s: this form of DINOv2 (giant, whose layers are gated) is not supported, only S, B and L",
                      path);
  return read_config (&dino->config, path, error) && arra_clip_config_check (&dino->config, path, error);
}

/* Each layer's branches are multiplied with numbers of their own, by channel. */
static gboolean
add_scales (ArraDinov2 *dino, GError **error)
{
  const gint64 width = dino->config.vision.width;

  for (guint i = 0; i < 2 * dino->config.vision.n_layers; i++)
    {
      char name[ARRA_PARAMETER_NAME];

      g_snprintf (name, sizeof name, "vision_model.encoder.layers.%u.layer_scale%u", i / 2, i % 2 + 1);
      if (!arra_parameters_add (dino->parameters, name, FALSE, 1, &width, error))
        return FALSE;
    }
  return TRUE;
}

static float *
values (ArraDinov2 *dino, guint layer, const char *part, gsize *count)
{
  char name[ARRA_PARAMETER_NAME];
  const ArraParameter *item;

  g_snprintf (name, sizeof name, "vision_model.encoder.layers.%u.%s", layer, part);
  item = arra_parameters_find (dino->parameters, name);
  *count = item->count;
  return dino->parameters->data + item->offset;
}

/* The multiplication goes into the linear layer before it. */
static void
fold_scale (ArraDinov2 *dino, guint layer, const char *scale, const char *weight, const char *bias)
{
  gsize width, count, outputs;
  const float *factors = values (dino, layer, scale, &width);
  float *matrix = values (dino, layer, weight, &count), *offsets = values (dino, layer, bias, &outputs);

  for (gsize row = 0; row < width; row++)
    {
      offsets[row] *= factors[row];
      for (gsize i = 0; i < count / width; i++)
        matrix[row * (count / width) + i] *= factors[row];
    }
}

static gboolean
load (ArraDinov2 *dino, const ArraStoredNames *names, ArraSource *source, GError **error)
{
  dino->parameters = arra_parameters_new (error);
  if (dino->parameters == NULL || !arra_parameters_add_vit (dino->parameters, &dino->config, error)
      || !add_scales (dino, error) || !arra_stored_load (names, dino->parameters, source, &dino->converted, error))
    return FALSE;
  if (names->described)
    return TRUE;
  for (guint layer = 0; layer < dino->config.vision.n_layers; layer++)
    {
      fold_scale (dino, layer, "layer_scale1", "self_attn.out_proj.weight", "self_attn.out_proj.bias");
      fold_scale (dino, layer, "layer_scale2", "mlp.fc2.weight", "mlp.fc2.bias");
    }
  return TRUE;
}

static ArraDinov2 *
open_dinov2 (const char *path, ArraSource *source, const ArraExec *exec, gboolean described, GError **error)
{
  g_autoptr (ArraDinov2) dino = arra_mem_new0 (1, sizeof *dino, "the image encoder", error);
  g_autofree char *prefix = NULL;
  const ArraClipForm *form = find_form (source, &prefix);
  ArraStoredNames names;

  if (dino == NULL)
    return NULL;
  if (form == NULL) /* what is missing is said by the names of the first */
    form = &forms[0];
  names = (ArraStoredNames) { form->names.rules, form->names.n, prefix, FALSE, described };
  if (!read_shape (dino, form, &names, path, source, error) || !load (dino, &names, source, error))
    return NULL;
  dino->tape = arra_tape_new (exec, arra_clip_graph_nodes (&dino->config), error);
  return dino->tape != NULL ? g_steal_pointer (&dino) : NULL;
}

ArraDinov2 *
arra_dinov2_open (const char *path, ArraSource *source, const ArraExec *exec, GError **error)
{
  return open_dinov2 (path, source, exec, FALSE, error);
}

ArraDinov2 *
arra_dinov2_describe (const char *path, ArraSource *source, const ArraExec *exec, GError **error)
{
  return open_dinov2 (path, source, exec, TRUE, error);
}

/* ---- pictures */

/* The positions for pictures of another size than the table's. */
static gboolean
need_positions (ArraDinov2 *dino, gsize rows, gsize columns, GError **error)
{
  const ArraParameter *table
      = arra_parameters_find (dino->parameters, "vision_model.embeddings.position_embedding.weight");
  gsize grid = dino->config.image_size / dino->config.patch_size, width = dino->config.vision.width;

  if (dino->rows == rows && dino->columns == columns)
    return TRUE;
  arra_mem_clear (&dino->positions);
  dino->rows = dino->columns = 0;
  if (rows != grid || columns != grid)
    {
      dino->positions = arra_mem_new (rows * columns + 1, width * sizeof (float), "the positions", error);
      if (dino->positions == NULL)
        return FALSE;
      if (dino->parameters->data != NULL)
        arra_position_table_resize (dino->parameters->data + table->offset, grid, width, rows, columns,
                                    dino->positions);
    }
  dino->rows = rows;
  dino->columns = columns;
  return TRUE;
}

typedef struct
{
  ArraDinov2 *dino;
  ArraVitInput input;
  ArraClipPictures made;
} Run;

static gboolean
compute (ArraTape *tape, gpointer user, GError **error)
{
  Run *run = user;
  const ArraClipNet net = { &run->dino->config, run->dino->parameters };

  arra_vit_graph (tape, &net, &run->input, &run->made);
  return TRUE;
}

gboolean
arra_dinov2_measure (ArraDinov2 *dino,
                     gsize height,
                     gsize width,
                     gboolean patches,
                     ArraEncoderMemory *memory,
                     GError **error)
{
  gsize patch = dino->config.patch_size, rows = height / patch, columns = width / patch, n_bytes;
  Run run = { .dino = dino };

  if (!need_positions (dino, rows, columns, error))
    return FALSE;
  run.input = (ArraVitInput) { NULL, 1, height, width, dino->positions, patches };
  if (!arra_tape_measure (dino->tape, FALSE, compute, &run, &n_bytes, error))
    return FALSE;
  *memory = (ArraEncoderMemory) { (guint64) dino->parameters->size * sizeof (float), dino->converted, n_bytes };
  if (dino->positions != NULL)
    memory->work += (rows * columns + 1) * dino->config.vision.width * sizeof (float);
  return TRUE;
}

gboolean
arra_dinov2_run (ArraDinov2 *dino,
                 gsize height,
                 gsize width,
                 const float *pixels,
                 float *cls,
                 float *patches,
                 GError **error)
{
  gsize patch = dino->config.patch_size, floats = dino->config.vision.width;
  Run run = { .dino = dino };

  g_return_val_if_fail (height % patch == 0 && width % patch == 0 && height > 0 && width > 0, FALSE);
  if (!need_positions (dino, height / patch, width / patch, error))
    return FALSE;
  run.input = (ArraVitInput) { pixels, 1, height, width, dino->positions, patches != NULL };
  if (!arra_tape_run (dino->tape, FALSE, compute, &run, error))
    return FALSE;
  if (cls != NULL)
    memcpy (cls, run.made.pooled->data, floats * sizeof *cls);
  if (patches != NULL)
    memcpy (patches, run.made.normed->data + floats, (run.made.normed->rows - 1) * floats * sizeof *patches);
  return TRUE;
}

GChecksum *
arra_dinov2_hash (const ArraDinov2 *dino, const ArraClipPixels *normal)
{
  return arra_vit_hash (&dino->config, dino->parameters, normal);
}
