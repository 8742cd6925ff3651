/* published_tensors.c - which tensors a published checkpoint holds, grown out of a small one's
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "published.h"

#include <math.h>
#include <string.h>

#include "densenet.h"
#include "inception.h"
#include "source.h"
#include "vqgan_net.h"

#define USED 65536 /* codes that LlamaGen's tokenizer remembers */
#define INCEPTION_CLASSES 1008
#define DENSENET_CLASSES 18

static void
clear_tensor (gpointer data)
{
  g_free (((FixtureTensor *) data)->name);
}

/* ------------------------------------------------------------------ a tensor */

/* Uniform values: matrices of variance 1 / inputs, weights of norms and variances around 1, the rest around 0. */
static void
choose_values (FixtureTensor *tensor)
{
  const gboolean scale = g_str_has_suffix (tensor->name, ".weight") || g_str_has_suffix (tensor->name, "running_var");
  double inputs = 1;

  for (guint i = 1; i < tensor->n_dims; i++)
    inputs *= (double) tensor->shape[i];
  tensor->centre = tensor->n_dims == 1 && scale ? 1 : 0;
  tensor->spread = tensor->n_dims > 1 ? (float) sqrt (3 / inputs) : scale ? 0.25f : 0.1f;
}

static void
add (GArray *tensors, const char *prefix, const char *name, guint n_dims, const gint64 *shape)
{
  FixtureTensor tensor = { .name = g_strconcat (prefix, name, NULL), .n_dims = n_dims };

  g_assert (n_dims <= G_N_ELEMENTS (tensor.shape));
  memcpy (tensor.shape, shape, n_dims * sizeof *shape);
  choose_values (&tensor);
  g_array_append_val (tensors, tensor);
}

/* ------------------------------------------------------------- from small ones */

static gint64
publish_size (const PublishedPart *part, const char *name, guint dimension, gint64 small)
{
  for (const PublishedSize *size = part->sizes; size->small != 0; size++)
    if (size->small == small && (size->dimension == 0 || size->dimension == dimension)
        && (size->where == NULL || strstr (name, size->where) != NULL))
      return size->published;
  return small;
}

static void
add_published (GArray *tensors, const PublishedPart *part, const char *name, const ArraTensor *small)
{
  gint64 shape[ARRA_MAX_DIMS];

  for (guint i = 0; i < small->n_dims; i++)
    shape[i] = publish_size (part, name, i + 1, small->shape[i]);
  add (tensors, "", name, small->n_dims, shape);
}

static gboolean
is_left_out (const PublishedPart *part, const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (part->without); i++)
    if (part->without[i] != NULL && g_str_has_prefix (name, part->without[i]))
      return TRUE;
  return FALSE;
}

/* (nullable): the stack whose layer the tensor is of. */
static const PublishedStack *
stack_of (const PublishedPart *part, const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (part->stacks); i++)
    if (part->stacks[i].before != NULL && g_str_has_prefix (name, part->stacks[i].before))
      return &part->stacks[i];
  return NULL;
}

static void
add_layer (GArray *tensors,
           const PublishedPart *part,
           const ArraSource *source,
           const PublishedStack *stack,
           guint layer)
{
  const char like = stack->like[layer % strlen (stack->like)];
  g_autofree char *small = g_strdup_printf ("%s%c.", stack->before, like);

  for (gsize i = 0; i < arra_source_count (source); i++)
    {
      const char *name = arra_source_name (source, i);
      g_autofree char *own = g_str_has_prefix (name, small)
                                 ? g_strdup_printf ("%s%u.%s", stack->before, layer, name + strlen (small))
                                 : NULL;

      if (own != NULL)
        add_published (tensors, part, own, arra_source_tensor (source, i));
    }
}

/* A stack stands where its first tensor does. */
static void
add_small (GArray *tensors, const PublishedPart *part, const ArraSource *source)
{
  g_autoptr (GHashTable) done = g_hash_table_new (NULL, NULL);

  for (gsize i = 0; i < arra_source_count (source); i++)
    {
      const char *name = arra_source_name (source, i);
      const PublishedStack *stack = stack_of (part, name);

      if (is_left_out (part, name))
        continue;
      if (stack == NULL)
        add_published (tensors, part, name, arra_source_tensor (source, i));
      else if (g_hash_table_add (done, (gpointer) stack))
        for (guint layer = 0; layer < stack->n; layer++)
          add_layer (tensors, part, source, stack, layer);
    }
}

static ArraSource *
open_small (const PublishedPart *part, const char *golden, GError **error)
{
  g_autofree char *path = g_build_filename (golden, part->small, NULL);

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return arra_safetensors_open_directory (path, error);
  return g_str_has_suffix (path, ".safetensors") ? arra_safetensors_open (path, error)
                                                 : arra_torch_open (path, part->inside, error);
}

