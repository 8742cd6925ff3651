/* test-named_settings.c - presets: kept under names, in a file that may be anybody's
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <named_settings.h>
#include <string.h>

#include "fixture.h"

typedef struct
{
  char *folder, *path;
  ArraSettings settings, again;
} Case;

static void
begin (Case *self, gconstpointer data)
{
  g_autofree char *settings_path = NULL;

  self->folder = fixture_directory ();
  settings_path = g_build_filename (self->folder, "dialog.ini", NULL);
  self->path = arra_named_settings_path (settings_path);
  arra_settings_init (&self->settings);
  arra_settings_init (&self->again);
}

static void
end (Case *self, gconstpointer data)
{
  arra_settings_clear (&self->settings);
  arra_settings_clear (&self->again);
  fixture_remove (self->folder);
  g_free (self->folder);
  g_free (self->path);
}

static void
save (Case *self, const char *name)
{
  g_autoptr (GError) error = NULL;

  arra_named_settings_save (self->path, name, &self->settings, &error);
  g_assert_no_error (error);
}

static void
assert_names (Case *self, const char *expected)
{
  g_auto (GStrv) names = arra_named_settings_list (self->path);
  g_autofree char *all = g_strjoinv ("|", names);

  g_assert_cmpstr (all, ==, expected);
}

static void
test_round (Case *self, gconstpointer data)
{
  GStatBuf status;

  assert_names (self, "");
  g_free (self->settings.prompt);
  self->settings.prompt = g_strdup ("a secret");
  self->settings.checkpoint = g_strdup ("/some/where.gguf");
  self->settings.width = 640;
  self->settings.height = 480;
  self->settings.sized = self->settings.sampled = TRUE;
  self->settings.seamless = ARRA_SEAMLESS_X;
  self->settings.guidance_scale = 2.5;
  self->settings.count = 3;
  save (self, "  tiles [a]\n; 50% \xc3\xa4  ");
  save (self, "second");
  assert_names (self, "second|tiles [a] ; 50% \xc3\xa4");
  self->again.seed = 77;
  g_assert_true (arra_named_settings_load (self->path, "tiles [a] ; 50% \xc3\xa4", &self->again));
  g_assert_cmpstr (self->again.checkpoint, ==, "/some/where.gguf");
  g_assert_cmpuint (self->again.width, ==, 640);
  g_assert_cmpuint (self->again.height, ==, 480);
  g_assert_cmpuint (self->again.seamless, ==, ARRA_SEAMLESS_X);
  g_assert_cmpuint (self->again.count, ==, 3);
  g_assert_cmpfloat (self->again.guidance_scale, ==, 2.5);
  g_assert_true (self->again.sized && self->again.sampled);
  g_assert_cmpuint (self->again.seed, ==, 77);
  g_assert_cmpstr (self->again.prompt, ==, "");
  g_assert_cmpint (g_stat (self->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
}

/* One of the same name is replaced; one that is not there is not missed. */
static void
test_change (Case *self, gconstpointer data)
{
  self->settings.count = 2;
  save (self, "one");
  self->settings.count = 5;
  save (self, "one");
  assert_names (self, "one");
  g_assert_true (arra_named_settings_load (self->path, "one", &self->again));
  g_assert_cmpuint (self->again.count, ==, 5);
  g_assert_true (arra_named_settings_delete (self->path, "two", NULL));
  g_assert_true (arra_named_settings_delete (self->path, "one", NULL));
  assert_names (self, "");
  g_assert_false (arra_named_settings_load (self->path, "one", &self->again));
}

static void
test_bounds (Case *self, gconstpointer data)
{
  g_autofree char *longest = g_strnfill (ARRA_NAMED_LONGEST, 'x'), *longer = g_strnfill (ARRA_NAMED_LONGEST + 1, 'x');
  g_autoptr (GError) empty = NULL, long_one = NULL, many = NULL;

  g_assert_false (arra_named_settings_save (self->path, " \n ", &self->settings, &empty));
  g_assert_error (empty, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_assert_false (arra_named_settings_save (self->path, longer, &self->settings, &long_one));
  g_assert_error (long_one, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  save (self, longest);
  for (guint i = 1; i < ARRA_NAMED_MAX; i++)
    {
      g_autofree char *name = g_strdup_printf ("preset %u", i);

      save (self, name);
    }
  g_assert_false (arra_named_settings_save (self->path, "one more", &self->settings, &many));
  g_assert_error (many, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  save (self, "preset 1");
  g_assert_true (arra_named_settings_delete (self->path, "preset 2", NULL));
  save (self, "one more");
}

/* What a file says is never believed: names that we do not write, values out of their range. */
static void
test_hostile (Case *self, gconstpointer data)
{
  static const char text[] = "[Preset good]\ncount=99999999\nwidth=-1\nheight=70000\nguidance-scale=nan\ntop-p=7\n"
                             "insert=everywhere\nseamless=z\ncheckpoint=\\xff\n"
                             "[Preset ]\ncount=2\n[Preset %00]\ncount=2\n[Preset %zz]\ncount=2\n[Preset %E2%80%AE]\n"
                             "count=2\n[Preset  two ]\ncount=2\n[Dialog]\ncount=2\n[Other]\nx=y\n";
  ArraSettings usual;

  fixture_put (self->folder, "presets.ini", text, -1);
  assert_names (self, "good");
  arra_settings_init (&usual);
  g_assert_true (arra_named_settings_load (self->path, "good", &self->again));
  g_assert_cmpuint (self->again.count, ==, 1);
  g_assert_cmpuint (self->again.width, ==, 0);
  g_assert_cmpuint (self->again.height, ==, 0);
  g_assert_cmpfloat (self->again.guidance_scale, ==, usual.guidance_scale);
  g_assert_cmpfloat (self->again.top_p, ==, 1);
  g_assert_cmpint (self->again.mode, ==, usual.mode);
  arra_settings_clear (&usual);
  save (self, "mine");
  assert_names (self, "good|mine");
  fixture_put (self->folder, "presets.ini", "no key file at all", -1);
  assert_names (self, "");
  g_assert_cmpint (g_unlink (self->path), ==, 0);
  g_assert_cmpint (g_mkdir (self->path, 0700), ==, 0);
  assert_names (self, "");
  g_assert_false (arra_named_settings_save (self->path, "mine", &self->settings, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/ui/named-settings/round", Case, NULL, begin, test_round, end);
  g_test_add ("/ui/named-settings/change", Case, NULL, begin, test_change, end);
  g_test_add ("/ui/named-settings/bounds", Case, NULL, begin, test_bounds, end);
  g_test_add ("/ui/named-settings/hostile", Case, NULL, begin, test_hostile, end);
  return g_test_run ();
}
