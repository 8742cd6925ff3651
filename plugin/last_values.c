/* last_values.c - the settings of the last run in a key file, for a host that keeps none
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "arguments.h"

#include <keys.h>

#define GROUP "last-values"

static void
load_one (GKeyFile *file, const PluginArgument *a, PluginSettings *settings)
{
  gpointer field = G_STRUCT_MEMBER_P (settings, a->offset);

  if (!g_key_file_has_key (file, GROUP, a->name, NULL))
    return;
  if (a->kind == PLUGIN_TEXT)
    {
      g_autofree char *text = g_key_file_get_string (file, GROUP, a->name, NULL);

      plugin_settings_set_text (settings, a, text);
    }
  else if (a->kind == PLUGIN_REAL)
    *(double *) field = g_key_file_get_double (file, GROUP, a->name, NULL);
  else
    *(int *) field = g_key_file_get_integer (file, GROUP, a->name, NULL);
}

void
plugin_settings_load (PluginSettings *settings, const char *path)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (!arra_keys_load (file, path))
    return;
  for (guint i = 0; i < plugin_n_arguments; i++)
    load_one (file, &plugin_arguments[i], settings);
}

static void
save_one (GKeyFile *file, const PluginArgument *a, gconstpointer field)
{
  if (a->kind == PLUGIN_TEXT)
    g_key_file_set_string (file, GROUP, a->name, *(char *const *) field);
  else if (a->kind == PLUGIN_REAL)
    g_key_file_set_double (file, GROUP, a->name, *(const double *) field);
  else
    g_key_file_set_integer (file, GROUP, a->name, *(const int *) field);
}

void
plugin_settings_save (const PluginSettings *settings, const char *path)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  for (guint i = 0; i < plugin_n_arguments; i++)
    save_one (file, &plugin_arguments[i], G_STRUCT_MEMBER_P (settings, plugin_arguments[i].offset));
  if (!settings->include_prompt)
    {
      g_key_file_remove_key (file, GROUP, "prompt", NULL);
      g_key_file_remove_key (file, GROUP, "phrase", NULL);
    }
  arra_keys_save (file, path, NULL);
}
