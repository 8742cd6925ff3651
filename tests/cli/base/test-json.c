/* test-json.c - JSON output is JSON, whatever is put into it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "json.h"

static void
test_round_trip (void)
{
  g_autoptr (CliJson) json = cli_json_new ();
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  const guint32 ids[] = { 1, 2, 4294967295u };
  JsonObject *object;

  cli_json_begin_object (json, NULL);
  cli_json_string (json, "te\"xt", "a \"b\" \\ \n \t \x01 \xc3\xa9 \xff");
  cli_json_string (json, "nothing", NULL);
  cli_json_uint (json, "seed", G_MAXUINT64);
  cli_json_double (json, "tenth", 0.1);
  cli_json_double (json, "third", 1.0 / 3);
  cli_json_double (json, "nan", NAN);
  cli_json_measured (json, "measured", 1.0 / 3);
  cli_json_bool (json, "yes", TRUE);
  cli_json_ids (json, "ids", ids, 3);
  cli_json_ids (json, "none", ids, 0);
  cli_json_begin_array (json, "empty");
  cli_json_end_array (json);
  cli_json_begin_object (json, "inner");
  cli_json_bool (json, "no", FALSE);
  cli_json_end_object (json);
  cli_json_end_object (json);

  node = json_from_string (cli_json_text (json), &error);
  g_assert_no_error (error);
  object = json_node_get_object (node);
  g_assert_cmpstr (json_object_get_string_member (object, "te\"xt"), ==, "a \"b\" \\ \n \t \x01 \xc3\xa9 \xef\xbf\xbd");
  g_assert_true (json_object_get_null_member (object, "nothing"));
  g_assert_cmpfloat (json_object_get_double_member (object, "tenth"), ==, 0.1);
  g_assert_cmpfloat (json_object_get_double_member (object, "third"), ==, 1.0 / 3);
  g_assert_true (json_object_get_null_member (object, "nan"));
  g_assert_cmpfloat (json_object_get_double_member (object, "measured"), ==, 0.333333);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "ids")), ==, 3);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "empty")), ==, 0);
  g_assert_false (json_object_get_boolean_member (json_object_get_object_member (object, "inner"), "no"));
  g_assert_nonnull (strstr (cli_json_text (json), "\"seed\": 18446744073709551615"));
  g_assert_nonnull (strstr (cli_json_text (json), "\"tenth\": 0.1,"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/json/round-trip", test_round_trip);
  return g_test_run ();
}
