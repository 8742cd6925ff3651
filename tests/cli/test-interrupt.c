/* test-interrupt.c - Ctrl-C keeps what is finished, and --resume goes on to the very same picture
 *
 * The run's standard error is a terminal, so that the test sees how far it is, and that the progress line is there.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"
#include "harness.h"

#define PATIENCE 120000 /* milliseconds */
#define SIZE "56x48"    /* 28 x 24 codes */
#define SMALL "28x24"   /* 14 x 12 codes */
#define GRID 4          /* pixels: two codes of two pixels */

/* A model slow enough to be stopped in the middle of its 700 tokens. */
static void
write_model (const char *name, guint layers)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = scratch_path (name);
  Fixture fixture;

  fixture_init (&fixture);
  fixture.hidden = 512;
  fixture.heads = fixture.kv_heads = 8;
  fixture.layers = layers;
  fixture.ffn = 1408;
  fixture.context = 4096;
  fixture.sizes = 32;
  fixture_write (&fixture, path, &error);
  g_assert_no_error (error);
}

/* A run that draws its progress on a terminal of the test's. */
typedef struct
{
  GSubprocess *process;
  int terminal;
  GString *seen;
} Watched;

static Watched
start_watched (const char *const *args)
{
  struct winsize size = { .ws_row = 24, .ws_col = 100 };
  Watched run = { .seen = g_string_new (NULL) };
  int slave;

  g_assert_cmpint (openpty (&run.terminal, &slave, NULL, NULL, &size), ==, 0);
  harness_setenv ("TERM", "xterm");
  run.process = arra_start (args, slave);
  return run;
}

/* Reads what is drawn, for at most a tenth of a second. FALSE: the terminal is closed. */
static gboolean
watch (Watched *run)
{
  struct pollfd poller = { .fd = run->terminal, .events = POLLIN };
  char buffer[4096];
  ssize_t n;

  if (poll (&poller, 1, 100) <= 0)
    return TRUE;
  n = read (run->terminal, buffer, sizeof buffer);
  if (n > 0)
    g_string_append_len (run->seen, buffer, n);
  return n > 0;
}

/* Tokens done of the last "12/345 tokens" drawn; 0: none. */
static guint
tokens_seen (const Watched *run)
{
  const char *end = g_strrstr (run->seen->str, " tokens");
  const char *start = end;

  while (start != NULL && start > run->seen->str && (g_ascii_isdigit (start[-1]) || start[-1] == '/'))
    start--;
  return start != NULL && strchr (start, '/') != NULL ? (guint) g_ascii_strtoull (start, NULL, 10) : 0;
}

/* Waits until @text is drawn and @tokens are done, sends the signals, and waits for the end. */
static Outcome *
stop_when (const char *const *args, const char *text, guint tokens, int first, int second, char **drawn)
{
  Watched run = start_watched (args);
  gint64 give_up = g_get_monotonic_time () + (gint64) PATIENCE * 1000;
  Outcome *outcome;

  while (strstr (run.seen->str, text) == NULL || tokens_seen (&run) < tokens)
    {
      g_assert_true (watch (&run));
      g_assert_cmpint (g_get_monotonic_time (), <, give_up);
    }
  g_subprocess_send_signal (run.process, first);
  if (second != 0)
    g_subprocess_send_signal (run.process, second);
  while (watch (&run))
    g_assert_cmpint (g_get_monotonic_time (), <, give_up);
  outcome = arra_finish (run.process, NULL);
  close (run.terminal);
  *drawn = g_string_free (run.seen, FALSE);
  return outcome;
}

static JsonObject *
first_answer (JsonNode *node)
{
  return json_array_get_object_element (json_object_get_array_member (json_node_get_object (node), "answers"), 0);
}

