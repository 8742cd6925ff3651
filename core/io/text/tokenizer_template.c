/* tokenizer_template.c - the special tokens around a text, and the decoder, as a tokenizer.json states them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tokenizer_private.h"

#include <string.h>

#include "fail.h"
#include "jsonguard.h"
#include "tokenizer_steps.h"
#include "utf8.h"

static gboolean
add_id (ArraTokenizer *tokenizer, JsonNode *node, gboolean after, const char *name, GError **error)
{
  guint32 *list = after ? tokenizer->suffix : tokenizer->prefix;
  guint *n = after ? &tokenizer->n_suffix : &tokenizer->n_prefix;
  gint64 id = json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node) : -1;

  if (id < 0 || id >= ARRA_MAX_TOKENS || arra_vocab_get (&tokenizer->vocab, (guint32) id) == NULL)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: a special token's id is not in the vocabulary", name);
  if (*n == ARRA_MAX_TEMPLATE)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: more than %d special tokens", name, ARRA_MAX_TEMPLATE);
  list[(*n)++] = (guint32) id;
  return TRUE;
}

/* {"id": NAME}: its ids are special_tokens.NAME.ids. */
static gboolean
add_special (ArraTokenizer *tokenizer,
             JsonObject *item,
             JsonObject *specials,
             gboolean after,
             const char *name,
             GError **error)
{
  const char *key = arra_json_get_string (item, name, "id", error);
  JsonObject *special = key != NULL ? arra_json_get_object (specials, name, key, error) : NULL;
  JsonArray *ids = special != NULL ? arra_json_get_array (special, name, "ids", error) : NULL;

  if (ids == NULL)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (ids); i++)
    if (!add_id (tokenizer, json_array_get_element (ids, i), after, name, error))
      return FALSE;
  return TRUE;
}

/* One entry of "single": {"SpecialToken": ...}, or {"Sequence": {"id": "A"}}, which must come once. */
static gboolean
add_item (ArraTokenizer *tokenizer,
          JsonNode *node,
          JsonObject *specials,
          gboolean *after,
          const char *name,
          GError **error)
{
  JsonObject *item = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL, *inner;
  const char *id;

  if (item != NULL && json_object_has_member (item, "SpecialToken"))
    {
      inner = arra_json_get_object (item, name, "SpecialToken", error);
      return inner != NULL && add_special (tokenizer, inner, specials, *after, name, error);
    }
  inner = item != NULL ? arra_json_get_object (item, name, "Sequence", error) : NULL;
  id = inner != NULL ? arra_json_get_string (inner, name, "id", error) : NULL;
  if (item != NULL && id == NULL)
    return FALSE;
  if (item == NULL || strcmp (id, "A") != 0 || *after)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: the template must hold the text once", name);
  *after = TRUE;
  return TRUE;
}

static gboolean
load_template (ArraTokenizer *tokenizer, JsonObject *processor, const char *name, GError **error)
{
  JsonObject *specials;
  JsonArray *single;
  gboolean after = FALSE;

  if (tokenizer->n_prefix + tokenizer->n_suffix > 0)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: a second template is not supported", name);
  single = arra_json_get_array (processor, name, "single", error);
  specials = single != NULL ? arra_json_get_object (processor, name, "special_tokens", error) : NULL;
  if (specials == NULL)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (single); i++)
    if (!add_item (tokenizer, json_array_get_element (single, i), specials, &after, name, error))
      return FALSE;
  return after || arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: the template must hold the text once", name);
}

/* ByteLevel moves offsets, which nobody asks for. */
static gboolean
load_processor (JsonObject *processor, const char *name, gpointer data, GError **error)
{
  const char *type = json_object_get_string_member (processor, "type");
  g_autofree char *quoted = NULL;

  if (strcmp (type, "ByteLevel") == 0)
    return TRUE;
  if (strcmp (type, "TemplateProcessing") == 0)
    return load_template (data, processor, name, error);
  quoted = arra_quote (type, strlen (type));
  return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: type %s is not supported", name, quoted);
}

/* Texts are decoded from the alphabet of bytes, whether a step says so or none does, unless Metaspace says how spaces
 * are written. */
static gboolean
load_decoder (JsonObject *decoder, const char *name, gpointer data, GError **error)
{
  ArraTokenizer *tokenizer = data;
  const char *type = json_object_get_string_member (decoder, "type");
  g_autofree char *quoted = arra_quote (type, strlen (type));

  if (strcmp (type, "Metaspace") == 0 && tokenizer->decoder.pattern.text == NULL)
    return arra_metaspace_load (&tokenizer->decoder, decoder, name, error);
  return strcmp (type, "ByteLevel") == 0 || strcmp (type, "Fuse") == 0
         || arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: decoder %s is not supported", name, quoted);
}

gboolean
arra_tokenizer_load_template (ArraTokenizer *tokenizer, JsonObject *root, const char *name, GError **error)
{
  return arra_tokenizer_steps (root, "decoder", "decoders", name, load_decoder, tokenizer, error)
         && arra_tokenizer_steps (root, "post_processor", "processors", name, load_processor, tokenizer, error);
}
