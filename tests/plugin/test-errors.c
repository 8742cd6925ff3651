/* test-errors.c - what cannot work is refused in the plug-in's own words, and GIMP's exit code says so where it can
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp.h"

#include <string.h>

/* GIMP 2.10 ends with 0 whatever happened. */
#define FAILURE (GIMP_SERIES == 3 ? 70 : 0)
/* GIMP 3 checks ranges itself. */
#define RANGE_WORDS (GIMP_SERIES == 3 ? "out of range: 0 to 64" : "threads must be between 0 and 64")

static void
expect (const char *script, const char *words)
{
  g_autoptr (GimpRun) run = gimp_run (script);

  g_assert_cmpint (run->status, ==, FAILURE);
  g_assert_null (strstr (run->report, "done"));
  if (strstr (run->err, words) == NULL && strstr (run->out, words) == NULL)
    g_error ("GIMP did not say: %s", words);
  g_assert_null (strstr (run->err, "crashed"));
}

static void
test_empty_prompt (void)
{
  expect ("(set! prompt \" \")\n(call-plug-in -1)", "The prompt is empty");
}

static void
test_missing_checkpoint (void)
{
  expect ("(set! checkpoint (at \"nothing.gguf\"))\n(call-plug-in -1)", "nothing.gguf");
}

/* What is no path is a name, and the message says which names there are. */
static void
test_unknown_name (void)
{
  expect ("(set! checkpoint \"no-such-name\")\n(call-plug-in -1)", "nor a checkpoint of that name");
}

static void
test_corrupt_checkpoint (void)
{
  g_autofree char *path = gimp_path ("corrupt.gguf");

  g_assert_true (g_file_set_contents (path, "GGUF\3\0\0\0 not at all", 18, NULL));
  expect ("(set! checkpoint (at \"corrupt.gguf\"))\n(call-plug-in -1)", "corrupt.gguf");
}

static void
test_no_checkpoint (void)
{
  expect ("(set! checkpoint \"\")\n(set! vqgan \"\")\n(call-plug-in -1)", "There is no checkpoint");
}

static void
test_memory (void)
{
  expect ("(set! memory-limit 1)\n(call-plug-in -1)", "memory");
}

static void
test_no_selection (void)
{
  expect ("(choose-place \"selection\")\n(call-plug-in (new-picture 100 100 RGB u8))", "Nothing is selected");
}

static void
test_out_of_range (void)
{
  expect ("(set! threads 65)\n(call-plug-in -1)", RANGE_WORDS);
}

static void
test_no_display (void)
{
  expect ("(call-interactive)", "There is no display");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  gimp_begin ();
  g_test_add_func ("/plugin/errors/empty-prompt", test_empty_prompt);
  g_test_add_func ("/plugin/errors/missing-checkpoint", test_missing_checkpoint);
  g_test_add_func ("/plugin/errors/unknown-name", test_unknown_name);
  g_test_add_func ("/plugin/errors/corrupt-checkpoint", test_corrupt_checkpoint);
  g_test_add_func ("/plugin/errors/no-checkpoint", test_no_checkpoint);
  g_test_add_func ("/plugin/errors/memory", test_memory);
  g_test_add_func ("/plugin/errors/no-selection", test_no_selection);
  g_test_add_func ("/plugin/errors/out-of-range", test_out_of_range);
  g_test_add_func ("/plugin/errors/no-display", test_no_display);
  status = g_test_run ();
  gimp_end ();
  return status;
}
