/* features.c - `arra features`: features of a data set's pictures, once for all trainings
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "caption_features.h"
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
  char *data, *encoder, *aggregate, *files, *layout, *text_encoder, *rows, *threads, *out;
  gboolean quiet, skip_bad;
} Options;

#define ROWS 120 /* tokens of a text that LlamaGen reads */

/* Where features come from: files when there is no encoder. */
typedef struct
{
  ArraDataset *dataset;
  ArraPool *pool;
  ArraFeatureEncoder encoder;
  ArraFeatureTree tree;
  ArraTextEncoder *text; /* (nullable) */
  guint width, rows, columns;
} Inputs;

static const CliHelp help = {
  .command = "features",
  .summary = "Computes the features of a data set's pictures by an image encoder, or gathers those of "
             "feature files, and keeps them\n"
             "in one file, which training aligns with. It may be stopped at any time: given again, the "
             "command goes on where it was.",
  .examples = "  arra features --data cxr --encoder teacher/model -o cxr.features\n"
              "  arra features --data cxr --encoder clip-vit-large-patch14 --aggregate both -o cxr.features\n"
              "  arra features --data cxr --encoder dinov2-base --aggregate patches -o cxr.patches\n"
              "  arra features --data cxr --text-encoder flan-t5-xl -o cxr.captions\n"
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
    "--aggregate patches keeps the feature of each patch, which a training aligns with patch by patch.\n"
    "--text-encoder names what turns captions into features, for models that read them in place of text: flan-t5-xl for\n"
    "LlamaGen. They are those of the first --rows tokens.\n"
    "--files names the root of the reference's feature files, NAME_visual_feature.pt: in "
    "ROOT/A/visual_features for a\n"
    "picture A/B/C/NAME.jpg with --layout mimic, in ROOT/A for a picture A/NAME.jpg with --layout "
    "laion-coco.",
};

static void
inputs_clear (Inputs *inputs)
{
  arra_vision_encoder_free (inputs->encoder.vision);
  arra_text_encoder_free (inputs->text);
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
      return cli_usage_error (error, "--aggregate: '%s' is none of cls, average, both, patches", text);
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
  const guint n = (options->encoder != NULL) + (options->files != NULL) + (options->text_encoder != NULL);

  if (n == 0)
    return cli_usage_error (error, "no features: name an image encoder with --encoder PATH, a text encoder with "
                                   "--text-encoder DIR, or the root of feature files with --files DIR");
  if (n > 1)
    return cli_usage_error (error, "--encoder, --text-encoder and --files exclude each other");
  if (options->files == NULL && options->layout != NULL)
    return cli_usage_error (error, "--layout is for --files");
  if (options->encoder == NULL && options->aggregate != NULL)
    return cli_usage_error (error, "--aggregate is for --encoder");
  if (options->text_encoder == NULL && options->rows != NULL)
    return cli_usage_error (error, "--rows is for --text-encoder");
  if (options->files != NULL && options->threads != NULL)
    return cli_usage_error (error, "--threads is for encoders");
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
         && (options->rows == NULL
             || cli_value_guint ("--rows", options->rows, 1, ARRA_FEATURE_MAX_SIDE, &inputs->rows, error))
         && read_layout (options->layout, &inputs->tree.layout, error)
         && read_aggregation (options->aggregate, &inputs->encoder.aggregation, error)
         && cli_output_check_file ("-o", options->out, error);
}

/* ---- work */

static gboolean
check_room (const Inputs *inputs, const char *path, GError **error)
{
  const guint64 numbers = (guint64) inputs->width * MAX (inputs->rows, 1) * MAX (inputs->columns, 1);

  if (inputs->width > ARRA_FEATURE_MAX_WIDTH || numbers > ARRA_FEATURE_MAX_NUMBERS)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: features of %u numbers are too wide (at most %u)", path,
                      inputs->width, ARRA_FEATURE_MAX_WIDTH);
  return TRUE;
}

static gboolean
open_encoder (Inputs *inputs, const char *path, const ArraExec *exec, GError **error)
{
  ArraFeatureEncoder *encoder = &inputs->encoder;
  const ArraVisionShape *shape;

  encoder->pool = exec->pool;
  encoder->vision = arra_vision_encoder_open (path, exec, error);
  if (encoder->vision == NULL)
    return FALSE;
  shape = arra_vision_encoder_shape (encoder->vision);
  if (encoder->aggregation == ARRA_VISION_PATCHES)
    {
      inputs->rows = shape->rows;
      inputs->columns = shape->columns;
    }
  inputs->width = arra_vision_encoder_width (encoder->vision, encoder->aggregation);
  if (inputs->width == 0)
    return cli_usage_error (error, "--aggregate: %s has no features of patches, only of whole pictures",
                            arra_vision_encoder_name (encoder->vision));
  return check_room (inputs, path, error);
}

static gboolean
open_text_encoder (Inputs *inputs, const char *path, GError **error)
{
  inputs->text = arra_text_encoder_open (path, error);
  if (inputs->text == NULL)
    return FALSE;
  inputs->width = inputs->text->width;
  inputs->columns = 1;
  if (inputs->rows == 0)
    inputs->rows = ROWS;
  return check_room (inputs, path, error);
}

