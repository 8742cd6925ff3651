/* test-features.c - `arra features`: feature files of the reference become a cache, and what an image encoder
 * makes of pictures
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "feature_cache.h"
#include "harness.h"
#include "source.h"

#define FOLDER "p10/p1/s1"

/* Two pictures whose features the golden batch has; their contents do not matter. */
static void
make_set (guint last)
{
  g_autoptr (GString) json = g_string_new ("[");
  g_autofree char *folder = scratch_path (FOLDER), *list = scratch_path ("set.json");

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  for (guint i = 0; i <= last; i++)
    {
      g_autofree char *name = g_strdup_printf (FOLDER "/img1300_%u.jpg", i), *path = scratch_path (name);

      g_assert_true (g_file_set_contents (path, "x", 1, NULL));
      g_string_append_printf (json,
                              "%s{\"conversations\": [{\"from\": \"human\", \"value\": \"%u\"}, {\"from\": \"gpt\", "
                              "\"value\": \"<|image|>\"}], \"image\": [\"%s\"]}",
                              i > 0 ? "," : "", i, name);
    }
  g_string_append_c (json, ']');
  g_assert_true (g_file_set_contents (list, json->str, -1, NULL));
}

static Outcome *
gather (const char *layout)
{
  g_autofree char *files = golden_path ("training/features");

  return arra_run ("features", "--data", "set.json", "--files", files, "--layout", layout, "-o", "cache", NULL);
}

/* The golden feature of @from as that of @picture, in the tree @root. */
static void
put_feature (const char *root, const char *picture, const char *from)
{
  g_autofree char *folder = g_build_filename (root, "p10", "visual_features", NULL), *whole = scratch_path (folder);
  g_autofree char *name = g_strconcat (picture, "_visual_feature.pt", NULL),
                  *path = g_build_filename (whole, name, NULL);
  g_autofree char *golden_name = g_strdup_printf ("training/features/p10/visual_features/%s_visual_feature.pt", from);
  g_autofree char *golden = golden_path (golden_name), *bytes = NULL;
  gsize size;

  g_assert_cmpint (g_mkdir_with_parents (whole, 0755), ==, 0);
  g_assert_true (g_file_get_contents (golden, &bytes, &size, NULL));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
}

static void
test_files (void)
{
  g_autofree char *golden = golden_path ("training/hybnext_lam1.safetensors"), *path = NULL,
                  *files = golden_path ("training/features"), *elsewhere = NULL;
  g_autoptr (GFile) link = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = arra_safetensors_open (golden, &error);
  const ArraTensor *expected = arra_source_find (source, "in.features");
  g_autoptr (Outcome) made = NULL, other = NULL, moved = NULL;
  g_autoptr (ArraFeatureCache) cache = NULL;

  harness_begin ();
  elsewhere = scratch_path ("elsewhere");
  link = g_file_new_for_path (elsewhere);
  make_set (1);
  made = gather ("mimic");
  assert_status (made, 0);
  g_assert_cmpstr (made->out, ==, "cache: 2 features of 24 numbers, 2 of them new\n");
  path = scratch_path ("cache");
  cache = arra_feature_cache_open (path, &(ArraFeatureCachePrints) { .encoder = "files" }, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 2; i++)
    {
      float feature[24];

      arra_feature_cache_feature (cache, i, feature);
      g_assert_cmpmem (feature, sizeof feature, (const float *) expected->data + i * 24, sizeof feature);
    }
  /* Where the files lie does not matter, what they hold does. */
  g_assert_true (g_file_make_symbolic_link (link, files, NULL, NULL));
  moved = arra_run ("features", "--data", "set.json", "--files", "elsewhere", "-o", "cache", NULL);
  assert_status (moved, 0);
  assert_says (moved->out, "0 of them new");
  put_feature ("others", "img1300_0", "img1400_0");
  put_feature ("others", "img1300_1", "img1300_1");
  other = arra_run ("features", "--data", "set.json", "--files", "others", "-o", "cache", NULL);
  assert_status (other, 70);
  assert_says (other->err, "cache: was made of another aggregation");
  harness_end ();
}

