/* pretokenize_load.c - the pre_tokenizer of a tokenizer.json, checked
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "pretokenize.h"

#include <string.h>

#include "fail.h"
#include "jsonguard.h"
#include "mem.h"
#include "utf8.h"

static gboolean
fail_value (GError **error, ArraError code, const char *name, const char *what, const char *value)
{
  g_autofree char *quoted = arra_quote (value, strlen (value));

  return arra_fail (error, code, "%s: %s %s is not supported", name, what, quoted);
}

static gboolean
load_behavior (ArraPreStep *step, JsonObject *object, const char *name, GError **error)
{
  static const struct
  {
    const char *name;
    ArraSplitBehavior behavior;
  } behaviors[] = {
    { "Removed", ARRA_SPLIT_REMOVED },
    { "Isolated", ARRA_SPLIT_ISOLATED },
    { "MergedWithPrevious", ARRA_SPLIT_MERGED_WITH_PREVIOUS },
    { "MergedWithNext", ARRA_SPLIT_MERGED_WITH_NEXT },
    { "Contiguous", ARRA_SPLIT_CONTIGUOUS },
  };
  const char *text = arra_json_get_string (object, name, "behavior", error);

  if (text == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (behaviors); i++)
    if (strcmp (text, behaviors[i].name) == 0)
      {
        step->behavior = behaviors[i].behavior;
        return TRUE;
      }
  return fail_value (error, ARRA_ERROR_UNSUPPORTED, name, "behavior", text);
}

/* {"Regex": "..."} or {"String": "..."} */
static gboolean
load_pattern (ArraPreStep *step, JsonObject *object, const char *name, GError **error)
{
  JsonObject *pattern = arra_json_get_object (object, name, "pattern", error);
  const char *text;

  if (pattern == NULL)
    return FALSE;
  step->kind = json_object_has_member (pattern, "Regex") ? ARRA_PRE_REGEX : ARRA_PRE_STRING;
  text = arra_json_get_string (pattern, name, step->kind == ARRA_PRE_REGEX ? "Regex" : "String", error);
  if (text == NULL)
    return FALSE;
  if (strlen (text) > ARRA_MAX_PATTERN_BYTES)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: a pattern is longer than %d bytes", name,
                      ARRA_MAX_PATTERN_BYTES);
  step->pattern = arra_mem_strndup (text, strlen (text), "pattern", error);
  if (step->pattern == NULL)
    return FALSE;
  if (step->kind == ARRA_PRE_REGEX)
    step->regex = arra_pattern_compile (step->pattern, ARRA_SHORT_TEXT, name, error);
  return step->kind == ARRA_PRE_STRING || step->regex != NULL;
}

static gboolean
load_split (ArraPreStep *step, JsonObject *object, const char *name, GError **error)
{
  return load_pattern (step, object, name, error) && load_behavior (step, object, name, error)
         && arra_json_get_bool_default (object, name, "invert", FALSE, &step->invert, error);
}

static gboolean
load_digits (ArraPreStep *step, JsonObject *object, const char *name, GError **error)
{
  gboolean individual;

  if (!arra_json_get_bool_default (object, name, "individual_digits", FALSE, &individual, error))
    return FALSE;
  step->kind = ARRA_PRE_DIGITS;
  step->behavior = individual ? ARRA_SPLIT_ISOLATED : ARRA_SPLIT_CONTIGUOUS;
  return TRUE;
}

static gboolean
load_punctuation (ArraPreStep *step, JsonObject *object, const char *name, GError **error)
{
  step->kind = ARRA_PRE_PUNCTUATION;
  step->behavior = ARRA_SPLIT_ISOLATED;
  return !json_object_has_member (object, "behavior") || load_behavior (step, object, name, error);
}

static gboolean
load_byte_level (ArraPreStep *step, JsonObject *object, const char *name, GError **error)
{
  step->kind = ARRA_PRE_BYTE_LEVEL;
  step->behavior = ARRA_SPLIT_ISOLATED;
  return arra_json_get_bool_default (object, name, "add_prefix_space", TRUE, &step->prefix_space, error)
         && arra_json_get_bool_default (object, name, "use_regex", TRUE, &step->gpt2_words, error);
}

static gboolean
load_step (ArraPretokenizer *pre, JsonObject *object, const char *name, GError **error)
{
  static const struct
  {
    const char *type;
    gboolean (*load) (ArraPreStep *step, JsonObject *object, const char *name, GError **error);
  } loaders[] = {
    { "Split", load_split },
    { "Digits", load_digits },
    { "Punctuation", load_punctuation },
    { "ByteLevel", load_byte_level },
  };
  const char *type = arra_json_get_string (object, name, "type", error);

  if (type == NULL)
    return FALSE;
  if (pre->n == ARRA_MAX_PRE_STEPS)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: more than %d steps", name, ARRA_MAX_PRE_STEPS);
  if (pre->n > 0 && pre->steps[pre->n - 1].kind == ARRA_PRE_BYTE_LEVEL)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: a step after ByteLevel is not supported", name);
  for (gsize i = 0; i < G_N_ELEMENTS (loaders); i++)
    if (strcmp (type, loaders[i].type) == 0)
      {
        pre->steps[pre->n].name = g_strdup (name);
        return loaders[i].load (&pre->steps[pre->n++], object, name, error);
      }
  return fail_value (error, ARRA_ERROR_UNSUPPORTED, name, "type", type);
}

static gboolean
load_sequence (ArraPretokenizer *pre, JsonObject *object, const char *name, GError **error)
{
  JsonArray *list = arra_json_get_array (object, name, "pretokenizers", error);

  if (list == NULL)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_autofree char *step_name = g_strdup_printf ("%s %u", name, i);
      JsonNode *node = json_array_get_element (list, i);

      if (!JSON_NODE_HOLDS_OBJECT (node))
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s is not an object", step_name);
      if (!load_step (pre, json_node_get_object (node), step_name, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
arra_pretokenizer_load (ArraPretokenizer *pre, JsonObject *root, const char *name, GError **error)
{
  g_autofree char *context = g_strdup_printf ("%s: pre_tokenizer", name);
  JsonObject *object = arra_json_get_object (root, name, "pre_tokenizer", error);
  const char *type = object != NULL ? arra_json_get_string (object, context, "type", error) : NULL;
  gboolean ok = type != NULL;

  if (ok && strcmp (type, "Sequence") == 0)
    ok = load_sequence (pre, object, context, error);
  else if (ok)
    ok = load_step (pre, object, context, error);
  if (ok && (pre->n == 0 || pre->steps[pre->n - 1].kind != ARRA_PRE_BYTE_LEVEL))
    ok = arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: without a last step ByteLevel it is not supported",
                    context);
  return ok;
}
