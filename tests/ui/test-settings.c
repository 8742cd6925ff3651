/* test-settings.c - what is remembered from one time to the next, and what is not
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <seed.h>
#include <settings.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"

typedef struct
{
  char *folder, *path;
  ArraSettings settings, again;
} Case;

static void
set_up (Case *self, gconstpointer data)
{
  self->folder = fixture_directory ();
  self->path = g_build_filename (self->folder, "new", "folder", "dialog.ini", NULL);
  arra_settings_init (&self->settings);
  arra_settings_init (&self->again);
}

static void
tear_down (Case *self, gconstpointer data)
{
  arra_settings_clear (&self->settings);
  arra_settings_clear (&self->again);
  fixture_remove (self->folder);
  g_free (self->folder);
  g_free (self->path);
}

static void
save_and_load (Case *self)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (arra_settings_save (&self->settings, self->path, &error));
  g_assert_no_error (error);
  arra_settings_load (&self->again, self->path);
}

static void
set_text (char **place, const char *text)
{
  g_free (*place);
  *place = g_strdup (text);
}

static void
test_round_trip (Case *self, gconstpointer data)
{
  ArraSettings *a = &self->settings, *b = &self->again;
  GStatBuf info;

  set_text (&a->prompt, "two\nlines");
  set_text (&a->checkpoint, "/some/where.gguf");
  arra_settings_add_folder (a, "/folder;one");
  arra_settings_add_folder (a, "/folder;one");
  a->width = 512;
  a->height = 256;
  a->count = 4;
  a->seed = G_MAXUINT64;
  a->first = 5;
  a->sized = a->keep_seed = a->sampled = a->advanced = TRUE;
  a->guidance_scale = 1.5;
  a->temperature = 0.7;
  a->top_p = 0.95;
  a->top_k = 100;
  a->cfg_interval = 7;
  a->mode = ARRA_INSERT_SELECTION;
  a->record = FALSE;
  arra_history_add (a->history, "two\nlines");
  save_and_load (self);
  g_assert_cmpstr (b->prompt, ==, "two\nlines");
  g_assert_cmpstr (b->checkpoint, ==, "/some/where.gguf");
  g_assert_cmpuint (g_strv_length (b->folders), ==, 1);
  g_assert_cmpstr (b->folders[0], ==, "/folder;one");
  g_assert_cmpuint (b->width, ==, 512);
  g_assert_cmpuint (b->height, ==, 256);
  g_assert_cmpuint (b->count, ==, 4);
  g_assert_cmpuint (b->seed, ==, G_MAXUINT64);
  g_assert_cmpuint (b->first, ==, 5);
  g_assert_true (b->sized && b->keep_seed && b->sampled && b->advanced && !b->record);
  g_assert_cmpfloat (b->guidance_scale, ==, 1.5);
  g_assert_cmpfloat (b->temperature, ==, 0.7);
  g_assert_cmpfloat (b->top_p, ==, 0.95);
  g_assert_cmpuint (b->top_k, ==, 100);
  g_assert_cmpint (b->cfg_interval, ==, 7);
  g_assert_cmpint (b->mode, ==, ARRA_INSERT_SELECTION);
  g_assert_cmpuint (arra_history_length (b->history), ==, 1);
  g_assert_cmpint (g_stat (self->path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

/* Another seed begins with its first picture. */
static void
test_throw (Case *self, gconstpointer data)
{
  self->settings.seed = 0;
  self->settings.first = 5;
  arra_settings_throw_seed (&self->settings);
  g_assert_cmpuint (self->settings.seed, >, 0);
  g_assert_cmpuint (self->settings.first, ==, 0);
}

