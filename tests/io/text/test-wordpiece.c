/* test-wordpiece.c - words, pieces, and vocabularies that are none
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "wordpiece.h"

#include <glib/gstdio.h>
#include <string.h>

#include "scratch.h"

#define VOCABULARY                                                                           \
  "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nchest\nx\n##ray\n-\nray\nef\n##fusion\n##s\nnaive\n." \
  "\n\xE8\x82\xBA\n##\xC3\x9F\nstra\n"

static char *
folder_with (const char *name, const char *text)
{
  g_autofree char *folder = g_dir_make_tmp ("arra-wordpiece-XXXXXX", NULL),
                  *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return g_steal_pointer (&folder);
}

static void
remove_folder (char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_unlink (path);
  g_rmdir (folder);
  g_free (folder);
}

static void
check (const ArraWordpiece *pieces, const char *text, const char *expected)
{
  g_autoptr (GString) got = g_string_new (NULL);
  guint32 ids[64];
  guint n = arra_wordpiece_encode (pieces, text, ids, 64, NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (got, "%s%u", i > 0 ? " " : "", ids[i]);
  g_assert_cmpstr (got->str, ==, expected);
}

static void
test_encode (void)
{
  char *folder = folder_with ("vocab.txt", VOCABULARY);
  g_autoptr (ArraWordpiece) pieces = arra_wordpiece_open (folder, NULL);
  g_autofree char *long_word = g_strnfill (101, 'x');
  guint32 ids[4];

  g_assert_cmpuint (arra_wordpiece_size (pieces), ==, 18);
  check (pieces, "", "2 3");
  check (pieces, "Chest X-ray", "2 5 6 8 9 3");
  check (pieces, "xray effusions.", "2 6 7 10 11 12 14 3");
  check (pieces, "na\xC3\xAFve\tNAI\xCC\x88VE", "2 13 13 3");         /* accents fall, composed or not */
  check (pieces, "chest\xE8\x82\xBAx", "2 5 15 6 3");                 /* ideographs stand alone */
  check (pieces, "stra\xC3\x9F", "2 17 16 3");                        /* a piece of two bytes */
  check (pieces, "x\xE2\x80\x8Bray \xEF\xBF\xBD chest", "2 6 7 5 3"); /* what is not seen is dropped */
  check (pieces, "effusionq chest", "2 1 5 3");                       /* one piece unknown: the word is */
  check (pieces, long_word, "2 1 3");
  g_assert_cmpuint (arra_wordpiece_encode (pieces, "chest x chest x", ids, 4, NULL), ==, 4);
  g_assert_true (ids[0] == 2 && ids[2] == 6 && ids[3] == 3);
  remove_folder (folder, "vocab.txt");
}

static void
test_json (void)
{
  char *folder = folder_with ("tokenizer.json", "{\"model\": {\"type\": \"WordPiece\", \"vocab\": {\"[UNK]\": 0, "
                                                "\"[CLS]\": 1, \"[SEP]\": 2, \"chest\": 7}}}");
  g_autoptr (ArraWordpiece) pieces = arra_wordpiece_open (folder, NULL);

  check (pieces, "CHEST x", "1 7 0 2");
  remove_folder (folder, "tokenizer.json");
}

static void
test_case (void)
{
  char *folder = folder_with ("vocab.txt", VOCABULARY);
  g_autofree char *config = g_build_filename (folder, "tokenizer_config.json", NULL);
  g_autoptr (ArraWordpiece) pieces = NULL;

  g_assert_true (g_file_set_contents (config, "{\"do_lower_case\": false}", -1, NULL));
  pieces = arra_wordpiece_open (folder, NULL);
  check (pieces, "chest Chest", "2 5 1 3");
  g_unlink (config);
  remove_folder (folder, "vocab.txt");
}

static void
test_refuse (void)
{
  static const char *const texts[][2] = {
    { "vocab.txt", "[UNK]\n[CLS]\nchest\n" },
    { "vocab.txt", "" },
    { "tokenizer.json", "{\"model\": {\"vocab\": {\"[UNK]\": -1}}}" },
    { "tokenizer.json", "{\"model\": {\"vocab\": {\"[UNK]\": \"1\"}}}" },
    { "tokenizer.json", "{\"model\": {\"vocab\": {\"[UNK]\": 4294967296}}}" },
    { "tokenizer.json", "{\"model\": {\"vocab\": []}}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      char *folder = folder_with (texts[i][0], texts[i][1]);
      g_autoptr (GError) error = NULL;

      g_assert_null (arra_wordpiece_open (folder, &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
      g_assert_nonnull (strstr (error->message, texts[i][0]));
      remove_folder (folder, texts[i][0]);
    }
}

static void
test_invalid_text (void)
{
  char *folder = folder_with ("vocab.txt", VOCABULARY);
  g_autoptr (ArraWordpiece) pieces = arra_wordpiece_open (folder, NULL);
  g_autoptr (GError) error = NULL;
  guint32 ids[8];

  g_assert_cmpuint (arra_wordpiece_encode (pieces, "chest \xFF", ids, 8, &error), ==, 0);
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  remove_folder (folder, "vocab.txt");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/wordpiece/encode", test_encode);
  g_test_add_func ("/io/wordpiece/json", test_json);
  g_test_add_func ("/io/wordpiece/case", test_case);
  g_test_add_func ("/io/wordpiece/refuse", test_refuse);
  g_test_add_func ("/io/wordpiece/invalid-text", test_invalid_text);
  return scratch_run ();
}
