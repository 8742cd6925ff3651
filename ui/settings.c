/* settings.c - what the dialog remembers from one time to the next
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "settings.h"

#include <math.h>
#include <string.h>

#include "keys.h"
#include "seed.h"

#define GROUP "Dialog"
#define NOWHERE 20000 /* of a window */
#define PACE_GROUP "Seconds for each token"

void
arra_settings_init (ArraSettings *settings)
{
  *settings = (ArraSettings) {
    .prompt = g_strdup (""),
    .folders = g_new0 (char *, 1),
    .keys = g_key_file_new (),
    .history = arra_history_new (),
    .remember = TRUE,
  };
  arra_settings_reset (settings);
}

void
arra_settings_clear (ArraSettings *settings)
{
  g_clear_pointer (&settings->prompt, g_free);
  g_clear_pointer (&settings->checkpoint, g_free);
  g_clear_pointer (&settings->folders, g_strfreev);
  g_clear_pointer (&settings->keys, g_key_file_unref);
  g_clear_pointer (&settings->history, arra_history_free);
}

void
arra_settings_reset (ArraSettings *settings)
{
  g_clear_pointer (&settings->checkpoint, g_free);
  settings->width = settings->height = 0;
  settings->sized = settings->sampled = FALSE;
  settings->seamless = 0;
  settings->count = 1;
  arra_settings_throw_seed (settings);
  settings->keep_seed = FALSE;
  settings->guidance_scale = 4;
  settings->temperature = settings->top_p = 1;
  settings->top_k = 2000;
  settings->around_layer = FALSE;
  settings->vary = 0.3;
  settings->mode = ARRA_INSERT_AUTOMATIC;
  settings->record = TRUE;
  settings->advanced = FALSE;
  settings->window_width = 1060;
  settings->window_height = 660;
  settings->placed = FALSE;
  settings->divider = 400;
}

void
arra_settings_throw_seed (ArraSettings *settings)
{
  settings->seed = arra_seed_random ();
  settings->first = 0;
}

/* ---- reading: a value that is missing or out of its range leaves the default */

static void
read_text (GKeyFile *keys, const char *key, char **text)
{
  char *value = g_key_file_get_string (keys, GROUP, key, NULL);

  if (value == NULL || !g_utf8_validate (value, -1, NULL))
    {
      g_free (value);
      return;
    }
  g_free (*text);
  *text = value;
}

static void
read_uint64 (GKeyFile *keys, const char *key, guint64 *number)
{
  g_autofree char *text = g_key_file_get_value (keys, GROUP, key, NULL);

  if (text != NULL)
    g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, number, NULL);
}

static void
read_uint (GKeyFile *keys, const char *key, guint min, guint max, guint *number)
{
  guint64 value = G_MAXUINT64;

  read_uint64 (keys, key, &value);
  if (value >= min && value <= max)
    *number = (guint) value;
}

static void
read_double (GKeyFile *keys, const char *key, double min, double max, double *number)
{
  g_autoptr (GError) error = NULL;
  double value = g_key_file_get_double (keys, GROUP, key, &error);

  if (error == NULL && value >= min && value <= max)
    *number = value;
}

static void
read_switch (GKeyFile *keys, const char *key, gboolean *on)
{
  g_autoptr (GError) error = NULL;
  gboolean value = g_key_file_get_boolean (keys, GROUP, key, &error);

  if (error == NULL)
    *on = value;
}

static void
read_folders (ArraSettings *settings)
{
  g_auto (GStrv) folders = g_key_file_get_string_list (settings->keys, GROUP, "folders", NULL, NULL);

  for (char **folder = folders; folder != NULL && *folder != NULL; folder++)
    arra_settings_add_folder (settings, *folder);
}

static void
read_picture (ArraSettings *settings)
{
  GKeyFile *keys = settings->keys;
  g_autofree char *seamless = g_key_file_get_string (keys, GROUP, "seamless", NULL);

  arra_seamless_parse (seamless, &settings->seamless);
  read_switch (keys, "sized", &settings->sized);
  read_uint (keys, "width", 0, 65536, &settings->width);
  read_uint (keys, "height", 0, 65536, &settings->height);
  if ((settings->width == 0) != (settings->height == 0))
    settings->width = settings->height = 0;
  read_uint (keys, "count", 1, ARRA_COUNT_MAX, &settings->count);
  read_uint64 (keys, "seed", &settings->seed);
  read_uint (keys, "first", 0, ARRA_FIRST_MAX, &settings->first);
  read_switch (keys, "keep-seed", &settings->keep_seed);
}

static void
read_sampling (ArraSettings *settings)
{
  GKeyFile *keys = settings->keys;

  read_switch (keys, "sampled", &settings->sampled);
  read_switch (keys, "around-layer", &settings->around_layer);
  read_double (keys, "vary", 0.01, 1, &settings->vary);
  read_double (keys, "guidance-scale", 0, 100, &settings->guidance_scale);
  read_double (keys, "temperature", 0.01, 10, &settings->temperature);
  read_double (keys, "top-p", 0.01, 1, &settings->top_p);
  read_uint (keys, "top-k", 0, ARRA_TOP_K_MAX, &settings->top_k);
}

