/* classifier_config.c - the shape of a classifier and what its values mean: config.json
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "classifier.h"
#include "fail.h"
#include "jsonguard.h"
#include "jsonpython.h"
#include "jsonwriter.h"

#define MODEL_TYPE "arra-classifier"
#define MAX_SIZE 1024
#define MAX_CHANNELS 1024
#define MAX_TEXT 128 /* bytes of a name */

guint
arra_classifier_width (const ArraClassifierConfig *config)
{
  return config->channels[config->n_levels - 1];
}

guint
arra_classifier_n_values (const ArraClassifierConfig *config)
{
  return config->starts[config->n_attributes];
}

void
arra_classifier_config_clear (ArraClassifierConfig *config)
{
  for (guint i = 0; config->attributes != NULL && i < config->n_attributes; i++)
    {
      g_free (config->attributes[i].name);
      g_strfreev (config->attributes[i].values);
    }
  g_clear_pointer (&config->attributes, g_free);
}

void
arra_classifier_config_set_attributes (ArraClassifierConfig *config, const ArraClassifierAttribute *attributes, guint n)
{
  config->n_attributes = n;
  config->attributes = g_new0 (ArraClassifierAttribute, n + 1);
  for (guint i = 0; i < n; i++)
    {
      config->attributes[i].name = g_strdup (attributes[i].name);
      config->attributes[i].values = g_strdupv (attributes[i].values);
    }
}

/* ---- checking */

gboolean
arra_classifier_config_check_shape (const ArraClassifierConfig *config, const char *name, GError **error)
{
  if (config->n_levels < 1 || config->n_levels > ARRA_CLASSIFIER_LEVELS)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"channels\" has %u entries; 1 to %d can be used", name,
                      config->n_levels, ARRA_CLASSIFIER_LEVELS);
  if (config->size < 2 || config->size > MAX_SIZE || config->size % (1u << config->n_levels) != 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"size\" is %u; multiples of %u up to %d can be used", name,
                      config->size, 1u << config->n_levels, MAX_SIZE);
  if (config->colours != 1 && config->colours != 3)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"colours\" is %u, not 1 or 3", name, config->colours);
  for (guint i = 0; i < config->n_levels; i++)
    if (config->norm_groups < 1 || config->channels[i] < 1 || config->channels[i] > MAX_CHANNELS
        || config->channels[i] % config->norm_groups != 0)
      return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                        "%s: %u channels in %u groups: multiples of \"norm_groups\" up to %d can be used", name,
                        config->channels[i], config->norm_groups, MAX_CHANNELS);
  return TRUE;
}

gboolean
arra_classifier_config_check (ArraClassifierConfig *config, const char *name, GError **error)
{
  if (!arra_classifier_config_check_shape (config, name, error))
    return FALSE;
  if (config->n_attributes < 1 || config->n_attributes > ARRA_CLASSIFIER_ATTRIBUTES)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %u attributes; 1 to %d can be used", name,
                      config->n_attributes, ARRA_CLASSIFIER_ATTRIBUTES);
  for (guint i = 0; i < config->n_attributes; i++)
    {
      guint n = g_strv_length (config->attributes[i].values);

      if (n < 1 || n > ARRA_CLASSIFIER_VALUES)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: attribute %s has %u values; 1 to %d can be used", name,
                          config->attributes[i].name, n, ARRA_CLASSIFIER_VALUES);
      config->starts[i + 1] = config->starts[i] + n;
    }
  return TRUE;
}

/* ---- reading */

static gboolean
read_number (JsonObject *object, const char *path, const char *key, gint64 max, guint *out, GError **error)
{
  gint64 value;

  if (!arra_json_get_int (object, path, key, 1, max, &value, error))
    return FALSE;
  *out = (guint) value;
  return TRUE;
}

static gboolean
read_channels (ArraClassifierConfig *config, JsonObject *object, const char *path, GError **error)
{
  JsonArray *list = arra_json_get_array (object, path, "channels", error);
  guint n = list != NULL ? json_array_get_length (list) : 0;

  if (list == NULL)
    return FALSE;
  config->n_levels = n;
  for (guint i = 0; i < MIN (n, ARRA_CLASSIFIER_LEVELS); i++)
    {
      JsonNode *node = json_array_get_element (list, i);
      gint64 value = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_int (node) : 0;

      config->channels[i] = (guint) CLAMP (value, 0, MAX_CHANNELS + 1);
    }
  return TRUE;
}

