/* detmath.c - elementary functions that give the same bits on every machine
 *
 * Range reduction by Cody and Waite ("Software Manual for the Elementary Functions", 1980), Taylor polynomials inside
 * the reduced range, each with fma in Horner form.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "detmath.h"

#include <math.h>
#include <string.h>

static inline float
float_from_bits (guint32 bits)
{
  float f;
  memcpy (&f, &bits, sizeof f);
  return f;
}

static inline double
double_from_bits (guint64 bits)
{
  double d;
  memcpy (&d, &bits, sizeof d);
  return d;
}

static inline guint64
double_bits (double d)
{
  guint64 bits;
  memcpy (&bits, &d, sizeof bits);
  return bits;
}

/* Nearest integer, ties to even, for |x| < 2^51, without a library call. */
static inline double
round_even (double x)
{
  const double magic = 0x1.8p52;
  return (x + magic) - magic;
}

float
arra_expf (float x)
{
  const float magic = 0x1.8p23f;
  float shifted = fmaf (x, 0x1.715476p+0f, magic); /* x / ln 2 + magic: its low bits are the integer */
  float n = shifted - magic;
  float r = fmaf (n, -0x1.62e4p-1f, x); /* ln 2, high part: 15 bits, so that n * it is exact */
  r = fmaf (n, -0x1.7f7d1cp-20f, r);    /* and the rest */
  float p = 0x1.6c16c2p-10f;            /* 1/720 */
  p = fmaf (p, r, 0x1.111112p-7f);
  p = fmaf (p, r, 0x1.555556p-5f);
  p = fmaf (p, r, 0x1.555556p-3f);
  p = fmaf (p, r, 0.5f);
  p = fmaf (p, r, 1.0f);
  p = fmaf (p, r, 1.0f);
  guint32 bits;
  memcpy (&bits, &shifted, sizeof bits);
  gint32 exponent = (gint32) (bits - 0x4b400000u); /* magic's bits */
  gint32 half = exponent >> 1;                     /* two steps, so that 2^128 is in reach */
  float y
      = p * float_from_bits ((guint32) (half + 127) << 23) * float_from_bits ((guint32) (exponent - half + 127) << 23);
  if (x > 88.72283f)
    return INFINITY;
  if (x < -87.33654f)
    return 0.0f;
  return y;
}

float
arra_logf (float x)
{
  return (float) arra_log ((double) x);
}

double
arra_exp (double x)
{
  static const double inverse_factorial[] = {
    1.0,
    1.0,
    1.0 / 2,
    1.0 / 6,
    1.0 / 24,
    1.0 / 120,
    1.0 / 720,
    1.0 / 5040,
    1.0 / 40320,
    1.0 / 362880,
    1.0 / 3628800,
    1.0 / 39916800,
    1.0 / 479001600,
    1.0 / 6227020800.0,
    1.0 / 87178291200.0,
  };
  double n, r, p;
  gint64 exponent, half;

  if (isnan (x))
    return x;
  if (x > 709.78)
    return INFINITY;
  if (x < -708.39)
    return 0.0;
  n = round_even (x * 0x1.71547652b82fep+0);
  r = fma (n, -0x1.62e42fefa39efp-1, x);
  r = fma (n, -0x1.abc9e3b39803fp-56, r);
  p = inverse_factorial[14];
  for (int i = 13; i >= 0; i--)
    p = fma (p, r, inverse_factorial[i]);
  exponent = (gint64) n;
  half = exponent >> 1;
  return p * double_from_bits ((guint64) (half + 1023) << 52)
         * double_from_bits ((guint64) (exponent - half + 1023) << 52);
}

