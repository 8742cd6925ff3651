/* test-pretokenize.c - `arra pretokenize`: killed and given again, and refused for other inputs
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "harness.h"
#include "token_cache.h"

#define N_PICTURES 60
#define RUN "pretokenize", "--data", "set", "--vqgan", golden_vqgan (), "--tokenizer", golden_model (), "--size", "64"

#define TEXT_RUN "pretokenize", "--data", "set", "--vqgan", golden_vqgan (), "--size", "64"
#define DECODE "decode", "--data", "set", "--vqgan", golden_vqgan (), "--size", "64", "-o", "back"

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
  g_autoptr (Outcome) multiple = NULL, empty = NULL, drawn = NULL, strangers = NULL, fit = NULL, odd = NULL;

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
  assert_status (captions, 0);
  assert_says (captions->out, ", 0 of them new");
  fit = arra_run (RUN, "-o", "tokens", "--fit", "pad", NULL);
  assert_status (fit, 70);
  assert_says (fit->err, "another fit (there crop, here pad)");
  odd = arra_run (RUN, "-o", "tokens", "--fit", "stretch", NULL);
  assert_status (odd, 64);
  put_caption (4, " ");
  empty = arra_run (RUN, "-o", "tokens", NULL);
  assert_status (empty, 70);
  assert_says (empty->err, "04.png: the caption is empty");
  drawn = arra_run ("domain", "textures", "-n", "1", "--seed", "1", "--size", "64", "-o", "strangers", NULL);
  assert_status (drawn, 0);
  strangers = arra_run (RUN, "--data", "strangers", "-o", "tokens", NULL);
  assert_status (strangers, 70);
  assert_says (strangers->err, "tokens: was made of another data set");
  harness_end ();
}

/* The caption of the first picture in a file whose captions are text. */
static char *
first_caption (const char *name)
{
  g_autofree char *path = scratch_path (name);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraTokenCache) cache = arra_token_cache_open (path, &(ArraTokenCachePrints) { 0 }, &error);
  GString *text = g_string_new (NULL);
  const guint32 *bytes;
  guint n;

  g_assert_no_error (error);
  g_assert_cmpstr (arra_token_cache_tokenizer (cache), ==, ARRA_TOKEN_CACHE_TEXT);
  bytes = arra_token_cache_prompt (cache, 0, &n);
  for (guint i = 0; i < n; i++)
    g_string_append_c (text, (char) bytes[i]);
  return g_string_free (text, FALSE);
}

/* Without a tokenizer captions stay text, or are the names of folders, where pictures need none of their own. */
static void
test_texts (void)
{
  g_autoptr (Outcome) texts = NULL, folders = NULL, missing = NULL, other = NULL;
  g_autofree char *text = NULL, *folder = NULL, *caption = NULL;

  harness_begin ();
  make_set ();
  texts = arra_run (TEXT_RUN, "-o", "texts", NULL);
  assert_status (texts, 0);
  text = first_caption ("texts");
  g_assert_cmpstr (text, ==, "PA view chest x-ray");
  caption = scratch_path ("set/03.txt");
  g_assert_cmpint (g_unlink (caption), ==, 0);
  missing = arra_run (TEXT_RUN, "-o", "missing", NULL);
  assert_status (missing, 70);
  assert_says (missing->err, "03.png has no caption");
  folders = arra_run (TEXT_RUN, "--folders", "-o", "folders", NULL);
  assert_status (folders, 0);
  folder = first_caption ("folders");
  g_assert_cmpstr (folder, ==, "set");
  other = arra_run (RUN, "--folders", "-o", "folders", NULL);
  assert_status (other, 70);
  assert_says (other->err, "folders: was made of another tokenizer");
  harness_end ();
}

static void
put (const char *name, const char *bytes, gsize size)
{
  g_autofree char *path = scratch_path (name);

  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
}

/* Five pictures of which the third is bad; (transfer full): the bytes it should have */
static char *
make_bad_set (gsize *size)
{
  g_autoptr (Outcome) drawn
      = arra_run ("domain", "textures", "-n", "5", "--seed", "1", "--size", "64", "-o", "set", NULL);
  g_autofree char *path = scratch_path ("set/images/000002.png");
  char *bytes;

  assert_status (drawn, 0);
  g_assert_true (g_file_get_contents (path, &bytes, size, NULL));
  put ("set/images/000002.png", "bad!", 4);
  return bytes;
}

/* One bad picture costs itself alone: it is named, left out when that is asked for, and done when it is repaired;
 * others are not done again. */
