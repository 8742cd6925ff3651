/* test-outputs.c - where results go: devices, pipes, standard output, links, and what is read at the same time
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

#define M "--model", golden_model (), "--vqgan", golden_vqgan ()
#define FOX "generate", M, "a fox", "--size", "64x32", "--seed", "5"

static gboolean
is_kind (const char *name, mode_t kind)
{
  g_autofree char *path = scratch_path (name);
  struct stat status;

  return g_lstat (path, &status) == 0 && (status.st_mode & S_IFMT) == kind;
}

/* The picture that the others are compared with. */
static void
begin (void)
{
  g_autoptr (Outcome) outcome = NULL;

  harness_begin ();
  outcome = arra_run (FOX, "-o", "fox.png", NULL);
  assert_status (outcome, 0);
}

/* ------------------------------------------------------------------ standard output */

static void
test_standard_output (void)
{
  g_autoptr (Outcome) piped = NULL, tokens = NULL, encoded = NULL, decoded = NULL, converted = NULL, filed = NULL;

  begin ();
  piped = arra_run_in_shell ("\"$@\" | cat >piped.png", FOX, "-o", "-", NULL);
  assert_status (piped, 0);
  g_assert_cmpstr (piped->out, ==, "");
  assert_says (piped->err, "seed 5");
  g_assert_true (same_bytes ("fox.png", "piped.png"));
  filed = arra_run_in_shell ("\"$@\" >filed.png", FOX, "-q", "-o", "/dev/stdout", NULL);
  assert_status (filed, 0);
  g_assert_cmpstr (filed->err, ==, "");
  g_assert_true (same_bytes ("fox.png", "filed.png"));
  tokens = arra_run_in_shell ("\"$@\" >fox.json", FOX, "-q", "--tokens-out", "-", NULL);
  assert_status (tokens, 0);
  decoded = arra_run_in_shell ("\"$@\" <fox.json | cat >again.png", "decode", M, "-", "-o", "-", NULL);
  assert_status (decoded, 0);
  g_assert_cmpuint (picture_difference ("fox.png", "again.png"), ==, 0);
  encoded = arra_run ("encode", M, "fox.png", "--plain", "-o", "-", NULL);
  assert_status (encoded, 0);
  g_assert_true (g_ascii_isdigit (encoded->out[0]));
  converted = arra_run_in_shell ("\"$@\" | cat >m.gguf", "convert", golden_model (), "--vqgan", golden_vqgan (), "-o",
                                 "-", NULL);
  assert_status (converted, 0);
  piped = (outcome_free (piped), arra_run ("info", "m.gguf", "--verify", NULL));
  assert_status (piped, 0);
  harness_end ();
}

static void
refuse (const char *word, Outcome *run)
{
  g_autoptr (Outcome) outcome = run;

  assert_status (outcome, 64);
  assert_says (outcome->err, word);
  g_assert_cmpstr (outcome->out, ==, "");
}

static void
test_n_standard_output (void)
{
  begin ();
  refuse ("2 pictures do not go into standard output", arra_run (FOX, "-n", "2", "-o", "-", NULL));
  refuse ("--json prints to standard output", arra_run (FOX, "--json", "-o", "-", NULL));
  refuse ("both name", arra_run (FOX, "-o", "-", "--tokens-out", "-", NULL));
  refuse ("both name", arra_run (FOX, "-o", "same", "--tokens-out", "./same", NULL));
  refuse ("standard output is closed", arra_run_in_shell ("\"$@\" >&-", FOX, "-o", "-", NULL));
  refuse ("give its name, not -", arra_run ("domain", "textures", "-n", "1", "--seed", "1", "-o", "-", NULL));
  refuse ("give its name, not -", arra_run ("train", "x.yaml", "-o", "-", NULL));
  refuse ("give its name, not -", arra_run ("tokenizer-train", "--text", "fox.png", "-o", "-", NULL));
  refuse ("give its name, not -", arra_run ("generate", M, "--prompts", "fox.png", "-o", "-", NULL));
  refuse ("give its name, not -", arra_run ("decode", "--data", ".", "--vqgan", golden_vqgan (), "-o", "-", NULL));
  refuse ("the name of a file, not -", arra_run ("features", "--data", ".", "--encoder", ".", "-o", "-", NULL));
  refuse ("the name of a file, not -",
          arra_run ("pretokenize", "--data", ".", "--vqgan", ".", "--tokenizer", ".", "-o", "-", NULL));
  refuse ("not in .xyz", arra_run (FOX, "-o", "fox.xyz", NULL));
  refuse ("not in .gguf", arra_run (FOX, "-o", "a.b/fox.gguf", NULL));
  refuse ("not in .tif", arra_run ("decode", M, "fox.png", "-o", "fox.tif", NULL));
  refuse ("not in .svg", arra_run ("contact-sheet", "--data", ".", "-o", "fox.svg", NULL));
  g_assert_cmpuint (scratch_count (), ==, 1);
  harness_end ();
}

