/* test-checkpoint_explain.c - everything else a user may point at: the error must say what it is
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint.h"
#include "fixture.h"

static void
expect (const char *path, ArraError code, const char *const *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraCheckpoint) checkpoint = arra_checkpoint_open (path, NULL, NULL, &error);

  g_assert_null (checkpoint);
  fixture_assert_error (error, (int) code, words);
  fixture_assert_error (error, (int) code, FIXTURE_WORDS (path));
}

static void
test_missing (void)
{
  expect ("/no/such/checkpoint", ARRA_ERROR_NOT_FOUND, FIXTURE_WORDS ("no such file"));
}

static const struct
{
  const char *name;
  const char *bytes;
  gssize size;
  ArraError code;
  const char *word;
} files[] = {
  { "picture.png", "\x89PNG\r\n\x1a\n....", 12, ARRA_ERROR_UNSUPPORTED, "picture (PNG)" },
  { "picture.jpg", "\xff\xd8\xff\xe0....", 8, ARRA_ERROR_UNSUPPORTED, "picture (JPEG)" },
  { "picture.webp", "RIFF....WEBPVP8 ", 16, ARRA_ERROR_UNSUPPORTED, "picture (WebP)" },
  { "pytorch_model.bin", "PK\x03\x04............", 16, ARRA_ERROR_UNSUPPORTED, "pickle" },
  { "old.pth", "\x80\x02}q\x01.", 6, ARRA_ERROR_UNSUPPORTED, "pickle" },
  { "old.gguf", "ggml....", 8, ARRA_ERROR_UNSUPPORTED, "old ggml" },
  { "model.safetensors", "\x08\0\0\0\0\0\0\0{}      ", 16, ARRA_ERROR_UNSUPPORTED, "config.json" },
  { "notes.txt", "hello", 5, ARRA_ERROR_UNSUPPORTED, "neither a GGUF file nor a Hugging Face directory" },
  { "empty.gguf", "", 0, ARRA_ERROR_INVALID_DATA, "empty" },
  { "short.gguf", "GGUF", 4, ARRA_ERROR_INVALID_DATA, "short.gguf" },
};

static void
test_file (gconstpointer data)
{
  gsize index = GPOINTER_TO_SIZE (data);
  g_autofree char *directory = fixture_directory ();
  g_autofree char *path = g_build_filename (directory, files[index].name, NULL);

  fixture_put (directory, files[index].name, files[index].bytes, files[index].size);
  expect (path, files[index].code, FIXTURE_WORDS (files[index].word));
  fixture_remove (directory);
}

/* The file that is published, alone and as all that lies in a folder */
static void
test_vqgan (void)
{
  g_autofree char *from
      = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "llamagen", "vq16_like", "vq_ds16_c2i.pt", NULL);
  g_autofree char *directory = fixture_directory ();
  g_autofree char *path = g_build_filename (directory, "vq_ds16_c2i.pt", NULL), *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (from, &bytes, &size, NULL));
  fixture_put (directory, "vq_ds16_c2i.pt", bytes, (gssize) size);
  expect (path, ARRA_ERROR_UNSUPPORTED, FIXTURE_WORDS ("is an image tokenizer"));
  expect (directory, ARRA_ERROR_UNSUPPORTED, FIXTURE_WORDS ("is an image tokenizer"));
  fixture_remove (directory);
}

static void
test_part_of_checkpoint (void)
{
  g_autofree char *directory = fixture_make_named ("tiny");
  g_autofree char *weights = g_build_filename (directory, "model.safetensors", NULL);
  g_autofree char *config = g_build_filename (directory, "config.json", NULL);

  expect (weights, ARRA_ERROR_UNSUPPORTED, FIXTURE_WORDS ("name its directory", directory));
  expect (config, ARRA_ERROR_UNSUPPORTED, FIXTURE_WORDS ("name its directory", directory));
  fixture_remove (directory);
}

static void
test_named_pipe (void)
{
  g_autofree char *directory = fixture_directory ();
  g_autofree char *path = g_build_filename (directory, "pipe", NULL);

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  expect (path, ARRA_ERROR_INVALID_DATA, FIXTURE_WORDS ("not a regular file"));
  fixture_remove (directory);
}

