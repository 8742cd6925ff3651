/* test-noise.c - Philox against its published answers, and Gumbel noise against its distribution
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "noise.h"

#include <math.h>

/* Philox4x32-10 from the paper's definition: ten rounds, the key rises between them. */
static void
philox (const guint32 counter[4], const guint32 key[2], guint32 out[4])
{
  guint32 x[4] = { counter[0], counter[1], counter[2], counter[3] };

  for (guint32 round = 0; round < 10; round++)
    {
      guint64 a = G_GUINT64_CONSTANT (0xD2511F53) * x[0], b = G_GUINT64_CONSTANT (0xCD9E8D57) * x[2];
      guint32 next[4] = { (guint32) (b >> 32) ^ x[1] ^ (key[0] + round * 0x9E3779B9u), (guint32) b,
                          (guint32) (a >> 32) ^ x[3] ^ (key[1] + round * 0xBB67AE85u), (guint32) a };

      for (guint i = 0; i < 4; i++)
        x[i] = next[i];
    }
  for (guint i = 0; i < 4; i++)
    out[i] = x[i];
}

/* The known answers of Random123's kat_vectors check the definition above; it then checks ours. */
static void
test_known_answers (void)
{
  static const struct
  {
    guint32 counter[4], key[2], out[4];
  } known[] = {
    { { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
    { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
      { 0xffffffff, 0xffffffff },
      { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
    { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
      { 0xa4093822, 0x299f31d0 },
      { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      guint32 out[4];

      philox (known[i].counter, known[i].key, out);
      g_assert_cmpmem (out, sizeof out, known[i].out, sizeof known[i].out);
    }
  for (guint32 token = 0; token < 4; token++)
    g_assert_cmphex (arra_noise_bits (0, 0, 0, token), ==, known[0].out[token]);
}

static void
test_bits (void)
{
  const guint64 seeds[] = { 0, 1, 42, G_GUINT64_CONSTANT (0xfedcba9876543210), G_MAXUINT64 };

  for (gsize s = 0; s < G_N_ELEMENTS (seeds); s++)
    for (guint32 i = 0; i < 5000; i++)
      {
        guint32 picture = i % 7, position = i * 2654435761u, token = i < 100 ? G_MAXUINT32 - i : i * 40503u;
        const guint32 counter[4] = { token / 4, position, picture, 0 };
        const guint32 key[2] = { (guint32) seeds[s], (guint32) (seeds[s] >> 32) };
        guint32 out[4];

        philox (counter, key, out);
        g_assert_cmphex (arra_noise_bits (seeds[s], picture, position, token), ==, out[token % 4]);
      }
}

/* Mean (Euler's constant), variance (pi^2 / 6) and the distribution function exp (-exp (-x)) of 2^20 draws. */
static void
test_gumbel (void)
{
  enum
  {
    N = 1 << 20
  };
  static const double at[] = { -2, -1, -0.5, 0, 0.5, 1, 2, 3, 5, 8 };
  guint below[G_N_ELEMENTS (at)] = { 0 };
  double sum = 0, squares = 0;

  for (guint32 i = 0; i < N; i++)
    {
      double g = (double) arra_noise_gumbel (20260101, i >> 16, 3, i & 0xffff);

      sum += g;
      squares += g * g;
      for (gsize j = 0; j < G_N_ELEMENTS (at); j++)
        below[j] += g < at[j];
    }
  g_assert_cmpfloat_with_epsilon (sum / N, 0.57721566, 5 * 1.2825 / sqrt (N));
  g_assert_cmpfloat_with_epsilon (squares / N - sum / N * (sum / N), G_PI * G_PI / 6, 0.02);
  for (gsize j = 0; j < G_N_ELEMENTS (at); j++)
    {
      double p = exp (-exp (-at[j]));

      g_assert_cmpfloat_with_epsilon ((double) below[j] / N, p, 5 * sqrt (p * (1 - p) / N));
    }
}

/* The value is the formula's, and no 32 bits give an infinite one. */
static void
test_gumbel_formula (void)
{
  for (guint32 i = 0; i < 20000; i++)
    {
      double u = ((double) arra_noise_bits (9, 1, 2, i) + 0.5) / 4294967296.0;
      double expected = -log (-log (u));

      g_assert_cmpfloat_with_epsilon ((double) arra_noise_gumbel (9, 1, 2, i), expected,
                                      1e-6 * MAX (fabs (expected), 1));
    }
}

static void
assert_limit (guint32 bits)
{
  g_assert_cmpfloat (arra_noise_gumbel_limit (bits), >, arra_noise_gumbel_of (bits));
}

/* It is never passed, and where noise is large it is near. */
static void
test_gumbel_limit (void)
{
  for (guint32 i = 0; i < 20000; i++)
    assert_limit (arra_noise_bits (9, 1, 3, i));
  for (guint ones = 0; ones <= 32; ones++)
    {
      const guint32 least = ones == 0 ? 0 : G_MAXUINT32 << (32 - ones),
                    most = least | (guint32) (0x7fffffffull >> ones);

      assert_limit (least);
      assert_limit (most);
      assert_limit (most - 1);
      if (ones > 2)
        g_assert_cmpfloat (arra_noise_gumbel_limit (least) - arra_noise_gumbel_of (least), <, 1.4f);
    }
}

/* Neighbours in every coordinate are unrelated. */
static void
test_independence (void)
{
  enum
  {
    N = 1 << 16
  };
  double products[4] = { 0 };

  for (guint32 i = 0; i < N; i++)
    {
      double here = (double) arra_noise_bits (5, 6, 7, i) * 0x1p-32 - 0.5;

      products[0] += here * ((double) arra_noise_bits (6, 6, 7, i) * 0x1p-32 - 0.5);
      products[1] += here * ((double) arra_noise_bits (5, 7, 7, i) * 0x1p-32 - 0.5);
      products[2] += here * ((double) arra_noise_bits (5, 6, 8, i) * 0x1p-32 - 0.5);
      products[3] += here * ((double) arra_noise_bits (5, 6, 7, i + 1) * 0x1p-32 - 0.5);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (products); i++)
    g_assert_cmpfloat_with_epsilon (products[i] / N, 0, 5.0 / 12 / sqrt (N));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/noise/known-answers", test_known_answers);
  g_test_add_func ("/noise/bits", test_bits);
  g_test_add_func ("/noise/gumbel", test_gumbel);
  g_test_add_func ("/noise/gumbel-formula", test_gumbel_formula);
  g_test_add_func ("/noise/gumbel-limit", test_gumbel_limit);
  g_test_add_func ("/noise/independence", test_independence);
  return g_test_run ();
}
