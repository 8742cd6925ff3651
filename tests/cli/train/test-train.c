/* test-train.c - `arra train` as a user runs it: killed, stopped, continued, and what it leaves behind
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "tiny_training.h"

/* What is given away does not tell where it was made. */
static void
assert_no_path (const char *name)
{
  g_autofree char *path = scratch_path (name), *folder = scratch_path (""), *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  assert_says (text, "card.json");
  g_assert_null (strstr (text, folder));
}

/* The model's VQGAN is a copy: what becomes of the one it was taken from does not matter to it. */
static void
assert_own_vqgan (void)
{
  g_autofree char *own = scratch_path ("out/model/vqgan.safetensors"), *from = scratch_path ("model/vqgan.safetensors");
  struct stat status, other;

  g_assert_true (same_bytes (own, from));
  g_assert_cmpint (g_stat (own, &status), ==, 0);
  g_assert_cmpint (g_stat (from, &other), ==, 0);
  g_assert_cmpuint (status.st_nlink, ==, 1);
  g_assert_cmpuint (status.st_ino, !=, other.st_ino);
}

/* What is trained is a checkpoint: it is described, draws and converts. */
static void
test_whole (void)
{
  g_autoptr (Outcome) trained = NULL;
  g_autoptr (Outcome) drawn = NULL;
  g_autoptr (Outcome) info = NULL;
  g_autoptr (Outcome) converted = NULL;
  g_autoptr (Outcome) shown = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *whole = NULL, *setting = NULL;
  JsonObject *card;
  guint width, height;

  tiny_training_begin ();
  whole = scratch_path ("card.json");
  setting = g_strconcat ("model.card=", whole, NULL);
  trained = arra_run ("train", "train.yaml", "--threads", "1", "--set", setting, NULL);
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
  drawn
      = arra_run ("generate", "--model", "out/model", "-o", "fox.png",
                  "a fox that is longer than any of the captions that it was learnt from: in the snow, at dawn", NULL);
  assert_status (drawn, 0);
  picture_size ("fox.png", &width, &height);
  g_assert_cmpuint (width, ==, 2 * TINY_SIDE);
  g_assert_cmpuint (height, ==, 2 * TINY_SIDE);
  info = arra_run ("info", "out/model", NULL);
  assert_status (info, 0);
  assert_says (info->out, "foxes");
  assert_says (info->out, "CC0-1.0");
  g_assert_true (same_bytes ("out/model/thumbnail.png", "card.png"));
  assert_own_vqgan ();
  assert_no_path ("out/model/arra.json");
  converted = arra_run ("convert", "out/model", "-o", "foxes.gguf", NULL);
  assert_status (converted, 0);
  shown = arra_run ("info", "foxes.gguf", "--json", NULL);
  assert_status (shown, 0);
  node = parse_json (shown->out);
  card = json_object_get_object_member (json_node_get_object (node), "card");
  g_assert_cmpint (json_object_get_int_member (card, "thumbnail_bytes"), >, 0);
  harness_end ();
}

