/* test-domain.c - `arra domain`: the list, a written series, going on
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness.h"

/* Each attribute with its values, and with nothing else. */
static const char radiographs[]
    = "\n  view: PA, AP\n"
      "  cardiomegaly: none, mild, moderate, severe\n"
      "  effusion: none, small, moderate, large\n"
      "  effusion side: none, left, right, bilateral\n"
      "  pneumothorax: none, left, right\n"
      "  nodule: none, left upper zone, left middle zone, left lower zone, right upper zone, right middle "
      "zone, right lower zone\n"
      "  consolidation: none, left upper zone, left middle zone, left lower zone, right upper zone, right "
      "middle zone, right lower zone\n"
      "  pacemaker: none, present\n"
      "  endotracheal tube: none, present\n";
static const char textures[]
    = "\n  material: oak wood, pine planks, tree bark, marble, granite, cobblestones, sand, brick wall, "
      "ceramic tiles, steel plates, rusty metal, leather, woven fabric, knitted wool, crumpled paper, "
      "clouds, water, grass, lava\n"
      "  colour: natural, red, orange, yellow, green, blue, purple, pink, white, grey, black, brown\n"
      "  scale: medium, fine, coarse\n"
      "  weathering: pristine, weathered, heavily worn\n"
      "  direction: none, horizontal, vertical, diagonal\n";

static void
test_list (void)
{
  g_autoptr (Outcome) outcome = NULL;

  harness_begin ();
  outcome = arra_run ("domain", NULL);
  assert_status (outcome, 0);
  assert_says (outcome->out, "phantom-cxr: ");
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
  first = arra_run ("domain", "phantom-cxr", "-n", "3", "--first", "2", "--seed", "9", "--split", "held-out",
                    "--size", "64", "--threads", "2", "-o", "set", NULL);
  assert_status (first, 0);
  assert_says (first->out, "set: 3 pictures");
  g_assert_cmpuint (count_lines ("set/metadata.jsonl"), ==, 3);
  picture = scratch_path ("set/images/000004.png");
  picture_size (picture, &width, &height);
  g_assert_cmpuint (width, ==, 64);
  g_assert_cmpuint (height, ==, 64);
  again = arra_run ("domain", "phantom-cxr", "-q", "-n", "5", "--first", "2", "--seed", "9", "--split",
                    "held-out", "--size", "64", "-o", "set", NULL);
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
