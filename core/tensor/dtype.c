/* dtype.c - the table of types of numbers
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dtype_kernels.h"

#include <math.h>
#include <string.h>

#include "panels.h"

#define HALF_EXPONENT 0x7c00
#define BF16_EXPONENT 0x7f80
#define KERNEL(name) offsetof (ArraKernels, name)

static void
read_f32 (const void *src, gsize n, float *dst)
{
  memcpy (dst, src, n * sizeof *dst);
}

static void
read_f64 (const void *src, gsize n, float *dst)
{
  const char *bytes = src;

  for (gsize i = 0; i < n; i++)
    {
      double value;
      memcpy (&value, bytes + i * sizeof value, sizeof value);
      dst[i] = (float) value;
    }
}

static gboolean
floats_finite (const ArraDTypeTraits *traits, const guint8 *data, gsize n)
{
  guint32 bad = 0;

  for (gsize i = 0; i < n; i++)
    {
      guint32 bits;
      memcpy (&bits, data + i * sizeof bits, sizeof bits);
      bad |= (bits & 0x7f800000u) == 0x7f800000u;
    }
  return !bad;
}

static gboolean
doubles_finite (const ArraDTypeTraits *traits, const guint8 *data, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      double value;
      memcpy (&value, data + i * sizeof value, sizeof value);
      if (!isfinite (value))
        return FALSE;
    }
  return TRUE;
}

/* The numbers themselves, or the scales of blocks. */
static gboolean
halves_finite (const ArraDTypeTraits *traits, const guint8 *data, gsize n)
{
  guint16 bad = 0;

  for (gsize i = 0; i < n; i++)
    for (gsize half = 0; half < traits->n_halves; half++)
      {
        guint16 bits;
        memcpy (&bits, data + i * traits->bytes + traits->halves_at + half * sizeof bits, sizeof bits);
        bad |= (bits & traits->exponent) == traits->exponent;
      }
  return !bad;
}

static gboolean
narrow_f32 (const float *x, gsize n, void *dst)
{
  memcpy (dst, x, n * sizeof *x);
  return floats_finite (NULL, dst, n);
}

static gboolean
narrow_f16 (const float *x, gsize n, void *dst)
{
  guint16 *halves = dst;
  guint16 bad = 0;

  for (gsize i = 0; i < n; i++)
    {
      halves[i] = arra_float_to_half (x[i]);
      bad |= (halves[i] & HALF_EXPONENT) == HALF_EXPONENT;
    }
  return !bad;
}

static gboolean
narrow_bf16 (const float *x, gsize n, void *dst)
{
  guint16 *halves = dst;
  guint16 bad = 0;

  for (gsize i = 0; i < n; i++)
    {
      halves[i] = arra_float_to_bf16 (x[i]);
      bad |= (halves[i] & BF16_EXPONENT) == BF16_EXPONENT;
    }
  return !bad;
}

static gboolean
narrow_q8_0 (const float *x, gsize n, void *dst)
{
  return arra_quantize_row_q8_0 (x, n, dst);
}

static gboolean
narrow_q4_0 (const float *x, gsize n, void *dst)
{
  return arra_quantize_row_q4_0 (x, n, dst);
}

static gboolean
narrow_q4_k (const float *x, gsize n, void *dst)
{
  return arra_quantize_row_q4_k (x, n, dst);
}

static gboolean
narrow_q6_k (const float *x, gsize n, void *dst)
{
  return arra_quantize_row_q6_k (x, n, dst);
}