/* What was written while prompts could be remembered goes, too. */
static void
test_private (Case *self, gconstpointer data)
{
  g_autofree char *text = NULL;

  set_text (&self->settings.prompt, "nobody may read this");
  arra_history_add (self->settings.history, "nobody may read this");
  save_and_load (self);
  g_assert_cmpstr (self->again.prompt, ==, "nobody may read this");
  self->settings.remember = FALSE;
  g_assert_true (arra_settings_save (&self->settings, self->path, NULL));
  g_assert_true (g_file_get_contents (self->path, &text, NULL, NULL));
  g_assert_null (strstr (text, "nobody"));
  arra_settings_clear (&self->again);
  arra_settings_init (&self->again);
  arra_settings_load (&self->again, self->path);
  g_assert_false (self->again.remember);
  g_assert_cmpstr (self->again.prompt, ==, "");
  g_assert_cmpuint (arra_history_length (self->again.history), ==, 0);
}

static void
test_nonsense (Case *self, gconstpointer data)
{
  fixture_put (self->folder, "bad.ini",
               "[Dialog]\nwidth=-4\nheight=99999999999999999999\ncount=0\nseed=soon\nguidance-scale="
               "1e9\ntemperature=nan\ntop-p=0\n"
               "top-k=a\ncfg-interval=-7\ninsert=sideways\nrecord=perhaps\nwindow-width=1\nprompt=\xff\xfe\n",
               -1);
  g_free (self->path);
  self->path = g_build_filename (self->folder, "bad.ini", NULL);
  arra_settings_load (&self->settings, self->path);
  g_assert_cmpuint (self->settings.width, ==, 0);
  g_assert_cmpuint (self->settings.height, ==, 0);
  g_assert_cmpuint (self->settings.count, ==, 1);
  g_assert_cmpuint (self->settings.seed, >, 0); /* a thrown one */
  g_assert_cmpfloat (self->settings.guidance_scale, ==, 4);
  g_assert_cmpfloat (self->settings.temperature, ==, 1);
  g_assert_cmpfloat (self->settings.top_p, ==, 1);
  g_assert_cmpuint (self->settings.top_k, ==, 2000);
  g_assert_cmpint (self->settings.cfg_interval, ==, -1);
  g_assert_cmpint (self->settings.mode, ==, ARRA_INSERT_AUTOMATIC);
  g_assert_true (self->settings.record);
  g_assert_cmpint (self->settings.window_width, ==, 1060);
  g_assert_cmpstr (self->settings.prompt, ==, "");
}

/* Just outside the range on either side: the default stays; at its ends: taken. */
static void
test_bounds (Case *self, gconstpointer data)
{
  static const struct
  {
    const char *key, *below, *least, *most, *above;
    gsize offset;
    gboolean is_real;
  } bounds[] = {
#define REAL(key, below, least, most, above, field) \
  { key, below, least, most, above, G_STRUCT_OFFSET (ArraSettings, field), TRUE }
#define WHOLE(key, below, least, most, above, field) \
  { key, below, least, most, above, G_STRUCT_OFFSET (ArraSettings, field), FALSE }
    REAL ("guidance-scale", "-0.001", "0", "100", "100.001", guidance_scale),
    REAL ("temperature", "0.0099", "0.01", "10", "10.001", temperature),
    REAL ("top-p", "0.0099", "0.01", "1", "1.0001", top_p),
    WHOLE ("count", "0", "1", "64", "100000", count),
    WHOLE ("first", "-1", "0", "100000000", "4000000000", first),
    WHOLE ("top-k", "-1", "0", "16777216", "16777217", top_k),
    WHOLE ("window-width", "199", "200", "20000", "20001", window_width),
    WHOLE ("window-height", "199", "200", "20000", "20001", window_height),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bounds); i++)
    for (guint j = 0; j < 4; j++)
      {
        const char *value
            = (const char *const[]) { bounds[i].below, bounds[i].least, bounds[i].most, bounds[i].above }[j];
        g_autofree char *text = g_strdup_printf ("[Dialog]\n%s=%s\n", bounds[i].key, value);
        g_autofree char *path = g_build_filename (self->folder, "bounds.ini", NULL);
        ArraSettings plain, read;
        gboolean same;

        arra_settings_init (&plain);
        arra_settings_init (&read);
        fixture_put (self->folder, "bounds.ini", text, -1);
        arra_settings_load (&read, path);
        same = bounds[i].is_real
                   ? G_STRUCT_MEMBER (double, &read, bounds[i].offset) == g_ascii_strtod (value, NULL)
                   : (gint64) G_STRUCT_MEMBER (guint, &read, bounds[i].offset) == g_ascii_strtoll (value, NULL, 10);
        g_test_message ("%s=%s", bounds[i].key, value);
        g_assert_true (same == (j == 1 || j == 2));
        if (j == 0 || j == 3)
          g_assert_cmpmem (
              G_STRUCT_MEMBER_P (&read, bounds[i].offset), bounds[i].is_real ? sizeof (double) : sizeof (guint),
              G_STRUCT_MEMBER_P (&plain, bounds[i].offset), bounds[i].is_real ? sizeof (double) : sizeof (guint));
        arra_settings_clear (&plain);
        arra_settings_clear (&read);
      }
}

