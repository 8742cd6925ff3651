/* noise.c - Philox4x32-10 and the Gumbel noise made from it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "noise.h"

#include "detmath.h"

/* Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011, section 4.3 */
static void
philox (guint32 counter[4], guint32 key0, guint32 key1)
{
  for (int round = 0; round < 10; round++)
    {
      guint64 p0 = (guint64) 0xD2511F53u * counter[0];
      guint64 p1 = (guint64) 0xCD9E8D57u * counter[2];
      guint32 c1 = counter[1], c3 = counter[3];

      counter[0] = (guint32) (p1 >> 32) ^ c1 ^ key0;
      counter[1] = (guint32) p1;
      counter[2] = (guint32) (p0 >> 32) ^ c3 ^ key1;
      counter[3] = (guint32) p0;
      key0 += 0x9E3779B9u;
      key1 += 0xBB67AE85u;
    }
}

guint32
arra_noise_bits (guint64 seed, guint32 picture, guint32 position, guint32 token)
{
  guint32 counter[4] = { token >> 2, position, picture, 0 };

  philox (counter, (guint32) seed, (guint32) (seed >> 32));
  return counter[token & 3];
}

float
arra_noise_gumbel_of (guint32 bits)
{
  double u = ((double) bits + 0.5) * 0x1p-32;

  return (float) -arra_log (-arra_log (u));
}

float
arra_noise_gumbel (guint64 seed, guint32 picture, guint32 position, guint32 token)
{
  return arra_noise_gumbel_of (arra_noise_bits (seed, picture, position, token));
}

/* -log (u) >= 1 - u, and 1 - u is more than 2^-(ones + 1) where u begins with so many ones. */
float
arra_noise_gumbel_limit (guint32 bits)
{
  const guint ones = bits == G_MAXUINT32 ? 32 : (guint) __builtin_clz (~bits);

  return (float) (ones + 1) * 0.69315f; /* a little more than log (2) */
}
