/* pretokenize.c - text to words: the steps of a pre-tokenizer, one after another
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "pretokenize.h"

#include <string.h>

#include "fail.h"
#include "mem.h"
#include "utf8.h"

/* ------------------------------------------------------------------ pieces */

gboolean
arra_pieces_add (ArraPieces *pieces, gsize start, gsize end, GError **error)
{
  if (start == end)
    return TRUE;
  if (pieces->n == pieces->room)
    {
      gsize room = MAX (64, pieces->room * 2);
      ArraPiece *grown = arra_mem_resize (pieces->items, room, sizeof *grown, "pieces of a text", error);

      if (grown == NULL)
        return FALSE;
      pieces->items = grown;
      pieces->room = room;
    }
  pieces->items[pieces->n++] = (ArraPiece) { (guint32) start, (guint32) (end - start) };
  return TRUE;
}

void
arra_pieces_clear (ArraPieces *pieces)
{
  arra_mem_clear (&pieces->items);
  pieces->n = pieces->room = 0;
}

/* --------------------------------------------------------------- behaviours */

/* Whether a span joins the piece before it. Source: Hugging Face's NormalizedString::split. */
static gboolean
joins (ArraSplitBehavior behavior, gboolean match, gboolean last_match)
{
  switch (behavior)
    {
    case ARRA_SPLIT_MERGED_WITH_PREVIOUS:
      return match && !last_match;
    case ARRA_SPLIT_MERGED_WITH_NEXT:
      return !match && last_match;
    case ARRA_SPLIT_CONTIGUOUS:
      return match == last_match;
    case ARRA_SPLIT_REMOVED:
    case ARRA_SPLIT_ISOLATED:
    default:
      return FALSE;
    }
}

gboolean
arra_splitter_finish (ArraSplitter *splitter, GError **error)
{
  gboolean open = splitter->open;

  splitter->open = FALSE;
  return !open || arra_pieces_add (splitter->out, splitter->start, splitter->end, error);
}

gboolean
arra_splitter_add (ArraSplitter *splitter, gsize start, gsize end, gboolean match, GError **error)
{
  match = splitter->invert ? !match : match;
  if (splitter->open && joins (splitter->behavior, match, splitter->last_match))
    splitter->end = end;
  else
    {
      if (!arra_splitter_finish (splitter, error))
        return FALSE;
      splitter->open = !(match && splitter->behavior == ARRA_SPLIT_REMOVED);
      splitter->start = start;
      splitter->end = end;
    }
  splitter->last_match = match;
  return TRUE;
}

/* -------------------------------------------------------------------- steps */

/* Every character of a class is a match of its own. */
static gboolean
split_on_class (gboolean (*is_match) (gunichar c),
                const char *text,
                gsize start,
                gsize end,
                ArraSplitter *splitter,
                GError **error)
{
  gsize last = start;

  for (gsize at = start, next; at < end; at = next)
    {
      gunichar c;

      next = at + (gsize) arra_utf8_decode (text + at, end - at, &c);
      if (!is_match (c))
        continue;
      if (last < at && !arra_splitter_add (splitter, last, at, FALSE, error))
        return FALSE;
      if (!arra_splitter_add (splitter, at, next, TRUE, error))
        return FALSE;
      last = next;
    }
  return last == end || arra_splitter_add (splitter, last, end, FALSE, error);
}

static gboolean
add_span (gpointer splitter, gsize start, gsize end, gboolean match, GError **error)
{
  return arra_splitter_add (splitter, start, end, match, error);
}

