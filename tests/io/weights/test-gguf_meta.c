/* test-gguf_meta.c - metadata by key and type
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gguf.h"

#include <string.h>

#include "gguf_build.h"
#include "scratch.h"

static ArraGguf *
open_sample (void)
{
  g_autoptr (GByteArray) bytes = build_sample ();
  g_autofree char *path = scratch_path ("y_sample.gguf");
  g_autoptr (GError) error = NULL;
  ArraGguf *gguf;

  scratch_write (path, bytes->data, bytes->len);
  gguf = arra_gguf_open (path, &error);
  g_assert_no_error (error);
  return gguf;
}

static void
assert_refused (gboolean accepted, GError **error, ArraError code, const char *word)
{
  g_assert_false (accepted);
  g_assert_error (*error, ARRA_ERROR, (int) code);
  scratch_assert_fault (error, "y_sample.gguf", word);
}

static void
test_integers (void)
{
  const struct
  {
    const char *key;
    guint64 value;
  } cases[]
      = { { "n.u8", 200 }, { "n.u16", 60000 }, { "n.u32", 4000000000u }, { "n.i32", 7 }, { "n.u64", G_MAXUINT64 } };
  const char *const negative[] = { "n.i8", "n.i16", "n.i64" };
  g_autoptr (ArraGguf) gguf = open_sample ();
  g_autoptr (GError) error = NULL;
  guint64 value;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      value = 0;
      g_assert_true (arra_gguf_get_uint (gguf, cases[i].key, G_MAXUINT64, &value, &error));
      g_assert_cmpuint (value, ==, cases[i].value);
      assert_refused (arra_gguf_get_uint (gguf, cases[i].key, cases[i].value - 1, &value, &error), &error,
                      ARRA_ERROR_INVALID_DATA, "out of range");
    }
  for (guint i = 0; i < G_N_ELEMENTS (negative); i++)
    assert_refused (arra_gguf_get_uint (gguf, negative[i], G_MAXUINT64, &value, &error), &error,
                    ARRA_ERROR_INVALID_DATA, "out of range");
  assert_refused (arra_gguf_get_uint (gguf, "n.f32", 9, &value, &error), &error, ARRA_ERROR_INVALID_DATA, "wrong type");
  assert_refused (arra_gguf_get_uint (gguf, "yes", 9, &value, &error), &error, ARRA_ERROR_INVALID_DATA, "wrong type");
  assert_refused (arra_gguf_get_uint (gguf, "none", 9, &value, &error), &error, ARRA_ERROR_NOT_FOUND,
                  "'none' is missing");
}

static void
test_scalars (void)
{
  g_autoptr (ArraGguf) gguf = open_sample ();
  g_autoptr (GError) error = NULL;
  double number = 0;
  gboolean truth = FALSE;

  g_assert_true (arra_gguf_get_double (gguf, "n.f32", &number, &error));
  g_assert_cmpfloat (number, ==, 1.5);
  assert_refused (arra_gguf_get_double (gguf, "n.f64", &number, &error), &error, ARRA_ERROR_INVALID_DATA,
                  "not a finite");
  assert_refused (arra_gguf_get_double (gguf, "n.u8", &number, &error), &error, ARRA_ERROR_INVALID_DATA, "wrong type");
  assert_refused (arra_gguf_get_double (gguf, "none", &number, &error), &error, ARRA_ERROR_NOT_FOUND, "missing");
  g_assert_true (arra_gguf_get_bool (gguf, "yes", &truth, &error));
  g_assert_true (truth);
  assert_refused (arra_gguf_get_bool (gguf, "maybe", &truth, &error), &error, ARRA_ERROR_INVALID_DATA, "invalid truth");
  assert_refused (arra_gguf_get_bool (gguf, "n.u8", &truth, &error), &error, ARRA_ERROR_INVALID_DATA, "wrong type");
  assert_refused (arra_gguf_get_bool (gguf, "none", &truth, &error), &error, ARRA_ERROR_NOT_FOUND, "missing");
}

static void
test_texts (void)
{
  g_autoptr (ArraGguf) gguf = open_sample ();
  g_autoptr (GError) error = NULL;
  const guint8 *bytes;
  const char *text;
  gsize length;
  g_auto (GStrv) texts = NULL;

  g_assert_true (arra_gguf_has (gguf, "text") && !arra_gguf_has (gguf, "tex") && !arra_gguf_has (gguf, "textx"));
  g_assert_true (arra_gguf_get_string (gguf, "text", &text, &length, &error));
  g_assert_cmpmem (text, length,
                   "gr\xC3\xBC\xC3\x9F"
                   "e",
                   7);
  assert_refused (arra_gguf_get_string (gguf, "binary", &text, &length, &error), &error, ARRA_ERROR_INVALID_DATA,
                  "UTF-8");
  assert_refused (arra_gguf_get_string (gguf, "texts", &text, &length, &error), &error, ARRA_ERROR_INVALID_DATA,
                  "wrong type");
  texts = arra_gguf_get_strings (gguf, "texts", 2, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (texts), ==, 2);
  g_assert_cmpstr (texts[0], ==, "one");
  g_assert_cmpstr (texts[1], ==, "");
  assert_refused (arra_gguf_get_strings (gguf, "texts", 1, &error) != NULL, &error, ARRA_ERROR_INVALID_DATA,
                  "too many");
  assert_refused (arra_gguf_get_strings (gguf, "text", 1, &error) != NULL, &error, ARRA_ERROR_INVALID_DATA,
                  "wrong type");
  assert_refused (arra_gguf_get_strings (gguf, "none", 1, &error) != NULL, &error, ARRA_ERROR_NOT_FOUND, "missing");
  g_assert_true (arra_gguf_get_bytes (gguf, "bytes", &bytes, &length, &error));
  g_assert_cmpmem (bytes, length, "\0\0\0", 3);
  assert_refused (arra_gguf_get_bytes (gguf, "floats", &bytes, &length, &error), &error, ARRA_ERROR_INVALID_DATA,
                  "wrong type");
}

static void
test_hash_cancelled (void)
{
  g_autoptr (ArraGguf) gguf = open_sample ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *hash = NULL, *expected = NULL;
  g_autoptr (GError) error = NULL;

  hash = arra_gguf_data_sha256 (gguf, cancellable, &error);
  g_assert_no_error (error);
  expected = g_compute_checksum_for_data (G_CHECKSUM_SHA256, arra_gguf_data (gguf) + arra_gguf_header_size (gguf), 194);
  g_assert_cmpstr (hash, ==, expected);
  g_cancellable_cancel (cancellable);
  g_assert_null (arra_gguf_data_sha256 (gguf, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/gguf-meta/integers", test_integers);
  g_test_add_func ("/io/gguf-meta/scalars", test_scalars);
  g_test_add_func ("/io/gguf-meta/texts", test_texts);
  g_test_add_func ("/io/gguf-meta/hash-cancelled", test_hash_cancelled);
  return scratch_run ();
}
