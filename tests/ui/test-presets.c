/* test-presets.c - sizes worth offering
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <presets.h>

#include "fixture.h"

static ArraCheckpoint *
open_named (const char *name, char **folder)
{
  const ArraOpenOptions options = { .metadata_only = TRUE };
  g_autoptr (GError) error = NULL;
  ArraCheckpoint *checkpoint;

  *folder = fixture_make_named (name);
  checkpoint = arra_checkpoint_open (*folder, &options, NULL, &error);
  g_assert_no_error (error);
  return checkpoint;
}

static gboolean
offers (GArray *presets, guint width, guint height)
{
  for (guint i = 0; i < presets->len; i++)
    if (g_array_index (presets, ArraPreset, i).width == width
        && g_array_index (presets, ArraPreset, i).height == height)
      return TRUE;
  return FALSE;
}

static void
test_all_can_be_made (gconstpointer name)
{
  g_autofree char *folder = NULL;
  g_autoptr (ArraCheckpoint) checkpoint = open_named (name, &folder);
  g_autoptr (GArray) presets = arra_presets_find (checkpoint, 1200, 800);
  ArraRequest own;

  arra_request_init (&own, checkpoint);
  g_assert_cmpuint (presets->len, >, 2);
  g_assert_cmpuint (g_array_index (presets, ArraPreset, 0).width, ==, own.width);
  g_assert_cmpuint (g_array_index (presets, ArraPreset, 0).height, ==, own.height);
  for (guint i = 0; i < presets->len; i++)
    {
      const ArraPreset *preset = &g_array_index (presets, ArraPreset, i);

      g_assert_true (arra_presets_can_make (checkpoint, preset->width, preset->height));
      if (preset->kind != ARRA_PRESET_EXACT && preset->kind != ARRA_PRESET_LARGE)
        g_assert_true (arra_checkpoint_check_size (checkpoint, preset->width, preset->height, NULL));
      for (guint j = 0; j < i; j++)
        g_assert_false (g_array_index (presets, ArraPreset, j).width == preset->width
                        && g_array_index (presets, ArraPreset, j).height == preset->height);
    }
  fixture_remove (folder);
}

static void
test_shapes (void)
{
  g_autofree char *folder = NULL;
  g_autoptr (ArraCheckpoint) checkpoint = open_named ("codes1024", &folder);
  g_autoptr (GArray) presets = arra_presets_find (checkpoint, 2000, 1000),
                     strip = arra_presets_find (checkpoint, 10000, 10);

  g_assert_true (offers (presets, 512, 512));
  g_assert_true (offers (presets, 256, 256));
  g_assert_true (offers (presets, 736, 352));
  g_assert_cmpint (g_array_index (presets, ArraPreset, 0).kind, ==, ARRA_PRESET_OWN);
  g_assert_cmpint (g_array_index (presets, ArraPreset, 1).kind, ==, ARRA_PRESET_LIKE);
  g_assert_cmpuint (g_array_index (presets, ArraPreset, 1).width, ==, 736);
  g_assert_cmpint (g_array_index (presets, ArraPreset, 2).kind, ==, ARRA_PRESET_EXACT);
  g_assert_cmpuint (g_array_index (presets, ArraPreset, 2).width, ==, 2000);
  g_assert_cmpuint (g_array_index (presets, ArraPreset, 2).height, ==, 1000);
  g_assert_cmpint (g_array_index (presets, ArraPreset, 3).kind, ==, ARRA_PRESET_OTHER);
  g_assert_cmpint (g_array_index (presets, ArraPreset, presets->len - 1).kind, ==, ARRA_PRESET_LARGE);
  g_assert_true (offers (presets, 2048, 2048));
  g_assert_true (offers (strip, 10000, 10));
  g_assert_false (offers (strip, 736, 352));
  g_assert_false (offers (presets, 100, 100));
  fixture_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ui/presets/tiny", "tiny", test_all_can_be_made);
  g_test_add_data_func ("/ui/presets/codes1024", "codes1024", test_all_can_be_made);
  g_test_add_func ("/ui/presets/shapes", test_shapes);
  return g_test_run ();
}
