/* pretokenize_pattern.c - regular expressions of a tokenizer.json, with bounded backtracking
 *
 * The reference runs them with Oniguruma (Ruby syntax): ^ and $ are line anchors, classes know Unicode. PCRE is told to do likewise, and
 * a pattern with a construct that means something else to the two is refused.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "pretokenize.h"

#include <string.h>

#include "fail.h"
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
        if (g_str_has_prefix (p, differing[i])
            && (!in_class || differing[i][0] == '\\' || differing[i][0] == '&'))
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

GRegex *
arra_pattern_compile (const char *pattern, gsize length, const char *name, GError **error)
{
  gsize steps = CLAMP (STEPS_PER_TEXT / MAX (length, 1), 1, MAX_STEPS_PER_PLACE);
  const char *construct = find_differing (pattern);
  g_autofree char *quoted = arra_quote (pattern, strlen (pattern));
  g_autofree char *bounded = NULL;
  g_autoptr (GError) fault = NULL;
  GRegex *regex;

  if (construct != NULL)
    {
      arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: pattern %s: %s is not supported", name, quoted,
                 construct);
      return NULL;
    }
  bounded = g_strdup_printf ("(*LIMIT_MATCH=%" G_GSIZE_FORMAT ")(*LIMIT_DEPTH=%" G_GSIZE_FORMAT
                             ")(*LIMIT_HEAP=%u)%s",
                             steps, steps, MAX_HEAP_KIB, pattern);
  regex = g_regex_new (bounded, G_REGEX_MULTILINE | G_REGEX_NEWLINE_LF, 0, &fault);
  if (regex == NULL)
    arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: pattern %s is not a regular expression (code %d)", name,
               quoted, fault->code);
  return regex;
}

static gboolean
inside_character (const char *text, gsize end, gsize at)
{
  return at < end && ((guint8) text[at] & 0xc0) == 0x80;
}

gboolean
arra_pattern_split (const ArraPreStep *step, GRegex *regex, const char *text, gsize start, gsize end,
                    ArraSplitter *splitter, GError **error)
{
  g_autoptr (GMatchInfo) info = NULL;
  g_autoptr (GError) fault = NULL;
  gsize last = start;

  g_regex_match_full (regex, text + start, (gssize) (end - start), 0, 0, &info, &fault);
  while (fault == NULL && g_match_info_matches (info))
    {
      gint from, to;

      if (!g_match_info_fetch_pos (info, 0, &from, &to) || from < 0 || to < from
          || start + (gsize) from < last || inside_character (text, end, start + (gsize) from)
          || inside_character (text, end, start + (gsize) to))
        break;
      if (last < start + (gsize) from
          && !arra_splitter_add (splitter, last, start + (gsize) from, FALSE, error))
        return FALSE;
      if (!arra_splitter_add (splitter, start + (gsize) from, start + (gsize) to, TRUE, error))
        return FALSE;
      last = start + (gsize) to;
      g_match_info_next (info, &fault);
    }
  if (fault != NULL)
    {
      g_autofree char *quoted = arra_quote (step->pattern, strlen (step->pattern));

      return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: pattern %s takes too many steps for this text",
                        step->name, quoted);
    }
  return last == end || arra_splitter_add (splitter, last, end, FALSE, error);
}
