/* status.h - exit codes of the command, and its messages
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef enum
{
  CLI_OK = 0,
  CLI_USAGE = 64,       /* an option or argument cannot be used as given */
  CLI_UNAVAILABLE = 69, /* this machine lacks something */
  CLI_FAILURE = 70,
  CLI_CANCELLED = 130, /* Ctrl-C */
} CliStatus;

/* The exit code that belongs to @error. */
CliStatus cli_status_of (const GError *error);

/* Writes "arra COMMAND: message" to standard error, for wrong use also how to see the help, and returns the exit code.
 * @command: (nullable): NULL for `arra` itself. */
CliStatus cli_report (const char *command, const GError *error);

/* Sets @error to ARRA_ERROR_ARGUMENT: wrong use. Returns FALSE. */
gboolean cli_usage_error (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* A message of one line on standard error, or results on standard output: UTF-8, whatever the locale's character set,
 * and plain (plain.h), so that what stands in a file cannot steer the terminal; results keep their line breaks and
 * tabs. Floating-point numbers must come as text from values.h, as printf's depend on the locale. */
void cli_note (const char *format, ...) G_GNUC_PRINTF (1, 2);
void cli_print (const char *format, ...) G_GNUC_PRINTF (1, 2);
/* From now on results go to standard error, too: standard output is where a file goes. */
void cli_print_aside (void);

/* Whether everything printed has reached standard output. */
gboolean cli_flush (GError **error);
