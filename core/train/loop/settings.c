/* settings.c - values of a training's configuration that may be left out
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "settings.h"

#include "fail.h"

gboolean
arra_setting_uint (const ArraYaml *config, const char *key, guint64 min, guint64 max, guint64 *out, GError **error)
{
  gint64 value;

  if (!arra_yaml_has (config, key))
    return TRUE;
  if (!arra_yaml_get_int (config, key, (gint64) MIN (min, G_MAXINT64), (gint64) MIN (max, G_MAXINT64), &value, error))
    return FALSE;
  *out = (guint64) value;
  return TRUE;
}

gboolean
arra_setting_number (const ArraYaml *config, const char *key, guint min, guint max, guint *out, GError **error)
{
  guint64 value = *out;

  if (!arra_setting_uint (config, key, min, max, &value, error))
    return FALSE;
  *out = (guint) value;
  return TRUE;
}

gboolean
arra_setting_double (const ArraYaml *config, const char *key, double min, double max, double *out, GError **error)
{
  return !arra_yaml_has (config, key) || arra_yaml_get_double (config, key, min, max, out, error);
}

gboolean
arra_setting_bool (const ArraYaml *config, const char *key, gboolean *out, GError **error)
{
  return !arra_yaml_has (config, key) || arra_yaml_get_bool (config, key, out, error);
}

gboolean
arra_setting_choice (const ArraYaml *config, const char *key, const char *const *names, guint *out, GError **error)
{
  g_autofree char *all = NULL;
  const char *text;

  if (!arra_yaml_has (config, key))
    return TRUE;
  text = arra_yaml_get_string (config, key, error);
  if (text == NULL)
    return FALSE;
  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_equal (text, names[i]))
      {
        *out = i;
        return TRUE;
      }
  all = g_strjoinv (", ", (char **) names);
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"%s\" is '%s', not one of %s", arra_yaml_path (config), key,
                    text, all);
}

gboolean
arra_setting_path (const ArraYaml *config, const char *key, char **out, GError **error)
{
  const char *text;
  g_autofree char *folder = NULL;

  if (!arra_yaml_has (config, key))
    return TRUE;
  text = arra_yaml_get_string (config, key, error);
  if (text == NULL)
    return FALSE;
  if (*text == '\0')
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"%s\" is empty", arra_yaml_path (config), key);
  folder = g_path_get_dirname (arra_yaml_path (config));
  g_free (*out);
  *out = g_path_is_absolute (text) || g_str_equal (folder, ".") ? g_strdup (text)
                                                                : g_build_filename (folder, text, NULL);
  return TRUE;
}

gboolean
arra_setting_file (const ArraYaml *config, const char *key, char **out, GError **error)
{
  if (!arra_setting_path (config, key, out, error))
    return FALSE;
  if (!arra_yaml_has (config, key) || g_file_test (*out, G_FILE_TEST_EXISTS))
    return TRUE;
  return arra_fail (error, ARRA_ERROR_NOT_FOUND,
                    "%s: \"%s\": there is no file or folder %s; --set %s=PATH names another", arra_yaml_path (config),
                    key, *out, key);
}
