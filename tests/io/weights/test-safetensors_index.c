/* test-safetensors_index.c - directories with one file or with shards
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "source.h"

#include <glib/gstdio.h>
#include <string.h>

#include "mem.h"
#include "scratch.h"

#define INDEX "model.safetensors.index.json"

static const float numbers[4] = { 1, 2, 3, 4 };

static ArraNamedTensor
named (const char *name, gint64 count)
{
  return (ArraNamedTensor) {
    name, { .dtype = ARRA_F32, .n_dims = 1, .shape = { count }, .data = numbers, .n_bytes = 4 * (gsize) count }
  };
}

/* "1.safetensors" with a and b, "2.safetensors" with b (longer) and c. */
static char *
make_shards (const char *name)
{
  const ArraNamedTensor first[] = { named ("a", 1), named ("b", 2) }, second[] = { named ("b", 3), named ("c", 4) };
  char *folder = scratch_path (name);
  g_autofree char *one = g_build_filename (folder, "1.safetensors", NULL);
  g_autofree char *two = g_build_filename (folder, "2.safetensors", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (arra_safetensors_write (one, first, 2, NULL));
  g_assert_true (arra_safetensors_write (two, second, 2, NULL));
  return folder;
}

static ArraSource *
open_with_index (const char *folder, const char *text, GError **error)
{
  g_autofree char *index = g_build_filename (folder, INDEX, NULL);

  scratch_write (index, text, strlen (text));
  return arra_safetensors_open_directory (folder, error);
}

/* Of two tensors of one name, the one that the index names counts. */
static void
test_accepts (void)
{
  g_autofree char *folder = make_shards ("y_shards");
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = open_with_index (
      folder,
      "{\"metadata\":{\"total_size\":32},\"weight_map\":{\"a\":\"1.safetensors\",\"c\":\"2.safetensors\","
      "\"b\":\"2.safetensors\"}}",
      &error);

  g_assert_no_error (error);
  g_assert_cmpuint (arra_source_count (source), ==, 3);
  g_assert_cmpint (arra_source_find (source, "a")->shape[0], ==, 1);
  g_assert_cmpint (arra_source_find (source, "b")->shape[0], ==, 3);
  g_assert_cmpint (arra_source_find (source, "c")->shape[0], ==, 4);
  g_assert_true (g_str_has_suffix (arra_source_file_of (source, "b"), "2.safetensors"));
}

static const struct
{
  const char *text;
  const char *file; /* that the message names */
  const char *word;
} n_indexes[] = {
  { "", INDEX, "ends too early" },
  { "{\"weight_map\":{\"a\":\"1.safetensors\"", INDEX, "unbalanced" },
  { "{}", INDEX, "weight_map" },
  { "{\"weight_map\":[]}", INDEX, "wrong type" },
  { "{\"weight_map\":{\"a\":1}}", INDEX, "not a string" },
  { "{\"weight_map\":{\"a\":null}}", INDEX, "not a string" },
  { "{\"weight_map\":{\"a\":\"\"}}", INDEX, "not a plain name" },
  { "{\"weight_map\":{\"a\":\".\"}}", INDEX, "not a plain name" },
  { "{\"weight_map\":{\"a\":\"..\"}}", INDEX, "not a plain name" },
  { "{\"weight_map\":{\"a\":\"../1.safetensors\"}}", INDEX, "not a plain name" },
  { "{\"weight_map\":{\"a\":\"/etc/passwd\"}}", INDEX, "not a plain name" },
  { "{\"weight_map\":{\"a\":\"sub/1.safetensors\"}}", INDEX, "not a plain name" },
  { "{\"weight_map\":{\"a\":\"1.safetensors\",\"a\":\"2.safetensors\"}}", INDEX, "twice" },
  { "{\"weight_map\":{\"a\":\"3.safetensors\",\"b\":\"4.safetensors\"}}", INDEX, "0 of 2 files" },
  { "{\"weight_map\":{\"a\":\"" INDEX "\"}}", INDEX, "invalid header length" },
};

static void
test_refuses (void)
{
  g_autofree char *folder = make_shards ("n_shards");

  for (guint i = 0; i < G_N_ELEMENTS (n_indexes); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (open_with_index (folder, n_indexes[i].text, &error));
      g_assert_nonnull (strstr (error->message, folder));
      scratch_assert_fault (&error, n_indexes[i].file, n_indexes[i].word);
    }
}

/* What an index names in vain matters when it is asked for. */
static void
test_absent (void)
{
  g_autofree char *folder = make_shards ("y_absent");
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source
      = open_with_index (folder,
                         "{\"weight_map\":{\"a\":\"1.safetensors\",\"c\":\"1.safetensors\",\"d\":\"3.safetensors\","
                         "\"e\":\"3.safetensors\",\"b\":\"2.safetensors\"}}",
                         &error);

  g_assert_no_error (error);
  g_assert_cmpuint (arra_source_count (source), ==, 2);
  g_assert_nonnull (arra_source_find (source, "a"));
  g_assert_false (arra_source_is_absent (source, "a", &error));
  g_assert_false (arra_source_is_absent (source, "z", &error));
  g_assert_true (arra_source_is_absent (source, "c", &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
  scratch_assert_fault (&error, INDEX, "\"c\" is not in 1.safetensors");
  for (const char *name = "d"; *name <= 'e'; name = *name == 'd' ? "e" : "f")
    {
      g_assert_null (arra_source_find (source, name));
      g_assert_true (arra_source_is_absent (source, name, &error));
      scratch_assert_fault (&error, INDEX, "is in 3.safetensors, which is missing: 2 of 3 files are there");
    }
}

/* As transformers does it, whatever the index says. */
static void
test_single_before_index (void)
{
  static const char *const indexes[]
      = { "{\"weight_map\":{\"a\":\"gone.safetensors\"}}", "{\"weight_map\":{\"a\":\"2.safetensors\"}}", "broken" };
  const ArraNamedTensor tensors[] = { named ("single", 1) };
  g_autofree char *folder = make_shards ("y_stale");
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);

  g_assert_true (arra_safetensors_write (path, tensors, 1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (indexes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraSource) source = open_with_index (folder, indexes[i], &error);

      g_assert_no_error (error);
      g_assert_cmpuint (arra_source_count (source), ==, 1);
      g_assert_nonnull (arra_source_find (source, "single"));
      g_assert_nonnull (strstr (arra_source_note (source), INDEX));
    }
}

static void
test_single (void)
{
  const ArraNamedTensor tensors[] = { named ("a", 1) };
  g_autofree char *folder = scratch_path ("y_single");
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = NULL;

  g_assert_null (arra_safetensors_open_directory (folder, &error));
  scratch_assert_fault (&error, folder, "missing");
  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_null (arra_safetensors_open_directory (folder, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
  scratch_assert_fault (&error, folder, "holds neither");
  g_assert_true (arra_safetensors_write (path, tensors, 1, NULL));
  source = arra_safetensors_open_directory (folder, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (arra_source_count (source), ==, 1);
  g_assert_null (arra_source_note (source));
}

static gpointer
open_folder (const char *path, GError **error)
{
  return arra_safetensors_open_directory (path, error);
}

static void
free_source (gpointer source)
{
  arra_source_unref (source);
}

static void
test_allocations (void)
{
  g_autofree char *folder = make_shards ("y_shards");
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = open_with_index (
      folder, "{\"weight_map\":{\"a\":\"1.safetensors\",\"c\":\"2.safetensors\",\"d\":\"3.safetensors\"}}", &error);

  g_assert_no_error (error);
  g_assert_nonnull (source);
  scratch_check_allocations (open_folder, free_source, folder);
}

static void
test_golden (void)
{
  g_autofree char *folder = scratch_golden ("chameleon/b_gqa_swin");
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = arra_safetensors_open_directory (folder, &error);
  guint64 total = 0;

  g_assert_no_error (error);
  for (gsize i = 0; i < arra_source_count (source); i++)
    total += arra_source_tensor (source, i)->n_bytes;
  g_assert_cmpuint (total, ==, 247936); /* total_size of the index */
  g_assert_true (g_str_has_suffix (arra_source_file_of (source, "lm_head.weight"), "model-00001-of-00002.safetensors"));
}

/* Files of torch.save that an index names: the same, with the tensors that it places in each. */
static void
test_torch (void)
{
  g_autofree char *folder = scratch_path ("y_torch");
  g_autofree char *golden
      = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "janus", "original", "pytorch_model.bin", NULL);
  g_autofree char *shard = g_build_filename (folder, "pytorch_model-00001-of-00002.bin", NULL);
  g_autofree char *index = g_build_filename (folder, "pytorch_model.bin.index.json", NULL), *bytes = NULL;
  static const char text[] = "{\"weight_map\": {\"gen_embed.weight\": \"pytorch_model-00001-of-00002.bin\", "
                             "\"gone\": \"pytorch_model-00002-of-00002.bin\"}}";
  g_autoptr (ArraSource) source = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_get_contents (golden, &bytes, &size, NULL));
  scratch_write (shard, bytes, size);
  scratch_write (index, text, strlen (text));
  source = arra_torch_open_shards (folder, "pytorch_model.bin.index.json", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (arra_source_count (source), ==, 1);
  g_assert_nonnull (arra_source_find (source, "gen_embed.weight"));
  g_assert_cmpstr (arra_source_file_of (source, "gen_embed.weight"), ==, shard);
  g_assert_true (arra_source_is_absent (source, "gone", &error));
  g_assert_nonnull (strstr (error->message, "1 of 2 files"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/safetensors-index/accepts", test_accepts);
  g_test_add_func ("/io/safetensors-index/refuses", test_refuses);
  g_test_add_func ("/io/safetensors-index/absent", test_absent);
  g_test_add_func ("/io/safetensors-index/single", test_single);
  g_test_add_func ("/io/safetensors-index/single-before-index", test_single_before_index);
  g_test_add_func ("/io/safetensors-index/allocations", test_allocations);
  g_test_add_func ("/io/safetensors-index/golden", test_golden);
  g_test_add_func ("/io/safetensors-index/torch", test_torch);
  return scratch_run ();
}
