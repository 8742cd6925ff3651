/* test-usage.c - wrong use: exit codes, messages that name the thing, and no file left behind
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cpu.h"
#include "harness.h"

#define MAX_ARGS 12

typedef struct
{
  int status;
  const char *says; /* part of what standard error holds */
  const char *args[MAX_ARGS];
} Case;

/* MODEL, VQGAN: the golden ones */
#define M "--model", "MODEL", "--vqgan", "VQGAN"

static const Case cases[] = {
  { 64, "no command given", { NULL } },
  { 64, "there is no command 'generat'", { "generat" } },
  { 64, "unknown option '--frob'", { "--frob" } },
  { 64, "there is no command 'frob'", { "help", "frob" } },
  { 64, "--frob", { "generate", "--frob", "a fox" } },
  { 64, "arra generate --help", { "generate", "--frob" } },
  { 64, "--frob", { "encode", "--frob" } },
  { 64, "--frob", { "decode", "--frob" } },
  { 64, "--frob", { "tokenize", "--frob" } },
  { 64, "--frob", { "info", "--frob" } },
  { 64, "--frob", { "convert", "--frob" } },
  { 64, "--frob", { "tokenizer-train", "--frob" } },
  { 64, "--frob", { "pretokenize", "--frob" } },
  { 64, "--frob", { "features", "--frob" } },
  { 64, "--frob", { "domain", "--frob" } },
  { 64, "--frob", { "contact-sheet", "--frob" } },
  { 64, "--frob", { "eval", "--frob" } },
  { 64, "--frob", { "bench", "--frob" } },
  { 64, "--seed", { "generate", M, "a fox", "--seed" } },

  { 64, "no prompt", { "generate", M } },
  { 64, "prompt is empty", { "generate", M, "" } },
  { 64, "prompt is empty", { "generate", M, " \n" } },
  { 64, "quotation marks", { "generate", M, "a", "red", "fox" } },
  { 64, "more than once", { "generate", M, "a fox", "--prompt", "a fox" } },
  { 64, "not UTF-8", { "generate", M, "--prompt-file", "BAD" } },
  { 70, "no-such-file", { "generate", M, "--prompt-file", "no-such-file" } },
  { 64, "{prompt}", { "generate", M, "a fox", "--template", "a picture" } },

  { 64, "--size: '12x'", { "generate", M, "a fox", "--size", "12x" } },
  { 64, "--size: '64,32'", { "generate", M, "a fox", "--size", "64,32" } },
  { 64, "--size: '-64x32'", { "generate", M, "a fox", "--size=-64x32" } },
  { 64, "--seamless: 'xy'", { "generate", M, "a fox", "--seamless", "xy" } },
  { 64, "--tries: 17", { "generate", M, "a fox", "--seamless", "x", "--tries", "17" } },
  { 64, "goes with --from", { "generate", "a fox", "--vary", "0.5" } },
  { 64, "--from-row R or", { "generate", "a fox", "--from", "BAD" } },
  { 64, "--size cannot", { "generate", "a fox", "--from", "BAD", "--vary", "0.5", "--size", "64x32" } },
  { 64, "--vary: 0", { "generate", "a fox", "--from", "BAD", "--vary", "0" } },
  { 64, "without a seam", { "generate", M, "a fox", "--size", "1000x513", "--seamless", "y" } },
  { 64, "needs its size", { "generate", M, "a fox", "--size", "auto", "--seamless", "y" } },
  { 64, "--count", { "generate", M, "a fox", "--count", "0" } },
  { 64, "--count: 'three'", { "generate", M, "a fox", "--count", "three" } },
  { 64, "--first: 100000001", { "generate", M, "a fox", "--first", "100000001" } },
  { 64, "--seed: '-1'", { "generate", M, "a fox", "--seed", "-1" } },
  { 64, "--seed: '1.5'", { "generate", M, "a fox", "--seed", "1.5" } },
  { 64, "--seed: '99999999999999999999'", { "generate", M, "a fox", "--seed", "99999999999999999999" } },
  { 64, "--cfg: '4,5'", { "generate", M, "a fox", "--cfg", "4,5" } },
  { 64, "--cfg: 'nan'", { "generate", M, "a fox", "--cfg", "nan" } },
  { 64, "--cfg: 1e99 is out of range", { "generate", M, "a fox", "--cfg", "1e99" } },
  { 64, "--temperature: 0 is out of range", { "generate", M, "a fox", "--temperature", "0" } },
  { 64, "--top-p: 1.5 is out of range", { "generate", M, "a fox", "--top-p", "1.5" } },
  { 64, "--top-k: '-5'", { "generate", M, "a fox", "--top-k", "-5" } },
  { 64, "--text-top-k: ''", { "generate", M, "a fox", "--text-top-k", "" } },
  { 64, "--quant: 'q9'", { "generate", M, "a fox", "--quant", "q9" } },
  { 64, "--kv: 'q4_0' is none of f32, f16, q8_0", { "generate", M, "a fox", "--kv", "q4_0" } },
  { 64, "--kv: 'auto'", { "info", M, "--kv", "auto" } },
  { 64, "--kv", { "generate", "--resume", "BAD", "--kv", "f16" } },
  { 64, "--threads: 0 is out of range", { "generate", M, "a fox", "--threads", "0" } },
  { 64, "--max-tokens", { "generate", M, "a fox", "--max-tokens", "0" } },
  { 64, "--memory: '5Q'", { "generate", M, "a fox", "--memory", "5Q" } },
  { 64, "--quiet and --json", { "generate", M, "a fox", "--quiet", "--json" } },

  { 64, "is a folder", { "generate", M, "a fox", "-o", "." } },
  { 64, "the folder no-such-folder does not exist", { "generate", M, "a fox", "-o", "no-such-folder/fox.png" } },
  { 64, "BAD is not a folder", { "generate", M, "a fox", "-o", "BAD/fox.png" } },
  { 64, "PNG", { "generate", M, "a fox", "-o", "fox.jpg" } },
  { 64, "--tokens-out", { "generate", M, "a fox", "--tokens-out", "no-such-folder/t.json" } },
  { 64, "--vqgan", { "generate", "--model", "MODEL", "a fox", "--size", "64x32" } },
  { 64, "no-such-vqgan", { "generate", "--model", "MODEL", "--vqgan", "no-such-vqgan", "a fox" } },
  { 64, "no-such-model", { "generate", "--model", "no-such-model", "a fox" } },
  { 70, "BAD", { "generate", "--model", "BAD", "a fox" } },
  { 70, "allowed", { "generate", M, "a fox", "--size", "64x32", "--memory", "1M" } },

  { 70, "no-such-tokens", { "generate", M, "--resume", "no-such-tokens" } },
  { 70, "BAD", { "generate", M, "--resume", "BAD" } },
  { 64, "--seed cannot go with --resume", { "generate", M, "--resume", "BAD", "--seed", "1" } },
  { 64, "--first cannot go with --resume", { "generate", M, "--resume", "BAD", "--first", "1" } },
  { 64, "a prompt cannot go with --resume", { "generate", M, "--resume", "BAD", "a fox" } },

  { 64, "a prompt cannot go with --prompts", { "generate", M, "--prompts", "BAD", "-o", "d", "a fox" } },
  { 64, "--count cannot go with --prompts", { "generate", M, "--prompts", "BAD", "-o", "d", "-n", "2" } },
  { 64, "--first cannot go with --prompts", { "generate", M, "--prompts", "BAD", "-o", "d", "--first", "2" } },
  { 64, "no output", { "generate", M, "--prompts", "BAD" } },
  { 64, "BAD: line 1 is not UTF-8", { "generate", M, "--prompts", "BAD", "-o", "d" } },
  { 70, "no-such-prompts", { "generate", M, "--prompts", "no-such-prompts", "-o", "d" } },
  { 64, "--limit: 0", { "generate", M, "--prompts", "BAD", "-o", "d", "--limit", "0" } },
  { 64, "--limit goes with --prompts", { "generate", M, "--limit", "3", "a fox" } },

  { 64, "no picture", { "encode", M } },
  { 70, "no-such-picture", { "encode", M, "no-such-picture" } },
  { 70, "BAD", { "encode", M, "BAD" } },
  { 64, "unexpected argument 'two'", { "encode", M, "one", "two" } },
  { 64, "-o", { "encode", M, "BAD", "-o", "." } },
  { 64, "no tokens", { "decode", M, "-o", "fox.png" } },
  { 64, "no output", { "decode", M, "BAD" } },
  { 70, "BAD", { "decode", M, "BAD", "-o", "fox.png" } },
  { 64, "holds no VQGAN", { "decode", "--model", "MODEL", "BAD", "-o", "fox.png" } },
  { 64, "cannot go with --data", { "decode", "--data", "BAD", "--vqgan", "VQGAN", "-o", "d", "BAD" } },
  { 64, "--model cannot go with --data", { "decode", "--data", "BAD", M, "-o", "d" } },
  { 64, "no VQGAN", { "decode", "--data", "BAD", "-o", "d" } },
  { 64, "no output", { "decode", "--data", "BAD", "--vqgan", "VQGAN" } },
  { 64, "--limit goes with --data", { "decode", M, "BAD", "-o", "fox.png", "--limit", "2" } },
  { 70, "BAD", { "decode", "--data", "BAD", "--vqgan", "VQGAN", "-o", "d" } },
  { 64, "quotation marks", { "tokenize", "--model", "MODEL", "two", "words" } },
  { 64, "'x'", { "tokenize", "--model", "MODEL", "--decode", "1", "x" } },
  { 64, "given twice", { "info", "--model", "MODEL", "MODEL" } },
  { 64, "--count", { "info", "MODEL", "--count", "x" } },
  { 64, "no-such-model", { "info", "no-such-model" } },
  { 64, "no checkpoint", { "convert", "-o", "m.gguf" } },
  { 64, "no output", { "convert", "MODEL" } },
  { 64, "--type: 'q5'", { "convert", "MODEL", "-o", "m.gguf", "--type", "q5" } },
  { 64, "no-such-model", { "convert", "no-such-model", "-o", "m.gguf" } },
  { 70, "no-such-card", { "convert", "MODEL", "--vqgan", "VQGAN", "-o", "m.gguf", "--card", "no-such-card" } },
  { 64, "no data set", { "pretokenize" } },
  { 64, "no VQGAN", { "pretokenize", "--data", "BAD" } },
  { 64, "no output", { "pretokenize", "--data", "BAD", "--vqgan", "VQGAN" } },
  { 64, "no output", { "pretokenize", "--data", "BAD", "--vqgan", "VQGAN", "--tokenizer", "MODEL" } },
  { 64,
    "--size: 'big'",
    { "pretokenize", "--data", "BAD", "--vqgan", "VQGAN", "--tokenizer", "MODEL", "-o", "t", "--size", "big" } },
  { 70, "BAD: broken JSON", { "pretokenize", "--data", "BAD", "--vqgan", "VQGAN", "--tokenizer", "MODEL", "-o", "t" } },
  { 70,
    "no-such-set",
    { "pretokenize", "--data", "no-such-set", "--vqgan", "VQGAN", "--tokenizer", "MODEL", "-o", "t" } },
  { 64, "no data set", { "features" } },
  { 64, "no features", { "features", "--data", "BAD" } },
  { 64, "no output", { "features", "--data", "BAD", "--files", "." } },
  { 64, "there is no domain 'sculptures'", { "domain", "sculptures", "-n", "1", "--seed", "1", "-o", "d" } },
  { 64, "--count", { "domain", "phantom-cxr", "--seed", "1", "-o", "d" } },
  { 64, "--seed", { "domain", "phantom-cxr", "-n", "1", "-o", "d" } },
  { 64, "-o", { "domain", "phantom-cxr", "-n", "1", "--seed", "1" } },
  { 64, "--split: 'test'", { "domain", "phantom-cxr", "-n", "1", "--seed", "1", "-o", "d", "--split", "test" } },
  { 64, "32 pixels", { "domain", "phantom-cxr", "-n", "1", "--seed", "1", "-o", "d", "--size", "100" } },
  { 64, "unexpected argument 'two'", { "domain", "one", "two", "-n", "1", "--seed", "1", "-o", "d" } },
  { 64, "no pictures", { "eval", "--judge", "BAD" } },
  { 64, "--reconstructed", { "eval", "--data", "BAD", "--reconstructed", "BAD", "--clip", "BAD" } },
  { 64, "--encoder: 'vae'", { "eval", "--data", "BAD", "--judge", "BAD", "--encoder", "vae" } },
  { 64, "--encoder clip: name its folder", { "eval", "--data", "BAD", "--judge", "BAD", "--encoder", "clip" } },
  { 64, "--limit: 'few'", { "eval", "--data", "BAD", "--limit", "few" } },
  { 64, "is a folder", { "eval", "--data", "BAD", "-o", "." } },
  { 70, "BAD", { "eval", "--data", "BAD" } },
  { 70, "BAD", { "eval", "--data", "BAD", "--against", "BAD" } },
  { 64, "no data set", { "contact-sheet", "-o", "s.png" } },
  { 64, "no output", { "contact-sheet", "--data", "BAD" } },
  { 64, "PNG", { "contact-sheet", "--data", "BAD", "-o", "s.jpg" } },
  { 64, "--columns: 'x'", { "contact-sheet", "--data", "BAD", "-o", "s.png", "--columns", "x" } },
  { 64, "--cell: 1 is out of range", { "contact-sheet", "--data", "BAD", "-o", "s.png", "--cell", "1" } },
  { 70, "no-such-set", { "contact-sheet", "--data", "no-such-set", "-o", "s.png" } },
  { 64, "'fast'", { "bench", "fast" } },
  { 64, "no configuration", { "train" } },
  { 64, "b.yaml", { "train", "a.yaml", "b.yaml" } },
  { 70, "no-such.yaml", { "train", "no-such.yaml" } },
  { 64, "--dim", { "bench", "--dim", "100" } },
  { 64, "--depth: '12x'", { "bench", "--depth", "32,12x" } },
  { 64, "--depth: more than 4", { "bench", "--depth", "1,2,3,4,5" } },
  { 64, "--depth: ''", { "bench", "--depth", "" } },
  { 64, "heads of 16 numbers", { "bench", "--dim", "64", "--heads", "4", "--kv", "q8_0" } },
  { 64, "--kv", { "bench", "train", "--kv", "f16" } },
  { 64, "--layers", { "bench", "--model", "MODEL", "--layers", "3" } },
  { 64, "--type", { "bench", "--type", "bf16,auto" } },
  { 64, "together", { "bench", "train", "vq" } },
  { 64, "--size is that of pictures", { "bench", "decode", "--size", "32" } },
  { 64, "multiples of 16", { "bench", "vq", "--size", "40" } },
  { 64, "squares", { "bench", "picture", "--size", "32x16" } },
  { 64, "--codes: 0", { "bench", "picture", "--codes", "0" } },
  { 64, "--codes are those", { "bench", "vq", "--codes", "3" } },
  { 64, "--vqgan goes with", { "bench", "vq", "--vqgan", "BAD" } },
  { 64, "--text-encoder goes with", { "bench", "picture", "--text-encoder", "BAD" } },
};

