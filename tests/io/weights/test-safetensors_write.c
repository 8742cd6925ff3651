/* test-safetensors_write.c - what is written is read back
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "source.h"

#include <string.h>

#include "scratch.h"

static const guint8 bytes[64] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };

static const ArraNamedTensor samples[] = {
  { "flags", { .dtype = ARRA_BOOL, .n_dims = 1, .shape = { 3 }, .data = bytes, .n_bytes = 3 } },
  { "half", { .dtype = ARRA_F16, .n_dims = 2, .shape = { 1, 5 }, .data = bytes, .n_bytes = 10 } },
  { "quote\"back\\slash", { .dtype = ARRA_F32, .n_dims = 3, .shape = { 2, 1, 3 }, .data = bytes, .n_bytes = 24 } },
  { "\xC3\xA9", { .dtype = ARRA_I64, .n_dims = 0, .data = bytes, .n_bytes = 8 } },
  { "none", { .dtype = ARRA_F64, .n_dims = 2, .shape = { 0, 9 }, .data = bytes, .n_bytes = 0 } },
  { "eight", { .dtype = ARRA_U8, .n_dims = 8, .shape = { 1, 2, 1, 1, 1, 1, 1, 2 }, .data = bytes + 1, .n_bytes = 4 } },
};

static void
assert_same (const ArraSource *source, const ArraNamedTensor *sample)
{
  const ArraTensor *read = arra_source_find (source, sample->name);

  g_assert_nonnull (read);
  g_assert_cmpint (read->dtype, ==, sample->tensor.dtype);
  g_assert_cmpuint (read->n_dims, ==, sample->tensor.n_dims);
  for (guint d = 0; d < read->n_dims; d++)
    g_assert_cmpint (read->shape[d], ==, sample->tensor.shape[d]);
  g_assert_cmpmem (read->data, read->n_bytes, sample->tensor.data, sample->tensor.n_bytes);
}

static void
test_round_trip (void)
{
  g_autofree char *path = scratch_path ("round");
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = NULL;

  g_assert_true (arra_safetensors_write (path, samples, G_N_ELEMENTS (samples), &error));
  g_assert_no_error (error);
  source = arra_safetensors_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (arra_source_count (source), ==, G_N_ELEMENTS (samples));
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    assert_same (source, &samples[i]);
  g_assert_true (arra_source_check (source, &error));
}

static void
test_layout (void)
{
  g_autofree char *path = scratch_path ("layout");
  g_autofree char *text = NULL;
  gsize size;
  guint64 length;

  g_assert_true (arra_safetensors_write (path, samples, G_N_ELEMENTS (samples), NULL));
  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  memcpy (&length, text, sizeof length);
  g_assert_cmpuint (length % 8, ==, 0);
  g_assert_true (
      g_str_has_prefix (text + 8, "{\"flags\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[42,45]},"));
  g_assert_cmpuint (size, ==, 8 + length + 3 + 10 + 24 + 8 + 4);
}

static void
test_nothing (void)
{
  g_autofree char *path = scratch_path ("nothing");
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = NULL;

  g_assert_true (arra_safetensors_write (path, NULL, 0, &error));
  source = arra_safetensors_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (arra_source_count (source), ==, 0);
}

static void
test_refuses (void)
{
  const struct
  {
    ArraNamedTensor tensors[2];
    const char *word;
  } cases[] = {
    { { samples[0], samples[0] }, "duplicate" },
    { { samples[0], { "__metadata__", samples[1].tensor } }, "invalid name" },
    { { samples[0], { "line\n", samples[1].tensor } }, "control" },
    { { samples[0], { "\xC3", samples[1].tensor } }, "invalid name" },
    { { samples[0], { "q", { .dtype = ARRA_Q8_0, .n_dims = 1, .shape = { 32 }, .data = bytes, .n_bytes = 34 } } },
      "not supported" },
    { { samples[0], { "q", { .dtype = ARRA_U8, .n_dims = 1, .shape = { 32 }, .data = bytes, .n_bytes = 31 } } },
      "invalid shape" },
    { { samples[0], { "q", { .dtype = ARRA_U8, .n_dims = 1, .shape = { -1 }, .data = bytes, .n_bytes = 31 } } },
      "invalid shape" },
    { { samples[0], { "q", { .dtype = ARRA_U8, .n_dims = 9, .data = bytes, .n_bytes = 31 } } }, "invalid shape" },
  };
  g_autofree char *path = scratch_path ("refused");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (arra_safetensors_write (path, cases[i].tensors, 2, &error));
      scratch_assert_fault (&error, path, cases[i].word);
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/safetensors-write/round-trip", test_round_trip);
  g_test_add_func ("/io/safetensors-write/layout", test_layout);
  g_test_add_func ("/io/safetensors-write/nothing", test_nothing);
  g_test_add_func ("/io/safetensors-write/refuses", test_refuses);
  return scratch_run ();
}