void
arra_settings_load (ArraSettings *settings, const char *path)
{
  g_autofree char *mode = NULL;
  GKeyFile *keys = settings->keys;
  guint width = (guint) settings->window_width, height = (guint) settings->window_height;
  guint x = NOWHERE, y = NOWHERE, divider = (guint) settings->divider;

  if (path == NULL || !arra_keys_load (keys, path))
    return;
  read_switch (keys, "remember", &settings->remember);
  if (settings->remember)
    {
      read_text (keys, "prompt", &settings->prompt);
      arra_history_load (settings->history, keys);
    }
  read_text (keys, "checkpoint", &settings->checkpoint);
  read_folders (settings);
  read_picture (settings);
  read_sampling (settings);
  read_text (keys, "insert", &mode);
  if (mode != NULL)
    arra_insert_mode_parse (mode, &settings->mode);
  read_switch (keys, "record", &settings->record);
  read_switch (keys, "advanced", &settings->advanced);
  read_uint (keys, "window-width", 200, 20000, &width);
  read_uint (keys, "window-height", 200, 20000, &height);
  read_uint (keys, "window-x", 0, NOWHERE - 1, &x);
  read_uint (keys, "window-y", 0, NOWHERE - 1, &y);
  read_uint (keys, "divider", 100, 20000, &divider);
  settings->placed = x != NOWHERE && y != NOWHERE;
  settings->window_x = settings->placed ? (int) x : 0;
  settings->window_y = settings->placed ? (int) y : 0;
  settings->divider = (int) divider;
  settings->window_width = (int) width;
  settings->window_height = (int) height;
}

/* ---- writing */

static void
write_text (GKeyFile *keys, const char *key, const char *text)
{
  if (text == NULL)
    g_key_file_remove_key (keys, GROUP, key, NULL);
  else
    g_key_file_set_string (keys, GROUP, key, text);
}

static void
write_all (ArraSettings *settings)
{
  GKeyFile *keys = settings->keys;
  g_autoptr (ArraHistory) empty = arra_history_new ();

  write_text (keys, "prompt", settings->remember ? settings->prompt : NULL);
  arra_history_store (settings->remember ? settings->history : empty, keys);
  write_text (keys, "checkpoint", settings->checkpoint);
  g_key_file_set_string_list (keys, GROUP, "folders", (const char *const *) settings->folders,
                              g_strv_length (settings->folders));
  g_key_file_set_boolean (keys, GROUP, "sized", settings->sized);
  g_key_file_set_uint64 (keys, GROUP, "width", settings->width);
  g_key_file_set_uint64 (keys, GROUP, "height", settings->height);
  write_text (keys, "seamless", arra_seamless_name (settings->seamless));
  g_key_file_set_uint64 (keys, GROUP, "count", settings->count);
  g_key_file_set_uint64 (keys, GROUP, "seed", settings->seed);
  g_key_file_set_uint64 (keys, GROUP, "first", settings->first);
  g_key_file_set_boolean (keys, GROUP, "keep-seed", settings->keep_seed);
  g_key_file_set_boolean (keys, GROUP, "sampled", settings->sampled);
  g_key_file_set_double (keys, GROUP, "guidance-scale", settings->guidance_scale);
  g_key_file_set_double (keys, GROUP, "temperature", settings->temperature);
  g_key_file_set_double (keys, GROUP, "top-p", settings->top_p);
  g_key_file_set_uint64 (keys, GROUP, "top-k", settings->top_k);
  g_key_file_set_boolean (keys, GROUP, "around-layer", settings->around_layer);
  g_key_file_set_double (keys, GROUP, "vary", settings->vary);
  write_text (keys, "insert", arra_insert_mode_name (settings->mode));
  g_key_file_set_boolean (keys, GROUP, "record", settings->record);
  g_key_file_set_boolean (keys, GROUP, "remember", settings->remember);
  g_key_file_set_boolean (keys, GROUP, "advanced", settings->advanced);
  g_key_file_set_integer (keys, GROUP, "window-width", settings->window_width);
  g_key_file_set_integer (keys, GROUP, "window-height", settings->window_height);
  g_key_file_set_integer (keys, GROUP, "divider", settings->divider);
  if (!settings->placed)
    return;
  g_key_file_set_integer (keys, GROUP, "window-x", settings->window_x);
  g_key_file_set_integer (keys, GROUP, "window-y", settings->window_y);
}

gboolean
arra_settings_save (ArraSettings *settings, const char *path, GError **error)
{
  write_all (settings);
  return arra_keys_save (settings->keys, path, error);
}

/* ---- what was measured, and folders */

double
arra_settings_get_pace (const ArraSettings *settings, const char *fingerprint)
{
  double pace = g_key_file_get_double (settings->keys, PACE_GROUP, fingerprint, NULL);

  return isfinite (pace) && pace > 0 && pace < 1e6 ? pace : 0;
}

void
arra_settings_set_pace (ArraSettings *settings, const char *fingerprint, double seconds_per_token)
{
  if (isfinite (seconds_per_token) && seconds_per_token > 0)
    g_key_file_set_double (settings->keys, PACE_GROUP, fingerprint, seconds_per_token);
}

void
arra_settings_add_folder (ArraSettings *settings, const char *folder)
{
  guint n = g_strv_length (settings->folders);

  if (*folder == '\0' || g_strv_contains ((const char *const *) settings->folders, folder))
    return;
  settings->folders = g_renew (char *, settings->folders, n + 2);
  settings->folders[n] = g_strdup (folder);
  settings->folders[n + 1] = NULL;
}
