/* test-sampler.c - candidates and the choice among them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "detmath.h"
#include "noise.h"
#include "sampler.h"
#include "small_words.h"

#define N 100u
#define N_CODES 64u
#define FIRST_CODE 4u
#define DRAWS 10000u

static ArraVocabulary vocabulary;
static ArraSampler sampler;
static const ArraKernels *kernels;
static float scores[N];

static ArraGrammar
expecting (ArraExpect expect)
{
  ArraGrammar grammar;

  arra_grammar_init (&grammar, &vocabulary.layout);
  grammar.expect = expect;
  return grammar;
}

static ArraSampling
plain (void)
{
  return (ArraSampling) { .guidance_scale = 1, .temperature = 1, .top_p = 1, .seed = 7 };
}

static void
filter (ArraExpect expect, const ArraSampling *sampling, const float *uncond)
{
  const ArraGrammar grammar = expecting (expect);
  g_autoptr (GError) error = NULL;

  arra_sampler_filter (&sampler, kernels, &grammar, sampling, scores, uncond, &error);
  g_assert_no_error (error);
}

/* Text scores that leave only the first @n ids. */
static void
set_scores (const float *values, guint n)
{
  for (guint i = 0; i < N; i++)
    scores[i] = i < n ? values[i] : -INFINITY;
}

static void
count_draws (const ArraSampling *sampling, guint *counts, guint n)
{
  for (guint i = 0; i < n; i++)
    counts[i] = 0;
  for (guint32 draw = 0; draw < DRAWS; draw++)
    {
      guint32 id;

      filter (ARRA_EXPECT_TEXT, sampling, NULL);
      id = arra_sampler_pick (&sampler, sampling, draw >> 8, draw & 255);
      g_assert_cmpuint (id, <, n);
      counts[id]++;
    }
}

/* Pearson's statistic of the draws against @p; entries with p = 0 must not occur. */
static double
chi_square (const guint *counts, const double *p, guint n)
{
  double sum = 0;

  for (guint i = 0; i < n; i++)
    {
      const double expected = p[i] * DRAWS;

      if (p[i] > 0)
        sum += (counts[i] - expected) * (counts[i] - expected) / expected;
      else
        g_assert_cmpuint (counts[i], ==, 0);
    }
  return sum;
}

static const float values[8] = { 0.0f, 1.0f, -0.5f, 2.0f, 0.25f, 1.5f, -2.0f, 0.75f };

static void
softmax (double *p, double temperature)
{
  double total = 0;

  for (guint i = 0; i < 8; i++)
    total += p[i] = exp ((double) values[i] / temperature);
  for (guint i = 0; i < 8; i++)
    p[i] /= total;
}

/* 0.999 quantile of chi-square with 7 degrees of freedom: 24.3 */
static void
test_distribution (void)
{
  ArraSampling sampling = plain ();
  double p[8], uniform[8];
  guint counts[8];

  set_scores (values, 8);
  for (sampling.seed = 0; sampling.seed < 3; sampling.seed++)
    {
      softmax (p, 1);
      count_draws (&sampling, counts, 8);
      g_assert_cmpfloat (chi_square (counts, p, 8), <, 24.3);
    }
  sampling.temperature = 2.5;
  softmax (p, 2.5);
  count_draws (&sampling, counts, 8);
  g_assert_cmpfloat (chi_square (counts, p, 8), <, 24.3);
  for (guint i = 0; i < 8; i++)
    uniform[i] = 1.0 / 8;
  g_assert_cmpfloat (chi_square (counts, uniform, 8), >, 24.3); /* the test can fail */
}

/* The three largest carry 0.799 of the mass: 2, 1.5 and 1. */
static void
test_top_p (void)
{
  static const gboolean kept[8] = { FALSE, TRUE, FALSE, TRUE, FALSE, TRUE, FALSE, FALSE };
  ArraSampling sampling = plain ();
  double p[8], total = 0;
  guint counts[8];

  set_scores (values, 8);
  softmax (p, 1);
  for (guint i = 0; i < 8; i++)
    total += kept[i] ? p[i] : 0;
  for (guint i = 0; i < 8; i++)
    p[i] = kept[i] ? p[i] / total : 0;
  sampling.top_p = total - 1e-4;
  count_draws (&sampling, counts, 8);
  g_assert_cmpfloat (chi_square (counts, p, 8), <, 13.8); /* 2 degrees of freedom */
  g_assert_cmpuint (sampler.n_candidates, ==, 3);
  sampling.top_p = total + 1e-4;
  filter (ARRA_EXPECT_TEXT, &sampling, NULL);
  arra_sampler_pick (&sampler, &sampling, 0, 0);
  g_assert_cmpuint (sampler.n_candidates, ==, 4);
  sampling.top_p = 1e-9;
  filter (ARRA_EXPECT_TEXT, &sampling, NULL);
  g_assert_cmpuint (arra_sampler_pick (&sampler, &sampling, 0, 0), ==, 3);
}