static void
test_one_bad (void)
{
  g_autoptr (Outcome) stopped = NULL, skipped = NULL, repaired = NULL, fresh = NULL, moved = NULL;
  g_autofree char *bytes = NULL, *from = NULL, *to = NULL;
  gsize size;

  harness_begin ();
  bytes = make_bad_set (&size);
  stopped = arra_run (RUN, "-o", "tokens", "--threads", "1", NULL);
  assert_status (stopped, 70);
  assert_says (stopped->err, "000002.png: cannot be read as a picture");
  assert_says (stopped->err, "(--skip-bad leaves out what cannot be used, and lists it)");
  skipped = arra_run (RUN, "-o", "tokens", "--skip-bad", NULL);
  assert_status (skipped, 0);
  assert_says (skipped->err, "1 left out:");
  assert_says (skipped->err, "000002.png: cannot be read as a picture");
  assert_says (skipped->out, "tokens: 4 pictures of 64 x 64, 2 of them new");
  put ("set/images/000002.png", bytes, size);
  repaired = arra_run (RUN, "-o", "tokens", NULL);
  assert_status (repaired, 0);
  assert_says (repaired->out, "tokens: 5 pictures of 64 x 64, 1 of them new");
  fresh = arra_run (RUN, "-o", "fresh", NULL);
  assert_status (fresh, 0);
  g_assert_true (same_bytes ("tokens", "fresh"));
  from = scratch_path ("set");
  to = scratch_path ("moved");
  g_assert_cmpint (g_rename (from, to), ==, 0);
  put ("moved/images/000002.png", bytes, size);
  moved = arra_run (RUN, "--data", "moved", "-o", "tokens", NULL);
  assert_status (moved, 0);
  assert_says (moved->out, "5 pictures of 64 x 64, 0 of them new");
  harness_end ();
}

/* A picture without a caption costs itself alone, too, and nothing where captions do not matter. */
static void
test_without_caption (void)
{
  g_autoptr (Outcome) stopped = NULL, skipped = NULL, sheet = NULL, learnt = NULL, drawn = NULL;
  g_autofree char *missing = NULL;

  harness_begin ();
  make_set ();
  missing = scratch_path ("set/03.txt");
  g_assert_cmpint (g_unlink (missing), ==, 0);
  put_caption (5, "\xfc");
  stopped = arra_run (RUN, "-o", "tokens", NULL);
  assert_status (stopped, 70);
  assert_says (stopped->err, "set/03.png has no caption: write what it shows into set/03.txt");
  assert_says (stopped->err, "--skip-bad");
  skipped = arra_run (RUN, "-o", "tokens", "--skip-bad", NULL);
  assert_status (skipped, 0);
  assert_says (skipped->err, "2 left out:");
  assert_says (skipped->err, "set/03.png has no caption");
  assert_says (skipped->err, "set/05.txt: the caption is not UTF-8");
  assert_says (skipped->out, "tokens: 58 pictures");
  sheet = arra_run ("contact-sheet", "--data", "set", "-o", "sheet.png", NULL);
  assert_status (sheet, 0);
  learnt = arra_run ("tokenizer-train", "--data", "set", "-o", "tokenizer", NULL);
  assert_status (learnt, 70);
  assert_says (learnt->err, "set/03.png has no caption");
  drawn = arra_run ("generate", "--model", golden_model (), "--vqgan", golden_vqgan (), "--prompts", "set", "-o",
                    "drawn", NULL);
  assert_status (drawn, 70);
  assert_says (drawn->err, "set/03.png has no caption");
  harness_end ();
}

/* The same of pictures that go through a VQGAN and back */
static void
test_decoded (void)
{
  static const char metadata[] = "{\"file_name\": \"images/000001.png\", \"text\": \"one\"}\n"
                                 "{\"file_name\": \"images/000004.png\", \"text\": \"four\"}\n";
  g_autoptr (Outcome) skipped = NULL, repaired = NULL, fewer = NULL;
  g_autofree char *bytes = NULL;
  gsize size;

  harness_begin ();
  bytes = make_bad_set (&size);
  skipped = arra_run (DECODE, "--skip-bad", NULL);
  assert_status (skipped, 0);
  assert_says (skipped->err, "000002.png: cannot be read as a picture");
  assert_says (skipped->out, "back: 4 pictures, 4 of them new");
  g_assert_false (scratch_has ("back/images/000004.png"));
  put ("set/images/000002.png", bytes, size);
  repaired = arra_run (DECODE, NULL);
  assert_status (repaired, 0);
  assert_says (repaired->out, "back: 5 pictures, 1 of them new");
  put ("set/metadata.jsonl", metadata, sizeof metadata - 1);
  fewer = arra_run (DECODE, NULL);
  assert_status (fewer, 0);
  assert_says (fewer->err, "3 left out: a picture that the metadata do not name");
  assert_says (fewer->out, "back: 2 pictures, 0 of them new");
  g_assert_false (scratch_has ("back/images/000002.png"));
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/pretokenize/texts", test_texts);
  g_test_add_func ("/cli/pretokenize/killed", test_killed);
  g_test_add_func ("/cli/pretokenize/other-inputs", test_other_inputs);
  g_test_add_func ("/cli/pretokenize/one-bad", test_one_bad);
  g_test_add_func ("/cli/pretokenize/without-caption", test_without_caption);
  g_test_add_func ("/cli/pretokenize/decoded", test_decoded);
  return g_test_run ();
}
