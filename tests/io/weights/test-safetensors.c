/* test-safetensors.c - safetensors files that are and are not taken
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "source.h"

#include <string.h>
#include <unistd.h>

#include "mem.h"
#include "scratch.h"

#define A "\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}"
#define B "\"b\":{\"dtype\":\"BF16\",\"shape\":[4],\"data_offsets\":[24,32]}"

/* Length, header, and data bytes that count up. */
static GByteArray *
build (const char *header, gsize data_size)
{
  GByteArray *bytes = g_byte_array_new ();
  guint64 length = GUINT64_TO_LE ((guint64) strlen (header));

  g_byte_array_append (bytes, (const guint8 *) &length, sizeof length);
  g_byte_array_append (bytes, (const guint8 *) header, strlen (header));
  for (gsize i = 0; i < data_size; i++)
    g_byte_array_append (bytes, (const guint8[]) { (guint8) i }, 1);
  return bytes;
}

static gpointer
open_source (const char *path, GError **error)
{
  return arra_safetensors_open (path, error);
}

static void
free_source (gpointer source)
{
  arra_source_unref (source);
}

static ArraSource *
open_built (const char *name, const char *header, gsize data_size, char **path, GError **error)
{
  g_autoptr (GByteArray) bytes = build (header, data_size);

  *path = scratch_path (name);
  scratch_write (*path, bytes->data, bytes->len);
  return arra_safetensors_open (*path, error);
}

static const struct
{
  const char *header;
  gsize data_size;
  gsize n_tensors;
} y_files[] = {
  { "{}", 0, 0 },
  { "{\"__metadata__\":{}}", 0, 0 },
  { "{" A "," B "}", 32, 2 },
  { "{" B "," A "}         ", 32, 2 },
  { "{\"__metadata__\":{\"format\":\"pt\"}," A "," B "}", 32, 2 },
  { "{\"s\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]}}", 8, 1 },
  { "{\"z\":{\"dtype\":\"F32\",\"shape\":[0,7],\"data_offsets\":[0,0]}}", 0, 1 },
  { "{" A ",\"z\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[24,24]}," B "}", 32, 3 },
  { "{\"8\":{\"dtype\":\"U8\",\"shape\":[1,1,1,1,1,1,1,3],\"data_offsets\":[0,3]}}", 3, 1 },
  { "{\"\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, 1 },
};

static void
test_accepts (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (y_files); i++)
    {
      g_autofree char *path = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraSource) source = open_built ("y_file", y_files[i].header, y_files[i].data_size, &path, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (arra_source_count (source), ==, y_files[i].n_tensors);
      g_assert_true (arra_source_check (source, &error));
    }
}

static void
test_contents (void)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = open_built ("y_file", "{" B "," A "}", 32, &path, &error);
  const ArraTensor *a = arra_source_find (source, "a"), *b = arra_source_find (source, "b");

  g_assert_no_error (error);
  g_assert_cmpint (a->dtype, ==, ARRA_F32);
  g_assert_true (arra_tensor_has_shape (a, 2, (gint64) 2, (gint64) 3));
  g_assert_cmpuint (a->n_bytes, ==, 24);
  g_assert_cmpuint (((const guint8 *) a->data)[23], ==, 23);
  g_assert_cmpint (b->dtype, ==, ARRA_BF16);
  g_assert_true (arra_tensor_has_shape (b, 1, (gint64) 4));
  g_assert_cmpuint (((const guint8 *) b->data)[0], ==, 24);
  g_assert_null (arra_source_find (source, "c"));
  g_assert_cmpstr (arra_source_name (source, 0), ==, "a"); /* by offset */
  g_assert_cmpstr (arra_source_file_of (source, "b"), ==, path);
}

