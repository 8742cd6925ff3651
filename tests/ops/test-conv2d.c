/* test-conv2d.c - convolutions against a direct loop in double
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "conv2d.h"
#include "group_norm.h"
#include "maps.h"
#include "mem.h"

typedef struct
{
  guint kernel, stride;
  gboolean upsample, norm, swish, add;
  gsize in_channels, out_channels, height, width;
  ArraPadding padding;
  gboolean smooth;
} Shape;

/* Odd sizes, tiles that end in the middle, a single pixel, one row, one channel. */
static const Shape shapes[] = {
  { 3, 1, FALSE, FALSE, FALSE, FALSE, 3, 5, 1, 1, ARRA_PADDING_ZEROS, FALSE },
  { 3, 1, FALSE, TRUE, TRUE, FALSE, 4, 7, 1, 19, ARRA_PADDING_ZEROS, FALSE },
  { 3, 1, FALSE, TRUE, TRUE, TRUE, 8, 6, 17, 33, ARRA_PADDING_ZEROS, FALSE },
  { 3, 1, FALSE, TRUE, FALSE, FALSE, 5, 3, 16, 16, ARRA_PADDING_ZEROS, FALSE },
  { 3, 1, FALSE, FALSE, FALSE, TRUE, 1, 1, 35, 2, ARRA_PADDING_ZEROS, FALSE },
  { 3, 2, FALSE, FALSE, FALSE, FALSE, 6, 4, 2, 2, ARRA_PADDING_ZEROS, FALSE },
  { 3, 2, FALSE, FALSE, FALSE, FALSE, 3, 9, 34, 38, ARRA_PADDING_ZEROS, FALSE },
  { 3, 1, TRUE, FALSE, FALSE, FALSE, 7, 5, 1, 1, ARRA_PADDING_ZEROS, FALSE },
  { 3, 1, TRUE, FALSE, FALSE, FALSE, 2, 3, 9, 17, ARRA_PADDING_ZEROS, FALSE },
  { 1, 1, FALSE, FALSE, FALSE, FALSE, 5, 11, 3, 7, ARRA_PADDING_ZEROS, FALSE },
  { 1, 1, FALSE, TRUE, FALSE, TRUE, 33, 17, 17, 31, ARRA_PADDING_ZEROS, FALSE },
  { 1, 1, FALSE, TRUE, TRUE, FALSE, 2, 3, 1, 257, ARRA_PADDING_ZEROS, FALSE },
  { 3, 1, FALSE, FALSE, FALSE, FALSE, 3, 5, 1, 1, ARRA_PADDING_REPLICATE, FALSE },
  { 3, 1, FALSE, TRUE, TRUE, TRUE, 8, 6, 17, 33, ARRA_PADDING_REPLICATE, FALSE },
  { 3, 2, FALSE, FALSE, FALSE, FALSE, 3, 9, 34, 38, ARRA_PADDING_REPLICATE, FALSE },
  { 3, 1, TRUE, FALSE, FALSE, FALSE, 2, 3, 9, 17, ARRA_PADDING_REPLICATE, FALSE },
  { 3, 1, FALSE, FALSE, FALSE, FALSE, 3, 5, 1, 1, ARRA_PADDING_WRAP, FALSE },
  { 3, 1, FALSE, TRUE, TRUE, TRUE, 8, 6, 17, 33, ARRA_PADDING_WRAP, FALSE },
  { 3, 2, FALSE, FALSE, FALSE, FALSE, 3, 9, 34, 38, ARRA_PADDING_WRAP, FALSE },
  { 3, 1, TRUE, FALSE, FALSE, FALSE, 2, 3, 9, 17, ARRA_PADDING_WRAP, FALSE },
  { 3, 1, TRUE, FALSE, FALSE, FALSE, 2, 3, 9, 17, ARRA_PADDING_ZEROS, TRUE },
  { 3, 1, TRUE, FALSE, FALSE, TRUE, 5, 3, 17, 9, ARRA_PADDING_WRAP, TRUE },
  { 3, 1, TRUE, FALSE, FALSE, FALSE, 7, 5, 1, 1, ARRA_PADDING_REPLICATE, TRUE },
  /* enough channels for Winograd's products, in squares that end outside of the map */
  { 3, 1, FALSE, FALSE, FALSE, FALSE, 16, 17, 4, 4, ARRA_PADDING_ZEROS, FALSE },
  { 3, 1, FALSE, TRUE, TRUE, TRUE, 40, 16, 17, 35, ARRA_PADDING_ZEROS, FALSE },
  { 3, 1, FALSE, TRUE, TRUE, FALSE, 16, 33, 19, 6, ARRA_PADDING_REPLICATE, FALSE },
  { 3, 1, FALSE, FALSE, FALSE, TRUE, 17, 18, 7, 21, ARRA_PADDING_WRAP, FALSE },
  { 3, 1, TRUE, FALSE, FALSE, FALSE, 16, 16, 9, 17, ARRA_PADDING_WRAP, FALSE },
  { 3, 1, TRUE, FALSE, FALSE, TRUE, 16, 24, 3, 9, ARRA_PADDING_ZEROS, TRUE },
  { 3, 1, TRUE, FALSE, FALSE, FALSE, 16, 20, 3, 7, ARRA_PADDING_REPLICATE, FALSE },
  { 3, 1, TRUE, FALSE, FALSE, TRUE, 16, 70, 2, 5, ARRA_PADDING_ZEROS, FALSE },
  { 3, 1, FALSE, TRUE, TRUE, TRUE, 16, 130, 3, 37, ARRA_PADDING_ZEROS, FALSE },
};

