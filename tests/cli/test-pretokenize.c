/* test-pretokenize.c - `arra pretokenize`: killed and given again, and refused for other inputs
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>
#include <string.h>

#include "harness.h"

#define N_PICTURES 60
#define RUN "pretokenize", "--data", "set", "--vqgan", golden_vqgan (), "--tokenizer", golden_model (), "--size", "64"

static void
put_caption (guint number, const char *caption)
{
  g_autofree char *name = g_strdup_printf ("set/%02u.txt", number), *path = scratch_path (name);

  g_assert_true (g_file_set_contents (path, caption, -1, NULL));
}

static void
make_set (void)
{
  g_autofree char *picture = golden_path ("e2e/train_item.png"), *folder = scratch_path ("set");
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_get_contents (picture, &bytes, &size, NULL));
  for (guint i = 0; i < N_PICTURES; i++)
    {
      g_autofree char *name = g_strdup_printf ("set/%02u.png", i), *path = scratch_path (name);

      g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
      put_caption (i, "PA view chest x-ray");
    }
}

/* A run that is killed as soon as its file is there. */
static void
kill_run (void)
{
  const char *const args[] = { RUN, "-o", "tokens", NULL };
  GSubprocess *process = arra_start (args, -1);
  g_autoptr (Outcome) outcome = NULL;

  for (guint i = 0; i < 2000 && !scratch_has ("tokens"); i++)
    g_usleep (1000);
  g_usleep (20000);
  g_subprocess_force_exit (process);
  outcome = arra_finish (process, NULL);
  g_assert_true (scratch_has ("tokens"));
}

static void
test_killed (void)
{
  g_autoptr (Outcome) resumed = NULL;
  g_autoptr (Outcome) fresh = NULL;
  g_autoptr (Outcome) again = NULL;

  harness_begin ();
  make_set ();
  kill_run ();
  resumed = arra_run (RUN, "-o", "tokens", NULL);
  assert_status (resumed, 0);
  assert_says (resumed->out, "tokens: 60 pictures of 64 x 64, ");
  g_test_message ("%s", resumed->out);
  fresh = arra_run (RUN, "-o", "fresh", "--threads", "1", "--quiet", NULL);
  assert_status (fresh, 0);
  g_assert_cmpstr (fresh->out, ==, "");
  g_assert_true (same_bytes ("tokens", "fresh"));
  again = arra_run (RUN, "-o", "tokens", NULL);
  assert_status (again, 0);
  assert_says (again->out, ", 0 of them new");
  harness_end ();
}

static void
test_other_inputs (void)
{
  g_autoptr (Outcome) made = NULL;
  g_autoptr (Outcome) captions = NULL;
  g_autoptr (Outcome) size = NULL;
  g_autoptr (Outcome) multiple = NULL;

  harness_begin ();
  make_set ();
  made = arra_run (RUN, "-o", "tokens", NULL);
  assert_status (made, 0);
  multiple = arra_run (RUN, "-o", "other", "--size", "65", NULL);
  assert_status (multiple, 64);
  assert_says (multiple->err, "--size: 65 is not a multiple of 16");
  g_assert_false (scratch_has ("other"));
  size = arra_run (RUN, "-o", "tokens", "--size", "32", NULL);
  assert_status (size, 70);
  assert_says (size->err, "another size: rows of codes (there 4, here 2)");
  put_caption (3, "AP view chest x-ray");
  captions = arra_run (RUN, "-o", "tokens", NULL);
  assert_status (captions, 70);
  assert_says (captions->err, "tokens: was made of another data set");
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/pretokenize/killed", test_killed);
  g_test_add_func ("/cli/pretokenize/other-inputs", test_other_inputs);
  return g_test_run ();
}