/* One of them matters to nobody who does not ask for it, and is named to whoever does. */
static void
test_unknown_dtypes (void)
{
  static const char *const dtypes[] = { "F8_E4M3", "F4", "Q8_0", "f32", "NEW\\n\\u001b" };

  for (guint i = 0; i < G_N_ELEMENTS (dtypes); i++)
    {
      g_autofree char *header
          = g_strdup_printf ("{" A ",\"x\":{\"dtype\":\"%s\",\"shape\":[3,3],\"data_offsets\":[24,33]}}", dtypes[i]);
      g_autofree char *path = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraSource) source = open_built ("y_unknown", header, 33, &path, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (arra_source_count (source), ==, 1);
      g_assert_null (arra_source_find (source, "x"));
      g_assert_true (arra_source_is_absent (source, "x", &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_UNSUPPORTED);
      g_assert_null (strchr (error->message, '\n'));
      scratch_assert_fault (&error, path, dtypes[i][0] == 'N' ? "NEW\\n\\033" : dtypes[i]);
    }
}

/* A header of odd length moves the data: they are copied to where floats may lie. */
static void
test_unaligned (void)
{
  for (guint extra = 0; extra < 8; extra++)
    {
      g_autofree char *header = g_strdup_printf ("{" A "," B "}%*s", (int) extra, "");
      g_autofree char *path = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraSource) source = open_built ("y_unaligned", header, 32, &path, &error);
      const ArraTensor *a = arra_source_find (source, "a"), *b = arra_source_find (source, "b");

      g_assert_no_error (error);
      g_assert_cmpuint ((guintptr) a->data % 4, ==, 0);
      g_assert_cmpuint ((guintptr) b->data % 2, ==, 0);
      for (guint i = 0; i < 24; i++)
        g_assert_cmpuint (((const guint8 *) a->data)[i], ==, i);
    }
}

/* A large one stays where it is, and its numbers are copied as they are read. */
static void
test_large_unaligned (void)
{
  static const gsize size = (gsize) 2 << 20;

  for (guint extra = 0; extra < 8; extra++)
    {
      g_autofree char *header = g_strdup_printf (
          "{\"a\":{\"dtype\":\"F32\",\"shape\":[524288],\"data_offsets\":[0,2097152]}}%*s", (int) extra, "");
      g_autofree char *path = NULL;
      g_autoptr (GError) error = NULL;
      const gsize held = arra_mem_held ();
      g_autoptr (ArraSource) source = open_built ("y_unaligned", header, size, &path, &error);
      const ArraTensor *a = arra_source_find (source, "a");
      double buffer[16];
      ArraTensor part;

      g_assert_no_error (error);
      g_assert_cmpuint (arra_mem_held () - held, <, size / 8);
      g_assert_true (arra_source_is_gathered (source, a) == ((strlen (header) & 3) != 0));
      part = arra_source_part (source, a, 1000, 32, buffer);
      g_assert_cmpuint ((guintptr) part.data % 4, ==, 0);
      g_assert_cmpmem (part.data, part.n_bytes, (const guint8 *) a->data + 4000, 128);
      arra_source_release (source, a, 1000, 32);
      for (gsize i = 0; i < size; i += 4099)
        g_assert_cmpuint (((const guint8 *) a->data)[i], ==, i & 255);
    }
}

#define ONE(dtype, shape, offsets) "{\"a\":{\"dtype\":" dtype ",\"shape\":" shape ",\"data_offsets\":" offsets "}}"