typedef struct
{
  const Shape *shape;
  ArraFeatureMap in, before;
  float *weight, *packed, *bias, *scale, *shift; /* weight: PyTorch's order */
} Problem;

static void
problem_init (Problem *p, const Shape *shape, gsize out_height, gsize out_width)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (11);
  gsize n = shape->out_channels * shape->in_channels * shape->kernel * shape->kernel;

  p->shape = shape;
  p->in = random_map (random, shape->in_channels, shape->height, shape->width);
  p->before = random_map (random, shape->out_channels, out_height, out_width);
  p->weight = random_floats (random, n);
  p->packed = random_floats (random, n);
  p->bias = random_floats (random, shape->out_channels);
  p->scale = random_floats (random, shape->in_channels);
  p->shift = random_floats (random, shape->in_channels);
  arra_conv2d_pack (p->weight, shape->out_channels, shape->in_channels, shape->kernel, 0, shape->out_channels,
                    p->packed);
}

static void
problem_clear (Problem *p)
{
  arra_mem_free (p->in.data);
  arra_mem_free (p->before.data);
  arra_mem_free (p->weight);
  arra_mem_free (p->packed);
  arra_mem_free (p->bias);
  arra_mem_free (p->scale);
  arra_mem_free (p->shift);
}

/* A pixel of the input, normalised; outside, what the padding says. */
static double
pixel_at (const Problem *p, gssize y, gssize x, gsize c)
{
  gssize row = arra_padding_index (p->shape->padding, y, p->in.height);
  gssize column = arra_padding_index (p->shape->padding, x, p->in.width);
  double v;

  if (row < 0 || column < 0)
    return 0.0;
  v = (double) p->in.data[((gsize) row * p->in.width + (gsize) column) * p->in.channels + c];
  if (!p->shape->norm)
    return v;
  v = v * (double) p->scale[c] + (double) p->shift[c];
  return p->shape->swish ? v / (1.0 + exp (-v)) : v;
}

/* The input as the convolution reads it. */
static double
read_at (const Problem *p, gssize y, gssize x, gsize c)
{
  double v = ((double) y - 0.5) / 2, h = ((double) x - 0.5) / 2, sum = 0;

  if (!p->shape->upsample)
    return pixel_at (p, y, x, c);
  if (!p->shape->smooth)
    return pixel_at (p, y < 0 ? -1 : y / 2, x < 0 ? -1 : x / 2, c);
  for (gssize row = (gssize) floor (v); row <= (gssize) floor (v) + 1; row++)
    for (gssize column = (gssize) floor (h); column <= (gssize) floor (h) + 1; column++)
      sum += (1 - fabs (v - (double) row)) * (1 - fabs (h - (double) column)) * pixel_at (p, row, column, c);
  return sum;
}

static double
expected_at (const Problem *p, gsize y, gsize x, gsize o)
{
  const Shape *s = p->shape;
  gssize padding = s->kernel == 3 && s->stride == 1 ? 1 : 0;
  double sum = (double) p->bias[o];

  for (gsize c = 0; c < s->in_channels; c++)
    for (gsize ky = 0; ky < s->kernel; ky++)
      for (gsize kx = 0; kx < s->kernel; kx++)
        sum += (double) p->weight[((o * s->in_channels + c) * s->kernel + ky) * s->kernel + kx]
               * read_at (p, (gssize) (y * s->stride + ky) - padding, (gssize) (x * s->stride + kx) - padding, c);
  return s->add ? sum + (double) p->before.data[(y * p->before.width + x) * s->out_channels + o] : sum;
}

