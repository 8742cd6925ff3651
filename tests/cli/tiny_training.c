/* tiny_training.c - a scratch folder with all that `arra train` needs, for tests of the command
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tiny_training.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>
#include <string.h>

#include "fixture.h"
#include "mapping.h"
#include "token_cache.h"
#include "tokenizer.h"
#include "vqgan_file.h"

#define N 12
#define SIDE TINY_SIDE
#define PROMPT 3

static const char config_text[] = "kind: transformer\n"
                                  "output: out\n"
                                  "seed: 4\n"
                                  "training:\n  steps: 40\n  learning_rate: 3e-3\n  warmup: 4\n  "
                                  "checkpoint_every: 2\n  validate_every: 10\n"
                                  "  sample_every: 20\n"
                                  "data: {tokens: pictures.tokens, held_out: 2}\n"
                                  "model: {tokenizer: model/tokenizer.json, hidden_size: 64, layers: 2, "
                                  "heads: 4, vqgan: model, card: card.json}\n"
                                  "optimizer: {batch: 4, ema: 0.9}\n"
                                  "samples: {prompts: [a fox], guidance_scale: 2}\n";

static char *
hash_vqgan (void)
{
  g_autofree char *path = scratch_path ("model");
  g_auto (ArraVqganFile) file = { .path = NULL };
  g_autoptr (GError) error = NULL;
  char *hash;

  g_assert_true (arra_vqgan_file_open (&file, path, &error));
  hash = arra_vqgan_encoder_sha256 (&file.config, file.source, file.prefix, &error);
  g_assert_no_error (error);
  return hash;
}

static void
write_cache (const char *vqgan, guint first_code)
{
  g_autofree char *path = scratch_path ("pictures.tokens"), *json = scratch_path ("model/tokenizer.json");
  g_autofree char *text = NULL, *hash = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraTokenizer) tokenizer = NULL;
  g_autoptr (ArraTokenCacheWriter) writer = NULL;
  guint32 starts[N + 1], ids[N * PROMPT], codes[SIDE * SIDE];
  ArraTokenCacheForm form
      = { .n_items = N, .rows = SIDE, .columns = SIDE, .n_codes = 64, .starts = starts, .ids = ids };
  gsize size;

  g_assert_true (g_file_get_contents (json, &text, &size, NULL));
  tokenizer = arra_tokenizer_new (text, size, json, &error);
  g_assert_no_error (error);
  hash = arra_tokenizer_sha256 (tokenizer);
  form.prints = (ArraTokenCachePrints) { "00", vqgan, hash };
  form.n_ids = arra_tokenizer_size (tokenizer);
  for (guint i = 0; i <= N; i++)
    starts[i] = i * PROMPT;
  for (guint i = 0; i < N * PROMPT; i++)
    ids[i] = 200 + i * 7 % 150;
  writer = arra_token_cache_writer_open (path, &form, &error);
  g_assert_no_error (error);
  for (guint item = 0; item < N; item++)
    {
      for (guint i = 0; i < SIDE * SIDE; i++)
        codes[i] = (item * 5 + i * 3) % 64;
      codes[0] = item == 0 ? first_code : codes[0];
      g_assert_true (arra_token_cache_writer_put (writer, item, codes, &error));
    }
  g_assert_true (arra_token_cache_writer_finish (writer, &error));
}

void
tiny_training_exchange (void)
{
  g_autofree char *vqgan = hash_vqgan (), *path = scratch_path ("pictures.tokens");

  g_assert_cmpint (g_unlink (path), ==, 0);
  write_cache (vqgan, 1);
}

void
tiny_training_put (const char *name, const char *text)
{
  g_autofree char *path = scratch_path (name);
  g_autoptr (GError) error = NULL;

  arra_write_file (path, text, strlen (text), &error);
  g_assert_no_error (error);
}

static void
put_picture (const char *name)
{
  g_autoptr (GdkPixbuf) picture = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 8, 8);
  g_autofree char *path = scratch_path (name);

  gdk_pixbuf_fill (picture, 0xe07030ff);
  g_assert_true (gdk_pixbuf_save (picture, path, "png", NULL, NULL));
}

void
tiny_training_begin (void)
{
  g_autofree char *model = NULL, *vqgan = NULL;
  g_autoptr (GError) error = NULL;
  Fixture fixture;

  harness_begin ();
  model = scratch_path ("model");
  fixture_init (&fixture);
  fixture_write (&fixture, model, &error);
  g_assert_no_error (error);
  vqgan = hash_vqgan ();
  write_cache (vqgan, 0);
  tiny_training_put ("train.yaml", config_text);
  tiny_training_put (
      "card.json",
      "{\"name\": \"foxes\", \"license\": \"CC0-1.0\", \"guidance_scale\": 2.5, \"thumbnail\": \"card.png\"}");
  put_picture ("card.png");
}
