/* test-unknown_words.c - words of a prompt that a checkpoint never learnt
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "card.h"
#include "fixture.h"

static ArraCheckpoint *
open_with (const char *settings)
{
  g_autofree char *path = fixture_make_named ("tiny");
  ArraOpenOptions options = { .metadata_only = TRUE };
  ArraCheckpoint *checkpoint;
  GError *error = NULL;

  fixture_put (path, "arra.json", settings, -1);
  checkpoint = arra_checkpoint_open (path, &options, NULL, &error);
  g_assert_no_error (error);
  fixture_remove (path);
  return checkpoint;
}

static const char learnt[] = "{\"words\":[\"brick\",\"wall\",\"oak\",\"planks\",\"mossy\",\"horizontally\","
                             "\"stones\",\"tiled\",\"knitted\",\"gr\303\274n\",\"grass\",\"wooden\"]}";

static void
check_unknown (ArraCheckpoint *checkpoint, const char *prompt, const char *expected)
{
  g_auto (GStrv) words = arra_checkpoint_unknown_words (checkpoint, prompt);
  g_autofree char *joined = g_strjoinv (" ", words);

  g_assert_cmpstr (joined, ==, expected);
}

static void
test_words (void)
{
  g_autoptr (ArraCheckpoint) checkpoint = open_with (learnt);

  check_unknown (checkpoint, "", "");
  check_unknown (checkpoint, "oak planks", "");
  check_unknown (checkpoint, "A cat on the BRICK wall, with a dog; the Cat's oak", "cat dog");
  check_unknown (checkpoint, "GR\303\234N, gru\314\210n", "");
  check_unknown (checkpoint, "3 x 4 oak", "");
  check_unknown (checkpoint, "\347\214\253", "\347\214\253");
}

/* Other forms of what was learnt are learnt; other words that begin alike are not. */
static void
test_forms (void)
{
  g_autoptr (ArraCheckpoint) checkpoint = open_with (learnt);

  check_unknown (checkpoint,
                 "bricks walls oaks plank moss mosses horizontal stone tile tiles tiling knit knitting knits "
                 "wood grassy",
                 "");
  check_unknown (checkpoint, "walnut oatmeal stonework grasp tilt brie", "walnut oatmeal stonework grasp tilt brie");
}

static void
test_text (void)
{
  g_autoptr (ArraCheckpoint) checkpoint = open_with (learnt);
  g_autofree char *none = arra_checkpoint_unknown_text (checkpoint, "mossy oak"),
                  *one = arra_checkpoint_unknown_text (checkpoint, "oak, cat"),
                  *two = arra_checkpoint_unknown_text (checkpoint, "cat and dog"),
                  *many = arra_checkpoint_unknown_text (checkpoint, "ab cd ef gh ij kl mn op qr st");

  g_assert_null (none);
  g_assert_cmpstr (one, ==, "'cat' is not among what this checkpoint learnt");
  g_assert_cmpstr (two, ==, "'cat', 'dog' are not among what this checkpoint learnt");
  g_assert_nonnull (strstr (many, "'op' and more are"));
  g_assert_null (strstr (many, "qr"));
}

/* Without a list nothing is said. */
static void
test_no_list (void)
{
  g_autoptr (ArraCheckpoint) checkpoint = open_with ("{}"), empty = open_with ("{\"words\":[]}");
  g_autofree char *text = arra_checkpoint_unknown_text (checkpoint, "a cat");

  check_unknown (checkpoint, "a cat", "");
  check_unknown (empty, "a cat", "");
  g_assert_null (text);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run/unknown-words/words", test_words);
  g_test_add_func ("/run/unknown-words/forms", test_forms);
  g_test_add_func ("/run/unknown-words/text", test_text);
  g_test_add_func ("/run/unknown-words/no-list", test_no_list);
  return g_test_run ();
}
