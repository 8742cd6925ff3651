/* harness.h - runs the built `arra` as a user would, and looks at what it did
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <json-glib/json-glib.h>

/* A run that has ended. */
typedef struct
{
  int status; /* exit code; -1: ended by a signal */
  char *out, *err;
} Outcome;

void outcome_free (Outcome *outcome);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Outcome, outcome_free)

/* Scratch folder of a test, its own current folder for runs; harness_end() removes it. */
void harness_begin (void);
void harness_end (void);
char *scratch_path (const char *name); /* (transfer full) */
guint scratch_count (void);            /* files in the folder */
gboolean scratch_has (const char *name);

const char *golden_model (void);
const char *golden_vqgan (void);
char *golden_path (const char *name); /* (transfer full): below tests/golden */

/* Environment of the runs that follow; NULL takes a variable away. Undone by harness_end(). */
void harness_setenv (const char *name, const char *value);

/* Called in the child of each run that follows, before it becomes `arra`: no function of GLib. Undone by harness_end().
 */
void harness_set_child_setup (GSpawnChildSetupFunc func, gpointer data);

/* Starts `arra` with these arguments in the scratch folder. @err_fd: -1 for a pipe, else standard error, taken. */
GSubprocess *arra_start (const char *const *args, int err_fd);
Outcome *arra_finish (GSubprocess *process, const char *input); /* takes @process; @input nullable */

/* Runs it to its end: arguments until NULL. */
Outcome *arra_run (const char *first, ...) G_GNUC_NULL_TERMINATED;
Outcome *arra_run_with_input (const char *input, const char *first, ...) G_GNUC_NULL_TERMINATED;
/* The same by a shell: in @script "$@" stands for `arra` with its arguments. */
Outcome *arra_run_in_shell (const char *script, const char *first, ...) G_GNUC_NULL_TERMINATED;

void assert_status (const Outcome *outcome, int status);
void assert_says (const char *text, const char *part); /* @text contains @part */

/* (transfer full): fails the test when it is no JSON object. */
JsonNode *parse_json (const char *text);
JsonNode *parse_json_file (const char *name); /* in the scratch folder, or absolute */

/* Largest difference of a channel; fails the test when the sizes differ. */
guint picture_difference (const char *path, const char *other);
gboolean same_bytes (const char *name, const char *other); /* in the scratch folder, or absolute */
void picture_size (const char *path, guint *width, guint *height);
