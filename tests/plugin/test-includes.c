/* test-includes.c - the plug-in sees libarra's public header, GIMP, the dialog and itself; the dialog sees no GIMP
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <string.h>

typedef gboolean (*Allowed) (const char *header);

static gboolean
plugin_may_see (const char *header)
{
  static const char *const own[] = { "arguments.h",     "dialog.h", "host.h", "insert.h", "label.h",
                                     "likely_window.h", "look.h",   "made.h", "run.h",    NULL };

  return g_strv_contains (own, header) || (strchr (header, '/') == NULL && g_str_equal (header, "arra.h"));
}

/* A header of the dialog's own folder, or the public one. */
static gboolean
ui_may_see (const char *header)
{
  g_autofree char *path = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "..", "ui", header, NULL);

  return g_str_equal (header, "arra.h") || g_str_equal (header, "resources.h") /* generated */
         || (strchr (header, '/') == NULL && g_file_test (path, G_FILE_TEST_EXISTS));
}

static guint
count_wrong (const char *file, const char *text, Allowed may_see)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint wrong = 0;

  for (char **line = lines; *line != NULL; line++)
    {
      g_auto (GStrv) quoted = g_strsplit (*line, "\"", 3);
      const gboolean is_include = g_str_has_prefix (g_strchug (quoted[0] != NULL ? quoted[0] : *line), "#include");

      if (!is_include)
        continue;
      if (quoted[1] != NULL ? !may_see (quoted[1]) : may_see == ui_may_see && strstr (*line, "libgimp") != NULL)
        {
          g_test_message ("%s: %s", file, *line);
          wrong++;
        }
    }
  return wrong;
}

static void
check_folder (const char *folder, Allowed may_see)
{
  g_autofree char *path = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "..", folder, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  guint seen = 0;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".c") || g_str_has_suffix (name, ".h"))
      {
        g_autofree char *file = g_build_filename (path, name, NULL), *text = NULL;

        g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
        g_assert_cmpuint (count_wrong (name, text, may_see), ==, 0);
        seen++;
      }
  g_assert_cmpuint (seen, >, 5);
}

static void
test_plugin (void)
{
  check_folder ("plugin", plugin_may_see);
}

static void
test_ui (void)
{
  check_folder ("ui", ui_may_see);
}

/* The check itself can fail. */
static void
test_wrong (void)
{
  g_assert_cmpuint (count_wrong ("made up", "#include \"../core/base/mem.h\"\n", plugin_may_see), ==, 1);
  g_assert_cmpuint (count_wrong ("made up", "#include \"mem.h\"\n", plugin_may_see), ==, 1);
  g_assert_cmpuint (count_wrong ("made up", "#include <libgimp/gimp.h>\n", ui_may_see), ==, 1);
  g_assert_cmpuint (count_wrong ("made up", "#include <glib.h>\n", plugin_may_see), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plugin/includes/plugin", test_plugin);
  g_test_add_func ("/plugin/includes/ui", test_ui);
  g_test_add_func ("/plugin/includes/wrong", test_wrong);
  return g_test_run ();
}
