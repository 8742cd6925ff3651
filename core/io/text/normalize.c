/* normalize.c - text before it is split: the normalizer of a tokenizer.json
 *
 * Source of what the steps do: Hugging Face's tokenizers, normalizers/{precompiled,replace,strip}.rs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "normalize.h"

#include <string.h>

#include "fail.h"
#include "jsonguard.h"
#include "mem.h"
#include "tokenizer_steps.h"
#include "utf8.h"

#define LONG_CLUSTER 6 /* bytes from which on a user's character is looked up character by character */

/* A text that grows */
typedef struct
{
  char *bytes; /* arra_mem memory */
  gsize n, room;
} Text;

struct _ArraNormalStep
{
  gboolean (*apply) (const ArraNormalStep *step, const char *text, gsize length, Text *out, GError **error);
  ArraCharsmap map;     /* Precompiled */
  GRegex *clusters;     /* Precompiled: what a user takes for one character */
  ArraPattern pattern;  /* Replace */
  char *content;        /* Replace; arra_mem memory */
  gboolean left, right; /* Strip */
};

static gboolean
append (Text *text, const char *bytes, gsize n, GError **error)
{
  gsize room = MAX (text->n + n + 1, 2 * text->room);
  char *grown;

  if (text->n + n > ARRA_MAX_TEXT)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "a text of %zu bytes is too long: at most %u", text->n + n,
                      ARRA_MAX_TEXT);
  if (text->n + n >= text->room)
    {
      grown = arra_mem_resize (text->bytes, room, 1, "normalised text", error);
      if (grown == NULL)
        return FALSE;
      text->bytes = grown;
      text->room = room;
    }
  memcpy (text->bytes + text->n, bytes, n);
  text->n += n;
  text->bytes[text->n] = '\0';
  return TRUE;
}

/* ------------------------------------------------------------- Precompiled */

static gboolean
map_characters (const ArraCharsmap *map, const char *text, gsize length, Text *out, GError **error)
{
  for (gsize at = 0, next; at < length; at = next)
    {
      gunichar c;
      gsize size;
      const char *found;

      next = at + (gsize) arra_utf8_decode (text + at, length - at, &c);
      found = arra_charsmap_find (map, text + at, next - at, &size);
      if (!(found != NULL ? append (out, found, size, error) : append (out, text + at, next - at, error)))
        return FALSE;
    }
  return TRUE;
}

/* What the user takes for one character is replaced whole by what its shortest entry leads to, as the
 * reference does; long ones, and those without an entry, character by character. */
static gboolean
map_cluster (const ArraCharsmap *map, const char *text, gsize length, Text *out, GError **error)
{
  gsize size;
  const char *found = length < LONG_CLUSTER ? arra_charsmap_find (map, text, length, &size) : NULL;

  return found != NULL ? append (out, found, size, error) : map_characters (map, text, length, out, error);
}

/* Whether the character at @at stands alone for certain: ASCII before ASCII, but for a line's end of two */
static gboolean
is_plain (const char *text, gsize length, gsize at)
{
  return (guint8) text[at] < 0x80 && text[at] != '\r' && (at + 1 == length || (guint8) text[at + 1] < 0x80);
}

