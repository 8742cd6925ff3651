/* test-progress.c - the progress line says what it knows and fits the terminal
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "progress.h"

static ArraProgress
halfway (void)
{
  return (ArraProgress) { .phase = ARRA_PHASE_TOKENS,
                          .answer = 1,
                          .tokens_done = 528,
                          .tokens_total = 1056,
                          .fraction = 0.5,
                          .tokens_per_second = 12.34,
                          .seconds_left = 85.2 };
}

static void
test_full_line (void)
{
  ArraProgress state = halfway ();
  g_autofree char *line = cli_progress_format (&state, 4, NULL, 100, FALSE);

  g_assert_cmpstr (line, ==,
                   "2/4 Predicting [################----------------]  50 %  528/1056 tokens  12.3/s  1 min 26 s left");
}

static void
test_unknown (void)
{
  ArraProgress state = { .phase = ARRA_PHASE_PROMPT, .seconds_left = -1 };
  g_autofree char *line = cli_progress_format (&state, 1, NULL, 100, FALSE);

  g_assert_null (strstr (line, "left"));
  g_assert_null (strstr (line, "/s"));
  g_assert_nonnull (strstr (line, "Reading the prompt"));
}

static void
test_fits (void)
{
  ArraProgress state = halfway ();

  for (guint columns = 1; columns <= 120; columns++)
    for (guint utf8 = 0; utf8 < 2; utf8++)
      {
        g_autofree char *line = cli_progress_format (&state, 4, NULL, columns, utf8 != 0);
        g_assert_cmpint (g_utf8_strlen (line, -1), <=, columns);
        g_assert_true (g_utf8_validate (line, -1, NULL));
      }
}

static void
test_label (void)
{
  ArraProgress state = { .phase = ARRA_PHASE_DECODING, .fraction = 2, .seconds_left = 0.2 };
  g_autofree char *line = cli_progress_format (&state, 1, "Converting", 80, FALSE);

  g_assert_true (g_str_has_prefix (line, "Converting ["));
  g_assert_nonnull (strstr (line, "100 %"));
  g_assert_nonnull (strstr (line, "1 s left"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/progress/full-line", test_full_line);
  g_test_add_func ("/cli/progress/unknown", test_unknown);
  g_test_add_func ("/cli/progress/fits", test_fits);
  g_test_add_func ("/cli/progress/label", test_label);
  return g_test_run ();
}
