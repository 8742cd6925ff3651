/* jsonscan.c - the grammar of JSON (RFC 8259), checked without recursion and without memory
 *
 * Stricter than the standard where json-glib would give something else than what was written: integers beyond 64 bits,
 * escaped NULs and halves of surrogate pairs are refused.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "jsonscan.h"

#include <string.h>

#include "fail.h"
#include "jsonguard.h"

typedef struct
{
  const char *name;
  const guchar *text;
  gsize size, at;
  gsize n_values;
  guint depth;
  guint8 closing[ARRA_JSON_MAX_DEPTH]; /* the bracket that ends each open value */
} Scan;

typedef enum
{
  WANT_VALUE,
  WANT_VALUE_OR_END, /* after [ */
  WANT_KEY,
  WANT_KEY_OR_END, /* after { */
  WANT_COMMA_OR_END,
} Want;

static gboolean
fail_here (const Scan *scan, GError **error, const char *fault)
{
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: broken JSON at byte %zu: %s", scan->name, scan->at,
                    arra_translate (fault));
}

/* The byte at the reading position, or 0 at the end (no byte of sound JSON is 0). */
static guchar
peek (const Scan *scan)
{
  return scan->at < scan->size ? scan->text[scan->at] : 0;
}

static void
skip_space (Scan *scan)
{
  while (scan->at < scan->size && strchr (" \t\r\n", scan->text[scan->at]) != NULL && scan->text[scan->at] != 0)
    scan->at++;
}

static gboolean
scan_hex4 (Scan *scan, guint *code, GError **error)
{
  *code = 0;
  for (guint i = 0; i < 4; i++, scan->at++)
    {
      if (!g_ascii_isxdigit (peek (scan)))
        return fail_here (scan, error, "an invalid \\u escape");
      *code = *code * 16 + (guint) g_ascii_xdigit_value ((char) peek (scan));
    }
  return TRUE;
}

/* After "\u" */
static gboolean
scan_unicode (Scan *scan, GError **error)
{
  guint high, low;

  if (!scan_hex4 (scan, &high, error))
    return FALSE;
  if (high == 0)
    return fail_here (scan, error, "a NUL character is not supported");
  if (high < 0xD800 || high > 0xDFFF)
    return TRUE;
  if (high > 0xDBFF || peek (scan) != '\\')
    return fail_here (scan, error, "an invalid surrogate pair");
  scan->at++;
  if (peek (scan) != 'u')
    return fail_here (scan, error, "an invalid surrogate pair");
  scan->at++;
  if (!scan_hex4 (scan, &low, error))
    return FALSE;
  return (low >= 0xDC00 && low <= 0xDFFF) || fail_here (scan, error, "an invalid surrogate pair");
}

static gboolean
scan_string (Scan *scan, GError **error)
{
  scan->at++;
  while (scan->at < scan->size)
    {
      guchar c = scan->text[scan->at++];

      if (c == '"')
        return TRUE;
      if (c < 0x20)
        return fail_here (scan, error, "an invalid control character in a string");
      if (c != '\\')
        continue;
      c = peek (scan);
      if (c == 0 || strchr ("\"\\/bfnrtu", c) == NULL)
        return fail_here (scan, error, "an invalid escape in a string");
      scan->at++;
      if (c == 'u' && !scan_unicode (scan, error))
        return FALSE;
    }
  return fail_here (scan, error, "an unfinished string");
}

static gsize
skip_digits (Scan *scan)
{
  gsize start = scan->at;

  while (g_ascii_isdigit (peek (scan)))
    scan->at++;
  return scan->at - start;
}

/* Whether the digits from @start to the reading position fit gint64. */
static gboolean
is_int64 (const Scan *scan, gsize start, gboolean negative)
{
  guint64 limit = (guint64) G_MAXINT64 + negative, value = 0;

  for (gsize i = start; i < scan->at; i++)
    {
      guint digit = scan->text[i] - '0';

      if (value > (limit - digit) / 10)
        return FALSE;
      value = value * 10 + digit;
    }
  return TRUE;
}

static gboolean
scan_number (Scan *scan, GError **error)
{
  gboolean negative = peek (scan) == '-', fraction = FALSE;
  gsize start;

  scan->at += negative;
  start = scan->at;
  if (peek (scan) == '0')
    scan->at++;
  else if (skip_digits (scan) == 0)
    return fail_here (scan, error, "an invalid number");
  if (g_ascii_isdigit (peek (scan)))
    return fail_here (scan, error, "an invalid number");
  if (peek (scan) != '.' && peek (scan) != 'e' && peek (scan) != 'E')
    return is_int64 (scan, start, negative) || fail_here (scan, error, "an integer out of range");
  if (peek (scan) == '.')
    {
      scan->at++;
      fraction = skip_digits (scan) > 0;
      if (!fraction)
        return fail_here (scan, error, "an invalid number");
    }
  if (peek (scan) == 'e' || peek (scan) == 'E')
    {
      scan->at++;
      if (peek (scan) == '+' || peek (scan) == '-')
        scan->at++;
      if (skip_digits (scan) == 0)
        return fail_here (scan, error, "an invalid number");
    }
  return TRUE;
}