static void
test_resume (void)
{
  const char *args[] = { "generate", "--model", "model", "-s",          SIZE,    "--threads", "1",
                         "--seed",   "11",      "-o",    "stopped.png", "a fox", NULL };
  g_autoptr (Outcome) whole = NULL;
  g_autoptr (Outcome) stopped = NULL;
  g_autoptr (Outcome) resumed = NULL;
  g_autoptr (Outcome) decoded = NULL;
  g_autoptr (JsonNode) saved = NULL;
  g_autofree char *drawn = NULL, *partial = NULL;
  guint width, height, rows;

  harness_begin ();
  write_model ("model", 8);
  whole = arra_run ("generate", "--model", "model", "-s", SIZE, "--threads", "1", "--seed", "11", "-o", "whole.png",
                    "a fox", NULL);
  assert_status (whole, 0);
  stopped = stop_when (args, "", 100, SIGINT, 0, &drawn);
  g_test_message ("drawn: %s", drawn);
  assert_status (stopped, 130);
  assert_says (drawn, "/s");
  assert_says (drawn, "left");
  assert_says (drawn, "arra generate --resume 'stopped.tokens.json' -o 'stopped.png'");

  saved = parse_json_file ("stopped.tokens.json");
  g_assert_false (json_object_get_boolean_member (first_answer (saved), "finished"));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (first_answer (saved), "tokens")), >=, 100);

  picture_size ("stopped.png", &width, &height);
  rows = height / (GRID / 2);
  g_assert_cmpuint (width, ==, 56);
  g_assert_cmpuint (height, <, 48);
  partial = g_strdup_printf ("stopped.png: %u finished rows of 24", rows);
  assert_says (drawn, partial);
  decoded = arra_run ("decode", "--model", "model", "stopped.tokens.json", "-o", "decoded.png", NULL);
  assert_status (decoded, 0);
  g_assert_cmpuint (picture_difference ("decoded.png", "stopped.png"), ==, 0);

  resumed = arra_run ("generate", "--threads", "1", "--resume", "stopped.tokens.json", "-o", "resumed.png", NULL);
  assert_status (resumed, 0);
  g_assert_true (same_bytes ("resumed.png", "whole.png"));
  harness_end ();
}

/* Of several pictures the one that is not whole is named. */
static void
test_several (void)
{
  const char *args[] = { "generate", "--model", "model", "-s", SIZE,       "--threads", "1", "-n",
                         "4",        "--seed",  "11",    "-o", "four.png", "a fox",     NULL };
  g_autoptr (Outcome) stopped = NULL;
  g_autofree char *drawn = NULL;

  harness_begin ();
  write_model ("model", 8);
  stopped = stop_when (args, "", 100, SIGINT, 0, &drawn);
  assert_status (stopped, 130);
  assert_says (drawn, "four-1.png: ");
  assert_says (drawn, "finished rows of 24");
  harness_end ();
}

static void
test_second_signal (void)
{
  const char *args[] = { "generate", "--model", "model",        "-s",     SMALL, "--threads", "1",     "-n", "2",
                         "--seed",   "3",       "--tokens-out", "t.json", "-o",  "fox.png",   "a fox", NULL };
  g_autoptr (Outcome) whole = NULL;
  g_autoptr (Outcome) stopped = NULL;
  g_autoptr (Outcome) resumed = NULL;
  g_autofree char *drawn = NULL;

  harness_begin ();
  write_model ("model", 8);
  stopped = stop_when (args, "", 20, SIGINT, SIGTERM, &drawn);
  assert_status (stopped, 130);
  g_assert_true (scratch_has ("t.json"));
  g_assert_false (scratch_has ("fox-1.png"));
  g_assert_cmpuint (scratch_count (), ==, 2);
  resumed = arra_run ("generate", "--threads", "1", "--resume", "t.json", "-o", "fox.png", NULL);
  assert_status (resumed, 0);
  whole = arra_run ("generate", "--model", "model", "-s", SMALL, "--threads", "1", "-n", "2", "--seed", "3", "-o",
                    "whole.png", "a fox", NULL);
  assert_status (whole, 0);
  g_assert_true (same_bytes ("fox-1.png", "whole-1.png"));
  g_assert_true (same_bytes ("fox-2.png", "whole-2.png"));
  harness_end ();
}