static void
test_top_k_ties (void)
{
  static const float tied[6] = { 1, 3, 2, 2, 0, 2 };
  ArraSampling sampling = plain ();

  set_scores (tied, 6);
  sampling.text_top_k = 2;
  filter (ARRA_EXPECT_TEXT, &sampling, NULL);
  g_assert_cmpuint (sampler.n_candidates, ==, 4);
  g_assert_cmpuint (sampler.candidates[0].id, ==, 1);
  g_assert_cmpuint (sampler.candidates[1].id, ==, 2);
  g_assert_cmpuint (sampler.candidates[2].id, ==, 3);
  g_assert_cmpuint (sampler.candidates[3].id, ==, 5);
  sampling.text_top_k = 1;
  filter (ARRA_EXPECT_TEXT, &sampling, NULL);
  g_assert_cmpuint (sampler.n_candidates, ==, 1);
  sampling.text_top_k = 0;
  filter (ARRA_EXPECT_TEXT, &sampling, NULL);
  g_assert_cmpuint (sampler.n_candidates, ==, 6);
}

/* The most likely one, the lowest id of equals, whatever the other settings. */
static void
test_greedy (void)
{
  static const float tied[6] = { 1, 2, 3, 0, 3, 3 };
  ArraSampling sampling = plain ();

  set_scores (tied, 6);
  sampling.greedy = TRUE;
  sampling.temperature = 50;
  for (guint position = 0; position < 20; position++)
    {
      filter (ARRA_EXPECT_TEXT, &sampling, NULL);
      g_assert_cmpuint (arra_sampler_pick (&sampler, &sampling, 0, position), ==, 2);
    }
}

/* The interleaved top-k: text's outside pictures, images' from the start token on; codes alone inside. */
static void
test_interleaved (void)
{
  ArraSampling sampling = plain ();
  ArraGrammar forced = expecting (ARRA_EXPECT_FORCED);

  for (guint i = 0; i < N; i++)
    scores[i] = (float) i;
  sampling.text_top_k = 5;
  sampling.top_k = 9;
  filter (ARRA_EXPECT_TEXT, &sampling, NULL);
  g_assert_cmpuint (sampler.n_candidates, ==, 5);
  filter (ARRA_EXPECT_SIZE, &sampling, NULL);
  g_assert_cmpuint (sampler.n_candidates, ==, 9);
  filter (ARRA_EXPECT_SIZE, &sampling, NULL);
  g_assert_cmpuint (sampler.n_candidates, ==, 9);
  g_assert_cmpuint (sampler.candidates[8].id, ==, N - 1);
  filter (ARRA_EXPECT_CODE, &sampling, NULL);
  g_assert_cmpuint (sampler.n_candidates, ==, 9);
  g_assert_cmpuint (sampler.candidates[8].id, ==, FIRST_CODE + N_CODES - 1);
  sampling.top_k = 0;
  filter (ARRA_EXPECT_CODE, &sampling, NULL);
  g_assert_cmpuint (sampler.n_candidates, ==, N_CODES);
  forced.forced = 71;
  scores[71] = NAN;
  g_assert_true (arra_sampler_filter (&sampler, kernels, &forced, &sampling, scores, NULL, NULL));
  g_assert_cmpuint (sampler.n_candidates, ==, 1);
  g_assert_cmpfloat (sampler.candidates[0].score, ==, 0);
  g_assert_cmpuint (arra_sampler_pick (&sampler, &sampling, 3, 4), ==, 71);
}

static void
test_guidance (void)
{
  ArraSampling sampling = plain ();
  float uncond[N];

  for (guint i = 0; i < N; i++)
    {
      scores[i] = (float) arra_noise_gumbel (1, 0, 0, i);
      uncond[i] = (float) arra_noise_gumbel (1, 0, 1, i);
    }
  sampling.guidance_scale = 3.7;
  filter (ARRA_EXPECT_CODE, &sampling, uncond);
  for (guint code = 0; code < N_CODES; code++)
    {
      const float c = scores[FIRST_CODE + code], u = uncond[FIRST_CODE + code];
      const float difference = c - u, product = 3.7f * difference;

      g_assert_cmpuint (sampler.candidates[code].id, ==, FIRST_CODE + code);
      g_assert_cmpfloat (sampler.candidates[code].score, ==, u + product);
    }
  filter (ARRA_EXPECT_SIZE, &sampling, uncond); /* not guided */
  for (guint i = 0; i < N; i++)
    g_assert_cmpfloat (sampler.candidates[i].score, ==, scores[i]);
}