static gboolean
scan_word (Scan *scan, GError **error)
{
  static const char *const words[] = { "true", "false", "null" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      gsize length = strlen (words[i]);

      if (scan->size - scan->at >= length && memcmp (scan->text + scan->at, words[i], length) == 0)
        {
          scan->at += length;
          return TRUE;
        }
    }
  return fail_here (scan, error, scan->at < scan->size ? N_ ("an invalid character") : N_ ("it ends too early"));
}

static gboolean
scan_value (Scan *scan, Want *want, GError **error)
{
  guchar c = peek (scan);

  if (++scan->n_values > ARRA_JSON_MAX_VALUES)
    return fail_here (scan, error, "too many values");
  *want = WANT_COMMA_OR_END;
  if (c == '"')
    return scan_string (scan, error);
  if (c == '-' || g_ascii_isdigit (c))
    return scan_number (scan, error);
  if (c != '{' && c != '[')
    return scan_word (scan, error);
  if (scan->depth == ARRA_JSON_MAX_DEPTH)
    return fail_here (scan, error, "nested too deep");
  scan->closing[scan->depth++] = c == '{' ? '}' : ']';
  scan->at++;
  *want = c == '{' ? WANT_KEY_OR_END : WANT_VALUE_OR_END;
  return TRUE;
}

static gboolean
scan_key (Scan *scan, Want *want, GError **error)
{
  if (peek (scan) != '"')
    return fail_here (scan, error, scan->at < scan->size ? N_ ("a key is missing") : N_ ("it ends too early"));
  if (!scan_string (scan, error))
    return FALSE;
  skip_space (scan);
  if (peek (scan) != ':')
    return fail_here (scan, error, "a colon is missing");
  scan->at++;
  *want = WANT_VALUE;
  return TRUE;
}

static gboolean
scan_comma (Scan *scan, Want *want, GError **error)
{
  if (peek (scan) != ',')
    return fail_here (scan, error,
                      scan->at < scan->size ? N_ ("an invalid character after a value") : N_ ("unbalanced brackets"));
  scan->at++;
  *want = scan->closing[scan->depth - 1] == '}' ? WANT_KEY : WANT_VALUE;
  return TRUE;
}

static gboolean
scan_step (Scan *scan, Want *want, GError **error)
{
  gboolean may_end = *want == WANT_COMMA_OR_END || *want == WANT_VALUE_OR_END || *want == WANT_KEY_OR_END;

  if (may_end && peek (scan) == scan->closing[scan->depth - 1])
    {
      scan->depth--;
      scan->at++;
      *want = WANT_COMMA_OR_END;
      return TRUE;
    }
  if (*want == WANT_COMMA_OR_END)
    return scan_comma (scan, want, error);
  if (*want == WANT_KEY || *want == WANT_KEY_OR_END)
    return scan_key (scan, want, error);
  return scan_value (scan, want, error);
}

gsize
arra_json_mark (const char *text, gsize size)
{
  return size >= 3 && memcmp (text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

gboolean
arra_json_scan_values (const char *text, gsize size, const char *name, gsize *n_values, GError **error)
{
  Scan scan = { .name = name, .text = (const guchar *) text, .size = size };
  Want want;

  if (size > ARRA_JSON_MAX_BYTES)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: broken JSON: too large, %zu bytes", name, size);
  if (!g_utf8_validate_len (text, size, NULL))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: broken JSON: invalid UTF-8", name);
  scan.at = arra_json_mark (text, size);
  skip_space (&scan);
  if (!scan_value (&scan, &want, error))
    return FALSE;
  for (skip_space (&scan); scan.depth > 0; skip_space (&scan))
    if (!scan_step (&scan, &want, error))
      return FALSE;
  if (scan.at < size)
    return fail_here (&scan, error, "an invalid character after the end");
  *n_values = scan.n_values;
  return TRUE;
}

gboolean
arra_json_scan (const char *text, gsize size, const char *name, GError **error)
{
  gsize n_values;

  g_return_val_if_fail (text != NULL && name != NULL, FALSE);
  return arra_json_scan_values (text, size, name, &n_values, error);
}
