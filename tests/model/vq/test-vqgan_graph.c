/* test-vqgan_graph.c - the VQGAN on a tape against the one that makes pictures
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vqgan_graph.h"

#include <math.h>
#include <string.h>

#include "golden_vqgan.h"
#include "mem.h"
#include "nearest_code.h"
#include "noise.h"

#define N 3

typedef struct
{
  const ArraVqganConfig *config;
  ArraVqganPictures pictures;
  float *pixels, *codebook; /* [N][side][side][3] */
  guint32 *codes;           /* of the encoder that makes pictures */
  ArraNode *vectors, *made;
} Case;

static float *
random_pixels (gsize n)
{
  float *x = arra_mem_new (n, sizeof *x, "a test", NULL);

  for (gsize i = 0; i < n; i++)
    x[i] = sinf ((float) i * 0.003f) * 0.7f + (float) arra_noise_bits (3, 0, 0, (guint32) i) * 0x1p-33f;
  return x;
}

static gboolean
compute (ArraTape *tape, gpointer user, GError **error)
{
  Case *c = user;
  gsize pixels = c->pictures.n * c->pictures.height * c->pictures.width;
  ArraNode *in = arra_tape_leaf (tape, pixels, 3, c->pixels, NULL), *looked_up;

  c->vectors = arra_vqgan_graph_encoder (tape, &c->pictures, in);
  looked_up = arra_graph_straight_through (tape, c->vectors, c->codebook, c->codes, FALSE);
  c->made = arra_vqgan_graph_decoder (tape, &c->pictures, looked_up);
  return TRUE;
}

static void
to_planes (const float *x, gsize n, float *planes)
{
  for (gsize i = 0; i < n; i++)
    for (gsize k = 0; k < 3; k++)
      planes[k * n + i] = x[3 * i + k];
}

/* Codes and pictures one by one, as `arra encode` and `arra decode` make them. */
static void
expect (const Case *c, const ArraVqgan *vqgan, const ArraExec *exec, float *made)
{
  guint side = (guint) c->pictures.height, rows = side / arra_vqgan_patch (c->config);
  gsize n = (gsize) side * side;
  g_autofree float *planes = g_new (float, 3 * n);
  g_autoptr (ArraVqganRun) encode = arra_vqgan_run_new (vqgan, exec, rows, rows, TRUE, NULL);
  g_autoptr (ArraVqganRun) decode = arra_vqgan_run_new (vqgan, exec, rows, rows, FALSE, NULL);

  for (guint i = 0; i < N; i++)
    {
      guint32 *codes = c->codes + i * rows * rows;

      to_planes (c->pixels + i * 3 * n, n, planes);
      g_assert_true (arra_vqgan_encode (encode, planes, side, side, codes, NULL, NULL, NULL));
      g_assert_true (arra_vqgan_decode (decode, codes, rows, rows, made + i * 3 * n, NULL, NULL, NULL, NULL));
    }
}

static void
compare (const Case *c, const float *made, const ArraExec *exec)
{
  gsize pixels = c->pictures.height * c->pictures.width, n_codes = c->vectors->rows;
  gsize dim = c->config->embed_dim, stride = arra_nearest_code_scratch (c->config->n_embed);
  g_autofree float *planes = g_new (float, 3 * pixels), *squares = g_new (float, c->config->n_embed);
  g_autofree float *scratch = g_new (float, stride *arra_pool_threads (exec->pool));
  g_autofree guint32 *codes = g_new (guint32, n_codes);
  ArraMapWork work = { .exec = exec, .scratch = scratch, .scratch_stride = stride };
  double worst = 0;

  arra_code_squares (c->codebook, c->config->n_embed, dim, squares);
  g_assert_true (
      arra_nearest_code (c->vectors->data, n_codes, c->codebook, squares, c->config->n_embed, dim, codes, &work, NULL));
  g_assert_cmpmem (codes, n_codes * sizeof *codes, c->codes, n_codes * sizeof *codes);
  for (guint i = 0; i < N; i++)
    {
      to_planes (c->made->data + i * 3 * pixels, pixels, planes);
      for (gsize k = 0; k < 3 * pixels; k++)
        worst = fmax (worst, fabs ((double) planes[k] - (double) made[i * 3 * pixels + k]));
    }
  g_test_message ("largest difference %.3g", worst);
  g_assert_cmpfloat (
      worst, <=, 4e-5); /* Winograd's products, which the tape does not use: a hundredth of a pixel's step is 8e-5 */
}

