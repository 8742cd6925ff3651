/* features.c - `arra features`: features of a data set's pictures, once for all trainings
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "commands.h"
#include "dataset_features.h"
#include "fail.h"
#include "mem.h"
#include "open.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "signals.h"
#include "values.h"

typedef struct
{
  char *data, *encoder, *aggregate, *files, *layout, *threads, *out;
  gboolean quiet, skip_bad;
} Options;

/* Where features come from: files when there is no encoder. */
typedef struct
{
  ArraDataset *dataset;
  ArraPool *pool;
  ArraFeatureEncoder encoder;
  ArraFeatureTree tree;
  guint width;
} Inputs;

static const CliHelp help = {
  .command = "features",
  .summary = "Computes the features of a data set's pictures by an image encoder, or gathers those of "
             "feature files, and keeps them\n"
             "in one file, which training aligns with. It may be stopped at any time: given again, the "
             "command goes on where it was.",
  .examples = "  arra features --data cxr --encoder teacher/model -o cxr.features\n"
              "  arra features --data cxr --encoder clip-vit-large-patch14 --aggregate both -o cxr.features\n"
              "  arra features --data mimic.json --files visual_features --layout mimic -o mimic.features",
  .notes
  = "--encoder names an image encoder as it was downloaded: CLIP or BiomedCLIP (Hugging Face's or "
    "open_clip's form, or what\n"
    "`arra train` makes of \"kind: clip\"), DINOv2 (S, B, L), SAM or MedSAM, pytorch-fid's Inception, "
    "torchxrayvision's DenseNet-121.\n"
    "Its own feature of a picture is the (projected) class token, the mean over SAM's map, or the last "
    "pooling. What\n"
    "is finished is kept by the contents of each picture; a file of other pictures altogether, or of another encoder or\n"
    "aggregation, is not written to.\n"
    "--files names the root of the reference's feature files, NAME_visual_feature.pt: in "
    "ROOT/A/visual_features for a\n"
    "picture A/B/C/NAME.jpg with --layout mimic, in ROOT/A for a picture A/NAME.jpg with --layout "
    "laion-coco.",
};

static void
inputs_clear (Inputs *inputs)
{
  arra_vision_encoder_free (inputs->encoder.vision);
  arra_pool_free (inputs->pool);
  arra_dataset_free (inputs->dataset);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Inputs, inputs_clear)

/* ---- options */

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
read_aggregation (const char *text, ArraVisionAggregation *aggregation, GError **error)
{
  *aggregation = ARRA_VISION_CLS;
  for (guint i = 0; text != NULL; i++)
    if (arra_feature_aggregations[i] == NULL)
      return cli_usage_error (error, "--aggregate: '%s' is neither cls nor average nor both", text);
    else if (strcmp (text, arra_feature_aggregations[i]) == 0)
      {
        *aggregation = (ArraVisionAggregation) i;
        return TRUE;
      }
  return TRUE;
}

static gboolean
check_source (const Options *options, GError **error)
{
  if ((options->encoder == NULL) == (options->files == NULL))
    return cli_usage_error (error, options->files == NULL
                                       ? "no features: name an image encoder with --encoder PATH, or the root "
                                         "of feature files with --files DIR"
                                       : "--encoder and --files exclude each other");
  if (options->encoder != NULL && options->layout != NULL)
    return cli_usage_error (error, "--layout is for --files");
  if (options->files != NULL && (options->aggregate != NULL || options->threads != NULL))
    return cli_usage_error (error, "--aggregate and --threads are for --encoder");
  return TRUE;
}

static gboolean
check (const Options *options, Inputs *inputs, guint *threads, GError **error)
{
  if (options->data == NULL)
    return cli_usage_error (error, "no data set: name one with --data PATH");
  if (!check_source (options, error))
    return FALSE;
  if (options->out == NULL)
    return cli_usage_error (error, "no output: name the file to write with -o FILE");
  inputs->tree.root = options->files;
  return (options->threads == NULL || cli_value_guint ("--threads", options->threads, 1, 64, threads, error))
         && read_layout (options->layout, &inputs->tree.layout, error)
         && read_aggregation (options->aggregate, &inputs->encoder.aggregation, error)
         && cli_output_check_file ("-o", options->out, error);
}

/* ---- work */

static gboolean
open_encoder (Inputs *inputs, const char *path, guint threads, GError **error)
{
  ArraFeatureEncoder *encoder = &inputs->encoder;
  ArraExec exec = { .kernels = arra_kernels_default (error) };

  if (exec.kernels == NULL || (inputs->pool = arra_pool_new (threads, error)) == NULL)
    return FALSE;
  encoder->pool = exec.pool = inputs->pool;
  encoder->vision = arra_vision_encoder_open (path, &exec, error);
  if (encoder->vision == NULL)
    return FALSE;
  inputs->width = arra_vision_encoder_width (encoder->vision, encoder->aggregation);
  if (inputs->width == 0)
    return cli_usage_error (error, "--aggregate: %s has no features of patches, only of whole pictures",
                            arra_vision_encoder_name (encoder->vision));
  if (inputs->width > ARRA_FEATURE_MAX_WIDTH)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: features of %u numbers are too wide (at most %u)", path,
                      inputs->width, ARRA_FEATURE_MAX_WIDTH);
  return TRUE;
}

static gboolean
open_inputs (const Options *options, guint threads, Inputs *inputs, GError **error)
{
  inputs->dataset = cli_open_dataset (options->data, options->quiet, error);
  if (inputs->dataset == NULL)
    return FALSE;
  return options->encoder != NULL ? open_encoder (inputs, options->encoder, threads, error)
                                  : arra_feature_tree_width (&inputs->tree, inputs->dataset, &inputs->width, error);
}

