/* features.c - `arra features`: features of a data set's pictures, once for all trainings
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "commands.h"
#include "dataset_features.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "signals.h"
#include "values.h"

typedef struct
{
  char *data, *files, *layout, *out;
  gboolean quiet;
} Options;

static const CliHelp help = {
  .command = "features",
  .summary = "Gathers the features of a data set's pictures, which training aligns with, in one file. It may be stopped at any\n"
             "time: given again, the command goes on where it was.",
  .examples = "  arra features --data mimic.json --files visual_features --layout mimic -o mimic.features\n"
              "  arra features --data laion.json --files visual_features --layout laion-coco -o laion.features",
  .notes = "--files names the root of the reference's feature files, NAME_visual_feature.pt: in ROOT/A/visual_features for a\n"
           "picture A/B/C/NAME.jpg with --layout mimic, in ROOT/A for a picture A/NAME.jpg with --layout laion-coco.",
};

static gboolean
read_layout (const char *text, ArraFeatureLayout *layout, GError **error)
{
  if (text == NULL || strcmp (text, "mimic") == 0)
    *layout = ARRA_FEATURES_MIMIC;
  else if (strcmp (text, "laion-coco") == 0)
    *layout = ARRA_FEATURES_LAION_COCO;
  else
    return cli_usage_error (error, "--layout: '%s' is neither mimic nor laion-coco", text);
  return TRUE;
}

static gboolean
check (const Options *options, ArraFeatureTree *tree, GError **error)
{
  if (options->data == NULL)
    return cli_usage_error (error, "no data set: name one with --data PATH");
  if (options->files == NULL)
    return cli_usage_error (error, "no features: name the root of their files with --files DIR");
  if (options->out == NULL)
    return cli_usage_error (error, "no output: name the file to write with -o FILE");
  tree->root = options->files;
  return read_layout (options->layout, &tree->layout, error) && cli_output_check ("-o", options->out, error);
}

static ArraFeatureCacheWriter *
open_writer (const ArraDataset *dataset, guint width, const char *path, GError **error)
{
  g_autofree char *fingerprint = arra_dataset_fingerprint (dataset, error);
  const ArraFeatureCacheForm form = { .prints = { .dataset = fingerprint, .encoder = "files", .aggregation = "files" },
                                      .n_items = arra_dataset_size (dataset),
                                      .width = width };

  return fingerprint != NULL ? arra_feature_cache_writer_open (path, &form, error) : NULL;
}

static gboolean
run (const Options *options, GError **error)
{
  ArraFeatureTree tree = { 0 };
  g_autoptr (ArraDataset) dataset = NULL;
  g_autoptr (ArraFeatureCacheWriter) writer = NULL;
  g_autoptr (CliProgress) progress = NULL;
  CliItems items = { .start = g_get_monotonic_time () };
  guint width, n_new;

  if (!check (options, &tree, error) || (dataset = arra_dataset_open (options->data, error)) == NULL
      || !arra_feature_tree_width (&tree, dataset, &width, error)
      || (writer = open_writer (dataset, width, options->out, error)) == NULL)
    return FALSE;
  n_new = arra_feature_cache_writer_left (writer);
  items.first = arra_dataset_size (dataset) - n_new;
  items.progress = progress = cli_progress_new (!options->quiet, 1, "Gathering");
  if (!arra_feature_tree_gather (&tree, dataset, width, writer, cli_items_update, &items, cli_signals_stage (0), error))
    return FALSE;
  cli_progress_clear (progress);
  if (!options->quiet)
    cli_print ("%s: %u features of %u numbers, %u of them new\n", options->out, arra_dataset_size (dataset), width, n_new);
  return TRUE;
}

CliStatus
cli_features (int argc, char **argv)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "data", 'd', 0, G_OPTION_ARG_FILENAME, &options.data, "Data set: a folder, metadata.jsonl or a JSON file", "PATH" },
    { "files", 0, 0, G_OPTION_ARG_FILENAME, &options.files, "Root of feature files, one for each picture", "DIR" },
    { "layout", 0, 0, G_OPTION_ARG_STRING, &options.layout, "Where they lie: mimic (default) or laion-coco", "LAYOUT" },
    { "out", 'o', 0, G_OPTION_ARG_FILENAME, &options.out, "File to write, or to go on with", "FILE" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Print nothing but errors", NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GError) error = NULL;
  gboolean helped;
  gboolean ok = cli_options_parse (&help, entries, argc, argv, &helped, &error) && (helped || run (&options, &error));

  cli_options_clear (entries);
  return ok ? CLI_OK : cli_report ("features", error);
}