static void
check (const ArraVqganConfig *config, const char *name, guint side)
{
  g_autoptr (ArraSource) source = golden_source (name);
  g_autoptr (ArraVqgan) vqgan = golden_vqgan (config, name, "");
  g_autoptr (ArraParameters) parameters = arra_parameters_new (NULL);
  g_autoptr (ArraPool) pool = arra_pool_new (2, NULL);
  ArraExec exec = { arra_kernels_default (NULL), pool };
  g_autoptr (ArraTape) tape = arra_tape_new (&exec, arra_vqgan_graph_nodes (config) + 2, NULL);
  guint rows = side / arra_vqgan_patch (config);
  g_autofree guint32 *codes = g_new (guint32, N * rows * rows);
  g_autofree float *codebook = g_new (float, config->n_embed * config->embed_dim);
  g_automem float *made = arra_mem_new (N * 3 * side * side, sizeof *made, "a test", NULL);
  g_automem float *pixels = random_pixels (N * 3 * side * side);
  Case c = { config, { config, parameters, N, side, side, ARRA_PADDING_ZEROS }, pixels, codebook, codes, NULL, NULL };
  GError *error = NULL;

  arra_tensor_to_float (arra_source_find (source, "quantize.embedding.weight"), 0, config->n_embed * config->embed_dim,
                        codebook);
  if (!arra_parameters_add_vqgan (parameters, config, &error) || !arra_parameters_allocate (parameters, FALSE, &error)
      || !arra_parameters_load (parameters, source, &error))
    g_error ("%s", error->message);
  expect (&c, vqgan, &exec, made);
  g_assert_true (arra_tape_run (tape, FALSE, compute, &c, &error));
  compare (&c, made, &exec);
}

static void
test_small (void)
{
  check (&vqgan_small, "vqgan/small/vqgan.safetensors", 32);
}

static void
test_f16 (void)
{
  check (&vqgan_f16, "vqgan/f16/vqgan.ckpt", 64);
}

/* The same weights, each pixel normalised alone, everywhere and in the decoder. */
static void
test_pixels (void)
{
  ArraVqganConfig config = vqgan_small;

  for (config.pixel_norm = 1; config.pixel_norm <= 2; config.pixel_norm++)
    check (&config, "vqgan/small/vqgan.safetensors", 32);
}

/* ---- gradients */

typedef struct
{
  ArraVqganPictures pictures;
  const float *pixels, *slopes; /* of what is made */
  double loss, last;            /* last: norm of the gradient of the last weights */
} Slope;

/* The sum of what is made times its slopes. */
static gboolean
compute_slope (ArraTape *tape, gpointer user, GError **error)
{
  Slope *s = user;
  gsize pixels = s->pictures.n * s->pictures.height * s->pictures.width;
  ArraNode *in = arra_tape_leaf (tape, pixels, 3, s->pixels, NULL);
  ArraNode *made = arra_vqgan_graph_decoder (tape, &s->pictures, arra_vqgan_graph_encoder (tape, &s->pictures, in));

  s->last = arra_vqgan_graph_last_norm (tape, made, s->slopes);
  s->loss = 0;
  for (gsize i = 0; i < 3 * pixels && arra_tape_computes (tape); i++)
    s->loss += (double) made->data[i] * (double) s->slopes[i];
  arra_graph_given_gradient (tape, made, s->slopes);
  arra_tape_backward (tape);
  return TRUE;
}

static double
loss_along (ArraTape *tape,
            Slope *s,
            ArraParameters *parameters,
            const float *kept,
            const float *direction,
            double step)
{
  for (gsize i = 0; i < parameters->size; i++)
    parameters->data[i] = kept[i] + (float) step * direction[i];
  g_assert_true (arra_tape_run (tape, FALSE, compute_slope, s, NULL));
  return s->loss;
}

/* Along the part of the gradient that belongs to some tensors, with 4-point differences. */
static void
check_along (ArraTape *tape, Slope *s, ArraParameters *parameters, const char *part)
{
  g_autofree float *kept = g_memdup2 (parameters->data, parameters->size * sizeof (float));
  g_autofree float *direction = g_new0 (float, parameters->size);
  double square = 0, losses[4], step, slope;

  for (guint k = 0; k < parameters->n; k++)
    for (gsize i = parameters->items[k].offset; strstr (parameters->items[k].name, part) != NULL
                                                && i < parameters->items[k].offset + parameters->items[k].count;
         i++)
      {
        direction[i] = parameters->grad[i];
        square += (double) direction[i] * (double) direction[i];
      }
  g_assert_cmpfloat (square, >, 0);
  step = 2e-3 / sqrt (square);
  for (int i = 0; i < 4; i++)
    losses[i] = loss_along (tape, s, parameters, kept, direction, (i < 2 ? i - 2 : i - 1) * step);
  slope = (8 * (losses[2] - losses[1]) - (losses[3] - losses[0])) / (12 * step);
  g_test_message ("%s: slope %g, %g expected", part, slope, square);
  g_assert_cmpfloat (fabs (slope / square - 1), <, 2e-3);
  memcpy (parameters->data, kept, parameters->size * sizeof (float));
}

