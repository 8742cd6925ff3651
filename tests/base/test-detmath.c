/* test-detmath.c - our elementary functions against libm's in a wider type, in units of the last place
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "detmath.h"

#include <float.h>
#include <math.h>

#include "noise.h"

#define N 200000

/* A number between @low and @high, a function of @index */
static double
between (guint32 index, double low, double high)
{
  return low
         + (high - low)
               * ((double) arra_noise_bits (1, 0, index, 0) * 0x1p-32
                  + (double) arra_noise_bits (1, 0, index, 1) * 0x1p-64);
}

static double
ulps_float (float actual, double exact)
{
  double unit = (double) (nextafterf (fabsf ((float) exact), INFINITY) - fabsf ((float) exact));

  return fabs ((double) actual - exact) / unit;
}

static double
ulps_double (double actual, long double exact)
{
  double near = fabs ((double) exact);

  return (double) (fabsl ((long double) actual - exact) / (long double) (nextafter (near, INFINITY) - near));
}

static void
test_erf (void)
{
  double worst = 0;

  for (guint32 i = 0; i < N; i++)
    {
      double x = i % 2 ? between (i, -7, 7) : between (i, -0.6, 0.6);
      worst = MAX (worst, fabs (arra_erf (x) - erf (x)));
    }
  g_assert_cmpfloat (worst, <=, 4e-16);
  g_assert_cmpfloat (arra_erf (0), ==, 0);
  g_assert_cmpfloat (arra_erf (INFINITY), ==, 1);
  g_assert_cmpfloat (arra_erf (-INFINITY), ==, -1);
  g_assert_true (isnan (arra_erf ((double) NAN)));
}

static void
test_expf (void)
{
  double worst = 0;

  for (guint32 i = 0; i < N; i++)
    {
      float x = (float) (i % 2 ? between (i, -87.3, 88.7) : between (i, -2, 2));
      worst = MAX (worst, ulps_float (arra_expf (x), exp ((double) x)));
    }
  g_test_message ("expf: at most %.2f ulp", worst);
  g_assert_cmpfloat (worst, <=, 3);
  g_assert_cmpfloat (arra_expf (0), ==, 1);
  g_assert_cmpfloat (arra_expf (-0.0f), ==, 1);
  g_assert_cmpfloat (arra_expf (88.7228f), <, INFINITY);
  g_assert_cmpfloat (arra_expf (88.73f), ==, INFINITY);
  g_assert_cmpfloat (arra_expf (INFINITY), ==, INFINITY);
  g_assert_cmpfloat (arra_expf (FLT_MAX), ==, INFINITY);
  g_assert_cmpfloat (arra_expf (-87.4f), ==, 0);
  g_assert_cmpfloat (arra_expf (-FLT_MAX), ==, 0);
  g_assert_cmpfloat (arra_expf (-INFINITY), ==, 0);
  g_assert_true (isnan (arra_expf (NAN)));
}

static void
test_logf (void)
{
  double worst = 0;

  for (guint32 i = 0; i < N; i++)
    {
      float x = (float) (i % 2 ? exp (between (i, -87, 88)) : between (i, 0.5, 2));
      worst = MAX (worst, ulps_float (arra_logf (x), log ((double) x)));
    }
  g_test_message ("logf: at most %.2f ulp", worst);
  g_assert_cmpfloat (worst, <=, 2);
  g_assert_cmpfloat (arra_logf (1), ==, 0);
  g_assert_cmpfloat (arra_logf (0), ==, -INFINITY);
  g_assert_true (isnan (arra_logf (-1)));
}

static void
test_exp (void)
{
  double worst = 0;

  for (guint32 i = 0; i < N; i++)
    {
      double x = i % 2 ? between (i, -708, 709.7) : between (i, -1, 1);
      worst = MAX (worst, ulps_double (arra_exp (x), expl ((long double) x)));
    }
  g_test_message ("exp: at most %.2f ulp", worst);
  g_assert_cmpfloat (worst, <=, 2);
  g_assert_cmpfloat (arra_exp (0), ==, 1);
  g_assert_cmpfloat (arra_exp (710), ==, INFINITY);
  g_assert_cmpfloat (arra_exp (-INFINITY), ==, 0);
  g_assert_true (isnan (arra_exp (NAN)));
}

static void
test_log (void)
{
  double worst = 0;

  for (guint32 i = 0; i < N; i++)
    {
      double x = i % 2 ? exp (between (i, -700, 700)) : between (i, 0.5, 2);
      worst = MAX (worst, ulps_double (arra_log (x), logl ((long double) x)));
    }
  g_test_message ("log: at most %.2f ulp", worst);
  g_assert_cmpfloat (worst, <=, 2);
  g_assert_cmpfloat (arra_log (1), ==, 0);
  g_assert_cmpfloat (arra_log (0), ==, -INFINITY);
  g_assert_cmpfloat (arra_log (INFINITY), ==, INFINITY);
  g_assert_cmpfloat_with_epsilon (arra_log (DBL_TRUE_MIN), -744.4400719213812, 1e-9);
  g_assert_true (isnan (arra_log (-0.5)));
  g_assert_true (isnan (arra_log (NAN)));
}

/* The powers of RoPE's frequencies and of its dynamic base */
static void
test_pow (void)
{
  double worst = 0;

  for (guint32 i = 0; i < N; i++)
    {
      double base = between (2 * i, 1, 1e6), exponent = between (2 * i + 1, -1.1, 1.1);
      long double exact = powl ((long double) base, (long double) exponent);
      worst = MAX (worst, (double) (fabsl ((long double) arra_pow (base, exponent) - exact) / exact));
    }
  g_test_message ("pow: relative error at most %.2g", worst);
  g_assert_cmpfloat (worst, <=, 1e-14);
  g_assert_cmpfloat (arra_pow (10000, 0), ==, 1);
}

static void
test_sincos (void)
{
  double worst = 0;

  for (guint32 i = 0; i < N; i++)
    {
      double x = i % 2 ? between (i, -1e6, 1e6) : between (i, -4, 4), s, c;

      arra_sincos (x, &s, &c);
      worst = MAX (worst, (double) fabsl ((long double) s - sinl ((long double) x)));
      worst = MAX (worst, (double) fabsl ((long double) c - cosl ((long double) x)));
      g_assert_cmpfloat (fabs (s * s + c * c - 1), <=, 1e-15);
    }
  g_test_message ("sincos: absolute error at most %.2g", worst);
  g_assert_cmpfloat (worst, <=, 4e-16);
  for (int k = -8; k <= 8; k++) /* the borders of the quadrants */
    {
      double s, c;

      arra_sincos (k * G_PI / 2, &s, &c);
      g_assert_cmpfloat_with_epsilon (s, sin (k * G_PI / 2), 4e-16);
      g_assert_cmpfloat_with_epsilon (c, cos (k * G_PI / 2), 4e-16);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/detmath/expf", test_expf);
  g_test_add_func ("/detmath/erf", test_erf);
  g_test_add_func ("/detmath/logf", test_logf);
  g_test_add_func ("/detmath/exp", test_exp);
  g_test_add_func ("/detmath/log", test_log);
  g_test_add_func ("/detmath/pow", test_pow);
  g_test_add_func ("/detmath/sincos", test_sincos);
  return g_test_run ();
}
