/* host.h - the few things that the two series of GIMP do differently, and what the parts of the plug-in share
 *
 * What differs in types and names alone is evened out here; code then calls GIMP by GIMP 3's names. For the rest
 * gimp3.c and gimp2.c implement the host_ functions, each for its series, and turn a call of the procedure into
 * plugin_run(). All of this talks to GIMP, so all of it runs in the main thread.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

#include "arguments.h"

#if GIMP_MAJOR_VERSION >= 3
typedef GimpImage *HostImage;
typedef GimpLayer *HostLayer;
typedef GimpLayerMask *HostMask;
typedef GimpDrawable *HostDrawable;
typedef GimpChannel *HostChannel;
#define HOST_NONE NULL
#define HOST_NO_PARENT NULL
#define HOST_ITEM(layer) GIMP_ITEM (layer)
#define HOST_DRAWABLE(item) GIMP_DRAWABLE (item)
#else
typedef gint32 HostImage, HostLayer, HostMask, HostDrawable, HostChannel;
#define HOST_NONE (-1)
#define HOST_NO_PARENT 0
#define HOST_ITEM(layer) (layer)
#define HOST_DRAWABLE(item) (item)
#define gimp_image_get_width gimp_image_width
#define gimp_image_get_height gimp_image_height
#define gimp_image_get_base_type gimp_image_base_type
#define gimp_drawable_get_width gimp_drawable_width
#define gimp_drawable_get_height gimp_drawable_height
#define gimp_drawable_get_offsets gimp_drawable_offsets
#endif

#define PLUGIN_PROCEDURE "plug-in-arra-generate"
#define PLUGIN_RECIPE_PARASITE PLUGIN_PROCEDURE "/recipe"

#define PLUGIN_MENU_PATH "<Image>/Filters/Render"
#define PLUGIN_AUTHORS "The ARRA for GIMP authors"
#define PLUGIN_DATE "2026"

/* How a procedure presents itself; untranslated. */
typedef struct
{
  const char *name, *menu_label, *blurb, *help;
} PluginWords;

extern const PluginWords plugin_words[PLUGIN_N_TASKS];
/* The procedure of that name; ARRA_TASK_GENERATE for another one. */
ArraTask plugin_task (const char *procedure);

gboolean host_image_has_palette (HostImage image);
GArray *host_images (void);              /* (transfer full) (element-type HostImage): those that are open */
int host_image_number (HostImage image); /* as title bars have it */
HostImage host_image_of_number (int number);
HostLayer host_active_layer (HostImage image);                /* HOST_NONE: there is none */
HostLayer host_new_group (HostImage image, const char *name); /* not inserted; HOST_NONE: that failed */
/* Writes a layer's pixels: 8-bit sRGB, @stride bytes from row to row, into whatever the image's profile and precision
 * are. */
void host_write_pixels (HostImage image, HostLayer layer, int width, int height, const guint8 *pixels, int stride);
/* What lies at @x, @y of a layer, from its own corner, as 8-bit sRGB with alpha: @rgba is [@height][@width][4]. Beside
 * the layer it is transparent. */
void host_read_pixels (HostImage image, HostDrawable drawable, int x, int y, int width, int height, guint8 *rgba);
const char *host_error_text (void); /* why the last call into GIMP failed */
/* The window that a dialog belongs to: an X11 window, or the handle of a Wayland one ((transfer full): g_free()). */
void host_parent_window (gulong *x11, char **wayland);

/* One call of a procedure, from its settings to its layers. */
typedef struct
{
  ArraTask task;
  GimpRunMode mode;
  HostImage image;         /* HOST_NONE: one is made */
  HostLayer layer;         /* that was given; HOST_NONE: the active one counts */
  PluginSettings settings; /* in: what the caller gave or GIMP kept; out: what was in force */
  GArray *layers;          /* of HostLayer: made by the call */
  char *described;         /* (nullable): the settings in force, as JSON */
} PluginCall;

void plugin_call_init (PluginCall *call, ArraTask task, GimpRunMode mode, HostImage image);
void plugin_call_clear (PluginCall *call);
/* FALSE with @error; G_IO_ERROR_CANCELLED when the user closed the dialog without inserting anything. */
gboolean plugin_run (PluginCall *call, GError **error);
/* What GIMP is told about an error. */
GimpPDBStatusType plugin_status (const GError *error);

gboolean plugin_host_is_alive (void);
/* (transfer full) (nullable): the folder of translations beside the program, NULL when there is none */
char *plugin_catalogues (void);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PluginCall, plugin_call_clear)