/* Of the last convolution's weights alone. */
static void
check_last (const Slope *s, const ArraParameters *parameters)
{
  const ArraParameter *weight = arra_parameters_find (parameters, "decoder.conv_out.weight");
  double square = 0;

  for (gsize i = weight->offset; i < weight->offset + weight->count; i++)
    square += (double) parameters->grad[i] * (double) parameters->grad[i];
  g_assert_cmpfloat_with_epsilon (s->last, sqrt (square), 1e-9 * sqrt (square));
}

static const ArraVqganConfig tiny = { .ch = 8,
                                      .n_levels = 2,
                                      .ch_mult = { 1, 2 },
                                      .n_res_blocks = 1,
                                      .n_attn = 1,
                                      .attn_resolutions = { 8 },
                                      .resolution = 16,
                                      .in_channels = 3,
                                      .out_channels = 3,
                                      .z_channels = 6,
                                      .embed_dim = 4,
                                      .n_embed = 8,
                                      .norm_groups = 4 };

/* @parts ends with NULL. */
static void
check_gradient (const ArraVqganConfig *config, ArraPadding padding, const char *const *parts)
{
  g_autoptr (ArraParameters) parameters = arra_parameters_new (NULL);
  g_autoptr (ArraPool) pool = arra_pool_new (2, NULL);
  ArraExec exec = { arra_kernels_default (NULL), pool };
  g_autoptr (ArraTape) tape = arra_tape_new (&exec, arra_vqgan_graph_nodes (config) + 2, NULL);
  g_automem float *pixels = random_pixels (2 * 16 * 16 * 3);
  g_autofree float *slopes = g_new (float, 2 * 16 * 16 * 3);
  Slope s = { { config, parameters, 2, 16, 16, padding }, pixels, slopes, 0, 0 };

  for (guint32 i = 0; i < 2 * 16 * 16 * 3; i++)
    slopes[i] = (float) arra_noise_bits (8, 0, 0, i) * 0x1p-31f - 1.0f;
  g_assert_true (arra_parameters_add_vqgan (parameters, config, NULL)
                 && arra_parameters_allocate (parameters, TRUE, NULL));
  arra_parameters_start_by_inputs (parameters, 5);
  g_assert_true (arra_tape_run (tape, TRUE, compute_slope, &s, NULL));
  check_last (&s, parameters);
  for (; *parts != NULL; parts++)
    check_along (tape, &s, parameters, *parts);
}

static void
test_gradient (void)
{
  static const char *const parts[] = { "",
                                       "norm",
                                       "bias",
                                       ".q.",
                                       ".k.",
                                       ".v.",
                                       "proj_out",
                                       "nin_shortcut",
                                       "conv1",
                                       "downsample",
                                       "upsample",
                                       "quant_conv",
                                       "encoder.conv_in",
                                       NULL };

  check_gradient (&tiny, ARRA_PADDING_ZEROS, parts);
}

/* Another decoder than the encoder is, no attention in the middle, and something outside. */
static void
test_wide (void)
{
  static const char *const parts[]
      = { "", "nin_shortcut", "conv1", "downsample", "upsample", "quant_conv", "encoder.conv_in", NULL };
  ArraVqganConfig config = tiny;

  config.n_attn = 0;
  config.decoder_ch = 12;
  config.n_decoder_mult = 2;
  config.decoder_ch_mult[0] = 1;
  config.decoder_ch_mult[1] = 3;
  config.decoder_blocks = 3;
  config.plain_middle = config.smooth_upsampling = 1;
  check_gradient (&config, ARRA_PADDING_REPLICATE, parts);
  check_gradient (&config, ARRA_PADDING_WRAP, parts);
  for (config.pixel_norm = 1; config.pixel_norm <= 2; config.pixel_norm++)
    check_gradient (&config, ARRA_PADDING_WRAP, parts);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vqgan-graph/small", test_small);
  g_test_add_func ("/vqgan-graph/f16", test_f16);
  g_test_add_func ("/vqgan-graph/pixels", test_pixels);
  g_test_add_func ("/vqgan-graph/gradient", test_gradient);
  g_test_add_func ("/vqgan-graph/wide", test_wide);
  return g_test_run ();
}
