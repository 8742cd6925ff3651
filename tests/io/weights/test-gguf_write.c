/* test-gguf_write.c - what is written is read back, with its hash; what fails leaves no file
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gguf.h"

#include <glib/gstdio.h>
#include <string.h>

#include "mem.h"
#include "scratch.h"

#define HASH_KEY "arra.sha256"
#define DATA_SIZE (24 + 0 + 64 + 68)

static guint8 data[DATA_SIZE];

static void
set_metadata (ArraGgufWriter *writer)
{
  const char *const texts[] = { "one", "", "drei", NULL };
  g_autofree char *zeros = g_strnfill (64, '0');

  arra_gguf_writer_set_string (writer, "general.architecture", "arra", -1);
  arra_gguf_writer_set_uint (writer, "arra.count", 4000000000u);
  arra_gguf_writer_set_double (writer, "arra.temperature", 0.1);
  arra_gguf_writer_set_bool (writer, "arra.swin", TRUE);
  arra_gguf_writer_set_string (writer, HASH_KEY, zeros, -1);
  arra_gguf_writer_set_string (writer, "arra.part", "abcdef", 3);
  arra_gguf_writer_set_strings (writer, "arra.texts", texts);
  arra_gguf_writer_set_bytes (writer, "arra.bytes", data, 5);
}

static gboolean
add_tensors (ArraGgufWriter *writer, GError **error)
{
  return arra_gguf_writer_add_tensor (writer, "a", ARRA_F32, 2, (const gint64[]) { 2, 3 }, error)
         && arra_gguf_writer_add_tensor (writer, "none", ARRA_F16, 1, (const gint64[]) { 0 }, error)
         && arra_gguf_writer_add_tensor (writer, "b", ARRA_BF16, 4, (const gint64[]) { 2, 4, 2, 2 }, error)
         && arra_gguf_writer_add_tensor (writer, "c", ARRA_Q8_0, 2, (const gint64[]) { 2, 32 }, error);
}

static gboolean
write_data (ArraGgufWriter *writer, gsize piece, GError **error)
{
  for (gsize at = 0; at < DATA_SIZE; at += piece)
    if (!arra_gguf_writer_write (writer, data + at, MIN (piece, DATA_SIZE - at), error))
      return FALSE;
  return TRUE;
}

static gboolean
write_sample (const char *path, gsize piece, GError **error)
{
  g_autoptr (ArraGgufWriter) writer = arra_gguf_writer_new (path, error);

  if (writer == NULL)
    return FALSE;
  set_metadata (writer);
  return add_tensors (writer, error) && arra_gguf_writer_begin (writer, error) && write_data (writer, piece, error)
         && arra_gguf_writer_commit (writer, HASH_KEY, error);
}

static void
assert_metadata (const ArraGguf *gguf)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) texts = arra_gguf_get_strings (gguf, "arra.texts", 3, &error);
  const guint8 *bytes;
  const char *text;
  gsize length;
  guint64 count;
  double temperature;
  gboolean swin;

  g_assert_true (arra_gguf_get_string (gguf, "general.architecture", &text, &length, &error));
  g_assert_cmpmem (text, length, "arra", 4);
  g_assert_true (arra_gguf_get_string (gguf, "arra.part", &text, &length, &error));
  g_assert_cmpmem (text, length, "abc", 3);
  g_assert_true (arra_gguf_get_uint (gguf, "arra.count", G_MAXUINT32, &count, &error));
  g_assert_cmpuint (count, ==, 4000000000u);
  g_assert_true (arra_gguf_get_double (gguf, "arra.temperature", &temperature, &error));
  g_assert_cmpfloat (temperature, ==, 0.1);
  g_assert_true (arra_gguf_get_bool (gguf, "arra.swin", &swin, &error));
  g_assert_true (swin);
  g_assert_true (arra_gguf_get_bytes (gguf, "arra.bytes", &bytes, &length, &error));
  g_assert_cmpmem (bytes, length, data, 5);
  g_assert_cmpuint (g_strv_length (texts), ==, 3);
  g_assert_cmpstr (texts[2], ==, "drei");
}

static void
assert_tensors (ArraGguf *gguf)
{
  ArraSource *source = arra_gguf_source (gguf);
  const ArraTensor *a = arra_source_find (source, "a"), *b = arra_source_find (source, "b");
  const ArraTensor *c = arra_source_find (source, "c"), *none = arra_source_find (source, "none");

  g_assert_cmpuint (arra_source_count (source), ==, 4);
  g_assert_true (a->dtype == ARRA_F32 && arra_tensor_has_shape (a, 2, (gint64) 2, (gint64) 3));
  g_assert_cmpmem (a->data, a->n_bytes, data, 24);
  g_assert_true (b->dtype == ARRA_BF16 && arra_tensor_has_shape (b, 4, (gint64) 2, (gint64) 4, (gint64) 2, (gint64) 2));
  g_assert_cmpmem (b->data, b->n_bytes, data + 24, 64);
  g_assert_true (c->dtype == ARRA_Q8_0 && arra_tensor_has_shape (c, 2, (gint64) 2, (gint64) 32));
  g_assert_cmpmem (c->data, c->n_bytes, data + 88, 68);
  g_assert_true (none->dtype == ARRA_F16 && none->n_bytes == 0);
  g_assert_cmpuint ((guintptr) c->data % ARRA_GGUF_ALIGNMENT, ==, 0);
}

/* Each quantised type is declared by ggml's number and comes back as it was. */
static void
test_quantised (void)
{
  const ArraDType types[] = { ARRA_Q4_0, ARRA_Q4_K, ARRA_Q6_K };
  const gint64 shape[] = { 2, 256 };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree char *path = scratch_path ("quantised.gguf");
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraGgufWriter) writer = arra_gguf_writer_new (path, &error);
      g_autoptr (ArraGguf) gguf = NULL;
      const ArraTensor *a;
      guint8 bytes[512];
      gsize size;

      for (gsize b = 0; b < sizeof bytes; b++)
        bytes[b] = (guint8) (b * 7);
      g_assert_true (arra_tensor_bytes (types[i], 2, shape, &size) && size <= sizeof bytes);
      g_assert_true (arra_gguf_writer_add_tensor (writer, "a", types[i], 2, shape, &error)
                     && arra_gguf_writer_begin (writer, &error) && arra_gguf_writer_write (writer, bytes, size, &error)
                     && arra_gguf_writer_commit (writer, NULL, &error));
      gguf = arra_gguf_open (path, &error);
      g_assert_no_error (error);
      a = arra_source_find (arra_gguf_source (gguf), "a");
      g_assert_cmpint (a->dtype, ==, types[i]);
      g_assert_true (arra_tensor_has_shape (a, 2, shape[0], shape[1]));
      g_assert_cmpmem (a->data, a->n_bytes, bytes, size);
      g_assert_cmpint (g_unlink (path), ==, 0);
    }
}

