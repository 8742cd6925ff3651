/* tokenizer_config.c - what transformers' tokenizer_config.json adds to a tokenizer.json
 *
 * Source: transformers' LlamaTokenizerFast.update_post_processor.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tokenizer_private.h"

#include <string.h>

#include "fail.h"
#include "jsonguard.h"
#include "mem.h"

#define LONG_INTEGER 19 /* digits from which on an integer may be beyond 64 bits */

/* Integers that may be beyond 64 bits become fractions: the usual model_max_length is 10^30, which nobody
 * here asks for. */
static char *
widen_integers (const char *text, gsize size, gsize *widened, GError **error)
{
  char *out = arra_mem_new (size + 2 * (size / LONG_INTEGER) + 1, 1, "tokenizer_config.json", error);
  gboolean in_text = FALSE, in_fraction = FALSE; /* in_fraction: a number's, or its exponent */
  gsize digits = 0, n = 0;

  for (gsize i = 0; out != NULL && i < size; i++)
    {
      gboolean is_digit = !in_text && g_ascii_isdigit (text[i]);

      if (!is_digit)
        in_fraction = memchr (in_fraction ? ".eE+-" : ".eE", text[i], in_fraction ? 5 : 3) != NULL
                      && (in_fraction || digits > 0);
      if (digits >= LONG_INTEGER && !is_digit && !in_fraction)
        {
          out[n++] = '.';
          out[n++] = '0';
        }
      digits = is_digit && !in_fraction ? digits + 1 : 0;
      out[n++] = text[i];
      if (in_text && text[i] == '\\' && i + 1 < size)
        out[n++] = text[++i];
      else if (text[i] == '"')
        in_text = !in_text;
    }
  *widened = n;
  return out;
}

/* A special token: its text, or an object with "content" */
static const char *
token_text (JsonObject *root, const char *key, const char *name, GError **error)
{
  JsonNode *node = json_object_get_member (root, key);

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return arra_json_get_string (root, name, key, error);
  return arra_json_get_string (json_node_get_object (node), name, "content", error);
}

static gboolean
set_token (const ArraTokenizer *tokenizer,
           JsonObject *root,
           const char *key,
           gboolean wanted,
           guint32 *ids,
           guint *n,
           const char *name,
           GError **error)
{
  const char *text;

  *n = wanted ? 1 : 0;
  if (!wanted)
    return TRUE;
  text = token_text (root, key, name, error);
  if (text == NULL)
    return FALSE;
  return arra_tokenizer_id (tokenizer, text, ids)
         || arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"%s\" is not in the vocabulary", name, key);
}

static gboolean
is_llama (JsonObject *root, const char *name, gboolean *is, GError **error)
{
  const char *class;

  *is = FALSE;
  if (!json_object_has_member (root, "tokenizer_class") || json_object_get_null_member (root, "tokenizer_class"))
    return TRUE;
  class = arra_json_get_string (root, name, "tokenizer_class", error);
  *is = class != NULL && (strcmp (class, "LlamaTokenizer") == 0 || strcmp (class, "LlamaTokenizerFast") == 0);
  return class != NULL;
}

gboolean
arra_tokenizer_configure (ArraTokenizer *tokenizer, const char *json, gsize size, const char *name, GError **error)
{
  gsize widened;
  g_automem char *text = widen_integers (json, size, &widened, error);
  JsonObject *root;
  g_autoptr (JsonParser) parser = text != NULL ? arra_json_parse (text, widened, name, &root, error) : NULL;
  gboolean llama, bos, eos;

  if (parser == NULL || !is_llama (root, name, &llama, error))
    return FALSE;
  if (!llama)
    return TRUE;
  return arra_json_get_bool_default (root, name, "add_bos_token", TRUE, &bos, error)
         && arra_json_get_bool_default (root, name, "add_eos_token", FALSE, &eos, error)
         && set_token (tokenizer, root, "bos_token", bos, tokenizer->prefix, &tokenizer->n_prefix, name, error)
         && set_token (tokenizer, root, "eos_token", eos, tokenizer->suffix, &tokenizer->n_suffix, name, error);
}
