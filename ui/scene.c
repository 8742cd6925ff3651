/* scene.c - a part of a host's image that pictures are made from
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scene.h"

#include <arra.h>
#include <glib/gi18n-lib.h>

static void
clear (gpointer data)
{
  ArraScene *scene = data;

  g_free (scene->pixels);
  g_free (scene->unknown);
  g_free (scene->mask);
}

ArraScene *
arra_scene_new (int image, int x, int y, guint width, guint height, gboolean holed, GError **error)
{
  ArraScene *scene = g_atomic_rc_box_new0 (ArraScene);
  const gsize n = (gsize) width * height;

  *scene = (ArraScene) { .image = image, .x = x, .y = y, .width = width, .height = height };
  scene->pixels = g_try_malloc0_n (n, 3);
  scene->unknown = holed ? g_try_malloc0 (n) : NULL;
  scene->mask = holed ? g_try_malloc0 (n) : NULL;
  if (scene->pixels != NULL && (!holed || (scene->unknown != NULL && scene->mask != NULL)))
    return scene;
  g_set_error_literal (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY, _ ("There is not enough memory to look at the image."));
  arra_scene_unref (scene);
  return NULL;
}

ArraScene *
arra_scene_ref (ArraScene *scene)
{
  return g_atomic_rc_box_acquire (scene);
}

void
arra_scene_unref (ArraScene *scene)
{
  g_atomic_rc_box_release_full (scene, clear);
}

gboolean
arra_scene_shown (const ArraScene *scene, guint *left, guint *top, guint *width, guint *height)
{
  guint right = 0, bottom = 0;

  *left = *top = G_MAXUINT;
  for (guint y = 0; y < scene->height; y++)
    for (guint x = 0; x < scene->width; x++)
      if (scene->mask == NULL || scene->mask[(gsize) y * scene->width + x] != 0)
        {
          *left = MIN (*left, x);
          *top = MIN (*top, y);
          right = MAX (right, x + 1);
          bottom = y + 1;
        }
  *width = right - *left;
  *height = bottom - *top;
  return bottom > 0;
}
