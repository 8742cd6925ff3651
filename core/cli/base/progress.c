/* progress.c - one line on the terminal that says what is done, how fast, and how long it will still take
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "plain.h"
#include "values.h"

#define MAX_BAR 32u
#define MIN_BAR 8u

struct _CliProgress
{
  gboolean shown; /* whether lines are drawn at all */
  gboolean utf8;
  gboolean drawn; /* whether a line stands there now */
  guint count;
  char *label;
};

CliProgress *
cli_progress_new (gboolean wanted, guint count, const char *label)
{
  CliProgress *progress = g_new0 (CliProgress, 1);
  const char *term = g_getenv ("TERM");

  progress->shown = wanted && isatty (STDERR_FILENO) && g_strcmp0 (term, "dumb") != 0;
  progress->utf8 = g_get_charset (NULL);
  progress->count = count;
  progress->label = g_strdup (label);
  return progress;
}

void
cli_progress_clear (CliProgress *progress)
{
  if (progress->drawn)
    fputs ("\r\033[K", stderr);
  progress->drawn = FALSE;
}

void
cli_progress_free (CliProgress *progress)
{
  if (progress == NULL)
    return;
  cli_progress_clear (progress);
  g_free (progress->label);
  g_free (progress);
}

gboolean
cli_progress_is_shown (const CliProgress *progress)
{
  return progress->shown;
}

void
cli_progress_set_label (CliProgress *progress, const char *label)
{
  g_free (progress->label);
  progress->label = g_strdup (label);
}

void
cli_progress_set_count (CliProgress *progress, guint count)
{
  progress->count = count;
}

static guint
terminal_columns (void)
{
  struct winsize size;

  if (ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return 80;
}

static void
draw (CliProgress *progress, const char *line)
{
  g_autofree char *plain = cli_plain (line, "");

  fprintf (stderr, "\r%s\033[K", plain);
  fflush (stderr);
  progress->drawn = TRUE;
}

void
cli_progress_say (CliProgress *progress, const char *text)
{
  if (progress->shown)
    draw (progress, text);
}

void
cli_progress_update (const ArraProgress *state, gpointer data)
{
  CliProgress *progress = data;
  g_autofree char *line = NULL;

  if (!progress->shown)
    return;
  line = cli_progress_format (state, progress->count, progress->label, terminal_columns () - 1, progress->utf8);
  draw (progress, line);
}

void
cli_items_update (guint done, guint count, gpointer data)
{
  const CliItems *items = data;
  double seconds = (double) (g_get_monotonic_time () - items->start) * 1e-6;
  ArraProgress state = { .phase = ARRA_PHASE_PROMPT, .fraction = (double) done / MAX (count, 1), .seconds_left = -1 };

  if (done > items->first)
    state.seconds_left = seconds / (done - items->first) * (count - done);
  cli_progress_update (&state, items->progress);
}

static const char *
phase_name (ArraPhase phase)
{
  switch (phase)
    {
    case ARRA_PHASE_PROMPT:
      return "Reading the prompt";
    case ARRA_PHASE_TOKENS:
      return "Predicting";
    case ARRA_PHASE_DECODING:
      return "Decoding";
    }
  return "";
}

static void
append_bar (GString *line, double fraction, guint width, gboolean utf8)
{
  guint full = (guint) (fraction * width + 1e-9);

  g_string_append (line, " [");
  for (guint i = 0; i < width; i++)
    g_string_append (line, utf8 ? (i < full ? "█" : "░") : (i < full ? "#" : "-"));
  g_string_append_c (line, ']');
}

/* What stands to the right of the bar. */
static char *
figures (const ArraProgress *state, double fraction)
{
  GString *text = g_string_new (NULL);
  gboolean counts_tokens = state->phase == ARRA_PHASE_TOKENS;

  g_string_append_printf (text, " %3u %%", (guint) (fraction * 100));
  if (counts_tokens && state->tokens_total > 0)
    g_string_append_printf (text, "  %u/%u tokens", state->tokens_done, state->tokens_total);
  else if (counts_tokens && state->tokens_done > 0)
    g_string_append_printf (text, "  %u tokens", state->tokens_done);
  if (counts_tokens && state->tokens_per_second > 0)
    {
      g_autofree char *rate = cli_format_double (state->tokens_per_second, state->tokens_per_second < 100 ? 1 : 0);
      g_string_append_printf (text, "  %s/s", rate);
    }
  if (state->seconds_left >= 0)
    {
      guint whole = (guint) CLAMP (state->seconds_left + 0.999, 1, 1e7);
      g_autofree char *left = whole < 10 ? g_strdup_printf ("%u s", whole) : cli_format_seconds (whole);
      g_string_append_printf (text, "  %s left", left);
    }
  return g_string_free (text, FALSE);
}

char *
cli_progress_format (const ArraProgress *state, guint count, const char *label, guint columns, gboolean utf8)
{
  GString *line = g_string_new (NULL);
  double fraction = CLAMP (state->fraction, 0, 1);
  g_autofree char *right = figures (state, fraction);
  gsize taken;

  if (count > 1)
    g_string_append_printf (line, "%u/%u ", state->answer + 1, count);
  g_string_append (line, label != NULL ? label : phase_name (state->phase));
  taken = line->len + strlen (right) + 3;
  if (taken + MIN_BAR <= columns)
    append_bar (line, fraction, (guint) MIN (columns - taken, MAX_BAR), utf8);
  g_string_append (line, right);
  if (g_utf8_strlen (line->str, -1) > (glong) columns)
    {
      char *end = g_utf8_offset_to_pointer (line->str, (glong) columns);
      g_string_truncate (line, (gsize) (end - line->str));
    }
  return g_string_free (line, FALSE);
}
