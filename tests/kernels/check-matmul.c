/* check-matmul.c - compares products of weights and tokens with the scalar ones, bit for bit
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <math.h>
#include <string.h>

#include "panels.h"

typedef struct
{
  gsize n_rows, k, n_tokens;
  gsize w_stride, x_stride, y_stride;
  gsize n_w, n_x, n_y; /* bytes, bytes, floats */
} Shape;

/* Puts @n weights at @w. */
typedef void (*DrawWeights) (GRand *rand, Values values, guint8 *w, gsize n);

static void
draw_f32 (GRand *rand, Values values, guint8 *w, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      float f = draw_float (rand, values);
      memcpy (w + i * sizeof f, &f, sizeof f);
    }
}

static void
draw_bf16 (GRand *rand, Values values, guint8 *w, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      guint16 v = arra_float_to_bf16 (draw_float (rand, values));
      memcpy (w + i * sizeof v, &v, sizeof v);
    }
}

static void
draw_f16 (GRand *rand, Values values, guint8 *w, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      guint16 v = arra_float_to_half (draw_float (rand, values));
      memcpy (w + i * sizeof v, &v, sizeof v);
    }
}

/* Any bytes, -128 among them; extreme ones alone in some blocks, and blocks of zeros. */
static void
draw_q8_0 (GRand *rand, Values values, guint8 *w, gsize n)
{
  for (gsize b = 0; b < n / ARRA_QK; b++)
    {
      ArraBlockQ8_0 block;
      guint32 kind = g_rand_int (rand) % 8;

      block.d = arra_float_to_half (draw_float (rand, values));
      for (gsize i = 0; i < ARRA_QK; i++)
        {
          guint32 bits = g_rand_int (rand);
          block.q[i] = kind == 0   ? -128
                       : kind == 1 ? 0
                       : kind == 2 ? (gint8) ((bits & 1) ? -128 : 127)
                                   : (gint8) (bits & 0xff);
        }
      memcpy (w + b * sizeof block, &block, sizeof block);
    }
}

/* Any bytes but the halves at @halves: in some blocks all of them 0, or all 255. */
static void
draw_unit (GRand *rand, Values values, guint8 *unit, gsize size, gsize halves, gsize n_halves)
{
  guint32 kind = g_rand_int (rand) % 8;

  for (gsize i = 0; i < size; i++)
    unit[i] = kind == 0 ? 0 : kind == 1 ? 255 : kind == 2 ? 128 : (guint8) g_rand_int (rand);
  for (gsize i = 0; i < n_halves; i++)
    {
      guint16 half = arra_float_to_half (draw_float (rand, values));
      memcpy (unit + halves + i * sizeof half, &half, sizeof half);
    }
}

static void
draw_q4_0 (GRand *rand, Values values, guint8 *w, gsize n)
{
  for (gsize b = 0; b < n / ARRA_QK; b++)
    draw_unit (rand, values, w + b * sizeof (ArraBlockQ4_0), sizeof (ArraBlockQ4_0), offsetof (ArraBlockQ4_0, d), 1);
}

static void
draw_q4_k (GRand *rand, Values values, guint8 *w, gsize n)
{
  for (gsize b = 0; b < n / ARRA_QK_K; b++)
    draw_unit (rand, values, w + b * sizeof (ArraBlockQ4_K), sizeof (ArraBlockQ4_K), offsetof (ArraBlockQ4_K, d), 2);
}

static void
draw_q6_k (GRand *rand, Values values, guint8 *w, gsize n)
{
  for (gsize b = 0; b < n / ARRA_QK_K; b++)
    draw_unit (rand, values, w + b * sizeof (ArraBlockQ6_K), sizeof (ArraBlockQ6_K), offsetof (ArraBlockQ6_K, d), 1);
}

static void
draw_tokens_q8a (GRand *rand, Values values, guint8 *x, gsize n)
{
  for (gsize b = 0; b < n / ARRA_QK; b++)
    {
      ArraBlockQ8A block;
      guint32 kind = g_rand_int (rand) % 8;

      block.d = draw_float (rand, values);
      block.offset = 0;
      for (gsize i = 0; i < ARRA_QK; i++)
        {
          block.q[i] = (gint8) (kind == 0   ? 127
                                : kind == 1 ? -127
                                : kind == 2 ? 0
                                            : g_rand_int_range (rand, -127, 128));
          block.offset -= 128 * block.q[i];
        }
      memcpy (x + b * sizeof block, &block, sizeof block);
    }
}

static void
draw_tokens (GRand *rand, Values values, guint8 *x, gsize n)
{
  draw_floats (rand, values, (float *) x, n);
}

