/* vqgan_tensors.c - a VQGAN's configuration, told by the names and shapes of its tensors
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fail.h"
#include "vqgan_net.h"

#define NAME_SIZE 192
#define RESOLUTION 256 /* of the pictures such tokenizers were trained on: only where attention stands hangs on it */

typedef struct
{
  const ArraSource *source;
  const char *prefix;
  const VqganNames *names;
} Reading;

static const ArraTensor *find (const Reading *reading, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* (nullable) */
static const ArraTensor *
find (const Reading *reading, const char *format, ...)
{
  g_autofree char *leaf = NULL, *name = NULL;
  va_list args;

  va_start (args, format);
  leaf = g_strdup_vprintf (format, args);
  va_end (args);
  name = g_strconcat (reading->prefix, leaf, NULL);
  return arra_source_find (reading->source, name);
}

static const ArraTensor *
find_block (const Reading *reading, const char *half, const char *level, guint i, guint block)
{
  return find (reading, "%s.%s%u.%s%u.conv1.weight", half, level, i, reading->names->block, block);
}

static guint
count_blocks (const Reading *reading, const char *half, const char *level)
{
  guint n = 0;

  while (n <= VQGAN_MAX_BLOCKS && find_block (reading, half, level, 0, n) != NULL)
    n++;
  return n;
}

static void
read_levels (const Reading *reading, ArraVqganConfig *config)
{
  const char *down = reading->names->down;
  const ArraTensor *block;

  for (guint i = 0; i < ARRA_VQGAN_MAX_LEVELS; i++)
    {
      block = find_block (reading, "encoder", down, i, 0);
      if (block == NULL)
        return;
      config->ch_mult[config->n_levels++] = arra_tensor_side (block, 0) / MAX (config->ch, 1);
      if (find (reading, "encoder.%s%u.%s0.q.weight", down, i, reading->names->attention) != NULL)
        config->attn_resolutions[config->n_attn++] = config->resolution >> i;
    }
}

/* Shapes that do not fit are found when the tensors are bound. */
static void
read_numbers (const Reading *reading, ArraVqganConfig *config)
{
  const ArraTensor *codebook = find (reading, "quantize.embedding.weight");
  guint decoder_blocks = count_blocks (reading, "decoder", reading->names->up);

  config->ch = arra_tensor_side (find (reading, "encoder.conv_in.weight"), 0);
  config->in_channels = arra_tensor_side (find (reading, "encoder.conv_in.weight"), 1);
  config->out_channels = arra_tensor_side (find (reading, "decoder.conv_out.weight"), 0);
  config->z_channels = arra_tensor_side (find (reading, "encoder.conv_out.weight"), 0);
  config->n_embed = arra_tensor_side (codebook, 0);
  config->embed_dim = arra_tensor_side (codebook, 1);
  config->n_res_blocks = count_blocks (reading, "encoder", reading->names->down);
  config->decoder_blocks = decoder_blocks == config->n_res_blocks + 1 ? 0 : decoder_blocks;
  config->plain_middle = find (reading, "encoder.%s.q.weight", reading->names->middle[1]) == NULL;
  read_levels (reading, config);
}

gboolean
arra_vqgan_config_from_tensors (ArraVqganConfig *config, const ArraSource *source, const char *prefix, GError **error)
{
  Reading reading = { .source = source, .prefix = prefix };

  *config = (ArraVqganConfig) { .resolution = RESOLUTION, .norm_groups = 32 };
  if (find (&reading, "encoder.conv_blocks.0.res.0.conv1.weight") != NULL)
    {
      config->names = ARRA_VQGAN_CONV_BLOCKS;
      config->unit_codes = ARRA_VQGAN_CODES_UNIT;
      config->nearest_bytes = 1;
    }
  else if (find (&reading, "decoder.up.0.upsample.conv.weight") != NULL)
    {
      config->names = ARRA_VQGAN_TRANSFORMERS;
      config->unit_codes = ARRA_VQGAN_CODES_UNIT_DECODED;
    }
  else
    return arra_fail (error, ARRA_ERROR_NOT_FOUND,
                      "The tensors do not tell the VQGAN's form: its configuration is needed");
  reading.names = vqgan_names ((ArraVqganNames) config->names);
  read_numbers (&reading, config);
  return arra_vqgan_config_check (config, "The VQGAN's tensors", error);
}
