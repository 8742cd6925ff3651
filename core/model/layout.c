/* layout.c - how pictures lie in a sequence of tokens: what all layouts have in common
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "layout.h"

#include "fail.h"

guint64
arra_layout_tokens (const ArraLayout *layout, guint rows, guint columns)
{
  return layout->class->tokens (layout, rows, columns);
}

guint
arra_layout_head (const ArraLayout *layout, guint rows, guint columns, guint32 *ids)
{
  return layout->class->head (layout, rows, columns, ids);
}

gboolean
arra_layout_has_size (const ArraLayout *layout, guint rows, guint columns)
{
  const guint64 most = (guint64) layout->grid * layout->n_grids;

  return rows > 0 && columns > 0 && rows % layout->grid == 0 && columns % layout->grid == 0 && rows <= most
         && columns <= most;
}

gboolean
arra_layout_has_text (const ArraLayout *layout)
{
  return layout->n_tokens > layout->n_codes;
}

gint32
arra_layout_code (const ArraLayout *layout, guint32 id)
{
  if (layout->code_of_id != NULL)
    return layout->code_of_id[id];
  return id < layout->n_codes ? (gint32) id : -1;
}

guint32
arra_layout_id (const ArraLayout *layout, guint32 code)
{
  return layout->id_of_code != NULL ? layout->id_of_code[code] : code;
}

void
arra_layout_free (ArraLayout *layout)
{
  if (layout != NULL)
    layout->class->free (layout);
}

void
arra_layout_tell (const ArraLayout *layout, ArraTokenFunc func, gpointer data)
{
  if (layout->class->tell != NULL)
    layout->class->tell (layout, func, data);
}

ArraTurn
arra_layout_turn (const ArraLayout *layout)
{
  g_assert (layout->class->turn != NULL);
  return layout->class->turn (layout);
}

/* In one direction: a code that lies among the ids is read before its place is written. */
void
arra_layout_write (const ArraLayout *layout, const guint32 *codes, guint rows, guint columns, guint32 *ids)
{
  const guint64 n_codes = (guint64) rows * columns, n = arra_layout_tokens (layout, rows, columns);
  guint64 code = 0;

  for (guint64 place = 0; place < n; place++)
    if (code < n_codes && layout->class->place (layout, columns, code) == place)
      {
        const guint32 next = codes[code++];

        ids[place] = arra_layout_id (layout, MIN (next, layout->n_codes - 1));
      }
    else
      ids[place] = layout->class->between (layout, rows, columns, place);
}

void
arra_grammar_init (ArraGrammar *grammar, const ArraLayout *layout)
{
  *grammar = (ArraGrammar) { .layout = layout, .expect = ARRA_EXPECT_TEXT };
  if (layout->class->init != NULL)
    layout->class->init (grammar);
}

gboolean
arra_grammar_push (ArraGrammar *grammar, guint32 id, GError **error)
{
  if (id >= grammar->layout->n_tokens)
    return arra_fail (error, ARRA_ERROR_FAILED, "token %u is outside the vocabulary of %u", id,
                      grammar->layout->n_tokens);
  return grammar->layout->class->push (grammar, id, error);
}

gboolean
arra_grammar_ends (const ArraGrammar *grammar, guint32 id)
{
  return grammar->expect < ARRA_EXPECT_CODE && grammar->layout->class->ends (grammar->layout, id);
}