/* What is missing is named; what was there is kept. */
static void
test_missing (void)
{
  g_autoptr (Outcome) missing = NULL;
  g_autoptr (Outcome) other = NULL;
  g_autoptr (Outcome) unknown = NULL;

  harness_begin ();
  make_set (2);
  missing = gather ("mimic");
  assert_status (missing, 70);
  assert_says (missing->err, "img1300_2_visual_feature.pt");
  g_assert_true (scratch_has ("cache"));
  other = gather ("laion-coco");
  assert_status (other, 70);
  assert_says (other->err, "features/s1/img1300_0_visual_feature.pt");
  unknown = gather ("flat");
  assert_status (unknown, 64);
  assert_says (unknown->err, "--layout: 'flat'");
  harness_end ();
}

/* ---- by an image encoder */

#define N_PICTURES 60
#define RUN "features", "--data", "pictures", "--encoder"

static void
make_some (guint n)
{
  g_autofree char *picture = golden_path ("e2e/train_item.png"), *folder = scratch_path ("pictures");
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_get_contents (picture, &bytes, &size, NULL));
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("pictures/%02u.png", i), *path = scratch_path (name);
      g_autofree char *text = g_strdup_printf ("pictures/%02u.txt", i), *caption = scratch_path (text);

      g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
      g_assert_true (g_file_set_contents (caption, "x-ray", -1, NULL));
    }
}

static void
make_pictures (void)
{
  make_some (N_PICTURES);
}

/* A run that is killed as soon as its file is there. */
static void
kill_run (const char *encoder)
{
  const char *const args[] = { RUN, encoder, "-o", "cache", NULL };
  GSubprocess *process = arra_start (args, -1);
  g_autoptr (Outcome) outcome = NULL;

  for (guint i = 0; i < 2000 && !scratch_has ("cache"); i++)
    g_usleep (1000);
  g_usleep (20000);
  g_subprocess_force_exit (process);
  outcome = arra_finish (process, NULL);
  g_assert_true (scratch_has ("cache"));
}

static void
test_killed (void)
{
  g_autofree char *encoder = golden_path ("vision/clip");
  g_autoptr (Outcome) resumed = NULL;
  g_autoptr (Outcome) fresh = NULL;
  g_autoptr (Outcome) again = NULL;

  harness_begin ();
  make_pictures ();
  kill_run (encoder);
  resumed = arra_run (RUN, encoder, "-o", "cache", NULL);
  assert_status (resumed, 0);
  assert_says (resumed->out, "cache: 60 features of 24 numbers, ");
  g_test_message ("%s", resumed->out);
  fresh = arra_run (RUN, encoder, "-o", "fresh", "--threads", "1", "--quiet", NULL);
  assert_status (fresh, 0);
  g_assert_cmpstr (fresh->out, ==, "");
  g_assert_true (same_bytes ("cache", "fresh"));
  again = arra_run (RUN, encoder, "-o", "cache", NULL);
  assert_status (again, 0);
  assert_says (again->out, ", 0 of them new");
  harness_end ();
}

/* The same weights behind another normalisation are another encoder. */
static void
make_other_encoder (const char *encoder)
{
  static const char *const names[] = { "config.json", "model.safetensors" };
  g_autofree char *folder = scratch_path ("other"), *pixels = scratch_path ("other/preprocessor_config.json");

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *from = g_build_filename (encoder, names[i], NULL),
                      *to = g_build_filename (folder, names[i], NULL);
      g_autofree char *bytes = NULL;
      gsize size;

      g_assert_true (g_file_get_contents (from, &bytes, &size, NULL));
      g_assert_true (g_file_set_contents (to, bytes, (gssize) size, NULL));
    }
  g_assert_true (g_file_set_contents (pixels, "{\"image_mean\": [0.5, 0.5, 0.5]}", -1, NULL));
}

static void
test_other_inputs (void)
{
  g_autofree char *encoder = golden_path ("vision/clip");
  g_autoptr (Outcome) made = NULL;
  g_autoptr (Outcome) other = NULL;
  g_autoptr (Outcome) average = NULL;
  g_autoptr (Outcome) both = NULL;

  harness_begin ();
  make_pictures ();
  make_other_encoder (encoder);
  made = arra_run (RUN, encoder, "-o", "cache", NULL);
  assert_status (made, 0);
  other = arra_run (RUN, "other", "-o", "cache", NULL);
  assert_status (other, 70);
  assert_says (other->err, "cache: was made of another encoder (there ");
  average = arra_run (RUN, encoder, "--aggregate", "average", "-o", "cache", NULL);
  assert_status (average, 70);
  assert_says (average->err, "cache: was made of another aggregation (there cls, here average)");
  both = arra_run (RUN, encoder, "--aggregate", "both", "-o", "both", NULL);
  assert_status (both, 0);
  assert_says (both->out, "both: 60 features of 48 numbers");
  harness_end ();
}