static gboolean
open_inputs (const Options *options, guint threads, Inputs *inputs, ArraExec *exec, GError **error)
{
  inputs->dataset = cli_open_dataset (options->data, options->quiet, error);
  if (inputs->dataset == NULL)
    return FALSE;
  if (options->files != NULL)
    return arra_feature_tree_width (&inputs->tree, inputs->dataset, &inputs->width, error);
  exec->kernels = arra_kernels_default (error);
  if (exec->kernels == NULL || (inputs->pool = arra_pool_new (threads, error)) == NULL)
    return FALSE;
  exec->pool = inputs->pool;
  return options->encoder != NULL ? open_encoder (inputs, options->encoder, exec, error)
                                  : open_text_encoder (inputs, options->text_encoder, error);
}

/* Of the captions alone: pictures do not matter. */
static guint8 *
caption_keys (const ArraDataset *dataset, char **print, GError **error)
{
  const guint n = arra_dataset_size (dataset);
  g_autoptr (ArraCaptionHash) hash = arra_caption_hash_new ();
  guint8 *keys = arra_mem_new (n, ARRA_CACHE_KEY, "the captions", error);

  for (guint i = 0; keys != NULL && i < n; i++)
    {
      const char *caption = arra_dataset_caption (dataset, i);

      arra_caption_hash_add (hash, caption, strlen (caption), keys + (gsize) i * ARRA_CACHE_KEY);
    }
  *print = keys != NULL ? arra_caption_hash_end (hash) : NULL;
  return keys;
}

static guint8 *
picture_keys (const ArraDataset *dataset, char **print, GError **error)
{
  guint8 *keys = arra_dataset_keys (dataset, cli_signals_stage (0), error);

  *print = keys != NULL ? arra_dataset_fingerprint (dataset, keys) : NULL;
  return keys;
}

/* (transfer full) */
static char *
encoder_print (const Inputs *inputs, GError **error)
{
  if (inputs->text != NULL)
    return arra_text_encoder_sha256 (inputs->text, error);
  return inputs->encoder.vision != NULL ? arra_vision_encoder_sha256 (inputs->encoder.vision) : g_strdup ("files");
}

static char *
aggregation_print (const Inputs *inputs, GError **error)
{
  if (inputs->text != NULL)
    return g_strdup (ARRA_CAPTION_FEATURES);
  return inputs->encoder.vision != NULL
             ? g_strdup (arra_feature_aggregations[inputs->encoder.aggregation])
             : arra_feature_tree_print (&inputs->tree, inputs->dataset, inputs->width, error);
}

static ArraFeatureCacheWriter *
open_writer (const Inputs *inputs, const char *path, GError **error)
{
  g_autofree char *dataset = NULL, *hash = encoder_print (inputs, error);
  g_automem guint8 *keys = hash == NULL           ? NULL
                           : inputs->text != NULL ? caption_keys (inputs->dataset, &dataset, error)
                                                  : picture_keys (inputs->dataset, &dataset, error);
  g_autofree char *aggregation = dataset != NULL ? aggregation_print (inputs, error) : NULL;
  const ArraFeatureCacheForm form = { .prints = { .dataset = dataset, .encoder = hash, .aggregation = aggregation },
                                      .n_items = arra_dataset_size (inputs->dataset),
                                      .width = inputs->width,
                                      .keys = keys,
                                      .rows = inputs->rows,
                                      .columns = inputs->columns };

  return aggregation != NULL ? arra_feature_cache_writer_open (path, &form, error) : NULL;
}

static gboolean
gather (const Inputs *inputs,
        const ArraExec *exec,
        ArraFeatureCacheWriter *writer,
        ArraBadItems *bad,
        CliItems *items,
        GError **error)
{
  GCancellable *cancellable = cli_signals_stage (0);

  if (inputs->text != NULL)
    return arra_caption_features_gather (inputs->text, exec, inputs->dataset, inputs->rows, writer, cli_items_update,
                                         items, cancellable, error);
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
  ArraExec exec = { 0 };
  guint threads = 0, n, n_new;

  if (!check (options, &inputs, &threads, error) || !open_inputs (options, threads, &inputs, &exec, error)
      || (writer = open_writer (&inputs, options->out, error)) == NULL)
    return FALSE;
  n = arra_dataset_size (inputs.dataset);
  n_new = arra_feature_cache_writer_left (writer);
  items.first = n - n_new;
  items.progress = progress = cli_progress_new (!options->quiet, 1, options->files == NULL ? "Encoding" : "Gathering");
  if (((options->skip_bad || inputs.text != NULL) && !arra_dataset_check_captions (inputs.dataset, bad, error))
      || !gather (&inputs, &exec, writer, bad, &items, error))
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
      "Its feature: cls (default: its own of the whole picture), average (of patches), both, or patches", "WHICH" },
    { "text-encoder", 0, 0, G_OPTION_ARG_FILENAME, &options.text_encoder,
      "Text encoder, for features of captions: its folder", "DIR" },
    { "rows", 0, 0, G_OPTION_ARG_STRING, &options.rows, "Tokens of a caption that are kept (default: 120)", "N" },
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
