/* test-unwritten.c - files and hashes hold nothing that nobody wrote: made twice, with other contents of
 * fresh memory, they are equal
 *
 * Every run of the command by the harness has such contents of its own.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "harness.h"
#include "mapping.h"
#include "source.h"

#define TRAINING "training: {steps: 4, learning_rate: 1e-3, checkpoint_every: 2, validate_every: 2}\n"

static const char *const configs[][2] = {
  { "vqgan.yaml", "kind: vqgan\noutput: made/vqgan\n"
                  "model: {base_channels: 8, channel_multiplier: [1, 1, 1], num_res_blocks: 1, latent_channels: 8, "
                  "embed_dim: 4, num_embeddings: 16, norm_groups: 4, average: 0.9}\n"
                  "data: {path: set, size: 32, validation: 2, batch: 2, crop: 16}\n"
                  "loss: {kind: patch, critic_start: 1, critic_channels: 8}\ncodebook: {start: 1}\n" TRAINING },
  { "clip.yaml", "kind: clip\noutput: made/clip\n"
                 "model: {tokenizer: made/tokenizer, image_size: 16, patch_size: 8, width: 16, layers: 1, "
                 "heads: 2, text_width: 16, "
                 "text_layers: 1, text_heads: 2, projection: 12, average: 0.9}\n"
                 "data: {path: set, size: 20, validation: 2, batch: 3}\n" TRAINING },
  { "judge.yaml", "kind: classifier\noutput: made/judge\n"
                  "model: {size: 16, channels: [8, 8], norm_groups: 4, average: 0.9}\n"
                  "data: {path: set, validation: 2, batch: 3}\n"
                  "augment: {shift: 1, brightness: 0.1, contrast: 0.1, blur: 0.3, noise: 0.03}\n" TRAINING },
  { "transformer.yaml", "kind: transformer\noutput: made/transformer\n"
                        "data: {tokens: made/set.tokens, features: made/set.features, held_out: 2, drop_prompt: 0.3}\n"
                        "model: {tokenizer: made/tokenizer/tokenizer.json, hidden_size: 32, layers: 2, heads: 2, "
                        "vqgan: made/vqgan/model}\n"
                        "optimizer: {method: muon, batch: 3, ema: 0.9}\n" TRAINING },
};

static void
put_configs (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      g_autofree char *path = scratch_path (configs[i][0]);

      g_assert_true (arra_write_file (path, configs[i][1], strlen (configs[i][1]), NULL));
    }
}

static void
run (const char *command)
{
  g_auto (GStrv) words = g_strsplit (command, " ", -1);
  g_autoptr (Outcome) outcome = arra_finish (arra_start ((const char *const *) words, -1), NULL);

  if (outcome->status != 0)
    g_test_message ("arra %s", command);
  assert_status (outcome, 0);
}

/* Stopped halfway: the second run reads what the first one hashed and wrote. */
static void
train (const char *config)
{
  g_autofree char *first
      = g_strdup_printf ("train %s -q --threads 1 --steps 2 --set training.schedule=constant", config);
  g_autofree char *second
      = g_strdup_printf ("train %s -q --threads 1 --resume --set training.schedule=constant", config);

  run (first);
  run (second);
}

/* What commands write of the pictures in "set", in the folder "made". */
static void
make (void)
{
  run ("tokenizer-train -q --data set --codes 16 --vocab-size 400 -o made/tokenizer");
  train ("vqgan.yaml");
  train ("clip.yaml");
  train ("judge.yaml");
  run ("pretokenize -q --data set --vqgan made/vqgan/model --tokenizer made/tokenizer --size 32 --threads 1 "
       "-o made/set.tokens");
  run ("features -q --data set --encoder made/clip/model --threads 1 -o made/set.features");
  train ("transformer.yaml");
  run ("convert -q made/transformer/model -o made/q8.gguf --type q8_0");
  run ("convert -q made/transformer/model -o made/f16.gguf --type f16");
  run ("generate -q --model made/q8.gguf --prompt wood --seed 1 --threads 1 --tokens-out made/wood.json -o "
       "made/wood.png");
  run ("encode -q --model made/f16.gguf --threads 1 -o made/codes.json set/images/000001.png");
  run ("contact-sheet -q --data set -o made/sheet.png");
  run ("decode -q --model made/f16.gguf -o made/again.png made/codes.json");
  run ("decode -q --data set --vqgan made/vqgan/model --size 32 --threads 1 -o made/again");
}

/* ---- comparisons */

static gboolean
is_time (const char *name)
{
  return g_str_equal (name, "trainer.numbers") || g_str_equal (name, "trainer.sha256");
}

/* All of a training's state but the seconds it took. */
static void
compare_states (const char *path, const char *other_path)
{
  g_autoptr (ArraSource) state = arra_safetensors_open (path, NULL), other = arra_safetensors_open (other_path, NULL);

  g_assert_cmpuint (arra_source_count (state), ==, arra_source_count (other));
  for (gsize i = 0; i < arra_source_count (state); i++)
    {
      const char *name = arra_source_name (state, i);
      const ArraTensor *one = arra_source_tensor (state, i), *two = arra_source_find (other, name);

      if (!is_time (name) && (one->n_bytes != two->n_bytes || memcmp (one->data, two->data, one->n_bytes) != 0))
        g_error ("%s: \"%s\" differs", path, name);
    }
}

static void
compare_files (const char *path, const char *other)
{
  if (g_str_has_suffix (path, "training.safetensors"))
    compare_states (path, other);
  else if (!g_str_has_suffix (path, "metrics.csv") && !same_bytes (path, other)) /* which says the seconds, too */
    g_error ("%s differs", path);
}

static guint
compare_folders (const char *folder, const char *other)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  for (; (name = g_dir_read_name (dir)) != NULL; n++)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL), *other_path = g_build_filename (other, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        n += compare_folders (path, other_path);
      else
        compare_files (path, other_path);
    }
  return n;
}

static void
test_twice (void)
{
  g_autofree char *made = NULL, *before = NULL;

  harness_begin ();
  put_configs ();
  run ("domain textures -q -n 8 --seed 1 --size 32 --threads 1 -o set");
  made = scratch_path ("made");
  before = scratch_path ("before");
  make ();
  g_assert_cmpint (g_rename (made, before), ==, 0);
  make ();
  g_assert_cmpuint (compare_folders (before, made), >=, 40);
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/unwritten/twice", test_twice);
  return g_test_run ();
}
