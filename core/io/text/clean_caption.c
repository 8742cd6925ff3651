/* clean_caption.c - captions as LlamaGen's text-conditional models saw them in training
 *
 * What is replaced, and in which order, is what the models learnt: LlamaGen's language/t5.py, which has it
 * from DeepFloyd's IF.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "clean_caption.h"

#include <string.h>

#include "fail.h"
#include "html_text.h"
#include "utf8.h"

/* Python's classes, which differ from PCRE's: marks are no parts of words, separators of information are
 * spaces. */
#define W "[\\p{L}\\p{N}_]"
#define D "\\p{Nd}"
#define S "[\\s\\x1c-\\x1f]"
#define B "(?:(?<=" W ")(?!" W ")|(?<!" W ")(?=" W "))" /* \b */
#define KINDS "(?:png|jpg|jpeg|bmp|webp|eps|pdf|apk|mp4)"
#define ADDRESS "[a-zA-Z0-9.\\-]+[.](?:com|co|ru|net|org|edu|gov|it)[\\p{L}\\p{N}_/-]*" B "/?(?!@)"

typedef struct
{
  const char *pattern, *with; /* \1: the first group */
} Replacement;

static const Replacement before_tags[] = {
  { "<person>", "person" },
  { B "(?:https?:(?:/{1,3}|[a-zA-Z0-9%])|" ADDRESS ")", "" },
  { B "(?:www:(?:/{1,3}|[a-zA-Z0-9%])|" ADDRESS ")", "" },
};

static const Replacement punctuation[] = {
  { "@" W "+" B, "" }, /* nicknames */
  { "[\\x{31c0}-\\x{31ef}]+|[\\x{31f0}-\\x{31ff}]+|[\\x{3200}-\\x{32ff}]+|[\\x{3300}-\\x{33ff}]+|[\\x{3400}-"
    "\\x{4dbf}]+"
    "|[\\x{4dc0}-\\x{4dff}]+|[\\x{4e00}-\\x{9fff}]+",
    "" }, /* strokes, enclosed letters and ideographs of Chinese, Japanese and Korean */
  { "[\\x{2d}\\x{58a}\\x{5be}\\x{1400}\\x{1806}\\x{2010}-\\x{2015}\\x{2e17}\\x{2e1a}\\x{2e3a}\\x{2e3b}\\x{"
    "2e40}\\x{301c}\\x{3030}"
    "\\x{30a0}\\x{fe31}\\x{fe32}\\x{fe58}\\x{fe63}\\x{ff0d}]+",
    "-" },
  { "[`´«»“”¨]", "\"" },
  { "[‘’]", "'" },
  { "&quot;?", "" },
  { "&amp", "" },
  { D "{1,3}\\." D "{1,3}\\." D "{1,3}\\." D "{1,3}", " " }, /* addresses of machines */
  { D ":" D D S "+$", "" },                                  /* ids of articles */
  { "\\\\n", " " },
  { "#" D "{1,3}" B, "" },
  { "#" D "{5,}" B, "" },
  { B D "{6,}" B, "" },
  { "[^\\s\\x1c-\\x1f]+\\." KINDS, "" }, /* names of files */
  { "[\"']{2,}", "\"" },
  { "[.]{2,}", " " },
  { "[#®•©™&@·º½¾¿¡§~)(\\]\\[}{|\\\\/*]+", " " },
  { S "+\\." S "+", " " },
};

/* For captions with more than three of them: this-is-my-cute-cat */
static const Replacement joints = { "[-_]", " " };