static Shape
draw_shape (GRand *rand, gsize round, gsize unit, gsize unit_bytes_w, gsize unit_bytes_x)
{
  Shape s;
  gsize units;

  s.k = unit > 1 ? unit * (gsize) g_rand_int_range (rand, 1, unit > ARRA_QK ? 6 : 12) : 1 + round % 70;
  if (round % 50 == 0)
    s.k = unit * (gsize) (unit > ARRA_QK ? g_rand_int_range (rand, 5, 20) : g_rand_int_range (rand, 33, 80))
              * (unit > 1 ? 1 : 16)
          + (unit > 1 ? 0 : round % 16);
  units = s.k / unit;
  s.n_rows = (gsize) g_rand_int_range (rand, 1, round % 7 == 0 ? 50 : 10);
  s.n_tokens = (gsize) g_rand_int_range (rand, 1, round % 5 == 0 ? 40 : 6);
  s.w_stride = units * unit_bytes_w + (round % 2) * (gsize) g_rand_int_range (rand, 0, 9);
  s.x_stride = units * unit_bytes_x + (round % 2) * 4 * (gsize) g_rand_int_range (rand, 0, 9);
  s.y_stride = s.n_rows + (gsize) g_rand_int_range (rand, 0, 5);
  s.n_w = (s.n_rows - 1) * s.w_stride + units * unit_bytes_w;
  s.n_x = (s.n_tokens - 1) * s.x_stride + units * unit_bytes_x;
  s.n_y = s.n_tokens * s.y_stride + 32;
  return s;
}

/* Rows, a multiple of ARRA_PANEL_ROWS, are put in panels where they are. */
static void
interleave (const ArraPanelLayout *layout, guint8 *w, const Shape *s, gsize n_blocks)
{
  const gsize size = ARRA_PANEL_ROWS * s->w_stride;

  for (gsize row = 0; row < s->n_rows; row += ARRA_PANEL_ROWS)
    {
      guint8 *panel = w + row * s->w_stride;
      g_autofree guint8 *rows = g_memdup2 (panel, size);
      arra_panels_pack (layout, rows, s->w_stride, n_blocks, panel);
    }
}

/* @layout: (nullable): weights are in panels. */
static char *
check_once (ArraMatmulFunc spec,
            ArraMatmulFunc variant,
            GRand *rand,
            const char *name,
            const Shape *s,
            DrawWeights weights,
            DrawWeights tokens,
            const ArraPanelLayout *layout)
{
  Values values = (Values) g_rand_int_range (rand, 0, N_VALUES);
  gsize shift = (gsize) g_rand_int_range (rand, 0, 4);
  g_autofree guint8 *buffer = g_malloc0 (shift + s->n_w);
  g_autofree guint8 *x = g_malloc0 (s->n_x);
  g_autofree float *a = drawn_floats (rand, VALUES_ORDINARY, s->n_y);
  g_autofree float *b = g_memdup2 (a, s->n_y * sizeof (float));

  for (gsize r = 0; r < s->n_rows; r++)
    weights (rand, values, buffer + shift + r * s->w_stride, s->k);
  for (gsize t = 0; t < s->n_tokens; t++)
    tokens (rand, values, x + t * s->x_stride, s->k);
  if (layout != NULL)
    interleave (layout, buffer + shift, s, s->w_stride / layout->bytes);
  spec (buffer + shift, s->w_stride, s->n_rows, s->k, x, s->x_stride, s->n_tokens, a, s->y_stride);
  variant (buffer + shift, s->w_stride, s->n_rows, s->k, x, s->x_stride, s->n_tokens, b, s->y_stride);
  return difference (name, s->k, a, b, s->n_y);
}

static char *
check_matmul (ArraMatmulFunc spec,
              ArraMatmulFunc variant,
              GRand *rand,
              const char *name,
              gsize size,
              DrawWeights weights)
{
  char *fault = NULL;

  for (gsize round = 0; round < 420 && fault == NULL; round++)
    {
      Shape s = draw_shape (rand, round, 1, size, sizeof (float));
      fault = check_once (spec, variant, rand, name, &s, weights, draw_tokens, NULL);
    }
  return fault;
}

char *
check_matmul_f32 (const ArraKernels *spec, const ArraKernels *variant, GRand *rand)
{
  return check_matmul (spec->matmul_f32, variant->matmul_f32, rand, "matmul_f32", 4, draw_f32);
}

char *
check_matmul_bf16 (const ArraKernels *spec, const ArraKernels *variant, GRand *rand)
{
  return check_matmul (spec->matmul_bf16, variant->matmul_bf16, rand, "matmul_bf16", 2, draw_bf16);
}

