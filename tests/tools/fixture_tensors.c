/* fixture_tensors.c - which tensors a checkpoint of a given shape holds
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture_private.h"

#include <math.h>

static void
clear_tensor (gpointer data)
{
  g_free (((FixtureTensor *) data)->name);
}

static GArray *
new_list (void)
{
  GArray *tensors = g_array_new (FALSE, FALSE, sizeof (FixtureTensor));

  g_array_set_clear_func (tensors, clear_tensor);
  return tensors;
}

static FixtureTensor *add (GArray *tensors, float centre, float spread, const char *format, ...) G_GNUC_PRINTF (4, 5);

/* Adds a tensor without a shape yet. */
static FixtureTensor *
add (GArray *tensors, float centre, float spread, const char *format, ...)
{
  FixtureTensor tensor = { .centre = centre, .spread = spread };
  va_list arguments;

  va_start (arguments, format);
  tensor.name = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_array_append_val (tensors, tensor);
  return &g_array_index (tensors, FixtureTensor, tensors->len - 1);
}

static void
set_shape (FixtureTensor *tensor, guint n_dims, gint64 a, gint64 b, gint64 c, gint64 d)
{
  const gint64 shape[4] = { a, b, c, d };

  tensor->n_dims = n_dims;
  for (guint i = 0; i < 4; i++)
    tensor->shape[i] = i < n_dims ? shape[i] : 0;
}

/* Uniform values with the variance 1 / inputs. */
static float
spread_of (guint64 inputs)
{
  return sqrtf (3.0f / (float) inputs);
}

static void
add_matrix (GArray *tensors, guint layer, const char *name, guint rows, guint columns)
{
  set_shape (add (tensors, 0, spread_of (columns), "model.layers.%u.%s.weight", layer, name), 2, rows, columns, 0, 0);
}

static void
add_head_norm (GArray *tensors, guint layer, const char *name, guint rows, guint head_dim)
{
  set_shape (add (tensors, 1, 0.2f, "model.layers.%u.self_attn.%s.weight", layer, name), 2, rows, head_dim, 0, 0);
  set_shape (add (tensors, 0, 0.1f, "model.layers.%u.self_attn.%s.bias", layer, name), 2, rows, head_dim, 0, 0);
}

static void
add_layer (const Fixture *fixture, GArray *tensors, guint layer)
{
  guint head_dim = fixture->hidden / fixture->heads;
  guint kv = head_dim * fixture->kv_heads;

  set_shape (add (tensors, 1, 0.2f, "model.layers.%u.input_layernorm.weight", layer), 1, fixture->hidden, 0, 0, 0);
  add_matrix (tensors, layer, "self_attn.q_proj", fixture->hidden, fixture->hidden);
  add_matrix (tensors, layer, "self_attn.k_proj", kv, fixture->hidden);
  add_matrix (tensors, layer, "self_attn.v_proj", kv, fixture->hidden);
  add_matrix (tensors, layer, "self_attn.o_proj", fixture->hidden, fixture->hidden);
  add_head_norm (tensors, layer, "q_norm", fixture->model_parallel, head_dim);
  add_head_norm (tensors, layer, "k_norm", fixture->model_parallel, head_dim);
  set_shape (add (tensors, 1, 0.2f, "model.layers.%u.post_attention_layernorm.weight", layer), 1, fixture->hidden, 0, 0,
             0);
  add_matrix (tensors, layer, "mlp.gate_proj", fixture->ffn, fixture->hidden);
  add_matrix (tensors, layer, "mlp.up_proj", fixture->ffn, fixture->hidden);
  add_matrix (tensors, layer, "mlp.down_proj", fixture->hidden, fixture->ffn);
}

GArray *
fixture_transformer_tensors (const Fixture *fixture)
{
  GArray *tensors = new_list ();

  /* what training leaves in such files, and nobody asks for */
  set_shape (add (tensors, 0, 0.1f, "adaptor.layers.0.weight"), 2, 16, fixture->hidden, 0, 0);
  set_shape (add (tensors, 0, 0.1f, "adaptor.layers.0.bias"), 1, 16, 0, 0, 0);
  set_shape (add (tensors, 0, spread_of (1), "model.embed_tokens.weight"), 2, fixture->vocab, fixture->hidden, 0, 0);
  for (guint layer = 0; layer < fixture->layers; layer++)
    add_layer (fixture, tensors, layer);
  set_shape (add (tensors, 1, 0.2f, "model.norm.weight"), 1, fixture->hidden, 0, 0, 0);
  set_shape (add (tensors, 0, 2 * spread_of (fixture->hidden), "lm_head.weight"), 2, fixture->vocab, fixture->hidden, 0,
             0);
  return tensors;
}

static void
add_conv (GArray *tensors, const char *prefix, const char *name, guint out, guint in, guint kernel)
{
  set_shape (add (tensors, 0, spread_of ((guint64) in * kernel * kernel), "%s%s.weight", prefix, name), 4, out, in,
             kernel, kernel);
  set_shape (add (tensors, 0, 0.05f, "%s%s.bias", prefix, name), 1, out, 0, 0, 0);
}

