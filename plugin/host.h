/* host.h - the few things that the two series of GIMP do differently, and what the parts of the plug-in share
 *
 * gimp3.c and gimp2.c implement the host_ functions, each for its series, and turn a call of the procedure into plugin_run().
 * All of this talks to GIMP, so all of it runs in the main thread.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

#include "arguments.h"

#if GIMP_MAJOR_VERSION >= 3
typedef GimpImage *HostImage;
typedef GimpLayer *HostLayer;
#define HOST_NO_IMAGE NULL
#else
typedef gint32 HostImage;
typedef gint32 HostLayer;
#define HOST_NO_IMAGE (-1)
#endif

#define PLUGIN_PROCEDURE "plug-in-arra-generate"
#define PLUGIN_RECIPE_PARASITE PLUGIN_PROCEDURE "/recipe"

/* How the procedure presents itself; untranslated. */
typedef struct
{
  const char *menu_path, *menu_label, *blurb, *help, *authors, *date;
} PluginWords;

extern const PluginWords plugin_words;

void host_image_size (HostImage image, int *width, int *height);
GimpImageBaseType host_image_base_type (HostImage image);
gboolean host_image_has_palette (HostImage image);
gboolean host_insert_layer (HostImage image, HostLayer layer); /* above the active one */
/* Writes a layer's pixels: 8-bit sRGB, @stride bytes from row to row, into whatever the image's profile and precision are. */
void host_write_pixels (HostImage image, HostLayer layer, int width, int height, const guint8 *pixels, int stride);
gboolean host_mask_by_selection (HostLayer layer);
gboolean host_attach_parasite (HostLayer layer, const GimpParasite *parasite);
char *host_active_recipe (HostImage image); /* (transfer full) (nullable): on the active layer */
const char *host_error_text (void); /* why the last call into GIMP failed */
/* The window that a dialog belongs to: an X11 window, or the handle of a Wayland one ((transfer full): g_free()). */
void host_parent_window (gulong *x11, char **wayland);

/* One call of the procedure, from its settings to its layers. */
typedef struct
{
  GimpRunMode mode;
  HostImage image;         /* HOST_NO_IMAGE: one is made */
  PluginSettings settings; /* in: what the caller gave or GIMP kept; out: what was in force */
  GArray *layers;          /* of HostLayer: made by the call */
  char *described;         /* (nullable): the settings in force, as JSON */
} PluginCall;

void plugin_call_init (PluginCall *call, GimpRunMode mode, HostImage image);
void plugin_call_clear (PluginCall *call);
/* FALSE with @error; G_IO_ERROR_CANCELLED when the user closed the dialog without inserting anything. */
gboolean plugin_run (PluginCall *call, GError **error);
/* What GIMP is told about an error. */
GimpPDBStatusType plugin_status (const GError *error);

gboolean plugin_host_is_alive (void);
/* (transfer full) (nullable): the folder of translations beside the program, NULL when there is none */
char *plugin_catalogues (void);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PluginCall, plugin_call_clear)
