/* sam_encoder.c - the image encoder of SAM and MedSAM at work
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "graph_conv.h"
#include "grid_attention.h"
#include "mem.h"
#include "sam.h"

typedef struct
{
  ArraSam *sam;
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
floats (const ArraSam *sam, const char *name)
{
  const float *data = sam->parameters->data;

  return data != NULL ? data + arra_parameters_find (sam->parameters, name)->offset : NULL; /* only described */
}

static gboolean
embed (ArraTape *tape, gpointer user, GError **error)
{
  Run *run = user;
  const ArraSam *sam = run->sam;
  gsize side = sam->grid * sam->patch;
  const ArraPatches shape = { 1, side, side, sam->patch };
  ArraNode *positions
      = arra_tape_leaf (tape, sam->grid * sam->grid, sam->tower.width, floats (sam, "vision_encoder.pos_embed"), NULL);
  ArraNode *x = arra_vit_patches (tape, &shape, run->pixels, leaf (run, "vision_encoder.patch_embed.weight"),
                                  leaf (run, "vision_encoder.patch_embed.bias"));

  run->made = arra_graph_add (tape, positions, x);
  return TRUE;
}

/* Attention of the layer, an ArraTower's: in windows whose padding has the key and the value that zeros have.
 */
static ArraNode *
attend (const ArraTower *tower, ArraNode *q, ArraNode *k, ArraNode *v)
{
  const ArraSam *sam = tower->user;
  gsize head_dim = sam->tower.width / sam->tower.n_heads;
  const ArraGridAttention shape = {
    1, sam->grid, sam->grid, sam->windows[tower->layer], sam->tower.n_heads, head_dim, 1.0f / sqrtf ((float) head_dim)
  };
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
                             leaf (run, "vision_encoder.neck.layer_norm1.bias"), ARRA_SAM_EPS);
  x = arra_graph_conv (tape, x, leaf (run, "vision_encoder.neck.conv2.weight"),
                       arra_tape_leaf (tape, 1, outputs, zeros, NULL), NULL, &conv);
  run->made = arra_graph_layer_norm (tape, x, leaf (run, "vision_encoder.neck.layer_norm2.weight"),
                                     leaf (run, "vision_encoder.neck.layer_norm2.bias"), ARRA_SAM_EPS);
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

static Run
run_of (ArraSam *sam, const float *pixels)
{
  Run run = { .sam = sam, .pixels = pixels };

  run.tower = (ArraTower) { .tape = sam->tape,
                            .parameters = sam->parameters,
                            .tower = &sam->tower,
                            .name = "vision_encoder",
                            .attend = attend,
                            .user = sam };
  return run;
}

static gboolean
run_picture (ArraSam *sam, const float *pixels, float *map, GError **error)
{
  Run run = run_of (sam, pixels);

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
  ArraSam *sam = self;
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
measure_part (Run *run, ArraTapeFunc part, gsize *most, GError **error)
{
  gsize n_bytes;

  if (!arra_tape_measure (run->sam->tape, FALSE, part, run, &n_bytes, error))
    return FALSE;
  *most = MAX (*most, n_bytes);
  return TRUE;
}

/* One picture after the other, and one part of the network: the largest one decides. */
static gboolean
measure (gpointer self, guint n, gboolean patches, ArraEncoderMemory *memory, GError **error)
{
  ArraSam *sam = self;
  Run run = run_of (sam, NULL);
  gsize cells = sam->grid * sam->grid, most = 0;

  if (!measure_part (&run, embed, &most, error))
    return FALSE;
  for (; run.tower.layer < sam->tower.n_layers; run.tower.layer++)
    if (!measure_part (&run, layer, &most, error))
      return FALSE;
  if (!measure_part (&run, neck, &most, error))
    return FALSE;
  *memory = (ArraEncoderMemory) {
    .weights = (guint64) (sam->parameters->size + cells * sam->tower.width) * sizeof (float),
    .loading = sam->converted,
    .work = most + (guint64) cells * sam->outputs * sizeof (float),
  };
  return TRUE;
}

static gboolean
prepare (gconstpointer self, const ArraRaster *raster, float *pixels, GError **error)
{
  return arra_vision_pixels_prepare (&((const ArraSam *) self)->pixels, raster, pixels, error);
}

static char *
sha256 (gconstpointer self)
{
  const ArraSam *sam = self;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  g_checksum_update (sum, (const guchar *) "sam", -1);
  g_checksum_update (sum, (const guchar *) sam->windows, sizeof sam->windows);
  arra_vision_pixels_hash (&sam->pixels, sum);
  arra_parameters_hash (sam->parameters, NULL, sum);
  return g_strdup (g_checksum_get_string (sum));
}

const ArraVisionClass arra_vision_sam
    = { "SAM", "sam", arra_sam_fits, arra_sam_open, arra_sam_free, prepare, sam_run, sha256, measure, NULL, NULL };
