/* test-bench_picture.c - `arra bench vq` and `arra bench picture`
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "harness.h"

#define SHAPE "--dim", "64", "--layers", "2", "--heads", "2", "--ffn", "64", "--vocab", "256"
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

static void
assert_near (double value, double expected)
{
  g_assert_cmpfloat_with_epsilon (value / expected, 1, 1e-4);
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
  assert_none (node, "picture");
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

/* What passes for codes behind 32 tokens, and behind one without the prompt, read if each has its own: weights as
 * @bytes, and two layers' keys and values of 64 floats. */
static double
bytes_of_codes (guint n, double bytes)
{
  double sum = 0;

  for (guint code = 0; code < n; code++)
    sum += bytes + (32.0 + code + 1 + code) * 2 * 2 * 64 * sizeof (float);
  return sum;
}

static void
check_picture (JsonObject *picture, guint codes, guint whole)
{
  const double seconds = json_object_get_double_member (picture, "seconds");
  const double vq = json_object_get_double_member (picture, "vq_seconds");
  const double bytes_seconds = json_object_get_double_member (picture, "bytes_seconds");

  assert_ints (picture, "codes", codes);
  assert_ints (picture, "codes_of_whole", whole);
  g_assert_cmpint (json_object_get_int_member (picture, "passes"), >, 0);
  g_assert_cmpint (
      json_object_get_int_member (picture, "passes") + json_object_get_int_member (picture, "passes_saved"), ==, codes);
  g_assert_true (json_object_get_boolean_member (picture, "guided"));
  g_assert_cmpfloat (vq, >, 0);
  assert_near (json_object_get_double_member (picture, "codes_seconds") + vq, seconds);
  assert_near (json_object_get_double_member (picture, "ratio"), seconds / (bytes_seconds + vq));
}

static void
test_picture (void)
{
  /* 4 x 64 x 64 + 3 x 64 x 64 weights of a layer and a head of 256 x 64; five norms of 64 and eight of heads of 32 */
  const double bytes = (2 * 7 * 4096 + 256 * 64 + 5 * 64 + 8 * 32) * sizeof (float);
  g_autoptr (Outcome) json = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *picture;

  harness_begin ();
  json = arra_run ("bench", "picture", "--json", SHAPE, "--type", "f32", "--size", "80", NULL);
  assert_status (json, 0);
  node = parse_json (json->out);
  assert_none (node, "results");
  assert_none (node, "vq");
  picture = only_entry (node, "picture");
  g_assert_cmpstr (json_object_get_string_member (picture, "type"), ==, "f32");
  assert_ints (picture, "width", 80);
  assert_ints (picture, "bytes_per_pass", (gint64) bytes);
  check_picture (picture, 25, 25);
  assert_near (json_object_get_double_member (picture, "bytes_seconds")
                   * json_object_get_double_member (picture, "read_bytes_per_second"),
               bytes_of_codes (25, bytes));
  harness_end ();
}

/* The first codes alone, of which it says that they are a part; a pass for each where guesses are turned off. */
static void
test_part (void)
{
  g_autoptr (Outcome) shown = NULL, none = NULL;

  harness_begin ();
  harness_setenv ("ARRA_LOOKAHEAD", "1");
  shown = arra_run ("bench", "picture", SHAPE, "--type", "q8_0", "--size", "48", "--codes", "7", "--kv", "f16", NULL);
  assert_status (shown, 0);
  assert_says (shown->out, "the first 7 of 9 codes, a part of the picture, 7 passes, 0 saved by guesses");
  assert_says (shown->out, "times what its bytes need");
  none = arra_run ("bench", "picture", SHAPE, "--type", "q8_0", "--size", "48", "--codes", "2", NULL);
  assert_status (none, 0);
  assert_says (none->out, "0.00 s in the VQ decoder"); /* no row is finished */
  harness_setenv ("ARRA_LOOKAHEAD", NULL);
  harness_end ();
}

/* A checkpoint is measured with its own prompt and pictures, whose rows end with a token that needs no pass. */
static void
test_picture_of_model (void)
{
  g_autoptr (Outcome) json = NULL, lacks = NULL, large = NULL;
  g_autoptr (JsonNode) node = NULL;

  harness_begin ();
  json = arra_run ("bench", "picture", "--json", MODEL, "--type", "f32", "--size", "64x32", NULL);
  assert_status (json, 0);
  node = parse_json (json->out);
  check_picture (only_entry (node, "picture"), 8, 8);
  assert_ints (only_entry (node, "picture"), "height", 32);
  lacks = arra_run ("bench", "picture", "--model", golden_model (), NULL);
  assert_status (lacks, 64);
  assert_says (lacks->err, "--vqgan");
  large = arra_run ("bench", "picture", MODEL, "--size", "1000", NULL);
  assert_status (large, 64);
  assert_says (large->err, "at once");
  harness_end ();
}

/* What a picture takes is said, and refused where there is less, before any of it is made. */
static void
test_memory (void)
{
  g_autoptr (Outcome) json = NULL, enough = NULL, little = NULL, vq = NULL;
  g_autofree char *limit = NULL, *below = NULL;
  g_autoptr (JsonNode) node = NULL;
  gint64 total;

  harness_begin ();
  json = arra_run ("bench", "picture", "--json", SHAPE, "--type", "q8_0", "--size", "16", NULL);
  assert_status (json, 0);
  node = parse_json (json->out);
  total = json_object_get_int_member (json_object_get_object_member (only_entry (node, "picture"), "memory"), "total");
  limit = g_strdup_printf ("%" G_GINT64_FORMAT, total);
  below = g_strdup_printf ("%" G_GINT64_FORMAT, total - 1);
  harness_setenv ("ARRA_MEMORY_LIMIT", limit);
  enough = arra_run ("bench", "picture", SHAPE, "--type", "q8_0", "--size", "16", NULL);
  assert_status (enough, 0);
  harness_setenv ("ARRA_MEMORY_LIMIT", below);
  little = arra_run ("bench", "picture", SHAPE, "--type", "q8_0", "--size", "16", NULL);
  g_assert_cmpint (little->status, !=, 0);
  assert_says (little->err, "memory");
  harness_setenv ("ARRA_MEMORY_LIMIT", "100000000");
  vq = arra_run ("bench", "vq", NULL);
  g_assert_cmpint (vq->status, !=, 0);
  assert_says (vq->err, "memory");
  harness_setenv ("ARRA_MEMORY_LIMIT", NULL);
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/bench/vq", test_vq);
  g_test_add_func ("/cli/bench/vq-of-model", test_vq_of_model);
  g_test_add_func ("/cli/bench/picture", test_picture);
  g_test_add_func ("/cli/bench/part", test_part);
  g_test_add_func ("/cli/bench/picture-of-model", test_picture_of_model);
  g_test_add_func ("/cli/bench/memory", test_memory);
  return g_test_run ();
}
