/* test-gguf_read.c - GGUF files that are and are not taken
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gguf.h"

#include <string.h>
#include <unistd.h>

#include "gguf_build.h"
#include "scratch.h"

static gpointer
open_gguf (const char *path, GError **error)
{
  return arra_gguf_open (path, error);
}

static void
free_gguf (gpointer gguf)
{
  arra_gguf_free (gguf);
}

static void
test_sample (void)
{
  g_autoptr (GByteArray) bytes = build_sample ();
  g_autofree char *path = scratch_path ("y_sample.gguf");
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraGguf) gguf = NULL;
  const ArraTensor *f32, *q8_0, *scalar;

  scratch_write (path, bytes->data, bytes->len);
  gguf = arra_gguf_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (arra_gguf_path (gguf), ==, path);
  g_assert_cmpuint (arra_gguf_size (gguf), ==, bytes->len);
  g_assert_cmpuint (arra_gguf_header_size (gguf), ==, bytes->len - 194);
  g_assert_cmpmem (arra_gguf_data (gguf), 4, "GGUF", 4);
  g_assert_cmpuint (arra_source_count (arra_gguf_source (gguf)), ==, 4);
  f32 = arra_source_find (arra_gguf_source (gguf), "f32");
  g_assert_true (f32->dtype == ARRA_F32 && arra_tensor_has_shape (f32, 2, (gint64) 2, (gint64) 3));
  q8_0 = arra_source_find (arra_gguf_source (gguf), "q8_0");
  g_assert_true (q8_0->dtype == ARRA_Q8_0 && arra_tensor_has_shape (q8_0, 2, (gint64) 2, (gint64) 32));
  g_assert_cmpuint (q8_0->n_bytes, ==, 68);
  g_assert_cmpuint (((const guint8 *) q8_0->data)[0], ==, 96);
  scalar = arra_source_find (arra_gguf_source (gguf), "f16");
  g_assert_true (scalar->dtype == ARRA_F16 && scalar->n_dims == 0 && scalar->n_bytes == 2);
  g_assert_true (arra_source_find (arra_gguf_source (gguf), "bf16")->dtype == ARRA_BF16);
}

static void
test_version_2 (void)
{
  g_autoptr (GByteArray) bytes = build_sample ();
  g_autoptr (ArraMapping) mapping = arra_mapping_new_for_bytes ("FILE", bytes->data, bytes->len);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraGguf) gguf = NULL;

  bytes->data[4] = 2;
  gguf = arra_gguf_read (mapping, &error);
  g_assert_no_error (error);
  g_assert_nonnull (gguf);
}

/* Every beginning of a sound file is refused, whichever structure it ends in. */
static void
test_truncated (void)
{
  g_autoptr (GByteArray) bytes = build_sample ();

  for (guint size = 0; size < bytes->len; size++)
    {
      g_autofree guint8 *exact = g_memdup2 (bytes->data, MAX (size, 1));
      g_autoptr (ArraMapping) mapping = arra_mapping_new_for_bytes ("FILE", exact, size);
      g_autoptr (GError) error = NULL;

      g_assert_null (arra_gguf_read (mapping, &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
      scratch_assert_fault (&error, "FILE",
                            size < 24             ? "too short"
                            : size < 24 + 17 * 14 ? "invalid number"
                                                  : "truncated");
    }
}

/* Each builder makes one broken file. */
typedef void (*Builder) (GByteArray *bytes);

static void
n_magic (GByteArray *bytes)
{
  build_header (bytes, 0, 0);
  bytes->data[0] = 'g';
}

static void
n_version_1 (GByteArray *bytes)
{
  build_header (bytes, 0, 0);
  bytes->data[4] = 1;
}

static void
n_version_4 (GByteArray *bytes)
{
  build_header (bytes, 0, 0);
  bytes->data[4] = 4;
}

static void
n_big_endian (GByteArray *bytes)
{
  build_header (bytes, 0, 0);
  memcpy (bytes->data + 4, "\0\0\0\3", 4);
}

static void
n_many_tensors (GByteArray *bytes)
{
  build_header (bytes, G_MAXUINT64, 0);
  build_zeros (bytes, 1000);
}

static void
n_tensors_for_less_bytes (GByteArray *bytes)
{
  build_header (bytes, 41, 0);
  build_zeros (bytes, 1000);
}

static void
n_many_keys (GByteArray *bytes)
{
  build_header (bytes, 0, G_MAXUINT64 / 2);
  build_zeros (bytes, 1000);
}

static void
n_more_keys_than_bytes (GByteArray *bytes)
{
  build_header (bytes, 0, 80);
  build_zeros (bytes, 1000);
}

static void
n_empty_key (GByteArray *bytes)
{
  build_header (bytes, 0, 1);
  build_key (bytes, "", 4);
  build_u32 (bytes, 1);
}

static void
n_long_key (GByteArray *bytes)
{
  g_autofree char *key = g_strnfill (65536, 'k');

  build_header (bytes, 0, 1);
  build_key (bytes, key, 4);
  build_u32 (bytes, 1);
}

static void
n_key_length (GByteArray *bytes)
{
  build_header (bytes, 0, 1);
  build_u64 (bytes, G_MAXUINT64 - 3);
  build_zeros (bytes, 100);
}

static void
n_key_not_utf8 (GByteArray *bytes)
{
  build_header (bytes, 0, 1);
  build_key (bytes, "\xFFkey", 4);
  build_u32 (bytes, 1);
}

static void
n_key_with_nul (GByteArray *bytes)
{
  build_header (bytes, 0, 1);
  build_u64 (bytes, 3);
  build_zeros (bytes, 3);
  build_u32 (bytes, 4);
  build_u32 (bytes, 1);
}

static void
n_duplicate_key (GByteArray *bytes)
{
  build_header (bytes, 0, 3);
  build_key (bytes, "k", 4);
  build_u32 (bytes, 1);
  build_key (bytes, "j", 4);
  build_u32 (bytes, 1);
  build_key (bytes, "k", 4);
  build_u32 (bytes, 2);
}

static void
n_value_type (GByteArray *bytes)
{
  build_header (bytes, 0, 1);
  build_key (bytes, "k", 13);
  build_zeros (bytes, 100);
}

static void
n_string_length (GByteArray *bytes)
{
  build_header (bytes, 0, 1);
  build_key (bytes, "k", 8);
  build_u64 (bytes, G_MAXUINT64 - 7);
  build_zeros (bytes, 100);
}

static void
n_array_type (GByteArray *bytes)
{
  build_header (bytes, 0, 1);
  build_key (bytes, "k", 9);
  build_u32 (bytes, 99);
  build_u64 (bytes, 1);
  build_zeros (bytes, 100);
}

static void
n_array_of_arrays (GByteArray *bytes)
{
  build_header (bytes, 0, 1);
  build_key (bytes, "k", 9);
  build_u32 (bytes, 9);
  build_u64 (bytes, 1);
  build_zeros (bytes, 100);
}

static void
n_array_count (GByteArray *bytes)
{
  build_header (bytes, 0, 1);
  build_key (bytes, "k", 9);
  build_u32 (bytes, 4);
  build_u64 (bytes, G_GUINT64_CONSTANT (0x4000000000000001)); /* times 4 wraps to 4 */
  build_zeros (bytes, 100);
}

static void
n_array_string_count (GByteArray *bytes)
{
  build_header (bytes, 0, 1);
  build_key (bytes, "k", 9);
  build_u32 (bytes, 8);
  build_u64 (bytes, G_GUINT64_CONSTANT (0x2000000000000001));
  build_zeros (bytes, 100);
}

static void
n_array_string_length (GByteArray *bytes)
{
  build_header (bytes, 0, 1);
  build_key (bytes, "k", 9);
  build_u32 (bytes, 8);
  build_u64 (bytes, 2);
  build_string (bytes, "x");
  build_u64 (bytes, 1000);
  build_zeros (bytes, 100);
}

static void
build_alignment (GByteArray *bytes, guint32 alignment)
{
  build_header (bytes, 0, 1);
  build_key (bytes, "general.alignment", 4);
  build_u32 (bytes, alignment);
}

static void
n_alignment_0 (GByteArray *bytes)
{
  build_alignment (bytes, 0);
}

static void
n_alignment_4 (GByteArray *bytes)
{
  build_alignment (bytes, 4);
}

static void
n_alignment_24 (GByteArray *bytes)
{
  build_alignment (bytes, 24);
}

static void
n_alignment_text (GByteArray *bytes)
{
  build_header (bytes, 0, 1);
  build_key (bytes, "general.alignment", 8);
  build_string (bytes, "32");
}

/* One tensor and its (too many) data */
static void
build_one (GByteArray *bytes, const char *name, guint32 type, guint64 offset, guint64 rows, guint64 columns)
{
  build_header (bytes, 1, 0);
  build_tensor (bytes, name, type, offset, 2, columns, rows);
  build_align (bytes, 32);
  build_zeros (bytes, 256);
}

static void
n_name_empty (GByteArray *bytes)
{
  build_one (bytes, "", 0, 0, 1, 1);
}

static void
n_name_long (GByteArray *bytes)
{
  g_autofree char *name = g_strnfill (65, 'n');

  build_one (bytes, name, 0, 0, 1, 1);
}

static void
n_name_not_utf8 (GByteArray *bytes)
{
  build_one (bytes, "\xC3(", 0, 0, 1, 1);
}

static void
n_name_control (GByteArray *bytes)
{
  build_one (bytes, "a\033[2J", 0, 0, 1, 1);
}

static void
n_dims_5 (GByteArray *bytes)
{
  build_header (bytes, 1, 0);
  build_tensor (bytes, "a", 0, 0, 5, (guint64) 1, (guint64) 1, (guint64) 1, (guint64) 1, (guint64) 1);
  build_align (bytes, 32);
  build_zeros (bytes, 256);
}

static void
n_dims_huge (GByteArray *bytes)
{
  build_header (bytes, 1, 0);
  build_string (bytes, "a");
  build_u32 (bytes, 0xFFFFFFFF);
  build_zeros (bytes, 256);
}

static void
n_shape_negative (GByteArray *bytes)
{
  build_one (bytes, "a", 0, 0, 1, (guint64) -1);
}

static void
n_shape_overflow (GByteArray *bytes)
{
  build_one (bytes, "a", 0, 0, G_GUINT64_CONSTANT (1) << 32, G_GUINT64_CONSTANT (1) << 32);
}

static void
n_shape_bytes_overflow (GByteArray *bytes)
{
  build_one (bytes, "a", 0, 0, 1, G_GUINT64_CONSTANT (1) << 62);
}

static void
n_block (GByteArray *bytes)
{
  build_one (bytes, "a", 8, 0, 32, 31);
}

static void
n_superblock (GByteArray *bytes)
{
  build_one (bytes, "a", 12, 0, 1, 255);
}

static void
n_superblocks_of_columns (GByteArray *bytes)
{
  build_one (bytes, "a", 14, 0, 256, 128);
}

static void
n_q4_0_past_end (GByteArray *bytes)
{
  build_one (bytes, "a", 2, 0, 1, 15 * 32);
}

static void
n_q4_k_past_end (GByteArray *bytes)
{
  build_one (bytes, "a", 12, 0, 2, 256);
}

static void
n_q6_k_past_end (GByteArray *bytes)
{
  build_one (bytes, "a", 14, 64, 1, 256);
}

static void
n_q4_k_overflow (GByteArray *bytes)
{
  build_one (bytes, "a", 12, 0, G_GUINT64_CONSTANT (1) << 54, 256);
}

static void
n_offset_odd (GByteArray *bytes)
{
  build_one (bytes, "a", 0, 16, 1, 1);
}

static void
n_offset_past_end (GByteArray *bytes)
{
  build_one (bytes, "a", 0, 256, 1, 1);
}

static void
n_offset_huge (GByteArray *bytes)
{
  build_one (bytes, "a", 0, G_MAXUINT64 - 31, 1, 8);
}

static void
n_size_past_end (GByteArray *bytes)
{
  build_one (bytes, "a", 0, 224, 1, 9);
}

static void
build_two (GByteArray *bytes, const char *first, const char *second, guint64 offset)
{
  build_header (bytes, 2, 0);
  build_tensor (bytes, first, 0, 0, 1, (guint64) 16);
  build_tensor (bytes, second, 0, offset, 1, (guint64) 8);
  build_align (bytes, 32);
  build_zeros (bytes, 256);
}

static void
n_overlap (GByteArray *bytes)
{
  build_two (bytes, "a", "b", 32);
}

static void
n_same_place (GByteArray *bytes)
{
  build_two (bytes, "a", "b", 0);
}

static void
n_duplicate_tensor (GByteArray *bytes)
{
  build_two (bytes, "a", "a", 64);
}

static const struct
{
  const char *name;
  Builder builder;
  const char *word;
} n_files[] = {
  { "magic", n_magic, "invalid magic" },
  { "version_1", n_version_1, "version 1 of GGUF is not supported" },
  { "version_4", n_version_4, "version 4 of GGUF is not supported" },
  { "big_endian", n_big_endian, "big-endian" },
  { "many_tensors", n_many_tensors, "invalid number of tensors" },
  { "tensors_for_less_bytes", n_tensors_for_less_bytes, "invalid number of tensors" },
  { "many_keys", n_many_keys, "invalid number of keys" },
  { "more_keys_than_bytes", n_more_keys_than_bytes, "invalid number of keys" },
  { "empty_key", n_empty_key, "invalid length of a key" },
  { "long_key", n_long_key, "invalid length of a key" },
  { "key_length", n_key_length, "truncated" },
  { "key_not_utf8", n_key_not_utf8, "UTF-8" },
  { "key_with_nul", n_key_with_nul, "UTF-8" },
  { "duplicate_key", n_duplicate_key, "'k': duplicate" },
  { "value_type", n_value_type, "'k': invalid type" },
  { "string_length", n_string_length, "truncated" },
  { "array_type", n_array_type, "'k': invalid type" },
  { "array_of_arrays", n_array_of_arrays, "not supported" },
  { "array_count", n_array_count, "'k': truncated" },
  { "array_string_count", n_array_string_count, "'k': truncated" },
  { "array_string_length", n_array_string_length, "truncated" },
  { "alignment_0", n_alignment_0, "invalid alignment" },
  { "alignment_4", n_alignment_4, "invalid alignment" },
  { "alignment_24", n_alignment_24, "invalid alignment" },
  { "alignment_text", n_alignment_text, "wrong type" },
  { "name_empty", n_name_empty, "invalid length of a tensor" },
  { "name_long", n_name_long, "invalid length of a tensor" },
  { "name_not_utf8", n_name_not_utf8, "UTF-8" },
  { "name_control", n_name_control, "control characters" },
  { "dims_5", n_dims_5, "too many dimensions" },
  { "dims_huge", n_dims_huge, "too many dimensions" },
  { "shape_negative", n_shape_negative, "'a': invalid shape" },
  { "shape_overflow", n_shape_overflow, "'a': invalid shape" },
  { "shape_bytes_overflow", n_shape_bytes_overflow, "'a': invalid shape" },
  { "block", n_block, "'a': invalid shape" },
  { "superblock", n_superblock, "'a': invalid shape" },
  { "superblocks_of_columns", n_superblocks_of_columns, "'a': invalid shape" },
  { "q4_0_past_end", n_q4_0_past_end, "past the end" },
  { "q4_k_past_end", n_q4_k_past_end, "past the end" },
  { "q6_k_past_end", n_q6_k_past_end, "past the end" },
  { "q4_k_overflow", n_q4_k_overflow, "'a'" },
  { "offset_odd", n_offset_odd, "not a multiple of the alignment" },
  { "offset_past_end", n_offset_past_end, "past the end" },
  { "offset_huge", n_offset_huge, "past the end" },
  { "size_past_end", n_size_past_end, "past the end" },
  { "overlap", n_overlap, "overlaps" },
  { "same_place", n_same_place, "overlaps" },
  { "duplicate_tensor", n_duplicate_tensor, "duplicate tensor 'a'" },
};

/* Quantised types of other programs are read as they lie. */
static void
test_quantised (void)
{
  const struct
  {
    guint32 number;
    ArraDType dtype;
    guint64 rows, columns;
    gsize n_bytes;
  } types[] = { { 2, ARRA_Q4_0, 2, 64, 2 * 2 * 18 }, { 12, ARRA_Q4_K, 1, 256, 144 }, { 14, ARRA_Q6_K, 1, 256, 210 } };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_autoptr (ArraMapping) mapping = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraGguf) gguf = NULL;
      const ArraTensor *a;

      build_one (bytes, "a", types[i].number, 0, types[i].rows, types[i].columns);
      mapping = arra_mapping_new_for_bytes ("FILE", bytes->data, bytes->len);
      gguf = arra_gguf_read (mapping, &error);
      g_assert_no_error (error);
      a = arra_source_find (arra_gguf_source (gguf), "a");
      g_assert_nonnull (a);
      g_assert_cmpint (a->dtype, ==, types[i].dtype);
      g_assert_true (arra_tensor_has_shape (a, 2, (gint64) types[i].rows, (gint64) types[i].columns));
      g_assert_cmpuint (a->n_bytes, ==, types[i].n_bytes);
    }
}

