/* test-checkpoint_vqgan.c - where a VQGAN is looked for, and which ones are refused
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>

#include "checkpoint.h"
#include "fixture.h"

/* A tiny checkpoint without VQGAN in a new directory. */
static char *
make_plain (void)
{
  Fixture fixture;

  fixture_init (&fixture);
  fixture.vqgan = FALSE;
  return fixture_make (&fixture);
}

static void
put_vqgan (const char *directory, const char *place, guint codes)
{
  g_autofree char *folder = g_build_filename (directory, place, NULL);
  g_autoptr (GError) error = NULL;
  Fixture fixture;

  fixture_init (&fixture);
  fixture.codes = codes;
  fixture_write_vqgan (&fixture, folder, &error);
  g_assert_no_error (error);
}

static ArraCheckpoint *
open_with (const char *path, const char *vqgan, GError **error)
{
  ArraOpenOptions options = { .vqgan = vqgan };

  return arra_checkpoint_open (path, &options, NULL, error);
}

static void
expect_vqgan (const char *path, const char *vqgan)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraCheckpoint) checkpoint = open_with (path, vqgan, &error);

  g_assert_no_error (error);
  g_assert_true (arra_vqgan_has_decoder (checkpoint->vqgan));
  g_assert_cmpuint (arra_checkpoint_grid (checkpoint), ==, 4);
}

static void
expect_error (const char *path, const char *vqgan, ArraError code, const char *const *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraCheckpoint) checkpoint = open_with (path, vqgan, &error);

  g_assert_null (checkpoint);
  fixture_assert_error (error, (int) code, words);
}

static void
test_places (void)
{
  static const char *const places[] = { ".", "vqgan", "tokenizer", "chameleon/tokenizer" };

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *path = make_plain ();

      put_vqgan (path, places[i], 64);
      expect_vqgan (path, NULL);
      fixture_remove (path);
    }
}

static void
test_given (void)
{
  g_autofree char *path = make_plain ();
  g_autofree char *other = fixture_directory ();
  g_autofree char *file = g_build_filename (other, "vqgan.safetensors", NULL);
  g_autofree char *yaml = g_build_filename (other, "vqgan.yaml", NULL);
  g_autofree char *json = g_build_filename (other, "config.json", NULL);

  put_vqgan (other, ".", 64);
  expect_vqgan (path, file);
  expect_vqgan (path, other);
  expect_error (path, yaml, ARRA_ERROR_ARGUMENT, FIXTURE_WORDS (yaml, "weights"));
  g_unlink (yaml);
  expect_error (path, file, ARRA_ERROR_NOT_FOUND, FIXTURE_WORDS (file, "configuration"));
  fixture_put (other, "config.json",
               "{\"num_embeddings\":64,\"embed_dim\":8,\"latent_channels\":32,\"base_channels\":32,\"resolution\":16,"
               "\"num_res_blocks\":1,"
               "\"in_channels\":3,\"double_latent\":false,\"channel_multiplier\":[1,1],\"attn_resolutions\":[]}",
               -1);
  expect_vqgan (path, file);
  fixture_put (other, "config.json", "{\"hidden_size\":64}", -1);
  expect_error (path, file, ARRA_ERROR_NOT_FOUND, FIXTURE_WORDS (json, "transformer"));
  fixture_remove (path);
  fixture_remove (other);
}

/* The one given goes over the one that lies there. */
static void
test_given_wins (void)
{
  g_autofree char *path = fixture_make_named ("tiny");
  g_autofree char *other = fixture_directory ();
  g_autoptr (ArraCheckpoint) plain = open_with (path, NULL, NULL), given = NULL;

  put_vqgan (other, ".", 64);
  given = open_with (path, other, NULL);
  g_assert_true (g_str_has_prefix (given->vqgan_path, other));
  g_assert_true (g_str_has_prefix (plain->vqgan_path, path));
  fixture_remove (path);
  fixture_remove (other);
}

