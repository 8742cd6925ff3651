/* parent.c - keeps the dialog above its host's window, which belongs to another process
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dialog_private.h"

#ifdef GDK_WINDOWING_X11
#include <gdk/gdkx.h>

#define LONGEST_TITLE 4096 /* bytes */
#define MOST_WINDOWS 4096

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

/* (transfer full) (nullable): @length bytes at most; those of numbers are longs, whatever their size on the wire. */
static guchar *
x11_property (GdkWindow *window, const char *name, const char *type, gulong most, gsize *length)
{
  guchar *bytes = NULL;
  int n = 0;

  if (window == NULL
      || !gdk_property_get (window, gdk_atom_intern (name, FALSE), gdk_atom_intern (type, FALSE), 0, most, FALSE, NULL,
                            NULL, &n, &bytes))
    return NULL;
  *length = (gsize) n;
  return bytes;
}

static char *
x11_title (GdkWindow *window)
{
  gsize length = 0;
  g_autofree guchar *bytes = x11_property (window, "_NET_WM_NAME", "UTF8_STRING", LONGEST_TITLE, &length);

  return bytes != NULL ? g_utf8_make_valid ((const char *) bytes, (gssize) length) : NULL;
}

/* Of the process that a window belongs to; 0: not said */
static gulong
x11_process (GdkWindow *window)
{
  gsize length = 0;
  g_autofree guchar *bytes = x11_property (window, "_NET_WM_PID", "CARDINAL", sizeof (guint32), &length);

  return length >= sizeof (gulong) ? *(const gulong *) bytes : 0;
}

static void
add_title (GStrvBuilder *titles, GdkWindow *window)
{
  g_autofree char *title = x11_title (window);

  if (title != NULL)
    g_strv_builder_add (titles, title);
}

/* A host may have a window for each image: the window manager knows which of them lies over the others. */
static void
add_titles (GStrvBuilder *titles, GdkWindow *parent)
{
  const gulong process = x11_process (parent);
  gsize length = 0;
  g_autofree guchar *bytes = x11_property (gdk_get_default_root_window (), "_NET_CLIENT_LIST_STACKING", "WINDOW",
                                           MOST_WINDOWS * sizeof (guint32), &length);
  const gulong *ids = (const gulong *) bytes;

  for (gsize i = length / sizeof (gulong); process != 0 && i-- > 0;)
    {
      g_autoptr (GdkWindow) window = x11_window (ids[i]);

      if (window != NULL && x11_process (window) == process)
        add_title (titles, window);
    }
}

static void
find_titles (GStrvBuilder *titles, gulong id)
{
  g_autoptr (GdkWindow) parent = x11_window (id);

  if (parent == NULL)
    return;
  add_titles (titles, parent);
  add_title (titles, parent);
}
#else
static void
set_x11_parent (GdkWindow *window, gulong parent)
{
}

static void
find_titles (GStrvBuilder *titles, gulong id)
{
}
#endif

#ifdef GDK_WINDOWING_WAYLAND
#include <gdk/gdkwayland.h>

static void
set_wayland_parent (GdkWindow *window, const char *parent)
{
  if (parent != NULL && GDK_IS_WAYLAND_WINDOW (window))
    gdk_wayland_window_set_transient_for_exported (window, (char *) parent);
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

char **
arra_dialog_parent_titles (const ArraDialogHost *host)
{
  g_autoptr (GStrvBuilder) titles = g_strv_builder_new ();

  find_titles (titles, host->x11_parent);
  return g_strv_builder_end (titles);
}