static void
assert_hash (ArraGguf *gguf)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *hash = arra_gguf_data_sha256 (gguf, NULL, &error);
  const char *text;
  gsize length;

  g_assert_no_error (error);
  g_assert_true (arra_gguf_get_string (gguf, HASH_KEY, &text, &length, &error));
  g_assert_cmpmem (text, length, hash, 64);
}

static void
test_round_trip (void)
{
  const gsize pieces[] = { 1, 7, 24, 88, DATA_SIZE };

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autofree char *path = scratch_path ("round.gguf");
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraGguf) gguf = NULL;

      g_assert_true (write_sample (path, pieces[i], &error));
      g_assert_no_error (error);
      gguf = arra_gguf_open (path, &error);
      g_assert_no_error (error);
      assert_metadata (gguf);
      assert_tensors (gguf);
      assert_hash (gguf);
    }
}

/* Any changed byte of the data changes the hash. */
static void
test_hash_sees_damage (void)
{
  g_autofree char *path = scratch_path ("damaged.gguf");
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  g_assert_true (write_sample (path, 50, NULL));
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (gsize back = 1; back <= 192; back++)
    {
      g_autoptr (ArraGguf) gguf = NULL;
      g_autofree char *hash = NULL;
      const char *text;
      gsize length;

      bytes[size - back] ^= 1;
      scratch_write (path, bytes, size);
      bytes[size - back] ^= 1;
      gguf = arra_gguf_open (path, &error);
      hash = arra_gguf_data_sha256 (gguf, NULL, &error);
      g_assert_true (arra_gguf_get_string (gguf, HASH_KEY, &text, &length, &error));
      g_assert_cmpint (memcmp (text, hash, 64), !=, 0);
    }
}

static void
test_no_tensors (void)
{
  g_autofree char *path = scratch_path ("bare.gguf");
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraGgufWriter) writer = arra_gguf_writer_new (path, &error);
  g_autoptr (ArraGguf) gguf = NULL;

  g_assert_true (arra_gguf_writer_begin (writer, &error));
  g_assert_true (arra_gguf_writer_commit (writer, NULL, &error));
  gguf = arra_gguf_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (arra_source_count (arra_gguf_source (gguf)), ==, 0);
}

