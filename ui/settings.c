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
    .gallery = TRUE,
  };
  arra_settings_reset (settings);
}

void
arra_settings_clear (ArraSettings *settings)
{
  g_clear_pointer (&settings->prompt, g_free);
  g_clear_pointer (&settings->checkpoint, g_free);
  g_clear_pointer (&settings->folders, g_strfreev);
  g_clear_pointer (&settings->text_encoder, g_free);
  g_clear_pointer (&settings->keys, g_key_file_unref);
  g_clear_pointer (&settings->history, arra_history_free);
}

void
arra_settings_reset (ArraSettings *settings)
{
  ArraRequest usual;

  g_clear_pointer (&settings->checkpoint, g_free);
  settings->width = settings->height = 0;
  settings->sized = settings->sampled = FALSE;
  settings->seamless = 0;
  settings->count = 1;
  arra_settings_throw_seed (settings);
  settings->keep_seed = FALSE;
  arra_request_init (&usual, NULL);
  settings->guidance_scale = usual.guidance_scale;
  settings->temperature = usual.temperature;
  settings->top_p = usual.top_p;
  settings->top_k = usual.top_k;
  settings->cfg_interval = -1;
  settings->around_layer = FALSE;
  settings->vary = 0.3;
  settings->mode = ARRA_INSERT_AUTOMATIC;
  settings->record = TRUE;
  settings->rank = FALSE;
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

typedef struct
{
  GKeyFile *keys;
  const char *group;
} Section;

static void
read_text (const Section *from, const char *key, char **text)
{
  char *value = g_key_file_get_string (from->keys, from->group, key, NULL);

  if (value == NULL || !g_utf8_validate (value, -1, NULL))
    {
      g_free (value);
      return;
    }
  g_free (*text);
  *text = value;
}

static void
read_uint64 (const Section *from, const char *key, guint64 *number)
{
  g_autofree char *text = g_key_file_get_value (from->keys, from->group, key, NULL);

  if (text != NULL)
    g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, number, NULL);
}

static void
read_uint (const Section *from, const char *key, guint min, guint max, guint *number)
{
  guint64 value = G_MAXUINT64;

  read_uint64 (from, key, &value);
  if (value >= min && value <= max)
    *number = (guint) value;
}

static void
read_int (const Section *from, const char *key, gint min, gint max, gint *number)
{
  g_autoptr (GError) error = NULL;
  const gint value = g_key_file_get_integer (from->keys, from->group, key, &error);

  if (error == NULL && value >= min && value <= max)
    *number = value;
}

static void
read_double (const Section *from, const char *key, double min, double max, double *number)
{
  g_autoptr (GError) error = NULL;
  double value = g_key_file_get_double (from->keys, from->group, key, &error);

  if (error == NULL && value >= min && value <= max)
    *number = value;
}

/* A number with decimals that the form offers */
static void
read_field (const Section *from, const char *key, ArraField field, double *number)
{
  const ArraFieldInfo *info = arra_field (field);

  read_double (from, key, info->low, info->high, number);
}