/* A list of prompts keeps the pictures it has; the same command makes the others, and all are those of an uninterrupted
 * run. */
static void
test_prompts (void)
{
  const char *args[] = { "generate", "--model", "model",     "-s",          SMALL, "--threads", "1",
                         "--seed",   "3",       "--prompts", "prompts.txt", "-o",  "set",       NULL };
  g_autoptr (Outcome) whole = NULL;
  g_autoptr (Outcome) stopped = NULL;
  g_autoptr (Outcome) again = NULL;
  g_autofree char *drawn = NULL, *prompts = NULL;

  harness_begin ();
  write_model ("model", 8);
  prompts = scratch_path ("prompts.txt");
  g_assert_true (g_file_set_contents (prompts, "a fox\na hare\na fox\n", -1, NULL));
  stopped = stop_when (args, "2/3 Predicting", 20, SIGINT, 0, &drawn);
  assert_status (stopped, 130);
  assert_says (drawn, "left");
  assert_says (drawn, "Stopped with 1 of 3 pictures in set.");
  g_assert_true (scratch_has ("set/images/000000.png"));
  g_assert_false (scratch_has ("set/images/000001.png"));
  g_assert_false (scratch_has ("set/metadata.jsonl"));
  again = arra_run ("generate", "--model", "model", "-s", SMALL, "--seed", "3", "--prompts", "prompts.txt", "-o", "set",
                    NULL);
  assert_status (again, 0);
  assert_says (again->out, "3 pictures, 2 of them new");
  whole = arra_run ("generate", "--model", "model", "-s", SMALL, "--seed", "3", "--prompts", "prompts.txt", "-o",
                    "whole", NULL);
  assert_status (whole, 0);
  g_assert_true (same_bytes ("set/images/000001.png", "whole/images/000001.png"));
  g_assert_true (same_bytes ("set/images/000002.png", "whole/images/000002.png"));
  g_assert_true (same_bytes ("set/metadata.jsonl", "whole/metadata.jsonl"));
  harness_end ();
}

/* SIGTERM does the same, and --json still gives its object. */
static void
test_json (void)
{
  const char *args[]
      = { "generate", "--model", "model", "-s", SIZE, "--threads", "1", "--json", "-o", "fox.png", "a fox", NULL };
  g_autoptr (Outcome) stopped = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *drawn = NULL;
  JsonObject *object;

  harness_begin ();
  write_model ("model", 8);
  stopped = stop_when (args, "", 100, SIGTERM, 0, &drawn);
  assert_status (stopped, 130);
  node = parse_json (stopped->out);
  object = json_node_get_object (node);
  g_assert_cmpstr (json_object_get_string_member (object, "status"), ==, "stopped");
  g_assert_cmpstr (json_object_get_string_member (object, "tokens_file"), ==, "fox.tokens.json");
  g_assert_cmpint (json_object_get_int_member (object, "tokens"), >=, 100);
  harness_end ();
}

/* Another checkpoint than the one the tokens come from is refused. */
static void
test_other_checkpoint (void)
{
  g_autoptr (Outcome) made = NULL;
  g_autoptr (Outcome) refused = NULL;

  harness_begin ();
  write_model ("model", 1);
  write_model ("other", 2);
  made = arra_run ("generate", "--model", "model", "-s", "8x8", "--tokens-out", "t.json", "a fox", NULL);
  assert_status (made, 0);
  refused = arra_run ("generate", "--model", "other", "--resume", "t.json", "-o", "fox.png", NULL);
  assert_status (refused, 64);
  assert_says (refused->err, "another checkpoint");
  g_assert_false (scratch_has ("fox.png"));
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/interrupt/resume", test_resume);
  g_test_add_func ("/cli/interrupt/several", test_several);
  g_test_add_func ("/cli/interrupt/second-signal", test_second_signal);
  g_test_add_func ("/cli/interrupt/json", test_json);
  g_test_add_func ("/cli/interrupt/prompts", test_prompts);
  g_test_add_func ("/cli/interrupt/other-checkpoint", test_other_checkpoint);
  return g_test_run ();
}
