/* test-card.c - cards from untrusted text
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "card.h"
#include "fixture.h"
#include "thumbnail.h"

static const guint8 png[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 1, 2, 3 };

static ArraCheckpoint *
open_with (const char *settings, gsize thumbnail_size, GError **error)
{
  g_autofree char *path = fixture_make_named ("tiny");
  ArraOpenOptions options = { .metadata_only = TRUE };
  ArraCheckpoint *checkpoint;

  fixture_put (path, "arra.json", settings, -1);
  if (thumbnail_size > 0)
    {
      g_autofree guint8 *bytes = g_malloc0 (thumbnail_size);

      memcpy (bytes, png, MIN (thumbnail_size, sizeof png));
      fixture_put (path, "thumb.png", bytes, (gssize) thumbnail_size);
    }
  checkpoint = arra_checkpoint_open (path, &options, NULL, error);
  fixture_remove (path);
  return checkpoint;
}

static void
test_none (void)
{
  g_autoptr (ArraCheckpoint) checkpoint = open_with ("{}", 0, NULL);
  const ArraCard *card = arra_checkpoint_card (checkpoint);
  g_autofree char *base = g_path_get_basename (checkpoint->path);

  g_assert_cmpstr (card->name, ==, base);
  g_assert_null (card->description);
  g_assert_null (card->license);
  g_assert_false (card->medical);
  g_assert_null (card->example_prompts[0]);
  g_assert_null (card->words[0]);
  g_assert_null (card->thumbnail);
  g_assert_cmpuint (card->thumbnail_size, ==, 0);
}

static void
test_whole (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraCheckpoint) checkpoint
      = open_with ("{\"name\":\"Textures\",\"description\":\"Two\\nlines, Umlaut "
                   "ü\",\"license\":\"CC0-1.0\",\"license_link\":\"https://example.org\","
                   "\"training_data\":\"none\",\"intended_use\":\"tests\",\"domain\":\"textures\",\"medical\":true,"
                   "\"example_prompts\":[\"oak\",\"marble\"],\"thumbnail\":\"thumb.png\"}",
                   sizeof png, &error);
  const ArraCard *card;

  g_assert_no_error (error);
  card = arra_checkpoint_card (checkpoint);
  g_assert_cmpstr (card->name, ==, "Textures");
  g_assert_cmpstr (card->description, ==, "Two\nlines, Umlaut ü");
  g_assert_cmpstr (card->license, ==, "CC0-1.0");
  g_assert_cmpstr (card->license_link, ==, "https://example.org");
  g_assert_cmpstr (card->training_data, ==, "none");
  g_assert_cmpstr (card->intended_use, ==, "tests");
  g_assert_cmpstr (card->domain, ==, "textures");
  g_assert_true (card->medical);
  g_assert_cmpstr (card->example_prompts[0], ==, "oak");
  g_assert_cmpstr (card->example_prompts[1], ==, "marble");
  g_assert_null (card->example_prompts[2]);
  g_assert_cmpmem (card->thumbnail, card->thumbnail_size, png, sizeof png);
}

/* Escape sequences, and characters that turn the direction of writing. */
static void
test_unsafe (void)
{
  g_autoptr (ArraCheckpoint) checkpoint = open_with (
      "{\"name\":\"\\u001b[31mred\\u0007\",\"description\":\"a\\u202eb\\u009bc\\r\\nd\\te\",\"domain\":\"\","
      "\"example_prompts\":[\"x\\u001by\"]}",
      0, NULL);
  const ArraCard *card = arra_checkpoint_card (checkpoint);

  g_assert_cmpstr (card->name, ==, " [31mred ");
  g_assert_cmpstr (card->description, ==, "a b c \nd e");
  g_assert_null (card->domain);
  g_assert_cmpstr (card->example_prompts[0], ==, "x y");
}