static void
write_bad (void)
{
  g_autofree char *path = scratch_path ("BAD");

  g_assert_true (g_file_set_contents (path, "\xff nothing of use\n", -1, NULL));
}

static void
test_wrong_use (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *args[MAX_ARGS + 1] = { NULL };
      g_autoptr (Outcome) outcome = NULL;

      harness_begin ();
      write_bad ();
      for (guint j = 0; cases[i].args[j] != NULL; j++)
        args[j] = strcmp (cases[i].args[j], "MODEL") == 0   ? golden_model ()
                  : strcmp (cases[i].args[j], "VQGAN") == 0 ? golden_vqgan ()
                                                            : cases[i].args[j];
      g_test_message ("case %" G_GSIZE_FORMAT ": %s", i, cases[i].says);
      outcome = arra_finish (arra_start (args, -1), NULL);
      assert_status (outcome, cases[i].status);
      assert_says (outcome->err, cases[i].says);
      g_assert_cmpstr (outcome->out, ==, "");
      g_assert_true (g_str_has_prefix (outcome->err, "arra"));
      if (cases[i].status == 64)
        assert_says (outcome->err, "--help");
      g_assert_cmpuint (scratch_count (), ==, 1);
      harness_end ();
    }
}

static void
test_no_checkpoint (void)
{
  g_autoptr (Outcome) outcome = NULL;

  harness_begin ();
  outcome = arra_run ("generate", "a fox", NULL);
  if (outcome->status == 0)
    g_test_skip ("a checkpoint is installed");
  else
    {
      assert_status (outcome, 64);
      assert_says (outcome->err, "--model");
      assert_says (outcome->err, "arra/checkpoints");
    }
  harness_end ();
}

