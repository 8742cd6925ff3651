/* picture_sequence.c - what a transformer learns from a captioned picture
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture_sequence.h"

#include "fail.h"
#include "mem.h"

#define NOT_LEARNT (-100)
#define PER_GRID 2 /* codes on a side of what sizes count */
#define HEAD 3     /* start, height, width */
#define TAIL 2     /* end, stop */

void
arra_picture_items_clear (ArraPictureItems *items)
{
  if (items->free_owner != NULL)
    items->free_owner (items->owner);
  *items = (ArraPictureItems){ 0 };
}

static gboolean
check_size (const ArraPictureItems *items, const ArraVocabulary *vocabulary, const char *name, GError **error)
{
  guint most = vocabulary->n_sizes * PER_GRID;

  if (items->n == 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: holds no pictures", name);
  if (items->rows > 0 && items->columns > 0 && items->rows % PER_GRID == 0 && items->columns % PER_GRID == 0
      && items->rows <= most && items->columns <= most)
    return TRUE;
  return arra_fail (
      error, ARRA_ERROR_INVALID_DATA,
      "%s: the vocabulary has no names for pictures of %u x %u codes: even numbers up to %u have", name,
      items->columns, items->rows, most);
}

static gboolean
check_item (const ArraPictureItems *items,
            guint item,
            guint32 *codes,
            const ArraVocabulary *vocabulary,
            const char *name,
            GError **error)
{
  guint n;
  const guint32 *prompt = items->prompt (items->owner, item, &n);

  for (guint i = 0; i < n; i++)
    if (prompt[i] >= vocabulary->n_tokens)
      return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                        "%s: picture %u: its prompt has token %u, but the vocabulary has %u", name, item,
                        prompt[i], vocabulary->n_tokens);
  items->codes (items->owner, item, codes);
  for (guint i = 0; i < items->rows * items->columns; i++)
    if (codes[i] >= vocabulary->n_codes)
      return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                        "%s: picture %u has code %u, but the vocabulary names only %u", name, item, codes[i],
                        vocabulary->n_codes);
  return TRUE;
}

gboolean
arra_picture_items_check (const ArraPictureItems *items,
                          const ArraVocabulary *vocabulary,
                          const char *name,
                          GError **error)
{
  g_automem guint32 *codes = NULL;

  if (!check_size (items, vocabulary, name, error))
    return FALSE;
  codes = arra_mem_new ((gsize) items->rows * items->columns, sizeof *codes, "a picture's codes", error);
  if (codes == NULL)
    return FALSE;
  for (guint i = 0; i < items->n; i++)
    if (!check_item (items, i, codes, vocabulary, name, error))
      return FALSE;
  return TRUE;
}

gboolean
arra_picture_items_same (const ArraPictureItems *items, guint item, GError **error)
{
  return items->check == NULL || items->check (items->owner, item, error);
}

guint
arra_picture_sequence_length (const ArraPictureItems *items, guint item, gboolean prompt)
{
  guint n = 0;

  if (prompt)
    items->prompt (items->owner, item, &n);
  return (prompt ? n + 2 : 0) + HEAD + items->rows * (items->columns + 1) + TAIL;
}

guint
arra_picture_sequence_longest (const ArraPictureItems *items)
{
  guint length = 0;

  for (guint i = 0; i < items->n; i++)
    length = MAX (length, arra_picture_sequence_length (items, i, TRUE));
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
put_prompt (Place *place, const ArraPictureItems *items, guint item, const ArraVocabulary *vocabulary)
{
  guint n;
  const guint32 *prompt = items->prompt (items->owner, item, &n);

  put (place, vocabulary->bos, FALSE);
  for (guint i = 0; i < n; i++)
    put (place, prompt[i], FALSE);
  put (place, vocabulary->stop, FALSE);
}

/* The codes are read to the very end of the rows, where each is taken before something is written over it. Checked as they
 * were, they may come from a file that is being changed: arra_picture_items_same() tells, and until then none is out of bounds. */
static void
put_rows (Place *place, const ArraPictureItems *items, guint item, const ArraVocabulary *vocabulary)
{
  const guint32 *code = place->ids + items->rows;

  items->codes (items->owner, item, place->ids + items->rows);
  for (guint row = 0; row < items->rows; row++)
    {
      for (guint column = 0; column < items->columns; column++, code++)
        put (place, vocabulary->id_of_code[MIN (*code, vocabulary->n_codes - 1)], TRUE);
      put (place, vocabulary->new_line, TRUE);
    }
}

void
arra_picture_sequence_write (const ArraPictureItems *items,
                             guint item,
                             gboolean prompt,
                             const ArraVocabulary *vocabulary,
                             guint32 *ids,
                             gint32 *labels)
{
  Place place = { ids, labels };

  if (prompt)
    put_prompt (&place, items, item, vocabulary);
  put (&place, vocabulary->image_start, TRUE);
  put (&place, vocabulary->id_of_size[items->rows / PER_GRID], TRUE);
  put (&place, vocabulary->id_of_size[items->columns / PER_GRID], TRUE);
  put_rows (&place, items, item, vocabulary);
  put (&place, vocabulary->image_end, TRUE);
  put (&place, vocabulary->stop, TRUE);
}
