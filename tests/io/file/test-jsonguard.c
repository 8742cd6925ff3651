/* test-jsonguard.c - JSON that is and is not taken, and typed members
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "jsonguard.h"

#include <string.h>

#include "mem.h"
#include "scratch.h"

static const char *const y_texts[] = {
  "{}",
  " \t\r\n{ } \n",
  "{\"a\":[]}",
  "{\"a\":[1,-1,0,-0,1.5,1e5,1E+5,1.25e-3,true,false,null,\"\"]}",
  "{\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\ud83d\\ude00\":\"\xC3\xA9\"}",
  "{\"a\":9223372036854775807,\"b\":-9223372036854775808}",
  "{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":2}}",
  "{\"a\":[[],{},[{}]]}",
  "{\"a\":1e400000}",
  "\xEF\xBB\xBF{}",
  "\xEF\xBB\xBF {\"a\":1}\r\n",
};

static const struct
{
  const char *text;
  const char *word;
} n_texts[] = {
  { "", "ends too early" },
  { "   ", "ends too early" },
  { "{", "ends too early" },
  { "{\"a\"", "colon" },
  { "{\"a\":", "ends too early" },
  { "{\"a\":1", "unbalanced" },
  { "{\"a\":1,", "ends too early" },
  { "{\"a\":[1", "unbalanced" },
  { "{\"a\":[1,", "ends too early" },
  { "{\"a\":\"x", "unfinished string" },
  { "{\"a\":\"x\\", "invalid escape" },
  { "{\"a\":\"x\\\"}", "unfinished string" },
  { "}", "invalid character" },
  { "{]", "a key is missing" },
  { "{\"a\":[}", "invalid character" },
  { "{\"a\":1]", "invalid character" },
  { "{}}", "after the end" },
  { "{} {}", "after the end" },
  { "{,}", "a key is missing" },
  { "{\"a\":1,}", "a key is missing" },
  { "{\"a\":[1,]}", "invalid character" },
  { "{\"a\":[,1]}", "invalid character" },
  { "{\"a\" 1}", "colon" },
  { "{a:1}", "a key is missing" },
  { "{'a':1}", "a key is missing" },
  { "{1:1}", "a key is missing" },
  { "{\"a\":01}", "invalid number" },
  { "{\"a\":-}", "invalid number" },
  { "{\"a\":+1}", "invalid character" },
  { "{\"a\":.5}", "invalid character" },
  { "{\"a\":1.}", "invalid number" },
  { "{\"a\":1e}", "invalid number" },
  { "{\"a\":0x10}", "invalid character" },
  { "{\"a\":NaN}", "invalid character" },
  { "{\"a\":Infinity}", "invalid character" },
  { "{\"a\":tru}", "invalid character" },
  { "{\"a\":9223372036854775808}", "out of range" },
  { "{\"a\":-9223372036854775809}", "out of range" },
  { "{\"a\":18446744073709551617}", "out of range" },
  { "{\"a\":\"\n\"}", "control character" },
  { "{\"a\":\"\\x\"}", "invalid escape" },
  { "{\"a\":\"\\u12g4\"}", "invalid \\u escape" },
  { "{\"a\":\"\\u0000\"}", "NUL" },
  { "{\"a\":\"\\ud83d\"}", "surrogate" },
  { "{\"a\":\"\\ud83dx\"}", "surrogate" },
  { "{\"a\":\"\\ud83d\\n\"}", "surrogate" },
  { "{\"a\":\"\\ud83d\\u0041\"}", "surrogate" },
  { "{\"a\":\"\\ude00\"}", "surrogate" },
  { "{\"a\":\"\xC3\"}", "UTF-8" },
  { "{\"a\":\"\xED\xA0\x80\"}", "UTF-8" },
  { "\xEF\xBB\xBF\xEF\xBB\xBF{}", "invalid character" },
  { "{}\xEF\xBB\xBF", "after the end" },
  { "\xEF\xBB\xBF", "ends too early" },
  { "\xEF\xBB{}", "UTF-8" },
  { "\xFF\xFE{", "UTF-16" },
  { "// comment\n{}", "invalid character" },
  { "var x = {};", "invalid character" },
  { "[]", "not an object" },
  { "1", "not an object" },
  { "\"a\"", "not an object" },
  { "{\"a\":1,\"a\":2}", "twice" },
  { "{\"x\":[{\"b\":{\"c\":1},\"a\":1,\"b\":2}]}", "twice" },
  { "{\"a\":1,\"\\u0061\":2}", "twice" },
};

/* A copy of exactly that size, so that reading past it is seen by the sanitizer. */
static JsonParser *
parse (const char *text, gsize size, JsonObject **object, GError **error)
{
  g_autofree char *exact = g_malloc (MAX (size, 1));
  g_autoptr (JsonParser) parser = NULL;

  memcpy (exact, text, size);
  parser = arra_json_parse (exact, size, "FILE", object, error);
  g_assert_true ((parser == NULL) == (*error != NULL));
  return g_steal_pointer (&parser);
}