static void
test_default_checkpoint (void)
{
  g_autoptr (Outcome) outcome = NULL;
  g_autoptr (Outcome) converted = NULL;
  g_autofree char *data = NULL, *folder = NULL, *first = NULL, *second = NULL;

  harness_begin ();
  data = scratch_path ("data");
  folder = g_build_filename (data, "arra", "checkpoints", NULL);
  first = g_build_filename (folder, "first.gguf", NULL);
  second = g_build_filename (folder, "second.gguf", NULL);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0777), ==, 0);
  g_assert_true (g_file_set_contents (second, "no checkpoint", -1, NULL));
  converted = arra_run ("convert", golden_model (), "--vqgan", golden_vqgan (), "-o", first, NULL);
  assert_status (converted, 0);
  harness_setenv ("XDG_DATA_HOME", data);
  outcome = arra_run ("generate", "a fox", "--size", "64x32", "--seed", "5", NULL);
  assert_status (outcome, 0);
  g_assert_true (scratch_has ("arra-5.png"));
  harness_end ();
}

static void
test_help (void)
{
  static const char *const commands[]
      = { "generate", "encode", "decode", "tokenize", "info", "convert", "domain", "eval", "contact-sheet", "bench" };

  harness_begin ();
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autoptr (Outcome) outcome = arra_run (commands[i], "--help", NULL);
      g_autoptr (Outcome) other = arra_run ("help", commands[i], NULL);
      g_autoptr (Outcome) overview = arra_run ("--help", NULL);
      g_autofree char *example = g_strdup_printf ("  arra %s", commands[i]);

      assert_status (outcome, 0);
      assert_says (outcome->out, "Usage:");
      assert_says (outcome->out, "Examples:");
      assert_says (outcome->out, example);
      assert_says (outcome->out, "--help");
      g_assert_cmpstr (outcome->err, ==, "");
      assert_status (other, 0);
      g_assert_cmpstr (other->out, ==, outcome->out);
      assert_status (overview, 0);
      assert_says (overview->out, commands[i]);
    }
  harness_end ();
}

