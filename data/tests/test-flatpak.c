/* test-flatpak.c - the Flatpak manifest says what the build and the AppStream metadata say, and pins every source it
 * fetches test-flatpak MANIFEST METAINFO OPTIONS
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>
#include <string.h>

#define PREFIX "/app/extensions/ARRA"

static const char *manifest_path, *metainfo_path, *options_path;
static JsonParser *parser;

static JsonObject *
manifest (void)
{
  return json_node_get_object (json_parser_get_root (parser));
}

static char *
contents (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

/* The member as a string; the test fails when there is none. */
static const char *
string_of (JsonObject *object, const char *name)
{
  const char *value = json_object_get_string_member_with_default (object, name, NULL);

  if (value == NULL)
    g_error ("%s: '%s' is missing", manifest_path, name);
  return value;
}

static void
test_fields (void)
{
  g_autofree char *metainfo = contents (metainfo_path);
  g_autofree char *id = g_strdup_printf ("<id>%s</id>", string_of (manifest (), "id"));
  g_autofree char *extends = g_strdup_printf ("<extends>%s</extends>", string_of (manifest (), "runtime"));

  g_assert_true (g_str_has_prefix (string_of (manifest (), "id"), "org.gimp.GIMP.Plugin."));
  g_assert_nonnull (strstr (metainfo, id));
  g_assert_nonnull (strstr (metainfo, extends));
  g_assert_cmpstr (string_of (manifest (), "branch"), ==, "3"); /* the API of GIMP 3 */
  g_assert_cmpstr (string_of (manifest (), "runtime-version"), ==, "stable");
  g_assert_true (g_str_has_prefix (string_of (manifest (), "sdk"), "org.gnome.Sdk//"));
  g_assert_true (json_object_get_boolean_member_with_default (manifest (), "build-extension", FALSE));
}

static void
test_prefix (void)
{
  JsonObject *options = json_object_get_object_member (manifest (), "build-options");

  g_assert_nonnull (options);
  g_assert_cmpstr (string_of (options, "prefix"), ==, PREFIX);
  g_assert_cmpstr (string_of (options, "prepend-pkg-config-path"), ==, PREFIX "/lib/pkgconfig");
  g_assert_cmpstr (string_of (options, "prepend-ld-library-path"), ==, PREFIX "/lib");
}

/* Fetched sources come by https and with a hash; the only other kind is this tree. */
static void
assert_source (JsonObject *source)
{
  const char *type = string_of (source, "type");

  if (strcmp (type, "dir") == 0)
    {
      g_autofree char *folder = g_path_get_dirname (manifest_path);
      g_autofree char *project = g_build_filename (folder, string_of (source, "path"), "meson.build", NULL);

      g_assert_true (g_file_test (project, G_FILE_TEST_EXISTS));
      return;
    }
  g_assert_cmpstr (type, ==, "archive");
  g_assert_true (g_str_has_prefix (string_of (source, "url"), "https://"));
  g_assert_cmpuint (strspn (string_of (source, "sha256"), "0123456789abcdef"), ==, 64);
}

static void
test_sources (void)
{
  JsonArray *modules = json_object_get_array_member (manifest (), "modules");

  g_assert_nonnull (modules);
  for (guint i = 0; i < json_array_get_length (modules); i++)
    {
      JsonObject *module = json_array_get_object_element (modules, i);
      JsonArray *sources = json_object_get_array_member (module, "sources");

      g_test_message ("%s", string_of (module, "name"));
      g_assert_nonnull (sources);
      g_assert_cmpuint (json_array_get_length (sources), >, 0);
      for (guint j = 0; j < json_array_get_length (sources); j++)
        assert_source (json_array_get_object_element (sources, j));
    }
}

/* Every -Doption of our own module is an option of the build, and the plug-in goes where GIMP's extension point looks.
 */
static void
test_options (void)
{
  g_autofree char *options = contents (options_path);
  JsonArray *modules = json_object_get_array_member (manifest (), "modules");
  JsonObject *module = json_array_get_object_element (modules, json_array_get_length (modules) - 1);
  JsonArray *given = json_object_get_array_member (module, "config-opts");
  gboolean has_folder = FALSE;

  g_assert_cmpstr (string_of (module, "name"), ==, "arra");
  g_assert_cmpstr (string_of (module, "buildsystem"), ==, "meson");
  for (guint i = 0; i < json_array_get_length (given); i++)
    {
      const char *option = json_array_get_string_element (given, i);
      const char *value = strchr (option, '=');
      g_autofree char *name = NULL, *declared = NULL;

      g_assert_nonnull (value);
      if (!g_str_has_prefix (option, "-D"))
        continue;
      name = g_strndup (option + 2, (gsize) (value - option - 2));
      declared = g_strdup_printf ("option('%s'", name);
      g_test_message ("%s", name);
      g_assert_nonnull (strstr (options, declared));
      has_folder |= strcmp (name, "gimp_plugin_dir") == 0 && strcmp (value + 1, PREFIX "/lib/gimp/3.0/plug-ins") == 0;
    }
  g_assert_true (has_folder);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 4);
  manifest_path = argv[1];
  metainfo_path = argv[2];
  options_path = argv[3];
  parser = json_parser_new ();
  json_parser_load_from_file (parser, manifest_path, &error);
  g_assert_no_error (error);

  g_test_add_func ("/data/flatpak/fields", test_fields);
  g_test_add_func ("/data/flatpak/prefix", test_prefix);
  g_test_add_func ("/data/flatpak/sources", test_sources);
  g_test_add_func ("/data/flatpak/options", test_options);
  status = g_test_run ();
  g_object_unref (parser);
  return status;
}
