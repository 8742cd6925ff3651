/* test-frechet_distance.c - sets whose mean and covariance are known, rotated ones, degenerate ones
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "frechet_distance.h"
#include "noise.h"

#define WIDTH 6

/* 2 vectors on each axis, at mean +- radius: covariance 2 radius^2 / (2 width - 1) on the diagonal. @mirror
 * (nullable): a vector of length 1; all is reflected by it, which turns the diagonal into a full matrix and
 * keeps distances. */
static ArraFeatureMoments *
make_axes (gsize width, const double *mean, const double *radius, const double *mirror)
{
  g_autoptr (GError) error = NULL;
  ArraFeatureMoments *moments = arra_feature_moments_new (width, &error);

  g_assert_no_error (error);
  for (gsize point = 0; point < 2 * width; point++)
    {
      double x[16], product = 0;
      float features[16];

      for (gsize i = 0; i < width; i++)
        {
          x[i] = mean[i] + (i == point / 2 ? (point % 2 == 0 ? radius[i] : -radius[i]) : 0);
          product += mirror != NULL ? x[i] * mirror[i] : 0;
        }
      for (gsize i = 0; i < width; i++)
        features[i] = (float) (x[i] - (mirror != NULL ? 2 * product * mirror[i] : 0));
      arra_feature_moments_add (moments, features, 1);
    }
  return moments;
}

static double
distance (const ArraFeatureMoments *a, const ArraFeatureMoments *b)
{
  g_autoptr (GError) error = NULL;
  double out;

  g_assert_true (arra_frechet_distance (a, b, &out, &error));
  g_assert_no_error (error);
  return out;
}

static const double mean_a[WIDTH] = { 0, 1, -2, 0.5, 3, 0 }, mean_b[WIDTH] = { 1, 1, -1, 0, 3, 0.25 };
static const double radius_a[WIDTH] = { 1, 2, 0.5, 3, 1, 4 }, radius_b[WIDTH] = { 2, 1, 0.25, 3, 5, 0.5 };

static double
expected (const double *a, const double *b)
{
  double sum = 0, deviation = sqrt (2.0 / (2 * WIDTH - 1));

  for (gsize i = 0; i < WIDTH; i++)
    sum += pow (mean_a[i] - mean_b[i], 2) + pow (deviation * (a[i] - b[i]), 2);
  return sum;
}

static void
test_known (void)
{
  g_autoptr (ArraFeatureMoments) a = make_axes (WIDTH, mean_a, radius_a, NULL);
  g_autoptr (ArraFeatureMoments) b = make_axes (WIDTH, mean_b, radius_b, NULL);

  g_assert_cmpfloat_with_epsilon (distance (a, b), expected (radius_a, radius_b), 1e-10);
  g_assert_cmpfloat_with_epsilon (distance (b, a), expected (radius_a, radius_b), 1e-10);
}

/* Coordinates are rounded to float here, hence the wider bound. */
static void
test_rotated (void)
{
  const double mirror[WIDTH] = { 0.5, -0.5, 0.1, 0.7, 0, 0 };
  g_autoptr (ArraFeatureMoments) a = make_axes (WIDTH, mean_a, radius_a, mirror);
  g_autoptr (ArraFeatureMoments) b = make_axes (WIDTH, mean_b, radius_b, mirror);

  g_assert_cmpfloat_with_epsilon (distance (a, b), expected (radius_a, radius_b), 1e-5);
}

/* Covariances that do not commute: of two dimensions tr ((A B)^1/2) = sqrt (tr (A B) + 2 sqrt (det A det B)).
 */
static void
test_two_dimensions (void)
{
  const double zero[2] = { 0, 0 }, wide[2] = { 3, 1 }, mirror[2] = { 0.8, 0.6 };
  g_autoptr (ArraFeatureMoments) a = make_axes (2, zero, wide, NULL);
  g_autoptr (ArraFeatureMoments) b = make_axes (2, zero, wide, mirror);
  double u = 2 * 9 / 3.0, v = 2 / 3.0;            /* eigenvalues of both */
  double cosine = 1 - 2 * 0.64, sine = -2 * 0.48; /* first column of the reflection */
  double b00 = u * cosine * cosine + v * sine * sine, b11 = u + v - b00;
  double root = sqrt (u * b00 + v * b11 + 2 * u * v);

  g_assert_cmpfloat_with_epsilon (distance (a, b), 2 * (u + v) - 2 * root, 1e-5);
  g_assert_cmpfloat (distance (a, b), >, 1);
}

