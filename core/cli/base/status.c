/* status.c - exit codes of the command, and its messages
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "plain.h"

static gboolean aside; /* standard output is for something else */

CliStatus
cli_status_of (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return CLI_CANCELLED;
  if (g_error_matches (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT) || error->domain == G_OPTION_ERROR)
    return CLI_USAGE;
  if (g_error_matches (error, ARRA_ERROR, ARRA_ERROR_UNAVAILABLE))
    return CLI_UNAVAILABLE;
  return CLI_FAILURE;
}

CliStatus
cli_report (const char *command, const GError *error)
{
  CliStatus status = cli_status_of (error);
  const char *gap = command == NULL ? "" : " ";

  if (command == NULL)
    command = "";
  cli_note ("arra%s%s: %s", gap, command, status == CLI_CANCELLED ? "stopped" : error->message);
  if (status == CLI_USAGE)
    cli_note ("To see what can be given: arra%s%s --help", gap, command);
  return status;
}

gboolean
cli_usage_error (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_propagate_error (error, g_error_new_valist (ARRA_ERROR, ARRA_ERROR_ARGUMENT, format, args));
  va_end (args);
  return FALSE;
}

void
cli_note (const char *format, ...)
{
  va_list args;
  g_autofree char *text = NULL, *plain = NULL;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  plain = cli_plain (text, "");
  fprintf (stderr, "%s\n", plain);
}

void
cli_print (const char *format, ...)
{
  va_list args;
  g_autofree char *text = NULL, *plain = NULL;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  plain = cli_plain (text, "\n\t");
  fputs (plain, aside ? stderr : stdout);
}

void
cli_print_aside (void)
{
  aside = TRUE;
}

gboolean
cli_flush (GError **error)
{
  if (fflush (stdout) == 0 && !ferror (stdout))
    return TRUE;
  g_set_error (error, G_FILE_ERROR, (gint) g_file_error_from_errno (errno), "cannot write to standard output: %s",
               g_strerror (errno));
  return FALSE;
}
