/* vqgan.c - loading a VQGAN: binding, packing and measuring its weights
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vqgan.h"

#include <string.h>

#include "fail.h"
#include "l2_norm.h"
#include "mem.h"
#include "nearest_code.h"
#include "params.h"
#include "vqgan_private.h"

/* What the walks over the table carry. */
typedef struct
{
  ArraSource *source;
  const char *prefix;
  ArraPool *pool;
  GCancellable *cancellable;
  ArraVqganParamFunc func;
  gpointer data;
} Binding;

#define NAME_SIZE 192

static gboolean
full_name (const Binding *binding, const char *name, char out[NAME_SIZE], GError **error)
{
  if (g_snprintf (out, NAME_SIZE, "%s%s", binding->prefix, name) >= NAME_SIZE)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "The tensor name prefix “%s” is too long", binding->prefix);
  return TRUE;
}

static ArraParam
make_param (const VqganParam *entry, const char *name, ArraWeight *weight)
{
  ArraParam param = { .name = name, .kind = ARRA_PARAM_VECTOR, .n_dims = entry->n_dims, .weight = weight };

  memcpy (param.shape, entry->shape, sizeof param.shape);
  return param;
}

static gboolean
check_entry (const VqganParam *entry, gpointer data, GError **error)
{
  const Binding *binding = data;
  char name[NAME_SIZE];
  ArraWeight weight = { 0 };
  guint64 mapped = 0, owned = 0;
  ArraParam param;

  if (!full_name (binding, entry->name, name, error))
    return FALSE;
  param = make_param (entry, name, &weight);
  return arra_param_measure (&param, binding->source, ARRA_F32, &mapped, &owned, error);
}

static gboolean
bind_entry (const VqganParam *entry, gpointer data, GError **error)
{
  const Binding *binding = data;
  char name[NAME_SIZE];
  ArraWeight weight = { 0 };
  ArraParam param;

  if (!full_name (binding, entry->name, name, error))
    return FALSE;
  param = make_param (entry, name, &weight);
  if (!arra_param_bind (&param, binding->source, ARRA_F32, binding->pool, binding->cancellable, error))
    return FALSE;
  if (entry->row != 0)
    arra_conv2d_pack (weight.view.data, (gsize) entry->shape[0], (gsize) entry->shape[1], (guint) entry->shape[2],
                      entry->first, entry->row, entry->place);
  else
    memcpy (entry->place, weight.view.data, weight.view.n_bytes);
  arra_weight_clear (&weight);
  return TRUE;
}

static gboolean
tell_entry (const VqganParam *entry, gpointer data, GError **error)
{
  const Binding *binding = data;
  char name[NAME_SIZE];

  if (!check_entry (entry, data, error) || !full_name (binding, entry->name, name, error))
    return FALSE;
  return binding->func (entry->name, arra_source_find (binding->source, name), binding->data, error);
}

static gboolean
holds (const Binding *binding, const char *leaf)
{
  char name[NAME_SIZE];

  return full_name (binding, leaf, name, NULL) && arra_source_find (binding->source, name) != NULL;
}

/* Checks the whole table and finds the parts that are there. */
static gboolean
find_parts (const ArraVqganConfig *config, Binding *binding, VqganNet *net, gsize *floats, GError **error)
{
  char name[NAME_SIZE];

  if (!arra_vqgan_config_check (config, "The VQGAN's configuration", error))
    return FALSE;
  net->encoder.present = holds (binding, "encoder.conv_in.weight");
  net->decoder.present = holds (binding, "decoder.conv_in.weight");
  if (!vqgan_net_walk (net, config, NULL, floats, check_entry, binding, error))
    return FALSE;
  if (net->encoder.present || net->decoder.present)
    return TRUE;
  full_name (binding, "quantize.embedding.weight", name, NULL);
  return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: has a codebook, but neither %sencoder nor %sdecoder",
                    arra_source_file_of (binding->source, name), binding->prefix, binding->prefix);
}

