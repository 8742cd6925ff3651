/* recipe_read.c - a recipe read back: every value checked, for it may come from anybody
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "recipe_read.h"

#include <arra-prompt.h>
#include <string.h>

#include "fail.h"
#include "fields.h"
#include "jsonguard.h"
#include "mem.h"
#include "picture_format.h"
#include "png_text.h"
#include "request.h"
#include "request_mosaic.h"
#include "session_together.h"

#define VERSION 1
#define NAME "recipe"

/* Not there: NULL without an error. */
static gboolean
read_text (const ArraRecipe *recipe, const char *key, const char **text, GError **error)
{
  *text = NULL;
  if (!json_object_has_member (recipe->root, key) || json_object_get_null_member (recipe->root, key))
    return TRUE;
  *text = arra_json_get_string (recipe->root, recipe->name, key, error);
  return *text != NULL;
}

static gboolean
read_uint (const ArraRecipe *recipe, const char *key, guint *value, GError **error)
{
  gint64 number;

  if (!arra_json_get_int (recipe->root, recipe->name, key, 0, G_MAXUINT32, &number, error))
    return FALSE;
  *value = (guint) number;
  return TRUE;
}

static gboolean
read_seed (const ArraRecipe *recipe, guint64 *seed, GError **error)
{
  const char *text = arra_json_get_string (recipe->root, recipe->name, "seed", error);

  if (text == NULL)
    return FALSE;
  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, seed, NULL))
    return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"seed\" is no whole number between 0 and 2^64 - 1",
                    recipe->name);
}

/* Not there: all tokens are guided. */
static gboolean
read_interval (ArraRecipe *recipe, GError **error)
{
  gint64 number;

  if (!arra_json_get_int_default (recipe->root, recipe->name, "cfg_interval", 0, G_MAXINT32 - 2, -1, &number, error))
    return FALSE;
  recipe->cfg_interval = (gint) number;
  return TRUE;
}

static gboolean
read_fields (const ArraRecipe *recipe, ArraRequest *request, ArraField first, ArraField last, GError **error)
{
  for (ArraField field = first; field <= last; field++)
    if (!arra_field_read (field, request, recipe->root, recipe->name, G_MAXUINT32, TRUE, error))
      return FALSE;
  return TRUE;
}

static gboolean
read_request (const ArraRecipe *recipe, ArraRequest *request, GError **error)
{
  return read_text (recipe, "prompt", &request->prompt, error)
         && read_text (recipe, "template", &request->prompt_template, error)
         && read_fields (recipe, request, ARRA_FIELD_COUNT, ARRA_FIELD_MAX_TOKENS, error)
         && read_seed (recipe, &request->seed, error);
}

static gboolean
read_known_code (const ArraRecipe *recipe, JsonArray *array, guint index, GError **error)
{
  JsonNode *node = json_array_get_element (array, index);
  const gboolean whole = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64;
  const gint64 code = whole ? json_node_get_int (node) : G_MININT64;

  if (code < ARRA_CODE_FREE || code > G_MAXINT32)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"known\": %u is neither a code nor -1", recipe->name,
                      index);
  recipe->known[index] = (gint32) code;
  return TRUE;
}

static gboolean
read_known (ArraRecipe *recipe, GError **error)
{
  ArraRequest *request = &recipe->request;
  JsonArray *array;
  guint n;

  if (!json_object_has_member (recipe->root, "known"))
    return TRUE;
  array = arra_json_get_array (recipe->root, recipe->name, "known", error);
  if (array == NULL || !read_uint (recipe, "known_rows", &request->known_rows, error)
      || !read_uint (recipe, "known_columns", &request->known_columns, error))
    return FALSE;
  n = json_array_get_length (array);
  if (n == 0 || (guint64) request->known_rows * request->known_columns != n)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"known\" has %u codes, not %u x %u", recipe->name, n,
                      request->known_columns, request->known_rows);
  recipe->known = g_new (gint32, n);
  for (guint i = 0; i < n; i++)
    if (!read_known_code (recipe, array, i, error))
      return FALSE;
  request->known = recipe->known;
  return TRUE;
}

