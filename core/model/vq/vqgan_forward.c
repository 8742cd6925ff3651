/* vqgan_forward.c - the VQGAN's encoder and decoder, layer by layer
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vqgan_private.h"

#include <string.h>

#include "fail.h"
#include "l2_norm.h"
#include "nearest_code.h"

void
vqgan_to_planes (const float *x, gsize n_pixels, gsize channels, float *planes)
{
  for (gsize p = 0; p < n_pixels; p++)
    for (gsize c = 0; c < channels; c++)
      planes[c * n_pixels + p] = x[p * channels + c];
}

void
vqgan_from_planes (const float *planes, gsize n_pixels, gsize channels, float *x)
{
  for (gsize p = 0; p < n_pixels; p++)
    for (gsize c = 0; c < channels; c++)
      x[p * channels + c] = planes[c * n_pixels + p];
}

static guint
other_slot (const VqganMap *map)
{
  return (map->slot + 1) % VQGAN_SLOTS;
}

static gboolean
run_blocks (ArraVqganRun *run, const VqganLevel *level, const char *path, VqganMap *map, GError **error)
{
  for (guint i = 0; i < level->n_blocks; i++)
    {
      if (!vqgan_run_res_block (run, &level->blocks[i], map, error)
          || !vqgan_run_watch (run, map, error, "%s.block.%u", path, i))
        return FALSE;
      if (level->attends
          && (!vqgan_run_attention (run, &level->attentions[i], map, error)
              || !vqgan_run_watch (run, map, error, "%s.attn.%u", path, i)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
run_middle (ArraVqganRun *run, const VqganHalf *half, const char *path, VqganMap *map, GError **error)
{
  return vqgan_run_res_block (run, &half->block_1, map, error)
         && vqgan_run_watch (run, map, error, "%s.mid.block_1", path)
         && (!half->attends
             || (vqgan_run_attention (run, &half->attn_1, map, error)
                 && vqgan_run_watch (run, map, error, "%s.mid.attn_1", path)))
         && vqgan_run_res_block (run, &half->block_2, map, error)
         && vqgan_run_watch (run, map, error, "%s.mid.block_2", path);
}

static gboolean
run_in (ArraVqganRun *run, const VqganHalf *half, const char *path, VqganMap *map, GError **error)
{
  VqganMap from = *map;

  return vqgan_run_conv (run, &half->conv_in, &from, NULL, VQGAN_MOMENTS, other_slot (&from), map, error)
         && vqgan_run_watch (run, map, error, "%s.conv_in", path);
}

static gboolean
run_out (ArraVqganRun *run, const VqganHalf *half, const char *path, VqganMap *map, GError **error)
{
  VqganMap from = *map;

  return vqgan_run_conv (run, &half->conv_out, &from, &half->norm_out, VQGAN_SWISH, other_slot (&from), map, error)
         && vqgan_run_watch (run, map, error, "%s.conv_out", path);
}

static gboolean
run_sample (ArraVqganRun *run,
            const VqganLevel *level,
            VqganConvFlags flags,
            const char *path,
            VqganMap *map,
            GError **error)
{
  VqganMap from = *map;

  if (!level->resamples)
    return TRUE;
  return vqgan_run_conv (run, &level->sample, &from, NULL, flags | VQGAN_MOMENTS, other_slot (&from), map, error)
         && vqgan_run_watch (run, map, error, "%s.%s", path, flags & VQGAN_UPSAMPLE ? "upsample" : "downsample");
}

static gboolean
quantize (ArraVqganRun *run, const VqganMap *map, guint32 *codes, float *latent, GError **error)
{
  const ArraVqganConfig *c = run->config;
  gsize n = map->map.height * map->map.width;

  vqgan_run_begin_step (run, 2.0 * (double) n * c->n_embed * c->embed_dim);
  if (run->planning != NULL)
    {
      run->planning->scratch_stride = MAX (run->planning->scratch_stride, arra_nearest_code_scratch (c->n_embed));
      return TRUE;
    }
  if (latent != NULL)
    vqgan_to_planes (map->map.data, n, c->embed_dim, latent);
  if (c->unit_codes == ARRA_VQGAN_CODES_UNIT)
    arra_l2_norm (&run->exec, map->map.data, n, c->embed_dim, map->map.data);
  return arra_nearest_code (map->map.data, n, run->net->codebook, run->net->squares, c->n_embed, c->embed_dim, codes,
                            &run->work, error);
}

gboolean
vqgan_run_encoder (ArraVqganRun *run,
                   const float *pixels,
                   gsize height,
                   gsize width,
                   guint32 *codes,
                   float *latent,
                   GError **error)
{
  const VqganHalf *half = &run->net->encoder;
  VqganMap map = vqgan_run_map (run, 0, run->config->in_channels, height, width);
  VqganMap z;

  if (run->planning == NULL)
    vqgan_from_planes (pixels, height * width, run->config->in_channels, map.map.data);
  if (!run_in (run, half, "encoder", &map, error))
    return FALSE;
  for (guint i = 0; i < run->config->n_levels; i++)
    {
      char path[32];

      g_snprintf (path, sizeof path, "encoder.down.%u", i);
      if (!run_blocks (run, &half->levels[i], path, &map, error)
          || !run_sample (run, &half->levels[i], VQGAN_PLAIN, path, &map, error))
        return FALSE;
    }
  return run_middle (run, half, "encoder", &map, error) && run_out (run, half, "encoder", &map, error)
         && vqgan_run_conv (run, &half->code_conv, &map, NULL, VQGAN_PLAIN, other_slot (&map), &z, error)
         && vqgan_run_watch (run, &z, error, "quant_conv") && quantize (run, &z, codes, latent, error);
}

static gboolean
look_up (ArraVqganRun *run, const guint32 *codes, gsize n, float *out, GError **error)
{
  gsize dim = run->config->embed_dim;

  for (gsize i = 0; i < n; i++)
    {
      if (codes[i] >= run->config->n_embed)
        return arra_fail (error, ARRA_ERROR_ARGUMENT, "Code %u is not in the VQGAN's codebook of %u", codes[i],
                          run->config->n_embed);
      memcpy (out + i * dim, run->net->codebook + codes[i] * dim, dim * sizeof *out);
    }
  if (run->config->unit_codes == ARRA_VQGAN_CODES_UNIT_DECODED)
    arra_l2_norm (&run->exec, out, n, dim, out);
  return TRUE;
}

gboolean
vqgan_run_decoder (ArraVqganRun *run, const guint32 *codes, gsize rows, gsize columns, float *pixels, GError **error)
{
  const VqganHalf *half = &run->net->decoder;
  VqganMap looked_up = vqgan_run_map (run, 0, run->config->embed_dim, rows, columns);
  VqganMap map;

  if (run->planning == NULL && !look_up (run, codes, rows * columns, looked_up.map.data, error))
    return FALSE;
  if (!vqgan_run_conv (run, &half->code_conv, &looked_up, NULL, VQGAN_PLAIN, 1, &map, error)
      || !vqgan_run_watch (run, &map, error, "post_quant_conv") || !run_in (run, half, "decoder", &map, error)
      || !run_middle (run, half, "decoder", &map, error))
    return FALSE;
  for (guint i = run->config->n_levels; i-- > 0;)
    {
      char path[32];

      g_snprintf (path, sizeof path, "decoder.up.%u", i);
      if (!run_blocks (run, &half->levels[i], path, &map, error)
          || !run_sample (run, &half->levels[i], VQGAN_UPSAMPLE, path, &map, error))
        return FALSE;
    }
  if (!run_out (run, half, "decoder", &map, error))
    return FALSE;
  if (run->planning == NULL)
    vqgan_to_planes (map.map.data, map.map.height * map.map.width, map.map.channels, pixels);
  return TRUE;
}
