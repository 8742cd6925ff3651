/* options.c - command lines: GOption with help that teaches by example
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

static GOptionContext *
make_context (const CliHelp *help, const GOptionEntry *entries, gboolean *helped)
{
  GOptionEntry help_entry[] = {
    { "help", 'h', 0, G_OPTION_ARG_NONE, helped, "Show this help", NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autofree char *summary = g_strconcat (help->summary, "\n\nExamples:\n", help->examples, NULL);
  GOptionContext *context = g_option_context_new (help->arguments);

  g_option_context_set_summary (context, summary);
  g_option_context_set_description (context, help->notes);
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_main_entries (context, help_entry, NULL);
  return context;
}

static char *
help_text (GOptionContext *context, const CliHelp *help)
{
  g_autofree char *program = g_strconcat ("arra ", help->command, NULL);
  g_autofree char *text = NULL;
  GString *plain;

  g_set_prgname (program);
  text = g_option_context_get_help (context, TRUE, NULL);
  plain = g_string_new (text);
  g_string_replace (plain, "…", "...", 0);
  return g_string_free (plain, FALSE);
}

char *
cli_options_help (const CliHelp *help, const GOptionEntry *entries)
{
  gboolean helped = FALSE;
  g_autoptr (GOptionContext) context = make_context (help, entries, &helped);

  return help_text (context, help);
}

static gboolean
parse (GOptionContext *context, int argc, char **argv, GError **error)
{
  g_autoptr (GError) fault = NULL;

  if (g_option_context_parse (context, &argc, &argv, &fault))
    return TRUE;
  if (fault->domain == G_CONVERT_ERROR)
    return cli_usage_error (error, "an option is neither UTF-8 nor in the character set of the locale");
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}

gboolean
cli_options_parse (const CliHelp *help,
                   const GOptionEntry *entries,
                   int argc,
                   char **argv,
                   gboolean *helped,
                   GError **error)
{
  g_autoptr (GOptionContext) context = make_context (help, entries, helped);

  *helped = FALSE;
  if (!parse (context, argc, argv, error))
    return FALSE;
  if (*helped)
    {
      g_autofree char *text = help_text (context, help);
      cli_print ("%s", text);
    }
  return TRUE;
}

void
cli_options_clear (const GOptionEntry *entries)
{
  for (const GOptionEntry *entry = entries; entry->long_name != NULL; entry++)
    {
      if (entry->arg == G_OPTION_ARG_FILENAME || entry->arg == G_OPTION_ARG_STRING)
        g_clear_pointer ((char **) entry->arg_data, g_free);
      else if (entry->arg == G_OPTION_ARG_FILENAME_ARRAY || entry->arg == G_OPTION_ARG_STRING_ARRAY)
        g_clear_pointer ((char ***) entry->arg_data, g_strfreev);
    }
}

CliStatus
cli_run_command (const CliHelp *help,
                 const GOptionEntry *entries,
                 int argc,
                 char **argv,
                 CliWork work,
                 gpointer options)
{
  g_autoptr (GError) error = NULL;
  gboolean helped;
  gboolean ok = cli_options_parse (help, entries, argc, argv, &helped, &error) && (helped || work (options, &error));

  cli_options_clear (entries);
  return ok ? CLI_OK : cli_report (help->command, error);
}

gboolean
cli_options_max_rest (char **rest, guint max, GError **error)
{
  if (rest == NULL || g_strv_length (rest) <= max)
    return TRUE;
  return cli_usage_error (error, "unexpected argument '%s'", rest[max]);
}