static void
test_bad_metadata (void)
{
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *path = scratch_path ("n_metadata.gguf");
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraGgufWriter) writer = arra_gguf_writer_new (path, &error);

      if (i == 0)
        arra_gguf_writer_set_string (writer, "k", "\xFF", -1);
      else if (i == 1)
        arra_gguf_writer_set_strings (writer, "k", (const char *const[]) { "\xFF", NULL });
      else if (i == 2)
        arra_gguf_writer_set_uint (writer, "k", 1);
      arra_gguf_writer_set_bool (writer, i == 3 ? "" : i == 2 ? "k" : "j", TRUE);
      g_assert_false (arra_gguf_writer_begin (writer, &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
      scratch_assert_fault (&error, path, i < 2 ? "UTF-8" : "set twice");
    }
}

static void
assert_tensor_refused (const char *name, ArraDType dtype, guint n_dims, gint64 size, const char *word)
{
  g_autofree char *path = scratch_path ("n_tensor.gguf");
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraGgufWriter) writer = arra_gguf_writer_new (path, &error);
  const gint64 shape[5] = { 1, 1, 1, 1, 1 }, one[1] = { size };

  g_assert_true (arra_gguf_writer_add_tensor (writer, "a", ARRA_F32, 1, shape, &error));
  g_assert_false (arra_gguf_writer_add_tensor (writer, name, dtype, n_dims, n_dims == 1 ? one : shape, &error));
  scratch_assert_fault (&error, path, word);
}

static void
test_bad_tensors (void)
{
  g_autofree char *name = g_strnfill (65, 'n');

  assert_tensor_refused ("a", ARRA_F32, 1, 1, "duplicate");
  assert_tensor_refused ("", ARRA_F32, 1, 1, "invalid name");
  assert_tensor_refused (name, ARRA_F32, 1, 1, "invalid name");
  assert_tensor_refused ("b", ARRA_I64, 1, 1, "I64 is not supported");
  assert_tensor_refused ("b", ARRA_F32, 1, -1, "invalid shape");
  assert_tensor_refused ("b", ARRA_Q8_0, 1, 33, "invalid shape");
  assert_tensor_refused ("b", ARRA_Q4_0, 1, 33, "invalid shape");
  assert_tensor_refused ("b", ARRA_Q4_K, 1, 128, "invalid shape");
  assert_tensor_refused ("b", ARRA_Q6_K, 1, 255, "invalid shape");
  assert_tensor_refused ("b", ARRA_F32, 5, 1, "invalid shape");
}

/* Too few or too many data, a hash that has no place: an error, and no file. */
static void
test_unfinished (void)
{
  g_autofree char *path = scratch_path ("n_unfinished.gguf");
  guint before = scratch_count_files ();

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraGgufWriter) writer = arra_gguf_writer_new (path, &error);

      set_metadata (writer);
      g_assert_true (add_tensors (writer, &error) && arra_gguf_writer_begin (writer, &error));
      g_assert_true (arra_gguf_writer_write (writer, data, i == 0 ? 100 : DATA_SIZE, &error));
      if (i == 1)
        {
          g_assert_false (arra_gguf_writer_write (writer, data, 1, &error));
          scratch_assert_fault (&error, path, "more data");
          continue;
        }
      g_assert_false (arra_gguf_writer_commit (writer, "arra.part", &error));
      scratch_assert_fault (&error, path, i == 0 ? "'c': its data are incomplete" : "64 characters");
    }
  g_assert_cmpuint (scratch_count_files (), ==, before);
}

static gpointer
write_and_open (const char *path, GError **error)
{
  g_unlink (path);
  if (!write_sample (path, 50, error))
    {
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
      return NULL;
    }
  return arra_gguf_open (path, error);
}

static void
free_gguf (gpointer gguf)
{
  arra_gguf_free (gguf);
}

static void
test_allocations (void)
{
  g_autofree char *path = scratch_path ("fault.gguf");

  scratch_check_allocations (write_and_open, free_gguf, path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < DATA_SIZE; i++)
    data[i] = (guint8) (i * 7 + 1);
  g_test_add_func ("/io/gguf-write/round-trip", test_round_trip);
  g_test_add_func ("/io/gguf-write/quantised", test_quantised);
  g_test_add_func ("/io/gguf-write/hash-sees-damage", test_hash_sees_damage);
  g_test_add_func ("/io/gguf-write/no-tensors", test_no_tensors);
  g_test_add_func ("/io/gguf-write/bad-metadata", test_bad_metadata);
  g_test_add_func ("/io/gguf-write/bad-tensors", test_bad_tensors);
  g_test_add_func ("/io/gguf-write/unfinished", test_unfinished);
  g_test_add_func ("/io/gguf-write/allocations", test_allocations);
  return scratch_run ();
}
