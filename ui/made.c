/* made.c - a picture that was made, with all a host may want to know of it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "made.h"

#include <glib/gi18n-lib.h>
#include <string.h>

guint8 *
arra_made_copy_pixels (const ArraPicture *picture, GError **error)
{
  const gsize row = (gsize) picture->width * 3;
  guint8 *pixels
      = picture->height > 0 && row <= G_MAXSIZE / picture->height ? g_try_malloc (row * picture->height) : NULL;

  if (pixels == NULL)
    g_set_error_literal (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY,
                         _ ("There is not enough memory to keep the picture."));
  else
    memcpy (pixels, picture->pixels, row * picture->height);
  return pixels;
}

ArraMade *
arra_made_new (const ArraPicture *picture, GError **error)
{
  guint8 *pixels = arra_made_copy_pixels (picture, error);
  ArraMade *made;

  if (pixels == NULL)
    return NULL;
  made = g_new0 (ArraMade, 1);
  g_atomic_ref_count_init (&made->refs);
  made->picture = *picture;
  made->picture.pixels = pixels;
  made->whole_height = arra_made_whole_height (picture, 0);
  return made;
}

ArraMade *
arra_made_ref (ArraMade *made)
{
  g_atomic_ref_count_inc (&made->refs);
  return made;
}

void
arra_made_free (ArraMade *made)
{
  if (made == NULL || !g_atomic_ref_count_dec (&made->refs))
    return;
  g_free ((guint8 *) made->picture.pixels);
  g_clear_pointer (&made->scene, arra_scene_unref);
  g_free (made->codes);
  g_free (made->prompt);
  g_free (made->recipe);
  g_free (made->recipe_bare);
  g_free (made->lost);
  g_clear_pointer (&made->from, arra_checkpoint_unref);
  g_free (made);
}

gboolean
arra_made_is_partial (const ArraMade *made)
{
  return made->picture.rows_finished < made->picture.rows_total;
}

guint
arra_made_whole_height (const ArraPicture *picture, guint known)
{
  if (known > 0 || picture->rows_finished == 0)
    return MAX (known, picture->height);
  if (picture->rows_finished == picture->rows_total)
    return picture->height;
  return picture->height / picture->rows_finished * picture->rows_total;
}

gboolean
arra_made_is_same (const ArraMade *made, const ArraMade *other)
{
  return made->batch == other->batch && made->answer == other->answer && made->index == other->index;
}