static const struct
{
  const char *name;
  const char *header;
  gsize data_size;
  const char *word;
} n_files[] = {
  { "n_not_json", "hello", 0, "broken JSON" },
  { "n_list", "[]", 0, "not an object" },
  { "n_duplicate", "{" A "," A "}", 24, "twice" },
  { "n_escaped_duplicate", "{" A ",\"\\u0061\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[24,24]}}", 24,
    "twice" },
  { "n_tensor_number", "{\"a\":1}", 0, "invalid description" },
  { "n_tensor_null", "{\"a\":null}", 0, "invalid description" },
  { "n_tensor_empty", "{\"a\":{}}", 0, "dtype" },
  { "n_control_name", "{\"a\\u001b[2J\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0, "control" },
  { "n_metadata_list", "{\"__metadata__\":[]}", 0, "__metadata__" },
  { "n_metadata_number", "{\"__metadata__\":{\"a\":1}}", 0, "__metadata__" },
  { "n_dtype_number", ONE ("3", "[2]", "[0,8]"), 8, "dtype" },
  { "n_shape_missing", "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", 8, "shape" },
  { "n_shape_number", ONE ("\"F32\"", "2", "[0,8]"), 8, "shape" },
  { "n_shape_text", ONE ("\"F32\"", "[\"2\"]", "[0,8]"), 8, "shape" },
  { "n_shape_fraction", ONE ("\"F32\"", "[2.0]", "[0,8]"), 8, "shape" },
  { "n_shape_null", ONE ("\"F32\"", "[null]", "[0,8]"), 8, "shape" },
  { "n_shape_nested", ONE ("\"F32\"", "[[2]]", "[0,8]"), 8, "shape" },
  { "n_shape_negative", ONE ("\"F32\"", "[-2]", "[0,8]"), 8, "shape" },
  { "n_shape_two_negatives", ONE ("\"F32\"", "[-1,-2]", "[0,8]"), 8, "shape" },
  { "n_shape_nine", ONE ("\"U8\"", "[1,1,1,1,1,1,1,1,1]", "[0,1]"), 1, "too many dimensions" },
  { "n_shape_overflow", ONE ("\"F32\"", "[4294967296,4294967296]", "[0,8]"), 8, "too large" },
  { "n_shape_overflow_bytes", ONE ("\"F32\"", "[4611686018427387904]", "[0,0]"), 0, "too large" },
  { "n_shape_wraps_to_2", ONE ("\"F32\"", "[-18446744073709551614]", "[0,8]"), 8, "out of range" },
  { "n_shape_too_small", ONE ("\"F32\"", "[1]", "[0,8]"), 8, "not the size" },
  { "n_shape_too_big", ONE ("\"F32\"", "[3]", "[0,8]"), 8, "not the size" },
  { "n_offsets_missing", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, "data_offsets" },
  { "n_offsets_one", ONE ("\"F32\"", "[2]", "[0]"), 8, "data_offsets" },
  { "n_offsets_three", ONE ("\"F32\"", "[2]", "[0,8,16]"), 8, "data_offsets" },
  { "n_offsets_text", ONE ("\"F32\"", "[2]", "[\"0\",\"8\"]"), 8, "data_offsets" },
  { "n_offsets_negative", ONE ("\"F32\"", "[2]", "[-8,0]"), 8, "data_offsets" },
  { "n_offsets_backwards", ONE ("\"F32\"", "[2]", "[8,0]"), 8, "ends before it begins" },
  { "n_offsets_past_end", ONE ("\"F32\"", "[3]", "[0,12]"), 8, "past the end" },
  { "n_offsets_huge", ONE ("\"F32\"", "[2]", "[9223372036854775799,9223372036854775807]"), 8, "past the end" },
  { "n_offsets_beyond_64", ONE ("\"F32\"", "[2]", "[0,18446744073709551624]"), 8, "out of range" },
  { "n_hole_before", ONE ("\"F32\"", "[2]", "[4,12]"), 12, "hole" },
  { "n_hole_between", "{" A ",\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[28,32]}}", 32, "hole" },
  { "n_unknown_past_end", ONE ("\"F8_E4M3\"", "[8]", "[0,9]"), 8, "past the end" },
  { "n_unknown_overlap", "{" A ",\"b\":{\"dtype\":\"NEW\",\"shape\":[4],\"data_offsets\":[8,12]}}", 24, "overlaps" },
  { "n_unknown_shape", ONE ("\"NEW\"", "2", "[0,8]"), 8, "shape" },
  { "n_bytes_after", "{" A "}", 25, "after the last tensor" },
  { "n_bytes_of_none", "{}", 1, "after the last tensor" },
  { "n_overlap", "{" A ",\"b\":{\"dtype\":\"U8\",\"shape\":[12],\"data_offsets\":[20,32]}}", 32, "overlaps" },
  { "n_overlap_inside", "{" A ",\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[8,12]}}", 24, "overlaps" },
  { "n_overlap_same", "{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24]}}", 24, "overlaps" },
};

static void
test_refuses (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (n_files); i++)
    {
      g_autofree char *path = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraSource) source
          = open_built (n_files[i].name, n_files[i].header, n_files[i].data_size, &path, &error);

      g_assert_null (source);
      g_assert_cmpuint (error->domain, ==, ARRA_ERROR);
      scratch_assert_fault (&error, path, n_files[i].word);
    }
}

