/* parent.c - keeps the dialog above its host's window, which belongs to another process
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dialog_private.h"

#ifdef GDK_WINDOWING_X11
#include <gdk/gdkx.h>

#define LONGEST_TITLE 4096 /* bytes */

static GdkWindow *
x11_window (gulong id)
{
  GdkDisplay *display = gdk_display_get_default ();

  return id != 0 && GDK_IS_X11_DISPLAY (display) ? gdk_x11_window_foreign_new_for_display (display, id) : NULL;
}

static void
set_x11_parent (GdkWindow *window, gulong parent)
{
  g_autoptr (GdkWindow) foreign = x11_window (parent);

  if (foreign != NULL)
    gdk_window_set_transient_for (window, foreign);
}

static char *
x11_title (gulong id)
{
  g_autoptr (GdkWindow) window = x11_window (id);
  g_autofree guchar *bytes = NULL;
  int length = 0;

  if (window == NULL
      || !gdk_property_get (window, gdk_atom_intern_static_string ("_NET_WM_NAME"), gdk_atom_intern_static_string ("UTF8_STRING"), 0,
                            LONGEST_TITLE, FALSE, NULL, NULL, &length, &bytes))
    return NULL;
  return g_utf8_make_valid ((const char *)bytes, length);
}
#else
static void
set_x11_parent (GdkWindow *window, gulong parent)
{
}

static char *
x11_title (gulong id)
{
  return NULL;
}
#endif

#ifdef GDK_WINDOWING_WAYLAND
#include <gdk/gdkwayland.h>

static void
set_wayland_parent (GdkWindow *window, const char *parent)
{
  if (parent != NULL && GDK_IS_WAYLAND_WINDOW (window))
    gdk_wayland_window_set_transient_for_exported (window, (char *)parent);
}
#else
static void
set_wayland_parent (GdkWindow *window, const char *parent)
{
}
#endif

void
arra_dialog_set_parent (GtkWidget *window, const ArraDialogHost *host)
{
  GdkWindow *own = gtk_widget_get_window (window);

  set_x11_parent (own, host->x11_parent);
  set_wayland_parent (own, host->wayland_parent);
}

char *
arra_dialog_parent_title (const ArraDialogHost *host)
{
  return x11_title (host->x11_parent);
}
