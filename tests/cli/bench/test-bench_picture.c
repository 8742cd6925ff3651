/* test-bench_picture.c - `arra bench vq`
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "harness.h"

#define MODEL "--model", golden_model (), "--vqgan", golden_vqgan ()

/* The only entry of array @name of what was printed. */
static JsonObject *
only_entry (JsonNode *node, const char *name)
{
  JsonArray *entries = json_object_get_array_member (json_node_get_object (node), name);

  g_assert_cmpuint (json_array_get_length (entries), ==, 1);
  return json_array_get_object_element (entries, 0);
}

static void
assert_none (JsonNode *node, const char *name)
{
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (json_node_get_object (node), name)), ==, 0);
}

static void
assert_ints (JsonObject *object, const char *name, gint64 value)
{
  if (json_object_get_int_member (object, name) != value)
    g_test_message ("%s", name);
  g_assert_cmpint (json_object_get_int_member (object, name), ==, value);
}

/* All 1,024 codes of 512 x 512 pixels take Chameleon's decoder 1,005 GFLOP, about 2 of them in its attention. */
static void
test_vq (void)
{
  g_autoptr (Outcome) json = NULL, shown = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *vq;
  double operations;

  harness_begin ();
  json = arra_run ("bench", "vq", "--json", "--size", "32x16", "--steps", "1", NULL);
  assert_status (json, 0);
  node = parse_json (json->out);
  assert_none (node, "results");
  vq = only_entry (node, "vq");
  assert_ints (vq, "size", 32);
  assert_ints (vq, "height", 16);
  operations = json_object_get_double_member (vq, "gflops") * json_object_get_double_member (vq, "milliseconds") * 1e-3;
  g_assert_cmpfloat (operations, >, 1002.0 / 1024 * 2);
  g_assert_cmpfloat (operations, <, 1005.0 / 1024 * 2);
  g_assert_cmpfloat (json_object_get_double_member (vq, "share"), >, 0);
  shown = arra_run ("bench", "vq", "--size", "16", "--steps", "1", "--threads", "1", NULL);
  assert_status (shown, 0);
  assert_says (shown->out, "16 x 16");
  assert_says (shown->out, "random weights");
  g_assert_null (strstr (shown->out, "layers")); /* of which it has none */
  harness_end ();
}

/* A checkpoint's own decoder, at its own size or another one. */
static void
test_vq_of_model (void)
{
  g_autoptr (Outcome) json = NULL, other = NULL, uneven = NULL;
  g_autoptr (JsonNode) node = NULL;

  harness_begin ();
  json = arra_run ("bench", "vq", "--json", MODEL, "--steps", "1", NULL);
  assert_status (json, 0);
  node = parse_json (json->out);
  g_assert_cmpint (json_object_get_int_member (only_entry (node, "vq"), "size"), >, 0);
  other = arra_run ("bench", "vq", MODEL, "--steps", "1", "--size", "48x16", NULL);
  assert_status (other, 0);
  assert_says (other->out, "48 x 16");
  uneven = arra_run ("bench", "vq", MODEL, "--size", "24x8", NULL);
  assert_status (uneven, 64);
  assert_says (uneven->err, "no multiples of the VQGAN's 16");
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/bench/vq", test_vq);
  g_test_add_func ("/cli/bench/vq-of-model", test_vq_of_model);
  return g_test_run ();
}
