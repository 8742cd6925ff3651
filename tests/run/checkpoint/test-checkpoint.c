/* test-checkpoint.c - checkpoints as a whole: weight types, sharing, sizes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint.h"
#include "fixture.h"
#include "mem.h"
#include "raster.h"

static ArraCheckpoint *
open_at (const char *path, ArraQuant quant)
{
  ArraOpenOptions options = { .quant = quant };
  g_autoptr (GError) error = NULL;
  ArraCheckpoint *checkpoint = arra_checkpoint_open (path, &options, NULL, &error);

  g_assert_no_error (error);
  return checkpoint;
}

static void
test_quant_names (void)
{
  static const ArraQuant all[] = { ARRA_QUANT_AS_STORED, ARRA_QUANT_F32,  ARRA_QUANT_F16,  ARRA_QUANT_BF16,
                                   ARRA_QUANT_Q8_0,      ARRA_QUANT_Q4_0, ARRA_QUANT_Q4_K, ARRA_QUANT_Q6_K };
  ArraQuant quant;

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_assert_true (arra_quant_parse (arra_quant_name (all[i]), &quant));
      g_assert_cmpint (quant, ==, all[i]);
    }
  g_assert_true (arra_quant_parse ("Q8_0", &quant));
  g_assert_false (arra_quant_parse ("q3", &quant));
  g_assert_false (arra_quant_parse ("", &quant));
}

static void
test_weights (void)
{
  static const ArraQuant quants[] = { ARRA_QUANT_AS_STORED, ARRA_QUANT_F32,  ARRA_QUANT_F16,  ARRA_QUANT_BF16,
                                      ARRA_QUANT_Q8_0,      ARRA_QUANT_Q4_0, ARRA_QUANT_Q4_K, ARRA_QUANT_Q6_K };
  g_autofree char *path = fixture_make_named ("tiny");
  gsize before = arra_mem_held ();

  for (gsize i = 0; i < G_N_ELEMENTS (quants); i++)
    {
      g_autoptr (ArraCheckpoint) checkpoint = open_at (path, quants[i]);

      g_assert_nonnull (checkpoint->model);
      g_assert_nonnull (checkpoint->vqgan);
      g_assert_true (arra_vqgan_has_encoder (checkpoint->vqgan));
      g_assert_true (arra_vqgan_has_decoder (checkpoint->vqgan));
      /* bf16 files are mapped, everything else is a copy */
      if (quants[i] == ARRA_QUANT_AS_STORED || quants[i] == ARRA_QUANT_BF16)
        g_assert_cmpuint (checkpoint->weights_mapped, >, 300000);
      else
        g_assert_cmpuint (checkpoint->weights_mapped, ==, 0);
    }
  g_assert_cmpuint (arra_mem_held (), ==, before);
  fixture_remove (path);
}

static void
test_metadata_only (void)
{
  g_autofree char *path = fixture_make_named ("tiny");
  ArraOpenOptions options = { .metadata_only = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraCheckpoint) checkpoint = arra_checkpoint_open (path, &options, NULL, &error);
  g_autoptr (ArraCheckpoint) whole = open_at (path, ARRA_QUANT_AS_STORED);

  g_assert_no_error (error);
  g_assert_null (checkpoint->model);
  g_assert_null (checkpoint->vqgan);
  g_assert_cmpuint (arra_checkpoint_grid (checkpoint), ==, 4);
  g_assert_cmpuint (checkpoint->weights_mapped, ==, whole->weights_mapped);
  g_assert_cmpuint (checkpoint->weights_private, ==, whole->weights_private);
  g_assert_cmpstr (arra_checkpoint_fingerprint (checkpoint), ==, arra_checkpoint_fingerprint (whole));
  fixture_remove (path);
}

static void
test_sharing (void)
{
  g_autofree char *path = fixture_make_named ("tiny");
  ArraCheckpoint *checkpoint = open_at (path, ARRA_QUANT_AS_STORED);

  g_assert_true (arra_checkpoint_ref (checkpoint) == checkpoint);
  arra_checkpoint_unref (checkpoint);
  g_assert_cmpstr (arra_checkpoint_path (checkpoint), ==, path);
  arra_checkpoint_unref (checkpoint);
  arra_checkpoint_unref (NULL);
  fixture_remove (path);
}

