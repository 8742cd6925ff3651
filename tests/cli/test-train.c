/* test-train.c - `arra train` as a user runs it: killed, stopped, continued, and what it leaves behind
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>
#include <string.h>

#include "fixture.h"
#include "harness.h"
#include "mapping.h"
#include "token_cache.h"
#include "tokenizer.h"
#include "vqgan_file.h"

#define N 12
#define SIDE 4 /* codes of two pixels */
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
write_cache (const char *vqgan)
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
  form.prints = (ArraTokenCachePrints){ "00", vqgan, hash };
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
      g_assert_true (arra_token_cache_writer_put (writer, item, codes, &error));
    }
  g_assert_true (arra_token_cache_writer_finish (writer, &error));
}

static void
put (const char *name, const char *text)
{
  g_autofree char *path = scratch_path (name);
  g_autoptr (GError) error = NULL;

  arra_write_file (path, text, strlen (text), &error);
  g_assert_no_error (error);
}

static void
begin (void)
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
  write_cache (vqgan);
  put ("train.yaml", config_text);
  put ("card.json", "{\"name\": \"foxes\", \"license\": \"CC0-1.0\", \"guidance_scale\": 2.5}");
}

/* What is trained is a checkpoint: it is described, draws and converts. */
static void
test_whole (void)
{
  g_autoptr (Outcome) trained = NULL;
  g_autoptr (Outcome) drawn = NULL;
  g_autoptr (Outcome) info = NULL;
  g_autoptr (Outcome) converted = NULL;
  guint width, height;

  begin ();
  trained = arra_run ("train", "train.yaml", "--threads", "1", NULL);
  assert_status (trained, 0);
  assert_says (trained->out, "40 steps in");
  assert_says (trained->out, "all steps are made");
  assert_says (trained->out, "/model: validation loss");
  assert_says (trained->err, "step 10/40  loss ");
  assert_says (trained->err, "tokens/s");
  g_assert_true (scratch_has ("out/loss.png"));
  g_assert_true (scratch_has ("out/metrics.csv"));
  g_assert_true (scratch_has ("out/samples/0000020-1.png"));
  g_assert_true (scratch_has ("out/samples/0000040-1.png"));
  drawn = arra_run ("generate", "--model", "out/model", "-o", "fox.png", "a fox", NULL);
  assert_status (drawn, 0);
  picture_size ("fox.png", &width, &height);
  g_assert_cmpuint (width, ==, 2 * SIDE);
  g_assert_cmpuint (height, ==, 2 * SIDE);
  info = arra_run ("info", "out/model", NULL);
  assert_status (info, 0);
  assert_says (info->out, "foxes");
  assert_says (info->out, "CC0-1.0");
  converted = arra_run ("convert", "out/model", "-o", "foxes.gguf", NULL);
  assert_status (converted, 0);
  harness_end ();
}

/* Killed again and again, at whatever it does, it still ends with the same bytes. */
static void
test_kill (void)
{
  const char *args[] = { "train",     "train.yaml", "-q",
                         "--threads", "1",          "--output",
                         "killed",    "--set",      "training.sample_every=0",
                         "--resume",  NULL };
  g_autoptr (Outcome) whole = NULL;
  guint kills = 0;
  int status = -1;

  begin ();
  whole = arra_run ("train", "train.yaml", "-q", "--threads", "1", "--set", "training.sample_every=0", NULL);
  assert_status (whole, 0);
  for (guint attempt = 0; attempt < 200 && status != 0; attempt++)
    {
      GSubprocess *process = arra_start (args, -1);
      g_autoptr (Outcome) outcome = NULL;

      g_usleep (60000 + attempt % 11 * 20000);
      g_subprocess_send_signal (process, SIGKILL);
      outcome = arra_finish (process, NULL);
      status = outcome->status;
      kills += status != 0;
    }
  g_test_message ("%u kills", kills);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpuint (kills, >, 0);
  g_assert_true (same_bytes ("out/model/model.safetensors", "killed/model/model.safetensors"));
  harness_end ();
}

static void
test_interrupt (void)
{
  const char *args[] = { "train",     "train.yaml",
                         "--threads", "1",
                         "--steps",   "100000",
                         "--set",     "training.schedule=constant",
                         "--set",     "training.sample_every=0",
                         NULL };
  g_autoptr (Outcome) stopped = NULL;
  g_autoptr (Outcome) resumed = NULL;
  GSubprocess *process;

  begin ();
  process = arra_start (args, -1);
  while (!scratch_has ("out/training.safetensors"))
    g_usleep (10000);
  g_subprocess_send_signal (process, SIGINT);
  stopped = arra_finish (process, NULL);
  assert_status (stopped, 130);
  assert_says (stopped->out, "stopped; --resume goes on");
  /* With a constant rate the number of steps may change. */
  resumed = arra_run ("train", "train.yaml", "--threads", "1", "--steps", "5000", "--set",
                      "training.schedule=constant", "--set", "training.sample_every=0", "--set",
                      "training.max_minutes=0.005", "--resume", NULL);
  assert_status (resumed, 0);
  harness_end ();
}

static void
refuse (int status, const char *word, const char *option, const char *value)
{
  g_autoptr (Outcome) outcome = arra_run ("train", "train.yaml", option, value, NULL);

  assert_status (outcome, status);
  assert_says (outcome->err, word);
}

/* A VQGAN like the model's, but of other numbers. */
static void
make_other_vqgan (void)
{
  g_autofree char *path = scratch_path ("other");
  g_autoptr (GError) error = NULL;
  Fixture fixture;

  fixture_init (&fixture);
  fixture.seed++;
  fixture_write_vqgan (&fixture, path, &error);
  g_assert_no_error (error);
}

static void
test_n_config (void)
{
  g_autoptr (Outcome) missing = NULL, none = NULL;

  begin ();
  make_other_vqgan ();
  refuse (70, "pictures.tokens: its codes are of another VQGAN", "--set", "model.vqgan=other");
  refuse (70, "other (", "--set", "model.vqgan=other");
  refuse (70, "\"training.lerning_rate\" is not known", "--set", "training.lerning_rate=1");
  refuse (70, "not one of", "--set", "kind=diffusion");
  refuse (70, "\"model.hidden_size\"", "--set", "model.hidden_size=wide");
  refuse (70, "num_attention_heads", "--set", "model.heads=3");
  refuse (70, "other.tokens", "--set", "data.tokens=other.tokens");
  refuse (70, "model/tokenizer.json", "--set", "data.tokens=model/tokenizer.json");
  refuse (64, "KEY=VALUE", "--set", "training.steps");
  refuse (64, "--steps", "--steps", "0");
  g_assert_false (scratch_has ("out"));
  missing = arra_run ("train", "other.yaml", NULL);
  assert_status (missing, 70);
  none = arra_run ("train", NULL);
  assert_status (none, 64);
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/train/whole", test_whole);
  g_test_add_func ("/cli/train/kill", test_kill);
  g_test_add_func ("/cli/train/interrupt", test_interrupt);
  g_test_add_func ("/cli/train/n-config", test_n_config);
  return g_test_run ();
}