static const struct
{
  const char *settings;
  ArraError code;
  const char *word;
} wrong[] = {
  { "{\"name\":5}", ARRA_ERROR_INVALID_DATA, "name" },
  { "{\"description\":[]}", ARRA_ERROR_INVALID_DATA, "description" },
  { "{\"medical\":\"yes\"}", ARRA_ERROR_INVALID_DATA, "medical" },
  { "{\"example_prompts\":\"oak\"}", ARRA_ERROR_INVALID_DATA, "example_prompts" },
  { "{\"example_prompts\":[1]}", ARRA_ERROR_INVALID_DATA, "example_prompts" },
  { "{\"words\":{}}", ARRA_ERROR_INVALID_DATA, "words" },
  { "{\"words\":[\"oak\",null]}", ARRA_ERROR_INVALID_DATA, "words" },
  { "{\"translations\":5}", ARRA_ERROR_INVALID_DATA, "translations" },
  { "{\"translations\":[]}", ARRA_ERROR_INVALID_DATA, "translations" },
  { "{\"translations\":{\"de\":\"Texturen\"}}", ARRA_ERROR_INVALID_DATA, "translations: de" },
  { "{\"translations\":{\"de\":{\"name\":{}}}}", ARRA_ERROR_INVALID_DATA, "translations: de" },
  { "{\"thumbnail\":\"../thumb.png\"}", ARRA_ERROR_INVALID_DATA, "thumbnail" },
  { "{\"thumbnail\":\"/etc/passwd\"}", ARRA_ERROR_INVALID_DATA, "thumbnail" },
  { "{\"thumbnail\":\"\"}", ARRA_ERROR_INVALID_DATA, "thumbnail" },
  { "{\"thumbnail\":\"..\"}", ARRA_ERROR_INVALID_DATA, "thumbnail" },
  { "{\"thumbnail\":\"none.png\"}", ARRA_ERROR_NOT_FOUND, "none.png" },
  { "{\"thumbnail\":\"config.json\"}", ARRA_ERROR_INVALID_DATA, "no PNG" },
};

static void
test_wrong (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (open_with (wrong[i].settings, 0, &error));
      fixture_assert_error (error, (int) wrong[i].code, FIXTURE_WORDS (wrong[i].word));
    }
}

static void
test_too_much (void)
{
  g_autofree char *filler = g_strnfill (20000, 'x');
  g_autofree char *description = g_strdup_printf ("{\"description\":\"%s\"}", filler);
  g_autofree char *translated = g_strdup_printf ("{\"translations\":{\"de\":{\"description\":\"%s\"}}}", filler);
  g_autoptr (GString) languages = g_string_new ("{\"translations\":{\"de\":{}");
  g_autofree char *example = g_strdup_printf ("{\"example_prompts\":[\"%s\"]}", filler);
  g_autoptr (GString) examples = g_string_new ("{\"example_prompts\":[\"a\"");
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 256; i++)
    g_string_append_printf (languages, ",\"x%d\":{}", i);
  g_string_append (languages, "}}");
  g_assert_null (open_with (description, 0, &error));
  fixture_assert_error (error, ARRA_ERROR_INVALID_DATA, FIXTURE_WORDS ("description", "20000"));
  g_clear_error (&error);
  g_assert_null (open_with (translated, 0, &error));
  fixture_assert_error (error, ARRA_ERROR_INVALID_DATA, FIXTURE_WORDS ("translations: de", "20000"));
  g_clear_error (&error);
  g_assert_null (open_with (languages->str, 0, &error));
  fixture_assert_error (error, ARRA_ERROR_INVALID_DATA, FIXTURE_WORDS ("translations", "256"));
  g_clear_error (&error);
  g_assert_null (open_with (example, 0, &error));
  fixture_assert_error (error, ARRA_ERROR_INVALID_DATA, FIXTURE_WORDS ("example_prompts"));
  g_clear_error (&error);
  for (int i = 0; i < ARRA_CARD_MAX_EXAMPLES; i++)
    g_string_append (examples, ",\"a\"");
  g_string_append (examples, "]}");
  g_assert_null (open_with (examples->str, 0, &error));
  fixture_assert_error (error, ARRA_ERROR_INVALID_DATA, FIXTURE_WORDS ("example_prompts"));
  g_clear_error (&error);
  g_string_assign (examples, "{\"words\":[\"a\"");
  for (int i = 0; i < ARRA_CARD_MAX_WORDS; i++)
    g_string_append (examples, ",\"a\"");
  g_string_append (examples, "]}");
  g_assert_null (open_with (examples->str, 0, &error));
  fixture_assert_error (error, ARRA_ERROR_INVALID_DATA, FIXTURE_WORDS ("words"));
  g_clear_error (&error);
  g_assert_null (open_with ("{\"thumbnail\":\"thumb.png\"}", ARRA_THUMBNAIL_MAX + 1, &error));
  fixture_assert_error (error, ARRA_ERROR_INVALID_DATA, FIXTURE_WORDS ("thumb.png"));
}

