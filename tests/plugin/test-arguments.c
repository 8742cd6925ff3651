/* test-arguments.c - what a call says was in force, and what is remembered of it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <arguments.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/stat.h>

#include "fixture.h"

static ArraCheckpoint *
open_checkpoint (void)
{
  g_autofree char *path = fixture_make_named ("tiny");
  ArraOpenOptions options = { .metadata_only = TRUE };
  g_autoptr (GError) error = NULL;
  ArraCheckpoint *checkpoint;

  fixture_put (path, "arra.json", "{\"words\":[\"oak\",\"wood\"]}", -1);
  checkpoint = arra_checkpoint_open (path, &options, NULL, &error);
  g_assert_no_error (error);
  fixture_remove (path);
  return checkpoint;
}

static JsonNode *
describe (const ArraCheckpoint *checkpoint, const char *prompt, gboolean include_prompt)
{
  g_auto (PluginSettings) settings;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  ArraRequest request;
  JsonNode *node;

  plugin_settings_init (&settings);
  plugin_settings_set_text (&settings, &plugin_arguments[0], prompt);
  settings.include_prompt = include_prompt;
  plugin_settings_request (&settings, checkpoint, &request);
  text = plugin_settings_describe (&settings, ARRA_TASK_GENERATE, &request, checkpoint, NULL);
  node = json_from_string (text, &error);
  g_assert_no_error (error);
  return node;
}

/* Words that the checkpoint never learnt are named when there are some, and stay out of what is kept with the prompt.
 */
static void
test_unknown_words (void)
{
  g_autoptr (ArraCheckpoint) checkpoint = open_checkpoint ();
  g_autoptr (JsonNode) unknown = describe (checkpoint, "a cat on oak wood", TRUE),
                       known = describe (checkpoint, "oak wood", TRUE);
  g_autoptr (JsonNode) secret = describe (checkpoint, "a cat on oak wood", FALSE),
                       closed = describe (NULL, "a cat", TRUE);
  JsonArray *words = json_object_get_array_member (json_node_get_object (unknown), "unknown-words");

  g_assert_cmpuint (json_array_get_length (words), ==, 1);
  g_assert_cmpstr (json_array_get_string_element (words, 0), ==, "cat");
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (unknown), "prompt"), ==, "a cat on oak wood");
  g_assert_false (json_object_has_member (json_node_get_object (known), "unknown-words"));
  g_assert_false (json_object_has_member (json_node_get_object (secret), "unknown-words"));
  g_assert_false (json_object_has_member (json_node_get_object (secret), "prompt"));
  g_assert_false (json_object_has_member (json_node_get_object (closed), "unknown-words"));
}

/* Until which token guidance leads is said as it was asked for; all are guided when nothing is. */
static void
test_interval (void)
{
  g_autoptr (ArraCheckpoint) checkpoint = open_checkpoint ();
  static const int asked[] = { -1, 0, 12 };

  for (gsize i = 0; i < G_N_ELEMENTS (asked); i++)
    {
      g_auto (PluginSettings) settings;
      g_autofree char *text = NULL;
      g_autoptr (JsonNode) node = NULL;
      ArraRequest request;

      plugin_settings_init (&settings);
      g_assert_cmpint (settings.cfg_interval, ==, -1);
      settings.cfg_interval = asked[i];
      plugin_settings_request (&settings, checkpoint, &request);
      text = plugin_settings_describe (&settings, ARRA_TASK_VARY, &request, checkpoint, NULL);
      node = json_from_string (text, NULL);
      g_assert_cmpint (json_object_get_int_member (json_node_get_object (node), "cfg-interval"), ==, asked[i]);
    }
}

static double
number_in (gconstpointer structure, gsize offset, gboolean is_real)
{
  gconstpointer place = (const guint8 *) structure + offset;

  return is_real ? *(const double *) place : (double) *(const int *) place;
}

static void
set_number_in (gpointer structure, gsize offset, gboolean is_real, double value)
{
  gpointer place = (guint8 *) structure + offset;

  if (is_real)
    *(double *) place = value;
  else
    *(int *) place = (int) value;
}

