/* test-lookahead.c - how many tokens a pass reads follows from what passes cost and how many guesses come true
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "lookahead.h"

#include <string.h>

/* A number that looks drawn */
static guint32
state_of (guint32 i)
{
  i = (i ^ i >> 15) * 0x2c1b3c6du;
  i = (i ^ i >> 12) * 0x297a2d39u;
  return i ^ i >> 15;
}

/* Passes of a machine on which one of n positions takes seconds[n], while @right of 16 guesses come true; returns what
 * most of the last ones had. */
static guint
settle (const double seconds[ARRA_LOOKAHEAD + 1], guint right, guint n_passes)
{
  ArraLookahead window;
  guint counts[ARRA_LOOKAHEAD + 1] = { 0 }, most = 1;

  g_assert_true (arra_lookahead_init (&window, NULL));
  for (guint i = 0; i < n_passes; i++)
    {
      const guint n = arra_lookahead_choose (&window);

      g_assert_cmpuint (n, >=, 1);
      g_assert_cmpuint (n, <=, ARRA_LOOKAHEAD);
      counts[n] += i >= n_passes / 2;
      arra_lookahead_add_pass (&window, n, seconds[n]);
      window.n_passes++;
      for (guint row = 0; row + 1 < n; row++)
        {
          const gboolean came = state_of (i * ARRA_LOOKAHEAD + row) % 16 < right;

          arra_lookahead_add_guess (&window, row, came);
          if (!came)
            break;
        }
    }
  for (guint n = 2; n <= ARRA_LOOKAHEAD; n++)
    most = counts[n] > counts[most] ? n : most;
  return most;
}

static void
test_settles (void)
{
  const double free_of_charge[] = { 0, 1, 1, 1, 1, 1, 1, 1, 1 };
  const double two_are_free[] = { 0, 1, 1.05, 1.5, 2, 2.5, 3, 3.5, 4 };
  const double each_costs[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 };

  g_assert_cmpuint (settle (free_of_charge, 14, 400), ==, ARRA_LOOKAHEAD);
  g_assert_cmpuint (settle (two_are_free, 8, 400), ==, 2);
  g_assert_cmpuint (settle (two_are_free, 0, 400), ==, 1);
  g_assert_cmpuint (settle (each_costs, 15, 400), ==, 1);
}

/* Where nothing is gained, trying costs less than a fiftieth. */
static void
test_costs (void)
{
  const double seconds[] = { 0, 1, 1.9, 2.8, 3.7, 4.6, 5.5, 6.4, 7.3 };
  ArraLookahead window;
  double spent = 0;

  g_assert_true (arra_lookahead_init (&window, NULL));
  for (guint i = 0; i < 1000; i++)
    {
      const guint n = arra_lookahead_choose (&window);

      arra_lookahead_add_pass (&window, n, seconds[n]);
      window.n_passes++;
      if (n > 1)
        arra_lookahead_add_guess (&window, 0, FALSE);
      spent += seconds[n];
    }
  g_assert_cmpfloat (spent, <, 1020);
}

/* A first pass that was slow, as those of cold caches are, does not make wide windows look fast for long. */
static void
test_slow_first (void)
{
  const double each_costs[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 };
  ArraLookahead window;
  double spent = 0;

  g_assert_true (arra_lookahead_init (&window, NULL));
  for (guint i = 0; i < 2000; i++)
    {
      const guint n = arra_lookahead_choose (&window);
      const double seconds = i < 2 ? 20 : each_costs[n];

      arra_lookahead_add_pass (&window, n, seconds);
      window.n_passes++;
      if (n > 1)
        arra_lookahead_add_guess (&window, 0, i % 4 == 0);
      spent += i < 1000 ? 0 : each_costs[n];
    }
  g_assert_cmpfloat (spent, <, 1020);
}

/* When passes of one position become slow, others are found to be faster, and the other way round. */
static void
test_changes (void)
{
  const double costly[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 }, cheap[] = { 0, 1, 1.05, 1.1, 1.15, 1.2, 1.25, 1.3, 1.35 };
  ArraLookahead window;
  double positions[4] = { 0 };

  g_assert_true (arra_lookahead_init (&window, NULL));
  for (guint i = 0; i < 8000; i++)
    {
      const double *seconds = i / 2000 % 2 == 0 ? costly : cheap;
      const guint n = arra_lookahead_choose (&window);

      arra_lookahead_add_pass (&window, n, seconds[n]);
      window.n_passes++;
      if (n > 1)
        arra_lookahead_add_guess (&window, 0, state_of (i) % 2 == 0);
      if (i % 2000 >= 1000)
        positions[i / 2000] += n * 1e-3;
    }
  g_assert_cmpfloat (positions[0], <, 1.1);
  g_assert_cmpfloat (positions[1], >, 1.8);
  g_assert_cmpfloat (positions[2], <, 1.1);
  g_assert_cmpfloat (positions[3], >, 1.8);
}

static void
test_asked (void)
{
  ArraLookahead window;
  g_autoptr (GError) error = NULL;

  g_setenv ("ARRA_LOOKAHEAD", "3", TRUE);
  g_assert_true (arra_lookahead_init (&window, NULL));
  g_assert_cmpuint (arra_lookahead_choose (&window), ==, 3);
  g_setenv ("ARRA_LOOKAHEAD", "9", TRUE);
  g_assert_false (arra_lookahead_init (&window, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "1 to 8"));
  g_unsetenv ("ARRA_LOOKAHEAD");
}

static void
test_has (void)
{
  const guint32 ids[] = { 5, 6, 7, 8, 9 };
  ArraLookahead window;
  guint row;

  g_assert_true (arra_lookahead_init (&window, NULL));
  g_assert_false (arra_lookahead_has (&window, ids, 0, &row));
  window.begin = 2;
  window.n = 3;
  window.guesses[0] = 7;
  window.guesses[1] = 4;
  g_assert_false (arra_lookahead_has (&window, ids, 1, &row));
  g_assert_true (arra_lookahead_has (&window, ids, 2, &row));
  g_assert_cmpuint (row, ==, 0);
  g_assert_true (arra_lookahead_has (&window, ids, 3, &row));
  g_assert_cmpuint (row, ==, 1);
  g_assert_false (arra_lookahead_has (&window, ids, 4, &row)); /* guessed 4, which 8 came for */
  g_assert_false (arra_lookahead_has (&window, ids, 5, &row));
}

/* A pass gives scores for one token at least: those beyond were saved. Of a sequence of several jobs there may be
 * passes without a token yet. */
static void
test_saved (void)
{
  ArraLookahead window = { .n_passes = 7, .n_tokens = 10 };

  g_assert_cmpuint (arra_lookahead_saved (&window), ==, 3);
  window.n_passes = 11;
  g_assert_cmpuint (arra_lookahead_saved (&window), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_unsetenv ("ARRA_LOOKAHEAD");
  g_test_add_func ("/lookahead/settles", test_settles);
  g_test_add_func ("/lookahead/costs", test_costs);
  g_test_add_func ("/lookahead/slow-first", test_slow_first);
  g_test_add_func ("/lookahead/changes", test_changes);
  g_test_add_func ("/lookahead/asked", test_asked);
  g_test_add_func ("/lookahead/has", test_has);
  g_test_add_func ("/lookahead/saved", test_saved);
  return g_test_run ();
}