static const Replacement words[] = {
  { B "[a-zA-Z]{1,3}" D "{3,15}" B, "" }, /* jc6640 */
  { B "[a-zA-Z]+" D "+[a-zA-Z]+" B, "" }, /* jc6640vc */
  { B D "+[a-zA-Z]+" D "+" B, "" },       /* 6640vc231 */
  { "(?:worldwide" S "+)?(?:free" S "+)?shipping", "" },
  { "(?:free" S ")?download(?:" S "free)?", "" },
  { B "click" B S "(?:for|on)" S W "+", "" },
  { B KINDS "(?:" S "image[s]?)?", "" },
  { B "page" S "+" D "+" B, "" },
  { B D "*[a-zA-Z]+" D "+[a-zA-Z]+" D "+[a-zA-Z\\p{Nd}]*" B, " " }, /* j2d1a2a */
  { B D "+\\.?" D "*[xх×]" D "+\\.?" D "*" B, "" },                 /* 1024x768 */
  { B S "+:" S "+", ": " },
  { "([^\\p{Nd}][,./])" B, "\\1 " },
  { S "+", " " },
  { "^[\"']((?s:.)+)[\"']$", "\\1" },
  { "^['_,\\-:;]", "" },
  { "['_,\\-:+]$", "" },
  { "^\\.[^\\s\\x1c-\\x1f]+$", "" },
};

/* ------------------------------------------------------------------- steps */

static void
compile (GHashTable *regexes, const Replacement *replacements, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      GRegex *regex = g_regex_new (replacements[i].pattern, G_REGEX_OPTIMIZE, G_REGEX_MATCH_DEFAULT, NULL);

      g_assert (regex != NULL);
      g_hash_table_insert (regexes, (gpointer) &replacements[i], regex);
    }
}

/* Made once, for all captions. */
static const GRegex *
regex_of (const Replacement *replacement)
{
  static gsize table = 0;

  if (g_once_init_enter (&table))
    {
      GHashTable *regexes = g_hash_table_new (NULL, NULL);

      compile (regexes, before_tags, G_N_ELEMENTS (before_tags));
      compile (regexes, punctuation, G_N_ELEMENTS (punctuation));
      compile (regexes, &joints, 1);
      compile (regexes, words, G_N_ELEMENTS (words));
      g_once_init_leave (&table, (gsize) regexes);
    }
  return g_hash_table_lookup ((GHashTable *) table, replacement);
}

/* *@text becomes what is left of it. */
static gboolean
replace (char **text, const Replacement *replacement, GError **error)
{
  char *replaced
      = g_regex_replace (regex_of (replacement), *text, -1, 0, replacement->with, G_REGEX_MATCH_DEFAULT, NULL);

  if (replaced == NULL)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "This caption takes too many steps to clean");
  g_free (*text);
  *text = replaced;
  return TRUE;
}

static gboolean
replace_all (char **text, const Replacement *replacements, gsize n, GError **error)
{
  for (gsize i = 0; i < n; i++)
    if (!replace (text, &replacements[i], error))
      return FALSE;
  return TRUE;
}

/* *@text becomes @better (transfer full). */
static void
become (char **text, char *better)
{
  g_free (*text);
  *text = better;
}

static gboolean
is_space (gunichar c)
{
  return arra_char_is_space (c) || (c >= 0x1c && c <= 0x1f);
}

/* Without the spaces at both ends */
static char *
strip (const char *text)
{
  const char *end = text + strlen (text);

  while (*text != '\0' && is_space (g_utf8_get_char (text)))
    text = g_utf8_next_char (text);
  while (end > text && is_space (g_utf8_get_char (g_utf8_prev_char (end))))
    end = g_utf8_prev_char (end);
  return g_strndup (text, (gsize) (end - text));
}

/* Plus signs are spaces and %XX bytes, as in addresses; what is no UTF-8 then becomes U+FFFD. */
static char *
unquote (const char *text)
{
  g_autofree char *bytes = g_malloc (strlen (text) + 1);
  char *valid = g_malloc (3 * strlen (text) + 1);
  gsize n = 0;

  for (; *text != '\0'; text++)
    if (text[0] == '%' && g_ascii_isxdigit (text[1]) && g_ascii_isxdigit (text[2]))
      {
        bytes[n++] = (char) (g_ascii_xdigit_value (text[1]) << 4 | g_ascii_xdigit_value (text[2]));
        text += 2;
      }
    else
      bytes[n++] = *text == '+' ? ' ' : *text;
  n = arra_utf8_make_valid (bytes, n, valid);
  valid[n] = '\0';
  return valid;
}

