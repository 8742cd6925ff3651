/* small_disk.c - a disk that is soon full
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "small_disk.h"

#include <sched.h>
#include <sys/mount.h>

gboolean
small_disk_mount (const char *folder, const char *size)
{
  g_autofree char *options = g_strconcat ("size=", size, NULL);

  return unshare (CLONE_NEWNS) == 0 && mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0
         && mount ("arra", folder, "tmpfs", 0, options) == 0;
}

void
small_disk_resize (const char *folder, const char *size)
{
  g_autofree char *options = g_strconcat ("size=", size, NULL);

  g_assert_cmpint (mount ("arra", folder, "tmpfs", MS_REMOUNT, options), ==, 0);
}

void
small_disk_unmount (const char *folder)
{
  g_assert_cmpint (umount2 (folder, MNT_DETACH), ==, 0);
}