static void
check_moments (const ArraFeatureMap *out, const double *moments, gsize tiles)
{
  for (gsize c = 0; c < out->channels; c++)
    {
      double sum = 0, squares = 0, got_sum = 0, got_squares = 0;

      for (gsize i = 0; i < out->height * out->width; i++)
        {
          double v = (double) out->data[i * out->channels + c];
          sum += v;
          squares += v * v;
        }
      for (gsize t = 0; t < tiles; t++)
        {
          got_sum += moments[2 * t * out->channels + c];
          got_squares += moments[(2 * t + 1) * out->channels + c];
        }
      g_assert_cmpfloat (relative_error (got_sum, sum), <, 1e-12);
      g_assert_cmpfloat (relative_error (got_squares, squares), <, 1e-12);
    }
}

/* Winograd's products lose more digits. */
static double
tolerance (const ArraMapWork *work)
{
  return work->transformed != NULL ? 5e-5 : 5e-6;
}

static void
check_shape (const ArraExec *exec, const Shape *shape, gboolean transformed)
{
  ArraConv2d conv = { .kernel = shape->kernel,
                      .stride = shape->stride,
                      .in_channels = shape->in_channels,
                      .out_channels = shape->out_channels };
  ArraConv2dReading reading
      = { .swish = shape->swish, .upsample = shape->upsample, .smooth = shape->smooth, .padding = shape->padding };
  ArraMapWork work = { .exec = exec };
  ArraFeatureMap out = { .channels = shape->out_channels };
  gsize tiles;
  g_automem double *moments = NULL;
  g_automem float *scratch = NULL, *weights = NULL;
  Problem p;

  arra_conv2d_output_size (&conv, shape->upsample, shape->height, shape->width, &out.height, &out.width);
  problem_init (&p, shape, out.height, out.width);
  conv.weight = p.packed;
  conv.bias = p.bias;
  reading.scale = shape->norm ? p.scale : NULL;
  reading.shift = p.shift;
  tiles = arra_conv2d_tiles (&conv, out.height, out.width, transformed);
  if (transformed)
    work.transformed = weights
        = arra_mem_new (arra_conv2d_transformed (&conv, out.height, out.width), sizeof (float), "a test", NULL);
  work.scratch_stride = arra_conv2d_scratch (&conv, out.height, out.width, transformed);
  work.scratch = scratch
      = arra_mem_new (work.scratch_stride * arra_pool_threads (exec->pool), sizeof (float), "a test", NULL);
  moments = arra_mem_new (tiles * 2 * out.channels, sizeof *moments, "a test", NULL);
  out.data = arra_mem_new (out.height * out.width * out.channels, sizeof (float), "a test", NULL);
  if (shape->add) /* in place */
    memcpy (out.data, p.before.data, out.height * out.width * out.channels * sizeof (float));
  g_assert_true (arra_conv2d (&conv, &p.in, &reading, shape->add ? &out : NULL, &out, moments, &work, NULL));
  for (gsize y = 0; y < out.height; y++)
    for (gsize x = 0; x < out.width; x++)
      for (gsize o = 0; o < out.channels; o++)
        g_assert_cmpfloat (
            relative_error ((double) out.data[(y * out.width + x) * out.channels + o], expected_at (&p, y, x, o)), <,
            tolerance (&work));
  check_moments (&out, moments, tiles);
  arra_mem_free (out.data);
  problem_clear (&p);
}

static void
check_all (const ArraExec *exec)
{
  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    check_shape (exec, &shapes[i], FALSE);
}

static void
check_transformed (const ArraExec *exec)
{
  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    if (shapes[i].kernel == 3 && shapes[i].stride == 1 && MIN (shapes[i].in_channels, shapes[i].out_channels) >= 16)
      check_shape (exec, &shapes[i], TRUE);
}

/* Winograd's products are for squares of enough channels. */
static void
test_suits (void)
{
  const ArraConv2d conv = { .kernel = 3, .stride = 1, .in_channels = 16, .out_channels = 32 };
  ArraConv2d other = conv;

  g_assert_cmpuint (arra_conv2d_transformed (&conv, 4, 9), ==, 36 * 16 * 32);
  g_assert_cmpuint (arra_conv2d_transformed (&conv, 4, 3), ==, 0);
  other.stride = 2;
  g_assert_cmpuint (arra_conv2d_transformed (&other, 4, 9), ==, 0);
  other = conv;
  other.kernel = 1;
  g_assert_cmpuint (arra_conv2d_transformed (&other, 4, 9), ==, 0);
  other = conv;
  other.out_channels = 3;
  g_assert_cmpuint (arra_conv2d_transformed (&other, 4, 9), ==, 0);
}