static void
read_switch (const Section *from, const char *key, gboolean *on)
{
  g_autoptr (GError) error = NULL;
  gboolean value = g_key_file_get_boolean (from->keys, from->group, key, &error);

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
read_picture (ArraSettings *settings, const Section *from)
{
  g_autofree char *seamless = g_key_file_get_string (from->keys, from->group, "seamless", NULL);

  arra_seamless_parse (seamless, &settings->seamless);
  read_switch (from, "sized", &settings->sized);
  read_uint (from, "width", 0, (guint) arra_field (ARRA_FIELD_WIDTH)->most, &settings->width);
  read_uint (from, "height", 0, (guint) arra_field (ARRA_FIELD_HEIGHT)->most, &settings->height);
  if ((settings->width == 0) != (settings->height == 0))
    settings->width = settings->height = 0;
  read_uint (from, "count", 1, (guint) arra_field (ARRA_FIELD_COUNT)->high, &settings->count);
}

static void
read_seed (ArraSettings *settings, const Section *from)
{
  read_uint64 (from, "seed", &settings->seed);
  read_uint (from, "first", 0, (guint) arra_field (ARRA_FIELD_FIRST)->high, &settings->first);
  read_switch (from, "keep-seed", &settings->keep_seed);
}

static void
read_sampling (ArraSettings *settings, const Section *from)
{
  read_switch (from, "sampled", &settings->sampled);
  read_switch (from, "around-layer", &settings->around_layer);
  read_double (from, "vary", 0.01, 1, &settings->vary);
  read_field (from, "guidance-scale", ARRA_FIELD_GUIDANCE_SCALE, &settings->guidance_scale);
  read_field (from, "temperature", ARRA_FIELD_TEMPERATURE, &settings->temperature);
  read_field (from, "top-p", ARRA_FIELD_TOP_P, &settings->top_p);
  read_uint (from, "top-k", 0, (guint) arra_field (ARRA_FIELD_TOP_K)->most, &settings->top_k);
  read_int (from, "cfg-interval", -1, ARRA_CFG_INTERVAL_MAX, &settings->cfg_interval);
}

void
arra_settings_read_form (ArraSettings *settings, GKeyFile *keys, const char *group)
{
  const Section from = { keys, group };
  g_autofree char *mode = NULL;

  read_text (&from, "checkpoint", &settings->checkpoint);
  read_picture (settings, &from);
  read_sampling (settings, &from);
  read_text (&from, "insert", &mode);
  if (mode != NULL)
    arra_insert_mode_parse (mode, &settings->mode);
}

static void
read_window (ArraSettings *settings, const Section *from)
{
  guint width = (guint) settings->window_width, height = (guint) settings->window_height;
  guint x = NOWHERE, y = NOWHERE, divider = (guint) settings->divider;

  read_uint (from, "window-width", 200, 20000, &width);
  read_uint (from, "window-height", 200, 20000, &height);
  read_uint (from, "window-x", 0, NOWHERE - 1, &x);
  read_uint (from, "window-y", 0, NOWHERE - 1, &y);
  read_uint (from, "divider", 100, 20000, &divider);
  settings->placed = x != NOWHERE && y != NOWHERE;
  settings->window_x = settings->placed ? (int) x : 0;
  settings->window_y = settings->placed ? (int) y : 0;
  settings->divider = (int) divider;
  settings->window_width = (int) width;
  settings->window_height = (int) height;
}

void
arra_settings_load (ArraSettings *settings, const char *path)
{
  const Section from = { settings->keys, GROUP };

  if (path == NULL || !arra_keys_load (settings->keys, path))
    return;
  read_switch (&from, "remember", &settings->remember);
  if (settings->remember)
    {
      read_text (&from, "prompt", &settings->prompt);
      arra_history_load (settings->history, settings->keys);
    }
  read_folders (settings);
  read_text (&from, "text-encoder", &settings->text_encoder);
  arra_settings_read_form (settings, settings->keys, GROUP);
  read_seed (settings, &from);
  read_switch (&from, "record", &settings->record);
  read_switch (&from, "gallery", &settings->gallery);
  read_switch (&from, "rank", &settings->rank);
  read_switch (&from, "advanced", &settings->advanced);
  read_window (settings, &from);
}

/* ---- writing */

static void
write_text (GKeyFile *keys, const char *group, const char *key, const char *text)
{
  if (text == NULL)
    g_key_file_remove_key (keys, group, key, NULL);
  else
    g_key_file_set_string (keys, group, key, text);
}

void
arra_settings_write_form (const ArraSettings *settings, GKeyFile *keys, const char *group)
{
  write_text (keys, group, "checkpoint", settings->checkpoint);
  g_key_file_set_boolean (keys, group, "sized", settings->sized);
  g_key_file_set_uint64 (keys, group, "width", settings->width);
  g_key_file_set_uint64 (keys, group, "height", settings->height);
  write_text (keys, group, "seamless", arra_seamless_name (settings->seamless));
  g_key_file_set_uint64 (keys, group, "count", settings->count);
  g_key_file_set_boolean (keys, group, "sampled", settings->sampled);
  g_key_file_set_double (keys, group, "guidance-scale", settings->guidance_scale);
  g_key_file_set_double (keys, group, "temperature", settings->temperature);
  g_key_file_set_double (keys, group, "top-p", settings->top_p);
  g_key_file_set_uint64 (keys, group, "top-k", settings->top_k);
  g_key_file_set_integer (keys, group, "cfg-interval", settings->cfg_interval);
  g_key_file_set_boolean (keys, group, "around-layer", settings->around_layer);
  g_key_file_set_double (keys, group, "vary", settings->vary);
  write_text (keys, group, "insert", arra_insert_mode_name (settings->mode));
}

static void
write_window (const ArraSettings *settings, GKeyFile *keys)
{
  g_key_file_set_integer (keys, GROUP, "window-width", settings->window_width);
  g_key_file_set_integer (keys, GROUP, "window-height", settings->window_height);
  g_key_file_set_integer (keys, GROUP, "divider", settings->divider);
  if (!settings->placed)
    return;
  g_key_file_set_integer (keys, GROUP, "window-x", settings->window_x);
  g_key_file_set_integer (keys, GROUP, "window-y", settings->window_y);
}

static void
write_all (ArraSettings *settings)
{
  GKeyFile *keys = settings->keys;
  g_autoptr (ArraHistory) empty = arra_history_new ();

  write_text (keys, GROUP, "prompt", settings->remember ? settings->prompt : NULL);
  arra_history_store (settings->remember ? settings->history : empty, keys);
  g_key_file_set_string_list (keys, GROUP, "folders", (const char *const *) settings->folders,
                              g_strv_length (settings->folders));
  write_text (keys, GROUP, "text-encoder", settings->text_encoder);
  arra_settings_write_form (settings, keys, GROUP);
  g_key_file_set_uint64 (keys, GROUP, "seed", settings->seed);
  g_key_file_set_uint64 (keys, GROUP, "first", settings->first);
  g_key_file_set_boolean (keys, GROUP, "keep-seed", settings->keep_seed);
  g_key_file_set_boolean (keys, GROUP, "record", settings->record);
  g_key_file_set_boolean (keys, GROUP, "remember", settings->remember);
  g_key_file_set_boolean (keys, GROUP, "gallery", settings->gallery);
  g_key_file_set_boolean (keys, GROUP, "rank", settings->rank);
  g_key_file_set_boolean (keys, GROUP, "advanced", settings->advanced);
  write_window (settings, keys);
}

gboolean
arra_settings_save (ArraSettings *settings, const char *path, GError **error)
{
  write_all (settings);
  return arra_keys_save (settings->keys, path, error);
}

/* ---- what was measured, and folders */

/* (transfer full): "FINGERPRINT", "FINGERPRINT-parts" and so on */
static char *
pace_key (const char *fingerprint, ArraPaceKind kind)
{
  static const char *const kinds[] = { "", "-parts", "-seamless" };

  return g_strconcat (fingerprint, kinds[kind], NULL);
}

static double
get_pace (const ArraSettings *settings, const char *fingerprint, ArraPaceKind kind)
{
  g_autofree char *key = pace_key (fingerprint, kind);
  double pace = g_key_file_get_double (settings->keys, PACE_GROUP, key, NULL);

  return isfinite (pace) && pace > 0 && pace < 1e6 ? pace : 0;
}

double
arra_settings_get_pace (const ArraSettings *settings, const char *fingerprint, ArraPaceKind kind)
{
  /* how much longer a token takes than one of a picture in one piece: guessed, until a picture of the kind was made
   * here */
  static const double usual[] = { 1, 1.5, 2.5 };
  double pace = get_pace (settings, fingerprint, kind);

  for (guint other = 0; pace <= 0 && other < G_N_ELEMENTS (usual); other++)
    pace = get_pace (settings, fingerprint, (ArraPaceKind) other) / usual[other] * usual[kind];
  return pace;
}

void
arra_settings_set_pace (ArraSettings *settings, const char *fingerprint, ArraPaceKind kind, double seconds_per_token)
{
  g_autofree char *key = pace_key (fingerprint, kind);

  if (isfinite (seconds_per_token) && seconds_per_token > 0)
    g_key_file_set_double (settings->keys, PACE_GROUP, key, seconds_per_token);
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
