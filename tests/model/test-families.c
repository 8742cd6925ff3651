/* test-families.c - nobody but a family's own room and the table of families names it, and each can be found
 * by what it says of itself
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "family.h"
#include "jsonguard.h"

static const char *const rooms[] = { "model/chameleon", "model/llamagen", "model/janus" };
static const char *const names[] = {
  "arra_chameleon_",  "ArraChameleon", "arra_llamagen_",       "ArraLlamagen",
  "arra_janus_",      "ArraJanus",     "#include \"chameleon", "#include \"llamagen",
  "#include \"janus", "\"chameleon\"", "\"ChameleonForCondit", "\"multi_modality\"",
};

static gboolean
is_exempt (const char *path)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rooms); i++)
    if (strstr (path, rooms[i]) != NULL)
      return TRUE;
  return g_str_has_suffix (path, "/model/families.c");
}

/* In lower case, without comments, characters and strings */
static char *
code_of (const char *text)
{
  g_autoptr (GRegex) rest
      = g_regex_new ("/\\*.*?\\*/|'(?:\\\\.|[^'\\\\])'|\"(?:\\\\.|[^\"\\\\])*\"", G_REGEX_DOTALL, 0, NULL);
  g_autofree char *code = g_regex_replace_literal (rest, text, -1, 0, " ", 0, NULL);

  return g_ascii_strdown (code, -1);
}

static void
look_at_code (const char *path, const char *text)
{
  static const char *const families[] = { "chameleon", "llamagen", "janus" };
  g_autofree char *code = code_of (text);

  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    if (strstr (code, families[i]) != NULL)
      {
        g_test_message ("%s names a family in its code: %s", path, families[i]);
        g_test_fail ();
      }
}

static void
look_at_file (const char *path)
{
  g_autofree char *text = NULL;

  if ((!g_str_has_suffix (path, ".c") && !g_str_has_suffix (path, ".h")) || is_exempt (path))
    return;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (strstr (text, names[i]) != NULL)
      {
        g_test_message ("%s names a family: %s", path, names[i]);
        g_test_fail ();
      }
  look_at_code (path, text);
}

static guint
look_at_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        n += look_at_folder (path);
      else
        {
          look_at_file (path);
          n++;
        }
    }
  return n;
}

static void
test_named_nowhere (void)
{
  static const char *const folders[] = { "core", "ui", "plugin" };
  const char *tests = g_getenv ("ARRA_TEST_DATA");

  g_assert_nonnull (tests);
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *folder = g_build_filename (tests, "..", folders[i], NULL);

      g_assert_cmpuint (look_at_folder (folder), >, 0);
    }
}

static const ArraFamily *
of_config (const char *text, GError **error)
{
  JsonObject *object = NULL;
  g_autoptr (JsonParser) parser = arra_json_parse (text, strlen (text), "config.json", &object, NULL);

  g_assert_nonnull (parser);
  return arra_family_of_config (object, "config.json", error);
}

static void
test_found (void)
{
  static const struct
  {
    const char *config, *architecture;
  } found[] = {
    { "{}", "arra-chameleon" },
    { "{\"model_type\": null}", "arra-chameleon" },
    { "{\"model_type\": \"chameleon\"}", "arra-chameleon" },
    { "{\"model_type\": \"multi_modality\"}", "arra-janus" },
    { "{\"model_type\": \"janus\"}", "arra-janus" },
  };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (found); i++)
    {
      const char *architecture = found[i].architecture;

      g_assert_cmpstr (of_config (found[i].config, NULL)->architecture, ==, architecture);
      g_assert_cmpstr (arra_family_of_architecture (architecture, strlen (architecture))->architecture, ==,
                       architecture);
    }
  g_assert_null (arra_family_of_architecture ("llama", strlen ("llama")));
  g_assert_null (of_config ("{\"model_type\": \"llama\"}", &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "\"chameleon\""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/families/named-nowhere", test_named_nowhere);
  g_test_add_func ("/families/found", test_found);
  return g_test_run ();
}