/* A tensor of a type that is not supported matters to nobody who does not ask for it. */
static void
test_unknown_types (void)
{
  const struct
  {
    guint32 number;
    const char *words;
  } types[] = { { 3, "type Q4_1" }, { 15, "type Q8_K" }, { 4, "type 4," }, { 0xFFFFFFFF, "type 4294967295," } };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_autoptr (ArraMapping) mapping = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraGguf) gguf = NULL;

      build_one (bytes, "a", types[i].number, 0, 1, 32);
      mapping = arra_mapping_new_for_bytes ("FILE", bytes->data, bytes->len);
      gguf = arra_gguf_read (mapping, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (arra_source_count (arra_gguf_source (gguf)), ==, 0);
      g_assert_true (arra_source_is_absent (arra_gguf_source (gguf), "a", &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_UNSUPPORTED);
      scratch_assert_fault (&error, "FILE", types[i].words);
    }
}

static void
test_refuses (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (n_files); i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_autofree char *path = scratch_path (n_files[i].name);
      g_autoptr (GError) error = NULL;

      n_files[i].builder (bytes);
      scratch_write (path, bytes->data, bytes->len);
      g_assert_null (arra_gguf_open (path, &error));
      g_assert_cmpuint (error->domain, ==, ARRA_ERROR);
      scratch_assert_fault (&error, path, n_files[i].word);
    }
}