static void
add_group_norm (GArray *tensors, const char *prefix, const char *name, guint channels)
{
  set_shape (add (tensors, 1, 0.2f, "%s%s.weight", prefix, name), 1, channels, 0, 0, 0);
  set_shape (add (tensors, 0, 0.1f, "%s%s.bias", prefix, name), 1, channels, 0, 0, 0);
}

static void
add_block (GArray *tensors, const char *prefix, guint in, guint out)
{
  add_group_norm (tensors, prefix, "norm1", in);
  add_conv (tensors, prefix, "conv1", out, in, 3);
  add_group_norm (tensors, prefix, "norm2", out);
  add_conv (tensors, prefix, "conv2", out, out, 3);
  if (in != out)
    add_conv (tensors, prefix, "nin_shortcut", out, in, 1);
}

static void
add_attention (GArray *tensors, const char *prefix, guint channels)
{
  static const char *const parts[] = { "q", "k", "v", "proj_out" };

  add_group_norm (tensors, prefix, "norm", channels);
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    add_conv (tensors, prefix, parts[i], channels, channels, 1);
}

static void
add_mid (GArray *tensors, const char *prefix, guint channels)
{
  static const char *const blocks[] = { "mid.block_1.", "mid.attn_1.", "mid.block_2." };

  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    {
      g_autofree char *inner = g_strconcat (prefix, blocks[i], NULL);

      if (i == 1)
        add_attention (tensors, inner, channels);
      else
        add_block (tensors, inner, channels, channels);
    }
}

static gboolean
has_attention (const Fixture *fixture, guint resolution)
{
  for (guint i = 0; i < fixture->n_attn; i++)
    if (fixture->attn_resolutions[i] == resolution)
      return TRUE;
  return FALSE;
}

/* The blocks of one level, encoder ("down") or decoder ("up"); returns the channels that come out. */
static guint
add_level (const Fixture *fixture, GArray *tensors, const char *prefix, guint level, guint in, guint n_blocks)
{
  guint out = fixture->ch * fixture->ch_mult[level];

  for (guint block = 0; block < n_blocks; block++)
    {
      g_autofree char *inner = g_strdup_printf ("%s%u.block.%u.", prefix, level, block);
      g_autofree char *attention = g_strdup_printf ("%s%u.attn.%u.", prefix, level, block);

      add_block (tensors, inner, in, out);
      in = out;
      if (has_attention (fixture, fixture->resolution >> level))
        add_attention (tensors, attention, out);
    }
  return out;
}

static void
add_encoder (const Fixture *fixture, GArray *tensors, const char *prefix)
{
  g_autofree char *encoder = g_strconcat (prefix, "encoder.", NULL);
  g_autofree char *down = g_strconcat (encoder, "down.", NULL);
  guint channels = fixture->ch;

  add_conv (tensors, encoder, "conv_in", channels, 3, 3);
  for (guint level = 0; level < fixture->n_levels; level++)
    {
      g_autofree char *resample = g_strdup_printf ("%u.downsample.conv", level);

      channels = add_level (fixture, tensors, down, level, channels, fixture->n_res_blocks);
      if (level + 1 < fixture->n_levels)
        add_conv (tensors, down, resample, channels, channels, 3);
    }
  add_mid (tensors, encoder, channels);
  add_group_norm (tensors, encoder, "norm_out", channels);
  add_conv (tensors, encoder, "conv_out", fixture->z_channels, channels, 3);
}

static void
add_decoder (const Fixture *fixture, GArray *tensors, const char *prefix)
{
  g_autofree char *decoder = g_strconcat (prefix, "decoder.", NULL);
  g_autofree char *up = g_strconcat (decoder, "up.", NULL);
  guint channels = fixture->ch * fixture->ch_mult[fixture->n_levels - 1];

  add_conv (tensors, decoder, "conv_in", channels, fixture->z_channels, 3);
  add_mid (tensors, decoder, channels);
  for (guint level = fixture->n_levels; level-- > 0;)
    {
      g_autofree char *resample = g_strdup_printf ("%u.upsample.conv", level);

      channels = add_level (fixture, tensors, up, level, channels, fixture->n_res_blocks + 1);
      if (level > 0)
        add_conv (tensors, up, resample, channels, channels, 3);
    }
  add_group_norm (tensors, decoder, "norm_out", channels);
  add_conv (tensors, decoder, "conv_out", 3, channels, 3);
}

GArray *
fixture_vqgan_tensors (const Fixture *fixture, const char *prefix, gboolean decoder)
{
  GArray *tensors = new_list ();

  add_encoder (fixture, tensors, prefix);
  if (decoder)
    add_decoder (fixture, tensors, prefix);
  add_conv (tensors, prefix, "quant_conv", fixture->embed_dim, fixture->z_channels, 1);
  add_conv (tensors, prefix, "post_quant_conv", fixture->z_channels, fixture->embed_dim, 1);
  set_shape (add (tensors, 0, 1, "%squantize.embedding.weight", prefix), 2, fixture->codes, fixture->embed_dim, 0, 0);
  return tensors;
}
