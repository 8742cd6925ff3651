/* test-eval.c - `arra eval`: tables and JSON of small sets, by small encoders
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "encoders.h"
#include "harness.h"

#define SETS "--data", "made", "--against", "real", "--reconstructed", "again"

static void
draw (const char *name, const char *seed, const char *count)
{
  g_autoptr (Outcome) drawn
      = arra_run ("domain", "phantom-cxr", "-q", "-n", count, "--seed", seed, "--size", "32", "-o", name, NULL);

  assert_status (drawn, 0);
}

/* Sets of 20, 14 and 30 pictures, and encoders that know nothing. */
static void
begin (void)
{
  static char view[] = "view", pa[] = "PA", ap[] = "AP", heart[] = "cardiomegaly", none[] = "none", mild[] = "mild",
              moderate[] = "moderate", severe[] = "severe";
  static char *views[] = { pa, ap, NULL }, *degrees[] = { none, mild, moderate, severe, NULL };
  static ArraClassifierAttribute attributes[] = { { view, views }, { heart, degrees } };
  g_autofree char *judge = NULL, *clip = NULL;

  harness_begin ();
  draw ("made", "1", "20");
  draw ("again", "2", "14");
  draw ("real", "3", "30");
  judge = scratch_path ("judge");
  clip = scratch_path ("clip");
  encoders_write_judge (judge, attributes, 2);
  encoders_write_clip (clip);
}

static JsonObject *
object_of (JsonObject *parent, const char *name)
{
  JsonObject *object = json_object_get_object_member (parent, name);

  g_assert_nonnull (object);
  return object;
}

static double
number_of (JsonObject *object, const char *name)
{
  g_assert_true (json_object_has_member (object, name));
  return json_object_get_double_member (object, name);
}

static void
test_json (void)
{
  g_autoptr (Outcome) outcome = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *root, *row, *mean;
  JsonArray *rows;
  double chance;

  begin ();
  outcome = arra_run ("eval", SETS, "--judge", "judge", "--clip", "clip", "--json", NULL);
  assert_status (outcome, 0);
  node = parse_json (outcome->out);
  root = json_node_get_object (node);
  g_assert_cmpstr (json_object_get_string_member (root, "encoder"), ==, "judge");
  g_assert_cmpint (json_object_get_int_member (root, "features"), ==, 8);
  g_assert_cmpint (json_object_get_int_member (object_of (root, "generated"), "pictures"), ==, 20);
  g_assert_cmpint (json_object_get_int_member (object_of (root, "generated"), "frechet_pictures"), ==, 15);
  g_assert_cmpint (json_object_get_int_member (object_of (root, "reconstruction"), "frechet_pictures"), ==, 14);
  g_assert_cmpfloat (number_of (object_of (root, "generated"), "frechet_distance"), >, 0);
  g_assert_cmpfloat (number_of (object_of (root, "real"), "frechet_floor"), >, 0);
  g_assert_cmpfloat (number_of (object_of (root, "real"), "inception_score"), >=, 1);
  g_assert_cmpfloat (number_of (object_of (root, "real"), "ms_ssim"), >, 0);
  g_assert_cmpfloat (fabs (number_of (object_of (root, "real"), "clip_score")), <=, 1);
  rows = json_object_get_array_member (root, "attributes");
  g_assert_cmpuint (json_array_get_length (rows), ==, 2);
  row = json_array_get_object_element (rows, 0);
  g_assert_cmpstr (json_object_get_string_member (row, "name"), ==, "view");
  chance = number_of (row, "chance");
  g_assert_cmpfloat (chance, ==, 0.5);
  g_assert_cmpint (json_object_get_int_member (object_of (row, "real"), "labels"), ==, 30);
  mean = object_of (root, "mean");
  g_assert_cmpint (json_object_get_int_member (mean, "attributes"), ==, 2);
  g_assert_cmpfloat (number_of (mean, "generated"), >, 0);
  harness_end ();
}

