/* test-messages.c - what the core says about a checkpoint that cannot be opened is German where the catalogue is bound,
 * and English elsewhere test-messages FOLDER   of the catalogues
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <arra.h>
#include <glib/gstdio.h>
#include <libintl.h>
#include <locale.h>

#define DOMAIN "arra-generate"

static char *folder; /* of the cases' files */

typedef struct
{
  const char *name, *bytes;
  gssize size; /* of the file; below 0: there is none */
  int code;
  const char *english, *german; /* what follows the path */
} Case;

static const Case cases[] = {
  { "missing.gguf", NULL, -1, ARRA_ERROR_NOT_FOUND, ": there is no such file or directory",
    ": diese Datei oder diesen Ordner gibt es nicht" },
  { "truncated.gguf", "GGUF\3\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\310\0\0\0\0\0\0\0general.", 40,
    ARRA_ERROR_INVALID_DATA, ": truncated: a string reaches past its end",
    ": abgeschnitten: eine Zeichenkette reicht über das Dateiende hinaus" },
  { "keys.gguf", "GGUF\3\0\0\0\0\0\0\0\0\0\0\0\377\377\377\377\0\0\0\0", 24, ARRA_ERROR_INVALID_DATA,
    ": invalid number of keys: 4294967295", ": ungültige Anzahl von Schlüsseln: 4294967295" },
  { "picture.gguf", "\211PNG\r\n\32\n", 8, ARRA_ERROR_UNSUPPORTED, ": is a picture (PNG), not a checkpoint",
    ": ist ein Bild (PNG), kein Checkpoint" },
};

static void
assert_says (const Case *c, const char *words)
{
  g_autofree char *path = g_build_filename (folder, c->name, NULL), *expected = g_strconcat (path, words, NULL);
  g_autoptr (GError) error = NULL;

  if (c->size >= 0)
    g_assert_true (g_file_set_contents (path, c->bytes, c->size, NULL));
  g_assert_null (arra_checkpoint_open (path, NULL, NULL, &error));
  g_assert_error (error, ARRA_ERROR, c->code);
  g_assert_cmpstr (error->message, ==, expected);
  g_remove (path);
}

static void
test_english (void)
{
  g_assert_nonnull (setlocale (LC_ALL, "C"));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_says (&cases[i], cases[i].english);
}

/* Compiles the locale into the folder: catalogues are not read in the locale C. */
static gboolean
make_locale (const char *target)
{
  const char *argv[] = { "localedef", "-i", "de_DE", "-f", "UTF-8", target, NULL };

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                NULL, NULL);
  g_setenv ("LOCPATH", folder, TRUE);
  return setlocale (LC_ALL, "de_DE.UTF-8") != NULL;
}

static void
remove_locale (const char *target)
{
  const char *argv[] = { "rm", "-rf", target, NULL };

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
}

static void
test_german (void)
{
  g_autofree char *target = g_build_filename (folder, "de_DE.UTF-8", NULL);

  if (!make_locale (target))
    g_test_skip ("the locale de_DE.UTF-8 cannot be made: localedef or its sources are missing");
  else
    for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
      assert_says (&cases[i], cases[i].german);
  remove_locale (target);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  folder = g_dir_make_tmp ("arra-test-XXXXXX", NULL);
  g_assert_nonnull (folder);
  g_setenv ("LANGUAGE", "de", TRUE);
  bindtextdomain (DOMAIN, argv[1]);
  bind_textdomain_codeset (DOMAIN, "UTF-8");
  g_test_add_func ("/messages/english", test_english);
  g_test_add_func ("/messages/german", test_german);
  status = g_test_run ();
  g_rmdir (folder);
  g_free (folder);
  return status;
}