GArray *
published_tensors (const PublishedPart *part, const char *golden, GError **error)
{
  GArray *tensors = g_array_new (FALSE, FALSE, sizeof (FixtureTensor));
  g_autoptr (ArraSource) source = part->small != NULL ? open_small (part, golden, error) : NULL;

  g_array_set_clear_func (tensors, clear_tensor);
  if (part->small != NULL && source == NULL)
    {
      g_array_unref (tensors);
      return NULL;
    }
  if (source != NULL)
    add_small (tensors, part, source);
  if (part->add != NULL)
    part->add (tensors);
  return tensors;
}

/* ------------------------------------------------------------ from core's tables */

typedef struct
{
  GArray *tensors;
  const char *prefix;
} Adding;

static gboolean
add_param (const VqganParam *param, gpointer data, G_GNUC_UNUSED GError **error)
{
  const Adding *adding = data;

  add (adding->tensors, adding->prefix, param->name, param->n_dims, param->shape);
  return TRUE;
}

static void
add_vqgan (GArray *tensors, const char *prefix, const ArraVqganConfig *config)
{
  Adding adding = { tensors, prefix };
  g_autofree VqganNet *net = g_new0 (VqganNet, 1);

  net->encoder.present = net->decoder.present = TRUE;
  g_assert_true (vqgan_net_walk (net, config, NULL, NULL, add_param, &adding, NULL));
}

static void
add_vq16 (GArray *tensors, const char *prefix)
{
  static const gint64 used[] = { USED };
  static const ArraVqganConfig config = { .ch = 128,
                                          .n_res_blocks = 2,
                                          .resolution = 256,
                                          .in_channels = 3,
                                          .out_channels = 3,
                                          .z_channels = 256,
                                          .embed_dim = 8,
                                          .n_embed = 16384,
                                          .norm_groups = 32,
                                          .names = ARRA_VQGAN_CONV_BLOCKS,
                                          .n_levels = 5,
                                          .ch_mult = { 1, 1, 2, 2, 4 },
                                          .n_attn = 1,
                                          .attn_resolutions = { 16 } };

  add_vqgan (tensors, prefix, &config);
  add (tensors, prefix, "quantize.codebook_used", 1, used);
}

void
published_add_vq16 (GArray *tensors)
{
  add_vq16 (tensors, "");
}

void
published_add_janus_vq (GArray *tensors)
{
  add_vq16 (tensors, "gen_vision_model.");
}

void
published_add_chameleon_vqgan (GArray *tensors)
{
  static const ArraVqganConfig config = { .ch = 128,
                                          .n_res_blocks = 2,
                                          .resolution = 512,
                                          .in_channels = 3,
                                          .out_channels = 3,
                                          .z_channels = 256,
                                          .embed_dim = 256,
                                          .n_embed = 8192,
                                          .norm_groups = 32,
                                          .n_levels = 5,
                                          .ch_mult = { 1, 1, 2, 2, 4 } };

  add_vqgan (tensors, "", &config);
}

static void
add_parameters (GArray *tensors, const ArraParameters *parameters)
{
  for (guint i = 0; i < parameters->n; i++)
    add (tensors, "", parameters->items[i].name, parameters->items[i].n_dims, parameters->items[i].shape);
}

static void
add_head (GArray *tensors, const char *name, gint64 classes, gint64 width)
{
  const gint64 shape[] = { classes, width };
  g_autofree char *weight = g_strconcat (name, ".weight", NULL), *bias = g_strconcat (name, ".bias", NULL);

  add (tensors, "", weight, 2, shape);
  add (tensors, "", bias, 1, shape);
}

void
published_add_inception (GArray *tensors)
{
  g_autoptr (ArraParameters) parameters = arra_parameters_new (NULL);
  ArraConvNet net = { .phase = ARRA_NET_NAMING, .parameters = parameters, .ok = TRUE };
  const ArraWindowMap in = arra_net_map (&net, ARRA_INCEPTION_SIZE, ARRA_INCEPTION_SIZE, 3);

  arra_inception_walk (&net, &in);
  add_parameters (tensors, parameters);
  add_head (tensors, "fc", INCEPTION_CLASSES, 2048);
}

void
published_add_densenet (GArray *tensors)
{
  g_autoptr (ArraParameters) parameters = arra_parameters_new (NULL);
  ArraConvNet net = { .phase = ARRA_NET_NAMING, .parameters = parameters, .ok = TRUE };
  const ArraWindowMap in = arra_net_map (&net, ARRA_DENSENET_SIZE, ARRA_DENSENET_SIZE, 1);
  const float *norm;

  arra_densenet_walk (&net, &in, &norm);
  add_parameters (tensors, parameters);
  add_head (tensors, "classifier", DENSENET_CLASSES, ARRA_DENSENET_FEATURES);
}
