/* disk_room.h - whether what is to come has room on its disk
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Whether the disk of @folder, or that of the first folder above it that is there, has room for @bytes:
 * G_FILE_ERROR_NOSPC names both numbers. */
gboolean arra_disk_room_check (const char *folder, guint64 bytes, GError **error);

/* The same for @bytes in @folder and @more in @other, which may lie on one disk. */
gboolean arra_disk_room_check_both (const char *folder, guint64 bytes, const char *other, guint64 more, GError **error);