/* Killed again and again, at whatever it does, it still ends with the same bytes. */
static void
test_kill (void)
{
  const char *args[]
      = { "train",    "train.yaml", "-q", "--threads", "1", "--output", "killed", "--set", "training.sample_every=0",
          "--resume", NULL };
  g_autoptr (Outcome) whole = NULL;
  guint kills = 0;
  int status = -1;

  tiny_training_begin ();
  whole = arra_run ("train", "train.yaml", "-q", "--threads", "1", "--set", "training.sample_every=0", NULL);
  assert_status (whole, 0);
  for (guint attempt = 0; attempt < 200 && status != 0; attempt++)
    {
      GSubprocess *process = arra_start (args, -1);
      g_autoptr (Outcome) outcome = NULL;

      g_usleep ((60000 + attempt % 11 * 20000) * (1 + attempt / 11)); /* a slow machine gets there, too */
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
  g_autoptr (Outcome) exchanged = NULL;
  g_autoptr (Outcome) second = NULL;
  GSubprocess *process;

  tiny_training_begin ();
  process = arra_start (args, -1);
  while (!scratch_has ("out/training.safetensors"))
    g_usleep (10000);
  second = arra_run ("train", "train.yaml", "--resume", NULL);
  assert_status (second, 70);
  assert_says (second->err, "out: another process is training in this folder");
  g_subprocess_send_signal (process, SIGINT);
  stopped = arra_finish (process, NULL);
  assert_status (stopped, 130);
  assert_says (stopped->out, "stopped; --resume goes on");
  /* With a constant rate the number of steps may change. */
  resumed = arra_run ("train", "train.yaml", "--threads", "1", "--steps", "5000", "--set", "training.schedule=constant",
                      "--set", "training.sample_every=0", "--set", "training.max_minutes=0.005", "--resume", NULL);
  assert_status (resumed, 0);
  tiny_training_exchange ();
  exchanged = arra_run ("train", "train.yaml", "--threads", "1", "--steps", "5000", "--set",
                        "training.schedule=constant", "--set", "training.sample_every=0", "--resume", NULL);
  assert_status (exchanged, 70);
  assert_says (exchanged->err, "out/training.safetensors: this training was begun with other pictures");
  harness_end ();
}

/* The help's own example: a trial run of fewer steps than the warm-up has. Finished, it goes on with more. */
static void
test_trial (void)
{
  g_autoptr (Outcome) trial = NULL, longer = NULL, lists = NULL;

  tiny_training_begin ();
  trial = arra_run ("train", "train.yaml", "--output", "try", "--steps", "4", "--set", "training.sample_every=0", NULL);
  assert_status (trial, 0);
  assert_says (trial->err, "4 steps of warm-up do not fit into 4: the learning rate rises for 2");
  longer = arra_run ("train", "train.yaml", "--output", "try", "--steps", "8", "--resume", "--set",
                     "training.sample_every=0", NULL);
  assert_status (longer, 0);
  assert_says (longer->out, "8 steps in");
  lists = arra_run ("train", "train.yaml", "--output", "lists", "--steps", "4", "--set", "training.sample_every=4",
                    "--set", "samples.prompts=[a cat, \"a dog, asleep\"]", NULL);
  assert_status (lists, 0);
  g_assert_true (scratch_has ("lists/samples/0000004-2.png"));
  harness_end ();
}

static void
cut_short (const char *path)
{
  g_assert_cmpint (truncate (path, 64), ==, 0);
}

/* Other numbers in the same place, of the same number of bytes. */
static void
overwrite (const char *path)
{
  g_autofree char *bytes = NULL;
  gsize size;
  FILE *file;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  memset (bytes + 64, 0xff, size - 64);
  file = fopen (path, "r+");
  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (bytes, 1, size, file), ==, size);
  g_assert_cmpint (fclose (file), ==, 0);
}

/* While it trains, what it learns from is changed: that is an error, and names the file. */
static void
change_tokens (void (*change) (const char *), const char *word)
{
  const char *args[] = {
    "train", "train.yaml", "-q", "--threads", "1", "--steps", "100000", "--set", "training.sample_every=0", NULL
  };
  g_autoptr (Outcome) outcome = NULL;
  g_autofree char *path = NULL;
  GSubprocess *process;

  tiny_training_begin ();
  path = scratch_path ("pictures.tokens");
  process = arra_start (args, -1);
  while (!scratch_has ("out/training.safetensors"))
    g_usleep (10000);
  change (path);
  outcome = arra_finish (process, NULL);
  assert_status (outcome, 70);
  assert_says (outcome->err, word);
  harness_end ();
}

static void
test_changed (void)
{
  change_tokens (cut_short, "pictures.tokens: was cut short while it was in use");
  change_tokens (overwrite, "pictures.tokens: was changed while it was in use");
}

static void
refuse (int status, const char *word, const char *option, const char *value)
{
  g_autoptr (Outcome) outcome = arra_run ("train", "train.yaml", option, value, NULL);

  assert_status (outcome, status);
  assert_says (outcome->err, word);
}

static void
start_from (const char *model, const char *output)
{
  g_autofree char *text = g_strdup_printf ("kind: transformer\noutput: %s\n"
                                           "training: {steps: 3, learning_rate: 1e-3, sample_every: 2}\n"
                                           "data: {tokens: pictures.tokens}\n"
                                           "model: {start: general, from: %s, vqgan: model}\n",
                                           output, model);
  g_autoptr (Outcome) outcome = NULL, bare = NULL;

  tiny_training_put ("general.yaml", text);
  bare = arra_run ("train", "general.yaml", NULL);
  assert_status (bare, 70);
  assert_says (bare->err, "\"samples.prompts\" is missing");
  outcome = arra_run ("train", "general.yaml", "--threads", "1", "--set", "training.sample_every=0", NULL);
  assert_status (outcome, 0);
}

/* What holds for the start holds for what is made of it; its name does not, and "model" is none. */
static void
assert_handed_on (const char *output, const char *file)
{
  g_autofree char *model = g_build_filename (output, "model", NULL), *name = g_strconcat (output, "\n", NULL),
                  *file_name = g_strndup (file, strlen (file) - strlen (".gguf"));
  g_autoptr (Outcome) info = arra_run ("info", model, NULL), converted = arra_run ("convert", model, "-o", file, NULL),
                      shown = arra_run ("info", file, NULL);

  assert_status (info, 0);
  assert_says (info->out, name);
  assert_status (converted, 0);
  assert_status (shown, 0);
  assert_says (shown->out, file_name);
  g_assert_null (strstr (shown->out, "Foxes"));
  assert_says (shown->out, "CC-BY-4.0");
  assert_says (shown->out, "not for diagnosis");
  assert_says (shown->out, "guidance 2.5, top-k 30 (text 3), temperature 0.8, top-p 0.9");
}