static gint n_products; /* convolutions that have been made */

static void
count_products (const ArraConvShape *shape, const float *x, const float *w, float *y)
{
  g_atomic_int_inc (&n_products);
  arra_kernels_get (ARRA_CPU_C)->convolve (shape, x, w, y);
}

/* Of pixels that are doubled 11 of 36 products are zero: they are not made. */
static void
test_doubled (void)
{
  static const Shape plain = { 3, 1, FALSE, FALSE, FALSE, FALSE, 16, 16, 4, 4, ARRA_PADDING_ZEROS, FALSE },
                     doubled = { 3, 1, TRUE, FALSE, FALSE, FALSE, 16, 16, 2, 2, ARRA_PADDING_ZEROS, FALSE },
                     smooth = { 3, 1, TRUE, FALSE, FALSE, FALSE, 16, 16, 2, 2, ARRA_PADDING_ZEROS, TRUE };
  ArraKernels kernels = *arra_kernels_get (ARRA_CPU_C);
  const ArraExec exec = { &kernels, NULL };

  kernels.convolve = count_products;
  n_products = 0;
  check_shape (&exec, &plain, TRUE);
  g_assert_cmpint (n_products, ==, 36);
  n_products = 0;
  check_shape (&exec, &doubled, TRUE);
  g_assert_cmpint (n_products, ==, 25);
  n_products = 0;
  check_shape (&exec, &smooth, TRUE);
  g_assert_cmpint (n_products, ==, 36);
}

static void
test_direct (void)
{
  with_every_exec (check_all);
}

static void
test_transformed (void)
{
  with_every_exec (check_transformed);
}

static void
cancel (double fraction, gpointer user)
{
  g_cancellable_cancel (user);
}

static void
test_cancel (void)
{
  static const Shape shape = { 3, 1, FALSE, FALSE, FALSE, FALSE, 2, 2, 64, 64, ARRA_PADDING_ZEROS, FALSE };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  ArraExec exec = { arra_kernels_get (ARRA_CPU_C), NULL };
  ArraConv2d conv = { .kernel = 3, .stride = 1, .in_channels = 2, .out_channels = 2 };
  gsize stride = arra_conv2d_scratch (&conv, 64, 64, FALSE);
  g_automem float *scratch = arra_mem_new (stride, sizeof *scratch, "a test", NULL);
  ArraMapWork work = { &exec, cancellable, scratch, stride, NULL, cancel, cancellable };
  GError *error = NULL;
  Problem p;

  problem_init (&p, &shape, 64, 64);
  conv.weight = p.packed;
  conv.bias = p.bias;
  memset (p.before.data, 0, 64 * 64 * 2 * sizeof (float));
  g_assert_false (arra_conv2d (&conv, &p.in, NULL, NULL, &p.before, NULL, &work, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpfloat (p.before.data[64 * 64 * 2 - 1], ==, 0.0f); /* the last tile was not computed */
  g_error_free (error);
  problem_clear (&p);
}

/* Columns of several convolutions side by side. */
static void
test_pack (void)
{
  const float weight[2 * 3] = { 1, 2, 3, 4, 5, 6 }; /* [out 2][in 3] */
  float packed[3 * 5] = { 0 };

  arra_conv2d_pack (weight, 2, 3, 1, 2, 5, packed);
  for (gsize i = 0; i < 3; i++)
    {
      g_assert_cmpfloat (packed[i * 5 + 2], ==, weight[i]);
      g_assert_cmpfloat (packed[i * 5 + 3], ==, weight[3 + i]);
      g_assert_cmpfloat (packed[i * 5 + 1] + packed[i * 5 + 4], ==, 0.0f);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/conv2d/direct", test_direct);
  g_test_add_func ("/conv2d/transformed", test_transformed);
  g_test_add_func ("/conv2d/suits", test_suits);
  g_test_add_func ("/conv2d/doubled", test_doubled);
  g_test_add_func ("/conv2d/cancel", test_cancel);
  g_test_add_func ("/conv2d/pack", test_pack);
  return g_test_run ();
}
