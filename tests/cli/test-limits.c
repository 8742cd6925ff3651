/* test-limits.c - little address space, no threads, pipes where files are expected: each command ends by itself and
 * says why
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "harness.h"
#include "no_threads.h"

#define MAX_ARGS 12

#define M "--model", "MODEL", "--vqgan", "VQGAN"

static const char *const commands[][MAX_ARGS] = {
  { "--version" },
  { "help" },
  { "info", "MODEL" },
  { "tokenize", "--model", "MODEL", "a fox" },
  { "generate", M, "a fox", "--size", "64x32", "--threads", "2" },
  { "decode", M, "no-such-tokens", "-o", "fox.png" },
};

static Outcome *
run_command (const char *const *command)
{
  const char *args[MAX_ARGS + 1] = { NULL };

  for (guint i = 0; i < MAX_ARGS && command[i] != NULL; i++)
    args[i] = strcmp (command[i], "MODEL") == 0   ? golden_model ()
              : strcmp (command[i], "VQGAN") == 0 ? golden_vqgan ()
                                                  : command[i];
  return arra_finish (arra_start (args, -1), NULL);
}

/* ---- address space */

static void
limit_address_space (gpointer data)
{
  const rlim_t bytes = (rlim_t) GPOINTER_TO_UINT (data) << 10;
  const struct rlimit limit = { bytes, bytes };

  setrlimit (RLIMIT_AS, &limit);
}

/* Below what the loader of programs needs there is no program; everywhere else it is done, or it says what is missing.
 */
static void
test_address_space (void)
{
  static const guint kibibytes[]
      = { 84000, 100000, 120000, 150000, 200000, 250000, 300000, 350000, 400000, 600000, 1000000, 4000000 };

  for (gsize i = 0; i < G_N_ELEMENTS (kibibytes); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (commands); j++)
      {
        g_autoptr (Outcome) outcome = NULL;

        harness_begin ();
        harness_set_child_setup (limit_address_space, GUINT_TO_POINTER (kibibytes[i]));
        outcome = run_command (commands[j]);
        g_test_message ("%u KiB, %s: %d %s", kibibytes[i], commands[j][0], outcome->status, outcome->err);
        g_assert_cmpint (outcome->status, >=, 0);
        if (outcome->status != 0)
          g_assert_cmpstr (outcome->err, !=, "");
        harness_end ();
      }
}

/* What multiplies no matrices has room where OpenBLAS has none. */
static void
test_without_openblas (void)
{
  for (gsize j = 0; j < 4; j++)
    {
      g_autoptr (Outcome) outcome = NULL;

      harness_begin ();
      harness_set_child_setup (limit_address_space, GUINT_TO_POINTER (200000));
      outcome = run_command (commands[j]);
      assert_status (outcome, 0);
      harness_end ();
    }
}

static void
test_openblas (void)
{
  g_autoptr (Outcome) outcome = NULL;

  harness_begin ();
  harness_set_child_setup (limit_address_space, GUINT_TO_POINTER (250000));
  outcome = run_command (commands[4]);
  assert_status (outcome, 70);
  assert_says (outcome->err, "OpenBLAS");
  assert_says (outcome->err, "ulimit -v");
  harness_end ();
}

/* ---- threads */

static void
allow_no_threads (gpointer data)
{
  no_threads_from_here ();
}

static void
test_no_threads (void)
{
  g_autoptr (Outcome) version = NULL;

  harness_begin ();
  harness_set_child_setup (allow_no_threads, NULL);
  version = run_command (commands[0]);
  assert_status (version, 0);
  for (gsize j = 2; j < G_N_ELEMENTS (commands); j++)
    {
      g_autoptr (Outcome) outcome = run_command (commands[j]);

      assert_status (outcome, 70);
      assert_says (outcome->err, "No thread can be started");
    }
  harness_end ();
}

/* ---- pipes */

/* The golden model in the scratch folder, @name of it a pipe that nobody writes to. */
static char *
model_with_pipe (const char *name)
{
  g_autoptr (GDir) dir = g_dir_open (golden_model (), 0, NULL);
  char *folder = scratch_path ("model");
  const char *entry;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  while ((entry = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *from = g_build_filename (golden_model (), entry, NULL),
                      *to = g_build_filename (folder, entry, NULL);

      g_assert_cmpint (strcmp (entry, name) == 0 ? mkfifo (to, 0600) : symlink (from, to), ==, 0);
    }
  return folder;
}

static void
test_pipes (void)
{
  static const char *const names[]
      = { "config.json", "model-00001-of-00002.safetensors", "tokenizer.json", "model.safetensors.index.json" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *folder = NULL;
      g_autoptr (Outcome) outcome = NULL;

      harness_begin ();
      folder = model_with_pipe (names[i]);
      outcome = arra_run ("info", folder, NULL);
      assert_status (outcome, 70);
      assert_says (outcome->err, names[i]);
      harness_end ();
    }
}

static void
test_pipe_as_anything (void)
{
  static const char *const lines[][MAX_ARGS] = {
    { "info", "PIPE" },
    { "generate", "--model", "MODEL", "--vqgan", "PIPE", "a fox" },
    { "generate", M, "--resume", "PIPE" },
    { "encode", M, "PIPE" },
    { "decode", M, "PIPE", "-o", "fox.png" },
    { "convert", "MODEL", "--vqgan", "VQGAN", "-o", "m.gguf", "--card", "PIPE" },
    { "contact-sheet", "--data", "PIPE", "-o", "s.png" },
    { "train", "PIPE" },
    { "eval", "--data", "PIPE" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *pipe = NULL;
      g_autoptr (Outcome) outcome = NULL;

      harness_begin ();
      pipe = scratch_path ("PIPE");
      g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
      outcome = run_command (lines[i]);
      g_test_message ("%s: %s", lines[i][0], outcome->err);
      g_assert_cmpint (outcome->status, >=, 64);
      g_assert_cmpint (outcome->status, <=, 70);
      assert_says (outcome->err, "PIPE");
      harness_end ();
    }
}

/* Where text is read, a pipe that is named is as good as "-". */
static void
test_text_from_pipe (void)
{
  g_autoptr (Outcome) named = NULL, dash = NULL;

  harness_begin ();
  named = arra_run_with_input ("a fox", "tokenize", "--model", golden_model (), "--file", "/dev/stdin", NULL);
  dash = arra_run_with_input ("a fox", "tokenize", "--model", golden_model (), "--file", "-", NULL);
  assert_status (named, 0);
  assert_status (dash, 0);
  g_assert_cmpstr (named->out, ==, dash->out);
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (g_getenv ("ARRA_SANITIZED")
      == NULL) /* a sanitizer takes terabytes of address space, and a thread to look for leaks */
    {
      g_test_add_func ("/cli/limits/address-space", test_address_space);
      g_test_add_func ("/cli/limits/without-openblas", test_without_openblas);
      g_test_add_func ("/cli/limits/openblas", test_openblas);
      g_test_add_func ("/cli/limits/no-threads", test_no_threads);
    }
  g_test_add_func ("/cli/limits/pipes", test_pipes);
  g_test_add_func ("/cli/limits/pipe-as-anything", test_pipe_as_anything);
  g_test_add_func ("/cli/limits/text-from-pipe", test_text_from_pipe);
  return g_test_run ();
}
