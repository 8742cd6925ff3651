/* progress.h - one line on the terminal that says what is done, how fast, and how long it will still take
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef struct _CliProgress CliProgress;

/* Draws on standard error, and only when that is a terminal and @wanted. @count: answers of the request, @label:
 * (nullable): what fractions without a phase are about ("Converting"). Returns: (transfer full): cli_progress_free() */
CliProgress *cli_progress_new (gboolean wanted, guint count, const char *label);
void cli_progress_free (CliProgress *progress); /* nullable; takes the line away */

gboolean cli_progress_is_shown (const CliProgress *progress); /* whether anything is drawn */
void cli_progress_set_label (CliProgress *progress, const char *label);
void cli_progress_set_count (CliProgress *progress, guint count);
void cli_progress_say (CliProgress *progress, const char *text);         /* a line without a bar: "Loading ..." */
void cli_progress_clear (CliProgress *progress);                         /* before something else is written */
void cli_progress_update (const ArraProgress *state, gpointer progress); /* an ArraProgressFunc */

/* The line for a terminal of @columns; (transfer full): g_free(). */
char *cli_progress_format (const ArraProgress *state, guint count, const char *label, guint columns, gboolean utf8);

/* Work on many like items, of which @first were there before @start (g_get_monotonic_time()): bar and time left. */
typedef struct
{
  CliProgress *progress;
  gint64 start;
  guint first;
} CliItems;
void cli_items_update (guint done, guint count, gpointer items);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliProgress, cli_progress_free)
