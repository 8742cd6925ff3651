/* insert.c - pictures become layers: at native size, fitted to the canvas, or fitted to the selection and masked by it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "insert.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "label.h"

typedef struct
{
  int x, y, width, height;
} Box;

static gboolean
fail (GError **error)
{
  g_set_error (error, ARRA_ERROR, ARRA_ERROR_FAILED, _ ("GIMP could not insert the layer: %s"), host_error_text ());
  return FALSE;
}

GimpImageType
insert_layer_type (HostImage image)
{
  const GimpImageBaseType base = gimp_image_get_base_type (image);

  return base == GIMP_GRAY ? GIMP_GRAYA_IMAGE : base == GIMP_INDEXED ? GIMP_INDEXEDA_IMAGE : GIMP_RGBA_IMAGE;
}

/* The picture's middle of the box's proportions: it is cut, never stretched out of shape. */
static Box
cut (const ArraPicture *picture, const Box *box)
{
  const gint64 pw = picture->width, ph = picture->height;
  Box part = { 0, 0, (int) pw, (int) ph };

  if (pw * box->height > ph * box->width)
    part.width = (int) MAX (1, (ph * box->width + box->height / 2) / box->height);
  else
    part.height = (int) MAX (1, (pw * box->height + box->width / 2) / box->width);
  part.x = ((int) pw - part.width) / 2;
  part.y = ((int) ph - part.height) / 2;
  return part;
}

gboolean
insert_selection_box (HostImage image, int *x, int *y, int *width, int *height)
{
  gboolean selected = FALSE;
  int right = 0, bottom = 0;

  if (!gimp_selection_bounds (image, &selected, x, y, &right, &bottom) || !selected)
    return FALSE;
  *width = right - *x;
  *height = bottom - *y;
  return *width > 0 && *height > 0;
}

gboolean
insert_check_place (HostImage image, ArraInsertMode place, GError **error)
{
  int x, y, width, height;

  if (place != ARRA_INSERT_SELECTION)
    return TRUE;
  if (image != HOST_NONE && gimp_image_is_valid (image) && insert_selection_box (image, &x, &y, &width, &height))
    return TRUE;
  g_set_error_literal (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT,
                       _ ("Nothing is selected that the picture could be fitted to"));
  return FALSE;
}

static gboolean
scale (HostLayer layer, const Box *box)
{
  gboolean done;

  gimp_context_push ();
  gimp_context_set_interpolation (GIMP_INTERPOLATION_CUBIC);
  done = gimp_layer_scale (layer, box->width, box->height, FALSE);
  gimp_context_pop ();
  return done && gimp_layer_set_offsets (layer, box->x, box->y);
}

static gboolean
attach_recipe (HostLayer layer, const char *recipe)
{
  GimpParasite *parasite = gimp_parasite_new (PLUGIN_RECIPE_PARASITE, GIMP_PARASITE_PERSISTENT | GIMP_PARASITE_UNDOABLE,
                                              (guint32) strlen (recipe), recipe);
  const gboolean done = gimp_item_attach_parasite (HOST_ITEM (layer), parasite);

  gimp_parasite_free (parasite);
  return done;
}

/* The layer, not the mask, is what is painted on then. */
static gboolean
add_mask (HostLayer layer, HostMask mask)
{
  return gimp_layer_add_mask (layer, mask) && gimp_layer_set_edit_mask (layer, FALSE);
}

static gboolean
mask_by_selection (HostLayer layer)
{
  const HostMask mask = gimp_layer_create_mask (layer, GIMP_ADD_MASK_SELECTION);

  return mask != HOST_NONE && add_mask (layer, mask);
}

/* @part: of the scene, what the layer shows */
static gboolean
mask_by_scene (HostLayer layer, const ArraScene *scene, const Box *part)
{
  const HostMask mask = gimp_layer_create_mask (layer, GIMP_ADD_MASK_BLACK);
  g_autoptr (GeglBuffer) buffer = NULL;
  const guint8 *bytes = scene->mask + (gsize) part->y * scene->width + part->x;

  if (mask == HOST_NONE || !add_mask (layer, mask))
    return FALSE;
  buffer = gimp_drawable_get_buffer (HOST_DRAWABLE (mask));
  gegl_buffer_set (buffer, GEGL_RECTANGLE (0, 0, part->width, part->height), 0, babl_format ("Y u8"), bytes,
                   (int) scene->width);
  gegl_buffer_flush (buffer);
  return gimp_drawable_update (HOST_DRAWABLE (mask), 0, 0, part->width, part->height);
}

