/* test-convert.c - half and bfloat16, all 65,536 of each, and rounding between any two neighbours
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels.h"

#include <math.h>
#include <string.h>

static guint32
bits_of (float f)
{
  guint32 bits;
  memcpy (&bits, &f, sizeof bits);
  return bits;
}

static float
float_of (guint32 bits)
{
  float f;
  memcpy (&f, &bits, sizeof f);
  return f;
}

/* The value of a finite half by its definition. */
static double
half_value (guint16 h)
{
  int exponent = (h >> 10) & 0x1f;
  int mantissa = h & 0x3ff;
  double magnitude = exponent == 0 ? ldexp (mantissa, -24) : ldexp (1024 + mantissa, exponent - 25);
  return (h & 0x8000) ? -magnitude : magnitude;
}

static void
test_half_to_float (void)
{
  for (guint32 h = 0; h < 65536; h++)
    {
      float f = arra_half_to_float ((guint16) h);

      if ((h & 0x7fff) > 0x7c00)
        g_assert_cmphex (bits_of (f), ==, (h & 0x8000) << 16 | 0x7fc00000 | (h & 0x3ff) << 13);
      else if ((h & 0x7fff) == 0x7c00)
        g_assert_cmphex (bits_of (f), ==, (h & 0x8000) << 16 | 0x7f800000);
      else
        g_assert_cmphex (bits_of (f), ==, bits_of ((float) half_value ((guint16) h)));
    }
}

static void
test_half_round_trip (void)
{
  for (guint32 h = 0; h < 65536; h++)
    {
      guint16 back = arra_float_to_half (arra_half_to_float ((guint16) h));
      g_assert_cmphex (back, ==, (h & 0x7fff) > 0x7c00 ? h | 0x200 : h);
    }
}

/* Between each finite half and the next: the middle goes to the even one, its neighbours to the nearer one. */
static void
test_half_rounding (void)
{
  for (guint32 h = 0; h < 0x7bff; h++)
    {
      float middle = (float) ((half_value ((guint16) h) + half_value ((guint16) (h + 1))) / 2);
      guint16 even = (guint16) (h + (h & 1));

      g_assert_cmphex (arra_float_to_half (middle), ==, even);
      g_assert_cmphex (arra_float_to_half (-middle), ==, even | 0x8000);
      g_assert_cmphex (arra_float_to_half (nextafterf (middle, 0)), ==, h);
      g_assert_cmphex (arra_float_to_half (nextafterf (middle, INFINITY)), ==, h + 1);
    }
  g_assert_cmphex (arra_float_to_half (65519.996f), ==, 0x7bff);
  g_assert_cmphex (arra_float_to_half (65520.0f), ==, 0x7c00);
  g_assert_cmphex (arra_float_to_half (-1e30f), ==, 0xfc00);
  g_assert_cmphex (arra_float_to_half (-INFINITY), ==, 0xfc00);
  g_assert_cmphex (arra_float_to_half (0x1p-149f), ==, 0);
  g_assert_cmphex (arra_float_to_half (float_of (0x7f800001)) & 0x7e00, ==, 0x7e00);
}

static void
test_bf16_round_trip (void)
{
  for (guint32 b = 0; b < 65536; b++)
    {
      g_assert_cmphex (bits_of (arra_bf16_to_float ((guint16) b)), ==, b << 16);
      g_assert_cmphex (arra_float_to_bf16 (float_of (b << 16)), ==, (b & 0x7fff) > 0x7f80 ? b | 0x40 : b);
    }
}

static void
test_bf16_rounding (void)
{
  for (guint32 b = 0; b < 0x7f80; b++)
    {
      guint32 middle = b << 16 | 0x8000;

      g_assert_cmphex (arra_float_to_bf16 (float_of (middle)), ==, b + (b & 1));
      g_assert_cmphex (arra_float_to_bf16 (float_of (middle - 1)), ==, b);
      g_assert_cmphex (arra_float_to_bf16 (float_of (middle + 1)), ==, b + 1);
      g_assert_cmphex (arra_float_to_bf16 (float_of (middle | 0x80000000)), ==, (b + (b & 1)) | 0x8000);
    }
  g_assert_cmphex (arra_float_to_bf16 (float_of (0x7f800001)) & 0x7fff, >, 0x7f80);
}

/* The rows of every table, all 65,536 values at once, the NaNs' bits too. */
static void
test_widen (void)
{
  g_autofree guint16 *all = g_new (guint16, 65536);
  g_autofree float *widened = g_new (float, 65536);

  for (guint32 i = 0; i < 65536; i++)
    all[i] = (guint16) i;
  for (ArraCpu cpu = ARRA_CPU_C; cpu < ARRA_N_CPU; cpu++)
    {
      if (!arra_cpu_supports (cpu, NULL))
        continue;
      arra_kernels_get (cpu)->widen_f16 (all, 65536, widened);
      for (guint32 i = 0; i < 65536; i++)
        g_assert_cmphex (bits_of (widened[i]), ==, bits_of (arra_half_to_float ((guint16) i)));
      arra_kernels_get (cpu)->widen_bf16 (all, 65536, widened);
      for (guint32 i = 0; i < 65536; i++)
        g_assert_cmphex (bits_of (widened[i]), ==, i << 16);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernels/convert/half-to-float", test_half_to_float);
  g_test_add_func ("/kernels/convert/half-round-trip", test_half_round_trip);
  g_test_add_func ("/kernels/convert/half-rounding", test_half_rounding);
  g_test_add_func ("/kernels/convert/bf16-round-trip", test_bf16_round_trip);
  g_test_add_func ("/kernels/convert/bf16-rounding", test_bf16_rounding);
  g_test_add_func ("/kernels/convert/widen", test_widen);
  return g_test_run ();
}
