/* map.c - how likely a layer is, as a layer of its own or as the selection
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "insert.h"
#include "label.h"

static gboolean
fail (GError **error)
{
  g_set_error (error, ARRA_ERROR, ARRA_ERROR_FAILED, _ ("GIMP could not show how likely the layer is: %s"),
               host_error_text ());
  return FALSE;
}

/* Channels of most images are encoded as their pixels are, and GIMP selects by the bare numbers. */
static const Babl *
number_format (GeglBuffer *buffer)
{
  const char *encoding = babl_format_get_encoding (gegl_buffer_get_format (buffer));

  return babl_format (strchr (encoding, '\'') != NULL ? "Y' u8" : "Y u8");
}

/* What is white is selected, what is black is not. */
static gboolean
select_map (HostImage image, const ArraScene *scene, const guint8 *map)
{
  const HostChannel channel = (HostChannel) gimp_selection_save (image);
  g_autoptr (GeglBuffer) buffer = NULL;
  gboolean done;

  if (channel == HOST_NONE)
    return FALSE;
  buffer = gimp_drawable_get_buffer (HOST_DRAWABLE (channel));
  gegl_buffer_clear (buffer, NULL);
  gegl_buffer_set (buffer, GEGL_RECTANGLE (scene->x, scene->y, (int) scene->width, (int) scene->height), 0,
                   number_format (buffer), map, (int) scene->width);
  gegl_buffer_flush (buffer);
  gimp_drawable_update (HOST_DRAWABLE (channel), 0, 0, gimp_image_get_width (image), gimp_image_get_height (image));
  gimp_context_push ();
  gimp_context_set_feather (FALSE);
  done = gimp_image_select_item (image, GIMP_CHANNEL_OP_REPLACE, HOST_ITEM (channel));
  gimp_context_pop ();
  return gimp_image_remove_channel (image, channel) && done;
}

/* Each byte three times. (transfer full): g_free() */
static guint8 *
as_rgb (const ArraScene *scene, const guint8 *map)
{
  const gsize n = (gsize) scene->width * scene->height;
  guint8 *rgb = g_malloc_n (n, 3);

  for (gsize i = 0; i < 3 * n; i++)
    rgb[i] = map[i / 3];
  return rgb;
}

static gboolean
add_layer (PluginCall *call, const ArraScene *scene, const guint8 *map, gboolean medical)
{
  const char *phrase = plugin_settings_phrase (&call->settings);
  g_autofree char *words
      = phrase != NULL ? g_strdup_printf (_ ("What “%s” adds"), phrase) : g_strdup (_ ("How likely"));
  g_autofree char *name = plugin_label_layer (words, medical);
  g_autofree guint8 *rgb = as_rgb (scene, map);
  const HostImage image = call->image;
  const HostLayer layer
      = gimp_layer_new (image, name, (int) scene->width, (int) scene->height, insert_layer_type (image), 100,
                        gimp_image_get_default_new_layer_mode (image));

  if (layer == HOST_NONE || !gimp_image_insert_layer (image, layer, HOST_NO_PARENT, -1)
      || !gimp_layer_set_offsets (layer, scene->x, scene->y))
    return FALSE;
  g_array_append_val (call->layers, layer);
  host_write_pixels (image, layer, (int) scene->width, (int) scene->height, rgb, 3 * (int) scene->width);
  return TRUE;
}

gboolean
insert_map (PluginCall *call, const ArraScene *scene, const guint8 *map, gboolean medical, GError **error)
{
  gboolean done;

  gimp_image_undo_group_start (call->image);
  if (call->settings.as == PLUGIN_AS_SELECTION)
    done = select_map (call->image, scene, map);
  else
    done = add_layer (call, scene, map, medical);
  gimp_image_undo_group_end (call->image);
  gimp_displays_flush ();
  return done || fail (error);
}
