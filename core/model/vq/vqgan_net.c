/* vqgan_net.c - the layers of a VQGAN, walked in one order by loader, saver and memory plan
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vqgan_net.h"

#define NAME_SIZE 128

static const VqganNames names_of[] = {
  [ARRA_VQGAN_TAMING] = { "down.", "up.", "block.", "attn.", { "mid.block_1", "mid.attn_1", "mid.block_2" }, FALSE },
  [ARRA_VQGAN_CONV_BLOCKS] = { "conv_blocks.", "conv_blocks.", "res.", "attn.", { "mid.0", "mid.1", "mid.2" }, TRUE },
  [ARRA_VQGAN_TRANSFORMERS]
  = { "down.", "up.", "block.", "attn.", { "mid.block_1", "mid.attn_1", "mid.block_2" }, TRUE },
};

typedef struct
{
  const ArraVqganConfig *config;
  const VqganNames *names;
  float *arena;
  gsize used;
  VqganVisit visit;
  gpointer data;
  GError **error;
  gboolean failed;
} Walk;

const VqganNames *
vqgan_names (ArraVqganNames names)
{
  g_assert (names < G_N_ELEMENTS (names_of));
  return &names_of[names];
}

static float *
take (Walk *walk, gsize n)
{
  float *place = walk->arena != NULL ? walk->arena + walk->used : NULL;

  walk->used += (n + 15) & ~(gsize) 15;
  return place;
}

static void
visit (Walk *walk, const char *path, const char *leaf, VqganParam param)
{
  char name[NAME_SIZE];

  g_snprintf (name, sizeof name, "%s.%s", path, leaf);
  param.name = name;
  if (!walk->failed && walk->visit != NULL)
    walk->failed = !walk->visit (&param, walk->data, walk->error);
}

static void
visit_vector (Walk *walk, const char *path, const char *leaf, gsize n, float *place)
{
  VqganParam param = { .n_dims = 1, .shape = { (gint64) n }, .place = place };

  visit (walk, path, leaf, param);
}

static const float *
vector (Walk *walk, const char *path, const char *leaf, gsize n)
{
  float *place = take (walk, n);

  visit_vector (walk, path, leaf, n, place);
  return place;
}

static void
visit_kernel (Walk *walk, const char *path, const ArraConv2d *conv, gsize out_channels, gsize first, float *place)
{
  VqganParam param = { .n_dims = 4,
                       .shape = { (gint64) out_channels, (gint64) conv->in_channels, conv->kernel, conv->kernel },
                       .place = place,
                       .first = first,
                       .row = conv->out_channels };

  visit (walk, path, "weight", param);
}

static void
conv (Walk *walk, const char *path, guint kernel, guint stride, gsize in_channels, gsize out_channels, ArraConv2d *out)
{
  float *weight = take (walk, (gsize) kernel * kernel * in_channels * out_channels);

  *out = (ArraConv2d) {
    .kernel = kernel, .stride = stride, .in_channels = in_channels, .out_channels = out_channels, .weight = weight
  };
  visit_kernel (walk, path, out, out_channels, 0, weight);
  out->bias = vector (walk, path, "bias", out_channels);
}

static void
norm (Walk *walk, const char *path, gsize channels, VqganNorm *out)
{
  out->weight = vector (walk, path, "weight", channels);
  out->bias = vector (walk, path, "bias", channels);
}

#define SUB_PATH(sub, path, ...) \
  char sub[NAME_SIZE];           \
  sub_path (sub, path, __VA_ARGS__)

static void sub_path (char out[NAME_SIZE], const char *path, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
sub_path (char out[NAME_SIZE], const char *path, const char *format, ...)
{
  va_list args;
  int n = g_snprintf (out, NAME_SIZE, "%s.", path);

  va_start (args, format);
  g_vsnprintf (out + n, (gulong) (NAME_SIZE - n), format, args);
  va_end (args);
}

static void
res_block (Walk *walk, const char *path, gsize in_channels, gsize out_channels, VqganResBlock *out)
{
  SUB_PATH (norm1, path, "norm1");
  SUB_PATH (conv1, path, "conv1");
  SUB_PATH (norm2, path, "norm2");
  SUB_PATH (conv2, path, "conv2");
  SUB_PATH (shortcut, path, "nin_shortcut");

  norm (walk, norm1, in_channels, &out->norm1);
  conv (walk, conv1, 3, 1, in_channels, out_channels, &out->conv1);
  norm (walk, norm2, out_channels, &out->norm2);
  conv (walk, conv2, 3, 1, out_channels, out_channels, &out->conv2);
  out->has_shortcut = in_channels != out_channels;
  if (out->has_shortcut)
    conv (walk, shortcut, 1, 1, in_channels, out_channels, &out->shortcut);
}

/* q, k and v are three convolutions of the same input: one matrix side by side. */
static void
attention (Walk *walk, const char *path, gsize channels, VqganAttention *out)
{
  static const char *const parts[] = { "q", "k", "v" };
  float *weight = take (walk, 3 * channels * channels);
  float *bias = take (walk, 3 * channels);
  SUB_PATH (norm_path, path, "norm");
  SUB_PATH (proj_out, path, "proj_out");

  out->qkv = (ArraConv2d) {
    .kernel = 1, .stride = 1, .in_channels = channels, .out_channels = 3 * channels, .weight = weight, .bias = bias
  };
  norm (walk, norm_path, channels, &out->norm);
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      SUB_PATH (part, path, "%s", parts[i]);

      visit_kernel (walk, part, &out->qkv, channels, i * channels, weight);
      visit_vector (walk, part, "bias", channels, bias != NULL ? bias + i * channels : NULL);
    }
  conv (walk, proj_out, 1, 1, channels, channels, &out->proj_out);
}

