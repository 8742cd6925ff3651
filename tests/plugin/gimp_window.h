/* gimp_window.h - a GIMP with a window, on a screen of the test's own
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#define WORK_SECONDS 600 /* however busy the machine is */
#define PROCEDURE "Generate from Text (ARRA)"
/* GIMP 2.10 has an entry of its own for the time when no image is open. */
#define NEW_PROCEDURE (GIMP_SERIES == 3 ? PROCEDURE "…" : "From Text (ARRA)…")

/* As gimp_begin(), with a profile that asks nothing, and a display. */
void gimp_window_begin (void);
/* (transfer full): once it can be used */
GSubprocess *gimp_window_open (void);

/* Runs a script in the open GIMP, which goes on by itself; what it says is in report.txt. */
void gimp_window_start_script (const char *script);
void gimp_window_wait_for_script (void);
void gimp_window_run_script (const char *script); /* both */
