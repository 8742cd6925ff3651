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

static gboolean
load_split (ArraPreStep *step, JsonObject *object, const char *name, GError **error)
{
  gboolean ok = arra_pattern_load (&step->pattern, object, name, error);

  step->kind = step->pattern.regex != NULL ? ARRA_PRE_REGEX : ARRA_PRE_STRING;
  return ok && load_behavior (step, object, name, error)
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
         && arra_json_get_bool_default (object, name, "use_regex", TRUE, &step->words, error);
}

static gboolean
load_whitespace_split (ArraPreStep *step, JsonObject *object, const char *name, GError **error)
{
  step->kind = ARRA_PRE_WHITESPACE;
  step->behavior = ARRA_SPLIT_REMOVED;
  return TRUE;
}

/* Files before 2023 say "add_prefix_space", later ones "prepend_scheme". */
static gboolean
load_prefix (ArraPreStep *step, JsonObject *object, const char *name, GError **error)
{
  const char *scheme;

  if (!json_object_has_member (object, "prepend_scheme"))
    return arra_json_get_bool_default (object, name, "add_prefix_space", TRUE, &step->prefix_space, error);
  scheme = arra_json_get_string (object, name, "prepend_scheme", error);
  if (scheme == NULL)
    return FALSE;
  step->prefix_space = strcmp (scheme, "always") == 0;
  return step->prefix_space || strcmp (scheme, "never") == 0
         || fail_value (error, ARRA_ERROR_UNSUPPORTED, name, "prepend_scheme", scheme);
}

gboolean
arra_metaspace_load (ArraPreStep *step, JsonObject *object, const char *name, GError **error)
{
  const char *replacement = arra_json_get_string (object, name, "replacement", error);

  if (replacement == NULL || !load_prefix (step, object, name, error)
      || !arra_json_get_bool_default (object, name, "split", TRUE, &step->words, error))
    return FALSE;
  if (g_utf8_strlen (replacement, -1) != 1)
    return fail_value (error, ARRA_ERROR_INVALID_DATA, name, "replacement", replacement);
  step->kind = ARRA_PRE_METASPACE;
  step->behavior = ARRA_SPLIT_MERGED_WITH_NEXT;
  step->pattern.text = arra_mem_strndup (replacement, strlen (replacement), "pattern", error);
  return step->pattern.text != NULL;
}

/* (nullable): what the step is called when it must be the last one */
static const char *
last_name (ArraPreKind kind)
{
  return kind == ARRA_PRE_BYTE_LEVEL ? "ByteLevel" : kind == ARRA_PRE_METASPACE ? "Metaspace" : NULL;
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
    { "WhitespaceSplit", load_whitespace_split },
    { "ByteLevel", load_byte_level },
    { "Metaspace", arra_metaspace_load },
  };
  const char *type = arra_json_get_string (object, name, "type", error), *last;

  if (type == NULL)
    return FALSE;
  if (pre->n == ARRA_MAX_PRE_STEPS)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: more than %d steps", name, ARRA_MAX_PRE_STEPS);
  last = pre->n > 0 ? last_name (pre->steps[pre->n - 1].kind) : NULL;
  if (last != NULL)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: a step after %s is not supported", name, last);
  for (gsize i = 0; i < G_N_ELEMENTS (loaders); i++)
    if (strcmp (type, loaders[i].type) == 0)
      return loaders[i].load (&pre->steps[pre->n++], object, name, error);
  return fail_value (error, ARRA_ERROR_UNSUPPORTED, name, "type", type);
}

gboolean
arra_pretokenizer_load (ArraPretokenizer *pre, JsonObject *root, ArraPreKind last, const char *name, GError **error)
{
  if (arra_json_get_object (root, name, "pre_tokenizer", error) == NULL
      || !arra_tokenizer_steps (root, "pre_tokenizer", "pretokenizers", name, load_step, pre, error))
    return FALSE;
  return (pre->n > 0 && pre->steps[pre->n - 1].kind == last)
         || arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: pre_tokenizer: without a last step %s it is not supported",
                       name, last_name (last));
}