static gboolean
attends_at (const ArraVqganConfig *config, guint resolution)
{
  for (guint i = 0; i < config->n_attn; i++)
    if (config->attn_resolutions[i] == resolution)
      return TRUE;
  return FALSE;
}

static void
level (Walk *walk,
       const char *path,
       guint n_blocks,
       guint resolution,
       gsize in_channels,
       gsize channels,
       VqganLevel *out)
{
  out->n_blocks = n_blocks;
  out->attends = attends_at (walk->config, resolution);
  for (guint i = 0; i < n_blocks; i++)
    {
      SUB_PATH (block, path, "%s%u", walk->names->block, i);
      SUB_PATH (attn, path, "%s%u", walk->names->attention, i);

      res_block (walk, block, i == 0 ? in_channels : channels, channels, &out->blocks[i]);
      if (out->attends)
        attention (walk, attn, channels, &out->attentions[i]);
    }
}

static void
middle (Walk *walk, const char *path, gsize channels, VqganHalf *out)
{
  SUB_PATH (block_1, path, "%s", walk->names->middle[0]);
  SUB_PATH (attn_1, path, "%s", walk->names->middle[1]);
  SUB_PATH (block_2, path, "%s", walk->names->middle[2]);

  res_block (walk, block_1, channels, channels, &out->block_1);
  out->attends = !walk->config->plain_middle;
  if (out->attends)
    attention (walk, attn_1, channels, &out->attn_1);
  res_block (walk, block_2, channels, channels, &out->block_2);
}

static void
encoder (Walk *walk, VqganHalf *out)
{
  const ArraVqganConfig *c = walk->config;
  gsize channels = c->ch;
  guint resolution = c->resolution;

  conv (walk, "encoder.conv_in", 3, 1, c->in_channels, c->ch, &out->conv_in);
  for (guint i = 0; i < c->n_levels; i++)
    {
      VqganLevel *l = &out->levels[i];
      SUB_PATH (path, "encoder", "%s%u", walk->names->down, i);
      SUB_PATH (sample, path, "downsample.conv");

      level (walk, path, c->n_res_blocks, resolution, channels, (gsize) c->ch * c->ch_mult[i], l);
      channels = (gsize) c->ch * c->ch_mult[i];
      l->resamples = i + 1 < c->n_levels;
      if (l->resamples)
        conv (walk, sample, 3, 2, channels, channels, &l->sample);
      resolution /= 2;
    }
  middle (walk, "encoder", channels, out);
  norm (walk, "encoder.norm_out", channels, &out->norm_out);
  conv (walk, "encoder.conv_out", 3, 1, channels, c->z_channels, &out->conv_out);
  conv (walk, "quant_conv", 1, 1, c->z_channels, c->embed_dim, &out->code_conv);
}

static void
decoder (Walk *walk, VqganHalf *out)
{
  const ArraVqganConfig *c = walk->config;
  gsize channels = arra_vqgan_decoder_channels (c, c->n_levels - 1);
  guint resolution = c->resolution >> (c->n_levels - 1);

  conv (walk, "post_quant_conv", 1, 1, c->embed_dim, c->z_channels, &out->code_conv);
  conv (walk, "decoder.conv_in", 3, 1, c->z_channels, channels, &out->conv_in);
  middle (walk, "decoder", channels, out);
  for (guint i = c->n_levels; i-- > 0;)
    {
      VqganLevel *l = &out->levels[i];
      guint number = walk->names->up_from_lowest ? c->n_levels - 1 - i : i;
      SUB_PATH (path, "decoder", "%s%u", walk->names->up, number);
      SUB_PATH (sample, path, "upsample.conv");

      level (walk, path, arra_vqgan_decoder_blocks (c), resolution, channels, arra_vqgan_decoder_channels (c, i), l);
      channels = arra_vqgan_decoder_channels (c, i);
      l->resamples = i > 0;
      if (l->resamples)
        conv (walk, sample, 3, 1, channels, channels, &l->sample);
      resolution *= 2;
    }
  norm (walk, "decoder.norm_out", channels, &out->norm_out);
  conv (walk, "decoder.conv_out", 3, 1, channels, c->out_channels, &out->conv_out);
}

static void
codebook (Walk *walk, VqganNet *net)
{
  const ArraVqganConfig *c = walk->config;
  VqganParam param = { .n_dims = 2, .shape = { c->n_embed, c->embed_dim } };

  net->codebook = param.place = take (walk, (gsize) c->n_embed * c->embed_dim);
  net->squares = take (walk, c->n_embed);
  visit (walk, "quantize.embedding", "weight", param);
}

gboolean
vqgan_net_walk (VqganNet *net,
                const ArraVqganConfig *config,
                float *arena,
                gsize *floats,
                VqganVisit visitor,
                gpointer data,
                GError **error)
{
  Walk walk = { .config = config,
                .names = vqgan_names ((ArraVqganNames) config->names),
                .arena = arena,
                .visit = visitor,
                .data = data,
                .error = error };

  codebook (&walk, net);
  if (net->encoder.present)
    encoder (&walk, &net->encoder);
  if (net->decoder.present)
    decoder (&walk, &net->decoder);
  if (floats != NULL)
    *floats = walk.used;
  return !walk.failed;
}