/* ---- translations */

#define GERMAN                                                                                                      \
  "\"name\":\"Textures\",\"description\":\"Small pictures\",\"domain\":\"textures\",\"example_prompts\":[\"oak\"]," \
  "\"translations\":{"                                                                                              \
  "\"de\":{\"name\":\"Texturen\",\"description\":\"Kleine Bilder\",\"example_prompts\":5,\"more\":[]},"             \
  "\"fr\":{\"description\":\"Petites images\",\"domain\":\"\"},"                                                    \
  "\"fr-CA\":{\"name\":\"Textures d'ici\"},"                                                                        \
  "\"de_AT\":null,\"\":{\"name\":1},\"no language\":7,\"../de\":[]}"

typedef struct
{
  const char *languages, *name, *description;
} Spoken;

static const Spoken spoken[] = {
  { "de", "Texturen", "Kleine Bilder" },
  { "de_AT.UTF-8", "Texturen", "Kleine Bilder" },
  { "fr_CA:fr", "Textures d'ici", "Petites images" },
  { "fr_FR", "Textures", "Petites images" },
  { "es:de", "Texturen", "Kleine Bilder" },
  { "en:de", "Textures", "Small pictures" }, /* what is no translation is English */
  { "en_GB:de", "Textures", "Small pictures" },
  { "es", "Textures", "Small pictures" },
  { "C", "Textures", "Small pictures" },
};

static void
check_spoken (const ArraCard *card, const Spoken *as)
{
  g_assert_cmpstr (card->name, ==, as->name);
  g_assert_cmpstr (card->description, ==, as->description);
  g_assert_cmpstr (card->domain, ==, "textures"); /* an empty translation is none */
  g_assert_cmpstr (card->example_prompts[0], ==, "oak");
}

/* Each text in the first of the user's languages that has it; what no locale is called, and what cannot be translated,
 * nobody looks at. */
static void
test_translations (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (spoken); i++)
    {
      g_autoptr (ArraCheckpoint) checkpoint = NULL;
      g_autoptr (GError) error = NULL;

      g_setenv ("LANGUAGE", spoken[i].languages, TRUE);
      checkpoint = open_with ("{" GERMAN "}", 0, &error);
      g_assert_no_error (error);
      check_spoken (arra_checkpoint_card (checkpoint), &spoken[i]);
    }
  g_unsetenv ("LANGUAGE");
}