double
arra_log (double x)
{
  guint64 bits;
  gint64 exponent;
  double m, f, s, z, p;

  if (isnan (x) || x < 0)
    return NAN;
  if (x == 0)
    return -INFINITY;
  if (isinf (x))
    return x;
  if (x < 0x1p-1022)
    return arra_log (x * 0x1p54) - 54 * 0x1.62e42fefa39efp-1;
  bits = double_bits (x);
  exponent = (gint64) (bits >> 52) - 1023;
  m = double_from_bits ((bits & 0xfffffffffffffULL) | 0x3ff0000000000000ULL);
  if (m > 0x1.6a09e667f3bcdp+0) /* sqrt 2: keep m around one */
    {
      m *= 0.5;
      exponent++;
    }
  /* log m = 2 atanh (f / (2 + f)) */
  f = m - 1.0;
  s = f / (2.0 + f);
  z = s * s;
  p = 1.0 / 23;
  for (int i = 21; i >= 3; i -= 2)
    p = fma (p, z, 1.0 / i);
  p = fma (2.0 * s * z, p, (double) exponent * 0x1.abc9e3b39803fp-56);
  return fma ((double) exponent, 0x1.62e42fefa39efp-1, p + 2.0 * s);
}

double
arra_pow (double base, double exponent)
{
  return arra_exp (exponent * arra_log (base));
}

/* The ratio of two polynomials of degree @n: @p and @q from the highest coefficient down, that of q's highest power
 * being 1. */
static double
ratio (const double *p, const double *q, int n, double x)
{
  double over = p[0], under = 1.0;

  for (int i = 0; i < n; i++)
    {
      over = fma (over, x, p[i + 1]);
      under = fma (under, x, q[i]);
    }
  return over / under;
}

/* Rational approximations of W. J. Cody, Mathematics of Computation 23 (1969), 631-637. */
double
arra_erf (double x)
{
  static const double p_near[] = { 1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2,
                                   3.77485237685302021e2, 3.20937758913846947e3 };
  static const double q_near[]
      = { 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3 };
  static const double p_mid[] = { 2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0,
                                  6.61191906371416295e1,  2.98635138197400131e2,  8.81952221241769090e2,
                                  1.71204761263407058e3,  2.05107837782607147e3,  1.23033935479799725e3 };
  static const double q_mid[]
      = { 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
          3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3 };
  double size = fabs (x), rest;

  if (!(size > 0.46875))
    return x * ratio (p_near, q_near, 4, x * x);
  if (size > 6.0)
    return copysign (1.0, x);
  rest = arra_exp (-size * size) * ratio (p_mid, q_mid, 8, size);
  return copysign (1.0 - rest, x);
}

void
arra_sincos (double x, double *sine, double *cosine)
{
  double k = round_even (x * 0x1.45f306dc9c883p-1); /* x / (pi / 2) */
  double r = fma (k, -0x1.921fb54442d18p+0, x);
  double z, s, c;

  r = fma (k, -0x1.1a62633145c07p-54, r);
  z = r * r;
  s = -1.0 / 121645100408832000.0; /* -1/19! */
  s = fma (s, z, 1.0 / 355687428096000.0);
  s = fma (s, z, -1.0 / 1307674368000.0);
  s = fma (s, z, 1.0 / 6227020800.0);
  s = fma (s, z, -1.0 / 39916800.0);
  s = fma (s, z, 1.0 / 362880.0);
  s = fma (s, z, -1.0 / 5040.0);
  s = fma (s, z, 1.0 / 120.0);
  s = fma (s, z, -1.0 / 6.0);
  s = fma (s * z, r, r);
  c = 1.0 / 2432902008176640000.0; /* 1/20! */
  c = fma (c, z, -1.0 / 6402373705728000.0);
  c = fma (c, z, 1.0 / 20922789888000.0);
  c = fma (c, z, -1.0 / 87178291200.0);
  c = fma (c, z, 1.0 / 479001600.0);
  c = fma (c, z, -1.0 / 3628800.0);
  c = fma (c, z, 1.0 / 40320.0);
  c = fma (c, z, -1.0 / 720.0);
  c = fma (c, z, 1.0 / 24.0);
  c = fma (c, z, -0.5);
  c = fma (c, z, 1.0);
  switch ((gint64) k & 3)
    {
    case 0:
      *sine = s, *cosine = c;
      break;
    case 1:
      *sine = c, *cosine = -s;
      break;
    case 2:
      *sine = -s, *cosine = -c;
      break;
    default:
      *sine = -c, *cosine = s;
      break;
    }
}
