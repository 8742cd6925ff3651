/* test-series.c - `arra generate --prompts`: a folder of pictures, one for each prompt
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "harness.h"

#define M "--model", golden_model (), "--vqgan", golden_vqgan (), "-s", "64x32"

static void
put (const char *name, const char *text)
{
  g_autofree char *path = scratch_path (name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static char *
read_file (const char *name)
{
  g_autofree char *path = scratch_path (name);
  char *text;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

/* Each line is a prompt; picture I is that of answer I of one prompt. */
static void
test_lines (void)
{
  g_autoptr (Outcome) made = NULL;
  g_autoptr (Outcome) alone = NULL;
  g_autofree char *metadata = NULL;

  harness_begin ();
  put ("prompts.txt", "a fox\n\n  a \"red\" fox \r\na fox\n");
  made = arra_run ("generate", M, "--prompts", "prompts.txt", "--seed", "7", "-o", "set", NULL);
  assert_status (made, 0);
  assert_says (made->out, "set: 3 pictures, 3 of them new");
  metadata = read_file ("set/metadata.jsonl");
  g_assert_cmpstr (metadata, ==,
                   "{\"file_name\": \"images/000000.png\", \"text\": \"a fox\"}\n"
                   "{\"file_name\": \"images/000001.png\", \"text\": \"a \\\"red\\\" fox\"}\n"
                   "{\"file_name\": \"images/000002.png\", \"text\": \"a fox\"}\n");
  g_assert_false (scratch_has ("set/attributes.json"));
  alone = arra_run ("generate", M, "-n", "3", "--seed", "7", "-o", "fox.png", "a fox", NULL);
  assert_status (alone, 0);
  g_assert_true (same_bytes ("set/images/000000.png", "fox-1.png"));
  g_assert_true (same_bytes ("set/images/000002.png", "fox-3.png"));
  g_assert_false (same_bytes ("set/images/000001.png", "fox-2.png"));
  harness_end ();
}

/* A mark before the text, or UTF-16 with one, is no part of the prompt: the pictures are those of the words. */
static void
test_marks (void)
{
  static const char utf16[] = "\xff\xfe"
                              "a\0 \0f\0o\0x\0\n\0";
  g_autoptr (Outcome) plain = NULL, marked = NULL, wide = NULL, prompt = NULL, broken = NULL;
  g_autofree char *path = NULL;

  harness_begin ();
  put ("plain.txt", "a fox\n");
  put ("marked.txt", "\xef\xbb\xbf"
                     "a fox\r\n");
  path = scratch_path ("wide.txt");
  g_assert_true (g_file_set_contents (path, utf16, sizeof utf16 - 1, NULL));
  plain = arra_run ("generate", M, "--prompts", "plain.txt", "--seed", "7", "-o", "plain", NULL);
  assert_status (plain, 0);
  marked = arra_run ("generate", M, "--prompts", "marked.txt", "--seed", "7", "-o", "marked", NULL);
  assert_status (marked, 0);
  wide = arra_run ("generate", M, "--prompts", "wide.txt", "--seed", "7", "-o", "wide", NULL);
  assert_status (wide, 0);
  prompt = arra_run ("generate", M, "-f", "marked.txt", "--seed", "7", "-o", "prompt.png", NULL);
  assert_status (prompt, 0);
  g_assert_true (same_bytes ("plain/images/000000.png", "marked/images/000000.png"));
  g_assert_true (same_bytes ("plain/images/000000.png", "wide/images/000000.png"));
  g_assert_true (same_bytes ("plain/images/000000.png", "prompt.png"));
  g_assert_true (g_file_set_contents (path, utf16 + 2, sizeof utf16 - 3, NULL));
  broken = arra_run ("generate", M, "-f", "wide.txt", "-o", "none.png", NULL);
  assert_status (broken, 64);
  assert_says (broken->err, "wide.txt: holds a NUL");
  harness_end ();
}