/* A list of short texts; (transfer full) (nullable) */
static char **
read_values (JsonObject *object, const char *path, GError **error)
{
  JsonArray *list = arra_json_get_array (object, path, "values", error);
  guint n = list != NULL ? json_array_get_length (list) : 0;
  g_auto (GStrv) values = NULL;

  if (list == NULL)
    return NULL;
  values = g_new0 (char *, MIN (n, ARRA_CLASSIFIER_VALUES + 1) + 1);
  for (guint i = 0; i < MIN (n, ARRA_CLASSIFIER_VALUES + 1); i++)
    {
      JsonNode *node = json_array_get_element (list, i);
      const char *text = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;

      if (text == NULL || strlen (text) > MAX_TEXT)
        {
          arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: a value of an attribute is no short text", path);
          return NULL;
        }
      values[i] = g_strdup (text);
    }
  return g_steal_pointer (&values);
}

static gboolean
read_attribute (ArraClassifierAttribute *attribute, JsonNode *node, const char *path, GError **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *name;

  if (object == NULL)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: an attribute is no object", path);
  name = arra_json_get_string (object, path, "name", error);
  if (name == NULL)
    return FALSE;
  if (strlen (name) > MAX_TEXT)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the name of an attribute is too long", path);
  attribute->name = g_strdup (name);
  attribute->values = read_values (object, path, error);
  return attribute->values != NULL;
}

static gboolean
read_attributes (ArraClassifierConfig *config, JsonObject *object, const char *path, GError **error)
{
  JsonArray *list = arra_json_get_array (object, path, "attributes", error);
  guint n = list != NULL ? json_array_get_length (list) : 0;

  if (list == NULL)
    return FALSE;
  if (n > ARRA_CLASSIFIER_ATTRIBUTES)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %u attributes; at most %d can be used", path, n,
                      ARRA_CLASSIFIER_ATTRIBUTES);
  config->attributes = g_new0 (ArraClassifierAttribute, n + 1);
  for (guint i = 0; i < n; i++)
    {
      config->n_attributes = i + 1;
      if (!read_attribute (&config->attributes[i], json_array_get_element (list, i), path, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_type (JsonObject *object, const char *path, GError **error)
{
  const char *type = arra_json_get_string (object, path, "model_type", error);

  if (type == NULL)
    return FALSE;
  if (!g_str_equal (type, MODEL_TYPE))
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: model_type is not %s: this is no classifier", path,
                      MODEL_TYPE);
  return TRUE;
}

gboolean
arra_classifier_config_load (ArraClassifierConfig *config, const char *path, GError **error)
{
  JsonObject *object;
  g_autoptr (JsonParser) parser = arra_json_parse_config (path, &object, error);

  *config = (ArraClassifierConfig) { 0 };
  if (parser == NULL)
    return FALSE;
  if (read_type (object, path, error) && read_number (object, path, "size", MAX_SIZE, &config->size, error)
      && read_number (object, path, "colours", 3, &config->colours, error)
      && read_number (object, path, "norm_groups", MAX_CHANNELS, &config->norm_groups, error)
      && read_channels (config, object, path, error) && read_attributes (config, object, path, error)
      && arra_classifier_config_check (config, path, error))
    return TRUE;
  arra_classifier_config_clear (config);
  return FALSE;
}

/* ---- writing */

static void
put_attribute (ArraJsonWriter *json, const ArraClassifierAttribute *attribute)
{
  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "name", attribute->name);
  arra_json_begin_array_as (json, "values", ARRA_JSON_LINE);
  for (char **value = attribute->values; *value != NULL; value++)
    arra_json_put_string (json, NULL, *value);
  arra_json_end_array (json);
  arra_json_end_object (json);
}

gboolean
arra_classifier_config_save (const ArraClassifierConfig *config, const char *path, GError **error)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "model_type", MODEL_TYPE);
  arra_json_put_uint (json, "size", config->size);
  arra_json_put_uint (json, "colours", config->colours);
  arra_json_put_ids (json, "channels", config->channels, config->n_levels);
  arra_json_put_uint (json, "norm_groups", config->norm_groups);
  arra_json_begin_array (json, "attributes");
  for (guint i = 0; i < config->n_attributes; i++)
    put_attribute (json, &config->attributes[i]);
  arra_json_end_array (json);
  arra_json_end_object (json);
  return arra_json_writer_save (json, path, error);
}