/* Other alignments are taken, and an empty file body without tensors. */
static void
test_alignments (void)
{
  for (guint32 alignment = 8; alignment <= 1024; alignment *= 2)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_autofree char *path = scratch_path ("y_alignment.gguf");
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraGguf) gguf = NULL;

      build_header (bytes, 1, 1);
      build_key (bytes, "general.alignment", 4);
      build_u32 (bytes, alignment);
      build_tensor (bytes, "a", 0, alignment, 1, (guint64) 2);
      build_align (bytes, alignment);
      build_zeros (bytes, alignment);
      build_u64 (bytes, 1);
      scratch_write (path, bytes->data, bytes->len);
      gguf = arra_gguf_open (path, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (*(const guint8 *) arra_source_find (arra_gguf_source (gguf), "a")->data, ==, 1);
    }
}

static void
test_odd_files (void)
{
  scratch_check_odd_files (open_gguf);
}

static void
test_allocations (void)
{
  g_autoptr (GByteArray) bytes = build_sample ();
  g_autofree char *path = scratch_path ("y_sample.gguf");

  scratch_write (path, bytes->data, bytes->len);
  scratch_check_allocations (open_gguf, free_gguf, path);
}

static void
test_shrinks (void)
{
  g_autoptr (GByteArray) bytes = build_sample ();
  g_autofree char *path = scratch_path ("y_shrinks.gguf");
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraGguf) gguf = NULL;
  g_auto (GStrv) texts = NULL;

  scratch_write (path, bytes->data, bytes->len);
  gguf = arra_gguf_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (truncate (path, 0), ==, 0);
  texts = arra_gguf_get_strings (gguf, "texts", 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (texts), ==, 2);
  g_assert_false (arra_source_check (arra_gguf_source (gguf), &error));
  scratch_assert_fault (&error, path, "cut short");
  g_assert_null (arra_gguf_data_sha256 (gguf, NULL, &error));
  scratch_assert_fault (&error, path, "cut short");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/gguf-read/sample", test_sample);
  g_test_add_func ("/io/gguf-read/quantised", test_quantised);
  g_test_add_func ("/io/gguf-read/unknown-types", test_unknown_types);
  g_test_add_func ("/io/gguf-read/version-2", test_version_2);
  g_test_add_func ("/io/gguf-read/truncated", test_truncated);
  g_test_add_func ("/io/gguf-read/refuses", test_refuses);
  g_test_add_func ("/io/gguf-read/alignments", test_alignments);
  g_test_add_func ("/io/gguf-read/odd-files", test_odd_files);
  g_test_add_func ("/io/gguf-read/allocations", test_allocations);
  g_test_add_func ("/io/gguf-read/shrinks", test_shrinks);
  return scratch_run ();
}