static void
test_version (void)
{
  g_autoptr (Outcome) outcome = NULL;

  harness_begin ();
  outcome = arra_run ("--version", NULL);
  assert_status (outcome, 0);
  g_assert_true (g_str_has_prefix (outcome->out, "arra "));
  g_assert_true (g_ascii_isdigit (outcome->out[5]));
  harness_end ();
}

static void
test_cpu (void)
{
  harness_begin ();
  harness_setenv ("ARRA_CPU", "nonsense");
  {
    g_autoptr (Outcome) outcome = arra_run ("info", golden_model (), NULL);
    assert_status (outcome, 64);
    assert_says (outcome->err, "nonsense");
  }
  for (int cpu = ARRA_CPU_C; cpu < ARRA_N_CPU; cpu++)
    {
      const char *missing = NULL;
      gboolean supported = arra_cpu_supports (cpu, &missing);
      g_autoptr (Outcome) outcome = NULL;

      harness_setenv ("ARRA_CPU", arra_cpu_name (cpu));
      outcome = arra_run ("generate", "--model", golden_model (), "--vqgan", golden_vqgan (), "--size", "64x32",
                          "a fox", NULL);
      assert_status (outcome, supported ? 0 : 69);
      if (!supported)
        assert_says (outcome->err, missing);
    }
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/usage/wrong-use", test_wrong_use);
  g_test_add_func ("/cli/usage/no-checkpoint", test_no_checkpoint);
  g_test_add_func ("/cli/usage/default-checkpoint", test_default_checkpoint);
  g_test_add_func ("/cli/usage/help", test_help);
  g_test_add_func ("/cli/usage/version", test_version);
  g_test_add_func ("/cli/usage/cpu", test_cpu);
  return g_test_run ();
}