static void
test_sizes (void)
{
  g_autofree char *path = fixture_make_named ("tiny");
  g_autoptr (ArraCheckpoint) checkpoint = open_at (path, ARRA_QUANT_AS_STORED);
  static const guint wrong[][2] = { { 0, 0 }, { 0, 32 }, { 30, 32 }, { 32, 30 }, { 36, 32 }, { 32, 36 }, { 2, 2 } };

  g_assert_cmpuint (arra_checkpoint_grid (checkpoint), ==, 4);
  g_assert_true (arra_checkpoint_check_size (checkpoint, 32, 32, NULL));
  g_assert_true (arra_checkpoint_check_size (checkpoint, 4, 32, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (arra_checkpoint_check_size (checkpoint, wrong[i][0], wrong[i][1], &error));
      fixture_assert_error (error, ARRA_ERROR_ARGUMENT, FIXTURE_WORDS ("multiples of 4", "from 4 to 32"));
    }
  fixture_remove (path);
}

/* Parts that no file describes are a checkpoint like others, whose request can be planned. */
static void
test_made (void)
{
  g_autofree char *path = fixture_make_named ("tiny");
  const ArraModelPlan plan
      = { .shape
          = { .n_ids = 64, .hidden_size = 32, .intermediate_size = 32, .n_layers = 1, .n_heads = 2, .n_kv_heads = 2 },
          .context = 64,
          .rope_theta = 10000 };
  g_autoptr (ArraCheckpoint) other = open_at (path, ARRA_QUANT_AS_STORED), made = NULL;
  g_autoptr (GError) error = NULL;
  ArraDecoder decoder;
  ArraRequest request;
  ArraMemoryPlan needed;

  g_assert_true (arra_decoder_make (&decoder, arra_family_usual (), &plan, "test", &error));
  made = arra_checkpoint_make ("made", &decoder, arra_raster_new (64, 4, NULL), &other->vqgan_config, ARRA_QUANT_Q8_0,
                               ARRA_QUANT_AS_STORED);
  g_assert_null (decoder.config);
  g_assert_cmpuint (made->decoder.shape.n_ids, ==, 64);
  g_assert_cmpint (made->kv, ==, ARRA_QUANT_F32);
  arra_request_init (&request, made);
  g_assert_cmpuint (request.width, ==, 4 * 2); /* four codes of two pixels */
  g_assert_true (arra_checkpoint_plan (made, &request, &needed, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (needed.cache, >, 0);
  fixture_remove (path);
}

static void
test_context (void)
{
  g_autofree char *path = NULL;
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  g_autoptr (GError) error = NULL;
  Fixture fixture;

  fixture_init (&fixture);
  fixture.context = 100;
  path = fixture_make (&fixture);
  checkpoint = open_at (path, ARRA_QUANT_AS_STORED);
  /* the default leaves a quarter of the context to the prompt: 3 + 6 * 7 + 1 */
  g_assert_cmpuint (checkpoint->defaults.width, ==, 12);
  g_assert_true (arra_checkpoint_check_size (checkpoint, 16, 16, NULL));
  g_assert_false (arra_checkpoint_check_size (checkpoint, 32, 32, &error));
  fixture_assert_error (error, ARRA_ERROR_ARGUMENT, FIXTURE_WORDS ("276 tokens", "room for 100"));
  fixture_remove (path);
}

static void
test_cancelled (void)
{
  g_autofree char *path = fixture_make_named ("tiny");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  gsize before = arra_mem_held ();

  g_cancellable_cancel (cancellable);
  g_assert_null (arra_checkpoint_open (path, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (arra_mem_held (), ==, before);
  fixture_remove (path);
}

static void
test_short_of_memory (void)
{
  g_autofree char *path = fixture_make_named ("tiny");
  g_autoptr (GError) error = NULL;

  g_setenv ("ARRA_MEMORY_LIMIT", "100000", TRUE);
  g_assert_null (arra_checkpoint_open (path, NULL, NULL, &error));
  fixture_assert_error (error, ARRA_ERROR_NO_MEMORY, FIXTURE_WORDS (path, "needed", "100000 bytes"));
  g_unsetenv ("ARRA_MEMORY_LIMIT");
  fixture_remove (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/checkpoint/quant-names", test_quant_names);
  g_test_add_func ("/checkpoint/weights", test_weights);
  g_test_add_func ("/checkpoint/metadata-only", test_metadata_only);
  g_test_add_func ("/checkpoint/sharing", test_sharing);
  g_test_add_func ("/checkpoint/sizes", test_sizes);
  g_test_add_func ("/checkpoint/made", test_made);
  g_test_add_func ("/checkpoint/context", test_context);
  g_test_add_func ("/checkpoint/cancelled", test_cancelled);
  g_test_add_func ("/checkpoint/short-of-memory", test_short_of_memory);
  return g_test_run ();
}