static void
assert_broken (float value, ArraExpect expect)
{
  const ArraGrammar grammar = expecting (expect);
  const ArraSampling sampling = plain ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < N; i++)
    scores[i] = value;
  g_assert_false (arra_sampler_filter (&sampler, kernels, &grammar, &sampling, scores, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
}

static void
test_not_finite (void)
{
  const ArraGrammar code = expecting (ARRA_EXPECT_CODE);
  const ArraSampling sampling = plain ();
  g_autoptr (GError) error = NULL;

  assert_broken (NAN, ARRA_EXPECT_TEXT);
  assert_broken (NAN, ARRA_EXPECT_CODE);
  assert_broken (INFINITY, ARRA_EXPECT_TEXT);
  assert_broken (-INFINITY, ARRA_EXPECT_CODE);
  for (guint i = 0; i < N; i++)
    scores[i] = (float) i;
  scores[FIRST_CODE + 5] = NAN; /* one is enough */
  g_assert_false (arra_sampler_filter (&sampler, kernels, &code, &sampling, scores, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
}

/* Adding the same to all scores changes no choice, nor does the order of questions: noise has no state. */
static void
test_invariants (void)
{
  const ArraSampling sampling = plain ();
  guint32 first[64];
  guint changed = 0;

  for (guint i = 0; i < N; i++)
    scores[i] = floorf (arra_noise_gumbel (2, 0, 0, i) * 64) / 64;
  for (guint position = 0; position < 64; position++)
    {
      filter (ARRA_EXPECT_CODE, &sampling, NULL);
      first[position] = arra_sampler_pick (&sampler, &sampling, 5, position);
    }
  for (guint i = 0; i < N; i++)
    scores[i] += 16;
  for (guint position = 64; position-- > 0;)
    {
      filter (ARRA_EXPECT_CODE, &sampling, NULL);
      g_assert_cmpuint (arra_sampler_pick (&sampler, &sampling, 5, position), ==, first[position]);
      filter (ARRA_EXPECT_CODE, &sampling, NULL);
      changed += arra_sampler_pick (&sampler, &sampling, 6, position) != first[position];
    }
  g_assert_cmpuint (changed, >, 32); /* another picture has other noise */
}

/* Those that are too far behind for their noise to be made are none that would have been picked. */
static void
test_arg_max (void)
{
  const ArraSampling sampling = plain ();

  for (guint i = 0; i < N; i++)
    scores[i] = (float) (i * 7 % N) * 8 / N;
  for (guint position = 0; position < 2000; position++)
    {
      guint32 best = 0;
      float most = -INFINITY;

      filter (ARRA_EXPECT_CODE, &sampling, NULL);
      arra_sampler_weigh (&sampler, &sampling);
      for (gsize i = 0; i < sampler.n_candidates; i++)
        {
          const ArraCandidate *c = &sampler.candidates[i];
          const float score = c->score + arra_noise_gumbel (sampling.seed, 5, position, c->id);

          if (score > most)
            {
              most = score;
              best = c->id;
            }
        }
      filter (ARRA_EXPECT_CODE, &sampling, NULL);
      g_assert_cmpuint (arra_sampler_pick (&sampler, &sampling, 5, position), ==, best);
    }
}

/* No temperature makes numbers overflow. */
static void
test_extreme_temperatures (void)
{
  static const float far[3] = { -G_MAXFLOAT, 5, 4 };
  static const double temperatures[] = { 1e-30, 1e-3, 1e30 };
  ArraSampling sampling = plain ();

  set_scores (far, 3);
  for (gsize i = 0; i < G_N_ELEMENTS (temperatures); i++)
    {
      guint32 id;

      sampling.temperature = temperatures[i];
      sampling.top_p = 0.9;
      filter (ARRA_EXPECT_TEXT, &sampling, NULL);
      id = arra_sampler_pick (&sampler, &sampling, 0, 3);
      g_assert_cmpuint (id, <, 3);
      if (temperatures[i] < 1)
        g_assert_cmpuint (id, ==, 1);
    }
}

int
main (int argc, char **argv)
{
  const Words words = words_small (N, N_CODES, 4);
  int result;

  g_test_init (&argc, &argv, NULL);
  words_vocabulary (&words, &vocabulary);
  g_assert_true (arra_sampler_init (&sampler, N, NULL));
  kernels = arra_kernels_default (NULL);
  g_assert_nonnull (kernels);
  g_test_add_func ("/sampler/distribution", test_distribution);
  g_test_add_func ("/sampler/top-p", test_top_p);
  g_test_add_func ("/sampler/top-k-ties", test_top_k_ties);
  g_test_add_func ("/sampler/greedy", test_greedy);
  g_test_add_func ("/sampler/interleaved", test_interleaved);
  g_test_add_func ("/sampler/guidance", test_guidance);
  g_test_add_func ("/sampler/not-finite", test_not_finite);
  g_test_add_func ("/sampler/invariants", test_invariants);
  g_test_add_func ("/sampler/arg-max", test_arg_max);
  g_test_add_func ("/sampler/extreme-temperatures", test_extreme_temperatures);
  result = g_test_run ();
  arra_sampler_clear (&sampler);
  arra_vocabulary_clear (&vocabulary);
  return result;
}
