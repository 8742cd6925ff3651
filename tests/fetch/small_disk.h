/* small_disk.h - a disk that is soon full
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* Lays a disk of @size ("512k") over @folder, seen by this thread, and what it starts, alone. FALSE: that takes root.
 */
gboolean small_disk_mount (const char *folder, const char *size);
void small_disk_resize (const char *folder, const char *size);
void small_disk_unmount (const char *folder);
