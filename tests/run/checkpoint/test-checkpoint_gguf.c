/* test-checkpoint_gguf.c - GGUF files that are not ours, not whole, or damaged
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "allocations.h"
#include "checkpoint.h"
#include "fixture.h"
#include "mem.h"

static void
expect (const char *path, ArraError code, const char *const *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraCheckpoint) checkpoint = arra_checkpoint_open (path, NULL, NULL, &error);

  g_assert_null (checkpoint);
  fixture_assert_error (error, (int) code, FIXTURE_WORDS (path));
  fixture_assert_error (error, (int) code, words);
}

/* A file with one tensor and the keys that @fill sets. */
static char *
write_gguf (const char *directory, void (*fill) (ArraGgufWriter *writer))
{
  char *path = g_build_filename (directory, "other.gguf", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraGgufWriter) writer = arra_gguf_writer_new (path, &error);
  const gint64 shape = 32;
  float values[32] = { 0 };

  g_assert_no_error (error);
  fill (writer);
  g_assert_true (arra_gguf_writer_add_tensor (writer, "token_embd.weight", ARRA_F32, 1, &shape, &error));
  g_assert_true (arra_gguf_writer_begin (writer, &error));
  g_assert_true (arra_gguf_writer_write (writer, values, sizeof values, &error));
  g_assert_true (arra_gguf_writer_commit (writer, NULL, &error));
  return path;
}

static void
fill_nothing (ArraGgufWriter *writer)
{
}

static void
fill_llama (ArraGgufWriter *writer)
{
  arra_gguf_writer_set_string (writer, "general.architecture", "llama", -1);
}

static void
fill_chameleon (ArraGgufWriter *writer)
{
  arra_gguf_writer_set_string (writer, "general.architecture", "chameleon", -1);
}

static void
fill_escape (ArraGgufWriter *writer)
{
  arra_gguf_writer_set_string (writer, "general.architecture", "\033[31mred", -1);
}

static void
fill_wrong_type (ArraGgufWriter *writer)
{
  arra_gguf_writer_set_uint (writer, "general.architecture", 5);
}

static void
fill_ours (ArraGgufWriter *writer)
{
  arra_gguf_writer_set_string (writer, "general.architecture", "arra-chameleon", -1);
}

static const struct
{
  const char *name;
  void (*fill) (ArraGgufWriter *writer);
  ArraError code;
  const char *word;
} others[] = {
  { "n_no_architecture", fill_nothing, ARRA_ERROR_NOT_FOUND, "general.architecture" },
  { "n_llama", fill_llama, ARRA_ERROR_UNSUPPORTED, "\"llama\"" },
  { "n_chameleon_of_llama.cpp", fill_chameleon, ARRA_ERROR_UNSUPPORTED, "\"chameleon\"" },
  { "n_escape_sequence", fill_escape, ARRA_ERROR_UNSUPPORTED, "\"?[31mred\"" },
  { "n_architecture_is_a_number", fill_wrong_type, ARRA_ERROR_INVALID_DATA, "general.architecture" },
  { "n_nothing_but_the_name", fill_ours, ARRA_ERROR_NOT_FOUND, "arra-chameleon." },
};

static void
test_other (gconstpointer data)
{
  gsize index = GPOINTER_TO_SIZE (data);
  g_autofree char *directory = fixture_directory ();
  g_autofree char *path = write_gguf (directory, others[index].fill);

  expect (path, others[index].code, FIXTURE_WORDS (others[index].word));
  fixture_remove (directory);
}

static char *
make_gguf (const char *directory, gsize *size)
{
  g_autofree char *path = g_build_filename (directory, "whole.gguf", NULL);
  g_autoptr (GError) error = NULL;
  char *bytes;

  arra_checkpoint_convert (directory, NULL, NULL, path, ARRA_QUANT_Q8_0, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &bytes, size, NULL));
  return bytes;
}

/* Cut anywhere (but in the padding behind the last tensor), it is refused, and nothing is leaked. */
static void
test_truncated (void)
{
  g_autofree char *directory = fixture_make_named ("tiny");
  g_autofree char *path = g_build_filename (directory, "cut.gguf", NULL);
  gsize size, held = arra_mem_held ();
  g_autofree char *bytes = make_gguf (directory, &size);

  for (gsize i = 0; i < 60; i++)
    {
      gsize length = i < 40 ? 5 + i * i * 3 : size - 64 - (i - 40) * size / 21;
      g_autoptr (GError) error = NULL;

      fixture_put (directory, "cut.gguf", bytes, (gssize) length);
      g_assert_null (arra_checkpoint_open (path, NULL, NULL, &error));
      g_assert_nonnull (error);
      g_assert_true (strstr (error->message, path) != NULL);
    }
  g_assert_cmpuint (arra_mem_held (), ==, held);
  fixture_remove (directory);
}

/* One word of the file is another. */
static void
expect_patched (const char *from, const char *to, ArraError code, const char *word)
{
  g_autofree char *directory = fixture_make_named ("tiny");
  g_autofree char *path = g_build_filename (directory, "patched.gguf", NULL);
  gsize size;
  g_autofree char *bytes = make_gguf (directory, &size);
  char *at = memmem (bytes, size, from, strlen (from));

  g_assert_nonnull (at);
  g_assert_cmpuint (strlen (from), ==, strlen (to));
  memcpy (at, to, strlen (to));
  fixture_put (directory, "patched.gguf", bytes, (gssize) size);
  expect (path, code, FIXTURE_WORDS (word));
  fixture_remove (directory);
}

static void
test_patched (void)
{
  expect_patched ("arra-chameleon.block_count", "arra-chameleon.block_kount", ARRA_ERROR_NOT_FOUND, "block_count");
  expect_patched ("tokenizer.huggingface.json", "tokenizer.huggingface.jzon", ARRA_ERROR_NOT_FOUND,
                  "tokenizer.huggingface.json");
  expect_patched ("model.layers.1.mlp.up_proj.weight", "model.layers.1.mlp.xx_proj.weight", ARRA_ERROR_NOT_FOUND,
                  "model.layers.1.mlp.up_proj.weight");
  expect_patched ("vqgan.decoder.conv_out.weight", "vqgan.decoder.conv_xxx.weight", ARRA_ERROR_NOT_FOUND,
                  "decoder.conv_out.weight");
  expect_patched ("\"version\":\"1.0\"", "\"version\":\"1.0\\", ARRA_ERROR_INVALID_DATA, "tokenizer.huggingface.json");
  expect_patched ("{prompt}", "{prumpt}", ARRA_ERROR_INVALID_DATA, "{prompt}");
}

static gboolean
open_one (gpointer data, GError **error)
{
  g_autoptr (ArraCheckpoint) checkpoint = arra_checkpoint_open (data, NULL, NULL, error);

  return checkpoint != NULL;
}

static void
test_memory (void)
{
  g_autofree char *directory = fixture_make_named ("tiny");
  g_autofree char *path = g_build_filename (directory, "whole.gguf", NULL);
  gsize size;

  g_free (make_gguf (directory, &size));
  allocations_check (open_one, path);
  fixture_remove (directory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *name = g_strconcat ("/checkpoint_gguf/", others[i].name, NULL);
      g_test_add_data_func (name, GSIZE_TO_POINTER (i), test_other);
    }
  g_test_add_func ("/checkpoint_gguf/truncated", test_truncated);
  g_test_add_func ("/checkpoint_gguf/patched", test_patched);
  g_test_add_func ("/checkpoint_gguf/memory", test_memory);
  return g_test_run ();
}
