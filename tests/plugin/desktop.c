/* desktop.c - drives what is on the screen through accessibility (AT-SPI), as a screen reader's user would
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "desktop.h"

#include <gdk/gdk.h>
#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

#define POLL_MICROSECONDS 100000
#define PATIENCE_SECONDS 600 /* however busy the machine is */
#define MAX_DEPTH 60

static void
call (const char *name, const char *path, const char *interface, const char *method, GVariant *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);
  g_autoptr (GVariant) reply = NULL;

  g_assert_no_error (error);
  reply = g_dbus_connection_call_sync (bus, name, path, interface, method, arguments, NULL, G_DBUS_CALL_FLAGS_NONE, -1,
                                       NULL, &error);
  g_assert_no_error (error);
}

void
desktop_begin (void)
{
  call ("org.a11y.Bus", "/org/a11y/bus", "org.freedesktop.DBus.Properties", "Set",
        g_variant_new ("(ssv)", "org.a11y.Status", "IsEnabled", g_variant_new_boolean (TRUE)));
  g_assert_cmpint (atspi_init (), <=, 1);
  g_assert_true (gdk_init_check (NULL, NULL));
}

static gboolean
is_named (DesktopObject *object, const char *name)
{
  g_autofree char *own = atspi_accessible_get_name (object, NULL);
  const gsize n = strlen (name);

  if (own == NULL || n == 0 || name[n - 1] != '*')
    return g_strcmp0 (own, name) == 0;
  return strncmp (own, name, n - 1) == 0;
}

static gboolean
has_state (DesktopObject *object, AtspiStateType state)
{
  g_autoptr (GObject) states = (GObject *) atspi_accessible_get_state_set (object);

  return states != NULL && atspi_state_set_contains ((AtspiStateSet *) states, state);
}

/* @state: which it must have, ATSPI_STATE_INVALID: none. GIMP's list of recent filters holds entries of the same name.
 */
static DesktopObject *
search (DesktopObject *object, AtspiRole role, const char *name, AtspiStateType state, guint depth)
{
  const int n = atspi_accessible_get_child_count (object, NULL);

  if (atspi_accessible_get_role (object, NULL) == role && is_named (object, name)
      && (state == ATSPI_STATE_INVALID || has_state (object, state)))
    return g_object_ref (object);
  for (int i = 0; i < n && depth < MAX_DEPTH; i++)
    {
      g_autoptr (DesktopObject) child = atspi_accessible_get_child_at_index (object, i, NULL);
      DesktopObject *found = child != NULL ? search (child, role, name, state, depth + 1) : NULL;

      if (found != NULL)
        return found;
    }
  return NULL;
}

static DesktopObject *
find_now (const char *application, AtspiRole role, const char *name, AtspiStateType state)
{
  g_autoptr (DesktopObject) desktop = atspi_get_desktop (0);
  const int n = atspi_accessible_get_child_count (desktop, NULL);

  for (int i = 0; i < n; i++)
    {
      g_autoptr (DesktopObject) child = atspi_accessible_get_child_at_index (desktop, i, NULL);
      g_autofree char *own = child != NULL ? atspi_accessible_get_name (child, NULL) : NULL;
      DesktopObject *found;

      if (own == NULL || !g_str_has_prefix (own, application))
        continue;
      atspi_accessible_clear_cache (child);
      found = search (child, role, name, state, 0);
      if (found != NULL)
        return found;
    }
  return NULL;
}

DesktopObject *
desktop_find (const char *application, AtspiRole role, const char *name, double seconds)
{
  const gint64 end = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);
  DesktopObject *found;

  while ((found = find_now (application, role, name, ATSPI_STATE_INVALID)) == NULL && g_get_monotonic_time () < end)
    g_usleep (POLL_MICROSECONDS);
  return found;
}

gboolean
desktop_has (const char *application, AtspiRole role, const char *name, AtspiStateType state, double seconds)
{
  const gint64 end = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);

  while (g_get_monotonic_time () < end)
    {
      g_autoptr (DesktopObject) object = find_now (application, role, name, state);

      if (object != NULL)
        return TRUE;
      g_usleep (POLL_MICROSECONDS);
    }
  return FALSE;
}

/* FALSE: it is hidden now, which its state does not say. A window that closes may not answer any more. */
static gboolean
do_action (DesktopObject *object)
{
  g_autoptr (GObject) action = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (object);
  action = (GObject *) atspi_accessible_get_action_iface (object);
  g_assert_nonnull (action);
  return atspi_action_do_action ((AtspiAction *) action, 0, &error) || error != NULL;
}

