/* look.c - what of an image pictures are made from: the surroundings of a hole, or a layer
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "look.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "insert.h"

#define BAND 64    /* rows that are searched for what is transparent at once */
#define OPAQUE 255 /* alpha */

typedef struct
{
  int x, y, width, height;
} Box;

/* Pixels in the image's coordinates. */
typedef struct
{
  HostImage image;
  HostDrawable drawable;
  int x, y; /* its corner */
} Sight;

static void
read_box (const Sight *sight, const Box *box, guint8 *rgba)
{
  host_read_pixels (sight->image, sight->drawable, box->x - sight->x, box->y - sight->y, box->width, box->height, rgba);
}

static void
widen_to (Box *box, int x, int y)
{
  const int right = MAX (box->x + box->width, x + 1), bottom = MAX (box->y + box->height, y + 1);

  if (box->width == 0)
    {
      *box = (Box) { x, y, 1, 1 };
      return;
    }
  box->x = MIN (box->x, x);
  box->y = MIN (box->y, y);
  box->width = right - box->x;
  box->height = bottom - box->y;
}

/* The bounding box of what is not opaque; FALSE: all is. */
static gboolean
find_clear (const Sight *sight, Box *clear)
{
  const int width = gimp_image_get_width (sight->image), height = gimp_image_get_height (sight->image);
  g_autofree guint8 *rgba = g_malloc_n ((gsize) width * BAND, 4);

  *clear = (Box) { 0 };
  for (int top = 0; top < height; top += BAND)
    {
      const Box band = { 0, top, width, MIN (BAND, height - top) };

      read_box (sight, &band, rgba);
      for (int y = 0; y < band.height; y++)
        for (int x = 0; x < width; x++)
          if (rgba[4 * ((gsize) y * (gsize) width + (gsize) x) + 3] != OPAQUE)
            widen_to (clear, x, top + y);
    }
  return clear->width > 0;
}

/* @selected: whether the hole is what is selected. */
static gboolean
find_hole (const Sight *sight, Box *hole, gboolean *selected, GError **error)
{
  *selected = insert_selection_box (sight->image, &hole->x, &hole->y, &hole->width, &hole->height);
  if (*selected || find_clear (sight, hole))
    return TRUE;
  g_set_error_literal (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT,
                       _ ("There is nothing to fill: select what is to be made, or enlarge the canvas"));
  return FALSE;
}

static Box
with_surroundings (const Sight *sight, const Box *hole, guint across, guint down)
{
  const int left = MAX (0, hole->x - (int) across), top = MAX (0, hole->y - (int) down);
  const int right = MIN (gimp_image_get_width (sight->image), hole->x + hole->width + (int) across),
            bottom = MIN (gimp_image_get_height (sight->image), hole->y + hole->height + (int) down);

  return (Box) { left, top, right - left, bottom - top };
}

/* What cannot be seen through is known, unless it is to be made. */
static void
take_hole (ArraScene *scene, const guint8 *rgba, const guint8 *selection)
{
  const gsize n = (gsize) scene->width * scene->height;

  for (gsize i = 0; i < n; i++)
    {
      const gboolean clear = rgba[4 * i + 3] != OPAQUE;

      memcpy (scene->pixels + 3 * i, rgba + 4 * i, 3);
      scene->unknown[i] = clear || (selection != NULL && selection[i] != 0) ? 255 : 0;
      scene->mask[i] = selection != NULL ? selection[i] : clear ? 255 : 0;
    }
}

/* (transfer full) (nullable): g_free() */
static guint8 *
new_bytes (const Box *box, guint channels, GError **error)
{
  guint8 *bytes = g_try_malloc_n ((gsize) box->width * (gsize) box->height, channels);

  if (bytes == NULL)
    g_set_error_literal (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY,
                         _ ("There is not enough memory to look at the image."));
  return bytes;
}

static void
read_selection (HostImage image, const Box *box, guint8 *selection)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (HOST_DRAWABLE (gimp_image_get_selection (image)));

  gegl_buffer_get (buffer, GEGL_RECTANGLE (box->x, box->y, box->width, box->height), 1, babl_format ("Y u8"), selection,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
}

