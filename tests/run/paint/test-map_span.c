/* test-map_span.c - what black and white stand for in the picture of a map
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "map_span.h"

#define N 100

/* A few that are like nothing else do not decide what is seen of the others. */
static void
test_surprise (void)
{
  double map[N];
  ArraMapSpan span;

  for (guint i = 0; i < N; i++)
    map[i] = 4 + 0.04 * ((i * 37) % N); /* 4 to 7.96, in no order */
  map[11] = 300;
  map[57] = 0;
  span = arra_map_span (map, N, FALSE);
  g_assert_cmpfloat_with_epsilon (span.black, 4.2, 0.1);
  g_assert_cmpfloat_with_epsilon (span.white, 7.8, 0.1);
}

static void
test_phrase (void)
{
  double map[N];
  ArraMapSpan span;

  for (guint i = 0; i < N; i++)
    map[i] = 0.04 * ((i * 37) % N) - 2; /* -2 to 1.96 */
  map[3] = 80;
  span = arra_map_span (map, N, TRUE);
  g_assert_cmpfloat_with_epsilon (span.white, 1.9, 0.1);
  g_assert_cmpfloat (span.black, ==, -span.white);
}

/* What hardly differs does not look as if it did. */
static void
test_all_the_same (void)
{
  static const double surprise[] = { 2.5, 2.5, 2.5001 }, added[] = { 0, 0.001, -0.002 }, one[] = { 0 };
  const ArraMapSpan a = arra_map_span (surprise, 3, FALSE), b = arra_map_span (added, 3, TRUE),
                    c = arra_map_span (one, 1, FALSE);

  g_assert_cmpfloat (a.white - a.black, >=, 1);
  g_assert_cmpfloat (b.white, >=, 0.25);
  g_assert_cmpfloat (c.white, >, c.black);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/map-span/surprise", test_surprise);
  g_test_add_func ("/map-span/phrase", test_phrase);
  g_test_add_func ("/map-span/all-the-same", test_all_the_same);
  return g_test_run ();
}
