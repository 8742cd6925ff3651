/* test-verify.c - stored hashes against damaged contents
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "checkpoint.h"
#include "fixture.h"

static ArraCheckpoint *
open_metadata (const char *path)
{
  ArraOpenOptions options = { .metadata_only = TRUE };
  g_autoptr (GError) error = NULL;
  ArraCheckpoint *checkpoint = arra_checkpoint_open (path, &options, NULL, &error);

  g_assert_no_error (error);
  return checkpoint;
}

static void
expect (const char *path, int code, const char *word)
{
  g_autoptr (ArraCheckpoint) checkpoint = open_metadata (path);
  g_autoptr (GError) error = NULL;

  if (word == NULL)
    {
      g_assert_true (arra_checkpoint_verify (checkpoint, NULL, &error));
      g_assert_no_error (error);
      return;
    }
  g_assert_false (arra_checkpoint_verify (checkpoint, NULL, &error));
  fixture_assert_error (error, code, FIXTURE_WORDS (word));
}

/* Turns one bit of the byte @from_end before the end. */
static void
flip (const char *path, gsize from_end)
{
  g_autofree char *bytes = NULL;
  g_autofree char *directory = g_path_get_dirname (path), *name = g_path_get_basename (path);
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  bytes[size - from_end] ^= 1;
  fixture_put (directory, name, bytes, (gssize) size);
}

static void
test_gguf (void)
{
  g_autofree char *directory = fixture_make_named ("tiny");
  g_autofree char *path = g_build_filename (directory, "out.gguf", NULL);
  g_autoptr (GError) error = NULL;

  arra_checkpoint_convert (directory, NULL, NULL, path, ARRA_QUANT_AS_STORED, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  expect (path, 0, NULL);
  flip (path, 1000);
  expect (path, ARRA_ERROR_INVALID_DATA, "damaged");
  fixture_remove (directory);
}

/* Moves a file into blobs/ under the name of its hash, as the Hugging Face cache has it. */
static void
make_blob (const char *directory, const char *name, GChecksumType type)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autofree char *blobs = g_build_filename (directory, "blobs", NULL);
  g_autofree char *bytes = NULL, *head = NULL, *link = NULL;
  g_autoptr (GChecksum) sum = g_checksum_new (type);
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  head = g_strdup_printf ("blob %" G_GSIZE_FORMAT, size);
  if (type == G_CHECKSUM_SHA1)
    g_checksum_update (sum, (const guchar *) head, (gssize) strlen (head) + 1);
  g_checksum_update (sum, (const guchar *) bytes, (gssize) size);
  g_mkdir_with_parents (blobs, 0777);
  fixture_put (blobs, g_checksum_get_string (sum), bytes, (gssize) size);
  link = g_build_filename ("blobs", g_checksum_get_string (sum), NULL);
  g_unlink (path);
  g_assert_cmpint (symlink (link, path), ==, 0);
}

static void
damage_blob (const char *directory, const char *name)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autofree char *target = g_file_read_link (path, NULL);
  g_autofree char *blob = g_build_filename (directory, target, NULL);

  flip (blob, 2);
}

static void
test_cache (void)
{
  g_autofree char *directory = fixture_make_named ("tiny");

  expect (directory, ARRA_ERROR_NOT_FOUND, "no hashes");
  make_blob (directory, "model.safetensors", G_CHECKSUM_SHA256);
  make_blob (directory, "vqgan.safetensors", G_CHECKSUM_SHA256);
  make_blob (directory, "config.json", G_CHECKSUM_SHA1);
  expect (directory, 0, NULL);
  damage_blob (directory, "vqgan.safetensors");
  expect (directory, ARRA_ERROR_INVALID_DATA, "vqgan.safetensors");
  damage_blob (directory, "model.safetensors");
  expect (directory, ARRA_ERROR_INVALID_DATA, "model.safetensors");
  fixture_remove (directory);
}

static void
test_small_file (void)
{
  g_autofree char *directory = fixture_make_named ("tiny");
  g_autofree char *config = g_build_filename (directory, "config.json", NULL);
  g_autofree char *target = NULL, *blob = NULL, *text = NULL;
  g_autoptr (GString) longer = NULL;

  make_blob (directory, "config.json", G_CHECKSUM_SHA1);
  expect (directory, 0, NULL);
  target = g_file_read_link (config, NULL);
  blob = g_build_filename (directory, target, NULL);
  g_assert_true (g_file_get_contents (blob, &text, NULL, NULL));
  longer = g_string_new (text);
  g_string_append_c (longer, ' ');
  fixture_put (directory, target, longer->str, (gssize) longer->len);
  expect (directory, ARRA_ERROR_INVALID_DATA, "config.json");
  fixture_remove (directory);
}

static void
test_cancelled (void)
{
  g_autofree char *directory = fixture_make_named ("tiny");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  g_autoptr (GError) error = NULL;

  make_blob (directory, "model.safetensors", G_CHECKSUM_SHA256);
  checkpoint = open_metadata (directory);
  g_cancellable_cancel (cancellable);
  g_assert_false (arra_checkpoint_verify (checkpoint, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  fixture_remove (directory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/verify/gguf", test_gguf);
  g_test_add_func ("/verify/cache", test_cache);
  g_test_add_func ("/verify/small-file", test_small_file);
  g_test_add_func ("/verify/cancelled", test_cancelled);
  return g_test_run ();
}
