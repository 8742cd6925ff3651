/* desktop.h - drives what is on the screen through accessibility (AT-SPI), as a screen reader's user would
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <atspi/atspi.h>

/* AT-SPI's objects, which older versions of it cannot free by themselves. */
typedef AtspiAccessible DesktopObject;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DesktopObject, g_object_unref)

/* Names are whole ones, or beginnings of one with "*" behind. */

void desktop_begin (void); /* needs a session bus and a display of the test's own */
/* (transfer full): the first showing object of the application with this role and name; NULL when none comes within
 * @seconds */
DesktopObject *desktop_find (const char *application, AtspiRole role, const char *name, double seconds);
/* it comes to be so */
gboolean desktop_has (const char *application, AtspiRole role, const char *name, AtspiStateType state, double seconds);
/* waits until it can be pressed; fails the test else */
void desktop_press (const char *application, AtspiRole role, const char *name);
void desktop_type (const char *application, const char *name, const char *text);
/* Chooses from a list by number, from 0. */
void desktop_choose (const char *application, AtspiRole role, const char *name, int number);
void desktop_set_value (const char *application, const char *name, double value); /* of a spin button */
/* Clicks into the middle of it. */
void desktop_click (const char *application, AtspiRole role, const char *name);
/* Presses Close in the window of that name. */
void desktop_close (const char *application, const char *window);
/* Runs Scheme in the GIMP that is open. */
void desktop_script (const char *scheme);
void desktop_screenshot (const char *name); /* into the folder of the test's log */