static char *
read_file (const char *name)
{
  g_autofree char *path = scratch_path (name);
  char *text;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

/* The file holds what standard output gets without one; parts that are not asked for are left out. */
static void
test_tables (void)
{
  g_autoptr (Outcome) file = NULL, out = NULL, limited = NULL, alone = NULL;
  g_autofree char *table = NULL;

  begin ();
  file = arra_run ("eval", SETS, "--judge", "judge", "-o", "table.md", NULL);
  assert_status (file, 0);
  g_assert_cmpstr (file->out, ==, "table.md: 20 pictures\n");
  assert_says (file->err, "over 15 pictures on each side: below 500 it is not reliable");
  table = read_file ("table.md");
  assert_says (table, "| measure | generated | reconstruction | real |\n|---|---:|---:|---:|\n");
  assert_says (table, "| pictures | 20 | 14 | 30 |\n");
  assert_says (table, "| Fréchet distance to real |");
  assert_says (table, "over 8 features of the judge");
  assert_says (table, "| attribute | real | reconstruction | generated | chance | adherence |\n");
  assert_says (table, "| cardiomegaly |");
  assert_says (table, "| mean |");
  g_assert_null (strstr (table, "CLIP"));
  out = arra_run ("eval", SETS, "--judge", "judge", "--threads", "1", NULL);
  assert_status (out, 0);
  g_assert_cmpstr (out->out, ==, table);
  limited = arra_run ("eval", SETS, "--judge", "judge", "--clip", "clip", "--encoder", "clip", "--limit", "10", NULL);
  assert_status (limited, 0);
  assert_says (limited->out, "| pictures | 10 | 10 | 20 |\n");
  assert_says (limited->out, "over 6 features of CLIP");
  assert_says (limited->out, "| CLIP score |");
  alone = arra_run ("eval", "--data", "made", NULL);
  assert_status (alone, 0);
  g_assert_null (strstr (alone->err, "reliable"));
  assert_says (alone->out, "| measure | generated |\n|---|---:|\n| pictures | 20 |\n| MS-SSIM between pictures | 0.");
  g_assert_null (strstr (alone->out, "attribute"));
  harness_end ();
}

/* The distance is over the features of an image encoder, which is asked for nothing else. */
static void
test_encoder (void)
{
  g_autofree char *encoder = golden_path ("vision/medsam");
  g_autoptr (Outcome) outcome = NULL, table = NULL, refused = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *root;

  begin ();
  outcome = arra_run ("eval", SETS, "--judge", "judge", "--clip", "clip", "--encoder", encoder, "--json", NULL);
  assert_status (outcome, 0);
  node = parse_json (outcome->out);
  root = json_node_get_object (node);
  g_assert_cmpstr (json_object_get_string_member (root, "encoder"), ==, "SAM");
  g_assert_cmpint (json_object_get_int_member (root, "features"), ==, 16);
  g_assert_cmpfloat (number_of (object_of (root, "generated"), "frechet_distance"), >, 0);
  g_assert_cmpfloat (number_of (object_of (root, "real"), "inception_score"), >=, 1);
  table = arra_run ("eval", SETS, "--encoder", encoder, NULL);
  assert_status (table, 0);
  assert_says (table->out, "over 16 features of SAM");
  refused = arra_run ("eval", SETS, "--clip", encoder, NULL);
  assert_status (refused, 70);
  assert_says (refused->err, "SAM reads no captions");
  harness_end ();
}

/* A square of noise in the place of one picture of "made" */
static void
put_square (guint side)
{
  g_autofree char *path = scratch_path ("made/images/000003.png");
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_printf (text, "P6 %u %u 255\n", side, side);
  for (guint i = 0; i < 3 * side * side; i++)
    g_string_append_c (text, (char) (i * 2654435761u >> 24));
  g_assert_true (g_file_set_contents (path, text->str, (gssize) text->len, NULL));
}

/* Pictures of a set need not be of one size: sharpness is that of what all of them have room for, if there is any. */
static void
test_sizes (void)
{
  g_autoptr (Outcome) drawn = NULL, smaller = NULL, tiny = NULL;

  harness_begin ();
  drawn = arra_run ("domain", "phantom-cxr", "-q", "-n", "6", "--seed", "1", "--size", "64", "-o", "made", NULL);
  assert_status (drawn, 0);
  put_square (41);
  smaller = arra_run ("eval", "--data", "made", NULL);
  assert_status (smaller, 0);
  assert_says (smaller->out, "middle 40 x 40 pixels");
  put_square (24);
  tiny = arra_run ("eval", "--data", "made", NULL);
  assert_status (tiny, 0);
  g_assert_null (strstr (tiny->out, "Sharpness"));
  harness_end ();
}

/* Errors name what is wrong; nothing is written. */
static void
test_faults (void)
{
  g_autoptr (Outcome) few = NULL, no_judge = NULL, swapped = NULL, unknown = NULL, broken = NULL;
  static char view[] = "view", pa[] = "PA", *views[] = { pa, NULL };
  static ArraClassifierAttribute attributes[] = { { view, views } };
  g_autofree char *other = NULL, *picture = NULL;

  begin ();
  few = arra_run ("eval", SETS, "--judge", "judge", "--limit", "1", "-o", "t.md", NULL);
  assert_status (few, 64);
  assert_says (few->err, "made: 1 pictures are too few");
  no_judge = arra_run ("eval", "--data", "made", "--judge", "no-such-judge", "-o", "t.md", NULL);
  assert_status (no_judge, 70);
  assert_says (no_judge->err, "no-such-judge/config.json");
  swapped = arra_run ("eval", "--data", "made", "--judge", "clip", "-o", "t.md", NULL);
  assert_status (swapped, 70);
  assert_says (swapped->err, "clip/config.json");
  other = scratch_path ("other");
  encoders_write_judge (other, attributes, 1);
  unknown = arra_run ("eval", "--data", "made", "--judge", "other", "-o", "t.md", NULL);
  assert_status (unknown, 70);
  assert_says (unknown->err, "made: \"view\" is \"AP\", which the judge does not know");
  picture = scratch_path ("made/images/000007.png");
  g_assert_true (g_file_set_contents (picture, "no picture", -1, NULL));
  broken = arra_run ("eval", "--data", "made", "--judge", "judge", "-o", "t.md", NULL);
  assert_status (broken, 70);
  assert_says (broken->err, "made/images/000007.png");
  g_assert_false (scratch_has ("t.md"));
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/eval/json", test_json);
  g_test_add_func ("/cli/eval/tables", test_tables);
  g_test_add_func ("/cli/eval/encoder", test_encoder);
  g_test_add_func ("/cli/eval/sizes", test_sizes);
  g_test_add_func ("/cli/eval/faults", test_faults);
  return g_test_run ();
}