static gboolean
split_gpt2 (const char *text, gsize start, gsize end, ArraSplitter *splitter, GError **error)
{
  for (gsize at = start, next; at < end; at = next)
    {
      next = arra_gpt2_word_end (text, end, at);
      if (!arra_splitter_add (splitter, at, next, TRUE, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
split_piece (const ArraPreStep *step, GRegex *regex, const char *text, ArraPiece piece, ArraPieces *out, GError **error)
{
  ArraSplitter splitter = { step->behavior, step->invert, out, FALSE, FALSE, 0, 0 };
  gsize start = piece.start, end = start + piece.length;
  gboolean ok = FALSE;

  switch (step->kind)
    {
    case ARRA_PRE_REGEX:
    case ARRA_PRE_STRING:
      ok = arra_pattern_spans (&step->pattern, regex, text, start, end, add_span, &splitter, error);
      break;
    case ARRA_PRE_DIGITS:
      ok = split_on_class (arra_char_is_number, text, start, end, &splitter, error);
      break;
    case ARRA_PRE_PUNCTUATION:
      ok = split_on_class (arra_char_is_punctuation, text, start, end, &splitter, error);
      break;
    case ARRA_PRE_WHITESPACE:
      ok = split_on_class (arra_char_is_space, text, start, end, &splitter, error);
      break;
    case ARRA_PRE_METASPACE:
      ok = step->words ? arra_pattern_spans (&step->pattern, NULL, text, start, end, add_span, &splitter, error)
                       : arra_pieces_add (out, start, end, error);
      break;
    case ARRA_PRE_BYTE_LEVEL:
      ok = step->words ? split_gpt2 (text, start, end, &splitter, error) : arra_pieces_add (out, start, end, error);
      break;
    default:
      g_assert_not_reached ();
    }
  return ok && arra_splitter_finish (&splitter, error);
}

static gboolean
apply_step (const ArraPreStep *step,
            const char *text,
            gsize length,
            const ArraPieces *in,
            ArraPieces *out,
            GError **error)
{
  g_autoptr (GRegex) regex = NULL;

  if (!arra_pattern_regex (&step->pattern, length, &regex, error))
    return FALSE;
  out->n = 0;
  for (gsize i = 0; i < in->n; i++)
    if (!split_piece (step, regex, text, in->items[i], out, error))
      return FALSE;
  return TRUE;
}

/* Writes @length bytes with every space as @space. */
static gsize
copy_spaced (const char *space, gsize space_length, const char *text, gsize length, char *out)
{
  gsize n = 0;

  for (gsize i = 0; i < length; i++)
    if (text[i] != ' ')
      out[n++] = text[i];
    else
      {
        memcpy (out + n, space, space_length);
        n += space_length;
      }
  return n;
}

static gboolean
begins_with (const char *text, gsize length, const char *start, gsize start_length)
{
  return length >= start_length && memcmp (text, start, start_length) == 0;
}

/* A copy of @text with spaces as the last step writes them, in which pieces that do not begin with one are given one
 * where it says so; @pieces then are pieces of the copy. */
static char *
rewrite_spaces (const ArraPreStep *step, const char *text, ArraPieces *pieces, GError **error)
{
  const char *space = step->kind == ARRA_PRE_METASPACE ? step->pattern.text : " ";
  gsize width = strlen (space), size = 0, at = 0;
  char *copy;

  for (gsize i = 0; i < pieces->n; i++)
    size += ((gsize) pieces->items[i].length + 1) * width;
  copy = arra_mem_new (size, 1, "text with spaces", error);
  if (copy == NULL)
    return NULL;
  for (gsize i = 0; i < pieces->n; i++)
    {
      ArraPiece *piece = &pieces->items[i];
      const char *old = text + piece->start;
      gsize start = at;

      if (step->prefix_space && old[0] != ' ' && !begins_with (old, piece->length, space, width))
        at += copy_spaced (space, width, " ", 1, copy + at);
      at += copy_spaced (space, width, old, piece->length, copy + at);
      *piece = (ArraPiece) { (guint32) start, (guint32) (at - start) };
    }
  return copy;
}

gboolean
arra_pretokenize (const ArraPretokenizer *pre,
                  const char *text,
                  gsize length,
                  ArraPieces *words,
                  const char **words_text,
                  char **owned,
                  GError **error)
{
  ArraPieces other = { NULL, 0, 0 };
  gboolean ok = length <= ARRA_MAX_TEXT;

  *owned = NULL;
  words->n = 0;
  if (!ok)
    arra_fail (error, ARRA_ERROR_ARGUMENT, "a text of %zu bytes is too long: at most %u", length, ARRA_MAX_TEXT);
  ok = ok && arra_pieces_add (words, 0, length, error);
  for (guint i = 0; ok && i < pre->n; i++)
    {
      const ArraPreStep *step = &pre->steps[i];
      ArraPieces in = *words;

      if (step->prefix_space || step->kind == ARRA_PRE_METASPACE)
        {
          *owned = rewrite_spaces (step, text, words, error);
          ok = *owned != NULL;
          text = ok ? *owned : text;
        }
      ok = ok && apply_step (step, text, length, &in, &other, error);
      *words = other;
      other = in;
    }
  arra_pieces_clear (&other);
  *words_text = text;
  return ok;
}

void
arra_pretokenizer_clear (ArraPretokenizer *pre)
{
  for (guint i = 0; i < pre->n; i++)
    arra_pattern_clear (&pre->steps[i].pattern);
  pre->n = 0;
}