/* A pipe nobody writes to, a device without an end, a folder: as if there was nothing. */
static void
test_no_file (Case *self, gconstpointer data)
{
  g_autofree char *pipe = g_build_filename (self->folder, "pipe", NULL),
                  *huge = g_build_filename (self->folder, "huge", NULL);
  const char *const paths[] = { pipe, "/dev/zero", self->folder, huge };

  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  fixture_put (self->folder, "huge", "[Dialog]\ncount=3\n", -1);
  g_assert_cmpint (truncate (huge, (off_t) 1 << 40), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      arra_settings_load (&self->settings, paths[i]);
      g_assert_cmpuint (self->settings.count, ==, 1);
    }
}

/* Settings that are kept elsewhere, behind links, also where nothing is yet: the links stay. */
static void
test_link (Case *self, gconstpointer data)
{
  g_autofree char *link = g_build_filename (self->folder, "link", NULL),
                  *inner = g_build_filename (self->folder, "inner", NULL);
  g_autofree char *target = g_build_filename (self->folder, "kept", "dialog.ini", NULL);
  GStatBuf info;

  g_assert_cmpint (symlink ("inner", link), ==, 0);
  g_assert_cmpint (symlink ("kept/dialog.ini", inner), ==, 0);
  for (guint count = 2; count < 4; count++)
    {
      self->settings.count = count;
      g_assert_true (arra_settings_save (&self->settings, link, NULL));
      arra_settings_load (&self->again, target);
      g_assert_cmpuint (self->again.count, ==, count);
      g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK) && g_file_test (inner, G_FILE_TEST_IS_SYMLINK));
    }
  g_assert_cmpint (g_stat (target, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

/* A pipe is never waited for and stays, as /dev/null would behind a link. */
static void
test_nowhere (Case *self, gconstpointer data)
{
  g_autofree char *link = g_build_filename (self->folder, "link", NULL),
                  *pipe = g_build_filename (self->folder, "pipe", NULL);
  GStatBuf info;

  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  g_assert_cmpint (symlink ("pipe", link), ==, 0);
  g_assert_true (arra_settings_save (&self->settings, link, NULL));
  g_assert_cmpint (g_lstat (pipe, &info), ==, 0);
  g_assert_true (S_ISFIFO (info.st_mode));
}

static void
test_faults (Case *self, gconstpointer data)
{
  g_autofree char *file = g_build_filename (self->folder, "file", NULL),
                  *below = g_build_filename (file, "dialog.ini", NULL);
  g_autoptr (GError) error = NULL;

  arra_settings_load (&self->settings, NULL);
  arra_settings_load (&self->settings, self->path);
  g_assert_cmpuint (self->settings.count, ==, 1);
  fixture_put (self->folder, "file", "", 0);
  g_assert_false (arra_settings_save (&self->settings, below, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, file));
}

static void
test_pace (Case *self, gconstpointer data)
{
  g_assert_cmpfloat (arra_settings_get_pace (&self->settings, "abc", ARRA_PACE_WHOLE), ==, 0);
  arra_settings_set_pace (&self->settings, "abc", ARRA_PACE_WHOLE, 0.25);
  arra_settings_set_pace (&self->settings, "def", ARRA_PACE_WHOLE, -1);
  save_and_load (self);
  g_assert_cmpfloat (arra_settings_get_pace (&self->again, "abc", ARRA_PACE_WHOLE), ==, 0.25);
  g_assert_cmpfloat (arra_settings_get_pace (&self->again, "def", ARRA_PACE_WHOLE), ==, 0);
  /* until it is measured, that of another kind tells */
  g_assert_cmpfloat (arra_settings_get_pace (&self->again, "abc", ARRA_PACE_PARTS), >, 0.25);
  g_assert_cmpfloat (arra_settings_get_pace (&self->again, "def", ARRA_PACE_PARTS), ==, 0);
  arra_settings_set_pace (&self->again, "abc", ARRA_PACE_PARTS, 0.5);
  g_assert_cmpfloat (arra_settings_get_pace (&self->again, "abc", ARRA_PACE_PARTS), ==, 0.5);
  g_assert_cmpfloat (arra_settings_get_pace (&self->again, "abc", ARRA_PACE_WHOLE), ==, 0.25);
}

static void
test_reset (Case *self, gconstpointer data)
{
  ArraSettings *settings = &self->settings;

  set_text (&settings->prompt, "x");
  settings->count = 9;
  settings->remember = FALSE;
  arra_settings_add_folder (settings, "/folder");
  arra_settings_set_pace (settings, "abc", ARRA_PACE_WHOLE, 0.25);
  settings->seed = 0;
  arra_settings_reset (settings);
  g_assert_cmpstr (settings->prompt, ==, "x");
  g_assert_cmpuint (settings->seed, >, 0);
  g_assert_cmpuint (settings->count, ==, 1);
  g_assert_false (settings->remember);
  g_assert_cmpuint (g_strv_length (settings->folders), ==, 1);
  g_assert_cmpfloat (arra_settings_get_pace (settings, "abc", ARRA_PACE_WHOLE), ==, 0.25);
}

static void
test_seed (void)
{
  g_autofree char *text = arra_seed_text (G_MAXUINT64);
  guint64 seed = 5;

  g_assert_cmpstr (text, ==, "18446744073709551615");
  g_assert_true (arra_seed_parse (text, &seed));
  g_assert_cmpuint (seed, ==, G_MAXUINT64);
  g_assert_true (arra_seed_parse (" 12 ", &seed));
  g_assert_cmpuint (seed, ==, 12);
  g_assert_false (arra_seed_parse ("", &seed));
  g_assert_false (arra_seed_parse ("-1", &seed));
  g_assert_false (arra_seed_parse ("18446744073709551616", &seed));
  g_assert_false (arra_seed_parse ("0x10", &seed));
  g_assert_cmpuint (arra_seed_random (), <, 1000000000);
}

static void
test_modes (void)
{
  ArraInsertMode mode = ARRA_INSERT_CANVAS;

  for (guint i = 0; i < ARRA_N_INSERT_MODES; i++)
    {
      g_assert_true (arra_insert_mode_parse (arra_insert_mode_name (i), &mode));
      g_assert_cmpuint (mode, ==, i);
    }
  g_assert_false (arra_insert_mode_parse ("sideways", &mode));
  g_assert_false (arra_insert_mode_parse (NULL, &mode));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*run) (Case *self, gconstpointer data);
  } cases[] = {
    { "/ui/settings/round-trip", test_round_trip },
    { "/ui/settings/throw", test_throw },
    { "/ui/settings/private", test_private },
    { "/ui/settings/nonsense", test_nonsense },
    { "/ui/settings/bounds", test_bounds },
    { "/ui/settings/no-file", test_no_file },
    { "/ui/settings/link", test_link },
    { "/ui/settings/nowhere", test_nowhere },
    { "/ui/settings/faults", test_faults },
    { "/ui/settings/pace", test_pace },
    { "/ui/settings/reset", test_reset },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].name, Case, NULL, set_up, cases[i].run, tear_down);
  g_test_add_func ("/ui/settings/seed", test_seed);
  g_test_add_func ("/ui/settings/modes", test_modes);
  return g_test_run ();
}
