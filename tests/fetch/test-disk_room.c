/* test-disk_room.c - room on the disk, or on two of them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "disk_room.h"

#include <string.h>

#include "hub.h"
#include "small_disk.h"

#define TOO_MUCH ((guint64) 1 << 60)

static void
assert_no_room (gboolean room, GError **error, const char *folder)
{
  g_assert_false (room);
  g_assert_error (*error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
  g_assert_true (g_str_has_prefix ((*error)->message, folder));
  g_assert_nonnull (strstr ((*error)->message, "are needed"));
  g_clear_error (error);
}

static void
test_one (void)
{
  g_autofree char *folder = hub_scratch (), *below = g_build_filename (folder, "not", "there", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (arra_disk_room_check (below, 1, &error));
  g_assert_no_error (error);
  assert_no_room (arra_disk_room_check (below, TOO_MUCH, &error), &error, folder);
  assert_no_room (arra_disk_room_check_both (folder, TOO_MUCH / 2, below, TOO_MUCH / 2, &error), &error, folder);
  hub_remove (folder);
}

/* Each disk counts for itself. */
static void
test_two (void)
{
  g_autofree char *folder = hub_scratch (), *small = hub_scratch ();
  g_autoptr (GError) error = NULL;

  if (!small_disk_mount (small, "512k"))
    {
      g_test_skip ("a small disk cannot be mounted here: that takes root");
      return;
    }
  g_assert_true (arra_disk_room_check_both (folder, 1 << 20, small, 1 << 18, &error));
  g_assert_true (arra_disk_room_check_both (small, 1 << 18, folder, 1 << 20, &error));
  g_assert_no_error (error);
  assert_no_room (arra_disk_room_check_both (folder, 1, small, 1 << 20, &error), &error, small);
  assert_no_room (arra_disk_room_check_both (small, 1 << 20, folder, 1, &error), &error, small);
  small_disk_unmount (small);
  hub_remove (small);
  hub_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/disk_room/one", test_one);
  g_test_add_func ("/disk_room/two", test_two);
  return g_test_run ();
}
