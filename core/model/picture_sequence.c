/* picture_sequence.c - what a transformer learns from a captioned picture
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture_sequence.h"

#include "fail.h"
#include "mem.h"

#define NOT_LEARNT (-100)

void
arra_picture_items_clear (ArraPictureItems *items)
{
  if (items->free_owner != NULL)
    items->free_owner (items->owner);
  *items = (ArraPictureItems) { 0 };
}

static gboolean
check_size (const ArraPictureItems *items, const ArraLayout *layout, const char *name, GError **error)
{
  if (items->n == 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: holds no pictures", name);
  if (arra_layout_has_size (layout, items->rows, items->columns))
    return TRUE;
  if (!arra_layout_has_text (layout))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: pictures have %u x %u codes, but the model makes those of %u x %u: give `arra pretokenize` "
                      "another --size",
                      name, items->columns, items->rows, layout->grid, layout->grid);
  return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                    "%s: the vocabulary has no names for pictures of %u x %u codes: even numbers up to %u have", name,
                    items->columns, items->rows, layout->grid * layout->n_grids);
}

static gboolean
check_item (const ArraPictureItems *items,
            guint item,
            guint32 *codes,
            const ArraLayout *layout,
            const char *name,
            GError **error)
{
  guint n = 0;
  const guint32 *prompt = items->front == NULL ? items->prompt (items->owner, item, &n) : NULL;

  for (guint i = 0; i < n; i++)
    if (prompt[i] >= layout->n_tokens)
      return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                        "%s: picture %u: its prompt has token %u, but the vocabulary has %u", name, item, prompt[i],
                        layout->n_tokens);
  items->codes (items->owner, item, codes);
  for (guint i = 0; i < items->rows * items->columns; i++)
    if (codes[i] >= layout->n_codes)
      return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: picture %u has code %u, but the vocabulary names only %u",
                        name, item, codes[i], layout->n_codes);
  return TRUE;
}

gboolean
arra_picture_items_check (const ArraPictureItems *items, const ArraLayout *layout, const char *name, GError **error)
{
  const ArraPictureItems *all = items->whole != NULL ? items->whole : items;
  g_automem guint32 *codes = NULL;

  if (!check_size (items, layout, name, error))
    return FALSE;
  codes = arra_mem_new ((gsize) all->rows * all->columns, sizeof *codes, "a picture's codes", error);
  if (codes == NULL)
    return FALSE;
  for (guint i = 0; i < all->n; i++)
    if (!check_item (all, i, codes, layout, name, error))
      return FALSE;
  return TRUE;
}

gboolean
arra_picture_items_same (const ArraPictureItems *items, guint item, GError **error)
{
  return items->check == NULL || items->check (items->owner, item, error);
}

guint
arra_picture_sequence_length (const ArraPictureItems *items, guint item, gboolean prompt, const ArraLayout *layout)
{
  guint n = 0;

  if (items->front != NULL)
    {
      items->front (items->owner, item, prompt, &n);
      return n + items->rows * items->columns;
    }
  if (prompt)
    items->prompt (items->owner, item, &n);
  return (prompt ? n + 2 : 0) + (guint) arra_layout_tokens (layout, items->rows, items->columns) + 1;
}

guint
arra_picture_sequence_longest (const ArraPictureItems *items, const ArraLayout *layout)
{
  guint length = 0;

  for (guint i = 0; i < items->n; i++)
    length = MAX (length, arra_picture_sequence_length (items, i, TRUE, layout));
  return length;
}

typedef struct
{
  guint32 *ids;
  gint32 *labels;
} Place;

static void
put (Place *place, guint32 id, gboolean learnt)
{
  *place->ids++ = id;
  *place->labels++ = learnt ? (gint32) id : NOT_LEARNT;
}

static void
put_prompt (Place *place, const ArraPictureItems *items, guint item, const ArraLayout *layout)
{
  const ArraTurn turn = arra_layout_turn (layout);
  guint n;
  const guint32 *prompt = items->prompt (items->owner, item, &n);

  put (place, turn.begin, FALSE);
  for (guint i = 0; i < n; i++)
    put (place, prompt[i], FALSE);
  put (place, turn.end, FALSE);
}

/* The codes are read to the end of the picture's place, where each is taken before something is written over it.
 * Checked as they were, they may come from a file that is being changed: arra_picture_items_same() tells, and until
 * then none is out of bounds. */
static void
put_picture (Place *place, const ArraPictureItems *items, guint item, const ArraLayout *layout)
{
  const gsize n = arra_layout_tokens (layout, items->rows, items->columns);
  guint32 *codes = place->ids + n - (gsize) items->rows * items->columns;

  items->codes (items->owner, item, codes);
  arra_layout_write (layout, codes, items->rows, items->columns, place->ids);
  for (gsize i = 0; i < n; i++)
    put (place, *place->ids + items->first_id, TRUE);
}

/* What the model reads in front of a picture that is all there is in the sequence. */
static void
put_front (Place *place, const ArraPictureItems *items, guint item, gboolean prompt)
{
  guint n;
  const guint32 *front = items->front (items->owner, item, prompt, &n);

  for (guint i = 0; i < n; i++)
    put (place, front[i], FALSE);
}

void
arra_picture_sequence_write (const ArraPictureItems *items,
                             guint item,
                             gboolean prompt,
                             const ArraLayout *layout,
                             guint32 *ids,
                             gint32 *labels)
{
  Place place = { ids, labels };

  if (items->front != NULL)
    put_front (&place, items, item, prompt);
  else if (prompt)
    put_prompt (&place, items, item, layout);
  put_picture (&place, items, item, layout);
  if (items->front == NULL)
    put (&place, arra_layout_turn (layout).end, TRUE);
}