/* Every beginning of a sound file is refused. */
static void
test_truncated (void)
{
  g_autoptr (GByteArray) bytes = build ("{" A "," B "}", 32);
  g_autofree char *path = scratch_path ("n_truncated");

  for (guint size = 0; size < bytes->len; size++)
    {
      g_autoptr (GError) error = NULL;

      scratch_write (path, bytes->data, size);
      g_assert_null (arra_safetensors_open (path, &error));
      scratch_assert_fault (&error, path, size == 0 ? "empty" : size < 8 ? "too short" : "truncated");
    }
}

static void
test_header_lengths (void)
{
  const struct
  {
    guint64 length;
    const char *word;
  } lengths[] = {
    { 0, "ends too early" },
    { 1, "ends too early" },
    { 1000, "truncated" },
    { 100000000, "truncated" },
    { 100000001, "invalid header length" },
    { G_MAXUINT64, "invalid header length" },
    { G_MAXUINT64 - 7, "invalid header length" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (GByteArray) bytes = build ("{" A "}", 24);
      g_autofree char *path = scratch_path ("n_header_length");
      g_autoptr (GError) error = NULL;
      guint64 length = GUINT64_TO_LE (lengths[i].length);

      memcpy (bytes->data, &length, sizeof length);
      scratch_write (path, bytes->data, bytes->len);
      g_assert_null (arra_safetensors_open (path, &error));
      scratch_assert_fault (&error, path, lengths[i].word);
    }
}

static void
test_odd_files (void)
{
  scratch_check_odd_files (open_source);
}

static void
test_allocations (void)
{
  g_autoptr (GByteArray) bytes = build ("{" A "," B "} ", 32);
  g_autofree char *path = scratch_path ("y_file");

  scratch_write (path, bytes->data, bytes->len);
  scratch_check_allocations (open_source, free_source, path);
}

/* Cut after it was opened: reading goes on, the check tells. */
static void
test_shrinks (void)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = NULL;
  const guint8 *data;
  guint sum = 0;

  source = open_built ("y_shrinks", "{\"a\":{\"dtype\":\"U8\",\"shape\":[100000],\"data_offsets\":[0,100000]}}", 100000,
                       &path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (truncate (path, 50), ==, 0);
  data = arra_source_find (source, "a")->data;
  for (guint i = 0; i < 100000; i++)
    sum += data[i];
  g_assert_cmpuint (sum, ==, 0);
  g_assert_false (arra_source_check (source, &error));
  scratch_assert_fault (&error, path, "cut short");
}

static void
test_golden (void)
{
  g_autofree char *path = scratch_golden ("chameleon/a_mha/model.safetensors");
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = arra_safetensors_open (path, &error);
  const ArraTensor *embedding;

  g_assert_no_error (error);
  g_assert_cmpuint (arra_source_count (source), ==, 42);
  embedding = arra_source_find (source, "model.embed_tokens.weight");
  g_assert_nonnull (embedding);
  g_assert_cmpint (embedding->dtype, ==, ARRA_BF16);
  g_assert_true (arra_tensor_has_shape (embedding, 2, (gint64) 320, (gint64) 64));
  for (gsize i = 0; i < arra_source_count (source); i++)
    g_assert_true (arra_tensor_is_finite (arra_source_tensor (source, i)));
  g_assert_true (arra_source_check (source, &error));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/safetensors/accepts", test_accepts);
  g_test_add_func ("/io/safetensors/unknown-dtypes", test_unknown_dtypes);
  g_test_add_func ("/io/safetensors/contents", test_contents);
  g_test_add_func ("/io/safetensors/unaligned", test_unaligned);
  g_test_add_func ("/io/safetensors/large-unaligned", test_large_unaligned);
  g_test_add_func ("/io/safetensors/refuses", test_refuses);
  g_test_add_func ("/io/safetensors/truncated", test_truncated);
  g_test_add_func ("/io/safetensors/header-lengths", test_header_lengths);
  g_test_add_func ("/io/safetensors/odd-files", test_odd_files);
  g_test_add_func ("/io/safetensors/allocations", test_allocations);
  g_test_add_func ("/io/safetensors/shrinks", test_shrinks);
  g_test_add_func ("/io/safetensors/golden", test_golden);
  return scratch_run ();
}