/* Of a mosaic. */
static gboolean
read_mosaic (ArraRecipe *recipe, GError **error)
{
  ArraRequest *request = &recipe->request;
  gint64 seamless, tries, together;

  if (!arra_json_get_int_default (recipe->root, recipe->name, "seamless", 0, ARRA_SEAMLESS_X | ARRA_SEAMLESS_Y, 0,
                                  &seamless, error)
      || !arra_json_get_int_default (recipe->root, recipe->name, "tries", 0, ARRA_MAX_TRIES, 0, &tries, error)
      || !arra_json_get_int_default (recipe->root, recipe->name, "together", 1, ARRA_MOST_TOGETHER, 1, &together,
                                     error))
    return FALSE;
  request->seamless = (guint) seamless;
  request->tries = (guint) tries;
  request->together = (guint) together;
  return read_known (recipe, error);
}

static gboolean
check_ranges (const ArraRecipe *recipe, GError **error)
{
  g_autoptr (GError) fault = NULL;

  return arra_request_check_ranges (&recipe->request, &fault)
         || arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s", recipe->name, fault->message);
}

static gboolean
read_all (ArraRecipe *recipe, GError **error)
{
  gint64 version;

  if (!arra_json_get_int (recipe->root, recipe->name, "arra_tokens", VERSION, VERSION, &version, error))
    return FALSE;
  arra_request_init (&recipe->request, NULL);
  recipe->fingerprint = arra_json_get_string (recipe->root, recipe->name, "fingerprint", error);
  if (recipe->fingerprint == NULL)
    return FALSE;
  recipe->quant = arra_json_get_string (recipe->root, recipe->name, "quant", error);
  recipe->kv = json_object_has_member (recipe->root, "kv")
                   ? arra_json_get_string (recipe->root, recipe->name, "kv", error)
                   : arra_quant_name (ARRA_QUANT_F32);
  return recipe->quant != NULL && recipe->kv != NULL && read_request (recipe, &recipe->request, error)
         && read_mosaic (recipe, error) && read_interval (recipe, error) && check_ranges (recipe, error);
}

/* Takes @parser, which may be NULL after an error. */
static ArraRecipe *
read_parsed (JsonParser *parser, JsonObject *root, const char *name, GError **error)
{
  g_autoptr (ArraRecipe) recipe = NULL;

  if (parser == NULL)
    return NULL;
  recipe = g_new0 (ArraRecipe, 1);
  recipe->parser = parser;
  recipe->root = root;
  recipe->name = g_strdup (name);
  return read_all (recipe, error) ? g_steal_pointer (&recipe) : NULL;
}

ArraRecipe *
arra_recipe_parse (const char *json, gssize size, GError **error)
{
  JsonObject *root = NULL;
  JsonParser *parser;

  g_return_val_if_fail (json != NULL, NULL);
  parser = arra_json_parse (json, size < 0 ? strlen (json) : (gsize) size, NAME, &root, error);
  return read_parsed (parser, root, NAME, error);
}

JsonParser *
arra_recipe_parse_file (const char *path, JsonObject **root, GError **error)
{
  const ArraPictureFormat *format = arra_picture_format_inside (path);
  g_automem char *text = NULL;

  if (format == NULL)
    return arra_json_parse_file (path, root, error);
  text = arra_png_text (path, "parameters", NULL);
  if (text != NULL)
    return arra_json_parse (text, strlen (text), path, root, error);
  arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: is a picture (%s) that holds no recipe", path, format->name);
  return NULL;
}

ArraRecipe *
arra_recipe_read_file (const char *path, GError **error)
{
  JsonObject *root = NULL;
  JsonParser *parser = arra_recipe_parse_file (path, &root, error);

  return read_parsed (parser, root, path, error);
}

void
arra_recipe_free (ArraRecipe *recipe)
{
  if (recipe == NULL)
    return;
  g_object_unref (recipe->parser);
  g_free (recipe->known);
  g_free (recipe->name);
  g_free (recipe);
}

const ArraRequest *
arra_recipe_request (const ArraRecipe *recipe)
{
  g_return_val_if_fail (recipe != NULL, NULL);
  return &recipe->request;
}

const char *
arra_recipe_fingerprint (const ArraRecipe *recipe)
{
  g_return_val_if_fail (recipe != NULL, NULL);
  return recipe->fingerprint;
}

gint
arra_recipe_cfg_interval (const ArraRecipe *recipe)
{
  g_return_val_if_fail (recipe != NULL, -1);
  return recipe->cfg_interval;
}

JsonArray *
arra_recipe_answers (const ArraRecipe *recipe, GError **error)
{
  return arra_json_get_array (recipe->root, recipe->name, "answers", error);
}