static gboolean
is_cased (gunichar c)
{
  return g_unichar_isupper (c) || g_unichar_islower (c) || g_unichar_istitle (c) || c == 0xaa || c == 0xba;
}

/* Unicode's Case_Ignorable: what may stand within a word without being a letter of it */
static gboolean
is_case_ignorable (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_NON_SPACING_MARK:
    case G_UNICODE_ENCLOSING_MARK:
    case G_UNICODE_FORMAT:
    case G_UNICODE_MODIFIER_LETTER:
    case G_UNICODE_MODIFIER_SYMBOL:
      return TRUE;
    default:
      return c != 0 && g_utf8_strchr ("'.:··՟״‘’․‧︓﹒﹕＇．：", -1, c) != NULL;
    }
}

static gboolean
is_word_over (const char *text)
{
  while (is_case_ignorable (g_utf8_get_char (text)))
    text = g_utf8_next_char (text);
  return !is_cased (g_utf8_get_char (text));
}

/* In every locale alike; a sigma at the end of a word has a form of its own. */
static char *
lower (const char *text)
{
  GString *out = g_string_new (NULL);
  gboolean in_word = FALSE;

  for (const char *next; *text != '\0'; text = next)
    {
      gunichar c = g_utf8_get_char (text);

      next = g_utf8_next_char (text);
      if (c == 0x3a3 && in_word && is_word_over (next))
        g_string_append_unichar (out, 0x3c2);
      else if (c == 0x130)
        g_string_append (out, "i\xcc\x87");
      else
        g_string_append_unichar (out, g_unichar_tolower (c));
      in_word = is_cased (c) || (in_word && is_case_ignorable (c));
    }
  return g_string_free (out, FALSE);
}

static gsize
count_joints (const char *text)
{
  gsize n = 0;

  for (; *text != '\0'; text++)
    n += *text == '-' || *text == '_';
  return n;
}

/* ------------------------------------------------------------------- clean */

static gboolean
clean_once (char **text, GError **error)
{
  become (text, unquote (*text));
  become (text, strip (*text));
  become (text, lower (*text));
  if (!replace_all (text, before_tags, G_N_ELEMENTS (before_tags), error))
    return FALSE;
  become (text, arra_html_to_text (*text));
  if (!replace_all (text, punctuation, G_N_ELEMENTS (punctuation), error)
      || (count_joints (*text) > 3 && !replace (text, &joints, error)))
    return FALSE;
  become (text, g_utf8_normalize (*text, -1, G_NORMALIZE_NFC));
  for (guint i = 0; i < 2; i++)
    become (text, arra_html_unescape (*text));
  become (text, strip (*text));
  if (!replace_all (text, words, G_N_ELEMENTS (words), error))
    return FALSE;
  become (text, strip (*text));
  return TRUE;
}

char *
arra_clean_caption (const char *caption, GError **error)
{
  gsize size, bad;
  g_autofree char *text = NULL;

  g_return_val_if_fail (caption != NULL, NULL);
  size = strlen (caption);
  if (size > ARRA_MAX_CAPTION)
    arra_fail (error, ARRA_ERROR_ARGUMENT, "a text of %zu bytes is too long: at most %u", size, ARRA_MAX_CAPTION);
  else if (!arra_utf8_valid (caption, size, &bad))
    arra_fail (error, ARRA_ERROR_ARGUMENT, "the text is not UTF-8: byte 0x%02x at offset %zu", (guint8) caption[bad],
               bad);
  else
    {
      text = g_strdup (caption);
      if (clean_once (&text, error) && clean_once (&text, error))
        return g_steal_pointer (&text);
    }
  return NULL;
}
