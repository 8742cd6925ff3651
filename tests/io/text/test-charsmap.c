/* test-charsmap.c - charsmap.c: look-up, and maps that lead out of themselves
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "charsmap.h"

#include <string.h>

#include "mem.h"

#define N_UNITS 256

/* A map in which "a" alone becomes @text; its child lies at the byte itself, its leaf at 1. */
typedef struct
{
  guint32 length; /* of the units, in bytes */
  guint32 units[N_UNITS];
  char text[8];
} Map;

#define LEAF (1u << 31)
#define HAS_LEAF (1u << 8)
#define WIDE (1u << 9)

static guint32
unit (char label, guint32 offset, guint32 flags)
{
  return (guint32) label | offset << 10 | flags;
}

static Map
simple_map (void)
{
  Map map = { .length = sizeof map.units, .text = "x\xc3\xa4\0y" };

  map.units['a'] = unit ('a', 'a' ^ 1, HAS_LEAF);
  map.units[1] = LEAF;
  return map;
}

static gboolean
load (ArraCharsmap *out, const Map *map, gsize size, GError **error)
{
  g_autofree char *base64 = g_base64_encode ((const guchar *) map, size);

  return arra_charsmap_load (out, base64, "t.json", error);
}

static void
test_find (void)
{
  Map map = simple_map ();
  g_autoptr (GError) error = NULL;
  ArraCharsmap read = { 0 };
  gsize size;

  g_assert_true (load (&read, &map, sizeof map, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (arra_charsmap_find (&read, "ab", 2, &size), ==, "x\xc3\xa4");
  g_assert_cmpuint (size, ==, 3);
  g_assert_null (arra_charsmap_find (&read, "ba", 2, &size));
  g_assert_null (arra_charsmap_find (&read, "", 1, &size));
  arra_charsmap_clear (&read);
}

/* A node that is its own child: a text of any length goes round in it, and is no entry. */
static void
test_circle (void)
{
  Map map = simple_map ();
  ArraCharsmap read = { 0 };
  g_autoptr (GError) error = NULL;
  gsize size;

  map.units['a'] = unit ('a', 'a', 0);
  g_assert_true (load (&read, &map, sizeof map, &error));
  g_assert_null (arra_charsmap_find (&read, "aaaaaaaa", 8, &size));
  arra_charsmap_clear (&read);
}

static void
expect_refused (const Map *map, gsize size, const char *words)
{
  g_autoptr (GError) error = NULL;
  ArraCharsmap read = { 0 };

  g_assert_false (load (&read, map, size, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
  g_assert_true (g_str_has_prefix (error->message, "t.json: precompiled_charsmap: "));
  g_assert_nonnull (strstr (error->message, words));
  arra_charsmap_clear (&read);
}

static void
test_lengths (void)
{
  Map map = simple_map ();

  expect_refused (&map, 0, "its length is wrong");
  expect_refused (&map, 3, "its length is wrong");
  expect_refused (&map, sizeof map.length + sizeof map.units - 1, "its length is wrong");
  for (guint i = 0; i < 3; i++)
    {
      map.length = (const guint32[]) { 0, 6, G_MAXUINT32 - 3 }[i];
      expect_refused (&map, sizeof map, "its length is wrong");
    }
}

static void
test_ways_out (void)
{
  Map map = simple_map ();

  map.units[0] = unit (0, 1, WIDE);
  expect_refused (&map, sizeof map, "leads out of the map");
  map = simple_map ();
  map.units['a'] = unit ('a', (1u << 21) - 1, HAS_LEAF | WIDE);
  expect_refused (&map, sizeof map, "leads out of the map");
  map = simple_map ();
  map.units[1] = LEAF | (sizeof map.text + 1);
  expect_refused (&map, sizeof map, "leads to no replacement");
  map.units[1] = LEAF | 2; /* within a character of two bytes */
  expect_refused (&map, sizeof map, "leads to no replacement");
  map = simple_map ();
  map.text[1] = 'y';
  expect_refused (&map, sizeof map, "not UTF-8");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/charsmap/find", test_find);
  g_test_add_func ("/charsmap/circle", test_circle);
  g_test_add_func ("/charsmap/lengths", test_lengths);
  g_test_add_func ("/charsmap/ways-out", test_ways_out);
  return g_test_run ();
}