static ArraScene *
look_around (const Sight *sight, guint across, guint down, GError **error)
{
  gboolean selected;
  Box hole, box;
  g_autofree guint8 *rgba = NULL, *selection = NULL;
  ArraScene *scene;

  if (!find_hole (sight, &hole, &selected, error))
    return NULL;
  box = with_surroundings (sight, &hole, across, down);
  rgba = new_bytes (&box, 4, error);
  selection = rgba != NULL ? new_bytes (&box, 1, error) : NULL;
  scene = selection != NULL ? arra_scene_new (host_image_number (sight->image), box.x, box.y, (guint) box.width,
                                              (guint) box.height, TRUE, error)
                            : NULL;
  if (scene == NULL)
    return NULL;
  read_box (sight, &box, rgba);
  if (selected)
    read_selection (sight->image, &box, selection);
  take_hole (scene, rgba, selected ? selection : NULL);
  return scene;
}

static Sight
sight_of (HostImage image, HostLayer layer)
{
  Sight sight = { .image = image, .drawable = HOST_DRAWABLE (layer) };

  gimp_drawable_get_offsets (sight.drawable, &sight.x, &sight.y);
  return sight;
}

static gboolean
check_image (HostImage image, GError **error)
{
  if (image != HOST_NONE && gimp_image_is_valid (image))
    return TRUE;
  g_set_error_literal (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT, _ ("There is no image to look at"));
  return FALSE;
}

static gboolean
check_layer (HostLayer layer, GError **error)
{
  if (layer != HOST_NONE)
    return TRUE;
  g_set_error_literal (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT, _ ("There is no layer to look at: choose one"));
  return FALSE;
}

ArraScene *
look_at_hole (HostImage image, HostLayer layer, guint across, guint down, GError **error)
{
  HostLayer visible = layer;
  Sight sight;
  ArraScene *scene;

  if (!check_image (image, error))
    return NULL;
  if (layer == HOST_NONE)
    visible = gimp_layer_new_from_visible (image, image, "visible");
  if (!check_layer (visible, error))
    return NULL;
  sight = sight_of (image, visible);
  scene = look_around (&sight, across, down, error);
  if (layer == HOST_NONE)
    gimp_item_delete (HOST_ITEM (visible));
  return scene;
}

/* What shines through a layer is white: what the model learnt from pictures like that. */
static void
take_layer (ArraScene *scene, const guint8 *rgba)
{
  const gsize n = (gsize) scene->width * scene->height;

  for (gsize i = 0; i < n; i++)
    {
      const guint alpha = rgba[4 * i + 3];

      for (guint plane = 0; plane < 3; plane++)
        scene->pixels[3 * i + plane] = (guint8) ((rgba[4 * i + plane] * alpha + 255 * (255 - alpha) + 127) / 255);
      scene->mask[i] = (guint8) alpha;
    }
}

static gboolean
is_opaque (const guint8 *mask, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (mask[i] != OPAQUE)
      return FALSE;
  return TRUE;
}

ArraScene *
look_at_layer (HostImage image, HostLayer layer, GError **error)
{
  g_autofree guint8 *rgba = NULL;
  ArraScene *scene;
  Sight sight;
  Box box;

  if (!check_image (image, error) || !check_layer (layer, error))
    return NULL;
  sight = sight_of (image, layer);
  box = (Box) { sight.x, sight.y, gimp_drawable_get_width (sight.drawable), gimp_drawable_get_height (sight.drawable) };
  rgba = new_bytes (&box, 4, error);
  scene = rgba != NULL ? arra_scene_new (host_image_number (image), box.x, box.y, (guint) box.width, (guint) box.height,
                                         TRUE, error)
                       : NULL;
  if (scene == NULL)
    return NULL;
  read_box (&sight, &box, rgba);
  take_layer (scene, rgba);
  if (is_opaque (scene->mask, (gsize) scene->width * scene->height))
    g_clear_pointer (&scene->mask, g_free);
  return scene;
}