char *
check_matmul_f16 (const ArraKernels *spec, const ArraKernels *variant, GRand *rand)
{
  return check_matmul (spec->matmul_f16, variant->matmul_f16, rand, "matmul_f16", 2, draw_f16);
}

/* @unit weights lie in @size bytes. */
static char *
check_blocks (ArraMatmulFunc spec,
              ArraMatmulFunc variant,
              GRand *rand,
              const char *name,
              gsize unit,
              gsize size,
              DrawWeights weights)
{
  char *fault = NULL;

  for (gsize round = 0; round < 600 && fault == NULL; round++)
    {
      Shape s = draw_shape (rand, round, unit, size, unit / ARRA_QK * sizeof (ArraBlockQ8A));
      fault = check_once (spec, variant, rand, name, &s, weights, draw_tokens_q8a, NULL);
    }
  return fault;
}

char *
check_matmul_q8_0 (const ArraKernels *spec, const ArraKernels *variant, GRand *rand)
{
  return check_blocks (spec->matmul_q8_0, variant->matmul_q8_0, rand, "matmul_q8_0", ARRA_QK, sizeof (ArraBlockQ8_0),
                       draw_q8_0);
}

char *
check_matmul_q4_0 (const ArraKernels *spec, const ArraKernels *variant, GRand *rand)
{
  return check_blocks (spec->matmul_q4_0, variant->matmul_q4_0, rand, "matmul_q4_0", ARRA_QK, sizeof (ArraBlockQ4_0),
                       draw_q4_0);
}

char *
check_matmul_q4_k (const ArraKernels *spec, const ArraKernels *variant, GRand *rand)
{
  return check_blocks (spec->matmul_q4_k, variant->matmul_q4_k, rand, "matmul_q4_k", ARRA_QK_K, sizeof (ArraBlockQ4_K),
                       draw_q4_k);
}

char *
check_matmul_q6_k (const ArraKernels *spec, const ArraKernels *variant, GRand *rand)
{
  return check_blocks (spec->matmul_q6_k, variant->matmul_q6_k, rand, "matmul_q6_k", ARRA_QK_K, sizeof (ArraBlockQ6_K),
                       draw_q6_k);
}

/* @unit weights lie as @layout says. */
static char *
check_panels (ArraMatmulFunc spec,
              ArraMatmulFunc variant,
              GRand *rand,
              const char *name,
              gsize unit,
              const ArraPanelLayout *layout,
              DrawWeights weights)
{
  char *fault = NULL;

  for (gsize round = 0; round < 300 && fault == NULL; round++)
    {
      Shape s = draw_shape (rand, round, unit, layout->bytes, unit / ARRA_QK * sizeof (ArraBlockQ8A));

      s.n_rows = (1 + s.n_rows % 7) * ARRA_PANEL_ROWS;
      s.w_stride = s.k / unit * layout->bytes;
      s.y_stride = s.n_rows + round % 5;
      s.n_w = s.n_rows * s.w_stride;
      s.n_y = s.n_tokens * s.y_stride + 32;
      fault = check_once (spec, variant, rand, name, &s, weights, draw_tokens_q8a, layout);
    }
  return fault;
}

char *
check_matmul_q8_0_panels (const ArraKernels *spec, const ArraKernels *variant, GRand *rand)
{
  return check_panels (spec->matmul_q8_0_panels, variant->matmul_q8_0_panels, rand, "matmul_q8_0_panels", ARRA_QK,
                       &arra_panels_q8_0, draw_q8_0);
}

char *
check_matmul_q4_0_panels (const ArraKernels *spec, const ArraKernels *variant, GRand *rand)
{
  return check_panels (spec->matmul_q4_0_panels, variant->matmul_q4_0_panels, rand, "matmul_q4_0_panels", ARRA_QK,
                       &arra_panels_q4_0, draw_q4_0);
}

char *
check_matmul_q4_k_panels (const ArraKernels *spec, const ArraKernels *variant, GRand *rand)
{
  return check_panels (spec->matmul_q4_k_panels, variant->matmul_q4_k_panels, rand, "matmul_q4_k_panels", ARRA_QK_K,
                       &arra_panels_q4_k, draw_q4_k);
}

char *
check_matmul_q6_k_panels (const ArraKernels *spec, const ArraKernels *variant, GRand *rand)
{
  return check_panels (spec->matmul_q6_k_panels, variant->matmul_q6_k_panels, rand, "matmul_q6_k_panels", ARRA_QK_K,
                       &arra_panels_q6_k, draw_q6_k);
}