/* A terminal is no place for a picture; numbers and text it can show. */
static void
test_n_terminal (void)
{
  int terminal = posix_openpt (O_RDWR | O_NOCTTY);
  g_autofree char *script = NULL;
  g_autoptr (Outcome) encoded = NULL;

  if (terminal < 0 || grantpt (terminal) != 0 || unlockpt (terminal) != 0)
    {
      g_test_skip ("there is no terminal here");
      return;
    }
  script = g_strdup_printf ("\"$@\" >%s", ptsname (terminal));
  begin ();
  refuse ("standard output is a terminal", arra_run_in_shell (script, FOX, "-o", "-", NULL));
  refuse ("standard output is a terminal", arra_run_in_shell (script, "convert", golden_model (), "-o", "-", NULL));
  encoded = arra_run_in_shell (script, "encode", M, "fox.png", "--plain", "-o", "-", NULL);
  assert_status (encoded, 0);
  harness_end ();
  close (terminal);
}

/* ------------------------------------------------------------------ pipes, devices, links */

static void
test_pipe (void)
{
  g_autoptr (Outcome) piped = NULL;

  begin ();
  piped = arra_run_in_shell ("mkfifo pipe; cat pipe >read.png & \"$@\"; status=$?; wait; exit $status", FOX, "-o",
                             "pipe", NULL);
  assert_status (piped, 0);
  g_assert_true (is_kind ("pipe", S_IFIFO));
  g_assert_true (same_bytes ("fox.png", "read.png"));
  refuse ("2 pictures do not go into pipe", arra_run (FOX, "-n", "2", "-o", "pipe", NULL));
  g_assert_cmpuint (scratch_count (), ==, 3);
  harness_end ();
}

/* Nodes of our own with the numbers of /dev/null and /dev/full, where such may be made and used. */
static void
test_device (void)
{
  static const char *const script = "mknod null c 1 3 && mknod full c 1 7 && : >null || exit 77; \"$@\"";
  g_autoptr (Outcome) drawn = NULL, tokens = NULL, converted = NULL, full = NULL;

  begin ();
  drawn = arra_run_in_shell (script, FOX, "-o", "null", NULL);
  if (drawn->status == 77)
    {
      g_test_skip ("no device can be made here");
      harness_end ();
      return;
    }
  assert_status (drawn, 0);
  tokens = arra_run (FOX, "-o", "null", "--tokens-out", "null", NULL);
  assert_status (tokens, 0);
  converted = arra_run ("convert", golden_model (), "-o", "null", NULL);
  assert_status (converted, 0);
  full = arra_run (FOX, "-o", "full", NULL);
  assert_status (full, 70);
  assert_says (full->err, "full: cannot be written: No space left on device");
  g_assert_true (is_kind ("null", S_IFCHR));
  g_assert_true (is_kind ("full", S_IFCHR));
  refuse ("not null", arra_run ("features", "--data", ".", "--encoder", ".", "-o", "null", NULL));
  g_assert_cmpuint (scratch_count (), ==, 3);
  harness_end ();
}

static void
test_link (void)
{
  g_autoptr (Outcome) drawn = NULL;

  begin ();
  drawn = arra_run_in_shell (
      "mkdir aside; ln -s aside/real.png link.png; umask 022; : >aside/real.png; chmod 600 aside/real.png; \"$@\"", FOX,
      "-o", "link.png", NULL);
  assert_status (drawn, 0);
  g_assert_true (is_kind ("link.png", S_IFLNK));
  g_assert_true (same_bytes ("fox.png", "aside/real.png"));
  refuse ("the folder ./gone does not exist",
          arra_run_in_shell ("ln -s gone/real.png lost.png; \"$@\"", FOX, "-o", "lost.png", NULL));
  harness_end ();
}

/* ------------------------------------------------------------------ what is read */