/* What is worked out of the codebook once it is there. */
static void
prepare_codebook (ArraVqgan *vqgan, ArraPool *pool)
{
  const ArraVqganConfig *config = &vqgan->config;
  const ArraExec exec = { .pool = pool };
  float *codebook = vqgan->net.codebook;

  if (config->unit_codes == ARRA_VQGAN_CODES_UNIT)
    arra_l2_norm (&exec, codebook, config->n_embed, config->embed_dim, codebook);
  arra_code_squares (codebook, config->n_embed, config->embed_dim, vqgan->net.squares);
}

ArraVqgan *
arra_vqgan_new (const ArraVqganConfig *config,
                ArraSource *source,
                const char *prefix,
                ArraPool *pool,
                GCancellable *cancellable,
                GError **error)
{
  Binding binding = { .source = source, .prefix = prefix, .pool = pool, .cancellable = cancellable };
  g_autoptr (ArraVqgan) vqgan = arra_mem_new0 (1, sizeof *vqgan, "the VQGAN", error);
  gsize floats;

  if (vqgan == NULL || !find_parts (config, &binding, &vqgan->net, &floats, error))
    return NULL;
  vqgan->config = *config;
  vqgan->arena = arra_mem_new (floats, sizeof *vqgan->arena, "the VQGAN's weights", error);
  if (vqgan->arena == NULL || !vqgan_net_walk (&vqgan->net, config, vqgan->arena, NULL, bind_entry, &binding, error))
    return NULL;
  prepare_codebook (vqgan, pool);
  return g_steal_pointer (&vqgan);
}

void
arra_vqgan_free (ArraVqgan *vqgan)
{
  if (vqgan == NULL)
    return;
  arra_mem_free (vqgan->arena);
  arra_mem_free (vqgan);
}

const ArraVqganConfig *
arra_vqgan_config (const ArraVqgan *vqgan)
{
  return &vqgan->config;
}

gboolean
arra_vqgan_has_encoder (const ArraVqgan *vqgan)
{
  return vqgan->net.encoder.present;
}

gboolean
arra_vqgan_has_decoder (const ArraVqgan *vqgan)
{
  return vqgan->net.decoder.present;
}

gboolean
arra_vqgan_measure (const ArraVqganConfig *config,
                    ArraSource *source,
                    const char *prefix,
                    guint64 *mapped,
                    guint64 *owned,
                    GError **error)
{
  Binding binding = { .source = source, .prefix = prefix };
  VqganNet net = { 0 };
  gsize floats;

  if (!find_parts (config, &binding, &net, &floats, error))
    return FALSE;
  *owned += sizeof (ArraVqgan) + floats * sizeof (float);
  return TRUE;
}

gboolean
arra_vqgan_foreach (const ArraVqganConfig *config,
                    ArraSource *source,
                    const char *prefix,
                    ArraVqganParamFunc func,
                    gpointer data,
                    GError **error)
{
  Binding binding = { .source = source, .prefix = prefix, .func = func, .data = data };
  VqganNet net = { 0 };

  return find_parts (config, &binding, &net, NULL, error)
         && vqgan_net_walk (&net, config, NULL, NULL, tell_entry, &binding, error);
}

typedef struct
{
  ArraShapeFunc func;
  gpointer data;
} Description;

static gboolean
describe_entry (const VqganParam *entry, gpointer data, GError **error)
{
  const Description *description = data;

  return description->func (entry->name, entry->n_dims, entry->shape, description->data, error);
}

gboolean
arra_vqgan_describe (const ArraVqganConfig *config, ArraShapeFunc func, gpointer data, GError **error)
{
  Description description = { func, data };
  VqganNet net = { .encoder.present = TRUE, .decoder.present = TRUE };

  return arra_vqgan_config_check (config, "The VQGAN's configuration", error)
         && vqgan_net_walk (&net, config, NULL, NULL, describe_entry, &description, error);
}
