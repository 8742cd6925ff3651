/* pretokenize_pattern.c - regular expressions of a tokenizer.json, with bounded backtracking
 *
 * The reference runs them with Oniguruma (Ruby syntax): ^ and $ are line anchors, classes know Unicode. PCRE is told to
 * do likewise, and a pattern with a construct that means something else to the two is refused.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "pretokenize.h"

#include <string.h>

#include "fail.h"
#include "jsonguard.h"
#include "mem.h"
#include "utf8.h"

/* Match steps for one text, over all places where a match may begin. */
#define STEPS_PER_TEXT (1u << 28)
#define MAX_STEPS_PER_PLACE 1000000u
#define MAX_HEAP_KIB (64u << 10)

static const char *const differing[] = { "\\h", "\\H", "\\C", "\\K", "\\G", "&&",  "{,",  "(*", "(?C",
                                         "(?R", "(?0", "(?P", "(?m", "(?s", "(?x", "(?-", "(?|" };

/* (nullable): the construct that the two engines read differently, or that could leave a character in pieces */
static const char *
find_differing (const char *pattern)
{
  gboolean in_class = FALSE;

  for (const char *p = pattern; *p != '\0'; p++)
    {
      for (gsize i = 0; i < G_N_ELEMENTS (differing); i++)
        if (g_str_has_prefix (p, differing[i]) && (!in_class || differing[i][0] == '\\' || differing[i][0] == '&'))
          return differing[i];
      if (*p == '\\' && p[1] != '\0')
        p++;
      else if (in_class && *p == '[' && p[1] != ':')
        return "[ within [...]";
      else if (in_class && *p == '[')
        p = strstr (p, ":]") != NULL ? strstr (p, ":]") + 1 : p;
      else if (!in_class && *p == '[')
        {
          in_class = TRUE;
          p += p[1] == '^' ? 1 : 0;
          p += p[1] == ']' ? 1 : 0;
        }
      else if (*p == ']')
        in_class = FALSE;
    }
  return NULL;
}

/* Compiles for texts of up to @length bytes. */
static GRegex *
compile (const char *pattern, gsize length, const char *name, GError **error)
{
  gsize steps = CLAMP (STEPS_PER_TEXT / MAX (length, 1), 1, MAX_STEPS_PER_PLACE);
  const char *construct = find_differing (pattern);
  g_autofree char *quoted = arra_quote (pattern, strlen (pattern));
  g_autofree char *bounded = NULL;
  g_autoptr (GError) fault = NULL;
  GRegex *regex;

  if (construct != NULL)
    {
      arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: pattern %s: %s is not supported", name, quoted, construct);
      return NULL;
    }
  bounded = g_strdup_printf ("(*LIMIT_MATCH=%" G_GSIZE_FORMAT ")(*LIMIT_DEPTH=%" G_GSIZE_FORMAT ")(*LIMIT_HEAP=%u)%s",
                             steps, steps, MAX_HEAP_KIB, pattern);
  regex = g_regex_new (bounded, G_REGEX_MULTILINE | G_REGEX_NEWLINE_LF, 0, &fault);
  if (regex == NULL)
    arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: pattern %s is not a regular expression (code %d)", name, quoted,
               fault->code);
  return regex;
}

gboolean
arra_pattern_load (ArraPattern *pattern, JsonObject *object, const char *name, GError **error)
{
  JsonObject *either = arra_json_get_object (object, name, "pattern", error);
  gboolean is_regex = either != NULL && json_object_has_member (either, "Regex");
  const char *text = either != NULL ? arra_json_get_string (either, name, is_regex ? "Regex" : "String", error) : NULL;

  if (text == NULL)
    return FALSE;
  if (strlen (text) > ARRA_MAX_PATTERN_BYTES)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: a pattern is longer than %d bytes", name,
                      ARRA_MAX_PATTERN_BYTES);
  pattern->name = g_strdup (name);
  pattern->text = arra_mem_strndup (text, strlen (text), "pattern", error);
  if (pattern->text == NULL)
    return FALSE;
  if (is_regex)
    pattern->regex = compile (pattern->text, ARRA_SHORT_TEXT, name, error);
  return !is_regex || pattern->regex != NULL;
}

void
arra_pattern_clear (ArraPattern *pattern)
{
  g_clear_pointer (&pattern->name, g_free);
  arra_mem_clear (&pattern->text);
  g_clear_pointer (&pattern->regex, g_regex_unref);
}

gboolean
arra_pattern_regex (const ArraPattern *pattern, gsize length, GRegex **regex, GError **error)
{
  *regex = NULL;
  if (pattern->regex == NULL)
    return TRUE;
  *regex
      = length > ARRA_SHORT_TEXT ? compile (pattern->text, length, pattern->name, error) : g_regex_ref (pattern->regex);
  return *regex != NULL;
}

static gboolean
inside_character (const char *text, gsize end, gsize at)
{
  return at < end && ((guint8) text[at] & 0xc0) == 0x80;
}

/* Hands on what lies between the last match and this one, then the match; *@last moves behind it. */
static gboolean
hand_on (ArraSpanFunc func, gpointer data, gsize *last, gsize from, gsize to, GError **error)
{
  if (*last < from && !func (data, *last, from, FALSE, error))
    return FALSE;
  *last = to;
  return func (data, from, to, TRUE, error);
}

static gboolean
regex_spans (const ArraPattern *pattern,
             GRegex *regex,
             const char *text,
             gsize start,
             gsize end,
             gsize *last,
             ArraSpanFunc func,
             gpointer data,
             GError **error)
{
  g_autoptr (GMatchInfo) info = NULL;
  g_autoptr (GError) fault = NULL;

  g_regex_match_full (regex, text + start, (gssize) (end - start), 0, 0, &info, &fault);
  while (fault == NULL && g_match_info_matches (info))
    {
      gint from, to;

      if (!g_match_info_fetch_pos (info, 0, &from, &to) || from < 0 || to < from || start + (gsize) from < *last
          || inside_character (text, end, start + (gsize) from) || inside_character (text, end, start + (gsize) to))
        break;
      if (!hand_on (func, data, last, start + (gsize) from, start + (gsize) to, error))
        return FALSE;
      g_match_info_next (info, &fault);
    }
  if (fault != NULL)
    {
      g_autofree char *quoted = arra_quote (pattern->text, strlen (pattern->text));

      return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: pattern %s takes too many steps for this text",
                        pattern->name, quoted);
    }
  return TRUE;
}

static gboolean
text_spans (const char *pattern,
            const char *text,
            gsize end,
            gsize *last,
            ArraSpanFunc func,
            gpointer data,
            GError **error)
{
  gsize length = strlen (pattern);
  const char *hit;

  while ((hit = length > 0 ? memmem (text + *last, end - *last, pattern, length) : NULL) != NULL)
    {
      gsize at = (gsize) (hit - text);

      if (!hand_on (func, data, last, at, at + length, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
arra_pattern_spans (const ArraPattern *pattern,
                    GRegex *regex,
                    const char *text,
                    gsize start,
                    gsize end,
                    ArraSpanFunc func,
                    gpointer data,
                    GError **error)
{
  gsize last = start;
  gboolean ok = regex != NULL ? regex_spans (pattern, regex, text, start, end, &last, func, data, error)
                              : text_spans (pattern->text, text, end, &last, func, data, error);

  return ok && (last == end || func (data, last, end, FALSE, error));
}
