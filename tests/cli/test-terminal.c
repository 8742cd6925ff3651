/* test-terminal.c - what stands in files of strangers reaches the terminal as plain text
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"
#include "harness.h"

/* A title for the window, red, one line up, right to left */
#define HOSTILE                      \
  "\x1b]0;owned\x07\x1b[31m\xc2\x9b" \
  "A\xe2\x80\xae"
#define HOSTILE_JSON "\\u001b]0;owned\\u0007\\u001b[31m\\u009bA\\u202e"

static void
assert_plain (const char *text)
{
  g_assert_true (g_utf8_validate (text, -1, NULL));
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      const gunichar letter = g_utf8_get_char (at);

      g_assert_true (letter == '\n' || letter == '\t' || !g_unichar_iscntrl (letter));
      g_assert_true (letter != 0x202e);
    }
}

static guint
count_lines (const char *text)
{
  guint n = 0;

  for (; *text != '\0'; text++)
    n += *text == '\n';
  return n;
}

/* The golden model in the scratch folder, with @text as its file @name. */
static char *
model_with (const char *name, const char *text, gssize size)
{
  g_autoptr (GDir) dir = g_dir_open (golden_model (), 0, NULL);
  char *folder = scratch_path ("model");
  const char *entry;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  while ((entry = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *from = g_build_filename (golden_model (), entry, NULL),
                      *to = g_build_filename (folder, entry, NULL);

      if (strcmp (entry, name) != 0)
        g_assert_cmpint (symlink (from, to), ==, 0);
    }
  fixture_put (folder, name, text, size);
  return folder;
}

static void
test_card (void)
{
  static const char card[] = "{\"name\": \"" HOSTILE_JSON "\", \"description\": \"one\\ntwo\", "
                             "\"prompt_template\": \"{prompt}" HOSTILE_JSON "\"}";
  g_autofree char *folder = NULL;
  g_autoptr (Outcome) info = NULL, json = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *defaults;

  harness_begin ();
  folder = model_with ("arra.json", card, -1);
  info = arra_run ("info", folder, NULL);
  assert_status (info, 0);
  assert_plain (info->out);
  assert_says (info->out, "{prompt}\\u001b]0;owned\\u0007\\u001b[31m\\u009bA\\u202e");
  assert_says (info->out, "one two");
  json = arra_run ("info", folder, "--json", NULL);
  assert_status (json, 0);
  assert_plain (json->out);
  node = parse_json (json->out);
  defaults = json_object_get_object_member (json_node_get_object (node), "defaults");
  g_assert_cmpstr (json_object_get_string_member (defaults, "prompt_template"), ==, "{prompt}" HOSTILE);
  harness_end ();
}

static void
assert_message (Outcome *outcome, int status)
{
  assert_status (outcome, status);
  assert_plain (outcome->out);
  assert_plain (outcome->err);
  g_assert_cmpuint (count_lines (outcome->err), ==, status == 64 ? 2 : 1);
}

static void
test_arguments (void)
{
  static const char *const lines[][4] = {
    { HOSTILE "\narra: done", NULL },
    { "--" HOSTILE "\xff", NULL },
    { "info", HOSTILE "\xff\n", NULL },
    { "info", "--" HOSTILE, NULL },
    { "generate", "--seed", HOSTILE "\xff", NULL },
    { "train", HOSTILE "\xc3\n", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (Outcome) outcome = NULL;

      harness_begin ();
      outcome = arra_finish (arra_start (lines[i], -1), NULL);
      assert_message (outcome, strcmp (lines[i][0], "train") == 0 ? 70 : 64);
      harness_end ();
    }
}

/* A tensor's name, a key of a configuration, a saved run. */
static void
test_files (void)
{
  static const struct
  {
    const char *name, *text;
  } files[] = {
    { "config.json", "{\"model_type\": \"" HOSTILE_JSON "\\n\"}" },
    { "config.json", "{\"" HOSTILE_JSON "\": 1, \"" HOSTILE_JSON "\": 2}" },
    { "tokenizer.json", "{\"model\": {\"type\": \"" HOSTILE_JSON "\"}}" },
    { "arra.json", "{\"name\": \"" HOSTILE "\"" },
    { "model.safetensors.index.json", "{\"weight_map\": {\"a\": \"../" HOSTILE_JSON "\"}}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *folder = NULL;
      g_autoptr (Outcome) outcome = NULL;

      harness_begin ();
      folder = model_with (files[i].name, files[i].text, -1);
      outcome = arra_run ("info", folder, NULL);
      g_test_message ("%s", outcome->err);
      assert_message (outcome, 70);
      harness_end ();
    }
}

static void
test_tensor (void)
{
  static const char header[] = "{\"" HOSTILE_JSON "\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,9]}}";
  const guint64 length = GUINT64_TO_LE (strlen (header));
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *folder = NULL;
  g_autoptr (Outcome) outcome = NULL;

  harness_begin ();
  g_byte_array_append (bytes, (const guint8 *) &length, sizeof length);
  g_byte_array_append (bytes, (const guint8 *) header, sizeof header - 1);
  g_byte_array_append (bytes, (const guint8[9]) { 0 }, 9);
  folder = model_with ("model-00001-of-00002.safetensors", (const char *) bytes->data, (gssize) bytes->len);
  outcome = arra_run ("info", folder, NULL);
  g_test_message ("%s", outcome->err);
  assert_message (outcome, 70);
  assert_says (outcome->err, "data_offsets");
  harness_end ();
}

static void
test_resume (void)
{
  static const char saved[]
      = "{\"arra_tokens\": 1, \"fingerprint\": \"" HOSTILE_JSON "\", \"model\": \"" HOSTILE_JSON "\"}";
  g_autofree char *path = NULL;
  g_autoptr (Outcome) outcome = NULL;

  harness_begin ();
  path = scratch_path ("saved.json");
  g_assert_true (g_file_set_contents (path, saved, -1, NULL));
  outcome = arra_run ("generate", "--resume", path, NULL);
  g_test_message ("%s", outcome->err);
  assert_plain (outcome->err);
  g_assert_cmpint (outcome->status, >=, 64);
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/terminal/card", test_card);
  g_test_add_func ("/cli/terminal/arguments", test_arguments);
  g_test_add_func ("/cli/terminal/files", test_files);
  g_test_add_func ("/cli/terminal/tensor", test_tensor);
  g_test_add_func ("/cli/terminal/resume", test_resume);
  return g_test_run ();
}
