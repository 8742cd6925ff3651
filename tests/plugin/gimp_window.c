/* gimp_window.c - a GIMP with a window, on a screen of the test's own
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp_window.h"

#include <string.h>

#include "desktop.h"
#include "gimp.h"

/* No welcome, no questions about profiles. */
#define SETTINGS_2 "(check-updates no)\n(color-profile-policy keep)\n"
#define SETTINGS_3 "(config-version \"3.0.4\")\n(show-welcome-dialog no)\n" SETTINGS_2

void
gimp_window_begin (void)
{
  g_autofree char *screen = g_strdup (g_getenv ("DISPLAY")), *rc = NULL;

  g_setenv ("GTK_MODULES", "gail:atk-bridge", TRUE); /* for the GTK 2 of GIMP 2.10 */
  g_setenv ("GDK_BACKEND", "x11", TRUE);
  gimp_begin ();
  rc = gimp_path ("profile/gimprc");
  g_assert_true (g_file_set_contents (rc, GIMP_SERIES == 3 ? SETTINGS_3 : SETTINGS_2, -1, NULL));
  g_setenv ("DISPLAY", screen, TRUE);
  desktop_begin ();
}

static char *
job (const char *script)
{
  g_autofree char *path = gimp_write_job (script);

  return g_strdup_printf ("(load \"%s\")", path);
}

void
gimp_window_start_script (const char *script)
{
  g_autofree char *load = job (script);

  desktop_script (load);
}

void
gimp_window_wait_for_script (void)
{
  g_autofree char *report = gimp_path ("report.txt"), *text = NULL;

  for (guint i = 0; i < 10 * WORK_SECONDS; i++)
    {
      g_clear_pointer (&text, g_free);
      if (g_file_get_contents (report, &text, NULL, NULL) && strstr (text, "done=1") != NULL)
        return;
      g_usleep (100000);
    }
  desktop_screenshot (GIMP_NAME "-script.png");
  g_error ("the script did not end; it said: %s", text);
}

void
gimp_window_run_script (const char *script)
{
  gimp_window_start_script (script);
  gimp_window_wait_for_script ();
}

GSubprocess *
gimp_window_open (void)
{
  g_autofree char *load = job ("");
  const char *const args[] = { g_getenv ("ARRA_GIMP_WINDOW"), "-d", "-f", "-s", GIMP_INTERPRETER, "-b", load, NULL };
  g_autofree char *report = gimp_path ("report.txt");
  g_autoptr (GError) error = NULL;
  GSubprocess *gimp
      = g_subprocess_newv (args, G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < 10 * WORK_SECONDS && !g_file_test (report, G_FILE_TEST_EXISTS); i++)
    g_usleep (100000);
  g_usleep (2 * G_USEC_PER_SEC);
  return gimp;
}
