/* test-convert.c - a directory and the GGUF made of it must be the same model
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "allocations.h"
#include "checkpoint.h"
#include "fixture.h"
#include "mem.h"
#include "vocabulary.h"
#include "vqgan_file.h"

static ArraCheckpoint *
open_as (const char *path, ArraQuant quant)
{
  ArraOpenOptions options = { .quant = quant };
  g_autoptr (GError) error = NULL;
  ArraCheckpoint *checkpoint = arra_checkpoint_open (path, &options, NULL, &error);

  g_assert_no_error (error);
  return checkpoint;
}

static char *
convert (const char *directory, const char *card, ArraQuant quant)
{
  char *path = g_build_filename (directory, "out.gguf", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (arra_checkpoint_convert (directory, NULL, card, path, quant, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  return path;
}

/* A short job's tokens; (transfer full): g_free(). */
static guint32 *
tokens_of (ArraCheckpoint *checkpoint, gsize *n)
{
  ArraRequest request;
  g_autoptr (ArraJob) job = NULL;
  g_autoptr (GError) error = NULL;
  const guint32 *tokens;

  arra_request_init (&request, checkpoint);
  request.prompt = "a red fox";
  request.width = request.height = 2 * arra_checkpoint_grid (checkpoint);
  request.seed = 7;
  request.threads = 1;
  job = arra_job_new (checkpoint, &request, &error);
  g_assert_no_error (error);
  g_assert_true (arra_job_run (job, NULL, &error));
  tokens = arra_job_tokens (job, 0, n, NULL);
  return g_memdup2 (tokens, *n * sizeof *tokens);
}

static void
assert_same_tokens (const char *directory, const char *file, ArraQuant quant)
{
  g_autoptr (ArraCheckpoint) one = open_as (directory, quant), other = open_as (file, ARRA_QUANT_AS_STORED);
  gsize n_one, n_other;
  g_autofree guint32 *from_one = tokens_of (one, &n_one), *from_other = tokens_of (other, &n_other);

  g_assert_cmpuint (n_one, >, 20);
  g_assert_cmpmem (from_one, n_one * sizeof *from_one, from_other, n_other * sizeof *from_other);
}

static void
test_same_tokens (void)
{
  static const ArraQuant quants[] = { ARRA_QUANT_AS_STORED, ARRA_QUANT_F32,  ARRA_QUANT_BF16, ARRA_QUANT_F16,
                                      ARRA_QUANT_Q8_0,      ARRA_QUANT_Q4_0, ARRA_QUANT_Q4_K, ARRA_QUANT_Q6_K };
  static const ArraDType stored[] = { ARRA_BF16, ARRA_F32, ARRA_F16 };

  for (gsize d = 0; d < G_N_ELEMENTS (stored); d++)
    for (gsize q = 0; q < G_N_ELEMENTS (quants); q++)
      {
        g_autofree char *directory = NULL, *file = NULL;
        Fixture fixture;

        fixture_init (&fixture);
        fixture.dtype = stored[d];
        directory = fixture_make (&fixture);
        file = convert (directory, NULL, quants[q]);
        assert_same_tokens (directory, file, quants[q]);
        fixture_remove (directory);
      }
}

static void
test_shuffled_vocabulary (void)
{
  g_autofree char *directory = fixture_make_named ("codes1024");
  g_autofree char *file = convert (directory, NULL, ARRA_QUANT_Q8_0);

  assert_same_tokens (directory, file, ARRA_QUANT_Q8_0);
  fixture_remove (directory);
}