/* The number of the request that an argument is, when it is given @value. */
static double
ask (const ArraCheckpoint *checkpoint, const PluginArgument *argument, double value)
{
  const ArraFieldInfo *info = arra_field (argument->field);
  const gboolean is_real = info->type == ARRA_FIELD_REAL;
  g_auto (PluginSettings) settings, again;
  ArraRequest request;
  double asked;

  plugin_settings_init (&settings);
  set_number_in (&settings, argument->offset, is_real, value);
  plugin_settings_request (&settings, checkpoint, &request);
  asked = number_in (&request, info->offset, is_real);
  plugin_settings_init (&again);
  plugin_settings_take (&again, &request);
  g_assert_cmpfloat (number_in (&again, argument->offset, is_real), ==, asked);
  return asked;
}

/* A number of the request arrives there, up to the ends of its range; one that says nothing leaves what the checkpoint
 * has, or what is usual. */
static void
test_fields (void)
{
  g_autoptr (ArraCheckpoint) checkpoint = open_checkpoint ();
  ArraRequest own;
  guint n = 0;

  arra_request_init (&own, checkpoint);
  for (guint i = 0; i < plugin_n_arguments; i++)
    {
      const PluginArgument *argument = &plugin_arguments[i];
      const ArraFieldInfo *info = argument->field < ARRA_N_FIELDS ? arra_field (argument->field) : NULL;
      const PluginRange range = plugin_argument_range (argument);

      g_assert_true (argument->kind == PLUGIN_TEXT || (range.min < range.max && range.fallback >= range.min));
      if (info == NULL)
        continue;
      n++;
      g_assert_true (range.max <= info->most && range.min <= info->least);
      g_assert_cmpfloat (ask (checkpoint, argument, info->least), ==, info->least);
      g_assert_cmpfloat (ask (checkpoint, argument, range.max), ==, range.max);
      g_assert_cmpfloat (ask (checkpoint, argument, range.fallback), ==,
                         info->automatic < info->least ? number_in (&own, info->offset, info->type == ARRA_FIELD_REAL)
                                                       : info->automatic);
    }
  g_assert_cmpuint (n, ==, ARRA_N_FIELDS - 1); /* an answer's length is nobody's to choose here */
}

/* In the first call of GIMP 2.10 that a file shows. */
static guint
count_in_call (const char *name)
{
  static const char procedure[] = "plug-in-arra-generate";
  g_autofree char *path = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "..", name, NULL), *text = NULL, *call = NULL;
  g_autoptr (GRegex) argument = g_regex_new ("\\$\\([^)]*\\)|\"[^\"]*\"|[^\\s()]+", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  const char *begin, *end;
  guint n = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  begin = strstr (text, "plug-in-arra-generate RUN-NONINTERACTIVE");
  g_assert_nonnull (begin);
  begin += strlen (procedure);
  end = strstr (begin, "))");
  g_assert_nonnull (end);
  call = g_strndup (begin, (gsize) (end - begin));
  for (g_regex_match (argument, call, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL))
    n++;
  return n;
}

/* GIMP 2.10 takes all of them or none. */
static void
test_calls (void)
{
  guint n = 3; /* run-mode, image, drawable */

  for (guint i = 0; i < plugin_n_arguments; i++)
    n += (plugin_arguments[i].tasks & PLUGIN_FOR (ARRA_TASK_GENERATE)) != 0 ? 1 : 0;
  g_assert_cmpuint (count_in_call (".ci/try"), ==, n);
  g_assert_cmpuint (count_in_call ("README.md"), ==, n);
}

/* The last prompt is nobody else's to read. */
static void
test_last_values (void)
{
  g_autofree char *folder = fixture_directory (), *path = g_build_filename (folder, "last.ini", NULL);
  g_auto (PluginSettings) settings, again;
  GStatBuf info;

  plugin_settings_init (&settings);
  plugin_settings_init (&again);
  plugin_settings_set_text (&settings, &plugin_arguments[0], "two\nlines");
  plugin_settings_save (&settings, path);
  plugin_settings_load (&again, path);
  g_assert_cmpstr (again.prompt, ==, "two\nlines");
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  fixture_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plugin/arguments/unknown-words", test_unknown_words);
  g_test_add_func ("/plugin/arguments/interval", test_interval);
  g_test_add_func ("/plugin/arguments/fields", test_fields);
  g_test_add_func ("/plugin/arguments/calls", test_calls);
  g_test_add_func ("/plugin/arguments/last-values", test_last_values);
  return g_test_run ();
}