/* A default size that the VQGAN given cannot make is forgotten; the checkpoint's own must be right. */
static void
test_other_patch (void)
{
  g_autofree char *path = fixture_make_named ("tiny");
  g_autofree char *other = fixture_directory ();
  g_autoptr (ArraCheckpoint) plain = NULL, given = NULL;
  g_autoptr (GError) error = NULL;
  Fixture fixture;

  fixture_init (&fixture);
  fixture.n_levels = 3;
  fixture.ch_mult[2] = 1;
  fixture_write_vqgan (&fixture, other, &error);
  g_assert_no_error (error);
  fixture_put (path, "arra.json", "{\"width\":20,\"height\":20}", -1);
  plain = open_with (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (plain->defaults.width, ==, 20);
  given = open_with (path, other, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (arra_checkpoint_grid (given), ==, 8);
  g_assert_cmpuint (given->defaults.width, ==, 64);
  g_assert_cmpstr (arra_checkpoint_fingerprint (given), !=, arra_checkpoint_fingerprint (plain));
  fixture_remove (path);
  fixture_remove (other);
}

static void
test_codebook (void)
{
  g_autofree char *path = make_plain ();
  g_autofree char *other = fixture_directory ();

  put_vqgan (other, ".", 128);
  expect_error (path, other, ARRA_ERROR_INVALID_DATA, FIXTURE_WORDS ("128 codes", "64 image tokens"));
  put_vqgan (path, ".", 32);
  expect_error (path, NULL, ARRA_ERROR_INVALID_DATA, FIXTURE_WORDS ("32 codes", "64 image tokens"));
  fixture_remove (path);
  fixture_remove (other);
}

static void
test_wrong (void)
{
  g_autofree char *path = make_plain ();
  g_autofree char *weights = g_build_filename (path, "model.safetensors", NULL);
  g_autofree char *empty = fixture_directory ();
  g_autofree char *text = g_build_filename (empty, "text.ckpt", NULL);

  expect_error (path, "/no/vqgan", ARRA_ERROR_NOT_FOUND, FIXTURE_WORDS ("/no/vqgan"));
  expect_error (path, empty, ARRA_ERROR_NOT_FOUND, FIXTURE_WORDS (empty, "vqgan.safetensors"));
  expect_error (path, weights, ARRA_ERROR_NOT_FOUND, FIXTURE_WORDS (weights, "no VQGAN"));
  fixture_put (empty, "text.ckpt", "hello, world", -1);
  expect_error (path, text, ARRA_ERROR_INVALID_DATA, FIXTURE_WORDS (text));
  fixture_remove (path);
  fixture_remove (empty);
}

/* A codebook of another width than the configuration says. */
static void
test_shape (void)
{
  g_autofree char *path = fixture_make_named ("tiny");

  fixture_replace (path, "vqgan.yaml", "embed_dim: 8", "embed_dim: 16");
  expect_error (path, NULL, ARRA_ERROR_INVALID_DATA, FIXTURE_WORDS ("vqgan.safetensors"));
  fixture_remove (path);
}

/* Meta's file, with everything else that PyTorch Lightning writes into it. */
static void
test_golden_ckpt (void)
{
  g_autofree char *folder = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "vqgan", "f16", NULL);
  g_autofree char *path = NULL;
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  g_autoptr (GError) error = NULL;
  Fixture fixture;

  fixture_init (&fixture);
  fixture.vqgan = FALSE;
  fixture.codes = 8192;
  fixture.vocab = 9000;
  path = fixture_make (&fixture);
  checkpoint = open_with (path, folder, &error);
  g_assert_no_error (error);
  g_assert_true (arra_vqgan_has_decoder (checkpoint->vqgan));
  g_assert_cmpuint (arra_checkpoint_grid (checkpoint), ==, 32);
  /* the file was made for training at 512 pixels, the size tokens end at 8 grids */
  g_assert_cmpuint (checkpoint->defaults.width, ==, 256);
  fixture_remove (path);
}

static void
test_from_gguf (void)
{
  g_autofree char *path = fixture_make_named ("tiny");
  g_autofree char *plain = make_plain ();
  g_autofree char *file = g_build_filename (path, "out.gguf", NULL);
  g_autofree char *without = g_build_filename (plain, "out.gguf", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (arra_checkpoint_convert (path, NULL, NULL, file, ARRA_QUANT_AS_STORED, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  expect_vqgan (plain, file);
  g_assert_true (arra_checkpoint_convert (plain, NULL, NULL, without, ARRA_QUANT_AS_STORED, NULL, NULL, NULL, &error));
  expect_error (plain, without, ARRA_ERROR_NOT_FOUND, FIXTURE_WORDS (without, "no VQGAN"));
  expect_vqgan (without, path);
  fixture_remove (path);
  fixture_remove (plain);
}

/* Pictures become codes and come back without the transformer's weights. */
static void
test_alone (void)
{
  static const char *const none[] = { "holds no VQGAN", "--vqgan", NULL };
  const ArraOpenOptions options = { .threads = 1 };
  g_autofree char *path = make_plain ();
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  g_autoptr (GError) error = NULL, missing = NULL;

  g_assert_null (arra_checkpoint_open_vqgan (path, &options, NULL, &missing));
  fixture_assert_error (missing, ARRA_ERROR_ARGUMENT, none);
  put_vqgan (path, ".", 64);
  checkpoint = arra_checkpoint_open_vqgan (path, &options, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (checkpoint->model);
  g_assert_true (arra_vqgan_has_encoder (checkpoint->vqgan));
  g_assert_true (arra_vqgan_has_decoder (checkpoint->vqgan));
  fixture_remove (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/checkpoint_vqgan/places", test_places);
  g_test_add_func ("/checkpoint_vqgan/given", test_given);
  g_test_add_func ("/checkpoint_vqgan/given-wins", test_given_wins);
  g_test_add_func ("/checkpoint_vqgan/other-patch", test_other_patch);
  g_test_add_func ("/checkpoint_vqgan/codebook", test_codebook);
  g_test_add_func ("/checkpoint_vqgan/wrong", test_wrong);
  g_test_add_func ("/checkpoint_vqgan/shape", test_shape);
  g_test_add_func ("/checkpoint_vqgan/alone", test_alone);
  g_test_add_func ("/checkpoint_vqgan/golden-ckpt", test_golden_ckpt);
  g_test_add_func ("/checkpoint_vqgan/from-gguf", test_from_gguf);
  return g_test_run ();
}