/* A folder and the GGUF file made of it are the same start; pictures on the way need prompts. */
static void
test_start (void)
{
  g_autoptr (Outcome) converted = NULL;

  tiny_training_begin ();
  tiny_training_put ("model/arra.json",
                     "{\"name\": \"Foxes\", \"license\": \"CC-BY-4.0\", \"medical\": true, \"guidance_scale\": 2.5, "
                     "\"top_k\": 30, \"text_top_k\": 3, \"temperature\": 0.8, \"top_p\": 0.9}");
  converted = arra_run ("convert", "model", "--type", "f32", "-o", "model.gguf", NULL);
  assert_status (converted, 0);
  start_from ("model", "folder");
  start_from ("model.gguf", "file");
  g_assert_true (same_bytes ("folder/model/model.safetensors", "file/model/model.safetensors"));
  assert_handed_on ("folder", "mine.gguf");
  assert_handed_on ("file", "yours.gguf");
  harness_end ();
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
  g_autoptr (Outcome) missing = NULL, none = NULL, misspelt = NULL, strange = NULL;

  tiny_training_begin ();
  make_other_vqgan ();
  refuse (70, "pictures.tokens: its codes are of another VQGAN", "--set", "model.vqgan=other");
  refuse (70, "other (", "--set", "model.vqgan=other");
  refuse (70, "\"training.lerning_rate\" is not known", "--set", "training.lerning_rate=1");
  refuse (70, "not one of", "--set", "kind=diffusion");
  tiny_training_put ("typos.yaml", "kind: transformer\noutput: typos\ntrainig: {steps: 3, learning_rate: 1}\n");
  misspelt = arra_run ("train", "typos.yaml", NULL);
  assert_status (misspelt, 70);
  assert_says (misspelt->err, "\"trainig.steps\" is not known to trainings of the kind \"transformer\"");
  tiny_training_put ("kind.yaml", "kind: vqgam\n");
  strange = arra_run ("train", "kind.yaml", NULL);
  assert_status (strange, 70);
  assert_says (strange->err, "\"kind\" is 'vqgam', not one of");
  refuse (70, "\"model.hidden_size\"", "--set", "model.hidden_size=wide");
  refuse (70, "num_attention_heads", "--set", "model.heads=3");
  refuse (70, "other.tokens", "--set", "data.tokens=other.tokens");
  refuse (70, "model/tokenizer.json", "--set", "data.tokens=model/tokenizer.json");
  refuse (64, "KEY=VALUE", "--set", "training.steps");
  refuse (64, "--steps", "--steps", "0");
  tiny_training_put ("wrong.json", "{\"name\": \"foxes\", \"prompt_template\": \"a picture\", \"width\": 512}");
  refuse (70, "wrong.json: prompt_template has no {prompt}", "--set", "model.card=wrong.json");
  refuse (64, "output: ", "--output", "model");
  harness_setenv ("ARRA_MEMORY_LIMIT", "100000");
  refuse (70, "KiB are free", "--threads", "1");
  harness_setenv ("ARRA_MEMORY_LIMIT", NULL);
  g_assert_false (scratch_has ("out"));
  missing = arra_run ("train", "other.yaml", NULL);
  assert_status (missing, 70);
  none = arra_run ("train", NULL);
  assert_status (none, 64);
  harness_end ();
}

/* A checkpoint's name stands for what is in it, as with --model; a file of that name comes first. */
static void
test_names (void)
{
  g_autofree char *data = NULL, *folder = NULL, *file = NULL;
  g_autoptr (Outcome) converted = NULL, trained = NULL, unknown = NULL;

  tiny_training_begin ();
  data = scratch_path ("data");
  folder = g_build_filename (data, "arra", "checkpoints", NULL);
  file = g_build_filename (folder, "fox.gguf", NULL);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  converted = arra_run ("convert", "model", "-o", file, NULL);
  assert_status (converted, 0);
  harness_setenv ("XDG_DATA_HOME", data);
  trained = arra_run ("train", "train.yaml", "--steps", "2", "--set", "model.tokenizer=fox", "--set", "model.vqgan=Fox",
                      "-q", NULL);
  assert_status (trained, 0);
  unknown = arra_run ("train", "train.yaml", "-o", "no", "--set", "model.tokenizer=foxes", NULL);
  assert_status (unknown, 70);
  assert_says (unknown->err, "foxes");
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/train/whole", test_whole);
  g_test_add_func ("/cli/train/kill", test_kill);
  g_test_add_func ("/cli/train/interrupt", test_interrupt);
  g_test_add_func ("/cli/train/trial", test_trial);
  g_test_add_func ("/cli/train/changed", test_changed);
  g_test_add_func ("/cli/train/start", test_start);
  g_test_add_func ("/cli/train/n-config", test_n_config);
  g_test_add_func ("/cli/train/names", test_names);
  return g_test_run ();
}