/* Pictures that are there whole are kept as they are, missing and empty ones made, and the list may be used further. */
static void
test_goes_on (void)
{
  g_autoptr (Outcome) made = NULL, again = NULL, other = NULL, input = NULL;
  g_autofree char *first = NULL, *second = NULL, *kept = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;
  gsize n;

  harness_begin ();
  put ("prompts.txt", "one\ntwo\nthree\n");
  made = arra_run ("generate", M, "-q", "--prompts", "prompts.txt", "--limit", "2", "--seed", "7", "-o", "set", NULL);
  assert_status (made, 0);
  g_assert_cmpstr (made->out, ==, "");
  g_assert_false (scratch_has ("set/images/000002.png"));
  first = scratch_path ("set/images/000000.png");
  second = scratch_path ("set/images/000001.png");
  g_assert_true (g_file_get_contents (second, &kept, &n, NULL));
  g_assert_true (g_file_set_contents (first, kept, (gssize) n, NULL));
  put ("set/images/000001.png", "");
  again = arra_run ("generate", M, "--json", "--prompts", "prompts.txt", "--seed", "7", "-o", "set", NULL);
  assert_status (again, 0);
  node = parse_json (again->out);
  object = json_node_get_object (node);
  g_assert_cmpstr (json_object_get_string_member (object, "status"), ==, "finished");
  g_assert_cmpint (json_object_get_int_member (object, "pictures"), ==, 3);
  g_assert_cmpint (json_object_get_int_member (object, "new"), ==, 2);
  g_assert_true (same_bytes ("set/images/000000.png", "set/images/000001.png"));
  other = arra_run ("generate", M, "--prompts", "prompts.txt", "--seed", "8", "-o", "set", NULL);
  assert_status (other, 64);
  assert_says (other->err, "set holds another series");
  input = arra_run_with_input ("one\ntwo\nthree\n", "generate", M, "--prompts", "-", "--seed", "7", "-o", "set", NULL);
  assert_status (input, 0);
  assert_says (input->out, "3 pictures, 0 of them new");
  harness_end ();
}

/* Whatever decides what the pictures are makes another series, and nothing else does. */
static void
test_other_settings (void)
{
  static const char *const others[][2]
      = { { "--cfg-interval", "3" }, { "--cfg", "2.5" }, { "--top-k", "7" }, { NULL, NULL } };
  g_autoptr (Outcome) made = NULL, same = NULL;

  harness_begin ();
  put ("prompts.txt", "one\n");
  made = arra_run ("generate", M, "--prompts", "prompts.txt", "--cfg-interval", "2", "-o", "set", NULL);
  assert_status (made, 0);
  for (guint i = 0; others[i][0] != NULL; i++)
    {
      g_autoptr (Outcome) other
          = arra_run ("generate", M, "--prompts", "prompts.txt", others[i][0], others[i][1], "-o", "set", NULL);

      assert_status (other, 64);
      assert_says (other->err, "set holds another series");
    }
  same = arra_run ("generate", M, "--prompts", "prompts.txt", "--cfg-interval", "2", "--tries", "3", "-o", "set", NULL);
  assert_status (same, 0);
  assert_says (same->out, "0 of them new");
  harness_end ();
}

/* Captions and labels of a data set come along. */
static void
test_labels (void)
{
  g_autoptr (Outcome) drawn = NULL, made = NULL;
  g_autofree char *from = NULL, *to = NULL;

  harness_begin ();
  drawn = arra_run ("domain", "phantom-cxr", "-n", "3", "--seed", "1", "--size", "32", "-o", "real", NULL);
  assert_status (drawn, 0);
  made = arra_run ("generate", M, "--prompts", "real", "--limit", "2", "-o", "set", NULL);
  assert_status (made, 0);
  g_assert_true (same_bytes ("real/attributes.json", "set/attributes.json"));
  from = read_file ("real/metadata.jsonl");
  to = read_file ("set/metadata.jsonl");
  g_assert_true (g_str_has_prefix (from, to));
  g_assert_cmpint (to[strlen (to) - 1], ==, '\n');
  g_assert_cmpuint (strlen (to), <, strlen (from));
  g_assert_false (scratch_has ("set/images/000002.png"));
  harness_end ();
}

/* A prompt that cannot be drawn is named before the first picture is made. */
static void
test_bad_prompts (void)
{
  g_autoptr (GString) text = g_string_new ("a fox\n");
  g_autoptr (Outcome) longest = NULL, binary = NULL, empty = NULL;

  harness_begin ();
  for (guint i = 0; i < 20000; i++)
    g_string_append (text, "PA ");
  put ("long.txt", text->str);
  longest = arra_run ("generate", M, "--prompts", "long.txt", "-o", "set", NULL);
  assert_status (longest, 64);
  assert_says (longest->err, "prompt 2: ");
  put ("binary.txt", "a fox\n\xff\n");
  binary = arra_run ("generate", M, "--prompts", "binary.txt", "-o", "set", NULL);
  assert_status (binary, 64);
  assert_says (binary->err, "binary.txt: line 2 is not UTF-8");
  put ("empty.txt", " \n\n");
  empty = arra_run ("generate", M, "--prompts", "empty.txt", "-o", "set", NULL);
  assert_status (empty, 64);
  assert_says (empty->err, "empty.txt holds no prompt");
  g_assert_false (scratch_has ("set"));
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/series/lines", test_lines);
  g_test_add_func ("/cli/series/marks", test_marks);
  g_test_add_func ("/cli/series/goes-on", test_goes_on);
  g_test_add_func ("/cli/series/other-settings", test_other_settings);
  g_test_add_func ("/cli/series/labels", test_labels);
  g_test_add_func ("/cli/series/bad-prompts", test_bad_prompts);
  return g_test_run ();
}