static void
test_no_permission (void)
{
  g_autofree char *directory = fixture_make_named ("tiny");
  g_autofree char *path = g_build_filename (directory, "config.json", NULL);
  g_autoptr (GError) error = NULL;

  if (geteuid () == 0)
    {
      g_test_skip ("root may read everything");
      fixture_remove (directory);
      return;
    }
  g_chmod (path, 0);
  g_assert_null (arra_checkpoint_open (directory, NULL, NULL, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_ACCES);
  fixture_remove (directory);
}

static void
test_empty_directory (void)
{
  g_autofree char *directory = fixture_directory ();

  expect (directory, ARRA_ERROR_NOT_FOUND, FIXTURE_WORDS ("empty"));
  fixture_remove (directory);
}

static void
test_no_config (void)
{
  g_autofree char *directory = fixture_directory ();

  fixture_put (directory, "README.md", "hello", -1);
  expect (directory, ARRA_ERROR_NOT_FOUND, FIXTURE_WORDS ("no config.json"));
  fixture_remove (directory);
}

static void
test_no_weights (void)
{
  g_autofree char *directory = fixture_make_named ("tiny");
  g_autofree char *weights = g_build_filename (directory, "model.safetensors", NULL);

  g_unlink (weights);
  expect (directory, ARRA_ERROR_NOT_FOUND, FIXTURE_WORDS ("no weights", "model.safetensors"));
  fixture_put (directory, "pytorch_model-00001-of-00002.bin", "PK\x03\x04", 4);
  expect (directory, ARRA_ERROR_UNSUPPORTED,
          FIXTURE_WORDS ("pickle", "pytorch_model-00001-of-00002.bin", "safetensors"));
  fixture_remove (directory);
}

static void
test_folder_of_files (void)
{
  g_autofree char *directory = fixture_directory ();

  fixture_put (directory, "b.gguf", "GGUF", 4);
  fixture_put (directory, "a.gguf", "GGUF", 4);
  expect (directory, ARRA_ERROR_NOT_FOUND, FIXTURE_WORDS ("name the file in it, a.gguf"));
  fixture_remove (directory);
}

static void
test_cache_folder (void)
{
  g_autofree char *directory = fixture_directory ();
  g_autofree char *snapshot = g_build_filename (directory, "snapshots", "0123abcd", NULL);

  g_assert_cmpint (g_mkdir_with_parents (snapshot, 0777), ==, 0);
  expect (directory, ARRA_ERROR_NOT_FOUND, FIXTURE_WORDS ("Hugging Face cache", "snapshots/0123abcd"));
  fixture_remove (directory);
}

static void
link_to_nothing (const char *directory, const char *name)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  g_unlink (path);
  g_assert_cmpint (symlink ("../../blobs/gone", path), ==, 0);
}

/* Downloads that stopped: what is there of them is counted. */
static void
test_partial (void)
{
  g_autofree char *directory = fixture_make_named ("tiny");
  g_autofree char *weights = g_build_filename (directory, "model.safetensors", NULL);
  g_autofree char *second = g_build_filename (directory, "model-00002-of-00003.safetensors", NULL);
  g_autofree char *config = g_build_filename (directory, "config.json", NULL);
  g_autofree char *gone = g_build_filename (directory, "snapshots", "0123", NULL);

  expect (gone, ARRA_ERROR_NOT_FOUND, FIXTURE_WORDS ("this snapshot is not there"));
  g_assert_cmpint (g_rename (weights, second), ==, 0);
  expect (directory, ARRA_ERROR_NOT_FOUND, FIXTURE_WORDS ("1 of 3 files", "index.json is missing"));
  fixture_put (directory, "model.safetensors.index.json",
               "{\"weight_map\":{\"lm_head.weight\":\"model-00003-of-00003.safetensors\",\"model.norm.weight\":"
               "\"model-00002-of-00003.safetensors\",\"a\":\"model-00001-of-00003.safetensors\"}}",
               -1);
  link_to_nothing (directory, "model-00001-of-00003.safetensors");
  fixture_replace (directory, "model.safetensors.index.json", "lm_head.weight", "model.embed_tokens.weight");
  expect (directory, ARRA_ERROR_NOT_FOUND,
          FIXTURE_WORDS ("model.embed_tokens.weight", "model-00003-of-00003.safetensors, which is missing",
                         "1 of 3 files are there"));
  g_assert_cmpint (g_unlink (second), ==, 0);
  expect (directory, ARRA_ERROR_NOT_FOUND, FIXTURE_WORDS ("0 of 3 files"));
  g_assert_cmpint (g_unlink (config), ==, 0);
  expect (directory, ARRA_ERROR_NOT_FOUND, FIXTURE_WORDS ("config.json is missing", "not complete"));
  link_to_nothing (directory, "config.json");
  expect (directory, ARRA_ERROR_NOT_FOUND, FIXTURE_WORDS ("config.json: is a link to a file that is not there"));
  fixture_remove (directory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/checkpoint_explain/missing", test_missing);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *name = g_strconcat ("/checkpoint_explain/n_", files[i].name, NULL);
      g_test_add_data_func (name, GSIZE_TO_POINTER (i), test_file);
    }
  g_test_add_func ("/checkpoint_explain/part-of-checkpoint", test_part_of_checkpoint);
  g_test_add_func ("/checkpoint_explain/vqgan", test_vqgan);
  g_test_add_func ("/checkpoint_explain/named-pipe", test_named_pipe);
  g_test_add_func ("/checkpoint_explain/no-permission", test_no_permission);
  g_test_add_func ("/checkpoint_explain/empty-directory", test_empty_directory);
  g_test_add_func ("/checkpoint_explain/no-config", test_no_config);
  g_test_add_func ("/checkpoint_explain/no-weights", test_no_weights);
  g_test_add_func ("/checkpoint_explain/folder-of-files", test_folder_of_files);
  g_test_add_func ("/checkpoint_explain/cache-folder", test_cache_folder);
  g_test_add_func ("/checkpoint_explain/partial", test_partial);
  return g_test_run ();
}
