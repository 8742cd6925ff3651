/* pretokenize_load.c - the pre_tokenizer of a tokenizer.json, checked
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "pretokenize.h"

#include <string.h>

#include "fail.h"
#include "jsonguard.h"
#include "mem.h"
#include "tokenizer_steps.h"
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
load_step (JsonObject *object, const char *name, gpointer data, GError **error)
{
  ArraPretokenizer *pre = data;
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

gboolean
arra_pretokenizer_load (ArraPretokenizer *pre, JsonObject *root, const char *name, GError **error)
{
  if (arra_json_get_object (root, name, "pre_tokenizer", error) == NULL
      || !arra_tokenizer_steps (root, "pre_tokenizer", "pretokenizers", name, load_step, pre, error))
    return FALSE;
  return (pre->n > 0 && pre->steps[pre->n - 1].kind == ARRA_PRE_BYTE_LEVEL)
         || arra_fail (error, ARRA_ERROR_UNSUPPORTED,
                       "%s: pre_tokenizer: without a last step ByteLevel it is not supported", name);
}