/* Of a picture that was made from a scene: what is shown of it. */
static Box
shown (const ArraPicture *picture, const ArraScene *scene)
{
  guint x, y, width, height;

  if (!arra_scene_shown (scene, &x, &y, &width, &height) || y >= picture->height)
    return (Box) { 0, 0, (int) picture->width, (int) picture->height };
  return (Box) { (int) x, (int) y, (int) width, (int) MIN (height, picture->height - y) };
}

/* To where it was made from. */
static gboolean
put_back (HostLayer layer, const ArraScene *scene, const Box *part)
{
  return gimp_layer_set_offsets (layer, scene->x + part->x, scene->y + part->y)
         && (scene->mask == NULL || mask_by_scene (layer, scene, part));
}

/* In the middle of the image. */
static gboolean
centre (HostImage image, HostLayer layer, const Box *part)
{
  return gimp_layer_set_offsets (layer, (gimp_image_get_width (image) - part->width) / 2,
                                 (gimp_image_get_height (image) - part->height) / 2);
}

/* @place, now that it is known what is selected. */
static ArraInsertMode
settle_place (HostImage image, ArraInsertMode place)
{
  int x, y, width, height;

  if (place == ARRA_INSERT_AUTOMATIC && insert_selection_box (image, &x, &y, &width, &height))
    return ARRA_INSERT_SELECTION;
  return place;
}

/* (nullable): what the picture was made from, when that is of this image */
static const ArraScene *
scene_of (const InsertTarget *target, const InsertPicture *item)
{
  return item->scene != NULL && item->scene->image == host_image_number (target->image) ? item->scene : NULL;
}

/* Above the active layer, or in it when it is a group; of @group, in which only the uppermost is seen, the top. */
static gboolean
put_in (HostImage image, HostLayer layer, HostLayer group, gboolean seen)
{
  if (group == HOST_NONE)
    return gimp_image_insert_layer (image, layer, HOST_NO_PARENT, -1);
  return gimp_image_insert_layer (image, layer, group, 0) && gimp_item_set_visible (HOST_ITEM (layer), seen);
}

/* @box: (nullable): where the picture is fitted to; @group: HOST_NONE for a picture alone */
static gboolean
insert_one (const InsertTarget *target,
            ArraInsertMode place,
            const InsertPicture *item,
            const Box *box,
            HostLayer group,
            gboolean seen,
            GArray *layers,
            guint at)
{
  const ArraPicture *picture = item->picture;
  const Box whole = { 0, 0, (int) picture->width, (int) picture->height };
  const ArraScene *scene = scene_of (target, item);
  const Box part = scene != NULL ? shown (picture, scene) : box != NULL ? cut (picture, box) : whole;
  g_autofree char *name = plugin_label_layer (item->prompt, item->medical);
  HostLayer layer;
  const guint8 *pixels = picture->pixels + 3 * ((gsize) part.y * picture->width + (gsize) part.x);

  layer = gimp_layer_new (target->image, name, part.width, part.height, insert_layer_type (target->image), 100,
                          gimp_image_get_default_new_layer_mode (target->image));
  if (layer == HOST_NONE || !put_in (target->image, layer, group, seen))
    return FALSE;
  g_array_insert_val (layers, at, layer);
  host_write_pixels (target->image, layer, part.width, part.height, pixels, 3 * (int) picture->width);
  if (scene != NULL && !put_back (layer, scene, &part))
    return FALSE;
  if (scene == NULL && place == ARRA_INSERT_AUTOMATIC && !centre (target->image, layer, &part))
    return FALSE;
  if (scene == NULL && box != NULL && !scale (layer, box))
    return FALSE;
  if (scene == NULL && box != NULL && place == ARRA_INSERT_SELECTION && !mask_by_selection (layer))
    return FALSE;
  return item->recipe == NULL || attach_recipe (layer, item->recipe);
}