/* Every encoder's own features, and those of its patches where it has them. */
static void
test_encoders (void)
{
  static const struct
  {
    const char *name, *cls, *both;
  } encoders[] = {
    { "vision/biomedclip_hf", "2 features of 20 numbers", "2 features of 40 numbers" },
    { "vision/dinov2", "2 features of 32 numbers", "2 features of 64 numbers" },
    { "vision/medsam", "2 features of 16 numbers", "2 features of 32 numbers" },
  };
  g_autofree char *none = golden_path ("vqgan/small/case.safetensors");
  g_autoptr (Outcome) refused = NULL;

  harness_begin ();
  make_some (2);
  for (gsize i = 0; i < G_N_ELEMENTS (encoders); i++)
    {
      g_autofree char *encoder = golden_path (encoders[i].name), *first = g_strdup_printf ("cls%zu", i);
      g_autofree char *second = g_strdup_printf ("both%zu", i);
      g_autoptr (Outcome) cls = arra_run (RUN, encoder, "-o", first, NULL);
      g_autoptr (Outcome) both = arra_run (RUN, encoder, "--aggregate", "both", "-o", second, NULL);

      assert_status (cls, 0);
      assert_says (cls->out, encoders[i].cls);
      assert_status (both, 0);
      assert_says (both->out, encoders[i].both);
    }
  refused = arra_run (RUN, none, "-o", "none", NULL);
  assert_status (refused, 70);
  assert_says (refused->err, "no image encoder that is known (CLIP, DINOv2, SAM, Inception v3, DenseNet-121)");
  harness_end ();
}

static void
refuse_usage (const char *option, const char *value, const char *says)
{
  g_autofree char *encoder = golden_path ("vision/clip");
  g_autoptr (Outcome) outcome = arra_run (RUN, encoder, "-o", "cache", option, value, NULL);

  assert_status (outcome, 64);
  assert_says (outcome->err, says);
  g_assert_false (scratch_has ("cache"));
}

static void
copy_golden (const char *from, const char *name)
{
  g_autofree char *golden = golden_path (from), *path = g_build_filename ("t5", name, NULL), *to = scratch_path (path),
                  *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (golden, &bytes, &size, NULL));
  g_assert_true (g_file_set_contents (to, bytes, (gssize) size, NULL));
}

static void
make_text_encoder (void)
{
  g_autofree char *folder = scratch_path ("t5");

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  copy_golden ("vision/t5_encoder/config.json", "config.json");
  copy_golden ("vision/t5_encoder/model.safetensors", "model.safetensors");
  copy_golden ("tokenizer/t5_unigram_A_small_charsmap/tokenizer.json", "tokenizer.json");
}

static void
assert_quoted (const char *encoder, const char *kind, const char *name)
{
  g_autoptr (Outcome) text = arra_run ("info", encoder, NULL);
  g_autoptr (Outcome) json = arra_run ("info", encoder, "--threads", "2", "--json", NULL);
  g_autoptr (JsonNode) node = NULL;
  JsonObject *told, *memory;
  gint64 weights;

  assert_status (text, 0);
  assert_says (text->out, "Memory  ");
  assert_says (text->out, " for features of ");
  assert_status (json, 0);
  node = parse_json (json->out);
  told = json_node_get_object (node);
  g_assert_cmpstr (json_object_get_string_member (told, kind), ==, name);
  memory = json_object_get_object_member (told, "memory");
  weights
      = json_object_get_int_member (memory, "weights_mapped") + json_object_get_int_member (memory, "weights_private");
  g_assert_cmpint (weights, >, 0);
  g_assert_cmpint (json_object_get_int_member (memory, "total"), ==,
                   weights + json_object_get_int_member (memory, "work"));
}

