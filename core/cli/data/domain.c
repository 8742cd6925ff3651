/* domain.c - `arra domain`: pictures with captions and labels, drawn by generators
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "domain.h"

#include <string.h>

#include "commands.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "signals.h"
#include "values.h"

typedef struct
{
  char *count, *first, *seed, *split, *size, *threads, *out, **rest;
  gboolean words, quiet;
} Options;

static const CliHelp help = {
  .command = "domain",
  .arguments = "[NAME]",
  .summary = "Draws pictures of a domain into a folder that models can be trained on: pictures, captions and labels\n"
             "(a Hugging Face imagefolder). Without a name, the domains there are.",
  .examples = "  arra domain\n"
              "  arra domain phantom-cxr --count 20000 --seed 1 --split training -o cxr\n"
              "  arra domain phantom-cxr --count 500 --seed 2 --split held-out -o cxr-held-out\n"
              "  arra domain phantom-cxr-elsewhere --count 20000 --seed 5 -o another-hospital\n"
              "  arra domain textures --words",
  .notes = "The same name, split, seed, size and number give the same picture on one machine, whatever "
           "--threads says. About an\n"
           "eighth of the combinations of labels is held out: --split training never has them. A run that "
           "was stopped goes on when\n"
           "it is started again.",
};

static gboolean
read_split (const char *text, ArraDomainSplit *split, GError **error)
{
  static const char *const names[] = { "all", "training", "held-out" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (text, names[i]) == 0)
      {
        *split = (ArraDomainSplit) i;
        return TRUE;
      }
  return cli_usage_error (error, "--split: '%s' is none of all, training, held-out", text);
}

static gboolean
check (const Options *options, ArraDomainSeries *series, GError **error)
{
  if (options->count == NULL)
    return cli_usage_error (error, "no number of pictures: say it with --count N");
  if (options->seed == NULL)
    return cli_usage_error (error, "no seed: name the series with --seed S");
  if (options->out == NULL)
    return cli_usage_error (error, "no output: name the folder to write with -o DIR");
  return cli_options_max_rest (options->rest, 1, error) && cli_output_check_folder ("-o", options->out, error)
         && cli_value_uint ("--count", options->count, 1, 100000000, &series->count, error)
         && cli_value_uint ("--seed", options->seed, 0, G_MAXUINT64, &series->seed, error)
         && (options->first == NULL || cli_value_uint ("--first", options->first, 0, G_MAXINT64, &series->first, error))
         && (options->size == NULL || cli_value_guint ("--size", options->size, 32, 2048, &series->size, error))
         && (options->threads == NULL
             || cli_value_guint ("--threads", options->threads, 1, 64, &series->threads, error))
         && (options->split == NULL || read_split (options->split, &series->split, error));
}

/* (transfer full): "none, mild, severe". An attribute may use the first values of a longer array. */
static char *
join_values (const ArraDomainAttribute *attribute)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < attribute->n_values; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", attribute->values[i]);
  return g_string_free (text, FALSE);
}

static void
list_domains (void)
{
  const ArraDomain *const *domains = arra_domain_list ();

  for (gsize i = 0; domains[i] != NULL; i++)
    {
      cli_print ("%s: %s\n", domains[i]->name, domains[i]->summary);
      for (guint a = 0; a < domains[i]->n_attributes; a++)
        {
          g_autofree char *values = join_values (&domains[i]->attributes[a]);
          cli_print ("  %s: %s\n", domains[i]->attributes[a].name, values);
        }
    }
}

static gboolean
print_words (const Options *options, GError **error)
{
  g_autoptr (GError) unknown = NULL;
  const ArraDomain *domain = arra_domain_find (options->rest[0], &unknown);
  g_auto (GStrv) words = domain == NULL ? NULL : arra_domain_words (domain);

  if (domain == NULL)
    return cli_usage_error (error, "%s", unknown->message);
  for (char **word = words; *word != NULL; word++)
    cli_print ("%s\n", *word);
  return TRUE;
}

static gboolean
run (gpointer data, GError **error)
{
  const Options *options = data;
  g_autoptr (CliProgress) progress = NULL;
  g_autoptr (GError) unknown = NULL;
  ArraDomainSeries series = { 0 };
  const ArraDomain *domain;
  CliItems items = { .start = g_get_monotonic_time () };

  if (options->rest == NULL)
    {
      list_domains ();
      return TRUE;
    }
  if (options->words)
    return cli_options_max_rest (options->rest, 1, error) && print_words (options, error);
  if (!check (options, &series, error))
    return FALSE;
  domain = arra_domain_find (options->rest[0], &unknown);
  if (domain == NULL)
    return cli_usage_error (error, "%s", unknown->message);
  items.progress = progress = cli_progress_new (!options->quiet, 1, "Drawing");
  if (!arra_domain_write (domain, &series, options->out, cli_items_update, &items, cli_signals_stage (0), error))
    return FALSE;
  cli_progress_clear (progress);
  if (!options->quiet)
    {
      g_autofree char *time = cli_format_seconds ((double) (g_get_monotonic_time () - items.start) * 1e-6);
      cli_print ("%s: %" G_GUINT64_FORMAT " pictures, written in %s\n", options->out, series.count, time);
    }
  return TRUE;
}

CliStatus
cli_domain (int argc, char **argv)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "count", 'n', 0, G_OPTION_ARG_STRING, &options.count, "Number of pictures", "N" },
    { "first", 0, 0, G_OPTION_ARG_STRING, &options.first, "Number of the first one (default: 0)", "I" },
    { "seed", 0, 0, G_OPTION_ARG_STRING, &options.seed, "Which series", "S" },
    { "split", 0, 0, G_OPTION_ARG_STRING, &options.split, "Combinations of labels: all (default), training, held-out",
      "SPLIT" },
    { "size", 's', 0, G_OPTION_ARG_STRING, &options.size, "Pixels a side, a multiple of 32 (default: 256)", "PIXELS" },
    { "words", 0, 0, G_OPTION_ARG_NONE, &options.words, "Draw nothing: print the words that captions can have", NULL },
    { "threads", 0, 0, G_OPTION_ARG_STRING, &options.threads, "Threads (default: all processors)", "N" },
    { "out", 'o', 0, G_OPTION_ARG_FILENAME, &options.out, "Folder to write", "DIR" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Print nothing but errors", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.rest, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  return cli_run_command (&help, entries, argc, argv, run, &options);
}