static gboolean
label_image (const InsertTarget *target, gboolean medical, GError **error)
{
  g_autoptr (GObject) old = NULL, fresh = NULL;
  g_autofree char *serialised = NULL, *labelled = NULL;

  if (!target->label && !medical)
    return TRUE;
  old = (GObject *) gimp_image_get_metadata (target->image);
  if (old == NULL)
    old = (GObject *) gimp_metadata_new ();
  serialised = gimp_metadata_serialize ((GimpMetadata *) old);
  labelled = plugin_label_image (serialised, target->label, target->image == target->own, medical);
  fresh = (GObject *) gimp_metadata_deserialize (labelled);
  return (fresh != NULL && gimp_image_set_metadata (target->image, (GimpMetadata *) fresh)) || fail (error);
}

/* Several pictures come in a group. */
static gboolean
add_group (HostImage image, const InsertPicture *first, HostLayer *group)
{
  g_autofree char *name = plugin_label_layer (first->prompt, first->medical);
  const HostLayer made = host_new_group (image, name);

  if (made == HOST_NONE || !gimp_image_insert_layer (image, made, HOST_NO_PARENT, -1))
    return FALSE;
  *group = made;
  return TRUE;
}

/* @place: of pictures that were made from nothing; @group: (out): they are in it, HOST_NONE: there is none */
static gboolean
insert_all (InsertTarget *target,
            ArraInsertMode place,
            const InsertPicture *pictures,
            guint n_pictures,
            HostLayer *group,
            GArray *layers,
            GError **error)
{
  const guint at = layers->len;
  const gboolean fit = place == ARRA_INSERT_CANVAS || place == ARRA_INSERT_SELECTION;
  gboolean medical = FALSE;
  Box box = { 0, 0, gimp_image_get_width (target->image), gimp_image_get_height (target->image) };

  /* an indexed image without colours could show nothing */
  if (gimp_image_get_base_type (target->image) == GIMP_INDEXED && !host_image_has_palette (target->image)
      && !gimp_image_convert_rgb (target->image))
    return fail (error);
  if (place == ARRA_INSERT_SELECTION && !insert_selection_box (target->image, &box.x, &box.y, &box.width, &box.height))
    return insert_check_place (target->image, place, error);
  if (n_pictures > 1 && !add_group (target->image, &pictures[0], group))
    return fail (error);
  for (guint i = n_pictures; i-- > 0;)
    {
      medical |= pictures[i].medical;
      if (!insert_one (target, place, &pictures[i], fit ? &box : NULL, *group, i == 0, layers, at))
        return fail (error);
    }
  return label_image (target, medical, error);
}

/* All or nothing. */
static void
take_back (HostImage image, HostLayer group, GArray *layers, guint begin)
{
  for (guint i = begin; i < layers->len; i++)
    gimp_image_remove_layer (image, g_array_index (layers, HostLayer, i));
  if (group != HOST_NONE)
    gimp_image_remove_layer (image, group);
  g_array_set_size (layers, begin);
}

gboolean
insert_pictures (InsertTarget *target, const InsertPicture *pictures, guint n_pictures, GArray *layers, GError **error)
{
  const guint begin = layers->len;
  HostLayer group = HOST_NONE;
  gboolean made, done;

  g_return_val_if_fail (n_pictures > 0, FALSE);
  made = target->image == HOST_NONE || !gimp_image_is_valid (target->image);
  if (made)
    target->own = target->image
        = gimp_image_new ((int) pictures[0].picture->width, (int) pictures[0].picture->height, GIMP_RGB);
  if (made)
    gimp_image_undo_disable (target->image);
  else
    gimp_image_undo_group_start (target->image);
  done = insert_all (target, made ? ARRA_INSERT_NATIVE : settle_place (target->image, target->place), pictures,
                     n_pictures, &group, layers, error);
  if (!done)
    take_back (target->image, group, layers, begin);
  if (made)
    gimp_image_undo_enable (target->image);
  else
    gimp_image_undo_group_end (target->image);
  if (made && !done)
    gimp_image_delete (target->image);
  else if (made && target->display)
    gimp_display_new (target->image);
  gimp_displays_flush ();
  return done;
}