#define PLAIN(type_name, size) { .name = type_name, .block = 1, .bytes = size, .gguf_type = -1 }
#define PANELS(type, kernel, weights)  \
  { .name = #type " in panels",        \
    .block = weights,                  \
    .bytes = sizeof (ArraBlock##type), \
    .gguf_type = -1,                   \
    .layout = &arra_panels_##kernel,   \
    .activation = ARRA_ACTIVATION_Q8A, \
    .matmul = KERNEL (matmul_##kernel##_panels) }

static const ArraDTypeTraits traits[ARRA_N_DTYPES] = {
  [ARRA_F32] = { .name = "F32",
                 .block = 1,
                 .bytes = 4,
                 .is_float = TRUE,
                 .ragged = ARRA_F32,
                 .table = ARRA_F32,
                 .gguf_type = 0,
                 .gguf_file_type = 0,
                 .activation = ARRA_ACTIVATION_F32,
                 .matmul = KERNEL (matmul_f32),
                 .attend = KERNEL (attend),
                 .read = read_f32,
                 .narrow = narrow_f32,
                 .is_finite = floats_finite },
  [ARRA_F16] = { .name = "F16",
                 .block = 1,
                 .bytes = 2,
                 .is_float = TRUE,
                 .ragged = ARRA_F16,
                 .table = ARRA_F16,
                 .gguf_type = 1,
                 .gguf_file_type = 1,
                 .activation = ARRA_ACTIVATION_F32,
                 .matmul = KERNEL (matmul_f16),
                 .widen = KERNEL (widen_f16),
                 .attend = KERNEL (attend_f16),
                 .narrow = narrow_f16,
                 .is_finite = halves_finite,
                 .n_halves = 1,
                 .exponent = HALF_EXPONENT },
  [ARRA_BF16] = { .name = "BF16",
                  .block = 1,
                  .bytes = 2,
                  .is_float = TRUE,
                  .ragged = ARRA_BF16,
                  .table = ARRA_BF16,
                  .gguf_type = 30,
                  .gguf_file_type = 32,
                  .activation = ARRA_ACTIVATION_F32,
                  .matmul = KERNEL (matmul_bf16),
                  .widen = KERNEL (widen_bf16),
                  .narrow = narrow_bf16,
                  .is_finite = halves_finite,
                  .n_halves = 1,
                  .exponent = BF16_EXPONENT },
  [ARRA_Q8_0] = { .name = "Q8_0",
                  .block = ARRA_QK,
                  .bytes = sizeof (ArraBlockQ8_0),
                  .is_float = TRUE,
                  .ragged = ARRA_Q8_0,
                  .table = ARRA_Q8_0,
                  .gguf_type = 8,
                  .gguf_file_type = 7,
                  .panels = ARRA_Q8_0_PANELS,
                  .activation = ARRA_ACTIVATION_Q8A,
                  .matmul = KERNEL (matmul_q8_0),
                  .widen = KERNEL (widen_q8_0),
                  .attend = KERNEL (attend_q8_0),
                  .narrow = narrow_q8_0,
                  .is_finite = halves_finite,
                  .halves_at = offsetof (ArraBlockQ8_0, d),
                  .n_halves = 1,
                  .exponent = HALF_EXPONENT },
  [ARRA_Q4_0] = { .name = "Q4_0",
                  .block = ARRA_QK,
                  .bytes = sizeof (ArraBlockQ4_0),
                  .is_float = TRUE,
                  .ragged = ARRA_Q4_0,
                  .table = ARRA_Q6_K,
                  .gguf_type = 2,
                  .gguf_file_type = 2,
                  .panels = ARRA_Q4_0_PANELS,
                  .activation = ARRA_ACTIVATION_Q8A,
                  .matmul = KERNEL (matmul_q4_0),
                  .widen = KERNEL (widen_q4_0),
                  .narrow = narrow_q4_0,
                  .is_finite = halves_finite,
                  .halves_at = offsetof (ArraBlockQ4_0, d),
                  .n_halves = 1,
                  .exponent = HALF_EXPONENT },
  [ARRA_Q4_K] = { .name = "Q4_K",
                  .block = ARRA_QK_K,
                  .bytes = sizeof (ArraBlockQ4_K),
                  .is_float = TRUE,
                  .ragged = ARRA_Q8_0,
                  .table = ARRA_Q6_K,
                  .gguf_type = 12,
                  .gguf_file_type = 15,
                  .panels = ARRA_Q4_K_PANELS,
                  .activation = ARRA_ACTIVATION_Q8A,
                  .matmul = KERNEL (matmul_q4_k),
                  .widen = KERNEL (widen_q4_k),
                  .narrow = narrow_q4_k,
                  .is_finite = halves_finite,
                  .halves_at = offsetof (ArraBlockQ4_K, d),
                  .n_halves = 2,
                  .exponent = HALF_EXPONENT },
  [ARRA_Q6_K] = { .name = "Q6_K",
                  .block = ARRA_QK_K,
                  .bytes = sizeof (ArraBlockQ6_K),
                  .is_float = TRUE,
                  .ragged = ARRA_Q8_0,
                  .table = ARRA_Q6_K,
                  .gguf_type = 14,
                  .gguf_file_type = 18,
                  .panels = ARRA_Q6_K_PANELS,
                  .activation = ARRA_ACTIVATION_Q8A,
                  .matmul = KERNEL (matmul_q6_k),
                  .widen = KERNEL (widen_q6_k),
                  .narrow = narrow_q6_k,
                  .is_finite = halves_finite,
                  .halves_at = offsetof (ArraBlockQ6_K, d),
                  .n_halves = 1,
                  .exponent = HALF_EXPONENT },
  [ARRA_Q8_0_PANELS] = PANELS (Q8_0, q8_0, ARRA_QK),
  [ARRA_Q4_0_PANELS] = PANELS (Q4_0, q4_0, ARRA_QK),
  [ARRA_Q4_K_PANELS] = PANELS (Q4_K, q4_k, ARRA_QK_K),
  [ARRA_Q6_K_PANELS] = PANELS (Q6_K, q6_k, ARRA_QK_K),
  [ARRA_F64] = { .name = "F64",
                 .block = 1,
                 .bytes = 8,
                 .is_float = TRUE,
                 .gguf_type = -1,
                 .read = read_f64,
                 .is_finite = doubles_finite },
  [ARRA_I64] = PLAIN ("I64", 8),
  [ARRA_I32] = PLAIN ("I32", 4),
  [ARRA_I16] = PLAIN ("I16", 2),
  [ARRA_I8] = PLAIN ("I8", 1),
  [ARRA_U8] = PLAIN ("U8", 1),
  [ARRA_BOOL] = PLAIN ("BOOL", 1),
};

const ArraDTypeTraits *
arra_dtype_traits (ArraDType dtype)
{
  g_assert (dtype < ARRA_N_DTYPES);
  return &traits[dtype];
}

const char *
arra_dtype_name (ArraDType dtype)
{
  return traits[dtype].name;
}

gboolean
arra_dtype_is_float (ArraDType dtype)
{
  return traits[dtype].is_float;
}

gboolean
arra_dtype_takes_blocks (ArraDType dtype)
{
  return traits[dtype].activation == ARRA_ACTIVATION_Q8A;
}

gsize
arra_dtype_rows (ArraDType dtype)
{
  return traits[dtype].layout != NULL ? ARRA_PANEL_ROWS : 1;
}

ArraDType
arra_dtype_for_products (ArraDType dtype, gsize rows, const ArraKernels *kernels)
{
  if (traits[dtype].panels == 0 || rows % ARRA_PANEL_ROWS != 0 || (dtype == ARRA_Q8_0 && kernels->q8_0_by_rows))
    return dtype;
  return traits[dtype].panels;
}

ArraMatmulFunc
arra_dtype_matmul (ArraDType dtype, const ArraKernels *kernels)
{
  ArraMatmulFunc matmul;

  g_assert (traits[dtype].matmul != 0);
  memcpy (&matmul, (const guint8 *) kernels + traits[dtype].matmul, sizeof matmul);
  return matmul;
}

ArraAttendFunc
arra_dtype_attend (ArraDType dtype, const ArraKernels *kernels)
{
  ArraAttendFunc attend;

  g_assert (traits[dtype].attend != 0);
  memcpy (&attend, (const guint8 *) kernels + traits[dtype].attend, sizeof attend);
  return attend;
}

void
arra_dtype_widen (ArraDType dtype, const ArraKernels *kernels, const void *src, gsize n, float *dst)
{
  void (*widen) (const void *src, gsize n, float *dst) = traits[dtype].read;

  g_assert (traits[dtype].is_float && traits[dtype].layout == NULL && n % traits[dtype].block == 0);
  if (traits[dtype].widen != 0)
    memcpy (&widen, (const guint8 *) kernels + traits[dtype].widen, sizeof widen);
  widen (src, n, dst);
}

gboolean
arra_dtype_from_gguf (guint32 number, ArraDType *dtype)
{
  for (guint i = 0; i < ARRA_N_DTYPES; i++)
    if (traits[i].gguf_type >= 0 && (guint32) traits[i].gguf_type == number)
      {
        *dtype = (ArraDType) i;
        return TRUE;
      }
  return FALSE;
}

gboolean
arra_dtype_from_name (const char *name, ArraDType *dtype)
{
  for (guint i = 0; i < ARRA_N_DTYPES; i++)
    if (g_ascii_strcasecmp (name, traits[i].name) == 0)
      {
        *dtype = (ArraDType) i;
        return TRUE;
      }
  return FALSE;
}
