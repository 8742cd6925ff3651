/* test-peer.c - `arra bench` and llama.cpp's llama-bench in turn, on models of one shape: medians and their
 * ratios
 *
 * Argument: the `arra` program. llama-bench is the one in PATH, or the command that ARRA_LLAMA_BENCH holds
 * ("chroot /srv/sid llama-bench"; TMPDIR must be visible to it under the same name); Debian has it in the
 * package llama.cpp-tools. Nothing is asserted of a time.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <stdlib.h>

#include "fixture.h"
#include "llama_file.h"

#define ROUNDS 3
#define THREADS "2"
#define PROMPT "32"
#define STEPS "20"

/* LlamaGen-like to 1B, small enough for a round to take seconds */
static const LlamaShape shape = { 2048, 10, 16, 5504, 16384 };

static const char *program;

typedef enum
{
  DECODE,
  PREFILL,
  N_PASSES,
} Pass;

typedef struct
{
  double ours[ROUNDS], theirs[ROUNDS]; /* tokens per second */
} Measured;

/* What @argv prints, as JSON. */
static JsonParser *
run (char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *out = NULL, *err = NULL;
  int status;

  if (!g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err, &status, &error)
      || !g_spawn_check_wait_status (status, &error) || !json_parser_load_from_data (parser, out, -1, &error))
    g_error ("%s: %s\n%s", argv[0], error->message, err != NULL ? err : "");
  return g_steal_pointer (&parser);
}

static void
measure_ours (guint round, Measured *passes)
{
  static const char *const names[N_PASSES] = { "decode", "prefill" };
  g_autofree char *dim = g_strdup_printf ("%u", shape.dim), *layers = g_strdup_printf ("%u", shape.layers),
                  *heads = g_strdup_printf ("%u", shape.heads), *ffn = g_strdup_printf ("%u", shape.ffn),
                  *vocab = g_strdup_printf ("%u", shape.vocab);
  const char *argv[] = { program, "bench",   "--json", "--type",   "q8_0",    "--threads", THREADS, "--steps",
                         STEPS,   "--dim",   dim,      "--layers", layers,    "--heads",   heads,   "--ffn",
                         ffn,     "--vocab", vocab,    "decode",   "prefill", NULL };
  g_autoptr (JsonParser) parser = run ((char **) argv);
  JsonObject *report = json_node_get_object (json_parser_get_root (parser));
  JsonObject *result = json_array_get_object_element (json_object_get_array_member (report, "results"), 0);
  JsonObject *shallow = json_array_get_object_element (json_object_get_array_member (result, "depths"), 0);

  for (Pass pass = 0; pass < N_PASSES; pass++)
    passes[pass].ours[round] = json_object_get_double_member (
        json_object_get_object_member (pass == DECODE ? shallow : result, names[pass]), "tokens_per_second");
}

/* Its rows are told apart by how many tokens they generate. */
static void
measure_theirs (char **command, const char *file, guint round, Measured *passes)
{
  const char *const options[] = { "-m", file, "-t", THREADS, "-p", PROMPT, "-n", STEPS, "-r", "3", "-o", "json" };
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (JsonParser) parser = NULL;
  JsonArray *rows;

  for (char **word = command; *word != NULL; word++)
    g_ptr_array_add (argv, *word);
  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    g_ptr_array_add (argv, (gpointer) options[i]);
  g_ptr_array_add (argv, NULL);
  parser = run ((char **) argv->pdata);
  rows = json_node_get_array (json_parser_get_root (parser));
  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *row = json_array_get_object_element (rows, i);
      Pass pass = json_object_get_int_member (row, "n_gen") > 0 ? DECODE : PREFILL;

      passes[pass].theirs[round] = json_object_get_double_member (row, "avg_ts");
    }
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
median (double *values)
{
  qsort (values, ROUNDS, sizeof *values, compare);
  return values[ROUNDS / 2];
}

static void
tell (Measured *passes)
{
  static const char *const what[N_PASSES] = { "one token", "a prompt of " PROMPT };

  for (Pass pass = 0; pass < N_PASSES; pass++)
    {
      double ratios[ROUNDS];

      for (guint i = 0; i < ROUNDS; i++)
        {
          g_assert_cmpfloat (passes[pass].ours[i], >, 0);
          g_assert_cmpfloat (passes[pass].theirs[i], >, 0);
          ratios[i] = passes[pass].ours[i] / passes[pass].theirs[i];
        }
      g_test_message ("Q8_0, %s: arra %.1f tokens/s, llama.cpp %.1f; ratio, pair by pair: %.2f", what[pass],
                      median (passes[pass].ours), median (passes[pass].theirs), median (ratios));
    }
}

/* (transfer full): NULL when there is none */
static char **
find_command (void)
{
  const char *given = g_getenv ("ARRA_LLAMA_BENCH");
  g_autofree char *found = given == NULL ? g_find_program_in_path ("llama-bench") : NULL;
  g_autoptr (GError) error = NULL;
  char **command = NULL;

  if (given == NULL && found == NULL)
    return NULL;
  if (!g_shell_parse_argv (given != NULL ? given : found, NULL, &command, &error))
    g_error ("ARRA_LLAMA_BENCH: %s", error->message);
  return command;
}

static void
test_llama (void)
{
  g_auto (GStrv) command = find_command ();
  g_autofree char *directory = NULL, *file = NULL;
  g_autoptr (GError) error = NULL;
  Measured passes[N_PASSES] = { 0 };

  if (command == NULL)
    {
      g_test_skip ("llama-bench is not in PATH (Debian: llama.cpp-tools), and ARRA_LLAMA_BENCH names no command");
      return;
    }
  directory = fixture_directory ();
  file = g_build_filename (directory, "llama.gguf", NULL);
  llama_file_write (&shape, FALSE, file, &error);
  g_assert_no_error (error);
  for (guint round = 0; round < ROUNDS; round++)
    {
      measure_ours (round, passes);
      measure_theirs (command, file, round, passes);
    }
  tell (passes);
  fixture_remove (directory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (argc != 2)
    {
      g_printerr ("%s PROGRAM\n", argv[0]);
      return 64;
    }
  program = argv[1];
  g_test_add_func ("/peer/llama.cpp", test_llama);
  return g_test_run ();
}