/* Every tensor has the bits it has when the directory's weights are converted at load. */
static void
test_types (void)
{
  g_autofree char *directory = NULL, *file = NULL;
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  Fixture fixture;

  fixture_init (&fixture);
  fixture.ffn = 172; /* rows of down_proj are no whole blocks */
  directory = fixture_make (&fixture);
  file = convert (directory, NULL, ARRA_QUANT_Q8_0);
  checkpoint = open_as (file, ARRA_QUANT_AS_STORED);
  g_assert_cmpint (arra_source_find (checkpoint->source, "lm_head.weight")->dtype, ==, ARRA_Q8_0);
  g_assert_cmpint (arra_source_find (checkpoint->source, "model.layers.1.mlp.up_proj.weight")->dtype, ==, ARRA_Q8_0);
  g_assert_cmpint (arra_source_find (checkpoint->source, "model.layers.1.mlp.down_proj.weight")->dtype, ==, ARRA_BF16);
  g_assert_cmpint (arra_source_find (checkpoint->source, "model.norm.weight")->dtype, ==, ARRA_F32);
  g_assert_cmpint (arra_source_find (checkpoint->source, "model.layers.0.self_attn.q_norm.bias")->dtype, ==, ARRA_F32);
  g_assert_cmpint (arra_source_find (checkpoint->source, "vqgan.decoder.conv_in.weight")->dtype, ==, ARRA_BF16);
  g_assert_null (arra_source_find (checkpoint->source, "adaptor.layers.0.weight"));
  assert_same_tokens (directory, file, ARRA_QUANT_Q8_0);
  fixture_remove (directory);
}

/* The types of a model 256 wide: embedding and head are never less than Q6_K; rows that are no superblocks are Q8_0,
 * rows that are no blocks either stay. */
