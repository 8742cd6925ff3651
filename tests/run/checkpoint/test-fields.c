/* test-fields.c - the table of a request's numbers
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fields.h"

#include <string.h>

/* A name that is another number's would be read in its place. */
static void
test_table (void)
{
  for (ArraField field = 0; field < ARRA_N_FIELDS; field++)
    {
      const ArraFieldInfo *info = arra_field (field);

      g_test_message ("%s", info->name);
      g_assert_cmpfloat (info->least, <=, info->low);
      g_assert_cmpfloat (info->low, <, info->high);
      g_assert_cmpfloat (info->high, <=, info->most);
      g_assert_cmpfloat (info->automatic, <=, info->least);
      for (ArraField other = 0; other < field; other++)
        {
          g_assert_cmpstr (arra_field (other)->name, !=, info->name);
          g_assert_cmpuint (arra_field (other)->offset, !=, info->offset);
        }
    }
  g_assert_cmpstr (arra_field (ARRA_FIELD_COUNT)->name, ==, "count");
  g_assert_cmpstr (arra_field (ARRA_FIELD_GREEDY)->name, ==, "greedy");
  g_assert_cmpstr (arra_field (ARRA_FIELD_TRIES)->name, ==, "tries");
}

static const ArraRequest numbers = { .count = 3,
                                     .first = 7,
                                     .guidance_scale = 2.5,
                                     .top_k = 100,
                                     .text_top_k = 5,
                                     .temperature = 0.75,
                                     .top_p = 0.5,
                                     .greedy = TRUE,
                                     .width = 64 };

static void
test_put (void)
{
  ArraJsonWriter *json = arra_json_writer_new (ARRA_JSON_COMPACT);
  g_autofree char *text = NULL;

  arra_json_begin_object (json, NULL);
  arra_fields_put (json, &numbers, ARRA_FIELDS_SAMPLING);
  arra_json_end_object (json);
  text = arra_json_writer_end (json);
  g_strdelimit (text, "\n", ' ');
  g_strchomp (text);
  g_assert_cmpstr (text, ==,
                   "{\"guidance_scale\":2.5,\"top_k\":100,\"text_top_k\":5,\"temperature\":0.75,\"top_p\":0.5,"
                   "\"greedy\":true}");
}

static void
test_read (void)
{
  static const char text[] = "{\"top_k\": 9, \"temperature\": 2, \"greedy\": true, \"first\": 12}";
  ArraRequest request = { .top_p = 0.25 };
  g_autoptr (GError) error = NULL;
  JsonObject *object;
  g_autoptr (JsonParser) parser = arra_json_parse (text, strlen (text), "FILE", &object, &error);

  g_assert_no_error (error);
  g_assert_nonnull (parser);
  g_assert_true (arra_field_read (ARRA_FIELD_TOP_K, &request, object, "FILE", 9, TRUE, &error));
  g_assert_true (arra_field_read (ARRA_FIELD_TEMPERATURE, &request, object, "FILE", 9, TRUE, &error));
  g_assert_true (arra_field_read (ARRA_FIELD_TOP_P, &request, object, "FILE", 9, TRUE, &error));
  g_assert_true (arra_field_read (ARRA_FIELD_GREEDY, &request, object, "FILE", 9, TRUE, &error));
  g_assert_true (arra_field_read (ARRA_FIELD_COUNT, &request, object, "FILE", 9, FALSE, &error));
  g_assert_cmpuint (request.top_k, ==, 9);
  g_assert_cmpfloat (request.temperature, ==, 2);
  g_assert_cmpfloat (request.top_p, ==, 0.25); /* not there */
  g_assert_true (request.greedy);
  g_assert_false (arra_field_read (ARRA_FIELD_FIRST, &request, object, "FILE", 9, TRUE, &error));
  g_assert_nonnull (strstr (error->message, "first"));
  g_clear_error (&error);
  g_assert_false (arra_field_read (ARRA_FIELD_COUNT, &request, object, "FILE", 9, TRUE, &error));
  g_assert_nonnull (strstr (error->message, "count"));
}

static void
test_copy (void)
{
  ArraRequest request = { .count = 1 };

  arra_fields_copy (&request, &numbers, ARRA_FIELDS_SAMPLING);
  g_assert_cmpfloat (request.guidance_scale, ==, 2.5);
  g_assert_cmpfloat (request.top_p, ==, 0.5);
  g_assert_true (request.greedy);
  g_assert_cmpuint (request.count, ==, 1);
  g_assert_cmpuint (request.width, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fields/table", test_table);
  g_test_add_func ("/fields/put", test_put);
  g_test_add_func ("/fields/read", test_read);
  g_test_add_func ("/fields/copy", test_copy);
  return g_test_run ();
}
