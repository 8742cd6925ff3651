/* options.h - command lines: GOption with help that teaches by example
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#include "status.h"

typedef struct
{
  const char *command;   /* "generate" */
  const char *arguments; /* (nullable): what may follow the options: "[PROMPT]" */
  const char *summary;   /* a sentence or two */
  const char *examples;  /* one command per line, indented by two spaces */
  const char *notes;     /* (nullable): after the options */
} CliHelp;

/* Reads @argv (its [0] is passed over) into what @entries point to, which must be zero before; numbers are read as
 * strings and parsed by values.h, as GOption's own readers depend on the locale. *@helped is set when --help was given
 * and printed. Errors are wrong use. */
gboolean cli_options_parse (const CliHelp *help,
                            const GOptionEntry *entries,
                            int argc,
                            char **argv,
                            gboolean *helped,
                            GError **error);

/* What a command does, its line once read: @options are what the entries point into. */
typedef gboolean (*CliWork) (gpointer options, GError **error);

/* A command from its line to its exit code: reads @argv, calls @work unless help was asked for, reports what went
 * wrong, and frees what the entries point to. */
CliStatus cli_run_command (const CliHelp *help,
                           const GOptionEntry *entries,
                           int argc,
                           char **argv,
                           CliWork work,
                           gpointer options);

/* The text of --help; (transfer full): g_free() */
char *cli_options_help (const CliHelp *help, const GOptionEntry *entries);

/* Frees the strings and arrays of strings that the entries point to. */
void cli_options_clear (const GOptionEntry *entries);

/* Fails when more arguments than @max were given: "unexpected argument 'x'". @rest: (nullable) */
gboolean cli_options_max_rest (char **rest, guint max, GError **error);
