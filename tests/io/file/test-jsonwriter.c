/* test-jsonwriter.c - what is written is JSON, whatever is put into it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "jsonwriter.h"

static void
test_round_trip (void)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  const guint32 ids[] = { 1, 2, 4294967295u };
  JsonObject *object;

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "te\"xt", "a \"b\" \\ \n \t \x01 \xc3\xa9 \xff");
  arra_json_put_string (json, "nothing", NULL);
  arra_json_put_uint (json, "seed", G_MAXUINT64);
  arra_json_put_double (json, "tenth", 0.1);
  arra_json_put_double (json, "third", 1.0 / 3);
  arra_json_put_double (json, "nan", NAN);
  arra_json_put_measured (json, "measured", 1.0 / 3);
  arra_json_put_bool (json, "yes", TRUE);
  arra_json_put_ids (json, "ids", ids, 3);
  arra_json_put_ids (json, "none", ids, 0);
  arra_json_begin_array (json, "empty");
  arra_json_end_array (json);
  arra_json_begin_object (json, "inner");
  arra_json_put_bool (json, "no", FALSE);
  arra_json_end_object (json);
  arra_json_end_object (json);

  node = json_from_string (arra_json_writer_text (json), &error);
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
  g_assert_nonnull (strstr (arra_json_writer_text (json), "\"seed\": 18446744073709551615"));
  g_assert_nonnull (strstr (arra_json_writer_text (json), "\"tenth\": 0.1,"));
}

/* What is on lines, on one line and without a space, within each other */
static void
test_layouts (void)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);
  g_autoptr (ArraJsonWriter) compact = arra_json_writer_new (ARRA_JSON_COMPACT);

  arra_json_begin_object (json, NULL);
  arra_json_put_int (json, "a", -1);
  arra_json_begin_array (json, "empty");
  arra_json_end_array (json);
  arra_json_begin_array (json, "list");
  arra_json_begin_object_as (json, NULL, ARRA_JSON_LINE);
  arra_json_put_bool (json, "b", TRUE);
  arra_json_begin_array_as (json, "c", ARRA_JSON_COMPACT);
  arra_json_put_int (json, NULL, 1);
  arra_json_put_int (json, NULL, 2);
  arra_json_end_array (json);
  arra_json_end_object (json);
  arra_json_end_array (json);
  arra_json_put_raw (json, "raw", "[0]");
  arra_json_end_object (json);
  g_assert_cmpstr (arra_json_writer_text (json), ==,
                   "{\n  \"a\": -1,\n  \"empty\": [],\n  \"list\": [\n    {\"b\": true, \"c\": [1,2]}\n  ],\n"
                   "  \"raw\": [0]\n}\n");

  arra_json_begin_object (compact, NULL);
  arra_json_begin_object (compact, "a");
  arra_json_put_string (compact, "b", "c");
  arra_json_put_string (compact, "d", NULL);
  arra_json_end_object (compact);
  arra_json_end_object (compact);
  g_assert_cmpstr (arra_json_writer_text (compact), ==, "{\"a\":{\"b\":\"c\",\"d\":null}}");
}

/* What was read is written as it was, as deep as reading goes. */
static void
test_nodes (void)
{
  static const char text[] = "{\"a\": [1, -2.5, true, null, \"x\"], \"b\": {\"c\": {}}, \"d\": 1e+300}\n";
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINE);
  g_autoptr (ArraJsonWriter) deep = arra_json_writer_new (ARRA_JSON_LINE);
  g_autoptr (JsonNode) node = json_from_string (text, NULL), nested = NULL;
  g_autofree char *brackets = g_strnfill (2 * ARRA_JSON_MAX_DEPTH, '[');

  arra_json_put_node (json, NULL, node);
  g_assert_cmpstr (arra_json_writer_text (json), ==, text);
  memset (brackets + ARRA_JSON_MAX_DEPTH, ']', ARRA_JSON_MAX_DEPTH);
  nested = json_from_string (brackets, NULL);
  arra_json_begin_object (deep, NULL);
  arra_json_put_node (deep, "deep", nested);
  arra_json_put_node (deep, "nothing", NULL);
  arra_json_end_object (deep);
  g_assert_true (g_str_has_suffix (arra_json_writer_text (deep), "]]], \"nothing\": null}\n"));
}

/* A float has the digits that tell it from its neighbours, not those of the double beside it. */
static void
test_floats (void)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINE);
  g_autofree char *text = NULL;

  arra_json_begin_array (json, NULL);
  arra_json_put_float (json, NULL, 1e-5f);
  arra_json_put_float (json, NULL, 0.1f);
  arra_json_put_float (json, NULL, 16777217.0f / 3);
  arra_json_put_float (json, NULL, INFINITY);
  arra_json_end_array (json);
  text = arra_json_writer_end (g_steal_pointer (&json));
  g_assert_true (g_str_has_prefix (text, "[1e-05, 0.1, "));
  g_assert_true (g_str_has_suffix (text, ", null]\n"));
  g_assert_true ((float) g_ascii_strtod (text + strlen ("[1e-05, 0.1, "), NULL) == 16777217.0f / 3);
}

static void
test_quote (void)
{
  g_autofree char *quoted = arra_json_quote ("a/\"\\\x7f");

  g_assert_cmpstr (quoted, ==, "\"a/\\\"\\\\\\u007f\"");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/jsonwriter/round-trip", test_round_trip);
  g_test_add_func ("/jsonwriter/layouts", test_layouts);
  g_test_add_func ("/jsonwriter/nodes", test_nodes);
  g_test_add_func ("/jsonwriter/floats", test_floats);
  g_test_add_func ("/jsonwriter/quote", test_quote);
  return g_test_run ();
}
