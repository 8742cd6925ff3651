/* test-desktop_get.c - from nothing to a layer in a real GIMP: a checkpoint is got from a hub of the test's own, by
 * pressing buttons
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>

#include "desktop.h"
#include "gimp.h"
#include "gimp_window.h"
#include "golden_hub.h"

#define DIALOG "arra-generate"
#define WINDOW "Get Checkpoints"
#define AGREE "I have read the licence and agree to it"
#define CHECKPOINT "home/.local/share/arra/checkpoints/fox-f16.gguf"
#define PROMPT "a little fox"

static GoldenHub hub;
static GSubprocess *gimp;

static void
press (const char *name)
{
  desktop_press (DIALOG, ATSPI_ROLE_PUSH_BUTTON, name);
}

static gboolean
says (const char *words)
{
  return desktop_has (DIALOG, ATSPI_ROLE_LABEL, words, ATSPI_STATE_SHOWING, WORK_SECONDS);
}

/* There is no checkpoint, and below the button that says so there is where to get one. */
static void
test_nothing (void)
{
  desktop_press ("gimp", ATSPI_ROLE_MENU_ITEM, NEW_PROCEDURE);
  desktop_press (DIALOG, ATSPI_ROLE_TOGGLE_BUTTON, "Checkpoint");
  g_assert_true (desktop_has (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Get Checkpoints…", ATSPI_STATE_SHOWING, WORK_SECONDS));
  desktop_screenshot (GIMP_NAME "-get-nothing.png");
  press ("Get Checkpoints…");
  g_assert_true (says ("A little fox"));
  desktop_screenshot (GIMP_NAME "-get-list.png");
  g_assert_cmpuint (server_sent (hub.server), ==, 0);
}

/* The licence comes before the first file. */
static void
test_licence (void)
{
  desktop_choose (DIALOG, ATSPI_ROLE_LIST_BOX, "Checkpoints to get", 0);
  press ("Get…");
  g_assert_true (desktop_has (DIALOG, ATSPI_ROLE_CHECK_BOX, AGREE, ATSPI_STATE_SHOWING, WORK_SECONDS));
  desktop_screenshot (GIMP_NAME "-get-licence.png");
  g_assert_cmpuint (server_count (hub.server, "/fox/little/resolve/" GOLDEN_HUB_COMMIT "/config.json"), ==, 0);
  desktop_press (DIALOG, ATSPI_ROLE_CHECK_BOX, AGREE);
}

static void
test_fetched (void)
{
  g_autofree char *path = gimp_path (CHECKPOINT);

  press ("Fetch");
  g_assert_true (says ("Fetching*"));
  desktop_screenshot (GIMP_NAME "-get-fetching.png");
  press ("Stop");
  g_assert_true (says ("Stopped*"));
  desktop_screenshot (GIMP_NAME "-get-stopped.png");
  server_route (hub.server, "/fox/little/resolve/" GOLDEN_HUB_COMMIT "/vqgan.ckpt")->waits = FALSE;
  press ("Fetch");
  g_assert_true (
      desktop_has (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Delete What Was Fetched", ATSPI_STATE_SHOWING, WORK_SECONDS));
  desktop_screenshot (GIMP_NAME "-get-there.png");
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  press ("Delete What Was Fetched");
  g_assert_true (says ("What was fetched is deleted."));
  desktop_close (DIALOG, WINDOW);
}

static void
wait_for_layer (void)
{
  for (guint i = 0; i < WORK_SECONDS; i++)
    {
      gimp_window_run_script ("(for-each (lambda (image) (say \"names\" (layer-names image))) (all-images))");
      if (gimp_file_holds ("report.txt", "names=(" PROMPT ")"))
        return;
      g_usleep (G_USEC_PER_SEC);
    }
  g_assert_not_reached ();
}

/* It is chosen in the dialog, and makes a layer. */
static void
test_layer (void)
{
  desktop_type (DIALOG, "Prompt", PROMPT);
  press ("Generate");
  g_assert_true (desktop_has (DIALOG, ATSPI_ROLE_PUSH_BUTTON, "Insert", ATSPI_STATE_SENSITIVE, WORK_SECONDS));
  desktop_screenshot (GIMP_NAME "-get-made.png");
  press ("Insert");
  wait_for_layer ();
  press ("Close");
}

static void
prepare (void)
{
  g_autofree char *model = NULL, *home = NULL;

  gimp_window_begin ();
  golden_hub_begin (&hub);
  server_route (hub.server, "/fox/little/resolve/" GOLDEN_HUB_COMMIT "/vqgan.ckpt")->waits = TRUE;
  model = gimp_data (MODEL);
  home = gimp_path ("home/.local/share");
  golden_hub_put_catalogue (home, model);
  g_setenv ("HF_ENDPOINT", hub.url, TRUE);
  g_setenv ("no_proxy", "127.0.0.1", TRUE);
  g_setenv ("XDG_DATA_DIRS", "/usr/share", TRUE);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  prepare ();
  gimp = gimp_window_open ();
  g_test_add_func ("/plugin/desktop_get/nothing", test_nothing);
  g_test_add_func ("/plugin/desktop_get/licence", test_licence);
  g_test_add_func ("/plugin/desktop_get/fetched", test_fetched);
  g_test_add_func ("/plugin/desktop_get/layer", test_layer);
  status = g_test_run ();
  g_subprocess_force_exit (gimp);
  g_object_unref (gimp);
  golden_hub_end (&hub);
  gimp_end ();
  return status;
}
