/* parent.c - keeps the dialog above its host's window, which belongs to another process
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dialog_private.h"

#ifdef GDK_WINDOWING_X11
#include <gdk/gdkx.h>

static void
set_x11_parent (GdkWindow *window, gulong parent)
{
  GdkDisplay *display = gdk_window_get_display (window);
  g_autoptr (GdkWindow) foreign = NULL;

  if (parent == 0 || !GDK_IS_X11_DISPLAY (display))
    return;
  foreign = gdk_x11_window_foreign_new_for_display (display, parent);
  if (foreign != NULL)
    gdk_window_set_transient_for (window, foreign);
}
#else
static void
set_x11_parent (GdkWindow *window, gulong parent)
{
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
