/* alignment.c - which positions ARRA aligns
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "alignment.h"

#include "fail.h"

/* Whether position @at of a sequence is aligned. @ids: the padded sequence, @own: its own length. */
static gboolean
is_aligned (const ArraAlignment *alignment, const guint32 *ids, guint length, guint own, guint at)
{
  switch (alignment->positions)
    {
    case ARRA_ALIGN_IMAGE:
      return at + 1 < own && alignment->image_ids[ids[at + 1]];
    case ARRA_ALIGN_WINDOW:
      return at + 1 < length && length - at - 1 <= alignment->window;
    case ARRA_ALIGN_LAST:
      return at + 1 == length;
    case ARRA_ALIGN_TOKEN:
      return at < own && ids[at] == alignment->rep_id;
    case ARRA_ALIGN_NONE:
      break;
    }
  return FALSE;
}

gssize
arra_alignment_rows (const ArraAlignment *alignment,
                     guint n,
                     guint length,
                     const guint32 *ids,
                     const guint32 *lengths,
                     guint32 *rows,
                     guint32 *items,
                     GError **error)
{
  gboolean once = alignment->positions == ARRA_ALIGN_TOKEN;
  gssize count = 0;

  for (guint item = 0; item < n; item++)
    {
      gssize before = count;

      for (guint at = 0; at < length && !(once && count > before); at++)
        if (is_aligned (alignment, ids + (gsize) item * length, length, lengths[item], at))
          {
            rows[count] = item * length + at;
            items[count++] = item;
          }
      if (once && count == before)
        {
          arra_fail (error, ARRA_ERROR_ARGUMENT, "Sequence %u has no token %u to align at", item, alignment->rep_id);
          return -1;
        }
    }
  return count;
}

gsize
arra_alignment_parts (const ArraPartAlignment *alignment,
                      const guint8 *image_ids,
                      guint n,
                      guint length,
                      const guint32 *ids,
                      const guint32 *lengths,
                      guint n_parts,
                      guint32 *rows,
                      guint32 *items)
{
  const guint before = alignment->next ? 1 : 0;
  gsize count = 0;

  for (guint item = 0; item < n; item++)
    {
      const guint32 *own = ids + (gsize) item * length;
      guint part = 0;

      for (guint at = before; at < lengths[item] && part < n_parts; at++)
        if (image_ids[own[at]])
          {
            rows[count] = item * length + at - before;
            items[count++] = item * n_parts + part++;
          }
    }
  return count;
}