static gboolean
apply_precompiled (const ArraNormalStep *step, const char *text, gsize length, Text *out, GError **error)
{
  for (gsize at = 0, next; at < length; at = next)
    {
      g_autoptr (GMatchInfo) info = NULL;
      gint from = 0, to = 0;

      next = at + 1;
      if (!is_plain (text, length, at)
          && g_regex_match_full (step->clusters, text, (gssize) length, (gint) at, G_REGEX_MATCH_ANCHORED, &info, NULL)
          && g_match_info_fetch_pos (info, 0, &from, &to) && to > from)
        next = (gsize) to;
      if (!map_cluster (&step->map, text + at, next - at, out, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
load_precompiled (ArraNormalStep *step, JsonObject *object, const char *name, GError **error)
{
  const char *base64 = arra_json_get_string (object, name, "precompiled_charsmap", error);

  step->apply = apply_precompiled;
  step->clusters = g_regex_new ("\\X", G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT, NULL);
  return base64 != NULL && arra_charsmap_load (&step->map, base64, name, error);
}

/* ----------------------------------------------------------------- Replace */

typedef struct
{
  const ArraNormalStep *step;
  const char *text;
  Text *out;
} Replacing;

static gboolean
replace_span (gpointer data, gsize start, gsize end, gboolean match, GError **error)
{
  const Replacing *replacing = data;

  return match ? append (replacing->out, replacing->step->content, strlen (replacing->step->content), error)
               : append (replacing->out, replacing->text + start, end - start, error);
}

static gboolean
apply_replace (const ArraNormalStep *step, const char *text, gsize length, Text *out, GError **error)
{
  Replacing replacing = { step, text, out };
  g_autoptr (GRegex) regex = NULL;

  return arra_pattern_regex (&step->pattern, length, &regex, error)
         && arra_pattern_spans (&step->pattern, regex, text, 0, length, replace_span, &replacing, error);
}

static gboolean
load_replace (ArraNormalStep *step, JsonObject *object, const char *name, GError **error)
{
  const char *content = arra_json_get_string (object, name, "content", error);

  step->apply = apply_replace;
  if (content == NULL)
    return FALSE;
  step->content = arra_mem_strndup (content, strlen (content), "replacement", error);
  return step->content != NULL && arra_pattern_load (&step->pattern, object, name, error);
}

/* ------------------------------------------------------------------- Strip */

static gsize
previous (const char *text, gsize end)
{
  do
    end--;
  while (((guint8) text[end] & 0xc0) == 0x80);
  return end;
}

static gboolean
apply_strip (const ArraNormalStep *step, const char *text, gsize length, Text *out, GError **error)
{
  gsize start = 0, end = length, at;
  gunichar c = 0;

  for (at = start; step->left && at < end; start = at)
    {
      at += (gsize) arra_utf8_decode (text + at, end - at, &c);
      if (!arra_char_is_space (c))
        break;
    }
  for (at = end; step->right && at > start; end = at)
    {
      at = previous (text, at);
      arra_utf8_decode (text + at, end - at, &c);
      if (!arra_char_is_space (c))
        break;
    }
  return append (out, text + start, end - start, error);
}

static gboolean
load_strip (ArraNormalStep *step, JsonObject *object, const char *name, GError **error)
{
  step->apply = apply_strip;
  return arra_json_get_bool_default (object, name, "strip_left", TRUE, &step->left, error)
         && arra_json_get_bool_default (object, name, "strip_right", TRUE, &step->right, error);
}

/* ------------------------------------------------------------------- steps */

static gboolean
load_step (JsonObject *object, const char *name, gpointer data, GError **error)
{
  static const struct
  {
    const char *type;
    gboolean (*load) (ArraNormalStep *step, JsonObject *object, const char *name, GError **error);
  } loaders[] = {
    { "Precompiled", load_precompiled },
    { "Replace", load_replace },
    { "Strip", load_strip },
  };
  ArraNormalizer *normalizer = data;
  const char *type = json_object_get_string_member (object, "type");
  g_autofree char *quoted = arra_quote (type, strlen (type));

  if (normalizer->n == ARRA_MAX_NORMAL_STEPS)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: more than %d steps", name, ARRA_MAX_NORMAL_STEPS);
  for (gsize i = 0; i < G_N_ELEMENTS (loaders); i++)
    if (strcmp (type, loaders[i].type) == 0)
      {
        normalizer->steps[normalizer->n] = g_new0 (ArraNormalStep, 1);
        return loaders[i].load (normalizer->steps[normalizer->n++], object, name, error);
      }
  return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: type %s is not supported", name, quoted);
}

gboolean
arra_normalizer_load (ArraNormalizer *normalizer, JsonObject *root, const char *name, GError **error)
{
  return arra_tokenizer_steps (root, "normalizer", "normalizers", name, load_step, normalizer, error);
}

static void
step_free (ArraNormalStep *step)
{
  arra_charsmap_clear (&step->map);
  g_clear_pointer (&step->clusters, g_regex_unref);
  arra_pattern_clear (&step->pattern);
  arra_mem_free (step->content);
  g_free (step);
}

void
arra_normalizer_clear (ArraNormalizer *normalizer)
{
  for (guint i = 0; i < normalizer->n; i++)
    step_free (normalizer->steps[i]);
  normalizer->n = 0;
}

char *
arra_normalize (const ArraNormalizer *normalizer, const char *text, gsize length, gsize *size, GError **error)
{
  Text now = { 0 };
  gboolean ok = append (&now, text, length, error);

  for (guint i = 0; ok && i < normalizer->n; i++)
    {
      Text next = { 0 };

      ok = append (&next, "", 0, error)
           && normalizer->steps[i]->apply (normalizer->steps[i], now.bytes, now.n, &next, error);
      arra_mem_free (now.bytes);
      now = next;
    }
  if (!ok)
    arra_mem_clear (&now.bytes);
  *size = now.n;
  return now.bytes;
}