static char *
convert (const char *from, const char *card, const char *to)
{
  g_autofree char *folder = g_path_get_dirname (from);
  char *path = g_build_filename (folder, to, NULL);
  g_autoptr (GError) error = NULL;

  arra_checkpoint_convert (from, NULL, card, path, ARRA_QUANT_AS_STORED, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return path;
}

/* Opens @path where people speak @languages. */
static ArraCheckpoint *
open_in (const char *languages, const char *path)
{
  ArraOpenOptions options = { .metadata_only = TRUE };
  ArraCheckpoint *checkpoint;
  g_autoptr (GError) error = NULL;

  g_setenv ("LANGUAGE", languages, TRUE);
  checkpoint = arra_checkpoint_open (path, &options, NULL, &error);
  g_assert_no_error (error);
  g_unsetenv ("LANGUAGE");
  return checkpoint;
}

/* Into a GGUF file and from there into another one, whatever language is spoken meanwhile; what --card says anew has
 * only the translations that it brings. */
static void
test_translations_converted (void)
{
  g_autofree char *folder = fixture_directory (), *directory = g_build_filename (folder, "tiny", NULL),
                  *card = g_build_filename (directory, "card.json", NULL), *one = NULL, *two = NULL, *three = NULL;
  Fixture fixture;

  fixture_init (&fixture);
  fixture_write (&fixture, directory, NULL);
  fixture_put (directory, "arra.json", "{" GERMAN "}", -1);
  fixture_put (directory, "card.json", "{\"name\":\"Stones\",\"translations\":{\"fr\":{\"name\":\"Pierres\"}}}", -1);
  g_setenv ("LANGUAGE", "de", TRUE);
  one = convert (directory, NULL, "one.gguf");
  two = convert (one, NULL, "two.gguf");
  three = convert (two, card, "three.gguf");
  for (gsize i = 0; i < G_N_ELEMENTS (spoken); i++)
    {
      g_autoptr (ArraCheckpoint) checkpoint = open_in (spoken[i].languages, two);

      check_spoken (arra_checkpoint_card (checkpoint), &spoken[i]);
    }
  {
    g_autoptr (ArraCheckpoint) german = open_in ("de", three), french = open_in ("fr_CA", three);

    check_spoken (arra_checkpoint_card (german), &(Spoken) { NULL, "Stones", "Kleine Bilder" });
    check_spoken (arra_checkpoint_card (french), &(Spoken) { NULL, "Pierres", "Petites images" });
  }
  fixture_remove (folder);
}

/* Those in a file beside a GGUF file are taken, and words where it has none, and nothing else from there; what is wrong
 * with it is noted. */
static void
test_translations_beside (void)
{
  g_autofree char *folder = fixture_directory (), *directory = g_build_filename (folder, "tiny", NULL),
                  *card = g_build_filename (folder, "words.json", NULL), *path = NULL, *other = NULL;
  g_autoptr (ArraCheckpoint) plain = NULL, german = NULL, broken = NULL, knowing = NULL;
  Fixture fixture;

  fixture_init (&fixture);
  fixture_write (&fixture, directory, NULL);
  fixture_put (directory, "arra.json", "{\"name\":\"Textures\"}", -1);
  path = convert (directory, NULL, "one.gguf");
  plain = open_in ("de", path);
  fixture_put (
      folder, "one.json",
      "{\"name\":\"Else\",\"license\":5,\"translations\":{\"de\":{\"name\":\"Texturen\"}},\"words\":[\"oak\"]}", -1);
  german = open_in ("de", path);
  fixture_put (folder, "one.json", "{\"translations\":{\"de\":{\"name\":5}}}", -1);
  broken = open_in ("de", path);
  fixture_put (folder, "words.json", "{\"words\":[\"pine\"]}", -1);
  fixture_put (folder, "two.json", "{\"words\":[\"oak\"]}", -1);
  other = convert (path, card, "two.gguf");
  knowing = open_in ("de", other);
  g_assert_cmpstr (arra_checkpoint_card (plain)->name, ==, "Textures");
  g_assert_cmpstr (arra_checkpoint_card (german)->name, ==, "Texturen");
  g_assert_null (arra_checkpoint_card (german)->license);
  g_assert_null (arra_checkpoint_card (plain)->words[0]);
  g_assert_cmpstr (arra_checkpoint_card (german)->words[0], ==, "oak");
  g_assert_cmpstr (arra_checkpoint_card (knowing)->words[0], ==, "pine");
  g_assert_cmpstr (arra_checkpoint_fingerprint (german), ==, arra_checkpoint_fingerprint (plain));
  g_assert_null (arra_checkpoint_notes (german)[0]);
  g_assert_cmpstr (arra_checkpoint_card (broken)->name, ==, "Textures");
  g_assert_nonnull (strstr (arra_checkpoint_notes (broken)[0], "one.json: translations: de"));
  fixture_remove (folder);
}

/* Folders of the Hugging Face cache name the repository. */
static void
test_cache_name (void)
{
  g_autofree char *cache = fixture_directory ();
  g_autofree char *path = g_build_filename (cache, "models--someone--some-model", "snapshots", "0123", NULL);
  ArraOpenOptions options = { .metadata_only = TRUE };
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  g_autoptr (GError) error = NULL;
  Fixture fixture;

  fixture_init (&fixture);
  fixture_write (&fixture, path, &error);
  g_assert_no_error (error);
  checkpoint = arra_checkpoint_open (path, &options, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (arra_checkpoint_card (checkpoint)->name, ==, "someone/some-model");
  fixture_remove (cache);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/card/none", test_none);
  g_test_add_func ("/card/whole", test_whole);
  g_test_add_func ("/card/unsafe", test_unsafe);
  g_test_add_func ("/card/wrong", test_wrong);
  g_test_add_func ("/card/too-much", test_too_much);
  g_test_add_func ("/card/translations", test_translations);
  g_test_add_func ("/card/translations/converted", test_translations_converted);
  g_test_add_func ("/card/translations/beside", test_translations_beside);
  g_test_add_func ("/card/cache-name", test_cache_name);
  return g_test_run ();
}
