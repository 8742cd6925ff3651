/* test-jsonpython.c - what Python's json module writes beyond JSON
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "jsonpython.h"

#include <string.h>

#include "jsonguard.h"
#include "scratch.h"

static const struct
{
  const char *text, *tamed;
} texts[] = {
  { "", "" },
  { "{\"a\":NaN}", "{\"a\":\"?\"}" },
  { "[NaN,Infinity,-Infinity]", "[\"?\",\"?\"     ,\"?\"      ]" },
  { "{\"NaN\":\"Infinity\"}", "{\"NaN\":\"Infinity\"}" },
  { "{\"a\\\"NaN\":\"\\\\\",\"b\":NaN}", "{\"a\\\"NaN\":\"\\\\\",\"b\":\"?\"}" },
  { "[9223372036854775807]", "[92233720368547758e2]" },
  { "[1000000000000000019884624838656]", "[10000000000000000198846248386e2]" },
  { "[-12345678901234567890123,1.2345678901234567890123,1e5]",
    "[-123456789012345678901e2,1.2345678901234567890123,1e5]" },
  { "[123456789012345678, 1234567890123456789.5, 1234567890123456789e3]",
    "[123456789012345678, 1234567890123456789.5, 1234567890123456789e3]" },
  { "\"unfinished NaN", "\"unfinished NaN" },
  { "\"\\", "\"\\" },
  { "Na", "Na" },
};

static void
test_texts (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      gsize size = strlen (texts[i].text);
      g_autofree char *exact = g_malloc (MAX (size, 1));

      memcpy (exact, texts[i].text, size);
      arra_json_from_python (exact, size);
      g_assert_cmpmem (exact, size, texts[i].tamed, strlen (texts[i].tamed));
    }
}

/* Such a value is an error for whoever asks for it alone. */
static void
test_file (void)
{
  static const char text[] = "{\"a\": 1, \"b\": -Infinity, \"c\": 1000000000000000019884624838656, \"d\": [NaN]}";
  g_autofree char *path = scratch_path ("config.json");
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *object;
  gint64 whole = 0;
  double number = 0;

  scratch_write (path, text, strlen (text));
  parser = arra_json_parse_config (path, &object, &error);
  g_assert_no_error (error);
  g_assert_true (arra_json_get_int (object, path, "a", 0, 9, &whole, &error) && whole == 1);
  g_assert_false (arra_json_get_double_default (object, path, "b", 0, &number, &error));
  scratch_assert_fault (&error, path, "\"b\" has a wrong type");
  g_assert_false (arra_json_get_int (object, path, "c", 0, G_MAXINT64, &whole, &error));
  scratch_assert_fault (&error, path, "\"c\" has a wrong type");
  g_assert_true (arra_json_get_double_default (object, path, "c", 0, &number, &error));
  g_assert_cmpfloat (number, ==, 1e30);
}

static void
test_broken (void)
{
  g_autofree char *path = scratch_path ("broken.json");
  g_autoptr (GError) error = NULL;
  JsonObject *object;

  scratch_write (path, "{\"a\": NaNs}", 11);
  g_assert_null (arra_json_parse_config (path, &object, &error));
  scratch_assert_fault (&error, path, "broken JSON");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/jsonpython/texts", test_texts);
  g_test_add_func ("/io/jsonpython/file", test_file);
  g_test_add_func ("/io/jsonpython/broken", test_broken);
  return scratch_run ();
}