/* Directions without any spread, in one set or in both. */
static void
test_rank_deficient (void)
{
  const double thin_a[WIDTH] = { 1, 0, 0.5, 0, 0, 4 }, thin_b[WIDTH] = { 2, 0, 0, 3, 0, 0.5 };
  g_autoptr (ArraFeatureMoments) a = make_axes (WIDTH, mean_a, thin_a, NULL);
  g_autoptr (ArraFeatureMoments) b = make_axes (WIDTH, mean_b, thin_b, NULL);

  g_assert_cmpfloat_with_epsilon (distance (a, b), expected (thin_a, thin_b), 1e-7);
}

static void
fill (float *features, gsize n, guint64 seed, float offset)
{
  for (gsize i = 0; i < n; i++)
    features[i] = offset + arra_noise_gumbel (seed, 0, 0, (guint32) i);
}

/* The same vectors in another order and other portions, far from zero, and fewer of them than the width. */
static void
test_identical (void)
{
  enum
  {
    WIDE = 12,
    N = 9
  };
  float features[N * WIDE];
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraFeatureMoments) a = arra_feature_moments_new (WIDE, &error);
  g_autoptr (ArraFeatureMoments) b = arra_feature_moments_new (WIDE, &error);

  g_assert_no_error (error);
  fill (features, N * WIDE, 7, 1000);
  arra_feature_moments_add (a, features, N);
  for (gsize i = N; i > 0; i--)
    arra_feature_moments_add (b, features + (i - 1) * WIDE, 1);
  g_assert_cmpfloat_with_epsilon (distance (a, a), 0, 1e-6);
  g_assert_cmpfloat_with_epsilon (distance (a, b), 0, 1e-6);
}

/* Two samples of one distribution come closer the larger they are: what the floor of a report shows. */
static void
test_samples (void)
{
  enum
  {
    N = 4000
  };
  double found[2];

  for (guint round = 0; round < 2; round++)
    {
      gsize n = round == 0 ? 100 : N;
      g_autofree float *features = g_new (float, 2 * N * WIDTH);
      g_autoptr (ArraFeatureMoments) a = arra_feature_moments_new (WIDTH, NULL);
      g_autoptr (ArraFeatureMoments) b = arra_feature_moments_new (WIDTH, NULL);

      fill (features, 2 * N * WIDTH, 3, 0);
      arra_feature_moments_add (a, features, n);
      arra_feature_moments_add (b, features + N * WIDTH, n);
      found[round] = distance (a, b);
    }
  g_assert_cmpfloat (found[1], <, found[0] / 5);
  g_assert_cmpfloat (found[1], <, 0.05);
}

static void
test_refused (void)
{
  const float one[2] = { 1, 2 }, bad[2] = { NAN, 2 };
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraFeatureMoments) a = arra_feature_moments_new (2, NULL);
  g_autoptr (ArraFeatureMoments) b = arra_feature_moments_new (3, NULL);
  double out;

  g_assert_false (arra_frechet_distance (a, b, &out, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_clear_error (&error);
  arra_feature_moments_add (a, one, 1);
  g_assert_false (arra_frechet_distance (a, a, &out, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_clear_error (&error);
  arra_feature_moments_add (a, bad, 1);
  g_assert_false (arra_frechet_distance (a, a, &out, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eval/frechet-distance/known", test_known);
  g_test_add_func ("/eval/frechet-distance/rotated", test_rotated);
  g_test_add_func ("/eval/frechet-distance/two-dimensions", test_two_dimensions);
  g_test_add_func ("/eval/frechet-distance/rank-deficient", test_rank_deficient);
  g_test_add_func ("/eval/frechet-distance/identical", test_identical);
  g_test_add_func ("/eval/frechet-distance/samples", test_samples);
  g_test_add_func ("/eval/frechet-distance/refused", test_refused);
  return g_test_run ();
}