static ArraFeatureCacheWriter *
open_writer (const Inputs *inputs, const char *path, GError **error)
{
  const ArraFeatureEncoder *encoder = &inputs->encoder;
  g_automem guint8 *keys = arra_dataset_keys (inputs->dataset, cli_signals_stage (0), error);
  g_autofree char *dataset = keys != NULL ? arra_dataset_fingerprint (inputs->dataset, keys) : NULL;
  g_autofree char *hash = encoder->vision != NULL ? arra_vision_encoder_sha256 (encoder->vision) : g_strdup ("files");
  g_autofree char *aggregation = dataset == NULL ? NULL
                                 : encoder->vision != NULL
                                     ? g_strdup (arra_feature_aggregations[encoder->aggregation])
                                     : arra_feature_tree_print (&inputs->tree, inputs->dataset, inputs->width, error);
  const ArraFeatureCacheForm form = { .prints = { .dataset = dataset, .encoder = hash, .aggregation = aggregation },
                                      .n_items = arra_dataset_size (inputs->dataset),
                                      .width = inputs->width,
                                      .keys = keys };

  return aggregation != NULL ? arra_feature_cache_writer_open (path, &form, error) : NULL;
}

static gboolean
gather (const Inputs *inputs, ArraFeatureCacheWriter *writer, ArraBadItems *bad, CliItems *items, GError **error)
{
  GCancellable *cancellable = cli_signals_stage (0);

  if (inputs->encoder.vision == NULL)
    return arra_feature_tree_gather (&inputs->tree, inputs->dataset, inputs->width, writer, bad, cli_items_update,
                                     items, cancellable, error);
  return arra_feature_encoder_gather (&inputs->encoder, inputs->dataset, writer, bad, cli_items_update, items,
                                      cancellable, error);
}

/* The file again, without the pictures that cannot be used: all others are in it. */
static gboolean
leave_out (Inputs *inputs, const ArraBadItems *bad, const char *path, GError **error)
{
  g_autoptr (ArraFeatureCacheWriter) writer = NULL;

  return cli_drop_bad_items ("features", inputs->dataset, bad, error)
         && (writer = open_writer (inputs, path, error)) != NULL
         && cli_check_unchanged (path, arra_feature_cache_writer_left (writer), error)
         && arra_feature_cache_writer_finish (writer, error);
}

static gboolean
run (gpointer data, GError **error)
{
  const Options *options = data;
  g_auto (Inputs) inputs = { 0 };
  g_autoptr (ArraFeatureCacheWriter) writer = NULL;
  g_autoptr (ArraBadItems) bad = cli_bad_items_new (options->skip_bad);
  g_autoptr (CliProgress) progress = NULL;
  CliItems items = { .start = g_get_monotonic_time () };
  guint threads = 0, n, n_new;

  if (!check (options, &inputs, &threads, error) || !open_inputs (options, threads, &inputs, error)
      || (writer = open_writer (&inputs, options->out, error)) == NULL)
    return FALSE;
  n = arra_dataset_size (inputs.dataset);
  n_new = arra_feature_cache_writer_left (writer);
  items.first = n - n_new;
  items.progress = progress
      = cli_progress_new (!options->quiet, 1, options->encoder != NULL ? "Encoding" : "Gathering");
  if ((options->skip_bad && !arra_dataset_check_captions (inputs.dataset, bad, error))
      || !gather (&inputs, writer, bad, &items, error))
    return FALSE;
  cli_progress_clear (progress);
  g_clear_pointer (&writer, arra_feature_cache_writer_free);
  if (arra_bad_items_count (bad) > 0 && !leave_out (&inputs, bad, options->out, error))
    return FALSE;
  n = arra_dataset_size (inputs.dataset);
  n_new -= MIN (n_new, arra_bad_items_count (bad));
  if (!options->quiet)
    cli_print ("%s: %u features of %u numbers, %u of them new\n", options->out, n, inputs.width, n_new);
  return TRUE;
}

CliStatus
cli_features (int argc, char **argv)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "data", 'd', 0, G_OPTION_ARG_FILENAME, &options.data, "Data set: a folder, metadata.jsonl or a JSON file",
      "PATH" },
    { "encoder", 'e', 0, G_OPTION_ARG_FILENAME, &options.encoder, "Image encoder: its folder, or its file of weights",
      "PATH" },
    { "aggregate", 0, 0, G_OPTION_ARG_STRING, &options.aggregate,
      "Its feature: cls (default: its own of the whole picture), average (of patches) or both", "WHICH" },
    { "files", 0, 0, G_OPTION_ARG_FILENAME, &options.files, "Root of feature files, one for each picture", "DIR" },
    { "layout", 0, 0, G_OPTION_ARG_STRING, &options.layout, "Where they lie: mimic (default) or laion-coco", "LAYOUT" },
    { "out", 'o', 0, G_OPTION_ARG_FILENAME, &options.out, "File to write, or to go on with", "FILE" },
    { "skip-bad", 0, 0, G_OPTION_ARG_NONE, &options.skip_bad,
      "Leave out what cannot be used, and say at the end what it was", NULL },
    { "threads", 0, 0, G_OPTION_ARG_STRING, &options.threads, "Threads (default: all processors)", "N" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Print nothing but errors", NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  return cli_run_command (&help, entries, argc, argv, run, &options);
}