static void
test_quantised_types (void)
{
  const struct
  {
    ArraQuant quant;
    ArraDType up, down, table;
    guint ffn;
  } cases[] = { { ARRA_QUANT_Q4_0, ARRA_Q4_0, ARRA_Q4_0, ARRA_Q6_K, 512 },
                { ARRA_QUANT_Q4_K, ARRA_Q4_K, ARRA_Q4_K, ARRA_Q6_K, 512 },
                { ARRA_QUANT_Q6_K, ARRA_Q6_K, ARRA_Q6_K, ARRA_Q6_K, 512 },
                { ARRA_QUANT_Q4_0, ARRA_Q4_0, ARRA_BF16, ARRA_Q6_K, 172 },
                { ARRA_QUANT_Q4_K, ARRA_Q4_K, ARRA_Q8_0, ARRA_Q6_K, 160 },
                { ARRA_QUANT_Q6_K, ARRA_Q6_K, ARRA_Q8_0, ARRA_Q6_K, 160 },
                { ARRA_QUANT_Q4_K, ARRA_Q4_K, ARRA_BF16, ARRA_Q6_K, 172 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *directory = NULL, *file = NULL;
      g_autoptr (ArraCheckpoint) checkpoint = NULL;
      Fixture fixture;

      fixture_init (&fixture);
      fixture.hidden = 256;
      fixture.ffn = cases[i].ffn;
      directory = fixture_make (&fixture);
      file = convert (directory, NULL, cases[i].quant);
      checkpoint = open_as (file, ARRA_QUANT_AS_STORED);
      g_assert_cmpint (arra_source_find (checkpoint->source, "lm_head.weight")->dtype, ==, cases[i].table);
      g_assert_cmpint (arra_source_find (checkpoint->source, "model.embed_tokens.weight")->dtype, ==, cases[i].table);
      g_assert_cmpint (arra_source_find (checkpoint->source, "model.layers.1.mlp.up_proj.weight")->dtype, ==,
                       cases[i].up);
      g_assert_cmpint (arra_source_find (checkpoint->source, "model.layers.1.mlp.down_proj.weight")->dtype, ==,
                       cases[i].down);
      g_assert_cmpint (arra_source_find (checkpoint->source, "model.norm.weight")->dtype, ==, ARRA_F32);
      assert_same_tokens (directory, file, cases[i].quant);
      fixture_remove (directory);
    }
}

static ArraDType
vqgan_dtype (ArraDType stored, ArraQuant quant, const char *name)
{
  g_autofree char *directory = NULL, *file = NULL, *full = g_strconcat (ARRA_VQGAN_PREFIX, name, NULL);
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  ArraDType dtype;
  Fixture fixture;

  fixture_init (&fixture);
  fixture.dtype = stored;
  directory = fixture_make (&fixture);
  file = convert (directory, NULL, quant);
  checkpoint = open_as (file, ARRA_QUANT_AS_STORED);
  dtype = arra_source_find (checkpoint->source, full)->dtype;
  fixture_remove (directory);
  return dtype;
}

/* Kernels are halved where that is asked for, or was so before; biases and codes never are. */
static void
test_half_vqgan (void)
{
  const char *kernel = "decoder.conv_in.weight", *bias = "decoder.conv_in.bias", *codes = "quantize.embedding.weight";

  g_assert_cmpint (vqgan_dtype (ARRA_F32, ARRA_QUANT_Q8_0, kernel), ==, ARRA_F16);
  g_assert_cmpint (vqgan_dtype (ARRA_F32, ARRA_QUANT_Q4_K, kernel), ==, ARRA_F16);
  g_assert_cmpint (vqgan_dtype (ARRA_F32, ARRA_QUANT_F16, kernel), ==, ARRA_F16);
  g_assert_cmpint (vqgan_dtype (ARRA_F32, ARRA_QUANT_F32, kernel), ==, ARRA_F32);
  g_assert_cmpint (vqgan_dtype (ARRA_F32, ARRA_QUANT_AS_STORED, kernel), ==, ARRA_F32);
  g_assert_cmpint (vqgan_dtype (ARRA_F16, ARRA_QUANT_AS_STORED, kernel), ==, ARRA_F16);
  g_assert_cmpint (vqgan_dtype (ARRA_F16, ARRA_QUANT_F32, kernel), ==, ARRA_F32);
  g_assert_cmpint (vqgan_dtype (ARRA_BF16, ARRA_QUANT_Q8_0, kernel), ==, ARRA_BF16);
  g_assert_cmpint (vqgan_dtype (ARRA_F32, ARRA_QUANT_Q8_0, bias), ==, ARRA_F32);
  g_assert_cmpint (vqgan_dtype (ARRA_F32, ARRA_QUANT_Q8_0, codes), ==, ARRA_F32);
}

static gboolean
same_tensor (ArraSource *one, const char *name, ArraSource *other, const char *other_name)
{
  const ArraTensor *a = arra_source_find (one, name), *b = arra_source_find (other, other_name);

  g_assert_true (a != NULL && b != NULL);
  g_assert_cmpuint (a->n_bytes, ==, b->n_bytes);
  return memcmp (a->data, b->data, a->n_bytes) == 0;
}

/* A VQGAN given apart takes the place of the file's own; the transformer stays as it is. */
static void
test_other_vqgan (void)
{
  static const char own_name[] = "decoder.conv_in.weight", full_name[] = ARRA_VQGAN_PREFIX "decoder.conv_in.weight";
  g_autofree char *directory = fixture_make_named ("tiny"), *apart = fixture_directory (),
                  *given = g_build_filename (apart, "vqgan.safetensors", NULL),
                  *exchanged = g_build_filename (apart, "exchanged.gguf", NULL),
                  *file = convert (directory, NULL, ARRA_QUANT_AS_STORED);
  g_auto (ArraVqganFile) other = { 0 };
  g_autoptr (ArraCheckpoint) before = NULL, after = NULL;
  g_autoptr (GError) error = NULL;
  Fixture fixture;

  fixture_init (&fixture);
  fixture.seed++;
  g_assert_true (fixture_write_vqgan (&fixture, apart, &error));
  g_assert_true (arra_vqgan_file_open (&other, given, &error));
  g_assert_true (
      arra_checkpoint_convert (file, given, NULL, exchanged, ARRA_QUANT_AS_STORED, NULL, NULL, NULL, &error));
  before = open_as (file, ARRA_QUANT_AS_STORED);
  after = open_as (exchanged, ARRA_QUANT_AS_STORED);
  g_assert_true (same_tensor (after->source, "lm_head.weight", before->source, "lm_head.weight"));
  g_assert_false (same_tensor (after->source, full_name, before->source, full_name));
  g_assert_true (same_tensor (after->source, full_name, other.source, own_name));
  fixture_remove (directory);
  fixture_remove (apart);
}

static void
test_metadata (void)
{
  g_autofree char *directory = fixture_make_named ("tiny");
  g_autofree char *thumbnail = g_strdup ("\x89PNG\r\n\x1a\nx"), *file = NULL,
                  *card_path = g_build_filename (directory, "card.json", NULL);
  g_autofree char *settings = NULL, *other_settings = NULL;
  g_autoptr (ArraCheckpoint) one = NULL, other = NULL;
  const ArraCard *card;

  fixture_put (directory, "thumb.png", thumbnail, 9);
  fixture_put (directory, "arra.json",
               "{\"name\":\"One\",\"license\":\"MIT\",\"example_prompts\":[\"oak\",\"a red "
               "fox\"],\"words\":[\"oak\",\"fox\"],\"medical\":true,\"width\":16,\"height\":16}",
               -1);
  fixture_put (directory, "card.json",
               "{\"name\":\"Two\",\"domain\":\"foxes\",\"training_data\":\"none\",\"thumbnail\":\"thumb."
               "png\",\"temperature\":0.5,\"prompt_template\":\"<{prompt}>\"}",
               -1);
  file = convert (directory, card_path, ARRA_QUANT_AS_STORED);
  one = open_as (directory, ARRA_QUANT_AS_STORED);
  other = open_as (file, ARRA_QUANT_AS_STORED);
  card = arra_checkpoint_card (other);
  g_assert_cmpstr (card->name, ==, "Two");
  g_assert_cmpstr (card->license, ==, "MIT");
  g_assert_cmpstr (card->domain, ==, "foxes");
  g_assert_cmpstr (card->training_data, ==, "none");
  g_assert_true (card->medical);
  g_assert_cmpstr (card->example_prompts[1], ==, "a red fox");
  g_assert_null (card->example_prompts[2]);
  g_assert_cmpstr (card->words[1], ==, "fox");
  g_assert_null (card->words[2]);
  g_assert_cmpmem (card->thumbnail, card->thumbnail_size, thumbnail, 9);
  g_assert_cmpstr (other->prompt_template, ==, "<{prompt}>");
  g_assert_cmpfloat (other->defaults.temperature, ==, 0.5);
  g_assert_cmpuint (other->defaults.width, ==, 16);
  g_assert_cmpuint (arra_vocabulary_of (other->layout)->stop, ==, arra_vocabulary_of (one->layout)->stop);
  g_assert_cmpuint (arra_checkpoint_grid (other), ==, 4);
  g_assert_cmpint (memcmp (&one->decoder.shape, &other->decoder.shape, sizeof one->decoder.shape), ==, 0);
  g_assert_cmpuint (one->decoder.context, ==, other->decoder.context);
  settings = one->decoder.family->settings (&one->decoder);
  other_settings = other->decoder.family->settings (&other->decoder);
  g_assert_cmpstr (settings, ==, other_settings);
  g_assert_cmpstr (arra_checkpoint_fingerprint (one), !=, arra_checkpoint_fingerprint (other));
  g_assert_true (arra_gguf_has (other->gguf, "arra.source.fingerprint"));
  fixture_remove (directory);
}

/* GGUF to GGUF: other weights, the same words; and again the same file from the same directory. */
static void
test_again (void)
{
  g_autofree char *directory = fixture_make_named ("tiny");
  g_autofree char *first = convert (directory, NULL, ARRA_QUANT_AS_STORED);
  g_autofree char *second = g_build_filename (directory, "second.gguf", NULL),
                  *third = g_build_filename (directory, "third.gguf", NULL);
  g_autofree char *bytes_first = NULL, *bytes_third = NULL;
  gsize size_first, size_third;
  g_autoptr (GError) error = NULL;

  g_assert_true (arra_checkpoint_convert (first, NULL, NULL, second, ARRA_QUANT_Q8_0, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  assert_same_tokens (directory, second, ARRA_QUANT_Q8_0);
  g_assert_true (
      arra_checkpoint_convert (directory, NULL, NULL, third, ARRA_QUANT_AS_STORED, NULL, NULL, NULL, &error));
  g_file_get_contents (first, &bytes_first, &size_first, NULL);
  g_file_get_contents (third, &bytes_third, &size_third, NULL);
  g_assert_cmpmem (bytes_first, size_first, bytes_third, size_third);
  fixture_remove (directory);
}

static void
count_calls (const ArraProgress *progress, gpointer data)
{
  double *last = data;

  g_assert_cmpfloat (progress->fraction, >=, *last);
  g_assert_cmpfloat (progress->fraction, <=, 1);
  *last = progress->fraction;
}

static void
test_progress (void)
{
  g_autofree char *directory = fixture_make_named ("tiny");
  g_autofree char *path = g_build_filename (directory, "out.gguf", NULL);
  double last = 0;

  g_assert_true (
      arra_checkpoint_convert (directory, NULL, NULL, path, ARRA_QUANT_Q8_0, count_calls, &last, NULL, NULL));
  g_assert_cmpfloat (last, ==, 1);
  fixture_remove (directory);
}

static void
expect_error (const char *directory,
              const char *card,
              const char *out,
              ArraQuant quant,
              ArraError code,
              const char *const *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (arra_checkpoint_convert (directory, NULL, card, out, quant, NULL, NULL, NULL, &error));
  fixture_assert_error (error, (int) code, words);
}

static guint
count_files (const char *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_refused (void)
{
  g_autofree char *directory = fixture_make_named ("tiny");
  g_autofree char *out = g_build_filename (directory, "out.gguf", NULL);
  g_autofree char *tokenizer = g_build_filename (directory, "tokenizer.json", NULL);
  g_autofree char *nowhere = g_build_filename (directory, "no", "out.gguf", NULL);
  g_autofree char *card = g_build_filename (directory, "card.json", NULL);
  g_autoptr (GError) error = NULL;
  guint n;

  fixture_put (directory, "card.json", "{\"name\":1}", -1);
  n = count_files (directory);
  expect_error (directory, NULL, directory, ARRA_QUANT_Q8_0, ARRA_ERROR_ARGUMENT,
                FIXTURE_WORDS (directory, "directory"));
  g_assert_false (arra_checkpoint_convert (directory, NULL, NULL, nowhere, ARRA_QUANT_Q8_0, NULL, NULL, NULL, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  expect_error (directory, card, out, ARRA_QUANT_Q8_0, ARRA_ERROR_INVALID_DATA, FIXTURE_WORDS ("card.json", "name"));
  expect_error ("/no/such", NULL, out, ARRA_QUANT_Q8_0, ARRA_ERROR_NOT_FOUND, FIXTURE_WORDS ("/no/such"));
  g_assert_cmpuint (count_files (directory), ==, n);
  g_unlink (tokenizer);
  expect_error (directory, NULL, out, ARRA_QUANT_Q8_0, ARRA_ERROR_NOT_FOUND,
                FIXTURE_WORDS (directory, "tokenizer.json"));
  g_assert_cmpuint (count_files (directory), ==, n - 1);
  fixture_remove (directory);
}

/* A value that is not finite, and one that only f16 cannot hold. */
static void
test_values (void)
{
  g_autofree char *directory = NULL, *path = NULL, *out = NULL, *bytes = NULL;
  g_autoptr (GError) error = NULL;
  Fixture fixture;
  float value = 1e6f;
  gsize size;

  fixture_init (&fixture);
  fixture.dtype = ARRA_F32;
  directory = fixture_make (&fixture);
  path = g_build_filename (directory, "model.safetensors", NULL);
  out = g_build_filename (directory, "out.gguf", NULL);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  memcpy (bytes + size - 4, &value, 4);
  fixture_put (directory, "model.safetensors", bytes, (gssize) size);
  expect_error (directory, NULL, out, ARRA_QUANT_F16, ARRA_ERROR_INVALID_DATA, FIXTURE_WORDS ("lm_head.weight", "F16"));
  g_assert_false (g_file_test (out, G_FILE_TEST_EXISTS));
  g_assert_true (arra_checkpoint_convert (directory, NULL, NULL, out, ARRA_QUANT_BF16, NULL, NULL, NULL, &error));
  value = (float) INFINITY;
  memcpy (bytes + size - 4, &value, 4);
  fixture_put (directory, "model.safetensors", bytes, (gssize) size);
  for (int quant = ARRA_QUANT_AS_STORED; quant <= ARRA_QUANT_Q6_K; quant++)
    expect_error (directory, NULL, out, (ArraQuant) quant, ARRA_ERROR_INVALID_DATA,
                  FIXTURE_WORDS ("model.safetensors", "lm_head.weight", "finite"));
  fixture_remove (directory);
}

static void
cancel_at_once (const ArraProgress *progress, gpointer data)
{
  g_cancellable_cancel (data);
}

static void
test_cancelled (void)
{
  g_autofree char *directory = fixture_make_named ("tiny");
  g_autofree char *out = g_build_filename (directory, "out.gguf", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  guint n = count_files (directory);
  gsize before = arra_mem_held ();

  g_assert_false (arra_checkpoint_convert (directory, NULL, NULL, out, ARRA_QUANT_Q8_0, cancel_at_once, cancellable,
                                           cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (count_files (directory), ==, n);
  g_assert_cmpuint (arra_mem_held (), ==, before);
  fixture_remove (directory);
}

/* What a conversion holds does not grow with the weights. */
static void
test_memory (void)
{
  g_autofree char *directory = NULL, *out = NULL;
  Fixture fixture;

  fixture_init (&fixture);
  fixture.vocab = 60000;
  fixture.hidden = 512;
  fixture.ffn = 512;
  fixture.map = fixture.tokenizer = TRUE;
  directory = fixture_make (&fixture);
  out = g_build_filename (directory, "out.gguf", NULL);
  arra_mem_reset_peak ();
  g_assert_true (arra_checkpoint_convert (directory, NULL, NULL, out, ARRA_QUANT_F32, NULL, NULL, NULL, NULL));
  g_assert_cmpuint (arra_mem_peak (), <, (gsize) 64 << 20); /* the two largest matrices take 117 MiB each in the file */
  fixture_remove (directory);
}

typedef struct
{
  const char *directory, *out;
} Conversion;

static gboolean
convert_one (gpointer data, GError **error)
{
  const Conversion *c = data;
  gboolean done = arra_checkpoint_convert (c->directory, NULL, NULL, c->out, ARRA_QUANT_Q8_0, NULL, NULL, NULL, error);

  g_assert_cmpint (done, ==, g_file_test (c->out, G_FILE_TEST_EXISTS));
  return done;
}

static void
test_no_memory (void)
{
  g_autofree char *directory = fixture_make_named ("tiny");
  g_autofree char *out = g_build_filename (directory, "out.gguf", NULL);
  Conversion conversion = { directory, out };

  allocations_check (convert_one, &conversion);
  fixture_remove (directory);
}

/* A shard, or the file itself, is not converted onto itself, and stays. */
static void
test_onto_itself (void)
{
  static const char *const words[] = { "is being read", NULL };
  Fixture fixture;
  g_autofree char *directory = NULL, *shard = NULL, *file = NULL;
  g_autoptr (GError) error = NULL, other = NULL;
  g_autoptr (ArraCheckpoint) checkpoint = NULL;

  fixture_init (&fixture);
  directory = fixture_make (&fixture);
  shard = g_build_filename (directory, "model.safetensors", NULL);
  file = convert (directory, NULL, ARRA_QUANT_F32);
  g_assert_false (arra_checkpoint_convert (directory, NULL, NULL, shard, ARRA_QUANT_F32, NULL, NULL, NULL, &error));
  fixture_assert_error (error, ARRA_ERROR_ARGUMENT, words);
  g_assert_false (arra_checkpoint_convert (file, NULL, NULL, file, ARRA_QUANT_Q8_0, NULL, NULL, NULL, &other));
  fixture_assert_error (other, ARRA_ERROR_ARGUMENT, words);
  checkpoint = open_as (directory, ARRA_QUANT_AS_STORED);
  fixture_remove (directory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/convert/same-tokens", test_same_tokens);
  g_test_add_func ("/convert/shuffled-vocabulary", test_shuffled_vocabulary);
  g_test_add_func ("/convert/types", test_types);
  g_test_add_func ("/convert/quantised-types", test_quantised_types);
  g_test_add_func ("/convert/half-vqgan", test_half_vqgan);
  g_test_add_func ("/convert/other-vqgan", test_other_vqgan);
  g_test_add_func ("/convert/metadata", test_metadata);
  g_test_add_func ("/convert/again", test_again);
  g_test_add_func ("/convert/progress", test_progress);
  g_test_add_func ("/convert/refused", test_refused);
  g_test_add_func ("/convert/values", test_values);
  g_test_add_func ("/convert/cancelled", test_cancelled);
  g_test_add_func ("/convert/memory", test_memory);
  g_test_add_func ("/convert/no-memory", test_no_memory);
  g_test_add_func ("/convert/onto-itself", test_onto_itself);
  return g_test_run ();
}