static void
cannot_press (const char *application, AtspiRole role, const char *name)
{
  g_autoptr (DesktopObject) there = find_now (application, role, name, ATSPI_STATE_INVALID),
                            sensitive = find_now (application, role, name, ATSPI_STATE_SENSITIVE);

  desktop_screenshot ("failed.png");
  g_test_message ("%s", there == NULL ? "it is not there" : sensitive == NULL ? "it is not sensitive" : "it is hidden");
  g_error ("%s cannot be pressed", name);
}

void
desktop_press (const char *application, AtspiRole role, const char *name)
{
  const gint64 end = g_get_monotonic_time () + (gint64) PATIENCE_SECONDS * G_USEC_PER_SEC;
  gboolean pressed = FALSE;

  g_test_message ("pressing %s", name);
  while (!pressed)
    {
      g_autoptr (DesktopObject) object = find_now (application, role, name, ATSPI_STATE_SENSITIVE);

      pressed = object != NULL && do_action (object);
      if (!pressed && g_get_monotonic_time () >= end)
        cannot_press (application, role, name);
      if (!pressed)
        g_usleep (POLL_MICROSECONDS);
    }
}

void
desktop_set_value (const char *application, const char *name, double value)
{
  g_autoptr (DesktopObject) object = desktop_find (application, ATSPI_ROLE_SPIN_BUTTON, name, PATIENCE_SECONDS);
  g_autoptr (GObject) number = NULL;

  g_assert_nonnull (object);
  number = (GObject *) atspi_accessible_get_value_iface (object);
  g_assert_nonnull (number);
  g_assert_true (atspi_value_set_current_value ((AtspiValue *) number, value, NULL));
}

void
desktop_click (const char *application, AtspiRole role, const char *name)
{
  g_autoptr (DesktopObject) object = desktop_find (application, role, name, PATIENCE_SECONDS);
  g_autoptr (GObject) component = NULL;
  g_autofree AtspiRect *place = NULL;
  g_autofree char *x = NULL, *y = NULL;
  g_autoptr (GSubprocess) pointer = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (object);
  component = (GObject *) atspi_accessible_get_component_iface (object);
  place = atspi_component_get_extents ((AtspiComponent *) component, ATSPI_COORD_TYPE_SCREEN, NULL);
  x = g_strdup_printf ("%d", place->x + place->width / 2);
  y = g_strdup_printf ("%d", place->y + place->height / 2);
  pointer = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "xdotool", "mousemove", x, y, "sleep", "0.2", "click",
                              "1", NULL);
  g_assert_no_error (error);
  g_subprocess_wait_check (pointer, NULL, &error);
  g_assert_no_error (error);
}

void
desktop_close (const char *application, const char *window)
{
  g_autoptr (DesktopObject) frame = desktop_find (application, ATSPI_ROLE_FRAME, window, PATIENCE_SECONDS),
                            button = NULL;

  g_assert_nonnull (frame);
  button = search (frame, ATSPI_ROLE_PUSH_BUTTON, "Close", ATSPI_STATE_SENSITIVE, 0);
  do_action (button);
}

void
desktop_type (const char *application, const char *name, const char *text)
{
  g_autoptr (DesktopObject) object = desktop_find (application, ATSPI_ROLE_TEXT, name, PATIENCE_SECONDS);
  g_autoptr (GObject) editable = NULL;

  g_assert_nonnull (object);
  editable = (GObject *) atspi_accessible_get_editable_text_iface (object);
  g_assert_nonnull (editable);
  g_assert_true (atspi_editable_text_set_text_contents ((AtspiEditableText *) editable, text, NULL));
}

void
desktop_choose (const char *application, AtspiRole role, const char *name, int number)
{
  g_autoptr (DesktopObject) object = desktop_find (application, role, name, PATIENCE_SECONDS);
  g_autoptr (GObject) selection = NULL;

  g_assert_nonnull (object);
  selection = (GObject *) atspi_accessible_get_selection_iface (object);
  g_assert_nonnull (selection);
  g_assert_true (atspi_selection_select_child ((AtspiSelection *) selection, number, NULL));
}

void
desktop_script (const char *scheme)
{
  call ("org.gimp.GIMP.UI", "/org/gimp/GIMP/UI", "org.gimp.GIMP.UI", "BatchRun",
        g_variant_new ("(ss)", "plug-in-script-fu-eval", scheme));
}

void
desktop_screenshot (const char *name)
{
  GdkWindow *root = gdk_get_default_root_window ();
  g_autoptr (GdkPixbuf) picture
      = gdk_pixbuf_get_from_window (root, 0, 0, gdk_window_get_width (root), gdk_window_get_height (root));
  g_autofree char *path = g_build_filename (g_getenv ("ARRA_TEST_LOGS"), name, NULL);
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (g_getenv ("ARRA_TEST_LOGS"), 0755);
  g_assert_true (gdk_pixbuf_save (picture, path, "png", &error, NULL));
  g_assert_no_error (error);
}
