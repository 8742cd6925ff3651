/* test-kill.c - the plug-in or GIMP is killed while pictures are made: the image is as it was, no process and no file
 * is left
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp.h"
#include "picture.h"

#include <signal.h>

#define WORK_SECONDS 600 /* however busy the machine is */

static const guint8 background[3] = { 40, 90, 160 };

/* Would take minutes, so that it is always in the middle of its work when it is killed. */
#define LONG_CALL \
  "(set! checkpoint (at \"slow\"))\n(set! vqgan \"\")\n(set! width 0)\n(set! height 0)\n(set! count 64)\n"

static int
start (const char *script, GSubprocess **process)
{
  int pid;

  *process = gimp_start (script);
  pid = gimp_plug_in_pid (*process, WORK_SECONDS);
  g_assert_cmpint (pid, >, 0);
  g_usleep (G_USEC_PER_SEC);
  return pid;
}

static void
test_plug_in_killed (void)
{
  GSubprocess *process;
  g_autofree char *path = gimp_path ("after.png");
  g_autoptr (GdkPixbuf) picture = NULL;
  g_autoptr (GimpRun) run = NULL;
  const int pid = start (LONG_CALL "(define image (new-picture 100 80 RGB u8))\n"
                                   "(catch (say \"caught\" 1) (call-plug-in image))\n"
                                   "(say \"names\" (layer-names image))\n"
                                   "(save-image image \"after.png\")",
                         &process);

  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  run = gimp_finish (process);
  gimp_assert_done (run);
  gimp_assert_said (run, "caught", "1");
  gimp_assert_said (run, "names", "(background)");
  picture = picture_load (path);
  g_assert_true (picture_is_plain (picture, 0, 0, 100, 80, background));
  g_assert_true (gimp_pid_ends (pid, WORK_SECONDS));
  g_assert_true (gimp_temporary_is_empty ());
}

static void
test_gimp_killed (void)
{
  GSubprocess *process;
  const int pid = start (LONG_CALL "(call-plug-in -1)", &process);

  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  g_object_unref (process);
  g_assert_true (gimp_pid_ends (pid, WORK_SECONDS));
  g_assert_true (gimp_temporary_is_empty ());
}

int
main (int argc, char **argv)
{
  g_autofree char *slow = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  gimp_begin ();
  slow = gimp_path ("slow");
  gimp_command (g_getenv ("ARRA_MAKE_CHECKPOINT"), "--preset", "tiny", "--hidden", "512", "--layers", "8", "--heads",
                "8", "--kv-heads", "8", "--ffn", "1024", slow, NULL);
  g_test_add_func ("/plugin/kill/plug-in", test_plug_in_killed);
  g_test_add_func ("/plugin/kill/gimp", test_gimp_killed);
  status = g_test_run ();
  gimp_end ();
  return status;
}