/* How much memory features take is told of every encoder. */
static void
test_memory (void)
{
  static const char *const encoders[][2]
      = { { "vision/clip", "CLIP" }, { "vision/dinov2", "DINOv2" }, { "vision/medsam", "SAM" } };

  harness_begin ();
  for (gsize i = 0; i < G_N_ELEMENTS (encoders); i++)
    {
      g_autofree char *path = golden_path (encoders[i][0]);

      assert_quoted (path, "image_encoder", encoders[i][1]);
    }
  make_text_encoder ();
  assert_quoted ("t5", "text_encoder", "T5");
  harness_end ();
}

/* Of captions: as many rows as a text has tokens, then zeros; only what is new is read. */
static void
test_captions (void)
{
  g_autoptr (Outcome) made = NULL, again = NULL, longer = NULL;
  g_autoptr (ArraFeatureCache) cache = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree float *feature = NULL;
  gsize n, seen;

  harness_begin ();
  make_text_encoder ();
  make_set (1);
  made = arra_run ("features", "--data", "set.json", "--text-encoder", "t5", "--rows", "9", "-o", "captions", NULL);
  assert_status (made, 0);
  assert_says (made->out, "captions: 2 features of ");
  path = scratch_path ("captions");
  cache = arra_feature_cache_open (path, &(ArraFeatureCachePrints) { .aggregation = "captions" }, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (arra_feature_cache_rows (cache), ==, 9);
  n = arra_feature_cache_numbers (cache);
  feature = g_new (float, n);
  arra_feature_cache_feature (cache, 1, feature);
  for (seen = n; seen > 0 && feature[seen - 1] == 0;)
    seen--;
  g_assert_cmpuint (seen, >, 0);
  g_assert_cmpuint (seen, <=, n - arra_feature_cache_width (cache));
  make_set (2);
  again = arra_run ("features", "--data", "set.json", "--text-encoder", "t5", "--rows", "9", "-o", "captions", NULL);
  assert_status (again, 0);
  assert_says (again->out, "3 features of ");
  assert_says (again->out, ", 1 of them new");
  longer = arra_run ("features", "--data", "set.json", "--text-encoder", "t5", "-o", "captions", NULL);
  assert_status (longer, 70);
  assert_says (longer->err, "captions: was made of another number of rows");
  harness_end ();
}

/* Of patches, a grid of them. */
static void
test_patches (void)
{
  g_autofree char *encoder = golden_path ("vision/clip"), *path = NULL;
  g_autoptr (Outcome) made = NULL;
  g_autoptr (ArraFeatureCache) cache = NULL;
  g_autoptr (GError) error = NULL;

  harness_begin ();
  make_some (2);
  made = arra_run (RUN, encoder, "--aggregate", "patches", "-o", "patches", NULL);
  assert_status (made, 0);
  path = scratch_path ("patches");
  cache = arra_feature_cache_open (path, &(ArraFeatureCachePrints) { .aggregation = "patches" }, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (arra_feature_cache_rows (cache), >, 1);
  g_assert_cmpuint (arra_feature_cache_columns (cache), ==, arra_feature_cache_rows (cache));
  harness_end ();
}

static void
test_usage (void)
{
  g_autoptr (Outcome) none = NULL;
  g_autoptr (Outcome) missing = NULL;

  harness_begin ();
  refuse_usage ("--aggregate", "maximum", "--aggregate: 'maximum'");
  refuse_usage ("--files", "x", "--encoder, --text-encoder and --files exclude each other");
  refuse_usage ("--layout", "mimic", "--layout is for --files");
  refuse_usage ("--threads", "0", "--threads");
  none = arra_run ("features", "--data", "pictures", "-o", "cache", NULL);
  assert_status (none, 64);
  assert_says (none->err, "--encoder PATH");
  make_pictures ();
  missing = arra_run (RUN, "nothing", "-o", "cache", NULL);
  g_assert_cmpint (missing->status, !=, 0);
  assert_says (missing->err, "nothing: ");
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/features/captions", test_captions);
  g_test_add_func ("/cli/features/memory", test_memory);
  g_test_add_func ("/cli/features/patches", test_patches);
  g_test_add_func ("/cli/features/files", test_files);
  g_test_add_func ("/cli/features/missing", test_missing);
  g_test_add_func ("/cli/features/killed", test_killed);
  g_test_add_func ("/cli/features/other-inputs", test_other_inputs);
  g_test_add_func ("/cli/features/encoders", test_encoders);
  g_test_add_func ("/cli/features/usage", test_usage);
  return g_test_run ();
}