static void
test_accepts (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (y_texts); i++)
    {
      g_autoptr (GError) error = NULL;
      JsonObject *object = NULL;
      g_autoptr (JsonParser) parser = parse (y_texts[i], strlen (y_texts[i]), &object, &error);

      g_test_message ("%s", y_texts[i]);
      g_assert_no_error (error);
      g_assert_nonnull (parser);
      g_assert_nonnull (object);
    }
}

static void
test_refuses (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (n_texts); i++)
    {
      g_autoptr (GError) error = NULL;
      JsonObject *object = NULL;

      g_assert_null (parse (n_texts[i].text, strlen (n_texts[i].text), &object, &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
      scratch_assert_fault (&error, "FILE", n_texts[i].word);
    }
}

/* Every beginning of a sound text is refused. */
static void
test_truncated (void)
{
  const char *text = "{\"a\":[1,-2.5e3,\"x\\u00e9\\n\"],\"b\":{\"c\":true,\"d\":null}}";

  for (gsize size = 0; size < strlen (text); size++)
    {
      g_autoptr (GError) error = NULL;
      JsonObject *object = NULL;

      g_assert_null (parse (text, size, &object, &error));
      scratch_assert_fault (&error, "FILE", "broken JSON");
    }
}

static void
test_nul_byte (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (arra_json_scan ("{\0}", 3, "FILE", &error));
  scratch_assert_fault (&error, "FILE", "UTF-8");
}

static char *
nested (guint depth)
{
  GString *text = g_string_new ("{\"a\":");

  for (guint i = 1; i < depth; i++)
    g_string_append_c (text, '[');
  for (guint i = 1; i < depth; i++)
    g_string_append_c (text, ']');
  g_string_append_c (text, '}');
  return g_string_free (text, FALSE);
}

static void
test_depth (void)
{
  const guint deep[] = { ARRA_JSON_MAX_DEPTH + 1, 1000, 1000000 };
  g_autofree char *text = nested (ARRA_JSON_MAX_DEPTH);
  g_autoptr (GError) error = NULL;
  JsonObject *object;
  g_autoptr (JsonParser) parser = parse (text, strlen (text), &object, &error);

  g_assert_no_error (error);
  g_assert_nonnull (parser);
  for (guint i = 0; i < G_N_ELEMENTS (deep); i++)
    {
      g_autofree char *deeper = nested (deep[i]);

      g_assert_null (parse (deeper, strlen (deeper), &object, &error));
      scratch_assert_fault (&error, "FILE", "nested too deep");
    }
}

static void
test_size (void)
{
  gsize size = (gsize) ARRA_JSON_MAX_BYTES + 1;
  g_autoptr (GError) error = NULL;
  g_automem char *text = arra_mem_new (size, 1, "test", NULL);

  memset (text, ' ', size);
  g_assert_false (arra_json_scan (text, size, "FILE", &error));
  scratch_assert_fault (&error, "FILE", "too large");
}

static void
test_number_of_values (void)
{
  gsize count = ((gsize) 4 << 20) + 10;
  g_autoptr (GError) error = NULL;
  g_automem char *text = arra_mem_new (2 * count, 1, "test", NULL);

  for (gsize i = 0; i < count; i++)
    memcpy (text + 2 * i, "1,", 2);
  text[0] = '[';
  text[1] = ' ';
  text[2 * count - 1] = ']';
  g_assert_false (arra_json_scan (text, 2 * count, "FILE", &error));
  scratch_assert_fault (&error, "FILE", "too many values");
}

static void
test_array (void)
{
  g_autoptr (GError) error = NULL;
  JsonArray *array = NULL;
  g_autoptr (JsonParser) parser = arra_json_parse_array ("[1,{}]", 6, "FILE", &array, &error);

  g_assert_no_error (error);
  g_assert_nonnull (parser);
  g_assert_cmpuint (json_array_get_length (array), ==, 2);
  g_assert_null (arra_json_parse_array ("{}", 2, "FILE", &array, &error));
  scratch_assert_fault (&error, "FILE", "not an array");
}

static JsonObject *
parse_members (void)
{
  const char *text
      = "{\"int\":7,\"neg\":-1,\"num\":1.5,\"yes\":true,\"text\":\"t\",\"null\":null,\"obj\":{},\"arr\":[],\"inf\":1e999}";
  JsonObject *object;
  JsonParser *parser = arra_json_parse (text, strlen (text), "FILE", &object, NULL);

  g_assert_nonnull (parser);
  json_object_ref (object);
  g_object_unref (parser);
  return object;
}

static void
test_members (void)
{
  g_autoptr (JsonObject) object = parse_members ();
  g_autoptr (GError) error = NULL;
  gint64 i = 0;
  double d = 0;
  gboolean b = FALSE;

  g_assert_true (arra_json_get_int (object, "FILE", "int", 0, 7, &i, &error) && i == 7);
  g_assert_true (arra_json_get_int_default (object, "FILE", "neg", -1, 7, 3, &i, &error) && i == -1);
  g_assert_true (arra_json_get_int_default (object, "FILE", "none", 0, 7, 3, &i, &error) && i == 3);
  g_assert_true (arra_json_get_int_default (object, "FILE", "null", 0, 7, 4, &i, &error) && i == 4);
  g_assert_true (arra_json_get_double_default (object, "FILE", "num", 0, &d, &error) && d == 1.5);
  g_assert_true (arra_json_get_double_default (object, "FILE", "int", 0, &d, &error) && d == 7);
  g_assert_true (arra_json_get_double_default (object, "FILE", "none", 0.25, &d, &error) && d == 0.25);
  g_assert_true (arra_json_get_bool_default (object, "FILE", "yes", FALSE, &b, &error) && b);
  g_assert_true (arra_json_get_bool_default (object, "FILE", "null", FALSE, &b, &error) && !b);
  g_assert_cmpstr (arra_json_get_string (object, "FILE", "text", &error), ==, "t");
  g_assert_nonnull (arra_json_get_object (object, "FILE", "obj", &error));
  g_assert_nonnull (arra_json_get_array (object, "FILE", "arr", &error));
  g_assert_no_error (error);
}

static void
assert_refused (gboolean accepted, GError **error, ArraError code, const char *word)
{
  g_assert_false (accepted);
  g_assert_error (*error, ARRA_ERROR, (int) code);
  scratch_assert_fault (error, "FILE", word);
}

static void
test_wrong_members (void)
{
  g_autoptr (JsonObject) object = parse_members ();
  g_autoptr (GError) error = NULL;
  gint64 i = 0;
  double d = 0;
  gboolean b = FALSE;

  assert_refused (arra_json_get_int (object, "FILE", "none", 0, 7, &i, &error), &error, ARRA_ERROR_NOT_FOUND, "none");
  assert_refused (arra_json_get_int (object, "FILE", "null", 0, 7, &i, &error), &error, ARRA_ERROR_NOT_FOUND, "null");
  assert_refused (arra_json_get_int (object, "FILE", "int", 0, 6, &i, &error), &error, ARRA_ERROR_INVALID_DATA,
                  "range");
  assert_refused (arra_json_get_int (object, "FILE", "neg", 0, 6, &i, &error), &error, ARRA_ERROR_INVALID_DATA,
                  "range");
  assert_refused (arra_json_get_int (object, "FILE", "num", 0, 6, &i, &error), &error, ARRA_ERROR_INVALID_DATA, "type");
  assert_refused (arra_json_get_int_default (object, "FILE", "text", 0, 6, 0, &i, &error), &error,
                  ARRA_ERROR_INVALID_DATA, "type");
  assert_refused (arra_json_get_double_default (object, "FILE", "inf", 0, &d, &error), &error, ARRA_ERROR_INVALID_DATA,
                  "range");
  assert_refused (arra_json_get_double_default (object, "FILE", "obj", 0, &d, &error), &error, ARRA_ERROR_INVALID_DATA,
                  "type");
  assert_refused (arra_json_get_bool_default (object, "FILE", "int", FALSE, &b, &error), &error,
                  ARRA_ERROR_INVALID_DATA, "type");
  assert_refused (arra_json_get_string (object, "FILE", "int", &error) != NULL, &error, ARRA_ERROR_INVALID_DATA,
                  "type");
  assert_refused (arra_json_get_object (object, "FILE", "arr", &error) != NULL, &error, ARRA_ERROR_INVALID_DATA,
                  "type");
  assert_refused (arra_json_get_array (object, "FILE", "obj", &error) != NULL, &error, ARRA_ERROR_INVALID_DATA, "type");
  assert_refused (arra_json_get_array (object, "FILE", "none", &error) != NULL, &error, ARRA_ERROR_NOT_FOUND,
                  "missing");
}

static gpointer
parse_file (const char *path, GError **error)
{
  JsonObject *object;

  return arra_json_parse_file (path, &object, error);
}

static void
test_file (void)
{
  g_autofree char *path = scratch_path ("y.json");
  g_autofree char *empty = scratch_path ("empty.json");
  g_autoptr (GError) error = NULL;

  scratch_write (path, "{\"a\":1}", 7);
  scratch_check_allocations (parse_file, g_object_unref, path);
  scratch_write (empty, "", 0);
  g_assert_null (parse_file (empty, &error));
  scratch_assert_fault (&error, empty, "ends too early");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/jsonguard/accepts", test_accepts);
  g_test_add_func ("/io/jsonguard/refuses", test_refuses);
  g_test_add_func ("/io/jsonguard/truncated", test_truncated);
  g_test_add_func ("/io/jsonguard/nul-byte", test_nul_byte);
  g_test_add_func ("/io/jsonguard/depth", test_depth);
  g_test_add_func ("/io/jsonguard/size", test_size);
  g_test_add_func ("/io/jsonguard/number-of-values", test_number_of_values);
  g_test_add_func ("/io/jsonguard/array", test_array);
  g_test_add_func ("/io/jsonguard/members", test_members);
  g_test_add_func ("/io/jsonguard/wrong-members", test_wrong_members);
  g_test_add_func ("/io/jsonguard/file", test_file);
  return scratch_run ();
}
