/* test-domain.c - `arra domain`: the list, a written series, going on
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness.h"

/* (transfer full): the attributes that a series of @domain says it has, as the list prints them. */
static char *
attributes_of (const char *domain)
{
  g_autoptr (Outcome) outcome
      = arra_run ("domain", domain, "-q", "-n", "1", "--seed", "1", "--size", "32", "-o", domain, NULL);
  g_autofree char *path = g_build_filename (domain, "attributes.json", NULL);
  g_autoptr (JsonNode) node = NULL;
  GString *text = g_string_new ("\n");
  JsonObjectIter iter;
  const char *name;
  JsonNode *values;

  assert_status (outcome, 0);
  node = parse_json_file (path);
  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, &values))
    {
      JsonArray *array = json_node_get_array (values);

      g_string_append_printf (text, "  %s: ", name);
      for (guint i = 0; i < json_array_get_length (array); i++)
        g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", json_array_get_string_element (array, i));
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}

/* Each attribute with its values, and with nothing else. */
static void
test_list (void)
{
  g_autoptr (Outcome) outcome = NULL;
  g_autofree char *radiographs = NULL, *textures = NULL;

  harness_begin ();
  radiographs = attributes_of ("phantom-cxr");
  textures = attributes_of ("textures");
  outcome = arra_run ("domain", NULL);
  assert_status (outcome, 0);
  assert_says (outcome->out, "phantom-cxr: ");
  assert_says (outcome->out, "\nphantom-cxr-elsewhere: ");
  assert_says (outcome->out, "\n  cardiomegaly: none, mild, moderate, severe\n");
  assert_says (outcome->out, "\n  pneumothorax: none, left, right\n");
  assert_says (outcome->out, radiographs);
  assert_says (outcome->out, textures);
  harness_end ();
}

static guint
count_lines (const char *name)
{
  g_autofree char *path = scratch_path (name), *text = NULL;
  guint lines = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  for (const char *c = text; *c != '\0'; c++)
    lines += *c == '\n';
  return lines;
}

static void
test_series (void)
{
  g_autoptr (Outcome) first = NULL, again = NULL, other = NULL;
  g_autofree char *picture = NULL;
  guint width, height;

  harness_begin ();
  first = arra_run ("domain", "phantom-cxr", "-n", "3", "--first", "2", "--seed", "9", "--split", "held-out", "--size",
                    "64", "--threads", "2", "-o", "set", NULL);
  assert_status (first, 0);
  assert_says (first->out, "set: 3 pictures");
  g_assert_cmpuint (count_lines ("set/metadata.jsonl"), ==, 3);
  picture = scratch_path ("set/images/000004.png");
  picture_size (picture, &width, &height);
  g_assert_cmpuint (width, ==, 64);
  g_assert_cmpuint (height, ==, 64);
  again = arra_run ("domain", "phantom-cxr", "-q", "-n", "5", "--first", "2", "--seed", "9", "--split", "held-out",
                    "--size", "64", "-o", "set", NULL);
  assert_status (again, 0);
  g_assert_cmpstr (again->out, ==, "");
  g_assert_cmpuint (count_lines ("set/metadata.jsonl"), ==, 5);
  other = arra_run ("domain", "phantom-cxr", "-n", "5", "--seed", "10", "--size", "64", "-o", "set", NULL);
  assert_status (other, 64);
  assert_says (other->err, "another series");
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/domain/list", test_list);
  g_test_add_func ("/cli/domain/series", test_series);
  return g_test_run ();
}