/* A model and a data set of our own, some of whose files have a second name. */
static const char *const scene
    = "set -e; cp -rL \"$2\" model; cp \"$3\" vqgan.ckpt; cp \"${3%/*}/vqgan.yaml\" .; chmod -R u+w model vqgan.*; "
      "\"$1\" domain textures -q -n 2 --seed 1 --size 32 -o set; ln model/model-00001-of-00002.safetensors hard; "
      "ln -s vqgan.ckpt soft; ln -s set/images/000000.png picture.png; echo 'a fox' >prompt.txt; "
      "\"$1\" encode -q --model model --vqgan vqgan.ckpt fox.png -o fox.json; find . -type f ! -name before | sort | xargs sha256sum >before";

#define OWN "--model", "model", "--vqgan", "vqgan.ckpt"

/* What is read is not written over, by whatever name, and keeps its bytes. */
static void
test_n_inputs (void)
{
  static const struct
  {
    const char *says;
    const char *args[12];
  } cases[] = {
    { "hard is model/model-00001-of-00002.safetensors, which",
      { "convert", "model", "--vqgan", "vqgan.ckpt", "-o", "hard" } },
    { "model/config.json is read", { "convert", "model", "-o", "model/config.json" } },
    { "soft is vqgan.ckpt, which", { "convert", "model", "--vqgan", "vqgan.ckpt", "-o", "soft" } },
    { "vqgan.yaml is read", { "convert", "model", "--vqgan", "vqgan.ckpt", "-o", "vqgan.yaml" } },
    { "prompt.txt is read", { "convert", "model", "--card", "prompt.txt", "-o", "./prompt.txt" } },
    { "hard is model/", { "generate", OWN, "a fox", "-o", "hard" } },
    { "soft is vqgan.ckpt", { "generate", OWN, "a fox", "--tokens-out", "soft" } },
    { "prompt.txt is read", { "generate", OWN, "--prompt-file", "prompt.txt", "--tokens-out", "prompt.txt" } },
    { "hard is model/", { "encode", OWN, "fox.png", "-o", "hard" } },
    { "picture.png is read", { "encode", OWN, "picture.png", "-o", "picture.png" } },
    { "set/images/000000.png is picture.png", { "encode", OWN, "picture.png", "-o", "set/images/000000.png" } },
    { "soft is vqgan.ckpt", { "decode", OWN, "fox.json", "-o", "soft" } },
    { "picture.png is ", { "contact-sheet", "--data", "set", "-o", "picture.png" } },
    { "set/metadata.jsonl is read", { "eval", "--data", "set", "-o", "set/metadata.jsonl" } },
    { "picture.png is ", { "eval", "--data", "set", "-o", "picture.png" } },
    { "set is read", { "decode", "--data", "set", "--vqgan", "vqgan.ckpt", "-o", "set" } },
    { "set is read", { "generate", OWN, "--size", "32x32", "--prompts", "set", "-o", "set" } },
    { "./set is read", { "generate", OWN, "--size", "32x32", "--prompts", "set/metadata.jsonl", "-o", "./set" } },
    { "model/tokenizer.json is read", { "tokenizer-train", "--text", "model/tokenizer.json", "-o", "model" } },
  };
  g_autoptr (Outcome) made = NULL, compared = NULL;

  begin ();
  made = arra_run_in_shell (scene, golden_model (), golden_vqgan (), NULL);
  assert_status (made, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    refuse (cases[i].says, arra_finish (arra_start (cases[i].args, -1), NULL));
  refuse ("is standard input",
          arra_run_in_shell ("cp fox.json tokens; \"$@\" <tokens", "decode", OWN, "-", "-o", "tokens", NULL));
  compared = arra_run_in_shell ("sha256sum --quiet -c before", "", NULL);
  assert_status (compared, 0);
  harness_end ();
}

/* What lies beside the input, or was made from it before, may be written anew; saved tokens go on in their own file. */
static void
test_y_inputs (void)
{
  g_autoptr (Outcome) made = NULL, again = NULL, resumed = NULL;

  begin ();
  made = arra_run_in_shell (scene, golden_model (), golden_vqgan (), NULL);
  assert_status (made, 0);
  again = arra_run_in_shell ("\"$@\" && \"$@\"", "generate", OWN, "a fox", "--size", "64x32", "-o", "model/fox.png",
                             "--tokens-out", "model.json", NULL);
  assert_status (again, 0);
  resumed = arra_run ("generate", "--resume", "model.json", "-o", "fox.png", NULL);
  assert_status (resumed, 0);
  resumed
      = (outcome_free (resumed), arra_run ("generate", "--resume", "model.json", "--tokens-out", "model.json", NULL));
  assert_status (resumed, 0);
  refuse ("both name tokens",
          arra_run_in_shell ("cp model.json tokens; \"$@\"", "generate", "--resume", "tokens", "-o", "tokens", NULL));
  harness_end ();
}

/* As in a root without /proc mounted: neither links that lead through it nor names for what has none are needed. */
static void
test_no_proc (void)
{
  static const char *const hide = "unshare -m sh -c 'mount -t tmpfs tmpfs /proc && exec \"$@\"' sh";
  g_autofree char *possible = g_strconcat (hide, " true", NULL),
                  *script = g_strconcat (hide, " \"$@\" >piped.png", NULL);
  g_autoptr (Outcome) piped = NULL, filed = NULL, first = NULL;

  begin ();
  harness_setenv ("UCX_LOG_LEVEL", "fatal"); /* a library of MPI misses /proc, too, and says so on standard output */
  first = arra_run_in_shell (possible, "help", NULL);
  if (first->status != 0)
    g_test_skip ("nothing can be mounted here");
  else
    {
      piped = arra_run_in_shell (script, FOX, "-q", "-o", "-", NULL);
      assert_status (piped, 0);
      g_assert_true (same_bytes ("fox.png", "piped.png"));
      g_free (script);
      script = g_strconcat (hide, " \"$@\"", NULL);
      filed = arra_run_in_shell (script, FOX, "-q", "-o", "filed.png", NULL);
      assert_status (filed, 0);
      g_assert_true (same_bytes ("fox.png", "filed.png"));
    }
  harness_end ();
}

/* ------------------------------------------------------------------ closed descriptors, limits */

/* What prints nothing is done, and what cannot print says so: never is a file of ours taken for standard output. */
static void
test_closed (void)
{
  static const char *const closings[] = { ">&-", ">&- <&-", ">&- 2>&-", "<&- >&- 2>&-", "<&- 2>&-" };

  begin ();
  for (gsize i = 0; i < G_N_ELEMENTS (closings); i++)
    {
      g_autofree char *script = g_strdup_printf ("exec \"$@\" %s", closings[i]);
      g_autoptr (Outcome) quiet = arra_run_in_shell (script, FOX, "-q", "-o", "quiet.png", NULL);
      g_autoptr (Outcome) loud = arra_run_in_shell (script, FOX, "-o", "loud.png", NULL);

      assert_status (quiet, 0);
      /* the last one leaves standard output open */
      assert_status (loud, i == G_N_ELEMENTS (closings) - 1 ? 0 : 70);
      g_assert_true (same_bytes ("fox.png", "quiet.png"));
      g_assert_true (same_bytes ("fox.png", "loud.png"));
    }
  harness_end ();
}

/* A limit to the size of files is an error that names the file, and leaves none. */
static void
test_limit (void)
{
  static const char *const script = "ulimit -f 1; exec \"$@\"";
  g_autoptr (Outcome) picture = NULL, converted = NULL, printed = NULL;

  begin ();
  picture = arra_run_in_shell (script, FOX, "-o", "large.png", NULL);
  assert_status (picture, 70);
  assert_says (picture->err, "large.png: cannot be written: File too large");
  converted = arra_run_in_shell (script, "convert", golden_model (), "-o", "large.gguf", NULL);
  assert_status (converted, 70);
  assert_says (converted->err, "large.gguf: cannot be written: File too large");
  g_assert_cmpuint (scratch_count (), ==, 1);
  printed = arra_run_in_shell ("ulimit -f 1; \"$@\" >printed", "generate", "--help", NULL);
  assert_status (printed, 70);
  assert_says (printed->err, "standard output: File too large");
  harness_end ();
}

/* Tokens that cannot be saved take no picture with them, and those that nobody asked for keep no picture from a pipe.
 */
static void
test_tokens (void)
{
  g_autoptr (Outcome) full = NULL, piped = NULL, named = NULL;
  g_autofree char *folder = NULL;

  begin ();
  full = arra_run (FOX, "-o", "full.png", "--tokens-out", "/dev/full", NULL);
  assert_status (full, 70);
  assert_says (full->err, "/dev/full");
  g_assert_true (same_bytes ("fox.png", "full.png"));
  folder = scratch_path ("arra-5.tokens.json");
  g_assert_cmpint (g_mkdir (folder, 0755), ==, 0);
  piped = arra_run_in_shell ("\"$@\" | cat >piped.png", FOX, "-o", "-", NULL);
  g_assert_true (same_bytes ("fox.png", "piped.png"));
  named = arra_run (FOX, "-o", "arra-5.png", NULL);
  assert_status (named, 64);
  assert_says (named->err, "--tokens-out");
  harness_end ();
}

static void
put_picture (const char *folder, const char *name)
{
  g_autofree char *from = scratch_path ("fox.png"), *to = g_strdup_printf ("%s/%s.png", folder, name), *bytes = NULL;
  g_autofree char *text = g_strdup_printf ("%s/%s.txt", folder, name);
  gsize size;

  g_assert_true (g_file_get_contents (from, &bytes, &size, NULL));
  g_assert_true (g_file_set_contents (to, bytes, (gssize) size, NULL));
  g_assert_true (g_file_set_contents (text, name, -1, NULL));
}

/* Pictures that are written into a data set's folder would be of the data set the next time. */
static void
test_n_among_pictures (void)
{
  static const char config[]
      = "kind: vqgan\noutput: set/trained\nseed: 1\ndata: {path: set, size: 32, crop: 32, validation: 2, batch: 2}\n"
        "model: {base_channels: 32, channel_multiplier: [1, 1], num_res_blocks: 1, latent_channels: 8, embed_dim: 8, "
        "num_embeddings: 16}\ntraining: {steps: 3, learning_rate: 1e-3}\n";
  g_autofree char *set = NULL, *link = NULL, *yaml = NULL, *metadata = NULL;
  g_autoptr (Outcome) sheet = NULL;

  begin ();
  set = scratch_path ("set");
  link = scratch_path ("link");
  yaml = scratch_path ("vqgan.yaml");
  metadata = scratch_path ("set/metadata.jsonl");
  g_assert_cmpint (g_mkdir (set, 0755), ==, 0);
  g_assert_cmpint (symlink ("set", link), ==, 0);
  for (guint i = 0; i < 6; i++)
    put_picture (set, (const char[]) { (char) ('a' + i), '\0' });
  g_assert_true (g_file_set_contents (yaml, config, -1, NULL));
  refuse ("set/sheet.png lies in set", arra_run ("contact-sheet", "--data", "set", "-o", "set/sheet.png", NULL));
  refuse ("link/sheet.png lies in set", arra_run ("contact-sheet", "--data", "set", "-o", "link/sheet.png", NULL));
  refuse ("lies in set", arra_run ("decode", "--data", "set", "--vqgan", golden_vqgan (), "-o", "set/deep/er", NULL));
  refuse ("lies in set", arra_run ("generate", M, "--prompts", "set", "--size", "64x32", "-o", "set/drawn", NULL));
  refuse ("set/trained lies in set", arra_run ("train", "vqgan.yaml", "-q", NULL));
  g_assert_false (scratch_has ("set/trained") || scratch_has ("set/deep") || scratch_has ("set/drawn"));
  g_assert_true (g_file_set_contents (metadata, "{\"file_name\": \"a.png\", \"text\": \"a\"}\n", -1, NULL));
  sheet = arra_run ("contact-sheet", "--data", "set", "-o", "set/sheet.png", NULL);
  assert_status (sheet, 0);
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/outputs/standard-output", test_standard_output);
  g_test_add_func ("/cli/outputs/n-standard-output", test_n_standard_output);
  g_test_add_func ("/cli/outputs/n-terminal", test_n_terminal);
  g_test_add_func ("/cli/outputs/pipe", test_pipe);
  g_test_add_func ("/cli/outputs/device", test_device);
  g_test_add_func ("/cli/outputs/link", test_link);
  g_test_add_func ("/cli/outputs/n-inputs", test_n_inputs);
  g_test_add_func ("/cli/outputs/y-inputs", test_y_inputs);
  g_test_add_func ("/cli/outputs/closed", test_closed);
  g_test_add_func ("/cli/outputs/tokens", test_tokens);
  g_test_add_func ("/cli/outputs/n-among-pictures", test_n_among_pictures);
  g_test_add_func ("/cli/outputs/no-proc", test_no_proc);
  g_test_add_func ("/cli/outputs/limit", test_limit);
  return g_test_run ();
}
