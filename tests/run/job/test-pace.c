/* test-pace.c - speed, time left and the budget of previews, by a clock of our own
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "pace.h"

static void
test_speed (void)
{
  ArraPace pace;
  double now = 100;

  arra_pace_init (&pace, 0.01);
  arra_pace_start (&pace, now);
  g_assert_cmpfloat (arra_pace_tokens_per_second (&pace), ==, 0);
  g_assert_cmpfloat (arra_pace_left (&pace, 10, 0, now), <, 0);
  for (guint i = 0; i < 50; i++)
    arra_pace_token (&pace, now += 0.5);
  g_assert_cmpfloat_with_epsilon (arra_pace_tokens_per_second (&pace), 2, 1e-9);
  g_assert_cmpfloat_with_epsilon (arra_pace_left (&pace, 10, 100, now), 5 + 1, 1e-9);
  g_assert_cmpfloat_with_epsilon (arra_pace_left (&pace, 0, 100, now), 1, 1e-9);
  for (guint i = 0; i < 400; i++) /* the average follows */
    arra_pace_token (&pace, now += 0.25);
  g_assert_cmpfloat_with_epsilon (arra_pace_tokens_per_second (&pace), 4, 0.01);
}

/* Tokens of half a second, previews of two seconds: never more than a tenth of the time. */
static void
test_previews (void)
{
  ArraPace pace;
  double now = 0;
  guint n_previews = 0;

  arra_pace_init (&pace, 0.01);
  arra_pace_start (&pace, now);
  for (guint i = 0; i < 1000; i++)
    {
      arra_pace_token (&pace, now += 0.5);
      if (arra_pace_may_preview (&pace, 200, now))
        {
          arra_pace_decoded (&pace, 200, 2, TRUE);
          arra_pace_mark (&pace, now += 2);
          n_previews++;
        }
      g_assert_cmpfloat (pace.previews, <=, ARRA_PREVIEW_SHARE * now + 1e-9);
    }
  g_assert_cmpuint (n_previews, >=, 26);                                         /* 500 s of tokens leave room for 27 */
  g_assert_cmpfloat_with_epsilon (arra_pace_tokens_per_second (&pace), 2, 1e-9); /* previews do not count */
  g_assert_cmpfloat (arra_pace_left (&pace, 100, 0, now), >, 54);
  g_assert_cmpfloat (arra_pace_left (&pace, 100, 0, now), <, 56);
}

static void
test_reports (void)
{
  ArraPace pace;
  guint n = 0;

  arra_pace_init (&pace, 0);
  arra_pace_start (&pace, 0);
  for (guint i = 1; i <= 1000; i++)
    n += arra_pace_may_report (&pace, i * 0.01) ? 1 : 0;
  g_assert_cmpuint (n, >=, 30);
  g_assert_cmpuint (n, <=, 40);
}

static void
test_fraction (void)
{
  ArraPace pace;

  arra_pace_init (&pace, 0.25);
  g_assert_cmpfloat (arra_pace_fraction (&pace, 5, 10, 0, 10), ==, 0.5); /* nothing measured */
  arra_pace_start (&pace, 0);
  for (guint i = 1; i <= 8; i++)
    arra_pace_token (&pace, i * 0.75);
  g_assert_cmpfloat_with_epsilon (arra_pace_fraction (&pace, 5, 10, 0, 10), 0.375, 1e-9);
  g_assert_cmpfloat_with_epsilon (arra_pace_fraction (&pace, 10, 10, 0, 10), 0.75, 1e-9);
  g_assert_cmpfloat_with_epsilon (arra_pace_fraction (&pace, 10, 10, 5, 10), 0.875, 1e-9);
  g_assert_cmpfloat_with_epsilon (arra_pace_fraction (&pace, 10, 10, 10, 10), 1, 1e-9);
  g_assert_cmpfloat (arra_pace_fraction (&pace, 10, 0, 0, 0), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pace/speed", test_speed);
  g_test_add_func ("/pace/previews", test_previews);
  g_test_add_func ("/pace/reports", test_reports);
  g_test_add_func ("/pace/fraction", test_fraction);
  return g_test_run ();
}
